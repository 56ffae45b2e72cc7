"""Fits against published figures: ISO/TS 28037, GUM, Natrella, York, NIST StRD."""

import json
import math
from pathlib import Path

import numpy as np
import odrpack
import pytest

from calibration import least_squares
from calibration.degree import runs_of_signs
from calibration.errors import CovarianceError, FitError, ValueRefusedError
from calibration.fits import (
    Points,
    Scale,
    choose_degree,
    fit_distance,
    fit_full_covariance,
    fit_polynomial,
    fit_through_origin,
)
from calibration.uncertain import independent

STRD = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "nist_strd.json").read_text(encoding="utf-8")
)


def line(fit, origin=0.0):
    """Intercept, slope, their u and covariance."""
    (a, b), v = fit.curve.powers(origin)
    return a, b, math.sqrt(v[0, 0]), math.sqrt(v[1, 1]), v[0, 1]


def digits(found, certified):
    """The smallest number of digits in which all agree."""
    relative = np.abs(np.asarray(found) / np.asarray(certified, dtype=float) - 1)
    return -math.log10(max(float(relative.max()), 1e-16))


def test_ts28037_6_3_weighted_line_with_known_u(problem):
    p = problem("P-28037-6.3-wls-equal")
    given, expected = p["inputs"], p["expected"]
    fit = fit_polynomial(given["x"], given["y"], 1, given["u_y"])
    a, b, u_a, u_b, cov = line(fit)
    found = {"a": a, "b": b, "u_a": u_a, "u_b": u_b, "cov_ab": cov}
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-9)
    assert (fit.scale, fit.dof, fit.curve.dof) == (Scale.KNOWN, 4, math.inf)
    assert fit.chi_square == pytest.approx(expected["chi2"], rel=1e-9)
    assert fit.chi_square_limit() == pytest.approx(expected["chi2_95"], rel=1e-9)
    assert fit.accepted is True
    forward = fit.curve.forward(independent(given["forward"]["x"], given["forward"]["u_x"], "x"))
    assert (forward.value, forward.u) == pytest.approx(
        (expected["y_forward"], expected["u_y_forward"]), rel=1e-9
    )
    inverse = fit.curve.inverse(independent(given["inverse"]["y"], given["inverse"]["u_y"], "y"))
    assert (inverse.value, inverse.u) == pytest.approx(
        (expected["x_inverse"], expected["u_x_inverse"]), rel=1e-9
    )


def test_ts28037_annex_e_unknown_scale(problem):
    p = problem("P-28037-E-unknown-scale")
    expected = p["expected"]
    fit = fit_polynomial(p["inputs"]["x"], p["inputs"]["y"], 1)
    a, b, u_a, u_b, cov = line(fit)
    found = {
        "a": a,
        "b": b,
        "u_a": u_a,
        "u_b": u_b,
        "cov_ab": cov,
        "s": fit.residual_sd,
        "rss": fit.chi_square,
    }
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-8)
    assert (fit.scale, fit.dof, fit.curve.dof) == (Scale.ESTIMATED, 4, 4.0)
    with pytest.raises(FitError, match="cannot test the curve as well"):
        _ = fit.accepted


def test_ts28037_7_4_generalised_distance(problem):
    p = problem("P-28037-7.4-gdr")
    given, expected = p["inputs"], p["expected"]
    fit = fit_distance(Points(given["x"], given["y"], given["u_x"], given["u_y"]))
    a, b, u_a, u_b, cov = line(fit)
    assert (a, b, fit.chi_square) == pytest.approx([expected[k] for k in ("a", "b", "chi2")], rel=1e-9)
    assert (u_a, u_b, cov) == pytest.approx([expected[k] for k in ("u_a", "u_b", "cov_ab")], rel=1e-9)
    forward = fit.curve.forward(independent(given["forward"]["x"], given["forward"]["u_x"], "x"))
    assert (forward.value, forward.u) == pytest.approx(
        (expected["y_forward"], expected["u_y_forward"]), rel=1e-6
    )


def test_pearson_york_1966_both_axes_and_odrpack_scaling(problem):
    p = problem("P-pearson-york")
    given, expected = p["inputs"], p["expected"]
    u_x, u_y = (1 / np.sqrt(given[key]) for key in ("w_x", "w_y"))
    fit = fit_distance(Points(given["x"], given["y"], u_x, u_y))
    a, b, u_a, u_b, cov = line(fit)
    found = {"a": a, "b": b, "u_a": u_a, "u_b": u_b, "cov_ab": cov, "S": fit.chi_square}
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-9)
    scaled = fit_distance(Points(given["x"], given["y"], u_x, u_y), scale=Scale.ESTIMATED)
    assert line(scaled)[2:4] == pytest.approx((expected["u_a_scaled"], expected["u_b_scaled"]), rel=1e-9)
    assert scaled.curve.dof == 8


