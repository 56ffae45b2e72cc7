"""Interval advice: OIML D 10 staircase, control chart, in-use time; NCSLI RP-1 method A3 for families."""

import math
from decimal import Decimal

import numpy as np
import pytest

from calibration.drift.interval_of_family import Target, interval_of_family
from calibration.drift.intervals import (
    Bounds,
    Change,
    Staircase,
    control_chart_interval,
    in_service_interval,
    in_use_interval,
)
from calibration.drift.line import drift_line
from calibration.errors import ValueRefusedError

YEARS = Bounds(90, 1095)


def test_oiml_d10_method_1_staircase(problem):
    p = problem("P-staircase")
    x = p["inputs"]
    policy = Staircase(Bounds(x["min"], x["max"]))
    interval, found = x["start_months"], []
    for ratio in x["error_over_mpe"]:
        interval = policy.next(interval, ratio).interval
        found.append(interval)
    assert found == pytest.approx(p["expected"]["months"], abs=1e-6)


def test_staircase_is_inclusive_in_decimal_and_stays_within_its_bounds():
    policy = Staircase(Bounds(3, 36))
    assert policy.next(12, Decimal("0.80")).change is Change.LENGTHEN
    assert policy.next(12, 0.8).change is Change.LENGTHEN
    assert policy.next(12, Decimal("0.8001")).change is Change.KEEP
    assert policy.next(12, 1).change is Change.KEEP
    out = policy.next(12, 1.0001)
    assert (out.change, out.interval) == (Change.SHORTEN, pytest.approx(8.4))
    assert (policy.next(36, 0).interval, policy.next(36, 0).change) == (36, Change.KEEP)
    assert policy.next(30, 0).interval == 36
    assert policy.next(4, 2).interval == 3
    assert out.source.text == (
        "ILAC-G24:2022 / OIML D 10:2022, method 1, automatic adjustment or staircase [R]"
    )


def test_oiml_d10_method_2_control_chart(problem):
    x = problem("P-drift-crossing")["inputs"]
    line = drift_line(x["t_days"], x["error"])
    found = control_chart_interval(line, (0.3, 0.05), 1095, 365, YEARS)
    t, e = np.array(x["t_days"]), np.array(x["error"])
    later = 1095 + found.interval
    own = e - np.polyval(np.polyfit(t, e, 1), t)
    u = math.sqrt(own @ own / 5 * (1 / 7 + (later - t.mean()) ** 2 / ((t - t.mean()) ** 2).sum()))
    predicted = np.polyval(np.polyfit(t, e, 1), later)
    assert predicted + 2.015048 * u + 0.05 == pytest.approx(0.3, rel=1e-6)
    assert found.change is Change.LENGTHEN
    assert control_chart_interval(line, (0.3, 0.05), 1095, 700, YEARS).change is Change.SHORTEN
    beyond = control_chart_interval(line, (0.2, 0.05), 1095, 365, YEARS)
    assert (beyond.interval, beyond.change) == (90, Change.SHORTEN)
    assert control_chart_interval(line, (3.0, 0.05), 1095, 365, YEARS).interval == 1095


def test_method_2_stays_finite_where_no_slope_is_significant():
    generator = np.random.default_rng(4)
    t = np.arange(5) * 365.0
    line = drift_line(t, generator.normal(0, 0.03, 5))
    assert not line.significant
    found = control_chart_interval(line, (0.3, 0.05), t[-1], 365, Bounds(90, 36500))
    assert 365 < found.interval < 10_000
    falling = drift_line(t, -0.05 * np.arange(5) + np.array([0, 0.002, 0, -0.002, 0]))
    assert control_chart_interval(falling, (0.3, 0.02), t[-1], 365, YEARS).interval < 730


def test_oiml_d10_method_3_in_use_time():
    found = in_use_interval(2000, 4.0, 365, YEARS)  # hours in use, four a day
    assert (found.interval, found.change) == (500, Change.LENGTHEN)
    assert in_use_interval(2000, 40.0, 365, YEARS).interval == 90
    assert in_use_interval(2000, 0.0, 365, YEARS).interval == 1095
    assert in_use_interval(1460, 4.0, 365, YEARS).change is Change.KEEP


def test_oiml_d10_method_4_in_service_checking():
    waiting = in_service_interval(True, 200, 365, YEARS)
    assert (waiting.interval, waiting.change) == (1095, Change.LENGTHEN)
    now = in_service_interval(False, 40, 365, YEARS)  # before the shortest: a failed check does not wait
    assert (now.interval, now.change) == (40, Change.SHORTEN)
    assert in_service_interval(False, 400, 365, YEARS).change is Change.KEEP
    assert now.source.text.endswith("method 4, in-service checking [R]")


