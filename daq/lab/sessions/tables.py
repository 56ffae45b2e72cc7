"""One session as tables for spreadsheets: itself, its results, its captures."""

from decimal import Decimal

from sqlalchemy import Connection

from daq.lab.papers.content import NOTHING
from daq.lab.papers.exports import ResultLine, SessionLine, captures_table, results_table, sessions_table
from daq.lab.papers.from_result import item_of
from daq.lab.papers.tables import Table
from daq.lab.papers.words import PaperWords
from daq.lab.reports.dossier import Dossier, Office, gather
from daq.lab.reports.issuing import issued_reports
from daq.lab.reports.raw_record import capture_lines
from daq.lab.results.words import Words, title_of, words
from daq.lab.sessions.events import Stage
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.stage_words import STAGES


def session_tables(connection: Connection, office: Office, session: str) -> dict[str, Table]:
    """The tables by their names in files: ``session``, ``results``, ``captures``.

    Raises:
        NoSuchRecordError: there is no such session.
    """
    dossier = gather(connection, office, session)
    reports = issued_reports(connection, session)
    number = reports[0].number if reports else ""
    timezone = office.settings.site.timezone
    lines = [_result(dossier, one, number) for one in dossier.results]
    return {
        "session": sessions_table([_session(dossier)], timezone),
        "results": results_table(lines, timezone),
        "captures": captures_table(capture_lines(connection, dossier), timezone),
    }


def _session(dossier: Dossier) -> SessionLine:
    state = dossier.state
    return SessionLine(
        session=state.header.id,
        method=title_of(dossier.procedure),
        sample=state.header.sample or "",
        product=_product(dossier),
        client=dossier.sample.about.client if dossier.sample else "",
        begun_ns=state.header.t_ns,
        ended_ns=None if state.stage is Stage.RUNNING else dossier.ended_ns,
        state=words(STAGES[state.stage][1]),
        name=dossier.name(state.header.account),
        simulated=dossier.is_simulated,
    )


def _result(dossier: Dossier, one: KeptResult, report: str) -> ResultLine:
    body, item = one.body, item_of(one.body)
    verdict = item.verdicts[0] if item.verdicts else None
    numbers = {key: None if body[key] is None else float(body[key]) for key in ("u", "k", "U")}
    return ResultLine(
        session=one.session,
        version=one.version,
        sample=dossier.state.header.sample or "",
        product=_product(dossier),
        lot=dossier.sample.about.lot if dossier.sample else "",
        client=dossier.sample.about.client if dossier.sample else "",
        method=title_of(dossier.procedure),
        item=Words(**body["title"]),
        portion=body["portion"],
        value=Decimal(body["value"]),
        reported=body["reported"],
        unit=body["unit"],
        u=numbers["u"],
        k=numbers["k"],
        U=numbers["U"],
        limit=PaperWords("en", dossier.office.settings.site.timezone).limit(verdict) if verdict else "",
        edition=verdict.edition if verdict else "",
        decision=verdict.decision if verdict else None,
        computed_ns=one.t_ns,
        report=report,
        simulated=dossier.is_simulated,
    )


def _product(dossier: Dossier) -> Words:
    sample = dossier.sample_on_paper()
    return sample.product if sample is not None else NOTHING
