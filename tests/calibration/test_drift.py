"""Drift: the line, its date, its component, exponential drift."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from calibration.drift.exponential import fit_exponential
from calibration.drift.line import (
    drift_from_history,
    drift_from_line,
    drift_line,
    forecast,
    shared_covariance,
)
from calibration.errors import CovarianceError, FitError, ValueRefusedError
from calibration.fits import Scale
from calibration.uncertain import covariance


def test_oiml_d10_method_2_drift_and_its_crossing(problem):
    p = problem("P-drift-crossing")
    x, expected = p["inputs"], p["expected"]
    line = drift_line(x["t_days"], x["error"])
    date = forecast(line, x["mpe"])
    found = {
        "intercept": line.intercept,
        "slope": line.slope,
        "u_slope": line.u_slope,
        "s": line.u_check,
        "dof": line.dof,
        "t_stat": line.t_value,
        "significant_95": line.significant,
        "crossing_point": date.expected_days,
        "crossing_upper_prediction_95_one_sided": date.action_days,
    }
    assert found == pytest.approx(expected, rel=1e-9)
    # the other end of the band, by root finding
    t, e = np.array(x["t_days"]), np.array(x["error"])
    spread = ((t - t.mean()) ** 2).sum()

    def lower(day):
        u = line.u_check * math.sqrt(1 + 1 / 7 + (day - t.mean()) ** 2 / spread)
        return line.intercept + line.slope * day - stats.t(5).ppf(0.95) * u - x["mpe"]

    assert date.latest_days == pytest.approx(optimize.brentq(lower, 2200, 9000), rel=1e-9)
    assert (date.limit, date.level) == (0.3, 0.95)
    mirrored = forecast(drift_line(t, -e), x["mpe"])
    assert (mirrored.limit, mirrored.action_days) == (-0.3, pytest.approx(date.action_days))


def test_suncal_leak_standard_exponential_decay(problem):
    p = problem("P-leak-exponential-decay")
    x, expected = p["inputs"], p["expected"]
    found = fit_exponential(x["t_days"], x["y_1e_minus_8"])
    figures = {"a": found.a, "b": found.b, "u_a": found.u_a, "u_b": found.u_b}
    assert figures == pytest.approx(expected, rel=1e-6)
    assert found.dof == 5
    # the unit of y changes nothing else
    small = fit_exponential(x["t_days"], 1e-8 * np.array(x["y_1e_minus_8"]))
    assert (small.a, small.u_a, small.b, small.u_b) == pytest.approx(
        (1e-8 * found.a, 1e-8 * found.u_a, found.b, found.u_b), rel=1e-8
    )


def test_exponential_drift_against_scipy_with_weights():
    generator = np.random.default_rng(20260714)
    t = np.arange(0, 20.0)
    u = np.linspace(0.01, 0.05, 20)
    y = -3 * np.exp(0.02 * t) + u * generator.standard_normal(20)
    found = fit_exponential(t, y, u)
    start = (-3.0, -0.02)
    (a, b), v = optimize.curve_fit(
        lambda t, a, b: a * np.exp(-b * t), t, y, start, sigma=u, absolute_sigma=True
    )
    assert (found.a, found.b) == pytest.approx((a, b), rel=1e-7)
    assert found.covariance == pytest.approx(v, rel=1e-5)
    later = found.at(30.0)
    gradient = np.array([math.exp(-b * 30), -a * 30 * math.exp(-b * 30)])
    assert (later.value, later.u) == pytest.approx(
        (a * math.exp(-b * 30), math.sqrt(gradient @ v @ gradient)), rel=1e-5
    )


def test_no_date_where_the_slope_is_not_significant():
    generator = np.random.default_rng(3)
    line = drift_line(np.arange(12) * 30, generator.normal(0, 0.02, 12))
    assert not line.significant
    assert forecast(line, 0.3) is None
    flat = drift_line([0, 365, 730], [0.02, 0.02, 0.02])
    assert (flat.significant, forecast(flat, 0.3)) == (False, None)


def test_the_test_of_the_slope_has_its_size():
    generator = np.random.default_rng(20260714)
    found = [drift_line(np.arange(8), generator.normal(size=8)).significant for _ in range(2000)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.015)


def test_the_action_date_keeps_its_promise():
    """One more error on the action date is within the MPE in 95 % of cases."""
    generator = np.random.default_rng(20260714)
    t = np.arange(7) * 365.0
    kept = []
    for _ in range(3000):
        line = drift_line(t, 0.04 * t / 365 + generator.normal(0, 0.008, 7))
        date = forecast(line, 0.5)
        if date is not None:
            kept.append(0.04 * date.action_days / 365 + generator.normal(0, 0.008) <= 0.5)
    assert len(kept) > 2990
    assert np.mean(kept) == pytest.approx(0.95, abs=0.012)


def test_known_u_weigh_the_errors_and_are_tested_by_chi_square():
    t = [0, 365, 730, 1095]
    errors, u = [0.02, 0.05, 0.09, 0.11], [0.01, 0.01, 0.02, 0.01]
    line = drift_line(t, errors, u)
    w = 1 / np.square(u)
    mean = np.average(t, weights=w)
    assert line.u_slope == pytest.approx(1 / math.sqrt(np.sum(w * (np.array(t) - mean) ** 2)), rel=1e-9)
    assert (line.fit.scale, line.dof) == (Scale.KNOWN, math.inf)
    assert line.u_check == pytest.approx(math.sqrt(np.mean(np.square(u))))
    assert line.significant
    # errors that scatter more than their u allow: the scatter decides, with n - 2 degrees of freedom
    wild = drift_line(t, [0.02, 0.15, -0.01, 0.21], u)
    assert (wild.fit.scale, wild.dof, wild.significant) == (Scale.ESTIMATED, 2, False)
    assert wild.u_check > 3 * line.u_check
    # two certificates with known u can show a drift, without u they cannot
    assert drift_line([0, 365], [0.0, 0.1], [0.01, 0.01]).significant
    with pytest.raises(FitError, match="give u of every y"):
        drift_line([0, 365], [0.0, 0.1])


def test_a_shared_standard_cancels_in_the_slope_and_stays_in_the_level():
    t, own = np.arange(4) * 365.0, [0.01] * 4
    v = shared_covariance(own, ["set 1"] * 4, [0.05] * 4)
    assert v == pytest.approx(0.05**2 + np.eye(4) * 0.01**2)
    shared = drift_line(t, 0.02 * np.arange(4), v)
    alone = drift_line(t, 0.02 * np.arange(4), own)
    assert shared.u_slope == pytest.approx(alone.u_slope, rel=1e-6)
    assert shared.at(0)[1] == pytest.approx(math.hypot(alone.at(0)[1], 0.05), rel=1e-6)
    # another standard in the second half: the slope is less certain than with one
    halves = shared_covariance(own, ["set 1", "set 1", "set 2", ""], [0.05, 0.05, 0.05, 0.05])
    assert halves[2, 3] == halves[1, 2] == 0
    assert halves[3, 3] == pytest.approx(0.05**2 + 0.01**2)
    assert drift_line(t, 0.02 * np.arange(4), halves).u_slope > 2 * shared.u_slope


def test_the_origin_of_time_changes_nothing():
    generator = np.random.default_rng(9)
    t = np.arange(20) * 7.0
    errors = 0.001 * t + generator.normal(0, 0.01, 20)
    here, there = drift_line(t, errors), drift_line(t + 20_000, errors)
    assert (there.slope, there.u_slope) == pytest.approx((here.slope, here.u_slope), rel=1e-8)
    assert forecast(there, 0.5).action_days - 20_000 == pytest.approx(
        forecast(here, 0.5).action_days, abs=1e-5
    )


def test_a_limit_that_was_met_has_a_date_in_the_past():
    line = drift_line(np.arange(10), np.arange(10) + np.tile([0.1, -0.1], 5))
    date = forecast(line, 5.0)
    assert date.expected_days == pytest.approx(5, abs=0.1)
    assert date.action_days < date.expected_days < date.latest_days < 9


def test_the_drift_component_of_the_budget():
    from_history = drift_from_history([0.03, -0.05, 0.02], key="LX-1")
    assert (from_history.value, from_history.u) == (0.0, pytest.approx(0.05 / math.sqrt(3)))
    # the same error in all readings under one certificate
    again = drift_from_history([0.03, -0.05, 0.02], key="LX-1")
    assert covariance(from_history, again) == pytest.approx(from_history.u**2)
    assert drift_from_history([0.0]).u == 0

    line = drift_line([0, 182, 365, 548, 730, 912, 1095], [0.02, 0.05, 0.06, 0.1, 0.11, 0.15, 0.16])
    component = drift_from_line(line, 365, key="LX-1")
    assert component.u == pytest.approx(math.hypot(365 * line.slope / math.sqrt(3), 365 * line.u_slope))
    assert drift_from_line(line, 0).u == 0
    assert component.dof > 5
    quiet = drift_line([0, 1, 2, 3, 4], [0.1, -0.1, 0.0, 0.1, -0.1])
    assert drift_from_line(quiet, 10).u == pytest.approx(10 * quiet.u_slope)
    assert drift_from_line(quiet, 10).dof == 3


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: drift_line([0, 1, 2], [0, math.nan, 1]), ValueRefusedError, r"y\[2\] is nan"),
        (lambda: drift_line([0, 1, 2], [0, 1]), ValueRefusedError, "found 3 x, 2 y"),
        (lambda: drift_line([0, 1, 2], [0, 1, 2], [1, 0, 1]), ValueRefusedError, r"u_y\[2\] is 0"),
        (lambda: drift_line([5, 5, 5], [0, 1, 2]), FitError, "1 different x"),
        (lambda: drift_line([0, 1, 2], [0, 1, 2], level=1), ValueRefusedError, "level of confidence 1"),
        (lambda: drift_line([0, 1], [0, 1], [[1, 2], [2, 1]]), CovarianceError, "not positive definite"),
        (lambda: forecast(drift_line([0, 1, 2], [0, 1, 2.1]), 0), ValueRefusedError, "MPE is 0"),
        (
            lambda: forecast(drift_line([0, 1, 2], [0, 1, 2.1]), 1, 0.99),
            ValueRefusedError,
            r"level of the prediction is 0\.99; it must lie above 0\.5 and up to 0\.95",
        ),
        (lambda: shared_covariance([1, 0], ["a", "a"], [1, 1]), ValueRefusedError, r"u_own\[2\] is 0"),
        (lambda: shared_covariance([1], ["a"], [-1]), ValueRefusedError, r"u_standard\[1\] is -1"),
        (lambda: shared_covariance([1, 1], ["a"], [1, 1]), ValueRefusedError, "found 2 u_own, 1 standards"),
        (lambda: drift_from_history([]), ValueRefusedError, "without earlier changes"),
        (lambda: drift_from_history([math.inf]), ValueRefusedError, r"changes\[1\] is inf"),
        (
            lambda: drift_from_line(drift_line([0, 1, 2], [0, 1, 2.1]), -1),
            ValueRefusedError,
            "days since calibration is -1",
        ),
        (lambda: fit_exponential([0, 1, 2], [1, -1, 1]), ValueRefusedError, "values of both signs, or 0"),
        (lambda: fit_exponential([0, 1, 2], [1, 2]), ValueRefusedError, "found 3 t_days, 2 y"),
        (lambda: fit_exponential([0, 1], [1, 2]), FitError, "as many coefficients as points"),
        (lambda: fit_exponential([1, 1, 1], [1, 2, 3]), FitError, "do not determine b"),
        (lambda: fit_exponential([], []), FitError, "0 points cannot determine"),
    ],
)
def test_what_shows_no_drift_is_refused_by_name(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