def test_tromans_both_axes_reaches_the_true_minimum(problem):
    p = problem("P-tromans-eiv")
    given, expected = p["inputs"], p["expected"]
    fit = fit_distance(Points(given["x"], given["y"], given["u_x"], given["u_y"]))
    a, b, u_a, u_b, cov = line(fit)
    found = {"a": a, "b": b, "u_a": u_a, "u_b": u_b, "cov_ab": cov, "chi2": fit.chi_square}
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-8)
    assert fit.chi_square < 1.907300  # where the routine asserted elsewhere stops


def test_gum_h3_thermometer_line_about_20_degc(problem):
    p = problem("P-gum-H3-thermometer")
    given, expected = p["inputs"], p["expected"]
    fit = fit_polynomial(given["t_degC"], given["b_degC"], 1)
    y1, y2, u1, u2, cov = line(fit, origin=given["t0"])
    found = {"y1": y1, "y2": y2, "u_y1": u1, "u_y2": u2, "r": cov / u1 / u2, "s": fit.residual_sd}
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-8)
    coefficients, covariance = fit.curve.powers(given["predict_at"])
    assert coefficients[0] == pytest.approx(expected["b30"], rel=1e-8)
    assert math.sqrt(covariance[0, 0]) == pytest.approx(expected["u_b30"], rel=1e-8)


def test_natrella_5_4_1_mean_and_new_observation(problem):
    p = problem("P-natrella-5-4.1")
    given, expected = p["inputs"], p["expected"]
    fit = fit_polynomial(given["x"], given["y"], 1)
    a, b, u_a, u_b, _ = line(fit)
    found = {"a": a, "b": b, "u_a": u_a, "u_b": u_b, "s": fit.residual_sd}
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-9)
    assert fit.curve.forward(given["mean_at"]).u == pytest.approx(expected["u_mean"], rel=1e-9)
    new = math.hypot(fit.curve.forward(given["new_observation_at"]).u, fit.residual_sd)
    assert new == pytest.approx(expected["u_new"], rel=1e-9)


@pytest.mark.parametrize("name", ["norris", "pontius", "noint1", "wampler1", "wampler4"])
def test_nist_strd_polynomials_of_the_reference_problems(problem, name):
    p = problem(f"P-strd-{name}")
    given, expected = p["inputs"], p["expected"]
    model = given["model"]
    if "degree" in model:
        fit = fit_polynomial(given["x"], given["y"], int(model.split()[-1]))
        coefficients, covariance = fit.curve.powers()
    else:
        fit = fit_through_origin(given["x"], given["y"])
        coefficients, covariance = (part[1:] for part in fit.curve.powers())
        covariance = covariance[:, 1:]
    assert digits(coefficients, expected["coefficients"]) >= 9
    assert fit.dof == expected["dof"]
    if expected["residual_sd"] > 1e-60:
        assert digits(np.sqrt(covariance.diagonal()), expected["standard_deviations"]) >= 9
        assert digits(fit.residual_sd, expected["residual_sd"]) >= 9
    else:
        assert fit.residual_sd < 1e-9


@pytest.mark.parametrize("name", ["Filip", "Wampler2", "Wampler3", "Wampler5", "NoInt2"])
def test_nist_strd_polynomials_beyond_the_reference_problems(name):
    certified = next(one for one in STRD if one["name"] == name)
    if certified["degree"]:
        fit = fit_polynomial(certified["x"], certified["y"], certified["degree"])
        coefficients, covariance = fit.curve.powers()
        sd = np.sqrt(covariance.diagonal())
    else:
        fit = fit_through_origin(certified["x"], certified["y"])
        coefficients, sd = fit.curve.powers()[0][1:], np.sqrt(fit.curve.powers()[1].diagonal()[1:])
    assert digits(coefficients, certified["coefficients"]) >= 9
    if certified["rsd"]:
        assert digits(sd, certified["sd"]) >= 9
        assert digits(fit.residual_sd, certified["rsd"]) >= 9


