"""What somebody should hear about checks, in either language."""

from dataclasses import replace

import numpy as np

from calibration.charts.westgard import Scope
from daq.i18n.speech import Speech
from daq.lab.checks.chart_designs import ChartChoice, ChartKind
from daq.lab.checks.chart_json import chart_as_json
from daq.lab.checks.control import chart_plan
from daq.lab.checks.findings import (
    CHART_ALARM,
    DRIFTING,
    MESSAGES,
    MOVED,
    OPEN,
    UNTRUSTED,
    check_findings,
)
from daq.lab.nonconforming.causes import FollowUp
from daq.lab.nonconforming.causes import do_checks as do_and_answer
from daq.records.database import changing, reading
from daq.security.audit import as_text
from tests.daq.lab.checks.bench import (
    PLAN,
    START_NS,
    TECHNICIAN,
    ZONE,
    a_check,
    at_day,
    do_checks,
    plan_checks,
)
from tests.daq.lab.checks.histories import SEED, history

QUIET = np.random.default_rng(SEED).normal(0.01, 0.01, 60)


def heard(engine, now_ns):
    with reading(engine) as connection:
        return {one.code: one for one in check_findings(connection, now_ns)}


def day_by_day(errors, **other):
    return [a_check(at_day(day), f"{200.0003 + error:.2f}", **other) for day, error in enumerate(errors)]


def test_each_standing_of_a_plan_is_told_until_it_is_well(local):
    plan_checks(local)
    assert set(heard(local, START_NS)) == {"check-never-done"}
    do_checks(local, a_check(START_NS))
    assert heard(local, START_NS) == {}
    assert set(heard(local, at_day(1))) == {"check-due"}
    found = heard(local, at_day(2))["check-overdue"]
    assert found.sentence == "B-02: the check by the plan B-02-daily was due on 2026-03-03."
    assert (found.equipment, found.channel, found.key) == ("B-02", "mass", "check-overdue B-02-daily 200 g")


def test_a_failed_check_and_its_nonconforming_work_are_told(local):
    plan_checks(local)
    with changing(local) as connection:
        do_and_answer(
            connection, TECHNICIAN, [a_check(START_NS, "200.3")], FollowUp(lambda *_: (), ZONE), START_NS
        )
    found = heard(local, START_NS)
    assert set(found) == {"check-failed", OPEN}
    assert found[OPEN].key == "nonconformity-open NC-2026-001"
    assert "NC-2026-001" in found[OPEN].sentence


def test_a_step_is_told_as_moved_and_a_drift_with_its_date(local):
    plan_checks(local)
    step = np.concatenate([QUIET[:40], QUIET[40:] + 0.04])
    do_checks(local, *day_by_day(step))
    found = heard(local, at_day(59))
    assert set(found) == {MOVED}
    assert found[MOVED].sentence.startswith("B-02, 200 g: the errors have moved since 2026-04-")

    drift = replace(PLAN, name="B-02-other")
    plan_checks(local, drift)
    do_checks(local, *day_by_day(QUIET + 0.002 * np.maximum(0, np.arange(60) - 30), plan="B-02-other"))
    both = heard(local, at_day(59))
    assert set(both) == {MOVED, DRIFTING}
    assert both[DRIFTING].facts["action"] < both[DRIFTING].facts["expected"]
    chinese = Speech("zh_CN", "Asia/Shanghai")
    assert "漂移" in chinese.say(both[DRIFTING].message, **both[DRIFTING].facts)


def test_single_points_and_limits_that_cannot_be_trusted_are_told(local):
    plan_checks(local, replace(PLAN, charts=(ChartChoice(ChartKind.INDIVIDUALS),)))
    errors = QUIET[:40].copy()
    errors[39] = 0.09
    do_checks(local, *day_by_day(errors))
    assert heard(local, at_day(39))[CHART_ALARM].facts["chart"] == "individuals"
    walk = replace(PLAN, name="B-02-walk")
    plan_checks(local, walk)
    steps = np.cumsum(np.random.default_rng(SEED).normal(0, 0.005, 40))
    do_checks(local, *day_by_day(steps, plan="B-02-walk"))
    assert UNTRUSTED in heard(local, at_day(39))


def test_every_message_can_be_said_with_what_is_there():
    places = dict.fromkeys(("equipment", "plan", "point", "due", "chart", "since", "number"), "x")
    for message in MESSAGES.values():
        assert message.format(action="x", expected="x", **places)


def test_a_chart_is_json_whatever_is_in_it():
    charts = (
        ChartChoice(ChartKind.RUNS, ("Nelson 3",)),
        ChartChoice(ChartKind.WESTGARD, ("1_3s", "2_2s"), scope=Scope.WITHIN),
        ChartChoice(ChartKind.EWMA),
    )
    plan = replace(PLAN, charts=charts)
    for errors in ([], QUIET[:5], QUIET):
        found = chart_plan(plan, {"200 g": history(errors, plan)}, {"200 g": ()})["200 g"]
        assert as_text(chart_as_json(found))
    assert chart_as_json(found)["charts"][0]["drawn"] is True
