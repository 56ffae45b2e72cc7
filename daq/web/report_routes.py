"""Papers as files, for whoever is signed in: reports, raw records, tables, evidence, labels."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from daq.errors import BlobError, HengliangError, NoSuchRecordError
from daq.i18n import LANGUAGES
from daq.lab.equipment.labels import label_pdf
from daq.lab.reports.issuing import PDF, IssuedReport
from daq.lab.reports.session_papers import Paper, Wanted, paper_of
from daq.web.desk import Desk
from daq.web.visit import Visit, admit

_PRIVATE = {"Cache-Control": "private, no-cache"}


def report_address(report: IssuedReport, language: str) -> str:
    """Where one version of a report is opened."""
    asked = urlencode({"version": report.version, "language": language})
    return f"/session/{report.session}/report.pdf?{asked}"


def label_address(equipment: str) -> str:
    """Where the label of a piece of equipment is opened."""
    return f"/equipment/{quote(equipment, safe='')}/label.pdf"


def report_routes(desk: Desk) -> APIRouter:
    """``/session/NUMBER/report.pdf`` …, ``/equipment/NAME/label.pdf``; ``?language=`` is else the page's."""
    router = APIRouter()

    @router.get("/session/{session}/{paper}")
    def of_session(request: Request, session: str, paper: str) -> Response:
        return _answered(desk, request, lambda here: _of_session(here, session, paper))

    @router.get("/equipment/{name}/label.pdf")
    def label(request: Request, name: str) -> Response:
        return _answered(
            desk, request, lambda here: Paper(f"{name}-label.pdf", PDF, label_pdf(here.desk.office, name))
        )

    return router


def _answered(desk: Desk, request: Request, make: Callable[[Visit], Paper]) -> Response:
    here = admit(desk, request)
    if isinstance(here, RedirectResponse):
        return here
    try:
        return _sent(make(here))
    except HengliangError as error:
        status = 404 if isinstance(error, NoSuchRecordError | BlobError) else 409
        return PlainTextResponse(here.words.error(error), status, _PRIVATE)


def _sent(paper: Paper) -> Response:
    """PDF opens in the browser, everything else is saved."""
    disposition = "inline" if paper.media_type == PDF else "attachment"
    named = f"{disposition}; filename*=UTF-8''{quote(paper.name)}"
    headers = _PRIVATE | {"Content-Disposition": named, "X-Content-Type-Options": "nosniff"}
    return Response(paper.data, media_type=paper.media_type, headers=headers)


def _of_session(here: Visit, session: str, name: str) -> Paper:
    asked = here.request.query_params
    language = asked.get("language", "")
    said = language if language in LANGUAGES else here.words.language
    return paper_of(here.desk.office, name, Wanted(session, said, asked.get("version", "")))
