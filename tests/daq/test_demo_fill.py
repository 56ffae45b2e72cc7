"""The demo's past: what stands on its pages in the first minute, and whether it is what it says."""

import shutil
from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daq.demo import site_document
from daq.demo_fill import fill_demo
from daq.demo_story import Ago, Calendar, Day
from daq.journal import verify
from daq.lab.certificates.register import Register
from daq.lab.methods.records import MethodState, method_versions
from daq.lab.nonconforming.records import ItemState, items_of, nonconformities
from daq.lab.reports.issuing import issued_reports
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.list import list_sessions, sessions_of_sample
from daq.lab.sessions.records import session_state
from daq.lab.sessions.results import kept_results
from daq.lab.sessions.samples import samples
from daq.lab.sessions.starting import Order, start_session
from daq.lab.sessions.state import why_of
from daq.records.blobs import BlobStore
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading
from daq.records.migrations import open_records
from daq.security.audit import Actor
from daq.security.kept_rows import unaudited
from daq.security.kept_tables import KEPT_TABLES
from daq.security.verification import verify_records
from daq.settings import Settings
from daq.wiring import DataFiles, records_of, site_bench
from drivers.reading import Quality
from drivers.sims.bench import OVEN
from drivers.sims.hand import Hand
from drivers.sims.laboratory import laboratory_instruments
from tests.clocks import HandClock
from tests.daq.lab.papers.looking import need_chinese_font

ZONE = ZoneInfo("Asia/Shanghai")
NOW_NS = int(datetime(2026, 11, 23, 14, 0, tzinfo=ZONE).timestamp()) * 10**9
MINUTE_NS = 60 * 10**9
COPTIS = "coptis-moisture-chp-0832-2"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    need_chinese_font()
    found = DataFiles(tmp_path_factory.mktemp("demo"))
    assert fill_demo(found, HandClock(NOW_NS), is_fast=False, with_sessions=True) == ""
    return found


@contextmanager
def opened(files):
    settings = Settings.model_validate(site_document(laboratory_instruments()))
    with open_records(records_of(settings, files)) as engine:
        yield site_bench(settings, files, engine, HandClock(NOW_NS), RecordedCertificates(engine))


@pytest.fixture
def bench(files):
    with opened(files) as bench:
        yield bench


def states(bench):
    found = list_sessions(bench)
    names = [one.state.header.id for one in found.open] + [one.header.id for one in found.ended]
    return [session_state(bench, name) for name in sorted(names)]


def of_samples(bench):
    return [one for one in states(bench) if one.header.purpose == "sample"]


def mean(bench, state):
    with reading(bench.engine) as connection:
        return kept_results(connection, state.header.id)[-1].body


def test_there_is_a_session_at_every_stage(bench):
    found = of_samples(bench)
    assert Counter(one.stage for one in found) == {
        Stage.REVIEWED: 4,
        Stage.SIGNED: 1,
        Stage.FINISHED: 1,
        Stage.RUNNING: 3,
    }
    (returned,) = [one for one in found if one.comments]
    assert returned.is_through
    assert Act.STRUCK in [event.act for event in returned.events]
    with reading(bench.engine) as connection:
        waiting = [one for one in samples(connection) if not sessions_of_sample(bench, one.number)]
    assert [one.about.product_en for one in waiting] == ["Coptis, whole drug", "Shizhu chili, dried"]


def test_14_04_percent_conforms_because_rounded_values_are_compared(bench):
    drug = next(one for one in of_samples(bench) if one.limit == "drug-chp-2025")
    body = mean(bench, drug)
    assert float(body["value"]) == pytest.approx(14.04, abs=0.01)
    assert float(body["value"]) > 14.0
    assert (body["reported"], body["verdicts"][0]["decision"]) == ("14.0", "pass")
    assert drug.header.method == COPTIS


def test_the_loops_ended_because_the_mass_was_constant(bench):
    for state in of_samples(bench):
        if state.stage is not Stage.RUNNING:
            assert {why_of(state, portion).code for portion in state.portions} == {"mass-constant"}


