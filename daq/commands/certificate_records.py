"""Certificates in the records, at the console: taken in, approved by a second person, withdrawn, shown."""

import datetime
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.certificate_saying import Options, said_by
from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    complain,
    say_json,
    say_rows,
)
from daq.commands.people import RecordsOption, credentials, identified
from daq.commands.register import ByOption, Counter, RecordArgument, open_counter
from daq.commands.speech import say, word
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.documents import read_document
from daq.lab.certificates.draft import Document
from daq.lab.certificates.life import (
    InForce,
    check,
    enter,
    put_in_force,
    resume,
    return_to_draft,
    revoke,
    save_draft,
    suspend,
)
from daq.lab.certificates.register import NS_PER_S
from daq.lab.certificates.rules import cautions
from daq.lab.certificates.steps import CHECKERS, ENTERERS, WITHDRAWERS
from daq.records.certificate_content import CountedFrom
from daq.records.certificate_versions import State, Step, Version, find_version, versions
from daq.records.database import reading
from daq.records.register_tables import certificates
from daq.security.audit import Json
from daq.web.certificates.words import STATES, STEPS

ReasonOption = Annotated[str, typer.Option("--reason", prompt="Reason", help="Stands in the records.")]
DayOption = Annotated[
    datetime.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Day; by default now.")
]
"""The laboratory's day, from its beginning."""


def add(
    file: Annotated[Path, typer.Argument(help="DCC (XML), workbook (XLSX, CSV), PDF or native TOML.")],
    by: ByOption,
    equipment: Annotated[str | None, typer.Option(help="Short name in the register.")] = None,
    channel: Annotated[str | None, typer.Option(help="Channel; none for weights.")] = None,
    result: Annotated[int | None, typer.Option("--result", help="Which result, counted from 0.")] = None,
    verdict: Annotated[str | None, typer.Option(help="Conclusion of a verification (检定).")] = None,
    counted_from: Annotated[CountedFrom | None, typer.Option(help="Calibration: due counted from.")] = None,
    months: Annotated[int | None, typer.Option(help="Calibration: due after so many months.")] = None,
    day: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="That day, if it is not stated.")
    ] = None,
    sayings: Annotated[
        Path | None, typer.Option("--say", help="TOML with what the document does not say; see the docs.")
    ] = None,
    correct: Annotated[int | None, typer.Option(help="Number of the certificate this corrects: 17.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why there is a new version.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a draft; sign later.")] = False,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Take a document in as a certificate, and sign that it was entered."""
    until = day.date() if day else None
    options = Options(equipment, channel, result, verdict, reason, counted_from, months, until)
    with clear_errors(), open_counter(site, data, records) as counter:
        said = said_by(options, sayings)
        document = _document(counter, file)
        typed = credentials(by)
        signature = counter.signature(typed, ENTERERS, State.ENTERED.value)
        version = save_draft(counter.register, signature.actor, document, said, correct)
        if draft:
            typer.echo(
                say(
                    "{record}: kept as a draft; sign it: hengliang certificate enter {record}",
                    record=version.record,
                )
            )
            return
        try:
            _told(enter(counter.register, signature, version.record))
        except RegisterError:
            complain(
                say(
                    "{record} is kept as a draft: correct it by adding it with --correct {number}",
                    record=version.record,
                    number=version.id,
                )
            )
            raise


def enter_draft(
    record: RecordArgument,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Sign that a draft says what its document says."""
    with clear_errors(), open_counter(site, data, records) as counter:
        signature = counter.signature(credentials(by), ENTERERS, State.ENTERED.value)
        _told(enter(counter.register, signature, record))


