"""The end of a session at the console: portions, results, signatures, what two people allow."""

from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    say_json,
)
from daq.commands.people import RecordsOption
from daq.commands.register import ByOption
from daq.commands.session_lines import result_line, status_lines
from daq.commands.speech import say, speech
from daq.commands.workbench import ReasonOption, SessionArgument, open_workbench
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.sessions.json import result_json, session_json
from daq.lab.sessions.records import BENCH_ROLES, session_state
from daq.lab.sessions.results import finish_session, kept_results, recalculate
from daq.lab.sessions.signing import (
    PERFORMED,
    REVIEWED,
    REVIEWERS,
    amend_session,
    cancel_session,
    return_session,
    review_session,
    sign_session,
)
from daq.lab.sessions.starting import Allowed, override
from daq.lab.sessions.state import SessionState
from daq.lab.sessions.steps import abandon_portion, add_portion, note
from daq.records.database import reading
from daq.security.people import Role

PortionArgument = Annotated[int, typer.Argument(metavar="PORTION")]
CommentsOption = Annotated[str, typer.Option("--comments", help="Stands in the record.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands those of ``app``."""
    for name, command in (
        ("add-portion", add),
        ("abandon-portion", abandon),
        ("note", write),
        ("allow", allow),
        ("finish", finish),
        ("results", results),
        ("sign", sign),
        ("review", review),
        ("return", give_back),
        ("amend", amend),
        ("recalculate", again),
        ("cancel", cancel),
    ):
        app.command(name)(command)


def add(
    session: SessionArgument,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """One more determination."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(add_portion(at.bench, at.actor(by), session))


def abandon(
    session: SessionArgument,
    portion: PortionArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Give a determination up; it stays in the record."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(abandon_portion(at.bench, at.actor(by), session, portion, reason))


def write(
    session: SessionArgument,
    by: ByOption,
    text: Annotated[str, typer.Option("--text", prompt="What", help="Stands in the record.")],
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write something down about a session."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(note(at.bench, at.actor(by), session, text))


def allow(
    session: SessionArgument,
    code: Annotated[str, typer.Argument(help="instrument, or the code of what refuses.")],
    subject: Annotated[str, typer.Argument(help="ROLE/INSTRUMENT, or STEP/PORTION.")],
    by: ByOption,
    second: Annotated[str, typer.Option("--second", prompt="Account of the second person")],
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Two people, one a quality manager, allow what is refused; it is printed on the report."""
    roles = (Role.QUALITY_MANAGER, Role.METROLOGIST, Role.TECHNICIAN)
    with clear_errors(), open_workbench(site, data, records) as at:
        first_signature = at.signature(by, roles, OVERRIDE)
        second_signature = at.signature(second, roles, OVERRIDE)
        allowed = Allowed(code, subject, reason, (first_signature, second_signature))
        _say(override(at.bench, session, allowed))


def finish(
    session: SessionArgument,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute and keep the results."""
    with clear_errors(), open_workbench(site, data, records) as at:
        state = finish_session(at.bench, at.actor(by), session)
        if as_json:
            say_json(session_json(state))
            return
    results(session, site, data, records)


def results(
    session: SessionArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the results with their uncertainty and verdict."""
    with clear_errors(), open_workbench(site, data, records) as at:
        session_state(at.bench, session)
        with reading(at.bench.engine) as connection:
            found = kept_results(connection, session)
    if as_json:
        say_json([result_json(one) for one in found])
        return
    for one in found:
        typer.echo(result_line(one))
    if not found:
        typer.echo(say("no result yet"))


def sign(
    session: SessionArgument,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Sign what you have done."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(sign_session(at.bench, session, at.signature(by, BENCH_ROLES, PERFORMED)))


def review(
    session: SessionArgument,
    by: ByOption,
    comments: CommentsOption = "",
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Sign, as a second person, that results and raw data agree."""
    with clear_errors(), open_workbench(site, data, records) as at:
        signature = at.signature(by, REVIEWERS, REVIEWED)
        _say(review_session(at.bench, session, signature, comments))


def give_back(
    session: SessionArgument,
    by: ByOption,
    comments: CommentsOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Give a signed session back, and say what has to be done."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(return_session(at.bench, at.actor(by), session, comments))


def amend(
    session: SessionArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Open a reviewed session again; what was reported is kept."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(amend_session(at.bench, at.actor(by), session, reason))


def again(
    session: SessionArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Compute again with the certificates that count now, beside the old results."""
    with clear_errors(), open_workbench(site, data, records) as at:
        found = recalculate(at.bench, at.actor(by), session, reason)
        for change in found.changes:
            typer.echo(speech().either(change.sentence.zh, change.sentence.en))
        _say(found.state)


def cancel(
    session: SessionArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Give a session up; it stays in the record."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(cancel_session(at.bench, at.actor(by), session, reason))


def _say(state: SessionState) -> None:
    for line in status_lines(state):
        typer.echo(line)
