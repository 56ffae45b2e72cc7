"""The only place where objects are built and joined."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from calibration.sentences import Sentence, about
from daq.acquire import LinkWorker, Seat, acquire
from daq.errors import SettingsError, StreamError
from daq.i18n import N_
from daq.journal import Journal
from daq.lab.sessions.bench import Bench, bench_rules
from daq.records.blobs import BLOBS_FOLDER
from daq.records.certificates import RecordedCertificates
from daq.records.database import RECORDS_FILE, records_url
from daq.records.migrations import open_records
from daq.security.audit_verification import AUDIT_HEADS_FILE
from daq.settings import InstrumentEntry, Settings, TimeSeriesSettings
from daq.shared_lines import line_conflicts
from daq.stream.counts import open_shelf
from daq.stream.influx import InfluxWriter
from daq.stream.reconcile import Reconciler
from daq.stream.service import Pace, StreamService, stream_target
from drivers.clock import Clock, SystemClock
from drivers.errors import ProfileError
from drivers.fast_clock import FastClock
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import Link, make_link
from drivers.profiles import Profile, load_profiles, named
from drivers.reading import Event, EventKind
from drivers.registry import make_dialect


@dataclass(frozen=True, slots=True)
class DataFiles:
    """What lies in the data directory; each file has one writing service."""

    folder: Path

    @property
    def journal(self) -> Path:
        """Written by ``acquire``: the record."""
        return self.folder / "journal.db"

    @property
    def stream(self) -> Path:
        """Written by ``stream``: its cursor and the points that were refused."""
        return self.folder / "stream.db"

    @property
    def watch(self) -> Path:
        """Written by ``watch``: what its duties found."""
        return self.folder / "watch.json"

    @property
    def records(self) -> Path:
        """The records, where the site does not keep them in PostgreSQL."""
        return self.folder / RECORDS_FILE

    @property
    def blobs(self) -> Path:
        """Documents by their content; written by whoever takes one in."""
        return self.folder / BLOBS_FOLDER

    @property
    def audit_heads(self) -> Path:
        """Written by ``watch``: the end of the audit trail, once a day."""
        return self.folder / AUDIT_HEADS_FILE

    @property
    def clock_file(self) -> Path:
        """Written by a demo whose time runs fast; there is none where data live in the machine's time."""
        return self.folder / "clock.jsonl"

    def clock(self) -> Clock:
        """The time that these data live in.

        Raises:
            ClockError: the file of a fast clock cannot be used.
        """
        return FastClock(self.clock_file) if self.clock_file.exists() else SystemClock()


FAST_PERIOD_S = 0.25
"""How often instruments are asked, in seconds of the wall, where time runs fast."""


def records_of(settings: Settings, data: DataFiles) -> str:
    """URL of the site's records."""
    return settings.records.url if settings.records is not None else records_url(data.folder)


def site_bench(
    settings: Settings, data: DataFiles, engine: Engine, clock: Clock, certificates: RecordedCertificates
) -> Bench:
    """What sessions work with; where time runs fast, the site's periods are as long as it is fast."""
    return Bench(
        engine=engine,
        clock=clock,
        journal=data.journal,
        certificates=certificates,
        rules=bench_rules(settings),
        zone=ZoneInfo(settings.site.timezone),
    )


def site_profiles(settings: Settings) -> dict[str, Profile]:
    """The profiles that come with the program and the site's own."""
    return load_profiles(settings.profiles_dir)


def build_workers(settings: Settings, journal: Journal, clock: Clock) -> list[LinkWorker]:
    """One worker for each link; instruments with the same URL share it."""
    profiles = site_profiles(settings)
    by_url: dict[str, list[InstrumentEntry]] = defaultdict(list)
    for entry in settings.instruments:
        by_url[entry.url].append(entry)
    workers = []
    for url, entries in by_url.items():
        link = make_link(url, profiles[entries[0].profile], clock)
        seats = [_seat(entry, profiles[entry.profile], link, clock) for entry in entries]
        workers.append(LinkWorker(url, seats, journal, clock))
    return workers


