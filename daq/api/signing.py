"""The end of a session: finish, sign, review, return, amend, recalculate, cancel."""

from typing import Any

from fastapi import APIRouter, Request

from daq.api.context import ApiContext, Body, ReasonBody, SentenceRoute, SignatureBody
from daq.lab.sessions.json import session_json
from daq.lab.sessions.results import change_json, finish_session, recalculate
from daq.lab.sessions.signing import (
    PERFORMED,
    REVIEWED,
    amend_session,
    cancel_session,
    return_session,
    review_session,
    sign_session,
)


class ReviewBody(Body):
    """What the second person signs, and says."""

    signature: SignatureBody
    comments: str = ""


class CommentsBody(Body):
    """What has to be done before it is signed again."""

    comments: str


class Signing:
    """How sessions end."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    def router(self) -> APIRouter:
        """Its addresses."""
        router = APIRouter(prefix="/sessions/{session}", tags=["signing"], route_class=SentenceRoute)
        router.add_api_route("/finish", self.finish, methods=["POST"])
        router.add_api_route("/sign", self.sign, methods=["POST"])
        router.add_api_route("/review", self.review, methods=["POST"])
        router.add_api_route("/return", self.give_back, methods=["POST"])
        router.add_api_route("/amend", self.amend, methods=["POST"])
        router.add_api_route("/recalculate", self.recalculate, methods=["POST"])
        router.add_api_route("/cancel", self.cancel, methods=["POST"])
        return router

    def finish(self, request: Request, session: str) -> dict[str, Any]:
        """Compute and keep the results."""
        actor = self._context.person(request)
        return session_json(finish_session(self._context.bench(), actor, session))

    def sign(self, request: Request, session: str, body: SignatureBody) -> dict[str, Any]:
        """Whoever did the work signs it."""
        signature = self._context.signature(request, body, PERFORMED)
        return session_json(sign_session(self._context.bench(), session, signature))

    def review(self, request: Request, session: str, body: ReviewBody) -> dict[str, Any]:
        """A second person signs."""
        signature = self._context.signature(request, body.signature, REVIEWED)
        return session_json(review_session(self._context.bench(), session, signature, body.comments))

    def give_back(self, request: Request, session: str, body: CommentsBody) -> dict[str, Any]:
        """A second person gives it back."""
        actor = self._context.person(request)
        return session_json(return_session(self._context.bench(), actor, session, body.comments))

    def amend(self, request: Request, session: str, body: ReasonBody) -> dict[str, Any]:
        """Open a reviewed session again."""
        actor = self._context.person(request)
        return session_json(amend_session(self._context.bench(), actor, session, body.reason))

    def recalculate(self, request: Request, session: str, body: ReasonBody) -> dict[str, Any]:
        """Compute again with the certificates that count now."""
        actor = self._context.person(request)
        found = recalculate(self._context.bench(), actor, session, body.reason)
        return {
            "state": session_json(found.state),
            "verdict_changed": found.verdict_changed,
            "changes": [change_json(one) for one in found.changes],
        }

    def cancel(self, request: Request, session: str, body: ReasonBody) -> dict[str, Any]:
        """Give it up."""
        actor = self._context.person(request)
        return session_json(cancel_session(self._context.bench(), actor, session, body.reason))