def test_nist_strd_longley_by_the_same_least_squares():
    certified = next(one for one in STRD if one["name"] == "Longley")
    design = np.column_stack([np.ones(16), certified["design"]])
    names = [f"coefficient {i}" for i in range(7)]
    solution = least_squares.solve(design, certified["y"], None, names)
    assert digits(solution.coefficients, certified["coefficients"]) >= 9
    s = least_squares.standard_deviation(solution.weighted_square_sum, solution.dof)
    assert digits(s, certified["rsd"]) >= 9
    assert digits(s * np.sqrt(solution.unscaled.diagonal()), certified["sd"]) >= 9


def test_full_covariance_of_y_is_generalised_least_squares():
    rng = np.random.default_rng(11)
    x = np.linspace(0, 7, 9)
    factor = rng.normal(size=(9, 9))
    covariance = factor @ factor.T + np.eye(9)
    y = 1 + 2 * x + rng.normal(size=9)
    fit = fit_polynomial(x, y, 1, covariance)
    design = np.vander(x, 2, increasing=True)
    inverse = np.linalg.inv(covariance)
    expected_v = np.linalg.inv(design.T @ inverse @ design)
    coefficients, found_v = fit.curve.powers()
    assert coefficients == pytest.approx(expected_v @ design.T @ inverse @ y, rel=1e-10)
    assert found_v == pytest.approx(expected_v, rel=1e-10)


def eiv_sample(rng, size, degree):
    x = np.sort(rng.uniform(-3, 12, size))
    y = np.polyval(rng.normal(size=degree + 1), x / 5)
    return x, y, rng.uniform(0.02, 0.2, size), rng.uniform(0.02, 0.3, size)


def gradient_of_objective(fit, points, covariance):
    """Of the objective with the abscissae profiled out, by differences, per u of each coefficient."""
    inverse = np.linalg.inv(covariance)
    u = np.sqrt(fit.curve.covariance.diagonal())

    def profiled(parameters):
        from scipy.optimize import minimize

        def objective(x):
            t = (x - fit.curve.center) / fit.curve.half
            y = np.polynomial.chebyshev.chebval(t, parameters)
            e = np.concatenate([points.x - x, points.y - y])
            return e @ inverse @ e

        return minimize(objective, points.x, method="BFGS", options={"gtol": 1e-10}).fun

    steps = np.diag(u * 1e-2)
    return [(profiled(fit.curve.parameters + s) - profiled(fit.curve.parameters - s)) / 2e-2 for s in steps]


@pytest.mark.parametrize("degree", [1, 2])
def test_full_covariance_of_both_axes_reaches_a_point_without_gradient(degree):
    rng = np.random.default_rng(degree)
    x, y, u_x, u_y = eiv_sample(rng, 7, degree)
    factor = rng.normal(size=(14, 14))
    correlated = factor @ factor.T
    scale = np.concatenate([u_x, u_y]) / np.sqrt(correlated.diagonal())
    covariance = correlated * np.outer(scale, scale)
    e = np.linalg.cholesky(covariance) @ rng.normal(size=14)
    points = Points(x + e[:7], y + e[7:], u_x, u_y)
    fit = fit_full_covariance(points.x, points.y, covariance, degree)
    assert gradient_of_objective(fit, points, covariance) == pytest.approx([0] * (degree + 1), abs=1e-3)


def test_pairs_and_full_covariance_are_the_same_fit():
    rng = np.random.default_rng(5)
    x, y, u_x, u_y = eiv_sample(rng, 8, 2)
    x, y = x + u_x * rng.normal(size=8), y + u_y * rng.normal(size=8)
    xy = rng.uniform(-0.8, 0.8, 8) * u_x * u_y
    by_pairs = fit_distance(Points(x, y, u_x, u_y, xy), degree=2)
    full = np.block([[np.diag(u_x**2), np.diag(xy)], [np.diag(xy), np.diag(u_y**2)]])
    by_full = fit_full_covariance(x, y, full, degree=2)
    assert by_full.curve.parameters == pytest.approx(by_pairs.curve.parameters, rel=1e-9)
    assert by_full.curve.covariance == pytest.approx(by_pairs.curve.covariance, rel=1e-8)
    assert by_full.chi_square == pytest.approx(by_pairs.chi_square, rel=1e-9)


