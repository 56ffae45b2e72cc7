"""CUSUM and regression together, on a simulated balance with daily checks."""

import math

import numpy as np
import pytest

from calibration.charts.baselines import NS_PER_DAY, Baseline, Change, Check, Conditions
from calibration.charts.cusum import Cusum
from calibration.charts.run_lengths import limit_for
from calibration.drift.drift_watch import Finding, Plan, assess
from calibration.errors import ValueRefusedError

SEED = 20260714
WEIGHT = Conditions("E2 100 g no. 7", "W-2026-1", "LX-2026-0417")

D_MG = 0.1
S_MG = 0.08
"""Standard deviation of one check of a balance with d = 0.1 mg, before it is rounded."""
DRIFT_MG_PER_DAY = 0.1 / 7
PHASE_ONE = 30
FALSE_ALARMS = 370
"""Checks per false alarm that are promised; the plan is made for 500, as phase I itself is drawn."""

DESIGN = Cusum(k=0.5, h=8.0287)


def plan(mpe_mg):
    return Plan(mpe=mpe_mg, design=DESIGN, phase_one=PHASE_ONE, rounding_u=D_MG / math.sqrt(6))


def baseline(errors_mg):
    checks = tuple(Check(i * NS_PER_DAY, float(error), WEIGHT) for i, error in enumerate(errors_mg))
    return Baseline((Change.FIRST,), checks)


def indications(generator, errors_mg):
    return np.round((errors_mg + generator.normal(0, S_MG, len(errors_mg))) / D_MG) * D_MG


def started(generator):
    """A phase I that can be trusted, as a laboratory would have it before it goes on."""
    while True:
        first = indications(generator, np.zeros(PHASE_ONE))
        if assess(baseline(first), plan(1.0)).finding is not Finding.UNTRUSTED:
            return first


@pytest.mark.parametrize("mpe_mg", [1.0, 0.5])  # class I, e = 1 mg: above and up to 50 g, at verification
def test_a_drift_of_0_1_mg_per_week_is_flagged_and_dated_before_the_mpe_is_crossed(mpe_mg):
    generator = np.random.default_rng(SEED)
    crossing = mpe_mg / DRIFT_MG_PER_DAY  # days after the drift began
    days = np.arange(1, int(crossing) + 1)
    found = []
    for _ in range(200):
        errors = np.concatenate([started(generator), indications(generator, DRIFT_MG_PER_DAY * days)])
        alarm = assess(baseline(errors), plan(mpe_mg)).alarm
        dated = None
        for count in range(alarm.index + 1 if alarm else len(errors), len(errors) + 1):
            seen = assess(baseline(errors[:count]), plan(mpe_mg))
            if seen.finding is Finding.DRIFTING:
                dated = count - PHASE_ONE
                break
        found.append((alarm, dated, seen.forecast))
    flagged = [alarm.index + 1 - PHASE_ONE for alarm, _, _ in found if alarm]
    dated = [day for _, day, _ in found if day is not None]
    assert len(dated) >= 0.95 * 200
    assert len(flagged) >= 0.95 * 200
    assert max(dated) < crossing
    assert np.median(flagged) < 16
    assert np.median(dated) < 25
    in_time = [date.action_days - PHASE_ONE + 1 <= crossing for _, _, date in found if date]
    assert np.mean(in_time) >= 0.9
    assert all(date.limit == mpe_mg for _, _, date in found if date)


def test_in_control_at_most_one_false_alarm_in_370_checks():
    generator = np.random.default_rng(SEED)
    alarms = dates = checks = 0
    for _ in range(200):
        errors = np.concatenate([started(generator), indications(generator, np.zeros(FALSE_ALARMS))])
        all_of_them = baseline(errors)
        found = assess(all_of_them, plan(1.0))
        checks += FALSE_ALARMS
        while found.alarm is not None:
            alarms += 1
            dates += found.forecast is not None
            found = assess(all_of_them, plan(1.0), anew_at=found.alarm.index + 1)
    assert 0 < alarms <= checks / FALSE_ALARMS
    assert dates <= 0.05 * alarms  # a false alarm has no date


def test_a_step_is_an_alarm_without_a_date():
    generator = np.random.default_rng(SEED)
    steps = dated = 0
    for _ in range(100):
        moved = np.concatenate([np.zeros(10), np.full(25, 0.25)])
        errors = np.concatenate([started(generator), indications(generator, moved)])
        found = assess(baseline(errors), plan(1.0))
        steps += found.alarm is not None
        dated += found.finding is Finding.DRIFTING
        if found.alarm is not None:
            assert found.alarm.side == 1
    assert steps == 100
    assert dated <= 5


def test_findings_in_the_order_of_a_baseline():
    generator = np.random.default_rng(SEED)
    errors = np.concatenate([started(generator), indications(generator, 0.03 * np.arange(1, 31))])
    seen = [assess(baseline(errors[:count]), plan(1.0)) for count in range(1, len(errors) + 1)]
    findings = [one.finding for one in seen]
    assert findings[: PHASE_ONE - 1] == [Finding.LEARNING] * (PHASE_ONE - 1)
    assert findings[PHASE_ONE - 1] is Finding.IN_CONTROL
    assert findings[-1] is Finding.DRIFTING
    last = seen[-1]
    assert last.alarm.since >= PHASE_ONE - 1
    assert findings[last.alarm.index - 1 : last.alarm.index + 1] == [Finding.IN_CONTROL, Finding.MOVED]
    assert last.line.slope == pytest.approx(0.03, rel=0.25)
    assert last.chart.target == last.phase_one.limits.centre


def test_a_drift_within_phase_one_gives_no_limits():
    generator = np.random.default_rng(SEED)
    days = np.arange(PHASE_ONE)
    found = [
        assess(baseline(indications(generator, DRIFT_MG_PER_DAY * days)), plan(1.0)).finding
        for _ in range(50)
    ]
    assert found.count(Finding.UNTRUSTED) >= 45


def test_the_price_of_the_chart_stands_next_to_it():
    found = plan(1.0).performance
    assert found.baseline == PHASE_ONE
    assert found.checks_per_false_alarm == pytest.approx(500, rel=1e-3)
    assert limit_for(lambda h: Cusum(0.5, h), 500, PHASE_ONE) == pytest.approx(DESIGN.h, abs=1e-3)
    assert found.arl0 > 10 * found.checks_per_false_alarm  # what a table for known limits would promise
    assert dict(found.at_shift)[1.0] < 20


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Plan(0.0, DESIGN), "MPE is 0"),
        (lambda: Plan(1.0, DESIGN, phase_one=3), "limits from 3 checks cannot be tested"),
        (lambda: Plan(1.0, DESIGN, rounding_u=-1), "rounding_u is -1"),
        (lambda: assess(baseline([0.1] * 30), Plan(1.0, DESIGN)), "rounding hides the scatter"),
        (lambda: assess(baseline([0.1] * 29 + [math.nan]), Plan(1.0, DESIGN)), r"values\[30\] is nan"),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()
