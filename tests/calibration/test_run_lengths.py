"""Published average run lengths, by equations, by chains and by drawing."""

import math

import numpy as np
import pytest

from calibration.charts import run_lengths
from calibration.charts.control_charts import D2, Shewhart
from calibration.charts.cusum import Cusum
from calibration.charts.drawn_lengths import drawn_arl
from calibration.charts.ewma import Ewma
from calibration.charts.run_lengths import (
    cusum_arl,
    ewma_arl,
    false_alarm_rate,
    limit_for,
    moving_range_dof,
    performance,
    shewhart_arl,
)
from calibration.charts.run_rules import NELSON, WESTERN_ELECTRIC, RuleSet, Side, ZoneRule
from calibration.charts.westgard import RULES, Scope, Westgard
from calibration.errors import ValueRefusedError

RUNS = 10_000
SEED = 20260714


def agrees_with_print(found, printed):
    """Within 0.6 of the last of three printed digits: one figure, 1.32 for 1.3254, is cut off."""
    last = [10.0 ** (math.floor(math.log10(value)) - 2) for value in printed]
    return all(abs(a - b) <= 0.6 * digit for a, b, digit in zip(found, printed, last, strict=True))


@pytest.mark.parametrize(
    "name", ["P-arl-cusum-h4", "P-arl-cusum-h4-fir", "P-arl-cusum-h5", "P-arl-cusum-h5-fir"]
)
def test_lucas_crosier_1982_cusum(problem, name):
    p = problem(name)
    x = p["inputs"]
    found = [cusum_arl(x["k"], x["h"], shift, x.get("headstart", 0)) for shift in x["shift_in_sigma"]]
    assert agrees_with_print(found, p["published_as_printed"]["arl"])
    if p["expected"]:
        assert found == pytest.approx(p["expected"]["arl"], rel=1e-6)


@pytest.mark.parametrize(
    "name", ["P-arl-ewma-crowder-05", "P-arl-ewma-lucas-saccucci-0.4", "P-arl-ewma-lucas-saccucci-0.25"]
)
def test_crowder_1987_and_lucas_saccucci_1990_ewma(problem, name):
    p = problem(name)
    x = p["inputs"]
    found = [ewma_arl(x["lam"], x["L"], shift) for shift in x["shift_in_sigma"]]
    assert found == pytest.approx(p["expected"]["arl"], rel=1e-8)


def test_sas_qc_1999_ewma_arl(problem):
    p = problem("P-arl-ewma-sas")
    x = p["inputs"]
    assert ewma_arl(x["lam"], x["L"], x["shift"]) == pytest.approx(
        p["published_as_printed"]["arl"], abs=5e-10
    )


@pytest.mark.parametrize("name", ["P-arl-runs-rules-1", "P-arl-runs-rules-12"])
def test_champ_woodall_1987_runs_rules_after_a_shift(problem, name):
    p = problem(name)
    chart = rules_of(p["inputs"]["active"])
    found = [chart.arl(shift) for shift in p["inputs"]["shift_in_sigma"]]
    assert found == pytest.approx(p["expected"]["arl"], rel=1e-6)


def test_champ_woodall_1987_runs_rules_in_control(problem):
    p = problem("P-arl-runs-rules-in-control")
    found = [rules_of(active).arl() for active in p["inputs"]["active"]]
    assert found == pytest.approx(p["published_as_printed"]["arl"], abs=0.00501)


def rules_of(active):
    return RuleSet(tuple(WESTERN_ELECTRIC[int(number) - 1] for number in active))


@pytest.mark.parametrize(
    ("weight", "multiple", "arl0", "arl1"),
    [
        (0.1, 2.7, 369, 9.73),
        (0.2, 2.7, 238, 8.77),
        (0.2, 3, 560, 10.84),
        (0.25, 2.7, 211, None),
        (0.25, 3, 503, 11.15),
    ],
)
def test_what_the_common_pairs_of_the_ewma_cost(weight, multiple, arl0, arl1):
    assert ewma_arl(weight, multiple) == pytest.approx(arl0, abs=0.5)
    if arl1:
        assert ewma_arl(weight, multiple, 1) == pytest.approx(arl1, abs=0.005)


