"""``/api/v1/events``: what happened, in order, from any number on."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from daq.api.context import ApiContext, SentenceRoute
from daq.lab.feed import MOST, events_after
from daq.records.database import reading


class Events:
    """The feed of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its address."""
        router = APIRouter(tags=["events"], route_class=SentenceRoute)
        router.add_api_route("/events", self.after, methods=["GET"])
        return router

    def after(
        self,
        request: Request,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> dict[str, Any]:
        """Events after a number; ``next`` is the ``after`` of the next page."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            found = events_after(connection, after, limit)
        return {"events": [one.as_json() for one in found], "next": found[-1].seq if found else after}
