"""``/api/v1/alerts``: what needs a person, and what people do about it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from daq.api.context import ApiContext, Body, ReasonBody, SentenceRoute
from daq.lab.alert_json import AlertJson
from daq.lab.alerts import (
    AlertDesk,
    acknowledge,
    active_alerts,
    alert_detail,
    past_alerts,
    shelve,
    unshelve,
)


class CommentBody(Body):
    """What is done about it."""

    comment: str


class ShelfBody(ReasonBody):
    """For how long nobody is told, and why."""

    hours: float


class Alerts:
    """The alerts of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._site = context.settings.site.id
        self._json = AlertJson(context.settings)

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=SentenceRoute)
        router.add_api_route("", self.all, methods=["GET"])
        router.add_api_route("/{alert}", self.one, methods=["GET"])
        router.add_api_route("/{alert}/acknowledge", self.acknowledge, methods=["POST"])
        router.add_api_route("/{alert}/shelve", self.shelve, methods=["POST"])
        router.add_api_route("/{alert}/unshelve", self.unshelve, methods=["POST"])
        return router

    def all(
        self,
        request: Request,
        history: bool = False,
        before: int | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[dict[str, Any]]:
        """Alerts that need a person, the most urgent first; with ``history`` all, the newest first."""
        self._context.person(request)
        engine = self._context.bench().engine
        if history:
            return [self._json.listed(each) for each in past_alerts(engine, self._site, before, limit)]
        return [self._json.listed(each) for each in active_alerts(engine, self._site)]

    def one(self, request: Request, alert: int) -> dict[str, Any]:
        """One alert with all that happened, and every try to tell of it."""
        self._context.person(request)
        return self._detail(alert)

    def acknowledge(self, request: Request, alert: int, body: CommentBody) -> dict[str, Any]:
        """Say that it was seen, and what is done about it."""
        acknowledge(self._desk(), self._context.person(request), alert, body.comment)
        return self._detail(alert)

    def shelve(self, request: Request, alert: int, body: ShelfBody) -> dict[str, Any]:
        """Tell nobody of its cause for a time."""
        shelve(self._desk(), self._context.person(request), alert, body.hours, body.reason)
        return self._detail(alert)

    def unshelve(self, request: Request, alert: int, body: ReasonBody) -> dict[str, Any]:
        """Let people be told of its cause again."""
        unshelve(self._desk(), self._context.person(request), alert, body.reason)
        return self._detail(alert)

    def _desk(self) -> AlertDesk:
        bench = self._context.bench()
        return AlertDesk(bench.engine, bench.clock, self._site)

    def _detail(self, alert: int) -> dict[str, Any]:
        return self._json.detail(alert_detail(self._context.bench().engine, self._site, alert))
