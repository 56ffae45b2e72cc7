"""``/api/v1/sessions``: sessions, their instruments, portions and overrides."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from daq.api.context import ApiContext, Body, SentenceRoute, SignatureBody
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.sessions.json import result_json, session_json
from daq.lab.sessions.list import list_sessions, sessions_of_sample
from daq.lab.sessions.records import opened, session_state
from daq.lab.sessions.results import result_versions
from daq.lab.sessions.starting import Allowed, Choice, Order, choose_instrument, override, start_session
from daq.lab.sessions.steps import abandon_portion, add_portion, note, strike
from daq.records.database import reading


class OverrideBody(Body):
    """What two people allow although it is refused."""

    code: str
    subject: str
    reason: str
    first: SignatureBody
    second: SignatureBody


class StartBody(Body):
    """What is to be done."""

    method: str
    version: str = ""
    sample: str | None = None
    limit: str = ""
    portions: int | None = None
    roles: dict[str, str] = Field(default_factory=dict)
    overrides: tuple[OverrideBody, ...] = ()


class ChoiceBody(Body):
    """Which instrument serves in a role."""

    role: str
    portion: int = 0
    instrument: str
    reason: str = ""


class PortionBody(Body):
    """One more determination, or one that is given up."""

    action: Literal["add", "abandon"]
    portion: int = 0
    reason: str = ""


class StrikeBody(Body):
    """Which event does not count any more."""

    n: int
    reason: str


class NoteBody(Body):
    """Something to write down."""

    text: str


class Sessions:
    """The sessions of a site."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=SentenceRoute)
        router.add_api_route("", self.all, methods=["GET"])
        router.add_api_route("", self.start, methods=["POST"])
        router.add_api_route("/{session}", self.one, methods=["GET"])
        router.add_api_route("/{session}/events", self.events, methods=["GET"])
        router.add_api_route("/{session}/results", self.results, methods=["GET"])
        router.add_api_route("/{session}/instruments", self.choose, methods=["POST"])
        router.add_api_route("/{session}/overrides", self.allow, methods=["POST"])
        router.add_api_route("/{session}/portions", self.portions, methods=["POST"])
        router.add_api_route("/{session}/strikes", self.strike, methods=["POST"])
        router.add_api_route("/{session}/notes", self.note, methods=["POST"])
        return router

    def all(self, request: Request, sample: str = "") -> list[dict[str, Any]]:
        """The open sessions, or all of one sample."""
        self._context.person(request)
        bench = self._context.bench()
        found = sessions_of_sample(bench, sample) if sample else list_sessions(bench).open
        return [session_json(one.state) for one in found]

    def start(self, request: Request, body: StartBody) -> dict[str, Any]:
        """Begin a session."""
        actor = self._context.person(request)
        order = Order(**body.model_dump(exclude={"overrides"}))
        allowed = tuple(self._allowed(request, one) for one in body.overrides)
        return session_json(start_session(self._context.bench(), actor, order, allowed))

    def one(self, request: Request, session: str) -> dict[str, Any]:
        """Where a session stands."""
        self._context.person(request)
        return session_json(session_state(self._context.bench(), session))

    def events(self, request: Request, session: str) -> list[dict[str, Any]]:
        """Everything that happened in a session, in order."""
        self._context.person(request)
        return [one.as_json() for one in opened(self._context.bench(), session).events]

    def results(self, request: Request, session: str) -> list[dict[str, Any]]:
        """All versions of its results."""
        self._context.person(request)
        bench = self._context.bench()
        opened(bench, session)
        with reading(bench.engine) as connection:
            return [result_json(one) for one in result_versions(connection, session)]

    def choose(self, request: Request, session: str, body: ChoiceBody) -> dict[str, Any]:
        """Put an instrument into a role."""
        actor = self._context.person(request)
        choice = Choice(body.role, body.portion, body.instrument, body.reason)
        return session_json(choose_instrument(self._context.bench(), actor, session, choice))

    def allow(self, request: Request, session: str, body: OverrideBody) -> dict[str, Any]:
        """Two people allow what is refused."""
        allowed = self._allowed(request, body)
        return session_json(override(self._context.bench(), session, allowed))

    def portions(self, request: Request, session: str, body: PortionBody) -> dict[str, Any]:
        """Add a determination, or give one up."""
        bench, actor = self._context.bench(), self._context.person(request)
        if body.action == "add":
            return session_json(add_portion(bench, actor, session))
        return session_json(abandon_portion(bench, actor, session, body.portion, body.reason))

    def strike(self, request: Request, session: str, body: StrikeBody) -> dict[str, Any]:
        """Strike out what an event did."""
        actor = self._context.person(request)
        return session_json(strike(self._context.bench(), actor, session, body.n, body.reason))

    def note(self, request: Request, session: str, body: NoteBody) -> dict[str, Any]:
        """Write something down."""
        actor = self._context.person(request)
        return session_json(note(self._context.bench(), actor, session, body.text))

    def _allowed(self, request: Request, body: OverrideBody) -> Allowed:
        first, second = (self._context.signature(request, one, OVERRIDE) for one in (body.first, body.second))
        return Allowed(body.code, body.subject, body.reason, (first, second))
