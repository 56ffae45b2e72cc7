"""From the balance to the consequences: a daily check at the bench is signed, and becomes a check."""

import dataclasses
from decimal import Decimal

import pytest

from daq.lab.checks.dates import check_reason
from daq.lab.checks.plans import save_plan
from daq.lab.checks.records import checks_of_session
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import find_equipment
from daq.lab.nonconforming.records import items_of, nonconformities
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import PERFORMED, amend_session, review_session, sign_session
from daq.lab.sessions.steps import At
from daq.records.database import changing, reading
from daq.security.verification import verify_records
from tests.daq.lab.checks.bench import PLAN
from tests.daq.lab.sessions.bench import CHEN, WANG, act, next_task, show, walk
from tests.daq.lab.sessions.conftest import bench, furnished, site  # noqa: F401 fixtures

DAILY = dataclasses.replace(
    PLAN,
    name="B-01-daily",
    equipment="B-01",
    points=(
        dataclasses.replace(
            PLAN.points[0], standard="W-01/200 g", mpe=Decimal("0.002"), resolution=Decimal("0.0001")
        ),
    ),
)


@pytest.fixture
def planned(bench):  # noqa: F811
    with changing(bench.engine) as connection:
        save_plan(connection, WANG, DAILY, "quality manual 6.4.10", bench.clock.now_ns())
    return bench


def check(bench, indication):  # noqa: F811
    """One weight, weighed as the method leads through it; signed by who did it."""
    session = bench.start("balance-daily-check", portions=1)
    while (state := bench.state(session)).tasks:
        task = next_task(state)
        if task.step.do == "weigh":
            show(bench, session, task, indication)
            at = At(session, task.place.step, task.place.portion)
            capture(bench.bench, CHEN, Press(at=at, token=f"w{next(bench.tokens)}"))
        else:
            act(bench, session, task)
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    return session


def seen(bench, session):  # noqa: F811
    with reading(bench.engine) as connection:
        return (
            checks_of_session(connection, session),
            check_reason(connection, "B-01", bench.clock.now_ns()),
            nonconformities(connection),
            find_equipment(connection, "B-01").state,
        )


def test_a_signed_check_makes_the_balance_valid_by_its_checks(planned):
    with reading(planned.engine) as connection:
        assert check_reason(connection, "B-01", planned.clock.now_ns()).code == "check-never-done"
    session = check(planned, "200.0003")
    (written,), reason, cases, state = seen(planned, session)
    assert (written.point, written.passed, written.account) == ("200 g", True, "chen.yu")
    assert written.error == pytest.approx(0.00018, abs=1e-9)
    assert (written.detail.standard, written.detail.standard_certificate[-2:]) == ("W-01/200 g", ".1")
    assert (reason.code, reason.met, cases, state) == ("check-passed", True, (), EquipmentState.IN_USE)
    assert verify_records(planned.engine).ok


def test_a_failed_check_suspends_the_balance_and_lists_what_was_weighed_since(planned):
    check(planned, "200.0003")
    planned.pass_time(3600)
    sample = planned.start("coptis-moisture-chp-0832-2")
    walk(planned, sample)
    planned.complete(sample)
    planned.pass_time(3600)
    failed = check(planned, "200.0100")
    (written,), reason, (case,), state = seen(planned, failed)
    assert (written.passed, reason.code, state) == (False, "check-failed", EquipmentState.SUSPENDED)
    with reading(planned.engine) as connection:
        items = items_of(connection, case.number)
    of_sample = [item.affected for item in items if item.affected.session == sample]
    assert {one.kind for one in of_sample} == {"capture", "result"}
    assert {one.sample for one in of_sample} == {"HL-2026-0157"}


def test_a_check_that_is_signed_again_is_not_written_twice(planned):
    session = check(planned, "200.0003")
    review_session(planned.bench, session, planned.signature("li.jun", "reviewed"))
    amend_session(planned.bench, WANG, session, "remark added")
    while planned.state(session).tasks:
        act(planned, session, next_task(planned.state(session)))
    finish_session(planned.bench, CHEN, session)
    sign_session(planned.bench, session, planned.signature("chen.yu", PERFORMED))
    assert len(seen(planned, session)[0]) == 1


def test_without_a_plan_a_check_stands_by_itself(bench):  # noqa: F811
    session = bench.check_balance()
    assert seen(bench, session)[0] == ()