def drawn_cusum(design, shift, runs=RUNS, seed=SEED):
    """Run lengths with the very step of the chart."""
    generator = np.random.default_rng(seed)
    upper = np.full(runs, design.head_start * design.h)
    lower, lengths, alive = upper.copy(), np.zeros(runs), np.arange(runs)
    while alive.size:
        upper, lower = design.step(upper, lower, generator.normal(shift, 1, alive.size))
        lengths[alive] += 1
        on = (upper <= design.h) & (lower <= design.h)
        upper, lower, alive = upper[on], lower[on], alive[on]
    return lengths


def drawn_ewma(design, shift, runs=RUNS, seed=SEED):
    generator = np.random.default_rng(seed)
    average, lengths, alive, number = np.zeros(runs), np.zeros(runs), np.arange(runs), 0
    while alive.size:
        number += 1
        average = design.step(average, generator.normal(shift, 1, alive.size))
        lengths[alive] += 1
        on = np.abs(average) <= design.half_width(number)
        average, alive = average[on], alive[on]
    return lengths


def standard_errors(lengths, published):
    return abs(lengths.mean() - published) / (lengths.std(ddof=1) / math.sqrt(len(lengths)))


@pytest.mark.parametrize(
    ("head_start", "shift", "published"),
    [
        (0, 0, 168),
        (0, 0.5, 26.6),
        (0, 1, 8.38),
        (0, 2, 3.34),
        (0.5, 0, 149),
        (0.5, 0.5, 20.1),
        (0.5, 1, 5.29),
    ],
)
def test_lucas_crosier_1982_drawn_10000_times(head_start, shift, published):
    assert standard_errors(drawn_cusum(Cusum(0.5, 4, head_start), shift), published) < 3


@pytest.mark.parametrize(
    ("weight", "multiple", "shift", "published"),
    [
        (0.5, 2, 0, 26.45),
        (0.5, 2, 1, 4.91),
        (0.25, 2.998, 0, 500),
        (0.25, 2.998, 0.5, 48.2),
        (0.4, 3.054, 1, 14.3),
    ],
)
def test_crowder_1987_and_lucas_saccucci_1990_drawn_10000_times(weight, multiple, shift, published):
    design = Ewma(weight, multiple, time_varying=False)
    assert standard_errors(drawn_ewma(design, shift), published) < 3


@pytest.mark.parametrize(
    ("active", "shift", "published"),
    [("1", 0, 370.4), ("12", 0, 225.44), ("12", 0.6, 57.92), ("123", 0, 132.89), ("1234", 0, 91.75)],
)
def test_champ_woodall_1987_drawn_10000_times(active, shift, published):
    found = drawn_arl(rules_of(active), SEED, shift, runs=RUNS)
    assert abs(found.arl - published) < 3 * found.standard_error
    assert (found.runs, found.seed, found.generator.split()[-1]) == (RUNS, SEED, "PCG64")


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_time_varying_limits_by_recursion_and_by_drawing(shift):
    design = Ewma(0.1, 2.7)
    assert standard_errors(drawn_ewma(design, shift), design.arl(shift)) < 3
    assert design.arl(shift) < ewma_arl(0.1, 2.7, shift)


def test_nelson_3_and_4_have_a_length_by_drawing_only():
    assert drawn_arl(RuleSet(NELSON), SEED).arl == pytest.approx(74, abs=3)
    with pytest.raises(ValueRefusedError, match="draw it"):
        RuleSet(NELSON[2:3]).arl()
    zones = RuleSet(tuple(NELSON[i] for i in (0, 1, 4, 5, 6, 7)))
    found = drawn_arl(zones, SEED, 0.3, 1.2, runs=4000)
    assert abs(found.arl - zones.arl(0.3, 1.2)) < 3 * found.standard_error


