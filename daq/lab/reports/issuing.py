"""Test reports: built from a reviewed session, numbered, kept in both languages, amended by a next version.

A report is issued once for each review. Its content, its number and its documents are committed together
with their entries in the audit trail; nothing of an issued report is ever changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from daq.errors import BenchError, NoSuchRecordError, NotPermittedError, PaperError, TwoPersonError
from daq.i18n import LANGUAGES, N_
from daq.lab.certificates.register import StoredDocument, note_document
from daq.lab.papers.codes import check_code, json_of
from daq.lab.papers.content import Predecessor, Report, Sample
from daq.lab.papers.laboratory import demand_laboratory, laboratory_of
from daq.lab.papers.report import render_report
from daq.lab.reports.dossier import Dossier, Office, gather
from daq.lab.reports.dossier_deviations import deviations_of
from daq.lab.reports.dossier_figures import ambient_of, items_of, parallels_of, room_of
from daq.lab.reports.dossier_instruments import demand_not_revoked, instruments_of
from daq.lab.reports.numbers import next_report_number
from daq.lab.results.words import Words
from daq.lab.sessions.course import Signed
from daq.lab.sessions.events import Act
from daq.records.bench_tables import reports as table
from daq.records.database import changing
from daq.security.audit import as_text
from daq.security.carried import typed
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import REPORTS
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature

ISSUED = "issued"
"""What the signature under a report means."""
ISSUERS = (Role.QUALITY_MANAGER, Role.METROLOGIST)
PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """One version of a report as the records have it."""

    number: str
    version: int
    session: str
    t_ns: int
    account: str
    check_code: str
    documents: Mapping[str, str]
    """SHA-256 of the PDF by language."""
    review: int
    """Number of the session's event that was the review."""
    content: Report

    def file_name(self, language: str) -> str:
        """``HL-2026-0157-v2-en.pdf``."""
        version = f"-v{self.version}" if self.version > 1 else ""
        return f"{self.number}{version}-{language}.pdf"


def issue_report(office: Office, signature: Signature, session: str) -> IssuedReport:
    """Issue the report of a reviewed session, or the next version after an amendment.

    Args:
        office: the bench, its documents, the site's configuration.
        signature: means ``issued``, of a quality manager or metrologist who took no part in the work.
        session: its number.

    Raises:
        NotPermittedError: the signature means something else, or the person has neither role.
        TwoPersonError: the person took part in the work.
        BenchError: the session is not reviewed, or there is none.
        PaperError: it is a check, it was issued already, a simulated capture is in it, a certificate behind
            it was revoked, the site has no [laboratory], or it cannot be typeset.
        BlobError: the documents cannot be kept.
    """
    laboratory = demand_laboratory(office.settings.laboratory)
    _demand_meaning(signature)
    with changing(office.bench.engine) as connection:
        demand_role(connection, signature.person, signature.role)
        dossier = gather(connection, office, session)
        review, sample = _demand_issuable(connection, dossier, signature)
        before = _last(connection, session)
        if before is not None and before.review == review.n:
            raise PaperError(
                N_("Report {number}, version {version}, was issued for this review of {session} already."),
                number=before.number,
                version=before.version,
                session=session,
            )
        number = before.number if before else next_report_number(connection, office.bench, laboratory)
        content = _report(connection, dossier, (number, before), signature, sample)
        return _keep(connection, office, signature, (content, review))


def issued_reports(connection: Connection, session: str | None = None) -> tuple[IssuedReport, ...]:
    """All reports, or those of one session: the newest first, of each number the last version first."""
    statement = select(table).order_by(table.c.t_ns.desc(), table.c.number.desc(), table.c.version.desc())
    if session is not None:
        statement = statement.where(table.c.session == session)
    return tuple(_issued(row) for row in connection.execute(statement))


def search_reports(connection: Connection, wanted: str, limit: int) -> tuple[IssuedReport, ...]:
    """The newest reports that have a text somewhere in their content: a client, a lot, a number."""
    statement = select(table).order_by(table.c.t_ns.desc(), table.c.number.desc(), table.c.version.desc())
    if wanted:
        statement = statement.where(table.c.body.contains(wanted, autoescape=True))
    return tuple(_issued(row) for row in connection.execute(statement.limit(limit)))


def valid_versions(connection: Connection) -> dict[str, int]:
    """The version of every report that is valid now: the last one."""
    rows = connection.execute(select(table.c.number, func.max(table.c.version)).group_by(table.c.number))
    return {row[0]: row[1] for row in rows}


def find_report(connection: Connection, number: str, version: int | None = None) -> IssuedReport:
    """One version of a report; without ``version`` the last one.

    Raises:
        NoSuchRecordError: it was never issued.
    """
    statement = select(table).where(table.c.number == number).order_by(table.c.version.desc())
    if version is not None:
        statement = statement.where(table.c.version == version)
    row = connection.execute(statement).first()
    if row is None:
        if version is not None:
            raise NoSuchRecordError(
                N_("There is no report {number}, version {version}."), number=number, version=version
            )
        raise NoSuchRecordError(N_("There is no report {number}."), number=number)
    return _issued(row)


def report_pdf(office: Office, report: IssuedReport, language: str) -> bytes:
    """The file that was issued, in ``zh_CN`` or ``en``.

    Raises:
        BlobError: it is not there, or has other bytes.
    """
    return office.blobs.get(report.documents[language])


