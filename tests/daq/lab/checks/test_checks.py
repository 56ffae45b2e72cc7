"""Checks as they are written down and judged, and the instrument's standing by them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from daq.errors import CheckError, NotPermittedError, RecordsError
from daq.lab.checks.chart_marks import CHART_ANEW, LEFT_OUT, mark_check, marks_of
from daq.lab.checks.dates import Standing, check_dates, check_reason
from daq.lab.checks.records import check_by_id, checks_of, checks_of_session, last_good, record_checks
from daq.records.database import changing, reading
from daq.records.register_tables import equipment_log
from daq.security.kept_rows import unaudited
from daq.security.kept_tables import CHECKS
from daq.security.verification import verify_records
from tests.daq.lab.checks.bench import (
    DAY_NS,
    MANAGER,
    METROLOGIST,
    PLAN,
    START_NS,
    TECHNICIAN,
    TWO_POINTS,
    a_check,
    at_day,
    do_checks,
    plan_checks,
)


def adjust(engine, t_ns, text="internal weight"):
    with changing(engine) as connection:
        row = {"equipment": "B-02", "t_ns": t_ns, "account": "li.wei", "kind": "adjustment", "text": text}
        connection.execute(equipment_log.insert(), row)


def reason(engine, t_ns, equipment="B-02"):
    with reading(engine) as connection:
        found = check_reason(connection, equipment, t_ns)
    return found.code, found.met


def test_a_check_is_kept_with_its_digits_and_judged(staffed):
    plan_checks(staffed)
    (check,) = do_checks(staffed, a_check(indication="200.010", session="S-2026-0001", note="by hand"))
    assert (check.error, check.passed, check.mpe) == (pytest.approx(0.0097, abs=1e-12), True, 0.1)
    assert check.error == float(Decimal("200.010") - Decimal("200.0003"))
    assert (check.detail.indication, check.detail.decision) == ("200.010", "pass")
    assert (check.equipment, check.channel, check.account, check.plan_version) == (
        "B-02",
        "mass",
        "wu.fang",
        1,
    )
    assert check.u_own == pytest.approx((0.006**2 - 0.0003**2) ** 0.5)
    with reading(staffed) as connection:
        assert checks_of_session(connection, "S-2026-0001") == (check,)
        assert check_by_id(connection, check.id) == check
    assert verify_records(staffed).ok


@pytest.mark.parametrize(
    ("indication", "rule", "passed"),
    [
        ("200.1003", "simple-acceptance", True),  # on the limit, which is inclusive
        ("200.1004", "simple-acceptance", False),
        ("199.9003", "simple-acceptance", True),
        ("199.9002", "simple-acceptance", False),
        ("200.0883", "guard-band-u", True),  # 0.088 = MPE - U
        ("200.0884", "guard-band-u", False),
        ("200.1123", "guarded-rejection-u", True),
    ],
)
def test_acceptance_is_by_mpe_and_u_in_decimal(local, indication, rule, passed):
    plan_checks(local, replace(PLAN, acceptance=rule))
    (check,) = do_checks(local, a_check(indication=indication))
    assert check.passed is passed


def test_an_uncertainty_that_leaves_nothing_to_accept_is_refused(local):
    plan_checks(local, replace(PLAN, acceptance="guard-band-u"))
    with pytest.raises(CheckError, match="the uncertainty is too large for this tolerance"):
        do_checks(local, a_check(U=0.11))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"plan": "B-03-daily"}, "There is no plan of checks B-03-daily"),
        ({"point": "1 kg"}, "has no point 1 kg; its points are 200 g"),
        ({"t_ns": START_NS + 1}, "lies in the future"),
        ({"t_ns": START_NS - DAY_NS}, "of this time is in the records already"),
        ({"u_reference": 0.007}, "must not be larger than that of the error"),
        ({"U": 0.0}, "uncertainty of the reference must not"),
        ({"k": 0.5}, "the coverage factor is 0.5"),
    ],
)
def test_what_cannot_be_a_check_is_refused_by_name(local, change, sentence):
    plan_checks(local)
    do_checks(local, a_check(START_NS - DAY_NS))
    with pytest.raises(CheckError, match=sentence):
        do_checks(local, a_check(**change), now_ns=START_NS)
    with reading(local) as connection:
        assert len(checks_of(connection, "B-02-daily", "200 g")) == 1


def test_only_those_who_measure_write_checks(local):
    plan_checks(local)
    with pytest.raises(NotPermittedError), changing(local) as connection:
        record_checks(connection, MANAGER, [a_check()], START_NS)


def test_an_ended_plan_takes_no_check(local):
    plan_checks(local)
    plan_checks(local, replace(PLAN, is_active=False), START_NS)
    with pytest.raises(CheckError, match="The plan B-02-daily is ended"):
        do_checks(local, a_check())


def test_the_database_keeps_a_check_as_it_is(staffed):
    plan_checks(staffed)
    do_checks(staffed, a_check())
    for statement in ("UPDATE checks SET passed = 1", "DELETE FROM checks", "DELETE FROM check_plans"):
        with pytest.raises(RecordsError, match="never"), changing(staffed) as connection:
            connection.exec_driver_sql(statement)


def test_a_check_changed_past_the_trail_is_named(staffed):
    plan_checks(staffed)
    (check,) = do_checks(staffed, a_check(indication="200.2"))
    drop = "DROP TRIGGER checks_keeps_values"
    if staffed.dialect.name == "postgresql":
        drop = "DROP TRIGGER checks_append_only ON checks"
    with changing(staffed) as connection:
        connection.exec_driver_sql(drop)
        connection.exec_driver_sql("UPDATE checks SET passed = 1")
    with reading(staffed) as connection:
        (found,) = unaudited(connection, CHECKS)
    assert found == f"check/{check.id} was changed past the audit trail: it is not as its last entry left it."


def test_without_a_plan_checks_decide_nothing_and_with_one_none_is_not_valid(local):
    assert reason(local, START_NS) == ("check-not-planned", None)
    plan_checks(local)
    assert reason(local, START_NS) == ("check-never-done", False)
    assert reason(local, START_NS, "B-01") == ("check-not-planned", None)


def test_a_check_counts_until_the_end_of_the_day_on_which_the_next_is_due(local):
    plan_checks(local)
    do_checks(local, a_check(START_NS))
    assert reason(local, START_NS - 1) == ("check-never-done", False)
    assert reason(local, START_NS) == ("check-passed", True)
    assert reason(local, at_day(0, 14)) == ("check-passed", True)  # 23:00
    assert reason(local, at_day(0, 15)) == ("check-due", True)  # midnight in Shanghai, not in Greenwich
    assert reason(local, at_day(1, 15) - 1) == ("check-due", True)
    assert reason(local, at_day(1, 15)) == ("check-overdue", False)
    plan_checks(local, replace(PLAN, overdue="warn"), START_NS)
    assert reason(local, at_day(1, 15)) == ("check-overdue", None)


def test_a_failed_check_counts_whatever_the_plan_says_of_overdue_ones(local):
    plan_checks(local, replace(PLAN, overdue="warn"))
    do_checks(local, a_check(START_NS), a_check(at_day(1), "200.2"))
    assert reason(local, at_day(1)) == ("check-failed", False)
    do_checks(local, a_check(at_day(2)))
    assert reason(local, at_day(2)) == ("check-passed", True)
    assert reason(local, at_day(1, 1)) == ("check-failed", False)  # as it was then
    with reading(local) as connection:
        failed = checks_of(connection, "B-02-daily", "200 g")[1]
        assert last_good(connection, failed).t_ns == START_NS


def test_every_point_has_to_pass(local):
    plan_checks(local, TWO_POINTS)
    do_checks(local, a_check(plan="B-02-two"))
    assert reason(local, START_NS) == ("check-never-done", False)
    small = {"plan": "B-02-two", "point": "10 g", "reference": Decimal(10)}
    do_checks(local, a_check(START_NS, "10.20", **small))
    with reading(local) as connection:
        found = check_reason(connection, "B-02", START_NS)
    assert (found.code, found.facts["point"]) == ("check-failed", "10 g")
    do_checks(local, a_check(START_NS + 1, "10.02", **small))
    assert reason(local, START_NS + 1) == ("check-passed", True)


def test_of_several_plans_the_worst_counts(local):
    plan_checks(local)
    plan_checks(local, replace(PLAN, name="B-02-yearly", every_days=365, overdue="warn"))
    do_checks(local, a_check(START_NS), a_check(START_NS, plan="B-02-yearly"))
    assert reason(local, at_day(3)) == ("check-overdue", False)
    do_checks(local, a_check(at_day(400)))
    assert reason(local, at_day(400)) == ("check-overdue", None)


def test_an_adjusted_instrument_is_checked_before_it_is_used(local):
    plan_checks(local)
    do_checks(local, a_check(START_NS))
    adjust(local, START_NS + 60)
    assert reason(local, START_NS + 59) == ("check-passed", True)
    assert reason(local, START_NS + 60) == ("check-not-since-adjustment", False)
    (check,) = do_checks(local, a_check(START_NS + 120))
    assert reason(local, START_NS + 120) == ("check-passed", True)
    assert check.conditions.adjustment == "1"


def test_the_due_list_has_the_most_urgent_first(staffed):
    plan_checks(staffed)
    plan_checks(staffed, replace(PLAN, name="B-02-monthly", every_days=30))
    plan_checks(staffed, replace(PLAN, name="B-02-new"))
    plan_checks(staffed, replace(PLAN, name="B-02-old", is_active=False))
    do_checks(staffed, a_check(START_NS), a_check(START_NS, plan="B-02-monthly"))
    with reading(staffed) as connection:
        found = check_dates(connection, at_day(2))
    assert [(one.plan.name, one.standing, one.due) for one in found] == [
        ("B-02-daily", Standing.OVERDUE, date(2026, 3, 3)),
        ("B-02-new", Standing.NEVER_DONE, date(2026, 3, 4)),
        ("B-02-monthly", Standing.PASSED, date(2026, 4, 1)),
    ]
    assert found[0].facts == {
        "plan": "B-02-daily",
        "point": "200 g",
        "due": "2026-03-03",
        "due_ns": at_day(1, -9),
        "check": 1,
        "t_ns": START_NS,
    }


def test_a_mark_on_a_chart_is_a_metrologists_and_has_its_reason(local):
    plan_checks(local)
    (check,) = do_checks(local, a_check())

    def mark(kind, why, by=METROLOGIST):
        with changing(local) as connection:
            return mark_check(connection, by, (check.id, kind, why), START_NS)

    with pytest.raises(NotPermittedError):
        mark(LEFT_OUT, "wrong weight", TECHNICIAN)
    with pytest.raises(CheckError, match="has its reason"):
        mark(LEFT_OUT, " ")
    with pytest.raises(CheckError, match="one of new-baseline, chart-anew, left-out"):
        mark("deleted", "why not")
    made = mark(LEFT_OUT, "wrong weight on the pan")
    mark(CHART_ANEW, "no cause found")
    with pytest.raises(CheckError, match="is marked so already"):
        mark(LEFT_OUT, "again")
    with reading(local) as connection:
        assert [one.kind for one in marks_of(connection, "B-02-daily", "200 g")] == [LEFT_OUT, CHART_ANEW]
        assert marks_of(connection, "B-02-daily", "200 g")[0] == made
    assert verify_records(local).ok
