"""``/api/v1/methods``."""

from typing import Any, Literal

from fastapi import APIRouter, Request

from daq.api.context import ApiContext, Body, SentenceRoute, SignatureBody
from daq.journal.times import utc_text
from daq.lab.methods.records import (
    MethodVersion,
    approve_method,
    enter_method,
    import_method,
    method_version,
    method_versions,
    withdraw_method,
)
from daq.records.database import reading

STEPS = {"entered": enter_method, "approved": approve_method, "withdrawn": withdraw_method}


class ImportBody(Body):
    """The text of a method's file."""

    name: str
    document: str


class MethodStepBody(Body):
    """What a person signs about a version."""

    state: Literal["entered", "approved", "withdrawn"]
    reason: str = ""
    signature: SignatureBody


class Methods:
    """The methods of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/methods", tags=["methods"], route_class=SentenceRoute)
        router.add_api_route("", self.all, methods=["GET"])
        router.add_api_route("", self.take_in, methods=["POST"])
        router.add_api_route("/{name}/{version}", self.one, methods=["GET"])
        router.add_api_route("/{name}/{version}/steps", self.step, methods=["POST"])
        return router

    def all(self, request: Request) -> list[dict[str, Any]]:
        """Every version of every method."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            return [method_json(one) for one in method_versions(connection)]

    def one(self, request: Request, name: str, version: str) -> dict[str, Any]:
        """One version with its document; ``version`` may be its first digits."""
        self._context.person(request)
        with reading(self._context.bench().engine) as connection:
            found = method_version(connection, name, version)
        return method_json(found) | {"document": found.method.document.decode("utf-8")}

    def take_in(self, request: Request, body: ImportBody) -> dict[str, Any]:
        """Import a version as a draft; the same bytes are imported once."""
        bench, actor = self._context.bench(), self._context.person(request)
        document = body.document.encode("utf-8")
        return method_json(import_method(bench.engine, bench.clock, actor, body.name, document))

    def step(self, request: Request, name: str, version: str, body: MethodStepBody) -> dict[str, Any]:
        """Sign ``entered``, ``approved`` or ``withdrawn``."""
        signature = self._context.signature(request, body.signature, body.state)
        engine = self._context.bench().engine
        return method_json(STEPS[body.state](engine, signature, name, version, body.reason))


def method_json(one: MethodVersion) -> dict[str, Any]:
    """One version of a method."""
    procedure = one.method.procedure
    return {
        "name": one.method.name,
        "version": one.method.version,
        "state": one.state.value,
        "imported": utc_text(one.t_ns),
        "account": one.account,
        "title": {"zh_CN": procedure.title_zh, "en": procedure.title_en},
        "purpose": procedure.purpose,
        "roles": [
            {"role": each.role, "kind": each.kind, "scope": each.scope} for each in procedure.instruments
        ],
        "determinations": [procedure.determinations.minimum, procedure.determinations.maximum],
        "limits": [each.id for each in procedure.limits],
        "steps": [
            {
                "t": utc_text(step.t_ns),
                "account": step.account,
                "role": step.role,
                "state": step.state.value,
                "reason": step.reason,
            }
            for step in one.steps
        ],
    }