def approve(
    record: RecordArgument,
    by: ByOption,
    from_day: DayOption = None,
    comment: Annotated[str, typer.Option(help="On what was found; needed where there are cautions.")] = "",
    mpe: Annotated[
        str | None, typer.Option(help="Permissible error in service, for results before an adjustment.")
    ] = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Sign, as the second person, that it was checked against its document, and put it in force."""
    with clear_errors(), open_counter(site, data, records) as counter:
        register = counter.register
        with reading(register.engine) as connection:
            version = find_version(connection, record)
            found = cautions(register, connection, version) if version.state is State.ENTERED else ()
        for one in found:
            complain(f"! {say(one.message, **one.facts)}")
        typed = credentials(by)
        if version.state is State.ENTERED:
            comment = comment or (typer.prompt(say("Comment on this")) if found else "")
            check(register, counter.signature(typed, CHECKERS, State.CHECKED.value), record, comment)
        when = InForce(_moment(counter, from_day), comment, _permissible(mpe))
        _told(put_in_force(register, counter.signature(typed, CHECKERS, State.IN_FORCE.value), record, when))


def _permissible(text: str | None) -> Decimal | None:
    try:
        found = Decimal(text) if text is not None else None
    except InvalidOperation:
        found = Decimal(0)
    if found is not None and not (found.is_finite() and found > 0):
        raise RegisterError(
            N_("{text} is no permissible error: a number greater than 0, in the unit of the indication."),
            text=repr(text),
        )
    return found


def return_certificate(
    record: RecordArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Give a certificate back to whoever entered it."""
    with clear_errors(), open_counter(site, data, records) as counter:
        _told(return_to_draft(counter.register, identified(counter.accounts, by), record, reason))


def suspend_certificate(
    record: RecordArgument,
    by: ByOption,
    reason: ReasonOption,
    from_day: DayOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Let a certificate not count from a moment on (quality manager)."""
    with clear_errors(), open_counter(site, data, records) as counter:
        signature = counter.signature(credentials(by), WITHDRAWERS, State.SUSPENDED.value)
        since = InForce(_moment(counter, from_day), reason)
        _told(suspend(counter.register, signature, record, since))


def resume_certificate(
    record: RecordArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Let a suspended certificate count again, from now on (quality manager)."""
    with clear_errors(), open_counter(site, data, records) as counter:
        signature = counter.signature(credentials(by), WITHDRAWERS, State.IN_FORCE.value)
        _told(resume(counter.register, signature, record, reason))


def revoke_certificate(
    record: RecordArgument,
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Let a certificate count for no time at all (quality manager)."""
    with clear_errors(), open_counter(site, data, records) as counter:
        signature = counter.signature(credentials(by), WITHDRAWERS, State.REVOKED.value)
        _told(revoke(counter.register, signature, record, reason))


def list_certificates(
    equipment: Annotated[str | None, typer.Option(help="Only of this equipment.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Older versions too.")] = False,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all certificates, the newest version of each."""
    where = certificates.c.equipment == equipment if equipment else None
    with clear_errors(), open_counter(site, data, records) as counter, reading(counter.register.engine) as c:
        found = versions(c, where)
    if not every:
        found = tuple({one.id: one for one in found}.values())
    if as_json:
        say_json([_facts(one) for one in found])
        return
    _told(*found)
    if not found:
        typer.echo(say("no certificate yet; the first: hengliang certificate add FILE"))


def show(
    record: RecordArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one version: what it says, and what happened to it."""
    with clear_errors(), open_counter(site, data, records) as counter, reading(counter.register.engine) as c:
        version = find_version(c, record)
    if as_json:
        say_json(_facts(version))
        return
    _told(version)
    content = version.content
    typer.echo(f"  {content.file_name}  {content.format}  sha256 {version.document_sha256}")
    for one in content.corrections:
        corrected = say(
            "corrected {cell}: {old} into {new}: {reason}",
            cell=one.target,
            old=repr(one.document),
            new=repr(one.person),
            reason=one.reason,
        )
        typer.echo(f"  {corrected}")
    for settled in content.settled:
        how = say("settled {finding}: {reason}", finding=settled.finding, reason=settled.reason)
        typer.echo(f"  {how}")
    for link in version.links:
        where = link.upstream or say("not in these records")
        typer.echo(f"  {say('standard')} {link.number}  {where}")
    say_rows(_step(step, counter.register.day_of) for step in version.steps)


def _document(counter: Counter, file: Path) -> Document:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RegisterError(
            N_("{path} cannot be read ({words})."), path=file, words=error.strerror
        ) from error
    register = counter.register
    now = datetime.datetime.fromtimestamp(register.clock.now_ns() // NS_PER_S, register.zone)
    return read_document(data, str(file), counter.settings.certificates, now)


def _moment(counter: Counter, day: datetime.datetime | None) -> int:
    return counter.register.start_of(day.date()) if day else counter.register.clock.now_ns()


def _step(step: Step, day_of: Callable[[int], datetime.date]) -> tuple[str, ...]:
    state = word(step.state.value, STEPS)
    if step.from_ns is not None:
        state = say("{state} from {day}", state=state, day=day_of(step.from_ns))
    return f"  {day_of(step.t_ns)}", state, step.account, step.reason


def _told(*found: Version) -> None:
    say_rows(map(_row, found))


def _row(version: Version) -> tuple[str, ...]:
    due = version.content.due
    where = " ".join(part for part in (version.equipment, version.channel) if part) or "?"
    until = say("until {day}", day=due.last_day) if due else ""
    return version.record, version.number or "?", where, word(version.state.value, STATES), until


def _facts(version: Version) -> dict[str, Json]:
    content = version.content
    return {
        "record": version.record,
        "number": version.number,
        "equipment": version.equipment,
        "channel": version.channel,
        "kind": content.kind,
        "form": content.form.value,
        "state": version.state.value,
        "entered_by": version.entered_by,
        "checked_by": version.checked_by,
        "in_force_from_ns": version.begins_ns,
        "periods_ns": [list(period) for period in version.periods()],
        "last_day": content.due.last_day.isoformat() if content.due else None,
        "document": {"name": content.file_name, "format": content.format, "sha256": version.document_sha256},
        "standards": [
            {"number": link.number, "sha256": link.sha256, "upstream": link.upstream}
            for link in version.links
        ],
        "corrections": [asdict(one) for one in content.corrections],
        "settled": [asdict(one) for one in content.settled],
        "steps": [
            {
                "t_ns": step.t_ns,
                "state": step.state.value,
                "account": step.account,
                "role": step.role,
                "from_ns": step.from_ns,
                "reason": step.reason,
            }
            for step in version.steps
        ],
    }


COMMANDS: dict[str, Callable[..., None]] = {
    "add": add,
    "enter": enter_draft,
    "approve": approve,
    "return": return_certificate,
    "suspend": suspend_certificate,
    "resume": resume_certificate,
    "revoke": revoke_certificate,
    "list": list_certificates,
    "show": show,
}
