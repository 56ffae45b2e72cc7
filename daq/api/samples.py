"""``/api/v1/samples``."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from daq.api.context import ApiContext, Body, SentenceRoute
from daq.journal.times import utc_text
from daq.lab.sessions.samples import (
    Sample,
    SampleAbout,
    find_sample,
    receive_sample,
    sample_history,
    samples,
)
from daq.records.database import reading


class SampleBody(Body):
    """A sample that arrived, or what is to be corrected about one."""

    number: str
    product_zh: str
    product_en: str = ""
    lot: str = ""
    client: str = ""
    client_address: str = ""
    origin: str = ""
    amount: str = ""
    condition: str = ""
    sampled_by: str = ""
    received_on: str = ""
    note: str = ""

    def about(self) -> SampleAbout:
        """Without the number."""
        return SampleAbout(**self.model_dump(exclude={"number"}))


class Samples:
    """The samples of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/samples", tags=["samples"], route_class=SentenceRoute)
        router.add_api_route("", self.all, methods=["GET"])
        router.add_api_route("", self.receive, methods=["POST"])
        router.add_api_route("/{number}", self.one, methods=["GET"])
        return router

    def all(self, request: Request) -> list[dict[str, Any]]:
        """Every sample as it is now."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            return [sample_json(one) for one in samples(connection)]

    def one(self, request: Request, number: str) -> dict[str, Any]:
        """One sample with its history."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            found = find_sample(connection, number)
            history = sample_history(connection, found.number)
        return sample_json(found) | {"history": [sample_json(one) for one in history]}

    def receive(self, request: Request, body: SampleBody) -> dict[str, Any]:
        """Write a sample down; a number that is known gets a new version."""
        bench = self._context.bench()
        actor = self._context.person(request)
        return sample_json(receive_sample(bench.engine, bench.clock, actor, body.number, body.about()))


def sample_json(one: Sample) -> dict[str, Any]:
    """One version of a sample."""
    return {
        "number": one.number,
        "version": one.version,
        "t": utc_text(one.t_ns),
        "account": one.account,
        **asdict(one.about),
    }
