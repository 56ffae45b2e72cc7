"""What sessions and the register say to the watch: on a furnished bench with real records."""

from decimal import Decimal

import pytest

from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.sessions.signing import cancel_session
from daq.lab.sessions.steps import At, start_timer, stop_timer
from daq.records.database import reading
from daq.watch.holds import HoldNow, SessionWatch
from daq.watch.register_watch import RegisterWatch
from tests.daq.lab.sessions.bench import CHEN, WANG, next_task, prepare, walk
from tests.daq.lab.sessions.conftest import bench, furnished, site  # noqa: F401

METHOD = "coptis-moisture-chp-0832-2"


@pytest.fixture
def drying(bench):  # noqa: F811
    """Two portions stand in the oven for the first time; only the first one's time runs."""
    bench.check_balance()
    session = bench.start(METHOD, limit="drug-chp-2025")

    def is_at_oven(state):
        return (task := state.task(1)) is not None and task.place.step == "first-drying"

    walk(bench, session, until=is_at_oven)
    prepare(bench, session, next_task(bench.state(session)))
    start_timer(bench.bench, CHEN, At(session, "first-drying", 1))
    return session


def test_a_temperature_that_a_session_holds_is_known_until_it_is_stopped(bench, drying):  # noqa: F811
    watch = SessionWatch(bench.engine, bench.clock)
    band = (Decimal(100), Decimal(105))
    assert watch.holds() == (HoldNow(drying, "first-drying", "O-01", band),)
    assert watch.waiting().ok
    bench.pass_time(5 * 3600 + 60)
    bench.keep_saying(
        "O-01", "temperature", "103.0", (bench.clock.now_ns() - 18_000 * 10**9, bench.clock.now_ns())
    )
    stop_timer(bench.bench, CHEN, At(drying, "first-drying", 1))
    assert watch.holds() == ()


def test_a_session_that_is_cancelled_holds_nothing(bench, drying):  # noqa: F811
    watch = SessionWatch(bench.engine, bench.clock)
    assert len(watch.holds()) == 1
    cancel_session(bench.bench, CHEN, drying, "dish broken")
    assert len(watch.holds()) == 1  # looked a moment ago
    bench.pass_time(6)
    assert watch.holds() == ()


def test_a_step_whose_time_was_over_long_ago_waits_for_somebody(bench, drying):  # noqa: F811
    watch = SessionWatch(bench.engine, bench.clock)
    bench.pass_time(7 * 3600 - 60)
    assert watch.waiting().ok
    bench.pass_time(120)
    fact = watch.waiting()
    assert not fact.ok
    assert fact.sentence == f"sessions with a step that is overdue: {drying} first-drying"


def test_the_register_says_what_is_away_and_what_needs_no_certificate(bench):  # noqa: F811
    watch = RegisterWatch(bench.engine, bench.clock)
    assert watch.now().away == frozenset()
    assert {"O-01", "H-01"} <= watch.now().exempt
    assert "B-01" not in watch.now().exempt
    with reading(bench.engine) as connection:
        old = find_equipment(connection, "B-01")
    about = type(old.about)(**{**_fields(old.about), "state": EquipmentState.AWAY})
    change_equipment(bench.engine, bench.clock, WANG, EquipmentChange("B-01", old.version, about, "sent out"))
    bench.pass_time(31)
    assert watch.now().away == {"B-01"}


def _fields(about):
    return {name: getattr(about, name) for name in about.__dataclass_fields__}