def _demand_meaning(signature: Signature) -> None:
    if signature.meaning != ISSUED or signature.role not in ISSUERS:
        raise NotPermittedError(
            N_("A report is issued with a signature that means it, by one of: {roles}."),
            roles=", ".join(role.value for role in ISSUERS),
        )


def _demand_issuable(connection: Connection, dossier: Dossier, signature: Signature) -> tuple[Signed, Sample]:
    state, sample = dossier.state, dossier.sample_on_paper()
    session = state.header.id
    if sample is None:
        raise PaperError(
            N_("{session} is a check of an instrument: it has a raw record, and no report."), session=session
        )
    if state.reviewed is None:
        raise BenchError(
            N_("{session} is not reviewed by a second person yet: no report of it is issued."),
            session=session,
        )
    if signature.person in state.hands:
        raise TwoPersonError(
            N_("{account} took part in {session}; another person must issue its report."),
            account=signature.person,
            session=session,
        )
    if dossier.has_simulated_captures and not dossier.office.bench.rules.simulated:
        raise PaperError(
            N_("{session} has simulated captures: no report of this laboratory can be made of it."),
            session=session,
        )
    demand_not_revoked(connection, dossier)
    return state.reviewed, sample


def _report(
    connection: Connection,
    dossier: Dossier,
    numbered: tuple[str, IssuedReport | None],
    signature: Signature,
    sample: Sample,
) -> Report:
    number, before = numbered
    instruments = instruments_of(connection, dossier)
    issued = dossier.signed(signature.person, signature.role, N_("authorized"), signature.t_ns)
    return Report(
        laboratory=laboratory_of(dossier.office.settings.laboratory, dossier.state.header.method),
        number=number,
        version=before.version + 1 if before else 1,
        issued_ns=dossier.office.bench.clock.now_ns(),
        predecessor=_predecessor(dossier, before) if before else None,
        session=dossier.state.header.id,
        sample=sample,
        method=dossier.method_on_paper(),
        place=_place(dossier, [one.name for one in instruments]),
        begun_ns=dossier.state.header.t_ns,
        ended_ns=dossier.ended_ns,
        items=items_of(dossier),
        parallels=parallels_of(dossier),
        ambient=ambient_of(connection, dossier),
        instruments=instruments,
        deviations=deviations_of(dossier),
        signatures=(*dossier.signatures(), issued),
        simulated=dossier.is_simulated,
    )


def _predecessor(dossier: Dossier, before: IssuedReport) -> Predecessor:
    """What is replaced, with the reasons of everything that opened the session since."""
    reasons = [
        event.text("reason")
        for event in dossier.state.events
        if event.n > before.review and event.act in (Act.AMENDED, Act.RECALCULATED)
    ]
    return Predecessor(
        number=before.number,
        version=before.version,
        issued_ns=before.t_ns,
        check_code=before.check_code,
        reason="; ".join(dict.fromkeys(reasons)),
    )


def _place(dossier: Dossier, instruments: list[str]) -> Words:
    """The rooms of the instruments; the laboratory's address where none is known."""
    found = (room_of(dossier, name.partition("/")[0]) for name in instruments)
    rooms = list(dict.fromkeys(room for room in found if room is not None))
    if not rooms:
        return laboratory_of(dossier.office.settings.laboratory).address
    return Words("、".join(one.zh or one.en for one in rooms), ", ".join(one.en or one.zh for one in rooms))


def _keep(
    connection: Connection, office: Office, signature: Signature, reviewed: tuple[Report, Signed]
) -> IssuedReport:
    """Typeset it in every language, keep the files, write the row."""
    content, review = reviewed
    site = office.settings.site
    code = check_code(json_of(content))
    report = IssuedReport(
        number=content.number,
        version=content.version,
        session=content.session,
        t_ns=content.issued_ns,
        account=signature.person,
        check_code=code,
        documents={},
        review=review.n,
        content=content,
    )
    documents = {}
    for language in LANGUAGES:
        pdf = render_report(content, language, site.timezone)
        sha256 = documents[language] = office.blobs.put(pdf)
        stored = StoredDocument(sha256, report.file_name(language), PDF, len(pdf))
        note_document(connection, signature.actor, stored, report.t_ns)
    body: dict[str, Any] = {"content": json_of(content), "documents": documents, "review": review.n}
    row = {
        "number": report.number,
        "version": report.version,
        "session": report.session,
        "t_ns": report.t_ns,
        "account": report.account,
        "document_sha256": documents[site.language],
        "check_code": code,
        "body": as_text(body),
    }
    reason = content.predecessor.reason if content.predecessor else ""
    keep(connection, signature.actor, NewRow(REPORTS, row, "issue report", reason), report.t_ns)
    return find_report(connection, report.number, report.version)


def _last(connection: Connection, session: str) -> IssuedReport | None:
    return max(issued_reports(connection, session), key=lambda one: one.version, default=None)


def _issued(row: Row[Any]) -> IssuedReport:
    try:
        body = json.loads(row.body)
        content = typed(Report, {k: v for k, v in body["content"].items() if k != "kind"})
        documents, review = dict(body["documents"]), int(body["review"])
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError) as error:
        raise PaperError(
            N_("Report {number} was altered in the records; run hengliang verify."), number=row.number
        ) from error
    return IssuedReport(
        number=row.number,
        version=row.version,
        session=row.session,
        t_ns=row.t_ns,
        account=row.account,
        check_code=row.check_code,
        documents=documents,
        review=review,
        content=content,
    )