@pytest.mark.peer
@pytest.mark.parametrize("degree", [1, 3])
def test_odrpack_finds_the_same_curve_with_u_on_both_axes(degree):
    rng = np.random.default_rng(degree)
    x, y, u_x, u_y = eiv_sample(rng, 20, degree)
    x, y = x + u_x * rng.normal(size=20), y + u_y * rng.normal(size=20)
    fit = fit_distance(Points(x, y, u_x, u_y), degree=degree)
    peer = odrpack.odr_fit(
        lambda t, beta: np.polyval(beta[::-1], t),
        x,
        y,
        beta0=fit_polynomial(x, y, degree).curve.powers()[0],
        weight_x=u_x**-2,
        weight_y=u_y**-2,
        sstol=1e-15,
        partol=1e-15,
    )
    assert peer.beta == pytest.approx(fit.curve.powers()[0], rel=1e-4, abs=1e-6)
    assert peer.sum_square == pytest.approx(fit.chi_square, rel=1e-9)
    assert peer.cov_beta == pytest.approx(fit.curve.powers()[1], rel=1e-3)


def test_exact_x_is_the_limit_of_small_u_on_x():
    x, y, _, u_y = eiv_sample(np.random.default_rng(2), 9, 1)
    y += np.linspace(-0.3, 0.3, 9) ** 2
    exact = fit_polynomial(x, y, 1, u_y)
    nearly = fit_distance(Points(x, y, np.full(9, 1e-9), u_y))
    assert line(nearly) == pytest.approx(line(exact), rel=1e-8)


def test_through_the_origin_holds_at_the_origin():
    x = np.array([1.0, 2.0, 4.0, 7.0])
    fit = fit_through_origin(x, 3 * x - 0.2 * x**2, 2, np.full(4, 0.1))
    coefficients, covariance = fit.curve.powers()
    assert coefficients == pytest.approx([0, 3, -0.2], abs=1e-12)
    assert covariance[0] == pytest.approx([0, 0, 0], abs=1e-18)
    assert (fit.curve.low, fit.curve.high) == (0.0, 7.0)


def test_lack_of_fit_is_added_where_chi_square_refuses_and_only_there():
    x, y = [0, 1, 2, 3, 4], [0, 1, 2, 3, 4.6]
    refused = fit_polynomial(x, y, 1, [0.1] * 5)
    assert refused.accepted is False
    assert refused.lack_of_fit_u == pytest.approx(np.max(np.abs(refused.residuals)) / math.sqrt(3))
    with_it = refused.with_lack_of_fit()
    assert with_it.forward(2.0).u == pytest.approx(
        math.hypot(refused.curve.forward(2.0).u, refused.lack_of_fit_u)
    )
    good = fit_polynomial(x, y, 1, [1.0] * 5)
    assert good.with_lack_of_fit() is good.curve


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_the_degree_that_made_the_points_is_chosen_four_times_in_five(degree, known):
    rng = np.random.default_rng(100 + degree)
    x = np.linspace(0, 10, 14)
    u_y = np.full(14, 0.1) if known else None
    chosen = []
    for _ in range(60):
        y = np.polyval([0.02, 0.05, 1, 1][3 - degree :], x) + rng.normal(0, 0.1, 14)
        choice = choose_degree(x, y, u_y, monotonic=False)
        assert [one.degree for one in choice.candidates] == [0, 1, 2, 3, 4]
        assert f"degree {choice.chosen.degree}" in choice.reason
        chosen.append(choice.chosen.degree)
    assert chosen.count(degree) >= 48
    assert min(chosen) == degree  # never too low


def test_a_highest_coefficient_that_is_not_significant_is_dropped():
    x = np.linspace(-1, 1, 30)
    shape = x**2 - np.mean(x**2)
    y = x + shape * math.sqrt(3 / np.sum(shape**2)) + 0.6 * (-1.0) ** np.arange(30)
    choice = choose_degree(x, y, np.ones(30), monotonic=False)
    assert choice.candidates[2].aicc < choice.candidates[1].aicc
    assert choice.candidates[2].p_last == pytest.approx(0.083, abs=0.02)
    assert choice.chosen.degree == 1
    assert choice.reason.endswith("degree 1")


def test_residuals_that_keep_a_shape_are_not_accepted_though_chi_square_is_small():
    x = np.linspace(0, 10, 20)
    y = x + 0.02 * (x - 5) ** 2 + 0.01 * np.random.default_rng(3).normal(size=20)
    choice = choose_degree(x, y, np.ones(20), monotonic=False)
    line = choice.candidates[1]
    assert line.fit.accepted
    assert (line.runs, line.accepted) == (3, False)
    assert choice.chosen.degree == 2


def test_a_curve_that_turns_back_is_not_chosen_for_values():
    x = np.linspace(0, 10, 12)
    y = 5 * x - 0.3 * x**2
    assert choose_degree(x, y, np.full(12, 0.01), monotonic=False).chosen.degree == 2
    kept = choose_degree(x, y, np.full(12, 0.01), monotonic=True).chosen
    assert kept.monotonic
    assert not choose_degree(x, y, np.full(12, 0.01), monotonic=False).chosen.monotonic


