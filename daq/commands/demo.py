"""The command that shows what this software is for: a simulated laboratory and all services."""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from calibration.rounding import align
from daq.commands.console import JsonOption, clear_errors, complain, say_json, say_rows
from daq.commands.site import SERVICES, stop_on_signals
from daq.commands.speech import say, sentence
from daq.demo import day_of, demo_time, hand_file, in_time, write_site
from daq.demo_fill import fill_demo
from daq.demo_register import PEOPLE
from daq.errors import HengliangError
from daq.i18n import N_
from daq.journal import JournalReader, verify
from daq.logs import configure_logs
from daq.records.certificates import RecordedCertificates
from daq.records.migrations import open_records
from daq.settings import Settings, load_settings
from daq.stream.cursor import read_status
from daq.summary import ChannelSummary, Summary, summarize
from daq.supervisor import Service, Supervisor
from daq.timeseries_server import LocalVictoriaMetrics, find_victoria_metrics
from daq.wiring import DataFiles, demand_sound, reconciler, records_of
from drivers.clock import Clock, SystemClock
from drivers.fast_clock import FASTEST, FastClock
from drivers.sims.laboratory import start_laboratory

CATCH_UP_S = 30.0
SERVICES_LOG = "services.log"
NOT_READ = {"waiting", "lost"}
NO_DATABASE = N_(
    "no time-series database: VictoriaMetrics is not installed (apt install victoria-metrics); "
    "everything else runs"
)
NO_FAST_DATABASE = N_(
    "no time-series database: a copy of a time of one's own has no reader; everything else runs"
)


def demo(
    port: Annotated[int, typer.Option(help="Where the page answers.")] = 8080,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("demo-data"),
    fast: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=FASTEST,
            help="Time runs so many times as fast, from a month ago: for sessions with oven and desiccator. "
            "Takes a data folder of its own.",
        ),
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: record for a while, then report.")
    ] = False,
    seconds: Annotated[float, typer.Option(min=1, help="How long to record, with --headless.")] = 20.0,
    as_json: JsonOption = False,
) -> None:
    """A simulated county laboratory on real wires, with every service and its page."""
    configure_logs("demo", logging.WARNING)
    stop = stop_on_signals()
    with clear_errors():
        data.mkdir(parents=True, exist_ok=True)
        if headless:
            summary = _record(data, seconds, fast, stop)
            _report(summary, as_json)
            raise typer.Exit(0 if summary.verified and summary.lost == 0 else 1)
        _demand_free(port)
        _show(data, port, fast, stop)


@dataclass(frozen=True, slots=True)
class _Running:
    """A demo whose wires are there; its services run while the supervisor is asked to."""

    supervisor: Supervisor
    settings: Settings
    time: Clock


@contextmanager
def _laboratory(data: Path, port: int, fast: float | None, names: Sequence[str]) -> Iterator[_Running]:
    """The instruments, the database if there is one, and a supervisor for the services that are named.

    A fast time stands still until whoever runs the supervisor lets it go.
    """
    clock = SystemClock()
    files = DataFiles(data)
    with ExitStack() as stack:
        time = stack.enter_context(demo_time(files, fast))
        _set_speed(time, 0)
        no_paper = fill_demo(files, time, is_fast=fast is not None, with_sessions="web" in names)
        if no_paper:
            complain(say("no reports: {reason}", reason=sentence(no_paper)))
        laboratory = stack.enter_context(start_laboratory(data, time, resting=fast is not None))
        laboratory.hand.fastest = fast or 1.0
        stack.enter_context(hand_file(data, laboratory.hand_url))
        program = find_victoria_metrics() if fast is None else None
        url = None
        if program is not None:
            url = stack.enter_context(LocalVictoriaMetrics(program, data / "timeseries", clock)).url
        else:
            complain(say(NO_DATABASE if fast is None else NO_FAST_DATABASE))
            names = [name for name in names if name != "stream"]
        site = write_site(data / "site", in_time(laboratory.instruments, fast), port, url)
        settings = load_settings(site)
        demand_sound(site, settings)
        output = stack.enter_context((data / SERVICES_LOG).open("ab"))
        services = [Service(name, ("--site", str(site), "--data", str(data))) for name in names]
        yield _Running(stack.enter_context(Supervisor(services, clock, output)), settings, time)


