"""Input quantities, degrees of freedom, coverage factors and the table behind u."""

import math

import numpy as np
import pytest
from scipy.stats import t as student

from calibration import functions
from calibration.budget import budget, second_order
from calibration.coverage import (
    coverage_factor,
    coverage_factors,
    dof_of_reliability,
    effective_dof,
    truncated,
)
from calibration.distributions import Arcsine, Normal, Rectangular, Triangular
from calibration.errors import ValueRefusedError
from calibration.inputs import (
    from_certificate,
    from_distribution,
    from_level,
    mean_of,
    pooled,
    readings,
    simultaneous_means,
)
from calibration.taylor import expanded
from calibration.uncertain import Uncertain, correlated, independent


def test_gum_4_4_3_type_a_temperature(problem):
    p = problem("P-gum-typeA-4.4.3")
    found = readings(p["inputs"]["readings_degC"])
    expected = p["expected"]
    assert (found.mean, found.s, found.u_mean) == pytest.approx(
        [expected[key] for key in ("mean", "s", "u_mean")], rel=1e-12
    )
    assert found.dof == expected["dof"]
    mean = mean_of(p["inputs"]["readings_degC"], "t")
    assert (mean.value, mean.u, mean.dof) == pytest.approx((found.mean, found.u_mean, 19))


def test_gum_4_3_type_b_half_widths(problem):
    p = problem("P-gum-typeB-halfwidth")
    make = {
        "rectangular": lambda case: from_distribution(Rectangular(-case["a"], case["a"]), "x"),
        "triangular": lambda case: from_distribution(Triangular(-case["a"], case["a"]), "x"),
        "arcsine": lambda case: from_distribution(Arcsine(-case["a"], case["a"]), "x"),
        "normal_k": lambda case: from_certificate(0.0, case["U"], case["k"], "x"),
    }
    found = [make[case["dist"]](case).u for case in p["inputs"]["cases"]]
    assert found == pytest.approx(p["expected"]["u"], rel=1e-12)
    assert from_level(0.0, 1.96, 0.95, "x").u == pytest.approx(1.96 / 1.959963984540054, rel=1e-12)


def h1_inputs(given):
    def of(name):
        entry = given[name]
        dof = entry.get("nu", math.inf)
        if "u" in entry:
            return from_distribution(Normal(entry["x"], entry["u"]), name, dof=dof)
        kind = {"rectangular": Rectangular, "arcsine": Arcsine}[entry["dist"]]
        width = entry["half_width"]
        return from_distribution(kind(entry["x"] - width, entry["x"] + width), name, dof=dof)

    names = ("l_s", "d0", "d1", "d2", "alpha_s", "dalpha", "dtheta", "theta_bar", "Delta")
    return {name: of(name) for name in names}


def h1_model(l_s, d0, d1, d2, alpha_s, dalpha, dtheta, theta_bar, Delta):
    theta = theta_bar + Delta
    return l_s + (d0 + d1 + d2) - l_s * (dalpha * theta + alpha_s * dtheta)


def test_gum_h1_end_gauge(problem):
    p = problem("P-gum-H1-endgauge")
    given, expected = p["inputs"], p["expected"]
    inputs = h1_inputs(given)
    y = h1_model(**inputs)
    table = budget(y, given["coverage"])
    assert table.value == pytest.approx(expected["l_nm"], abs=0.5)
    assert table.u == pytest.approx(expected["u_first_order_nm"], rel=1e-9)
    assert table.dof == pytest.approx(expected["nu_eff"], rel=1e-9)
    assert truncated(table.dof) == expected["nu_used"]
    assert table.k == pytest.approx(expected["k99"], abs=1e-9)
    assert pytest.approx(expected["U99_nm"], rel=1e-9) == table.U
    with_curvature = budget(y, given["coverage"], second_order(h1_model, inputs))
    assert with_curvature.u == pytest.approx(expected["u_with_second_order_nm"], rel=1e-9)
    assert "second-order terms" in [row.quantity for row in with_curvature.rows]


def test_the_table_adds_up_and_sorts_by_contribution(problem):
    y = h1_model(**h1_inputs(problem("P-gum-H1-endgauge")["inputs"]))
    table = budget(y, 0.9545, second_order_variance=137.0)
    assert math.fsum(row.contribution**2 for row in table.rows) == pytest.approx(table.u**2, rel=1e-12)
    assert math.fsum(row.share for row in table.rows) == pytest.approx(1.0, rel=1e-12)
    assert [row.share for row in table.rows] == sorted((row.share for row in table.rows), reverse=True)
    first = table.rows[0]
    assert (first.quantity, first.value, first.u, first.sensitivity) == (
        "l_s",
        50000623,
        25,
        pytest.approx(1.0),
    )
    assert (first.distribution, first.dof) == ("normal", 18)
    assert {row.quantity for row in table.rows} >= {"d0", "d1", "d2", "dalpha", "dtheta"}


