"""The service ``watch`` and what a check of a site asks beyond its file, built and joined."""

import threading
from pathlib import Path

from sqlalchemy import Engine

from calibration.sentences import Sentence
from daq.errors import SettingsError, StreamError
from daq.i18n import N_
from daq.lab.certificates.fit import misfits
from daq.records.blobs import BlobStore
from daq.records.certificates import ByChannel, RecordedCertificates
from daq.records.database import make_engine
from daq.records.migrations import open_records
from daq.security.audit_verification import export_head
from daq.security.verification import verify_records
from daq.settings import Settings
from daq.stream.cursor import StreamState, read_status
from daq.watch.calendar import keep_calendar
from daq.watch.check_watch import CheckWatch
from daq.watch.duties import check_back_up, check_certificates, check_disk, check_journal
from daq.watch.engine import Sources
from daq.watch.holds import SessionWatch
from daq.watch.notebook import Fact, Notebook
from daq.watch.register_watch import RegisterWatch
from daq.watch.service import WatchService
from daq.watch.site_rules import rule_mistakes, watched_site
from daq.watch.webhooks import load_hooks, sending
from daq.wiring import FAST_PERIOD_S, DataFiles, reconciler, records_of, site_profiles
from drivers.errors import ProfileError
from drivers.fast_clock import FASTEST, FastClock


def run_watch(settings: Settings, data: DataFiles, stop: threading.Event) -> None:
    """The service ``watch``: alerts, their messages, and regular duties; also while the records are away."""
    clock = data.clock()
    data.folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(records_of(settings, data))
    try:
        recorded, sessions = RecordedCertificates(engine), SessionWatch(engine, clock)
        duties = (
            ("disk", "* * * * *", lambda: (check_disk(data.folder, clock.now_ns()),)),
            ("stream", "* * * * *", lambda: stream_duties(settings, data, clock.now_ns())),
            ("sessions", "*/5 * * * *", lambda: (sessions.waiting(),)),
            ("back-up", "15 * * * *", lambda: _check_back_up(settings, clock.now_ns())),
            ("certificates", "5 * * * *", lambda: _check_certificates(settings, recorded, clock.now_ns())),
            ("time-series", "10 * * * *", lambda: _check_stream(settings, data, clock.now_ns())),
            ("journal", "30 2 * * *", lambda: (check_journal(data.journal, clock.now_ns()),)),
            ("records", "45 2 * * *", lambda: (check_the_records(engine, data, clock.now_ns()),)),
        )
        notebook = Notebook(data.watch)
        register, checks = RegisterWatch(engine, clock), CheckWatch(engine, clock)
        sources = Sources(recorded, notebook.facts, sessions.holds, register.now, checks.now)
        # between two readings of the wall's quarter of a second a fast site's time may pass so much
        period_s = FAST_PERIOD_S * FASTEST if isinstance(clock, FastClock) else None
        site = watched_site(settings, site_profiles(settings), data.journal, period_s)
        hooks = load_hooks(settings.webhooks)
        watching = WatchService(engine, site, sources, notebook, clock).running(stop)
        with watching, sending(engine, hooks, clock):
            keep_calendar(duties, notebook, settings.site.timezone, stop)
    finally:
        engine.dispose()


def _check_back_up(settings: Settings, now_ns: int) -> tuple[Fact, ...]:
    folder = settings.alerts.backup_dir
    return (check_back_up(folder, now_ns),) if folder is not None else ()


def stream_duties(settings: Settings, data: DataFiles, now_ns: int) -> tuple[Fact, ...]:
    """Whether the stream into the time-series database runs and keeps up, and whether points were refused."""
    if settings.timeseries is None:
        return ()
    try:
        status = read_status(data.stream)
    except StreamError as error:
        return (Fact("stream", False, str(error), now_ns),)
    if status is None or not status.runs(now_ns):
        return (Fact.said("stream", False, N_("the service stream does not run"), now_ns),)
    well = status.state is not StreamState.TROUBLE and not status.is_behind
    refused = N_("{number} points were refused")
    return (
        Fact("stream", well, status.sentence, now_ns),
        Fact.said("refused", not status.rejected, refused, now_ns, number=status.rejected),
    )


def _check_certificates(settings: Settings, recorded: RecordedCertificates, now_ns: int) -> tuple[Fact, ...]:
    found = misfitting_certificates(settings, recorded.load(), now_ns)
    facts = tuple(Fact("certificates", False, sentence, now_ns) for sentence in found)
    return (*check_certificates(settings, recorded, now_ns), *facts)


def misfitting_certificates(settings: Settings, certificates: ByChannel, now_ns: int) -> tuple[str, ...]:
    """Certificates in force that cannot be used on the instruments of the site, a sentence each."""
    try:
        return misfits(settings, site_profiles(settings), certificates, now_ns)
    except ProfileError:
        return ()  # check_site names the mistakes


def check_records(settings: Settings, data: DataFiles) -> tuple[str, ...]:
    """Certificates in the records that cannot be used on this site; none where there are no records yet.

    Raises:
        RecordsError: they cannot be read.
    """
    if settings.records is None and not data.records.exists():
        return ()
    with open_records(records_of(settings, data)) as engine:
        recorded = RecordedCertificates(engine)
        found = misfitting_certificates(settings, recorded.load(), data.clock().now_ns())
        return (*recorded.findings, *found)


def check_the_records(engine: Engine, data: DataFiles, now_ns: int) -> Fact:
    """The daily duty: verify the records, and let the end of their audit trail out of the database."""
    result = verify_records(engine, data.audit_heads, BlobStore(data.blobs))
    if result.ok:
        export_head(engine, data.audit_heads, now_ns)
    return Fact("records", result.ok, result.sentence, now_ns)


def _check_stream(settings: Settings, data: DataFiles, now_ns: int) -> tuple[Fact, ...]:
    if settings.timeseries is None or not data.journal.exists():
        return ()
    try:
        result = reconciler(settings, data).run()
    except StreamError as error:
        return (
            Fact("time-series not asked", False, str(error), now_ns),
        )  # no difference, but no proof either
    return (Fact("time-series", result.ok, result.sentence, now_ns),)


def check_places(path: Path, settings: Settings) -> tuple[Sentence, ...]:
    """Folders and files that the configuration names and that are not there, each with file and key."""
    against, office = settings.certificates, settings.laboratory
    wanted = {"certificates.schema_dir": against.schema_dir, "certificates.trust_dir": against.trust_dir}
    missing = [(key, place) for key, place in wanted.items() if place is not None and not place.is_dir()]
    if office is not None and office.logo_file is not None and not office.logo_file.is_file():
        missing.append(("laboratory.logo_file", office.logo_file))
    message = N_("{file}: {key}: {place} is not there")
    return tuple(Sentence(message, file=path, key=key, place=place) for key, place in missing)


def check_rules(path: Path, settings: Settings) -> tuple[str, ...]:
    """Every mistake in what the site watches; none of them keeps the other services from running."""
    try:
        mistakes = rule_mistakes(path, settings, site_profiles(settings))
    except ProfileError:
        mistakes = ()  # check_site names them
    try:
        load_hooks(settings.webhooks)
    except SettingsError as error:
        return (*mistakes, *(f"{path}: {mistake}" for mistake in error.mistakes))
    return mistakes