def test_a_run_of_heads_has_the_length_of_feller():
    # r equal sides in a row of a fair coin: 2^r - 1 throws
    assert RuleSet((ZoneRule("9 on one side", 9, 9, 0),)).arl() == pytest.approx(511, rel=1e-12)


def test_what_the_variants_of_westgard_cost():
    one = Westgard(1, Scope.WITHIN, gated=False)
    free = drawn_arl(one, SEED)
    assert abs(free.arl - RuleSet(RULES).arl()) < 3 * free.standard_error
    gated = drawn_arl(Westgard(1, Scope.WITHIN, gated=True), SEED)
    two = drawn_arl(Westgard(2, Scope.BOTH, gated=False), SEED, runs=2000)
    assert two.arl < free.arl < gated.arl


def test_limits_for_a_wanted_false_alarm_rate_are_the_published_ones():
    assert limit_for(lambda h: Cusum(k=0.5, h=h), 370) == pytest.approx(4.774, abs=5e-4)
    for weight, multiple in [(0.05, 2.615), (0.1, 2.814), (0.2, 2.962), (0.25, 2.998), (0.4, 3.054)]:
        found = limit_for(lambda m, w=weight: Ewma(w, m, time_varying=False), 500)
        assert found == pytest.approx(multiple, abs=5e-4)
    assert limit_for(Shewhart, 370.3983) == pytest.approx(3, abs=1e-6)


def test_a_shewhart_chart_is_an_ewma_that_forgets_all():
    for shift in (0, 0.7, 2):
        assert ewma_arl(1, 3, shift) == pytest.approx(shewhart_arl(3, shift), rel=1e-10)
        assert ewma_arl(1, 3, shift, time_varying=True) == pytest.approx(shewhart_arl(3, shift), rel=1e-10)


@pytest.mark.parametrize("chart", [Cusum(0.5, 4, 0.5), Ewma(), Shewhart(2.5), RuleSet(WESTERN_ELECTRIC)])
def test_a_larger_spread_is_a_narrower_chart(chart):
    assert chart.arl(0, 1.5) < chart.arl() < chart.arl(0, 0.8)
    assert chart.arl(0.4, 1.1) == pytest.approx(chart.arl(-0.4, 1.1), rel=1e-9)


def test_limits_from_a_short_baseline_alarm_more_often_than_published():
    design, baseline, runs, checks = Cusum(0.5, 4.774), 30, 20_000, 1000
    generator = np.random.default_rng(SEED)
    first = generator.normal(size=(runs, baseline))
    centre, sigma = first.mean(axis=1), np.abs(np.diff(first, axis=1)).mean(axis=1) / D2
    upper, lower, alarms = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for _ in range(checks):
        upper, lower = design.step(upper, lower, (generator.normal(size=runs) - centre) / sigma)
        ended = (upper > design.h) | (lower > design.h)
        alarms += ended
        upper[ended] = lower[ended] = 0
    rates = alarms / checks
    found = false_alarm_rate(design, baseline)
    # the first start of each chart has no alarm behind it, which 1000 checks still show a little
    assert found == pytest.approx(rates.mean(), rel=0.03)
    assert 1 / found < 370 / 3
    assert performance(design, baseline).checks_per_false_alarm == pytest.approx(1 / found)
    assert (
        performance(design).checks_per_false_alarm == performance(design).arl0 == pytest.approx(370, abs=0.1)
    )
    wider = limit_for(lambda h: Cusum(0.5, h), 370, baseline)
    assert 1 / false_alarm_rate(Cusum(0.5, wider), baseline) == pytest.approx(370, rel=1e-4)


