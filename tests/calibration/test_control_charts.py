"""Charts of individuals, the trial of a baseline, and baselines kept apart."""

import itertools
import math
import random
from decimal import Decimal

import numpy as np
import pytest

from calibration.charts.baselines import NS_PER_DAY, Change, Check, Conditions, baselines
from calibration.charts.control_charts import (
    D2,
    D4,
    Individuals,
    Shewhart,
    Trust,
    individuals,
    lag_one,
    phase_one,
)
from calibration.errors import ValueRefusedError


def test_montgomery_viscosity_individuals(problem):
    p = problem("P-individuals-viscosity")
    expected, printed = p["expected"], p["published_as_printed"]
    chart = individuals(p["inputs"]["x"])
    found = {
        "mean": chart.centre,
        "mean_moving_range": chart.mean_moving_range,
        "sigma": chart.sigma,
        "ucl": chart.upper,
        "lcl": chart.lower,
        "ucl_mr": chart.upper_moving_range,
    }
    assert found == pytest.approx(expected, rel=1e-9)
    assert (chart.centre, chart.upper) == pytest.approx((printed["mean"], printed["ucl"]), abs=0.005)
    assert chart.lower == pytest.approx(printed["lcl"], abs=0.006)  # printed with 1.128 and rounded MR
    assert (D2, D4) == (pytest.approx(1.128, abs=5e-4), pytest.approx(3.267, abs=5e-4))


@pytest.mark.parametrize("sigma", ["0.1", "0.0003", "7"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_value_that_is_written_on_a_limit_is_on_it(sigma, steps):
    for centre in ("10", "0.0021", "-4.7"):
        chart = Individuals(float(centre), float(sigma), 1.0, 20, Shewhart())
        on = [float(Decimal(centre) + sign * steps * Decimal(sigma)) for sign in (1, -1)]
        assert chart.z(on).tolist() == [steps, -steps]
        beyond = float(Decimal(centre) + (steps + Decimal("1e-6")) * Decimal(sigma))
        assert chart.z([beyond])[0] > steps


def test_a_check_on_the_centre_line_is_on_no_side_of_it():
    """Digits of four decimals, whose mean has no more: in binary it would lie beside most of them."""
    draw = random.Random(9)
    for _ in range(200):
        digits = [draw.randint(-6, 6) for _ in range(20)]
        digits.append(21 * draw.randint(-2, 2) - sum(digits))
        values = [float(f"{digit / 10_000:.4f}") for digit in digits]
        chart = individuals(values)
        middle = sum(digits) // 21
        assert chart.centre == middle / 10_000
        z = chart.z(values)
        assert [value == 0 for value in z] == [digit == middle for digit in digits]


def test_a_shift_within_the_baseline_hardly_enters_sigma():
    values = np.concatenate([np.zeros(20), np.ones(20)]) + np.tile([-0.1, 0.1], 20)
    assert individuals(values).sigma == pytest.approx(0.2 / D2, rel=0.15)
    assert values.std() > 0.5


def test_sigma_of_digital_values_is_not_biased_by_their_rounding():
    generator = np.random.default_rng(20260714)
    analog = generator.normal(0, 0.8, (2000, 30))
    digital = np.round(analog)  # d = 1.25 sigma
    true = math.sqrt(0.8**2 + 1 / 12)
    by_range = np.array([individuals(row).sigma for row in digital])
    by_square = np.array([individuals(row, 1 / math.sqrt(12)).sigma for row in digital])
    assert by_range.mean() < 0.96 * true
    assert by_square.mean() == pytest.approx(true, rel=0.02)
    assert np.array([individuals(row).sigma for row in analog]).mean() == pytest.approx(0.8, rel=0.02)


def test_checks_that_are_all_alike_have_the_scatter_of_their_rounding():
    with pytest.raises(ValueRefusedError, match=r"all 20 values are 0\.1: rounding hides the scatter"):
        individuals([0.1] * 20)
    net_weighing = individuals([0.1] * 20, 0.1 / math.sqrt(6))
    assert net_weighing.sigma == 0.1 / math.sqrt(6)
    # one digit more or less is no alarm, two are
    assert np.abs(net_weighing.z([0.2, 0.3])) == pytest.approx([2.449, 4.899], abs=1e-3)
    found = phase_one([0.1] * 20, 0.1 / math.sqrt(6))
    assert (found.trust, found.lag_one.r) == (Trust.TRUSTED, 0.0)


def test_limits_come_with_enough_checks_only():
    values = np.tile([0.1, -0.1, 0.0, 0.2, -0.2], 5)
    short = phase_one(values[:19])
    assert (short.trust, short.limits, short.lag_one) == (Trust.TOO_FEW, None, None)
    assert phase_one(values[:20]).limits is not None
    assert phase_one(values, least=25).limits.count == 25


def test_correlated_checks_give_no_trusted_limits():
    generator = np.random.default_rng(7)
    steps = generator.normal(size=60)
    following = np.empty(60)
    following[0] = steps[0]
    for i in range(1, 60):
        following[i] = 0.7 * following[i - 1] + steps[i]
    found = phase_one(following)
    assert found.trust is Trust.CORRELATED
    assert found.lag_one.r > 0.5
    assert found.lag_one.p < 0.001
    assert phase_one(generator.normal(size=60)).trust is Trust.TRUSTED
    # a drift within the baseline shows in the same way
    assert phase_one(0.15 * np.arange(40) + generator.normal(size=40)).trust is Trust.CORRELATED


def test_moran_1948_test_of_lag_one_has_its_size():
    generator = np.random.default_rng(11)
    found = [lag_one(generator.normal(size=25)).significant for _ in range(4000)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.012)
    assert lag_one([1, -1] * 10).r == pytest.approx(-0.95)
    # the mean of r over all orders of any values is -1/n, and there the test sees nothing
    orders = [lag_one(order) for order in itertools.permutations([0.3, 1.1, -0.4, 2.0, 0.6])]
    assert np.mean([one.r for one in orders]) == pytest.approx(-1 / 5, abs=1e-12)
    nearest = min(orders, key=lambda one: abs(one.r + 1 / 5))
    assert nearest.p == max(one.p for one in orders) > 0.9


def test_a_check_far_out_is_named_and_not_left_out():
    generator = np.random.default_rng(3)
    values = generator.normal(size=30)
    values[17] = 6.0
    found = phase_one(values)
    assert (found.trust, found.beyond) == (Trust.OUT_OF_CONTROL, (17,))
    assert found.limits.centre == pytest.approx(values.mean())
    in_control = [phase_one(generator.normal(size=50)).beyond for _ in range(1000)]
    assert np.mean([bool(beyond) for beyond in in_control]) < 0.09  # about 5 % of baselines, however long


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: individuals([1.0]), "1 values have no moving range"),
        (lambda: individuals([1.0, math.nan]), r"values\[2\] is nan"),
        (lambda: individuals([1.0, 2.0], -0.1), "rounding_u is -0.1; it must not be negative"),
        (lambda: individuals([1.0, 2.0]).z([math.inf]), r"values\[1\] is inf"),
        (lambda: phase_one([1.0, 2.0], least=3), "limits from 3 checks cannot be tested"),
        (lambda: lag_one([1, 2, 3]), "3 values cannot show a correlation"),
        (lambda: Shewhart(0), "multiple of sigma is 0; it must be greater than 0"),
    ],
)
def test_what_cannot_be_charted_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()


