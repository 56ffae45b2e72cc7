"""Tabular CUSUM: the published example, alarms, head start."""

import math

import numpy as np
import pytest

from calibration.charts.cusum import Cusum, cusum
from calibration.errors import ValueRefusedError


def test_nist_handbook_6_3_2_3_tabular_cusum(problem):
    p = problem("P-nist-cusum")
    x, expected = p["inputs"], p["expected"]
    chart = cusum(x["x"], x["target"], 1.0, Cusum(k=x["K"], h=x["H"]))
    assert chart.upper == pytest.approx(expected["C_plus"], abs=1e-9)
    assert chart.lower == pytest.approx(expected["C_minus"], abs=1e-9)
    assert chart.signals[0] == chart.first.index == expected["first_signal_index0"]
    assert chart.signals == tuple(range(13, 20))


def test_the_same_chart_in_standard_deviations(problem):
    x = problem("P-nist-cusum")["inputs"]
    in_units = cusum(x["x"], x["target"], 1.0, Cusum(k=x["K"], h=x["H"]))
    sigma = 2 * x["K"]
    in_sigma = cusum(x["x"], x["target"], sigma, Cusum(k=0.5, h=x["H"] / sigma))
    assert in_sigma.upper == pytest.approx(in_units.upper, abs=1e-12)
    assert in_sigma.limit == pytest.approx(x["H"])
    assert in_sigma.signals == in_units.signals


def test_an_alarm_tells_side_beginning_and_level():
    values = [0.2, -0.3, 0.1, -2.0, -1.5, -2.5, -2.2]
    chart = cusum(values, 0.0, 1.0, Cusum(k=0.5, h=4))
    alarm = chart.first
    # C- is 0 after the third check, then 1.5, 2.5, 4.5
    assert (alarm.index, alarm.side, alarm.since) == (5, -1, 3)
    assert alarm.level == pytest.approx(-(0.5 + 4.5 / 3)) == pytest.approx(np.mean(values[3:6]))
    assert chart.lower_count.tolist() == [0, 0, 0, 1, 2, 3, 4]
    assert cusum([0.1, -0.1], 0.0, 1.0).first is None


def test_lucas_crosier_1982_head_start_finds_a_bad_beginning_sooner_and_is_no_part_of_the_level():
    values = [1.5] * 6
    slow = cusum(values, 0.0, 1.0, Cusum(0.5, 4))
    fast = cusum(values, 0.0, 1.0, Cusum(0.5, 4, head_start=0.5))
    assert (slow.first.index, fast.first.index) == (4, 2)
    assert fast.first.level == pytest.approx(1.5)
    assert fast.upper[0] == 3.0
    assert cusum([0.0] * 6, 0.0, 1.0, Cusum(0.5, 4, head_start=0.5)).upper.tolist() == [1.5, 1, 0.5, 0, 0, 0]


@pytest.mark.parametrize("target", [10.0, 3.3, -0.7])
def test_a_sum_that_is_written_on_the_limit_is_no_alarm(target):
    up = [float(f"{target + 0.1:.1f}")] * 11  # each adds half a standard deviation
    assert cusum(up, target, 0.1, Cusum(0.5, 5)).signals == (10,)
    back = [float(f"{target + step:.1f}") for step in (0.1, 0.0, 0.1, 0.0)]
    assert cusum(back, target, 0.1).upper_count.tolist() == [1, 0, 1, 0]


def test_a_sum_on_the_limit_is_no_alarm():
    assert cusum([2.5, 2.5], 0.0, 1.0, Cusum(0.5, 4)).first is None
    assert cusum([2.5, 2.5625], 0.0, 1.0, Cusum(0.5, 4)).first.index == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: cusum([0.1, math.nan], 0, 1), r"values\[2\] is nan"),
        (lambda: cusum([0.1], math.inf, 1), "target is inf"),
        (lambda: cusum([0.1], 0, 0), "sigma is 0; it must be greater than 0"),
        (lambda: Cusum(k=-1), "k of the CUSUM is -1"),
        (lambda: Cusum(h=0), "h of the CUSUM is 0"),
        (lambda: Cusum(head_start=0.6), r"the head start is 0\.6 h"),
    ],
)
def test_what_cannot_be_summed_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()
