"""EWMA: the published example, and limits that follow the spread of the first averages."""

import math

import numpy as np
import pytest

from calibration.charts.ewma import Ewma, ewma
from calibration.errors import ValueRefusedError


def test_nist_handbook_6_3_2_4_ewma(problem):
    p = problem("P-nist-ewma")
    x, expected = p["inputs"], p["expected"]
    chart = ewma(x["x"], x["target"], x["sigma"], Ewma(x["lam"], x["L"], time_varying=False))
    assert chart.averages == pytest.approx(expected["z"], abs=1e-9)
    assert chart.upper == pytest.approx([expected["ucl"]] * 20, abs=1e-9)
    assert chart.lower == pytest.approx([expected["lcl"]] * 20, abs=1e-9)
    assert chart.signals == tuple(expected["signals"])


def test_time_varying_limits_follow_the_spread_of_the_average():
    design = Ewma(0.2, 3)
    generator = np.random.default_rng(20260714)
    average = np.zeros(200_000)
    for number in range(1, 6):
        average = design.step(average, generator.normal(size=200_000))
        assert design.half_width(number) == pytest.approx(3 * average.std(), rel=0.01)
    assert design.half_width(1) == pytest.approx(3 * 0.2)
    assert design.half_width(1000) == pytest.approx(3 * math.sqrt(0.2 / 1.8))


def test_a_bad_first_check_is_found_by_the_narrow_limits_only():
    assert ewma([13.5], 10.0, 1.0, Ewma(0.2, 3)).signals == (0,)
    assert ewma([13.5], 10.0, 1.0, Ewma(0.2, 3, time_varying=False)).signals == ()
    assert ewma([6.5], 10.0, 1.0, Ewma(0.2, 3)).signals == (0,)


@pytest.mark.parametrize("target", [10.0, 3.3, -0.7])
def test_an_average_that_is_written_on_a_limit_is_no_alarm(target):
    every_check_by_itself = Ewma(1.0, 3.0)
    on, beyond = float(f"{target + 0.3:.1f}"), target + 0.3001
    assert ewma([on, beyond, 2 * target - on], target, 0.1, every_check_by_itself).signals == (1,)


def test_it_goes_on_after_an_alarm_and_may_be_empty():
    chart = ewma([0.0] * 3 + [2.0] * 6, 0.0, 1.0)
    assert chart.signals == (5, 6, 7, 8)
    assert (chart.design.weight, chart.design.multiple) == (0.2, 2.962)
    assert ewma([], 0.0, 1.0).signals == ()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ewma([0.1, math.inf], 0, 1), r"values\[2\] is inf"),
        (lambda: ewma([0.1], math.nan, 1), "target is nan"),
        (lambda: ewma([0.1], 0, -1), "sigma is -1"),
        (lambda: Ewma(weight=0), "lambda is 0"),
        (lambda: Ewma(weight=1.5), r"lambda is 1\.5"),
        (lambda: Ewma(multiple=0), "L of the EWMA is 0"),
    ],
)
def test_what_cannot_be_averaged_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()
