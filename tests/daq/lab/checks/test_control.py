"""Control charts of a plan: limits, baselines, alarms, drift and its date."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.charts.baselines import Change
from calibration.charts.control_charts import Trust, individuals
from calibration.charts.cusum import cusum
from calibration.charts.ewma import Ewma, ewma
from calibration.charts.run_lengths import ewma_arl
from calibration.charts.run_rules import NELSON, RuleSet
from calibration.charts.westgard import RunDecision, Scope, Westgard, westgard
from calibration.drift.drift_watch import Finding
from daq.lab.checks.chart_designs import (
    ChartChoice,
    ChartKind,
    Demand,
    cusum_of,
    design_of,
    price_of,
    price_together,
)
from daq.lab.checks.chart_marks import CHART_ANEW, LEFT_OUT, NEW_BASELINE, ChartMark, mark_check
from daq.lab.checks.control import chart_plan, control_charts
from daq.lab.checks.drift import forecast_of
from daq.records.database import changing, reading
from tests.daq.lab.checks.bench import (
    METROLOGIST,
    PLAN,
    SMALL,
    TWO_POINTS,
    a_check,
    at_day,
    do_checks,
    plan_checks,
)
from tests.daq.lab.checks.histories import DRIFT_MG_PER_DAY, FINE, SEED, history, indications

QUIET = np.random.default_rng(SEED).normal(0.01, 0.01, 60)
DEMAND = Demand(370.0, 30)


def chart(errors, plan=PLAN, marks=(), **other):
    return chart_plan(plan, {"200 g": history(errors, plan, **other)}, {"200 g": marks})["200 g"]


def mark(kind, number, reason="because"):
    return ChartMark(number, PLAN.name, "200 g", number + 1, at_day(90), "li.wei", kind, reason)


def test_limits_come_from_phase_one_and_only_with_enough_checks():
    few = chart(QUIET[:29])
    assert [one.trial.trust for one in few.baselines] == [Trust.TOO_FEW]
    assert set(few.z) == {None}
    assert (few.alarms, few.assessment.finding) == ((), Finding.LEARNING)
    enough = chart(QUIET)
    limits = individuals(QUIET[:30], PLAN.rounding_u(PLAN.points[0]))
    assert enough.baselines[0].limits == limits
    assert enough.z == pytest.approx(limits.z(QUIET).tolist())
    assert enough.assessment.finding is Finding.IN_CONTROL
    assert (enough.alarms, enough.alarms_now) == ((), ())
    nothing = chart([])
    assert (nothing.checks, nothing.baselines, nothing.assessment, nothing.acceptance) == ((), (), None, None)


def test_correlated_checks_give_no_limits_and_no_alarms():
    walk = np.cumsum(np.random.default_rng(SEED).normal(0, 0.01, 60))
    found = chart(walk)
    assert found.baselines[0].trial.trust is Trust.CORRELATED
    assert found.baselines[0].trial.lag_one.significant
    assert (found.baselines[0].limits, found.alarms, found.series) == (None, (), ())
    assert found.assessment.finding is Finding.UNTRUSTED


def test_the_limits_are_wider_than_three_sigma_because_they_are_estimated():
    shewhart = design_of(ChartChoice(ChartKind.INDIVIDUALS), DEMAND)
    assert shewhart.multiple == pytest.approx(3.4845, abs=1e-3)
    assert cusum_of(ChartChoice(ChartKind.CUSUM), DEMAND).h == pytest.approx(7.253, abs=1e-3)
    wider = design_of(ChartChoice(ChartKind.EWMA, weight=0.1), DEMAND)
    assert ewma_arl(0.1, wider.multiple, time_varying=True) > 370
    price = price_of(ChartChoice(ChartKind.CUSUM), DEMAND)
    assert price.checks_per_false_alarm == pytest.approx(370)
    assert price.arl0 > 1000
    assert dict(price.at_shift)[1.0] < 20


def test_what_the_rules_cost_stands_beside_the_chart():
    together = ChartChoice(ChartKind.RUNS, ("Nelson 1", "Nelson 2", "Nelson 5", "Nelson 6"))
    price = price_of(together, DEMAND)
    known = RuleSet(tuple(NELSON[i] for i in (0, 1, 4, 5)))
    assert price.arl0 == known.arl()
    assert price.checks_per_false_alarm < price.arl0
    trend = price_of(ChartChoice(ChartKind.RUNS, tuple(rule.name for rule in NELSON)), DEMAND)
    assert (trend.drawn, trend.at_shift) == (True, ())
    assert trend.arl0 == pytest.approx(74, abs=4)
    found = chart(QUIET)
    assert found.checks_per_false_alarm == pytest.approx(185, rel=1e-3)
    assert price_together(tuple(one for _, one in found.prices)) == found.checks_per_false_alarm
    assert chart(QUIET, replace(PLAN, charts=())).checks_per_false_alarm is None


def test_each_chart_alarms_where_calibration_says():
    errors = np.concatenate([QUIET[:40], QUIET[40:] + 0.025])
    errors[50] = 0.09
    charts = (
        ChartChoice(ChartKind.INDIVIDUALS),
        ChartChoice(ChartKind.CUSUM),
        ChartChoice(ChartKind.EWMA),
        ChartChoice(ChartKind.RUNS, ("Nelson 2", "Nelson 5")),
        ChartChoice(ChartKind.WESTGARD, ("1_3s", "2_2s", "R_4s", "4_1s", "10_x")),
    )
    found = chart(errors, replace(PLAN, charts=charts))
    limits = found.baselines[0].limits
    late, z = errors[30:], limits.z(errors[30:])

    def where(kind, rule=""):
        return [a.index for a in found.alarms if (a.chart, a.rule, a.is_warning) == (kind, rule, False)]

    assert where(ChartKind.INDIVIDUALS) == [50]
    sums = cusum(late, limits.centre, limits.sigma, cusum_of(charts[1], DEMAND))
    assert where(ChartKind.CUSUM) == [30 + i for i in sums.signals]
    assert where(ChartKind.CUSUM)[0] < 50
    means = ewma(late, limits.centre, limits.sigma, design_of(charts[2], DEMAND))
    assert isinstance(means.design, Ewma)
    assert where(ChartKind.EWMA) == [30 + i for i in means.signals]
    for rule in (NELSON[1], NELSON[4]):
        assert where(ChartKind.RUNS, rule.name) == [30 + int(i) for i in np.flatnonzero(rule.completed(z))]
    runs = westgard(z, Westgard(1, Scope.WITHIN, gated=False)).verdicts
    rejected = [30 + i for i, one in enumerate(runs) if one.decision is RunDecision.REJECT]
    assert [a.index for a in found.alarms if a.chart is ChartKind.WESTGARD and not a.is_warning] == rejected
    assert {a.rule for a in found.alarms if a.is_warning} == {"1_2s"}
    assert [one.name for one in found.series] == ["C+", "C-", "EWMA"]
    assert found.series[0].indices == tuple(range(30, 60))
    assert found.series[1].values == pytest.approx((-sums.lower).tolist())
    assert found.series[1].lower[0] == -sums.limit
    assert found.series[1].upper[0] is None


def test_another_certificate_or_an_adjustment_starts_a_baseline_of_its_own():
    checks = [
        *history(QUIET[:35]),
        *history(QUIET[:60], instrument_certificate="17.3")[35:],
    ]
    checks[50:] = [
        replace(one, detail=replace(one.detail, adjustment="4", standard_certificate="9.1"))
        for one in checks[50:]
    ]
    found = chart_plan(PLAN, {"200 g": checks}, {"200 g": ()})["200 g"]
    assert [(one.changes, one.first, one.last) for one in found.baselines] == [
        ((Change.FIRST,), 0, 34),
        ((Change.INSTRUMENT_CERTIFICATE,), 35, 49),
        ((Change.STANDARD_CERTIFICATE, Change.ADJUSTMENT), 50, 59),
    ]
    assert [one.limits is None for one in found.baselines] == [False, True, True]
    assert [z is None for z in found.z] == [False] * 35 + [True] * 25
    assert found.assessment.finding is Finding.LEARNING


def test_a_person_starts_a_baseline_leaves_a_check_out_and_starts_the_charts_again():
    errors = QUIET.copy()
    errors[5] = 0.08
    assert chart(errors).baselines[0].trial.beyond == (5,)
    assert chart(errors).baselines[0].limits is None
    left_out = chart(errors, marks=[mark(LEFT_OUT, 5)])
    assert left_out.baselines[0].limits == individuals(
        np.delete(errors, 5)[:30], PLAN.rounding_u(PLAN.points[0])
    )
    assert 5 not in left_out.baselines[0].counted
    assert left_out.z[5] > 5

    moved = np.concatenate([QUIET[:40], QUIET[40:50] + 0.06, QUIET[50:]])
    alarmed = chart(moved)
    assert alarmed.alarms_now
    assert alarmed.assessment.alarm.index <= 43
    last = max(alarm.index for alarm in alarmed.alarms if alarm.chart is ChartKind.INDIVIDUALS)
    again = chart(moved, marks=[mark(CHART_ANEW, last)])
    assert [segment.indices[0] for segment in again.baselines[0].segments] == [30, last + 1]
    assert again.assessment.finding is Finding.IN_CONTROL
    assert max(alarm.index for alarm in again.alarms) == last

    cut = chart(QUIET, marks=[mark(NEW_BASELINE, 45)])
    assert [(one.changes, one.first) for one in cut.baselines] == [
        ((Change.FIRST,), 0),
        ((Change.DECISION,), 45),
    ]


def test_a_baseline_whose_checks_are_all_left_out_says_nothing():
    found = chart([0.01], marks=[mark(LEFT_OUT, 0)])
    assert (found.assessment, found.baselines[0].counted) == (None, ())


def test_westgard_looks_at_runs_of_two_weights_together():
    plan = replace(
        TWO_POINTS,
        charts=(ChartChoice(ChartKind.WESTGARD, ("1_3s", "2_2s", "R_4s"), scope=Scope.ACROSS),),
    )
    generator = np.random.default_rng(SEED)
    large, small = generator.normal(0, 0.01, (2, 40))
    large[35], small[35] = 0.028, 0.027  # both above two sigma in one run
    large[38] = 0.06  # its partner is missing: no whole run
    both = {
        "200 g": history(large, plan),
        "10 g": tuple(one for one in history(small, plan, SMALL.id) if one.id != 39),
    }
    found = chart_plan(plan, both, {"200 g": (), "10 g": ()})
    for point in both:
        assert [(a.index, a.rule) for a in found[point].alarms if not a.is_warning] == [(35, "2_2s")]
    by_session = {
        point: [replace(one, session=f"S-{one.id}", t_ns=one.t_ns + 60 * (point == "10 g")) for one in checks]
        for point, checks in both.items()
    }
    again = chart_plan(plan, by_session, {"200 g": (), "10 g": ()})
    assert [a.index for a in again["10 g"].alarms if not a.is_warning] == [35]
    # times apart and no session: nothing says that they belong together
    apart = {point: [replace(one, session=None) for one in checks] for point, checks in by_session.items()}
    assert chart_plan(plan, apart, {"200 g": (), "10 g": ()})["10 g"].alarms == ()


def test_what_passes_is_the_mpe_less_the_guard_band():
    assert chart(QUIET[:3]).acceptance == pytest.approx(0.10)
    assert chart(QUIET[:3], replace(PLAN, acceptance="guard-band-u")).acceptance == pytest.approx(0.088)


def started(generator):
    """A phase I that can be trusted, as a laboratory would have it before it goes on."""
    while True:
        first = indications(generator, np.zeros(30))
        if chart(first, FINE).baselines[0].limits is not None:
            return first


def test_a_drift_of_0_1_mg_per_week_is_flagged_and_dated_before_the_mpe_is_crossed():
    """Through the charts of a plan; ``test_drift_watch`` follows each run day by day."""
    generator = np.random.default_rng(SEED)
    crossing = int(1.0 / DRIFT_MG_PER_DAY)
    drift = DRIFT_MG_PER_DAY * np.arange(1, crossing - 28)  # four weeks before
    flagged = dated = in_time = 0
    for _ in range(200):
        found = chart(np.concatenate([started(generator), indications(generator, drift)]), FINE)
        date = forecast_of(found)
        flagged += any(alarm.chart is ChartKind.CUSUM for alarm in found.alarms)
        dated += date is not None
        in_time += date is not None and date.action_ns <= at_day(30 + crossing)
    assert (flagged, dated) == (200, 200)
    assert in_time >= 190


def test_the_date_is_that_of_the_calendar():
    generator = np.random.default_rng(SEED)
    errors = np.concatenate([started(generator), indications(generator, DRIFT_MG_PER_DAY * np.arange(1, 41))])
    found = chart(errors, FINE)
    date = forecast_of(found)
    assert found.assessment.finding is Finding.DRIFTING
    days = found.assessment.forecast.expected_days
    assert date.expected_ns == pytest.approx(at_day(0) + days * 86_400e9, abs=1e6)
    assert at_day(70) < date.action_ns < date.expected_ns < date.latest_ns
    assert date.limit == 1.0
    assert forecast_of(chart(QUIET)) is None


def test_charts_of_a_plan_in_the_records(staffed):
    plan_checks(staffed, TWO_POINTS)
    new = [
        a_check(at_day(day), f"{200.0003 + error:.2f}", plan="B-02-two")
        for day, error in enumerate(QUIET[:40])
    ]
    checks = do_checks(staffed, *new)
    with changing(staffed) as connection:
        mark_check(connection, METROLOGIST, (checks[7].id, LEFT_OUT, "draught"), at_day(50))
    with reading(staffed) as connection:
        found = control_charts(connection, TWO_POINTS)
    assert found["200 g"].checks == checks
    assert found["200 g"].baselines[0].counted == tuple(i for i in range(40) if i != 7)
    assert found["10 g"].checks == ()