@pytest.mark.parametrize("name", ["P-a3-asset1", "P-a3-asset2", "P-a3-asset3", "P-a3-direct"])
def test_ncsli_rp1_method_a3(problem, name):
    p = problem(name)
    x, expected = p["inputs"], p["expected"]
    target = Target(x["target"], x["confidence"], x["max_change_factor"])
    found = interval_of_family(x["in_tolerance"], x["n"], x["I0_days"], target)
    assert found.advice.interval == pytest.approx(expected["interval_days"], abs=0.5)
    assert found.rejection_confidence == pytest.approx(expected["rejection_confidence"], abs=5e-5)
    assert found.low == pytest.approx(expected["reliability_low"], abs=5e-5)
    assert found.high == pytest.approx(expected["reliability_high"], abs=5e-5)
    assert (found.advice.change, found.advice.source.text) == (Change.SHORTEN, "NCSLI RP-1, method A3 [R]")


def test_a3_lengthens_keeps_and_is_bounded_by_its_factor():
    good = interval_of_family(99, 100, 365, Target(0.90))
    assert good.advice.change is Change.LENGTHEN
    assert good.advice.interval == 730  # bounded
    all_good = interval_of_family(12, 12, 365, Target(0.95))
    # alone on its side: Q = 1 - 0.95^12, and the factor 10^(0.05/0.54)
    assert all_good.rejection_confidence == pytest.approx(1 - 0.95**12)
    assert all_good.advice.interval == 365  # Q below 0.5: kept
    assert (all_good.low, all_good.high) == (pytest.approx(0.5 ** (1 / 12)), 1.0)
    more = interval_of_family(16, 16, 365, Target(0.95))
    assert more.advice.interval == pytest.approx(365 * 10 ** (0.05 / 0.95**16))
    at_target = interval_of_family(19, 20, 365, Target(0.95))
    assert (at_target.rejection_confidence, at_target.advice.change) == (0.0, Change.KEEP)
    bad = interval_of_family(0, 10, 365, Target(0.95))
    assert (bad.advice.interval, bad.low, bad.high) == (182.5, 0.0, pytest.approx(1 - 0.5**0.1))


def test_a3_rejects_at_the_confidence_at_which_the_target_leaves_the_limits():
    for good in (40, 42, 47, 49):
        found = interval_of_family(good, 50, 365, Target(0.9))
        at_edge = interval_of_family(good, 50, 365, Target(0.9, found.rejection_confidence))
        edge = at_edge.high if good / 50 < 0.9 else at_edge.low
        assert edge == pytest.approx(0.9, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Bounds(10, 5), "the shortest interval, 10, is above the longest, 5"),
        (lambda: Bounds(0, 5), "shortest interval is 0"),
        (lambda: Staircase(YEARS, lengthen=0.9), r"factors 0\.9 and 0\.7"),
        (lambda: Staircase(YEARS, threshold=Decimal("1.2")), r"the threshold is 1\.2 of the MPE"),
        (lambda: Staircase(YEARS).next(0, 0.5), "interval is 0"),
        (lambda: Staircase(YEARS).next(365, -0.5), r"\|error\| over MPE is -0\.5"),
        (lambda: Staircase(YEARS).next(365, math.nan), "nan is not finite"),
        (lambda: in_use_interval(0, 1, 365, YEARS), "allowed use is 0"),
        (lambda: in_use_interval(1, -1, 365, YEARS), "use per day is -1"),
        (lambda: in_service_interval(True, -1, 365, YEARS), "days since calibration is -1"),
        (
            lambda: control_chart_interval(drift_line([0, 1, 2], [0, 1, 0]), (-1, 0), 2, 365, YEARS),
            "MPE is -1",
        ),
        (lambda: interval_of_family(3, 2, 365, Target(0.95)), "3 of 2 in tolerance"),
        (lambda: interval_of_family(0, 0, 365, Target(0.95)), "0 of 0 in tolerance"),
        (lambda: interval_of_family(1, 2, -1, Target(0.95)), "interval is -1"),
        (lambda: Target(1.0), "level of confidence 1.0"),
        (lambda: Target(0.9, largest_factor=1), "the largest factor is 1"),
    ],
)
def test_what_gives_no_interval_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()