def test_a_block_is_one_row_and_what_cancels_is_none():
    a, b = correlated([1.0, 2.0], [[0.04, 0.01], [0.01, 0.09]], "line", dof=5)
    offset = independent(0.0, 1.0, "offset")
    table = budget((a + offset) + (b - offset), 0.95)
    assert [row.quantity for row in table.rows] == ["line"]
    row = table.rows[0]
    assert row.contribution == pytest.approx(math.sqrt(0.15))
    assert (row.value, row.u, row.sensitivity, row.dof) == (None, None, None, 5)
    assert table.k == pytest.approx(student.ppf(0.975, 5))


def test_gum_g4_1_welch_satterthwaite(problem):
    p = problem("P-gum-G4-welch")
    given, expected = p["inputs"], p["expected"]
    pairs = list(zip(given["u_percent"], given["nu"], strict=True))
    assert effective_dof(pairs) == pytest.approx(expected["nu_eff"], rel=1e-12)
    parts = [independent(0.0, u, f"u{i}", dof=nu) for i, (u, nu) in enumerate(pairs)]
    table = budget(sum(parts, Uncertain(0.0)), 0.95)
    assert (table.u, table.dof) == pytest.approx((expected["u_c"], expected["nu_eff"]), rel=1e-12)
    assert truncated(table.dof) == expected["nu_used"] == 18
    assert table.k == pytest.approx(student.ppf(0.975, 18))
    # the printed k = 2.09 is t of 19: the example rounds 18.9987 to 19.0 before it truncates
    as_printed = coverage_factor(0.95, round(table.dof, 1))
    assert (as_printed, as_printed * table.u) == pytest.approx((expected["k95"], expected["U95"]), rel=1e-9)


def test_gum_table_g2_t_quantiles(problem):
    p = problem("P-gum-G2-ttable")
    dof = p["inputs"]["nu"]
    for level, column in ((0.95, "t95"), (0.9545, "t9545")):
        expected = p["expected"][column]
        assert [coverage_factor(level, nu) for nu in dof] == pytest.approx(expected, rel=1e-10)
        assert coverage_factors(level, np.array(dof, dtype=float)) == pytest.approx(expected, rel=1e-12)
    assert coverage_factor(0.95) == pytest.approx(1.959963984540054)
    assert coverage_factor(0.9545) == pytest.approx(2.0, abs=1e-5)


@pytest.mark.parametrize("level", [0.6827, 0.95, 0.9545, 0.99, 0.9973])
def test_table_and_series_of_k_are_the_quantiles(level):
    dof = np.concatenate([np.arange(1, 1200), [1e4, 12345.6, 1e6, 1e9]])
    expected = student.ppf((1 + level) / 2, np.floor(dof))
    assert coverage_factors(level, dof) == pytest.approx(expected, rel=1e-12)
    assert coverage_factors(level, np.array([math.inf])) == pytest.approx([coverage_factor(level)], rel=1e-12)


def test_dof_are_truncated_and_rounding_of_floats_is_not():
    assert truncated(18.9987) == 18
    assert truncated(9 * (1 - 1e-15)) == 9
    assert truncated(math.inf) == math.inf
    u = 0.1 + 0.2
    assert truncated(effective_dof([(u, 9)])) == 9
    assert coverage_factors(0.95, np.array([9 * (1 - 1e-15)]))[0] == pytest.approx(student.ppf(0.975, 9))


def test_gum_g4_2_reliability_of_25_percent_is_8():
    assert dof_of_reliability(0.25) == 8