def _seat(entry: InstrumentEntry, profile: Profile, link: Link, clock: Clock) -> Seat:
    settings = InstrumentSettings(
        name=entry.name,
        unit_id=profile.unit_id if entry.unit_id is None else entry.unit_id,
        serial_number=entry.serial_number,
        simulated=entry.simulated,
    )
    # a site's period is in the site's own time, a link lives in the wall's
    period_s = FAST_PERIOD_S if isinstance(clock, FastClock) else entry.period_s
    return Seat(Instrument(settings, profile, link, clock), profile, entry.name, period_s)


def run_acquire(settings: Settings, data: DataFiles, stop: threading.Event) -> None:
    """The service ``acquire``: instruments to journal.

    Raises:
        SettingsError: the data's time runs fast, but an instrument is real.
    """
    clock = data.clock()
    _demand_simulated(settings, data, clock)
    data.folder.mkdir(parents=True, exist_ok=True)
    with Journal.open(data.journal, clock) as journal:
        workers = build_workers(settings, journal, clock)
        started = f"acquisition of {len(settings.instruments)} instruments started"
        journal.append([Event(EventKind.STARTED, "", clock.now_ns(), started)])
        acquire(workers, lambda: journal.trouble, stop)
        if journal.trouble is None:  # otherwise there may be no room, and this would wait for it
            journal.append([Event(EventKind.STOPPED, "", clock.now_ns(), "acquisition was asked to end")])


def _demand_simulated(settings: Settings, data: DataFiles, clock: Clock) -> None:
    real = [entry.name for entry in settings.instruments if not entry.simulated]
    if real and isinstance(clock, FastClock):
        sentence = Sentence(
            "{file}: time runs fast in this data directory, which is for simulated instruments only; "
            "{instruments} must be recorded in another one (--data)",
            file=data.clock_file,
            instruments=", ".join(real),
        )
        raise SettingsError((sentence,))


@contextmanager
def stream_service(settings: Settings, data: DataFiles, stop: threading.Event) -> Iterator[StreamService]:
    """The service ``stream``, ready to run or to rebuild.

    Raises:
        StreamError: the site has no time-series database.
        RecordsError: the records cannot be opened.
    """
    timeseries = _timeseries(settings)
    with InfluxWriter(timeseries) as writer, open_records(records_of(settings, data)) as engine:
        yield StreamService(
            journal_path=data.journal,
            stream_path=data.stream,
            writer=writer,
            certificates=RecordedCertificates(engine),
            site=settings.site.id,
            clock=data.clock(),
            stop=stop,
            pace=Pace(batch_points=timeseries.batch_points),
        )


def run_stream(settings: Settings, data: DataFiles, stop: threading.Event) -> None:
    """The service ``stream``: journal to time-series database."""
    data.folder.mkdir(parents=True, exist_ok=True)
    with stream_service(settings, data, stop) as service:
        service.run()


def reconciler(settings: Settings, data: DataFiles) -> Reconciler:
    """What compares journal and time-series database.

    Raises:
        StreamError: the site has no time-series database, or it is of an unknown kind.
    """
    timeseries = _timeseries(settings)
    with InfluxWriter(timeseries) as writer:
        target = stream_target(writer, settings.site.id)
    shelf = open_shelf(timeseries, settings.site.id)
    return Reconciler(data.journal, data.stream, target, shelf, data.clock())


def _timeseries(settings: Settings) -> TimeSeriesSettings:
    if settings.timeseries is None:
        raise StreamError(
            N_("site.toml has no [timeseries]: add one with the url of the time-series database")
        )
    return settings.timeseries


def check_site(path: Path, settings: Settings) -> tuple[str, ...]:
    """Every mistake of a site that its configuration alone does not show, each with file and key.

    Looks at profiles and addresses; talks to no instrument.
    """
    try:
        profiles = site_profiles(settings)
    except ProfileError as error:
        return tuple(str(error).splitlines())
    mistakes = []
    for index, entry in enumerate(settings.instruments):
        key = f"{path}: instrument[{index + 1}] {entry.name}"
        try:
            profile = named(profiles, entry.profile)
            make_dialect(profile, entry.unit_id)
            make_link(entry.url, profile, SystemClock())
        except ProfileError as error:
            mistakes.append(about(key, str(error)))
    return (*mistakes, *line_conflicts(path, settings, profiles))


def demand_sound(path: Path, settings: Settings) -> None:
    """Refuse to start on a site with mistakes.

    Raises:
        SettingsError: all of them at once.
    """
    mistakes = check_site(path, settings)
    if mistakes:
        raise SettingsError(mistakes)
