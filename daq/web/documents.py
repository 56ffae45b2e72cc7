"""Documents as they were uploaded, for whoever is signed in: the file itself, and pictures of its pages."""

import functools
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import select
from starlette.responses import Response

from calibration.errors import CertificateError
from daq.errors import BlobError
from daq.records.database import reading
from daq.records.register_tables import documents
from daq.security.uploads import picture_of_page
from daq.web.desk import Desk
from daq.web.visit import TOKEN_COOKIE

DPI = 110
_STRICT = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, max-age=3600"}


def document_routes(desk: Desk) -> APIRouter:
    """``/documents/SHA256`` as an attachment, ``/documents/SHA256/page/N`` as a picture."""
    router = APIRouter()

    def admitted(request: Request) -> None:
        if desk.sign_ins.person(request.cookies.get(TOKEN_COOKIE, "")) is None:
            raise HTTPException(401, "Sign in first.")

    def content(sha256: str) -> bytes:
        try:
            return desk.register.blobs.get(sha256)
        except BlobError as error:
            raise HTTPException(404, str(error)) from error

    @functools.lru_cache(maxsize=64)
    def picture(sha256: str, page: int) -> bytes:
        return picture_of_page(content(sha256), page, DPI)

    @router.get("/documents/{sha256}")
    def document(request: Request, sha256: str) -> Response:
        admitted(request)
        with reading(desk.engine) as connection:
            row = connection.execute(select(documents).where(documents.c.sha256 == sha256)).first()
        if row is None:
            raise HTTPException(404, "The records know no such document.")
        name = f"attachment; filename*=UTF-8''{quote(row.name)}"
        return Response(
            content(sha256), media_type=row.media_type, headers=_STRICT | {"Content-Disposition": name}
        )

    @router.get("/documents/{sha256}/page/{number}")
    def page(request: Request, sha256: str, number: int) -> Response:
        admitted(request)
        try:
            return Response(picture(sha256, number), media_type="image/png", headers=_STRICT)
        except CertificateError as error:
            raise HTTPException(404, str(error)) from error

    return router
