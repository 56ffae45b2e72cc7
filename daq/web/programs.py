"""How other programs say who they are: the token of a sign-in, or account and password with each request."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Form, Request

from daq.api import ApiContext, build_router
from daq.api.context import SentenceRoute
from daq.errors import NotPermittedError, SignInError
from daq.security.accounts import Credentials
from daq.security.audit import Actor
from daq.web.desk import Desk
from daq.web.visit import TOKEN_COOKIE, origin_of


def program_routes(desk: Desk) -> APIRouter:
    """``/api/v1`` with everything under it, and ``POST /api/v1/sign-in`` for a token."""
    router = APIRouter(route_class=SentenceRoute)

    @router.post("/api/v1/sign-in")
    def sign_in(
        request: Request, account: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> dict[str, str]:
        person = desk.accounts.sign_in(Credentials(account, password, origin_of(request)))
        return {"token": desk.sign_ins.begin(person, origin_of(request))}

    def person(request: Request) -> Actor:
        return asking(desk, request)

    context = ApiContext(
        settings=desk.settings,
        bench=lambda: desk.bench,
        accounts=desk.accounts,
        blobs=desk.register.blobs,
        person=person,
    )
    router.include_router(build_router(context))
    return router


def asking(desk: Desk, request: Request) -> Actor:
    """Who asks, by ``Authorization: Bearer TOKEN``, by ``Basic``, or by the cookie of a page.

    A page's cookie counts for reading only: a form of another site cannot write with it.

    Raises:
        SignInError: nobody that is known.
    """
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    origin = origin_of(request)
    if scheme.lower() == "basic":
        account, password = _basic(word)
        return Actor(desk.accounts.sign_in(Credentials(account, password, origin)).account, origin)
    token = word if scheme.lower() == "bearer" else ""
    if not token and request.method in ("GET", "HEAD"):
        token = request.cookies.get(TOKEN_COOKIE, "")
    try:
        return Actor(desk.sign_ins.demand(token.strip()).account, origin)
    except NotPermittedError as error:
        raise SignInError(
            "Say who you are: Authorization with Basic, or Bearer and the token of POST /api/v1/sign-in."
        ) from error


def _basic(word: str) -> tuple[str, str]:
    try:
        account, colon, password = base64.b64decode(word, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SignInError("The header Authorization: Basic cannot be read.") from error
    if not colon:
        raise SignInError("The header Authorization: Basic needs account:password.")
    return account, password
