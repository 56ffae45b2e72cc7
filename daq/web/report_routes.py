"""Papers as files, for whoever is signed in: reports, raw records, tables, evidence, labels."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from daq.errors import BlobError, HengliangError, NoSuchRecordError
from daq.i18n import LANGUAGES, N_
from daq.lab.equipment.labels import label_pdf
from daq.lab.papers.tables import Table, as_csv, as_xlsx
from daq.lab.reports.evidence_package import evidence_zip
from daq.lab.reports.issuing import IssuedReport, issued_reports, report_pdf
from daq.lab.reports.raw_record import raw_record_pdf
from daq.lab.sessions.tables import session_tables
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.visit import Visit, admit

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PRIVATE = {"Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A file on its way to somebody."""

    name: str
    media_type: str
    data: bytes

    def answer(self) -> Response:
        """PDF opens in the browser, everything else is saved."""
        disposition = "inline" if self.media_type == PDF else "attachment"
        named = f"{disposition}; filename*=UTF-8''{quote(self.name)}"
        headers = _PRIVATE | {"Content-Disposition": named, "X-Content-Type-Options": "nosniff"}
        return Response(self.data, media_type=self.media_type, headers=headers)


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
        return _answered(desk, request, lambda here: _PAPERS.get(paper, _unknown)(here, session))

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
        return make(here).answer()
    except HengliangError as error:
        status = 404 if isinstance(error, NoSuchRecordError | BlobError) else 409
        return PlainTextResponse(here.words.error(error), status, _PRIVATE)


def _language(here: Visit) -> str:
    asked = here.request.query_params.get("language", "")
    return asked if asked in LANGUAGES else here.words.language


def _report(here: Visit, session: str) -> Paper:
    """The version that is asked for, or the last one."""
    version = here.request.query_params.get("version", "")
    with reading(here.desk.engine) as connection:
        found = issued_reports(connection, session)
    chosen = [one for one in found if not version or str(one.version) == version]
    if not chosen:
        raise NoSuchRecordError(N_("No such report of {session} was issued."), session=session)
    report = max(chosen, key=lambda one: one.version)
    language = _language(here)
    return Paper(report.file_name(language), PDF, report_pdf(here.desk.office, report, language))


def _raw_record(here: Visit, session: str) -> Paper:
    language = _language(here)
    pdf = raw_record_pdf(here.desk.office, session, language)
    return Paper(f"{session}-raw-record-{language}.pdf", PDF, pdf)


def _workbook(here: Visit, session: str) -> Paper:
    return Paper(f"{session}.xlsx", XLSX, as_xlsx(_tables(here, session).values()))


def _csv(here: Visit, session: str, name: str) -> Paper:
    data = as_csv(_tables(here, session)[name])
    return Paper(f"{session}-{name}.csv", "text/csv; charset=utf-8", data)


def _tables(here: Visit, session: str) -> dict[str, Table]:
    with reading(here.desk.engine) as connection:
        return session_tables(connection, here.desk.office, session)


def _evidence(here: Visit, session: str) -> Paper:
    return Paper(f"{session}-evidence.zip", "application/zip", evidence_zip(here.desk.office, session))


def _unknown(_here: Visit, session: str) -> Paper:
    raise NoSuchRecordError(N_("There is no such paper of {session}."), session=session)


_PAPERS: dict[str, Callable[[Visit, str], Paper]] = {
    "report.pdf": _report,
    "raw-record.pdf": _raw_record,
    "session.xlsx": _workbook,
    "results.csv": functools.partial(_csv, name="results"),
    "captures.csv": functools.partial(_csv, name="captures"),
    "evidence.zip": _evidence,
}
"""What there is of a session, by the last part of its address."""
