"""Documents as they were uploaded, for whoever is signed in: file, pictures of its pages, files inside."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import select
from starlette.responses import Response

from calibration.errors import CertificateError
from daq.errors import BlobError
from daq.records.database import reading
from daq.records.register_tables import documents
from daq.security.uploads import file_in_document, picture_of_page
from daq.web.desk import Desk
from daq.web.visit import TOKEN_COOKIE

DPI = 110
_STRICT = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, max-age=3600"}


def document_routes(desk: Desk) -> APIRouter:
    """``/documents/SHA256`` and ``…/file/SHA256`` as attachments, ``…/page/N`` as a picture."""
    router = APIRouter()

    @functools.lru_cache(maxsize=64)
    def picture(sha256: str, page: int) -> bytes:
        return picture_of_page(_content(desk, sha256), page, DPI)

    @router.get("/documents/{sha256}")
    def document(request: Request, sha256: str) -> Response:
        _demand_signed_in(desk, request)
        with reading(desk.engine) as connection:
            row = connection.execute(select(documents).where(documents.c.sha256 == sha256)).first()
        if row is None:
            raise HTTPException(404, "The records know no such document.")
        return _attached(_content(desk, sha256), row.name, row.media_type)

    @router.get("/documents/{sha256}/page/{number}")
    def page(request: Request, sha256: str, number: int) -> Response:
        _demand_signed_in(desk, request)
        with _refused():
            return Response(picture(sha256, number), media_type="image/png", headers=_STRICT)

    @router.get("/documents/{sha256}/file/{inner}")
    def inside(request: Request, sha256: str, inner: str) -> Response:
        _demand_signed_in(desk, request)
        with _refused():
            file = file_in_document(_content(desk, sha256), inner)
        return _attached(file.content, file.name, "application/octet-stream")  # whatever it says it is

    return router


def _demand_signed_in(desk: Desk, request: Request) -> None:
    if desk.sign_ins.person(request.cookies.get(TOKEN_COOKIE, "")) is None:
        raise HTTPException(401, "Sign in first.")


def _content(desk: Desk, sha256: str) -> bytes:
    try:
        return desk.register.blobs.get(sha256)
    except BlobError as error:
        raise HTTPException(404, str(error)) from error


@contextmanager
def _refused() -> Iterator[None]:
    """What a document refuses to be is no page of it."""
    try:
        yield
    except CertificateError as error:
        raise HTTPException(404, str(error)) from error


def _attached(data: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = _STRICT | {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type=media_type, headers=headers)