def test_what_is_captured_is_in_the_journal_and_simulated(files, bench):
    captures = [capture for one in states(bench) for capture in one.captures]
    assert len(captures) > 100
    assert all(Quality.SIMULATED in one.quality and one.frame for one in captures)
    assert verify(files.journal).ok


def test_verify_finds_the_records_as_they_were_written(bench):
    assert verify_records(bench.engine).ok
    with reading(bench.engine) as connection:
        assert [found for kept in KEPT_TABLES for found in unaudited(connection, kept)] == []


def test_the_oven_was_never_unwatched(bench):
    remarks = Counter(one.remark.code for state in of_samples(bench) for one in state.deviations)
    assert "hold-gap" not in remarks
    assert "hold-short" not in remarks
    assert "room-unknown" not in remarks


def test_dishes_stand_in_the_oven_and_their_times_are_nearly_over(files, bench):
    timers = [timer for one in of_samples(bench) for timer in one.timers]
    assert len(timers) == 4
    assert all(0 < timer.remaining_ns < 30 * MINUTE_NS for timer in timers)
    dishes = Hand(HandClock(NOW_NS), files.folder).bench().places
    assert [name for name, place in dishes.items() if place == OVEN] == [f"dish{n}" for n in (21, 22, 23, 24)]


def test_a_visitor_can_begin_at_once(files, tmp_path):
    copy = DataFiles(Path(shutil.copytree(files.folder, tmp_path / "copy")))
    roles = {"balance": "B-01", "oven": "O-01/temperature-1", "room": "H-01"}
    with opened(copy) as bench:
        with reading(bench.engine) as connection:
            numbers = [one.number for one in samples(connection)]
        waiting = next(number for number in numbers if not sessions_of_sample(bench, number))
        order = Order(method=COPTIS, sample=waiting, limit="drug-chp-2025", roles=roles)
        begun = start_session(bench, Actor("chen.yu", "tests"), order)
    assert (begun.stage, begun.draft, begun.deviations) == (Stage.RUNNING, False, ())


def test_reports_are_issued_and_consequences_wait_for_a_decision(bench):
    with reading(bench.engine) as connection:
        reports = issued_reports(connection)
        (case,) = nonconformities(connection)
        items = items_of(connection, case.number)
    assert [one.number for one in reports] == [f"BG-2026-{n:04d}" for n in (4, 3, 2, 1)]
    assert all(one.content.simulated for one in reports)
    assert {item.affected.session for item in items} == {"S-2026-0002"}
    assert all(item.state is ItemState.PENDING for item in items)


def test_methods_are_approved_by_two_people_and_others_are_drafts(bench):
    with reading(bench.engine) as connection:
        found = method_versions(connection)
    assert Counter(one.state for one in found) == {
        MethodState.APPROVED: 5,
        MethodState.ENTERED: 1,
        MethodState.IMPORTED: len(found) - 6,
    }
    approved = next(one for one in found if one.method.name == COPTIS)
    assert [step.account for step in approved.steps] == ["wang.fang", "wang.fang", "li.jun"]


def test_a_second_start_changes_nothing(files, bench):
    before = len(states(bench))
    assert fill_demo(files, HandClock(NOW_NS + MINUTE_NS), is_fast=False, with_sessions=True) == ""
    assert len(states(bench)) == before


def test_the_calendar_of_the_demo(tmp_path):
    with open_records(f"sqlite:///{tmp_path / 'r.db'}") as engine:
        register = Register(engine, HandClock(NOW_NS), BlobStore(tmp_path), ZONE)
        slow, fast = (Calendar(register, NOW_NS, is_fast=fast) for fast in (False, True))
    assert slow.at(Ago(290, 70)) == NOW_NS - 290 * MINUTE_NS
    assert fast.at(Ago(290, 70)) == NOW_NS - 70 * MINUTE_NS
    assert fast.at(Day(3, 8, 40)) == int(datetime(2026, 11, 20, 8, 40, tzinfo=ZONE).timestamp()) * 10**9
    assert slow.number(1) == "HL-2026-0142"