def _set_speed(time: Clock, factor: float) -> None:
    if isinstance(time, FastClock):
        time.set_speed(factor)


def _record(data: Path, seconds: float, fast: float | None, stop: threading.Event) -> Summary:
    """Record for a while, let the stream catch up, and count."""
    files = DataFiles(data)
    clock = SystemClock()
    with _laboratory(data, 8080, fast, ("acquire", "stream")) as running:
        supervisor, settings = running.supervisor, running.settings
        _set_speed(running.time, fast or 1)
        end_s = clock.monotonic_s() + seconds
        supervisor.run(lambda: stop.is_set() or clock.monotonic_s() >= end_s)
        supervisor.retire(supervisor.services[0])
        deadline_s = clock.monotonic_s() + CATCH_UP_S
        if settings.timeseries is not None:
            supervisor.run(lambda: _caught_up(files) or clock.monotonic_s() >= deadline_s)
        copy = reconciler(settings, files).run() if settings.timeseries is not None else None
    verified = verify(files.journal).ok
    with open_records(records_of(settings, files)) as engine, JournalReader.open(files.journal) as reader:
        return summarize(reader, RecordedCertificates(engine).load(), verified, copy)


def _caught_up(files: DataFiles) -> bool:
    status = read_status(files.stream)
    with JournalReader.open(files.journal) as reader:
        return status is not None and status.accepted_seq >= reader.head().seq


def _report(summary: Summary, as_json: bool) -> None:
    if as_json:
        say_json(summary.as_json())
        return
    figures = (say("channel"), say("readings"), say("last value"), say("unit"))
    say_rows(map(_channel_row, summary.channels), (*figures, say("certificate"), say("quality")))
    copied = say("no database")
    if summary.copy:
        copied = say("{number} points in the database", number=summary.copy.server_rows)
    typer.echo(
        say(
            "{rows} rows in the journal, {copied}, {lost} lost",
            rows=summary.journal_rows,
            copied=copied,
            lost=summary.lost,
        )
    )


def _channel_row(each: ChannelSummary) -> tuple[str, ...]:
    result = align(each.last_value, each.U).text if each.last_value is not None and each.U else each.last_raw
    why = each.certificate if each.last_value is not None else each.state
    return each.name, str(each.readings), result, each.unit, why or "", each.quality


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise HengliangError(
                N_("port {port} is in use ({reason}): end what answers there, or give another --port"),
                port=port,
                reason=error.strerror,
            ) from error


def _show(data: Path, port: int, fast: float | None, stop: threading.Event) -> None:
    typer.echo("衡量 Hengliang: starting the simulated laboratory … 正在启动仿真实验室 …")
    with _laboratory(data, port, fast, SERVICES) as running:
        running.supervisor.run(lambda: stop.is_set() or _all_live(port, running.settings))
        if stop.is_set():
            return
        _set_speed(running.time, fast or 1)
        typer.echo(
            f"\n  http://127.0.0.1:{port}/?lang=zh_CN   仿真实验室已就绪\n"
            f"  http://127.0.0.1:{port}/?lang=en      the simulated laboratory is live\n\n"
            f"  data, certificates and logs: {data}   ·   Ctrl-C ends it 按 Ctrl-C 结束\n"
            f"{_people()}"
            f"  the bench's hand 操作台:  hengliang hand put dish1 balance --data {data}\n"
        )
        if fast is not None:
            typer.echo(
                "  "
                + say(
                    "time runs {factor} times as fast, and it is {day}; to slow it down: "
                    "hengliang hand speed 1 --data {data}",
                    factor=f"{fast:g}",
                    day=day_of(running.time),
                    data=data,
                )
                + "\n"
            )
        running.supervisor.run(stop.is_set)


def _people() -> str:
    """Who may sign in, with the passwords that everybody knows."""
    lines = (f"    {one.account:<12} {one.password:<18} {one.name}  {one.role.value}" for one in PEOPLE)
    return "\n".join(("  accounts and passwords 账号与密码:", *lines, ""))


def _all_live(port: int, settings: Settings) -> bool:
    """Whether the page answers and every instrument has been read."""
    try:
        health: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).json()
    except httpx.TransportError:
        return False
    read = {name.partition("/")[0] for name, state in health["channels"].items() if state not in NOT_READ}
    return read >= {entry.name for entry in settings.instruments}
