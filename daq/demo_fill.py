"""What a demo finds when it is started: people, equipment, certificates, methods, and a past, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event

from daq.demo import day_of, site_document, write_certificates
from daq.demo_history import fill_checks
from daq.demo_past import PastBench, PastClock
from daq.demo_register import fill_records
from daq.demo_sessions import Past
from daq.demo_story import CHECKS_BEFORE, Calendar, Day
from daq.journal import Journal
from daq.lab.certificates.register import Register
from daq.lab.nonconforming.causes import FollowUp
from daq.lab.reports.dossier import Office
from daq.lab.tracing.impact_suspect import what_stood_on
from daq.records.blobs import BlobStore
from daq.records.certificates import RecordedCertificates
from daq.records.migrations import open_records
from daq.settings import Settings
from daq.wiring import DataFiles, records_of, site_bench
from drivers.clock import Clock
from drivers.sims.hand import SCRIPT_FILE
from drivers.sims.laboratory import LaboratoryInstrument, laboratory_instruments

FURNISHED = Day(200, 9, 0)
"""When the laboratory was set up: after its certificates were written, before its first check."""
OPENS_EARLIER_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class _Demo:
    """What is filled."""

    files: DataFiles
    register: Register
    settings: Settings
    instruments: Sequence[LaboratoryInstrument]
    certificates: Path
    follow_up: FollowUp


def fill_demo(files: DataFiles, clock: Clock, *, is_fast: bool, with_sessions: bool) -> str:
    """Let the records of a demo have what its pages show; what they have stays.

    Args:
        files: of the demo; nothing of it runs yet.
        clock: the demo's time.
        is_fast: it runs fast.
        with_sessions: a new demo gets sessions too, with their readings in its journal.

    Returns:
        Why there are no reports, if this machine can make none; empty if all is there.
    """
    instruments = laboratory_instruments()
    settings = Settings.model_validate(site_document(instruments))
    zone = ZoneInfo(settings.site.timezone)
    certificates = write_certificates(files.folder / "site", day_of(clock))
    is_new = not files.journal.exists() and not (files.folder / SCRIPT_FILE).exists()
    with open_records(records_of(settings, files)) as engine:
        event.listen(engine, "checkout", _hurry)
        register = Register(engine, clock, BlobStore(files.blobs), zone)
        demo = _Demo(files, register, settings, instruments, certificates, FollowUp(what_stood_on, zone))
        if with_sessions and is_new:
            return _with_past(demo, Calendar(register, clock.now_ns(), is_fast))
        fill_records(register, certificates, instruments)
        fill_checks(register, demo.follow_up)
        return ""


def _hurry(connection: Any, *_others: object) -> None:
    """What is made up is not worth waiting for the disk: what a power cut takes is made up again."""
    connection.execute("PRAGMA synchronous = OFF")


def _with_past(demo: _Demo, calendar: Calendar) -> str:
    files, register = demo.files, demo.register
    clock = PastClock(calendar.at(FURNISHED))
    accounts = fill_records(replace(register, clock=clock), demo.certificates, demo.instruments)
    clock.go_on(calendar.at(CHECKS_BEFORE[0]) - OPENS_EARLIER_NS)
    recorded = RecordedCertificates(register.engine)
    bench = site_bench(demo.settings, files, register.engine, clock, recorded)
    with Journal.open(files.journal, clock) as journal:
        office = Office(bench, register.blobs, demo.settings)
        past = Past(PastBench(files.folder, clock, journal), office, accounts, calendar)
        fill_checks(register, demo.follow_up, past.before_the_step)
        past.up_to_now()
    return past.no_paper
