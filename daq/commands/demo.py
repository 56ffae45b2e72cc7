"""The command that shows what this software is for: a simulated laboratory and all services."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import typer
from rich.console import Console
from rich.table import Table

from calibration.rounding import align
from daq.commands.console import JsonOption, clear_errors, complain, say_json
from daq.commands.site import SERVICES, stop_on_signals
from daq.demo import day_of, demo_time, hand_file, in_time, write_site
from daq.demo_history import fill_checks
from daq.demo_register import PEOPLE, fill_records
from daq.errors import HengliangError
from daq.journal import JournalReader, verify
from daq.lab.impact_suspect import what_stood_on
from daq.lab.nonconformity_causes import FollowUp
from daq.lab.register import Register
from daq.logs import configure_logs
from daq.records.blobs import BlobStore
from daq.records.certificates import RecordedCertificates
from daq.records.migrations import open_records
from daq.settings import Settings, load_settings
from daq.stream.cursor import read_status
from daq.summary import Summary, summarize
from daq.supervisor import Service, Supervisor
from daq.timeseries_server import LocalVictoriaMetrics, find_victoria_metrics
from daq.wiring import DataFiles, demand_sound, reconciler, records_of
from drivers.clock import SystemClock
from drivers.fast_clock import FASTEST
from drivers.sims.laboratory import LaboratoryInstrument, start_laboratory

CATCH_UP_S = 30.0
SERVICES_LOG = "services.log"
NOT_READ = {"waiting", "lost"}
NO_DATABASE = (
    "no time-series database: VictoriaMetrics is not installed (apt install victoria-metrics); "
    "everything else runs"
)
NO_FAST_DATABASE = (
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
    configure_logs("demo")
    stop = stop_on_signals()
    with clear_errors():
        data.mkdir(parents=True, exist_ok=True)
        if headless:
            summary = _record(data, seconds, fast, stop)
            _report(summary, as_json)
            raise typer.Exit(0 if summary.verified and summary.lost == 0 else 1)
        _demand_free(port)
        _show(data, port, fast, stop)


@contextmanager
def _laboratory(
    data: Path, port: int, fast: float | None, names: Sequence[str]
) -> Iterator[tuple[Supervisor, Settings]]:
    """The instruments, the database if there is one, and a supervisor for the services that are named."""
    clock = SystemClock()
    with ExitStack() as stack:
        time = stack.enter_context(demo_time(DataFiles(data), fast))
        laboratory = stack.enter_context(start_laboratory(data, time, resting=fast is not None))
        stack.enter_context(hand_file(data, laboratory.hand_url))
        program = find_victoria_metrics() if fast is None else None
        url = None
        if program is not None:
            url = stack.enter_context(LocalVictoriaMetrics(program, data / "timeseries", clock)).url
        else:
            complain(NO_DATABASE if fast is None else NO_FAST_DATABASE)
            names = [name for name in names if name != "stream"]
        site = write_site(data / "site", in_time(laboratory.instruments, fast), port, url, day_of(time))
        settings = load_settings(site)
        demand_sound(site, settings)
        _fill_records(settings, DataFiles(data), laboratory.instruments)
        output = stack.enter_context((data / SERVICES_LOG).open("ab"))
        services = [Service(name, ("--site", str(site), "--data", str(data))) for name in names]
        yield stack.enter_context(Supervisor(services, clock, output)), settings


def _record(data: Path, seconds: float, fast: float | None, stop: threading.Event) -> Summary:
    """Record for a while, let the stream catch up, and count."""
    files = DataFiles(data)
    clock = SystemClock()
    with _laboratory(data, 8080, fast, ("acquire", "stream")) as (supervisor, settings):
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


def _fill_records(settings: Settings, files: DataFiles, instruments: Sequence[LaboratoryInstrument]) -> None:
    with open_records(records_of(settings, files)) as engine:
        zone = ZoneInfo(settings.site.timezone)
        register = Register(engine, files.clock(), BlobStore(files.blobs), zone)
        fill_records(register, files.folder / "site" / "certificates", instruments)
        fill_checks(register, FollowUp(what_stood_on, zone))


def _caught_up(files: DataFiles) -> bool:
    status = read_status(files.stream)
    with JournalReader.open(files.journal) as reader:
        return status is not None and status.accepted_seq >= reader.head().seq


def _report(summary: Summary, as_json: bool) -> None:
    if as_json:
        say_json(summary.as_json())
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("channel", "readings", "last value", "unit", "certificate", "quality"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "readings" else "left")
    for each in summary.channels:
        result = (
            align(each.last_value, each.U).text if each.last_value is not None and each.U else each.last_raw
        )
        why = each.certificate if each.last_value is not None else each.state
        table.add_row(each.name, str(each.readings), result, each.unit, why, each.quality)
    Console().print(table)
    copied = f"{summary.copy.server_rows} points in the database" if summary.copy else "no database"
    typer.echo(f"{summary.journal_rows} rows in the journal, {copied}, {summary.lost} lost")


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = f"port {port} is in use ({error.strerror}): end what answers there, or give another --port"
            raise HengliangError(msg) from error


def _show(data: Path, port: int, fast: float | None, stop: threading.Event) -> None:
    typer.echo("衡量 Hengliang: starting the simulated laboratory … 正在启动仿真实验室 …")
    with _laboratory(data, port, fast, SERVICES) as (supervisor, settings):
        supervisor.run(lambda: stop.is_set() or _all_live(port, settings))
        if stop.is_set():
            return
        typer.echo(
            f"\n  http://127.0.0.1:{port}/?lang=zh_CN   仿真实验室已就绪\n"
            f"  http://127.0.0.1:{port}/?lang=en      the simulated laboratory is live\n\n"
            f"  data, certificates and logs: {data}   ·   Ctrl-C ends it 按 Ctrl-C 结束\n"
            f"{_people()}"
            f"  the bench's hand 操作台:  hengliang hand put dish1 balance --data {data}\n"
        )
        if fast is not None:
            typer.echo(
                f"  time runs {fast:g} times as fast, and it is {day_of(DataFiles(data).clock())}; "
                f"to slow it down: hengliang hand speed 1 --data {data}\n"
            )
        supervisor.run(stop.is_set)


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