def test_runs_of_signs_wald_wolfowitz_by_counting_arrangements():
    assert runs_of_signs(np.array([1.0, 1, 1, 1, -1, -1, -1, -1])) == (2, pytest.approx(2 / 70))
    assert runs_of_signs(np.array([1.0, -1, 1, -1])) == (4, pytest.approx(1.0))
    # + + - + : of the 4 places of the minus 2 give 3 runs and 2 give 2
    assert runs_of_signs(np.array([1.0, 1, -1, 1])) == (3, pytest.approx(1.0))
    assert runs_of_signs(np.array([1.0, 1, 1, -1])) == (2, pytest.approx(0.5))
    assert runs_of_signs(np.zeros(3)) == (0, 1.0)


GOOD = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.5], "u": [0.1, 0.1, 0.1]}


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"x": [1, 2, math.nan]}, ValueRefusedError, r"x\[3\] is nan"),
        ({"y": [1, math.inf, 3]}, ValueRefusedError, r"y\[2\] is inf"),
        ({"u": [0.1, -0.1, 0.1]}, ValueRefusedError, r"u_y\[2\] is -0.1; it must be greater than 0"),
        ({"u": [0.1, 0.1, 0]}, ValueRefusedError, r"u_y\[3\] is 0; it must be greater than 0"),
        ({"y": [1, 2]}, ValueRefusedError, "found 3 x, 2 y"),
        ({"u": [0.1]}, ValueRefusedError, "found 3 y, 1 u_y"),
        ({"x": [2, 2, 2]}, FitError, "1 different x cannot determine a polynomial of degree 1"),
        ({"x": [1, 2], "y": [1, 2], "u": None}, FitError, "as many coefficients as points"),
        ({"u": [[1, 2, 0], [2, 1, 0], [0, 0, 1]]}, CovarianceError, "not positive definite at row 2"),
        ({"u": [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]}, CovarianceError, "not symmetric: row 1, column 2"),
        ({"u": [[1, 0, 0], [0, 0, 0], [0, 0, 1]]}, ValueRefusedError, "each with a variance above 0"),
    ],
)
def test_points_that_cannot_be_used_are_refused_by_name(change, kind, sentence):
    given = GOOD | change
    with pytest.raises(kind, match=sentence):
        fit_polynomial(given["x"], given["y"], 1, given["u"])


def test_degrees_and_scales_that_cannot_be_are_refused():
    with pytest.raises(ValueRefusedError, match="degree -1 is too low"):
        fit_polynomial([1, 2], [1, 2], -1)
    with pytest.raises(ValueRefusedError, match="degree 0 is too low; it must be 1"):
        fit_through_origin([1, 2], [1, 2], 0)
    with pytest.raises(FitError, match="1 different x beside 0 cannot determine"):
        fit_through_origin([0, 2], [1, 2], 2)
    with pytest.raises(ValueRefusedError, match="a known scale needs u of every y"):
        fit_polynomial([1, 2, 3], [1, 2, 3], 1, scale=Scale.KNOWN)
    with pytest.raises(FitError, match="3 points are too few to choose a degree"):
        choose_degree([1, 2, 3], [1, 2, 3], monotonic=False)


def test_both_axes_are_refused_by_name():
    good = Points([1, 2, 3], [1, 2, 3.1], [0.1] * 3, [0.1] * 3)
    assert fit_distance(good).dof == 1
    with pytest.raises(ValueRefusedError, match=r"u_x\[2\] is 0"):
        fit_distance(Points(good.x, good.y, [0.1, 0, 0.1], good.u_y))
    with pytest.raises(CovarianceError, match=r"covariance_xy\[3\] is 0.01; it must be smaller than u_x u_y"):
        fit_distance(Points(good.x, good.y, good.u_x, good.u_y, [0, 0, 0.01]))
    with pytest.raises(CovarianceError, match=r"shape \(3, 3\); 3 points need \(6, 6\)"):
        fit_full_covariance(good.x, good.y, np.eye(3))
    bad = np.eye(6)
    bad[1, 4] = bad[4, 1] = 1.5
    with pytest.raises(CovarianceError, match=r"not positive definite at y\[2\]"):
        fit_full_covariance(good.x, good.y, bad)
    bad[1, 4] = bad[4, 1] = 1.0
    with pytest.raises(CovarianceError, match=r"not positive definite at y\[2\]"):
        fit_full_covariance(good.x, good.y, bad)
