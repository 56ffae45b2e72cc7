"""Signing in and out: plain forms, because only an answer to a request can set a cookie."""

import re
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from daq.errors import BrakeError, SignInError
from daq.security.accounts import Credentials
from daq.web.desk import Desk
from daq.web.visit import TOKEN_COOKIE, origin_of

_LOCAL = re.compile(r"/(?![/\\])[^\s\\]*")
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def local_address(address: str) -> str:
    """``address`` if it leads to a page of this site, otherwise the live page."""
    return address if _LOCAL.fullmatch(address) else "/"


def from_own_page(request: Request) -> None:
    """Refuse a form that another site sent."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "This form was sent by another site.")


def guard(app: FastAPI) -> None:
    """Answers that no other site may frame, sniff or learn addresses from."""

    @app.middleware("http")
    async def add_headers(request: Request, answer: RequestResponseEndpoint) -> Response:
        response = await answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def entrance(desk: Desk) -> APIRouter:
    """``POST /sign-in`` and ``POST /sign-out``."""
    router = APIRouter(dependencies=[Depends(from_own_page)])

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        account: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next_page: Annotated[str, Form(alias="next")] = "/",
    ) -> Response:
        origin, address = origin_of(request), local_address(next_page)
        try:
            person = desk.accounts.sign_in(Credentials(account, password, origin))
        except SignInError as error:
            wait_s = error.wait_s if isinstance(error, BrakeError) else 0
            refused = urlencode({"next": address, "refused": wait_s})
            return RedirectResponse(f"/sign-in?{refused}", status_code=303)
        response = RedirectResponse(address, status_code=303)
        response.set_cookie(
            TOKEN_COOKIE,
            desk.sign_ins.begin(person, origin),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        desk.sign_ins.end(request.cookies.get(TOKEN_COOKIE, ""))
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(TOKEN_COOKIE)
        return response

    return router