def test_moving_range_has_about_0_6_degrees_of_freedom_each():
    generator = np.random.default_rng(SEED)
    sigma = np.abs(np.diff(generator.normal(size=(100_000, 20)), axis=1)).mean(axis=1) / D2
    dof = moving_range_dof(20)
    assert sigma.var() / sigma.mean() ** 2 == pytest.approx(1 / (2 * dof), rel=0.06)
    assert 0.58 < moving_range_dof(200) / 199 < 0.63


def test_the_same_seed_draws_the_same_figure():
    chart = rules_of("12")
    assert drawn_arl(chart, 3, runs=500) == drawn_arl(chart, 3, runs=500)
    assert drawn_arl(chart, 3, runs=500) != drawn_arl(chart, 4, runs=500)


def test_a_chart_that_never_alarms_has_an_infinite_length():
    assert cusum_arl(20, 4) == math.inf
    assert cusum_arl(0.5, 40) == math.inf
    assert ewma_arl(0.2, 12) == math.inf
    assert shewhart_arl(9) == math.inf
    assert RuleSet((ZoneRule("far out", 1, 1, 9),)).arl() == math.inf
    assert cusum_arl(0.5, 40, 1) == pytest.approx((40 + 1) / 0.5, rel=0.02)  # one side only


def test_drawn_lengths_are_counted_from_the_first_point_and_across_blocks():
    always = drawn_arl(RuleSet((ZoneRule("always", 1, 1, 0, Side.EITHER),)), SEED, runs=10)
    assert (always.arl, always.standard_error) == (1.0, 0.0)
    long = drawn_arl(RuleSet((ZoneRule("300 within", 300, 300, 99, Side.WITHIN),)), SEED, runs=10)
    assert (long.arl, long.standard_error) == (300.0, 0.0)


def test_drawing_gives_up_where_alarms_are_too_rare(monkeypatch):
    monkeypatch.setattr("calibration.charts.drawn_lengths._MOST", 10_000)
    with pytest.raises(
        ValueRefusedError, match="20 of 20 charts have not alarmed after 256 points: draw fewer"
    ):
        drawn_arl(RuleSet((ZoneRule("far out", 1, 1, 9),)), 1, runs=20)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: cusum_arl(-0.5, 4), "k is -0.5; it must not be negative"),
        (lambda: cusum_arl(0.5, 0), "h is 0; it must be greater than 0"),
        (lambda: cusum_arl(0.5, 4, 0, 2.1), "a head start of 2.1 lies outside 0 to h/2 = 2"),
        (lambda: cusum_arl(0.5, 4, math.nan), "shift is nan"),
        (lambda: ewma_arl(0, 3), "lambda is 0; it must lie above 0"),
        (lambda: ewma_arl(1.1, 3), "lambda is 1.1"),
        (lambda: ewma_arl(0.2, -1), "L is -1"),
        (lambda: ewma_arl(0.2, 3, math.inf), "shift is inf"),
        (lambda: shewhart_arl(0), "multiple is 0"),
        (lambda: RuleSet(WESTERN_ELECTRIC).arl(0, 0), "spread is 0"),
        (lambda: moving_range_dof(2), "a baseline of 2 checks has no scatter"),
        (lambda: false_alarm_rate(Shewhart(), 2), "a baseline of 2 checks"),
        (lambda: limit_for(Shewhart, -3), "checks per false alarm is -3"),
        (lambda: limit_for(Shewhart, 1e13), "no limit up to 50 standard deviations"),
        (lambda: limit_for(Shewhart, 1e13, 30), "no limit up to 50 standard deviations"),
        (lambda: limit_for(Shewhart, 1.01), "even the narrowest limit alarms less often"),
        (lambda: drawn_arl(RuleSet(WESTERN_ELECTRIC), 1, runs=1), "1 runs have no scatter"),
        (lambda: drawn_arl(RuleSet(WESTERN_ELECTRIC), 1, math.nan), "shift is nan"),
    ],
)
def test_what_has_no_run_length_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()


def test_longest_is_beyond_any_laboratory():
    assert run_lengths.LONGEST > 365 * 24 * 3600
