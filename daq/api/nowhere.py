"""Every other address under ``/api/v1``: answered as everything here is, not with a page."""

from fastapi import APIRouter, Request, Response

from daq.api.context import ApiContext, SentenceRoute
from daq.errors import NoSuchRecordError
from daq.i18n import N_

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Nowhere:
    """What is not there; it comes last."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """All addresses that no other resource has."""
        router = APIRouter(tags=["nowhere"], route_class=SentenceRoute)
        router.add_api_route("/{rest:path}", self.refuse, methods=METHODS, include_in_schema=False)
        return router

    def refuse(self, request: Request) -> Response:
        """Say so."""
        self._context.person(request)
        raise NoSuchRecordError(
            N_("There is no {method} {address}."), method=request.method, address=request.url.path
        )
