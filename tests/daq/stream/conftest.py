"""A journal with readings, and a real VictoriaMetrics to send them to."""

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from daq.journal import ChannelDefinition, Journal
from daq.settings import TimeSeriesSettings
from daq.stream.counts import VictoriaShelf
from daq.stream.cursor import read_cursor
from daq.stream.influx import InfluxWriter
from daq.stream.reconcile import Reconciler, Reconciliation
from daq.stream.service import Pace, StreamService
from daq.timeseries_server import LocalVictoriaMetrics
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading

CLOCK = SystemClock()
FAST = Pace(batch_points=200, poll_s=0.01, first_back_off_s=0.02, longest_back_off_s=0.1, jitter=lambda: 1.0)
HOUR_S = 3600.0

CHANNELS = (
    ChannelDefinition("B-01", Channel("mass", "mass", "g"), "mt-sics", "B1"),
    ChannelDefinition("H-01", Channel("temperature", "temperature", "degC"), "renke", "H1"),
    ChannelDefinition("H-01", Channel("humidity", "humidity", "%RH"), "renke", "H1"),
)


class NoCertificates:
    def load(self) -> dict[tuple[str, str], tuple[()]]:
        return {}


class QuickLook(SystemClock):
    """The second look of a reconciliation does not wait long: the tests' server shows points when asked."""

    def sleep(self, duration_s: float) -> None:
        super().sleep(min(duration_s, 0.05))


@dataclass
class Site:
    """One data directory, and one name in the time-series database."""

    folder: Path
    name: str
    readings: "itertools.count[int]" = field(default_factory=itertools.count)
    first_ns: int = field(default_factory=lambda: CLOCK.now_ns() - round(3 * HOUR_S * 1e9))

    @property
    def journal_path(self) -> Path:
        return self.folder / "journal.db"

    @property
    def stream_path(self) -> Path:
        return self.folder / "stream.db"

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        with Journal.open(self.journal_path, CLOCK) as journal:
            for channel in CHANNELS:
                journal.define_channel(channel)
            yield journal

    def append(self, journal: Journal, rounds: int) -> None:
        """``rounds`` readings of every channel, 0.5 s apart."""
        batch = []
        for number in itertools.islice(self.readings, rounds):
            t_ns = self.first_ns + number * 500_000_000
            for one in CHANNELS:
                text, name, unit = f"{number / 1000 + 100:.3f}", one.channel.name, one.channel.unit
                batch.append(Reading(one.instrument, name, text, unit, t_ns, Quality.SIMULATED, b""))
        journal.append(batch).wait(20)

    def fill(self, rounds: int) -> None:
        with self.journal() as journal:
            self.append(journal, rounds)

    def service(self, writer: InfluxWriter, pace: Pace = FAST, clock: SystemClock = CLOCK) -> StreamService:
        stop = threading.Event()
        paths = (self.journal_path, self.stream_path)
        return StreamService(*paths, writer, NoCertificates(), self.name, clock, stop, pace)

    def reconcile(self, url: str, service: StreamService) -> Reconciliation:
        """Count on the server itself, whatever stands before it."""
        shelf = VictoriaShelf(settings_for(url), self.name)
        return Reconciler(self.journal_path, self.stream_path, service.target, shelf, QuickLook()).run()


def settings_for(url: str, **more: object) -> TimeSeriesSettings:
    return TimeSeriesSettings(url=url, org="lab", bucket="hengliang", **more)


@contextmanager
def running(service: StreamService) -> Iterator[None]:
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        yield
    finally:
        service.stop.set()
        thread.join(20)
        assert not thread.is_alive()


def wait_until(condition: Callable[[], bool], what: str, limit_s: float = 30.0) -> None:
    end_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(f"not within {limit_s} s: {what}")
        time.sleep(0.01)


def wait_until_sent(service: StreamService, seq: int) -> None:
    wait_until(lambda: read_cursor(service.stream_path, service.target) >= seq, f"cursor at {seq}")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    # the tests share a server: each has its own name in it
    return Site(tmp_path / "data", f"site-{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def program(need_program: Callable[[str], str]) -> str:
    return need_program("victoria-metrics")


@pytest.fixture(scope="session")
def victoria(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalVictoriaMetrics]:
    """One server for all tests that leave it running."""
    with LocalVictoriaMetrics(program, tmp_path_factory.mktemp("victoria"), CLOCK) as server:
        yield server


@pytest.fixture
def own_victoria(program: str, tmp_path: Path) -> Iterator[LocalVictoriaMetrics]:
    """A server that a test may kill."""
    with LocalVictoriaMetrics(program, tmp_path / "victoria", CLOCK) as server:
        yield server


@pytest.fixture
def writer(victoria: LocalVictoriaMetrics) -> Iterator[InfluxWriter]:
    with InfluxWriter(settings_for(victoria.url)) as writer:
        yield writer
