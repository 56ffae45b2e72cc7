"""``/api/v1/sessions/{session}/steps``, ``captures`` and ``pictures``: what is done at the bench."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import Field

from daq.api.context import ApiContext, Body, SentenceRoute
from daq.errors import BenchError
from daq.i18n import N_
from daq.lab.certificates.register import StoredDocument
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.json import capture_json, remark_json, session_json
from daq.lab.sessions.state import SessionState
from daq.lab.sessions.steps import At, attach, confirm, enter, skip, start_timer, stop_timer

MOST_BYTES = 20_000_000
"""Of a picture."""
MEDIA_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""Kinds of picture by how their bytes begin; what a sender says about them is not believed."""


class StepBody(Body):
    """What a person does at a step, and which step the person saw."""

    action: Literal["confirm", "start-timer", "stop-timer", "enter", "skip"]
    step: str
    portion: int
    value: str = ""
    """Of ``enter``: the number as it was typed, with a point."""
    reason: str = ""
    """Of ``enter`` and ``skip``."""


class CaptureBody(Body):
    """A press."""

    step: str
    portion: int
    token: Annotated[str, Field(min_length=1, max_length=200)]
    """Made by whoever asks; the same again is answered with the capture that it made."""
    by: Annotated[str, Field(max_length=40)] = "program"
    instrument: str = ""


class Steps:
    """What is done in a session, step by step."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/sessions/{session}", tags=["steps"], route_class=SentenceRoute)
        router.add_api_route("/steps", self.step, methods=["POST"])
        router.add_api_route("/captures", self.capture, methods=["POST"])
        router.add_api_route("/pictures", self.picture, methods=["POST"])
        return router

    def step(self, request: Request, session: str, body: StepBody) -> dict[str, Any]:
        """Do the step where the portion stands."""
        return session_json(self._done(request, At(session, body.step, body.portion), body))

    def capture(self, request: Request, session: str, body: CaptureBody) -> dict[str, Any]:
        """Take the newest committed reading; the answer comes when it is on the disk."""
        actor = self._context.person(request)
        at = At(session, body.step, body.portion)
        press = Press(at=at, token=body.token, by=body.by, instrument=body.instrument)
        found = capture(self._context.bench(), actor, press)
        return {
            "n": found.n,
            "captures": [capture_json(one) for one in found.captures],
            "remarks": [remark_json(one) for one in found.remarks],
            "state": session_json(found.state),
        }

    def picture(
        self,
        request: Request,
        session: str,
        step: Annotated[str, Form()],
        portion: Annotated[int, Form()],
        file: Annotated[UploadFile, File()],
    ) -> dict[str, Any]:
        """Attach a picture to the step where the portion stands."""
        actor = self._context.person(request)
        data = file.file.read(MOST_BYTES + 1)
        kind = next((kind for start, kind in MEDIA_TYPES.items() if data.startswith(start)), "")
        if not kind or len(data) > MOST_BYTES:
            raise BenchError(N_("A picture is a JPEG or PNG file of at most {most} bytes."), most=MOST_BYTES)
        name = "".join(sign for sign in file.filename or "" if sign.isprintable())[:100] or "picture"
        document = StoredDocument(self._context.blobs.put(data), name, kind, len(data))
        return session_json(attach(self._context.bench(), actor, At(session, step, portion), document))

    def _done(self, request: Request, at: At, body: StepBody) -> SessionState:
        bench, actor = self._context.bench(), self._context.person(request)
        match body.action:
            case "confirm":
                return confirm(bench, actor, at)
            case "start-timer":
                return start_timer(bench, actor, at)
            case "stop-timer":
                return stop_timer(bench, actor, at)
            case "enter":
                return enter(bench, actor, at, body.value, body.reason)
            case "skip":
                return skip(bench, actor, at, body.reason)
