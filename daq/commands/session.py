"""Sessions at the console: start, status, and the steps at the bench."""

import secrets
from typing import Annotated

import typer

from daq.commands import session_end
from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    say_json,
    say_rows,
)
from daq.commands.people import RecordsOption
from daq.commands.register import ByOption
from daq.commands.session_lines import capture_line, status_lines
from daq.commands.speech import say, speech, word
from daq.commands.words import words
from daq.commands.workbench import ReasonOption, SessionArgument, Workbench, open_workbench
from daq.errors import BenchError
from daq.i18n import N_
from daq.lab.sessions import steps as session_steps
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.json import capture_json, remark_json, session_json
from daq.lab.sessions.list import OpenSession, list_sessions
from daq.lab.sessions.records import session_state
from daq.lab.sessions.stage_words import STAGES
from daq.lab.sessions.starting import Choice, Order, choose_instrument, start_session
from daq.lab.sessions.state import SessionState
from daq.lab.sessions.steps import At
from daq.web.sessions.words import remark_text

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Sessions: from the sample to the signed result."
)

PortionOption = Annotated[int | None, typer.Option("--portion", help="Where several portions have a step.")]
StepOption = Annotated[str | None, typer.Option("--step", help="The step that you see; else the next one.")]


@app.command("list")
def list_open(
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the sessions that still need somebody."""
    with clear_errors(), open_workbench(site, data, records) as at:
        found = list_sessions(at.bench).open
    if as_json:
        say_json([session_json(one.state) for one in found])
        return
    say_rows(_row(one) for one in found)
    if not found:
        typer.echo(say("no session needs anybody"))


@app.command()
def start(
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    by: ByOption,
    role: Annotated[list[str], typer.Option("--role", metavar="ROLE=INSTRUMENT")] = [],  # noqa: B006
    sample: Annotated[str | None, typer.Option("--sample", help="Number, or what a scanner read.")] = None,
    limit: Annotated[str, typer.Option("--limit", help="Which of the method's limits.")] = "",
    portions: Annotated[int | None, typer.Option("--portions", help="Parallel determinations.")] = None,
    version: Annotated[str, typer.Option("--version", help="First digits; else the approved one.")] = "",
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a session."""
    with clear_errors(), open_workbench(site, data, records) as at:
        order = Order(
            method=method,
            version=version,
            sample=sample,
            limit=limit,
            portions=portions,
            roles=dict(_pair(one) for one in role),
        )
        _say(start_session(at.bench, at.actor(by), order), as_json)


@app.command()
def status(
    session: SessionArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a session stands: what every portion has to do, and why."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(session_state(at.bench, session), as_json)


@app.command("capture")
def take(
    session: SessionArgument,
    by: ByOption,
    portion: PortionOption = None,
    step: StepOption = None,
    instrument: Annotated[str, typer.Option("--instrument", help="Refuse any other.")] = "",
    token: Annotated[str, typer.Option("--token", help="The same again captures once.")] = "",
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the newest committed reading of the instrument into the step."""
    with clear_errors(), open_workbench(site, data, records) as at:
        actor = at.actor(by)
        where = _made(at, session, (portion, step), token) or _at(at, session, (portion, step), "capture")
        press = Press(at=where, token=token or secrets.token_hex(8), by="console", instrument=instrument)
        found = capture(at.bench, actor, press)
    if as_json:
        captures = [capture_json(one) for one in found.captures]
        remarks = [remark_json(one) for one in found.remarks]
        say_json({"n": found.n, "captures": captures, "remarks": remarks, "state": session_json(found.state)})
        return
    for one in found.captures:
        typer.echo(capture_line(one))
    for remark in found.remarks:
        typer.echo(f"  ! {remark_text(remark, words())}")
    _say(found.state, as_json=False)


@app.command()
def confirm(
    session: SessionArgument,
    by: ByOption,
    portion: PortionOption = None,
    step: StepOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """You have done what the instruction says."""
    with clear_errors(), open_workbench(site, data, records) as at:
        actor = at.actor(by)
        where = _at(at, session, (portion, step), "confirm")
        _say(session_steps.confirm(at.bench, actor, where), as_json)


@app.command()
def timer(
    what: Annotated[str, typer.Argument(metavar="start|stop")],
    session: SessionArgument,
    by: ByOption,
    portion: PortionOption = None,
    step: StepOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start or stop a time, or a temperature that is held: a dish goes into the oven, or comes out."""
    if what not in ("start", "stop"):
        raise typer.BadParameter(say("start or stop"))
    with clear_errors(), open_workbench(site, data, records) as at:
        actor = at.actor(by)
        where = _at(at, session, (portion, step), f"{what}-timer")
        act = session_steps.start_timer if what == "start" else session_steps.stop_timer
        _say(act(at.bench, actor, where), as_json)


@app.command()
def enter(
    session: SessionArgument,
    value: Annotated[str, typer.Argument(metavar="NUMBER", help="With a point, such as 2.45.")],
    by: ByOption,
    reason: ReasonOption,
    portion: PortionOption = None,
    step: StepOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter a number that no instrument can say."""
    with clear_errors(), open_workbench(site, data, records) as at:
        actor = at.actor(by)
        where = _at(at, session, (portion, step), "enter")
        _say(session_steps.enter(at.bench, actor, where, value, reason), as_json)


@app.command()
def skip(
    session: SessionArgument,
    by: ByOption,
    reason: ReasonOption,
    portion: PortionOption = None,
    step: StepOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave out a step that the method lets go."""
    with clear_errors(), open_workbench(site, data, records) as at:
        actor = at.actor(by)
        where = _at(at, session, (portion, step), "attach", "start-timer", "capture")
        _say(session_steps.skip(at.bench, actor, where, reason), as_json)


@app.command()
def strike(
    session: SessionArgument,
    n: Annotated[int, typer.Argument(metavar="EVENT", help="Its number, as status shows it.")],
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Strike out what an event did; it stays in the record."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _say(session_steps.strike(at.bench, at.actor(by), session, n, reason), as_json)


@app.command()
def instrument(
    session: SessionArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    name: Annotated[str, typer.Argument(metavar="INSTRUMENT", help="B-01, T-01/ch3, W-01/100 g.")],
    by: ByOption,
    portion: Annotated[int, typer.Option("--portion", help="For a role of each portion.")] = 0,
    reason: Annotated[str, typer.Option("--reason", help="Where it takes the place of another.")] = "",
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an instrument into a role."""
    with clear_errors(), open_workbench(site, data, records) as at:
        choice = Choice(role, portion, name, reason)
        _say(choose_instrument(at.bench, at.actor(by), session, choice), as_json)


def _row(one: OpenSession) -> tuple[str, ...]:
    header, procedure = one.state.header, one.method.procedure
    title = speech().either(procedure.title_zh, procedure.title_en)
    return header.id, word(one.state.stage.value, STAGES), header.sample or "", title


def _pair(text: str) -> tuple[str, str]:
    role, sign, name = text.partition("=")
    if not sign:
        raise BenchError(N_("{text} is no role: write ROLE=INSTRUMENT, such as balance=B-01."), text=text)
    return role, name


def _made(at: Workbench, session: str, named: tuple[int | None, str | None], token: str) -> At | None:
    """The step that the token has made a capture of, where nothing else was named."""
    portion, step = named
    state = session_state(at.bench, session)
    place = next((one.place for one in state.events if one.n == state.tokens.get(token)), None)
    if place is None:
        return None
    return At(session, step or place.step, place.portion if portion is None else portion)


def _at(at: Workbench, session: str, named: tuple[int | None, str | None], *actions: str) -> At:
    """The step that is meant: the one that was named, or the only portion's that has such a step."""
    portion, step = named
    tasks = [
        task
        for task in session_state(at.bench, session).tasks
        if task.action in actions and portion in (None, task.place.portion)
    ]
    if portion is None and len(tasks) > 1:
        found = ", ".join(f"{task.place.portion} ({task.place.step})" for task in tasks)
        raise BenchError(N_("Several portions have such a step; say which: {portions}."), portions=found)
    if not tasks:
        return At(session, step or "", portion or 0)
    return At(session, step or tasks[0].place.step, tasks[0].place.portion)


def _say(state: SessionState, as_json: bool) -> None:
    if as_json:
        say_json(session_json(state))
        return
    for line in status_lines(state):
        typer.echo(line)


session_end.add_to(app)
