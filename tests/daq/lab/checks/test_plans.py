"""Plans of checks: versions that are added, and everything that a plan cannot be."""

from dataclasses import replace
from decimal import Decimal

import pytest

from calibration.charts.westgard import Scope
from calibration.errors import ValueRefusedError
from daq.errors import CheckError, EquipmentError, NotPermittedError
from daq.lab.checks.chart_designs import ChartChoice, ChartKind
from daq.lab.checks.plans import CheckPoint, find_plan, plan_named, plans, plans_of, save_plan
from daq.records.database import changing, reading
from daq.security.verification import verify_records
from tests.daq.lab.checks.bench import (
    DAY_NS,
    METROLOGIST,
    PLAN,
    START_NS,
    TECHNICIAN,
    TWO_POINTS,
    plan_checks,
)


def test_a_plan_comes_back_as_it_was_written(staffed):
    rich = replace(
        TWO_POINTS,
        charts=(
            ChartChoice(ChartKind.CUSUM, head_start=0.5, k=0.25),
            ChartChoice(ChartKind.RUNS, ("Nelson 1", "Nelson 2")),
            ChartChoice(ChartKind.WESTGARD, ("1_3s", "2_2s", "R_4s"), scope=Scope.BOTH, gated=True),
            ChartChoice(ChartKind.EWMA, weight=0.1),
        ),
        acceptance="guard-band-u",
        overdue="warn",
    )
    plan_checks(staffed, rich)
    with reading(staffed) as connection:
        found = plan_named(connection, "B-02-two")
        assert found.plan == rich
        assert (found.version, found.account, found.reason) == (1, "li.wei", "as the quality manual says")
        assert find_plan(connection, "B-03") is None
    assert verify_records(staffed).ok


def test_a_changed_plan_is_a_new_version_and_the_old_one_stays_for_its_time(staffed):
    plan_checks(staffed)
    weekly = replace(PLAN, every_days=7)
    plan_checks(staffed, weekly, START_NS)
    plan_checks(staffed, replace(weekly, is_active=False), START_NS + DAY_NS)
    with reading(staffed) as connection:
        assert {name: one.version for name, one in plans(connection).items()} == {"B-02-daily": 3}
        assert plans_of(connection, "B-02", START_NS - 2 * DAY_NS) == ()
        assert [one.plan.every_days for one in plans_of(connection, "B-02", START_NS - 1)] == [1]
        assert [one.plan.every_days for one in plans_of(connection, "B-02", START_NS)] == [7]
        assert plans_of(connection, "B-02", START_NS + DAY_NS) == ()
    assert verify_records(staffed).ok


def save(engine, plan, by=METROLOGIST, reason="because"):
    with changing(engine) as connection:
        save_plan(connection, by, plan, reason, START_NS)


def test_a_plan_is_of_an_instrument_of_the_register(local):
    with pytest.raises(EquipmentError, match="There is no equipment B-07 in the register"):
        save(local, replace(PLAN, equipment="B-07"))


def test_a_plan_is_a_metrologists(local):
    with pytest.raises(NotPermittedError, match="takes the role metrologist"):
        save(local, PLAN, TECHNICIAN)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Nothing of B-02-daily was changed"),
        ({"channel": "weight"}, "B-02-daily is the plan of B-02 mass in g"),
        ({"unit": "parsec"}, "parsec"),
        ({"timezone": "Asia/Shizhu"}, "'Asia/Shizhu' is no time zone"),
        ({"checks_per_false_alarm": 1e13}, "no limit up to 50 standard deviations"),
        ({"charts": (ChartChoice(ChartKind.WESTGARD, ("1_3s",), scope=Scope.ACROSS),)}, "one level has noth"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(local, change, sentence):
    plan_checks(local)
    with pytest.raises(CheckError, match=sentence):
        save(local, replace(PLAN, **change))
    with pytest.raises(CheckError, match="needs its reason"):
        save(local, replace(PLAN, every_days=2), reason=" ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "B 02"}, "name is 'B 02'"),
        ({"equipment": ""}, "equipment is ''"),
        ({"title_zh": ""}, "title in Chinese and English"),
        ({"title_en": "Daily\ncheck"}, "are one line, without blanks"),
        ({"points": ()}, "one point at least"),
        ({"points": (replace(PLAN.points[0], id=" 1"),)}, "are one line, without blanks"),
        ({"points": PLAN.points * 2}, "Two points of a plan have one name"),
        ({"every_days": 0}, "1 day or more"),
        ({"phase_one": 19}, "need 20 checks at least"),
        ({"acceptance": "by-eye"}, "'by-eye' is no decision rule; the rules are simple-acceptance"),
        ({"formula": ""}, "given together"),
        ({"points": (replace(PLAN.points[0], mpe=Decimal(0)),)}, "200 g: the maximum permissible error must"),
    ],
)
def test_what_a_plan_cannot_be(change, sentence):
    with pytest.raises(CheckError, match=sentence):
        replace(PLAN, **change)


@pytest.mark.parametrize(
    ("kind", "rules", "sentence"),
    [
        (ChartKind.RUNS, (), "the chart runs needs rules"),
        (ChartKind.CUSUM, ("Nelson 1",), "the chart cusum has no rules"),
        (ChartKind.WESTGARD, ("Nelson 1",), "has no rule 'Nelson 1'; its rules are 1_3s"),
    ],
)
def test_what_a_chart_cannot_be(kind, rules, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        ChartChoice(kind, rules)


def test_the_rounding_of_a_net_weighing_is_one_of_two():
    point = CheckPoint(id="1", nominal=Decimal(1), standard="W", mpe=Decimal(1), resolution=Decimal("0.1"))
    assert PLAN.rounding_u(point) == pytest.approx(0.1 / 6**0.5)
    assert replace(PLAN, net=False).rounding_u(point) == pytest.approx(0.1 / 12**0.5)
