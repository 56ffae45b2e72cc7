"""What every resource works on, and how an error becomes an answer."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from daq.errors import (
    AlertError,
    AuditError,
    BenchError,
    BlobError,
    BrakeError,
    CheckError,
    HengliangError,
    JournalError,
    NoSuchRecordError,
    NotPermittedError,
    PaperError,
    RecordsBusyError,
    RecordsError,
    RegisterError,
    ResultBlockedError,
    SignInError,
    StepRefusedError,
    TwoPersonError,
)
from daq.lab.methods.file import MethodError
from daq.lab.reports.dossier import Office
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.remarks import CODES
from daq.records.blobs import BlobStore
from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.signatures import Signature
from daq.settings import Settings

_STATUS: tuple[tuple[type[HengliangError], int], ...] = (
    (NoSuchRecordError, 404),
    (BrakeError, 429),
    (SignInError, 401),
    (NotPermittedError, 403),
    (TwoPersonError, 403),
    (MethodError, 422),
    (AuditError, 422),
    (BlobError, 503),
    (BenchError, 409),
    (AlertError, 409),
    (RegisterError, 409),
    (CheckError, 409),
    (PaperError, 409),
    (RecordsBusyError, 503),
    (RecordsError, 503),
    (JournalError, 503),
)
"""The first that fits counts; anything else is a defect, and is not hidden as an answer."""


@dataclass(frozen=True, slots=True)
class ApiContext:
    """One site, as the resources see it."""

    settings: Settings
    bench: Callable[[], Bench]
    """As of the request."""
    accounts: Accounts
    blobs: BlobStore
    person: Callable[[Request], Actor]
    """Who asks; raises ``SignInError`` where nobody is signed in."""

    def office(self) -> Office:
        """Where papers are made."""
        return Office(self.bench(), self.blobs, self.settings)

    def signature(self, request: Request, body: "SignatureBody", meaning: str) -> Signature:
        """The signature of a person who typed account and password into this request.

        Raises:
            SignInError: they do not belong together.
            NotPermittedError: the person does not have the role.
        """
        origin = self.person(request).origin
        credentials = Credentials(body.account, body.password, origin)
        return self.accounts.sign(credentials, Role(body.role), meaning)


class Body(BaseModel):
    """What a request carries: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignatureBody(Body):
    """A person's word, with the password once more."""

    account: str
    password: str = Field(repr=False)
    role: Role


class ReasonBody(Body):
    """Why something is done."""

    reason: str


class SentenceRoute(APIRoute):
    """Answers an error with its sentence, its reasons, and the status that fits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into answers."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return JSONResponse(request_json(error), status_code=422)
            except HengliangError as error:
                status = next((code for kind, code in _STATUS if isinstance(error, kind)), None)
                if status is None:
                    raise
                return JSONResponse(error_json(error), status_code=status)

        return answer


def error_json(error: HengliangError) -> dict[str, Any]:
    """An error for another program: its kind, its English sentence, and every reason by itself.

    ``allow`` says what two people may allow of it: code and subject of an override.
    """
    found: dict[str, Any] = {"error": type(error).__name__, "sentence": str(error)}
    if isinstance(error, StepRefusedError | ResultBlockedError):
        found["reasons"] = [_reason_json(message, facts) for message, facts in error.reasons]
    if isinstance(error, StepRefusedError):
        found["allow"] = [{"code": code, "subject": subject} for code, subject in error.stops]
    return found


def request_json(error: RequestValidationError) -> dict[str, Any]:
    """A request that cannot be read, in the same form: one reason for each mistake, with its key.

    What was sent is not repeated: it may be a password.
    """
    reasons = []
    for detail in error.errors():
        key = ".".join(str(part) for part in detail["loc"][1:]) or str(detail["loc"][0])
        facts = {"key": key, "why": _WHY.get(detail["type"], str(detail["msg"]))}
        reasons.append(_reason_json("{key}: {why}", facts))
    sentence = "\n".join(one["sentence"] for one in reasons)
    return {"error": "RequestError", "sentence": sentence, "reasons": reasons}


_WHY = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "json_invalid": "the body is not JSON",
    "model_attributes_type": "the body is not a JSON object; send Content-Type: application/json",
}


def _reason_json(message: str, facts: Mapping[str, object]) -> dict[str, Any]:
    kept = {key: value if isinstance(value, int) else str(value) for key, value in facts.items()}
    code = CODES.get(message, "")
    return {"code": code, "message": message, "facts": kept, "sentence": message.format(**facts)}
