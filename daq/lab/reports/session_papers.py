"""Every paper of a session as a file: its report, raw record, tables, evidence."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from daq.errors import NoSuchRecordError
from daq.i18n import N_
from daq.lab.papers.tables import Table, as_csv, as_xlsx
from daq.lab.reports.dossier import Office
from daq.lab.reports.evidence_package import evidence_zip
from daq.lab.reports.issuing import PDF, issued_reports, report_pdf
from daq.lab.reports.raw_record import raw_record_pdf
from daq.lab.sessions.tables import session_tables
from daq.records.database import reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file on its way to somebody."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which paper of a session."""

    session: str
    language: str
    version: str = ""
    """Of the report; empty for the last one."""


def paper_of(office: Office, name: str, wanted: Wanted) -> Paper:
    """A paper by the last part of its address, one of ``PAPERS``.

    Raises:
        NoSuchRecordError: there is no such paper, session or version.
        PaperError: it cannot be typeset.
        BlobError: its document cannot be read.
    """
    make = PAPERS.get(name)
    if make is None:
        raise NoSuchRecordError(N_("There is no such paper of {session}."), session=wanted.session)
    return make(office, wanted)


def _report(office: Office, wanted: Wanted) -> Paper:
    """The version that is asked for, or the last one."""
    with reading(office.bench.engine) as connection:
        found = issued_reports(connection, wanted.session)
    chosen = [one for one in found if wanted.version in ("", str(one.version))]
    if not chosen:
        raise NoSuchRecordError(N_("No such report of {session} was issued."), session=wanted.session)
    report = max(chosen, key=lambda one: one.version)
    return Paper(report.file_name(wanted.language), PDF, report_pdf(office, report, wanted.language))


def _raw_record(office: Office, wanted: Wanted) -> Paper:
    pdf = raw_record_pdf(office, wanted.session, wanted.language)
    return Paper(f"{wanted.session}-raw-record-{wanted.language}.pdf", PDF, pdf)


def _workbook(office: Office, wanted: Wanted) -> Paper:
    return Paper(f"{wanted.session}.xlsx", XLSX, as_xlsx(_tables(office, wanted).values()))


def _csv(office: Office, wanted: Wanted, name: str) -> Paper:
    data = as_csv(_tables(office, wanted)[name])
    return Paper(f"{wanted.session}-{name}.csv", "text/csv; charset=utf-8", data)


def _tables(office: Office, wanted: Wanted) -> dict[str, Table]:
    with reading(office.bench.engine) as connection:
        return session_tables(connection, office, wanted.session)


def _evidence(office: Office, wanted: Wanted) -> Paper:
    return Paper(f"{wanted.session}-evidence.zip", "application/zip", evidence_zip(office, wanted.session))


PAPERS: dict[str, Callable[[Office, Wanted], Paper]] = {
    "report.pdf": _report,
    "raw-record.pdf": _raw_record,
    "session.xlsx": _workbook,
    "results.csv": functools.partial(_csv, name="results"),
    "captures.csv": functools.partial(_csv, name="captures"),
    "evidence.zip": _evidence,
}
"""What there is of a session, by the last part of its address."""