START = Conditions("E2 100 g no. 7", "W-2026-1", "LX-2026-0417")


def checks(*conditions):
    return [Check(i * NS_PER_DAY, 0.01 * i, one) for i, one in enumerate(conditions)]


def test_every_change_starts_a_new_baseline_and_says_why():
    other_weight = Conditions("E2 100 g no. 8", "W-2026-2", "LX-2026-0417")
    adjusted = Conditions("E2 100 g no. 8", "W-2026-2", "LX-2026-0417", "2026-07-01")
    certified = Conditions("E2 100 g no. 8", "W-2026-2", "LX-2027-0003", "2026-07-01")
    decided = Conditions("E2 100 g no. 7", "W-2026-1", "LX-2026-0417", decision="the balance was moved")
    found = baselines(checks(START, START, other_weight, adjusted, adjusted, certified, START, decided))
    assert [len(one.checks) for one in found] == [2, 1, 2, 1, 1, 1]
    assert [one.changes for one in found] == [
        (Change.FIRST,),
        (Change.CHECK_STANDARD, Change.STANDARD_CERTIFICATE),
        (Change.ADJUSTMENT,),
        (Change.INSTRUMENT_CERTIFICATE,),
        (
            Change.CHECK_STANDARD,
            Change.STANDARD_CERTIFICATE,
            Change.ADJUSTMENT,
            Change.INSTRUMENT_CERTIFICATE,
        ),
        (Change.DECISION,),
    ]
    assert found[2].days.tolist() == [0.0, 1.0]
    assert found[2].errors.tolist() == [0.03, 0.04]
    assert baselines([]) == ()


def test_checks_out_of_order_or_without_a_number_are_refused():
    with pytest.raises(ValueRefusedError, match="check 2 is not later than check 1"):
        baselines([Check(5, 0.0, START), Check(5, 0.0, START)])
    with pytest.raises(ValueRefusedError, match="check 2: the error is nan"):
        baselines([Check(5, 0.0, START), Check(6, math.nan, START)])