def test_pooled_scatter_of_series():
    s, dof = pooled([(1.0, 4), (2.0, 9)])
    assert (s, dof) == (pytest.approx(math.sqrt((4 + 36) / 13)), 13)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (lambda x, y: x * x, 2 * 0.1**4),  # f_xx = 2: (1/2) 4 u^4
        (lambda x, y: x * y, 0.1**2 * 0.2**2),  # f_xy = f_yx = 1: twice a half
        (lambda x, y: x**3 + 0 * y, (1 / 2 * (6 * 1.5) ** 2 + 3 * 1.5**2 * 6) * 0.1**4),
        (lambda x, y: functions.exp(x) + y, math.exp(3) * (1 / 2 + 1) * 0.1**4),
        (lambda x, y: functions.sin(x) + y, (0.5 * math.sin(1.5) ** 2 - math.cos(1.5) ** 2) * 0.1**4),
        (lambda x, y: x + y, 0.0),
        (lambda x, y: 2.0 / x - y, (0.5 * (4 / 1.5**3) ** 2 + (2 / 1.5**2) * (12 / 1.5**4)) * 0.1**4),
    ],
)
def test_gum_5_1_2_note_second_order_terms(model, expected):
    inputs = {"x": independent(1.5, 0.1, "x"), "y": independent(0.5, 0.2, "y")}
    assert second_order(model, inputs) == pytest.approx(expected, rel=1e-12, abs=1e-18)


def test_taylor_numbers_carry_the_derivatives_of_any_model():
    def model(x, y, z):
        return (
            functions.log(1 + x**2) * functions.exp(-y) / z
            - 2 ** (x * y)
            + (1 - z) ** 3 * x**y
            - 1 / functions.atan(z)
        )

    check_derivatives(model, {"x": 1.3, "y": 0.4, "z": 0.7})
    check_derivatives(lambda x, y: functions.sin(x * y) * functions.exp(x + y * y), {"x": 0.8, "y": -0.6})


def check_derivatives(model, at):
    found = expanded(model, at)
    assert found.value == pytest.approx(model(**at))
    h = 1e-3

    def moved(**steps):
        return expanded(model, {name: value + steps.get(name, 0) for name, value in at.items()})

    for j, name in enumerate(at):
        up, down = moved(**{name: h}), moved(**{name: -h})
        assert found.first[j] == pytest.approx((up.value - down.value) / (2 * h), rel=1e-4)
        assert found.second[:, j] == pytest.approx((up.first - down.first) / (2 * h), rel=1e-4, abs=1e-6)
        third = (up.first - 2 * found.first + down.first) / h**2
        assert found.third[:, j] == pytest.approx(third, rel=1e-4, abs=1e-5)


def test_second_order_needs_independent_inputs_and_a_model_that_can_be_differentiated():
    a, b = correlated([1.0, 2.0], [[0.04, 0.01], [0.01, 0.09]], "line")
    with pytest.raises(ValueRefusedError, match="x and y are correlated"):
        second_order(lambda x, y: x * y, {"x": a, "y": b})
    with pytest.raises(ValueRefusedError, match="cannot be differentiated"):
        second_order(lambda x: math.sin(x), {"x": a})
    with pytest.raises(ValueRefusedError, match="does not depend on its inputs"):
        second_order(lambda x: 1.0, {"x": a})


def test_a_vanishing_derivative_needs_the_second_order_jcgm_101_9_4():
    x = {"x1": independent(0.0, 0.005, "x1"), "x2": independent(0.0, 0.005, "x2")}

    def model(x1, x2):
        return x1 * x1 + x2 * x2

    with pytest.raises(ValueRefusedError, match="linear propagation does not describe it"):
        budget(model(**x), 0.95)
    assert budget(model(**x), 0.95, second_order(model, x)).u == pytest.approx(50e-6, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: readings([1.0]), "1 readings have no scatter"),
        (lambda: readings([1.0, math.nan]), r"reading\[2\] is nan"),
        (lambda: mean_of([1.0, 1.0], "t"), r"u\(t\) is 0"),
        (lambda: simultaneous_means({"a": [1, 2], "b": [1]}, "both"), "found 2 a, 1 b"),
        (lambda: simultaneous_means({"a": [1], "b": [1]}, "both"), "1 simultaneous readings"),
        (lambda: pooled([]), "no series to pool"),
        (lambda: pooled([(1.0, 0)]), "a series: 0 degrees of freedom"),
        (lambda: from_certificate(1.0, -0.1, 2, "m"), r"U\(m\) is -0.1"),
        (lambda: from_certificate(1.0, 0.1, 0, "m"), r"k\(m\) is 0"),
        (lambda: from_level(1.0, 0.1, 95, "m"), "level of confidence 95"),
        (lambda: coverage_factor(1.0, 5), "level of confidence 1.0"),
        (lambda: coverage_factor(0.95, 0.9), "0.9 degrees of freedom"),
        (lambda: coverage_factor(0.95, math.nan), "nan degrees of freedom"),
        (lambda: effective_dof([(-1.0, 5)]), "a contribution of -1.0"),
        (lambda: effective_dof([(1.0, 0)]), "0 degrees of freedom"),
        (lambda: dof_of_reliability(0), "relative uncertainty of u is 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        make()
