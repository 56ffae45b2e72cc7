"""Calibration curves: published problems, and one suite of rules that every kind of curve obeys."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from calibration.callendar_van_dusen import IEC_60751
from calibration.curves import (
    CallendarVanDusen,
    Deviation,
    Its90,
    PointTable,
    Polynomial,
    Share,
    SteinhartHart,
    deviation_from_fixed_points,
    fit_steinhart_hart,
)
from calibration.errors import CovarianceError, FitError, OutOfRangeError, ValueRefusedError
from calibration.its90_reference import (
    FIXED_POINT_RATIOS,
    FIXED_POINTS_K,
    approximate_temperature,
    reference_ratio,
    reference_slope,
    reference_temperature,
)
from calibration.uncertain import Uncertain, correlation, independent


@dataclass
class Case:
    """A curve, how to build it from other parameters, and indications inside it."""

    curve: object
    rebuild: object
    x: tuple


def covariance(u, r):
    size = len(u)
    matrix = np.full((size, size), r) + (1 - r) * np.eye(size)
    return matrix * np.outer(u, u)


def polynomial_case():
    curve = Polynomial.from_powers(
        [0.0012, 1.00021, -3.1e-5, 1.7e-7], covariance([4e-4, 2e-5, 3e-7, 1e-9], -0.2), -5.0, 100.0
    )
    return Case(curve, lambda p: replace(curve, parameters=p), (-5.0, 0.0, 33.0, 100.0))


def table_case():
    curve = PointTable.from_points(
        [10, 30, 50, 90],
        [-0.04, 0.06, 0.09, 0.5],
        [0.015, 0.02, 0.02, 0.03],
        correlation=0.6,
        non_linearity=0.012,
    )
    return Case(curve, lambda p: replace(curve, parameters=p), (10.0, 11.0, 37.0, 89.0, 90.0))


def platinum_case():
    curve = CallendarVanDusen.from_coefficients(
        IEC_60751, covariance([1e-3, 2e-7, 1e-10, 1e-15], 0.3), -200.0, 850.0
    )
    return Case(curve, lambda p: replace(curve, parameters=p), (18.6, 60.0, 99.999, 100.0, 100.001, 390.0))


def its90_case():
    low = Deviation(4, np.array([-2.1e-4, -3e-6]), covariance([3e-7, 2e-7], 0.5))
    high = Deviation(7, np.array([-2.2e-4, -1e-6, 3e-7]), covariance([3e-7, 2e-7, 1e-7], -0.3))
    curve = Its90.from_deviations(25.5, 1e-5, [high, low])

    def rebuild(p):
        parts = (replace(low, coefficients=p[1:3]), replace(high, coefficients=p[3:]))
        return replace(curve, parameters=p, deviations=parts)

    return Case(curve, rebuild, (6.0, 25.4, 25.49, 25.6, 80.0))


def thermistor_case():
    curve = SteinhartHart.from_coefficients(
        [2.1085e-3, 7.9792e-5, 6.535e-7], covariance([1e-6, 2e-7, 3e-10], -0.5), 4000.0, 25000.0
    )
    return Case(curve, lambda p: replace(curve, parameters=p), (4000.0, 10000.0, 24999.0))


CASES = {
    "polynomial": polynomial_case,
    "table": table_case,
    "platinum": platinum_case,
    "its90": its90_case,
    "thermistor": thermistor_case,
}


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request):
    return CASES[request.param]()


def test_slope_and_gradient_are_the_derivatives(case):
    x = np.array(case.x[1:-1])
    h = 1e-6 * (case.curve.high - case.curve.low)
    slope = (case.curve.value(x + h) - case.curve.value(x - h)) / (2 * h)
    assert case.curve.evaluate(x).slope == pytest.approx(slope, rel=1e-5)
    gradient = case.curve.gradient(x)
    u = np.sqrt(np.diag(case.curve.covariance))
    for j, step in enumerate(np.diag(u * 1e-2)):
        up, down = (case.rebuild(case.curve.parameters + s).evaluate(x).value for s in (step, -step))
        assert gradient[:, j] * u[j] == pytest.approx((up - down) / 2e-2, rel=1e-5, abs=1e-10)


def test_arrays_and_single_values_have_one_uncertainty(case):
    x = np.array(case.x)
    found = case.curve.evaluate(x)
    expected = np.einsum("ij,jk,ik->i", case.curve.gradient(x), case.curve.covariance, case.curve.gradient(x))
    expected += [case.curve.model_u(one) ** 2 for one in x]
    assert found.variance == pytest.approx(expected, rel=1e-11)
    for i, one in enumerate(x):
        single = case.curve.forward(float(one))
        assert (single.value, single.u) == pytest.approx(
            (found.value[i], math.sqrt(found.variance[i])), rel=1e-11
        )


def test_the_inverse_gives_back_the_indication_and_cancels_the_calibration(case):
    for x in case.x:
        there = case.curve.forward(x)
        back = case.curve.inverse(there)
        assert back.value == pytest.approx(x, rel=1e-10, abs=1e-9)
        assert back.u == pytest.approx(0, abs=1e-9 * case.curve.inverse(there.value).u)
        alone = case.curve.inverse(independent(there.value, there.u, "y"))
        slope = float(case.curve.evaluate(np.array([x])).slope[0])
        assert alone.u == pytest.approx(there.u * math.sqrt(2) / abs(slope), rel=1e-8)


def test_nothing_is_extrapolated(case):
    width = case.curve.high - case.curve.low
    for x in (case.curve.low - 1e-6 * width, case.curve.high + 1e-6 * width):
        with pytest.raises(OutOfRangeError, match="outside the valid range of calibration"):
            case.curve.forward(x)
        with pytest.raises(OutOfRangeError, match="outside the valid range"):
            case.curve.value([case.curve.low, x])
    ends = case.curve.evaluate(np.array([case.curve.low, case.curve.high])).value
    span = abs(ends[1] - ends[0])
    for y in (min(ends) - 0.01 * span, max(ends) + 0.01 * span):
        with pytest.raises(OutOfRangeError):
            case.curve.inverse(float(y))


def test_bad_numbers_are_refused(case):
    with pytest.raises(ValueRefusedError, match=r"x\[2\] is nan"):
        case.curve.value([case.x[0], math.nan])
    with pytest.raises(ValueRefusedError, match="x is inf"):
        case.curve.forward(math.inf)
    with pytest.raises(ValueRefusedError, match="y is nan"):
        case.curve.inverse(math.nan)
    with pytest.raises(CovarianceError, match=r"shape \(1, 1\)"):
        replace(case.curve, covariance=np.eye(1))
    with pytest.raises(CovarianceError, match="not positive definite at row 1"):
        replace(case.curve, covariance=-case.curve.covariance)
    with pytest.raises(ValueRefusedError, match="the valid range 2 to 1 is empty"):
        replace(case.curve, low=2.0, high=1.0)
    with pytest.raises(ValueRefusedError, match="calibration: 0 degrees of freedom"):
        replace(case.curve, dof=0)


def test_readings_through_one_curve_share_its_error(case):
    first, second = (case.curve.forward(x) for x in case.x[1:3])
    v1, v2 = case.curve.gradient(np.array(case.x[1:3]))
    expected = v1 @ case.curve.covariance @ v2 / (first.u * second.u)
    assert correlation(first, second) == pytest.approx(expected, rel=1e-9)
    assert (first - first).u == 0


def test_kessel_2012_apply_curve_with_resolution_and_nonlinearity(problem):
    p = problem("P-kessel-apply-curve")
    given, expected = p["inputs"], p["expected"]
    u = np.array([given["u_a"], given["u_b"]])
    curve = Polynomial.from_powers([given["a"], given["b"]], covariance(u, given["r_ab"]), 0.0, 2.041)
    for x, y, expanded in zip(given["x"], expected["y"], expected["U"], strict=True):
        rounding = independent(x, given["resolution_halfwidth"] / math.sqrt(3), "resolution")
        linearity = independent(0.0, given["nonlinearity_halfwidth"] / math.sqrt(3), "non-linearity")
        found = curve.forward(rounding) + linearity
        assert found.value == pytest.approx(y, rel=1e-9, abs=1e-12)
        assert given["k"] * found.u == pytest.approx(expanded, rel=1e-5)


def test_correction_table_interpolation_with_correlation_and_nonlinearity(problem):
    p = problem("P-correction-table-interpolation")
    given, expected = p["inputs"], p["expected"]
    for r, u, u_all in zip(given["r"], expected["u_table"], expected["u_with_nonlinearity"], strict=True):
        points = (given["points"], given["correction"], given["u"])
        bare = PointTable.from_points(*points, correlation=r, non_linearity=0.0)
        whole = PointTable.from_points(*points, correlation=r, non_linearity=given["nonlinearity_halfwidth"])
        assert bare.forward(given["t"]).value == pytest.approx(expected["correction"], rel=1e-9)
        assert bare.forward(given["t"]).u == pytest.approx(u, rel=1e-9)
        assert whole.forward(given["t"]).u == pytest.approx(u_all, rel=1e-9)


def test_nonlinearity_from_points_bounds_a_parabola_exactly():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    table = PointTable.from_points(x, 0.5 * x**2, [0.1] * 4, correlation=1, non_linearity=None)
    assert table.segment_u == pytest.approx([1 / 8 / math.sqrt(3)] * 3)
    bent = PointTable.from_points([0, 1, 2, 3], [0, 0, 0, 1], [0.1] * 4, correlation=1, non_linearity=None)
    assert bent.segment_u * math.sqrt(3) == pytest.approx([0, 1 / 8, 1 / 8])
    middle = table.forward(1.5)
    assert abs(middle.value - 0.5 * 1.5**2) == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"x": [1, 1, 2]}, ValueRefusedError, "x = 1 is given twice"),
        ({"x": [1], "y": [1], "u": [1]}, ValueRefusedError, "needs 2 points or more, found 1"),
        ({"u": [1, 0, 1]}, ValueRefusedError, r"u\[2\] is 0"),
        ({"y": [1, 2]}, ValueRefusedError, "found 3 x, 2 y, 3 u"),
        (
            {"correlation": 1.1},
            ValueRefusedError,
            "correlation between points is 1.1; it must lie from 0 to 1",
        ),
        ({"non_linearity": -1}, ValueRefusedError, "non-linearity is -1"),
        (
            {"x": [1, 2], "y": [1, 2], "u": [1, 1]},
            ValueRefusedError,
            "2 points say nothing about non-linearity",
        ),
    ],
)
def test_tables_that_cannot_be_are_refused(change, kind, sentence):
    given = {"x": [1, 2, 3], "y": [1, 2, 3], "u": [1, 1, 1], "correlation": 1, "non_linearity": None} | change
    points = [given.pop(key) for key in ("x", "y", "u")]
    with pytest.raises(kind, match=sentence):
        PointTable.from_points(*points, **given)


def test_points_may_come_in_any_order():
    table = PointTable.from_points([3, 1, 2], [30, 10, 20], [0.3, 0.1, 0.2], correlation=1, non_linearity=0)
    assert table.value([1.5]) == pytest.approx([15])
    assert table.forward(2.5).u == pytest.approx(0.25)


def test_powers_and_chebyshev_are_the_same_polynomial_about_any_origin():
    b, v = [3.0, -0.2, 0.05], covariance([0.1, 0.02, 0.001], 0.4)
    curve = Polynomial.from_powers(b, v, 20.0, 27.0)
    found, found_v = curve.powers()
    assert found == pytest.approx(b, rel=1e-13)
    assert found_v == pytest.approx(v, rel=1e-11)
    shifted, shifted_v = curve.powers(origin=22.0)
    assert shifted[0] == pytest.approx(curve.value([22.0])[0], rel=1e-13)
    assert math.sqrt(shifted_v[0, 0]) == pytest.approx(curve.forward(22.0).u, rel=1e-9)


def test_a_constant_has_no_inverse_and_a_parabola_two():
    constant = Polynomial.from_powers([1.0], [[0.01]], 0.0, 1.0)
    assert constant.forward(0.5).u == pytest.approx(0.1)
    with pytest.raises(OutOfRangeError):
        constant.inverse(2.0)
    parabola = Polynomial.from_powers([0, 0, 1.0], np.zeros((3, 3)), -2.0, 2.0)
    with pytest.raises(ValueRefusedError, match="gives 1 at -1, 1: the indication is not determined"):
        parabola.inverse(1.0)
    assert parabola.is_monotonic() is False
    assert replace(parabola, low=0.0).inverse(1.0).value == pytest.approx(1.0)
    flat = PointTable.from_points([0, 1, 2], [0, 1, 1], [1, 1, 1], correlation=1, non_linearity=0)
    with pytest.raises(OutOfRangeError):
        flat.inverse(1.5)


def test_a_share_of_a_standard_must_fit_into_the_covariance():
    curve = Polynomial.from_powers([0.0, 1.0], covariance([0.1, 0.01], 0), 0.0, 10.0)
    with pytest.raises(CovarianceError, match="without the share of its standards"):
        curve.hanging_on([Share("S", curve.line(0.2, 0.0))], included=True)
    added = curve.hanging_on([Share("S", curve.line(0.2, 0.0))], included=False)
    assert added.forward(5.0).u == pytest.approx(math.hypot(curve.forward(5.0).u, 0.2))
    with pytest.raises(ValueRefusedError, match="no relative share of a standard fits into it"):
        Polynomial.from_powers([1.0], [[1.0]], 0.0, 1.0).line(0.1, 0.1)
    with pytest.raises(ValueRefusedError, match="cannot carry the share of a standard"):
        platinum_case().curve.line(0.1, 0.0)


def test_iec_60751_table_1(problem):
    p = problem("P-iec60751-table")
    given, expected = p["inputs"], p["expected"]
    curve = CallendarVanDusen.from_coefficients(
        [given[key] for key in ("R0", "A", "B", "C")], np.zeros((4, 4)), -200.0, 850.0
    )
    ohm = curve.resistance(given["t_degC"])
    assert ohm == pytest.approx(expected["R_ohm"], abs=1e-9)
    assert curve.value(expected["R_ohm"]) == pytest.approx(expected["t_from_R"], abs=1e-9)
    assert 1 / curve.evaluate(ohm).slope == pytest.approx(expected["dRdt"], rel=1e-6)
    everywhere = np.linspace(-200, 850, 2001)
    assert curve.value(curve.resistance(everywhere)) == pytest.approx(everywhere, abs=1e-9)


def test_msl_equipment_individual_callendar_van_dusen(problem):
    p = problem("P-msl-cvd-prt")
    given, expected = p["inputs"], p["expected"]
    low, high = given["range_t"]
    curve = CallendarVanDusen.from_coefficients(
        [given[key] for key in ("R0", "A", "B", "C")], np.zeros((4, 4)), low, high
    )
    assert curve.resistance(given["t_degC"]) == pytest.approx(expected["R_ohm"], abs=1e-9)
    assert curve.value(given["R_ohm"]) == pytest.approx(expected["t_degC"], abs=1e-9)
    with pytest.raises(OutOfRangeError):
        curve.resistance([70.1])


def test_its90_reference_functions_at_the_fixed_points(problem):
    p = problem("P-its90-wr")
    t_k = np.array(p["inputs"]["T_K"])
    assert reference_ratio(t_k) == pytest.approx(p["expected"]["Wr"], abs=1e-14)
    printed = np.array(p["published_as_printed"]["Wr"])
    assert approximate_temperature(printed) == pytest.approx(p["expected"]["T_from_inverse_K"], abs=1e-8)
    assert reference_temperature(reference_ratio(t_k)) == pytest.approx(t_k, abs=1e-10)


def test_its90_table_1_is_what_the_functions_give():
    found = reference_ratio(np.array(list(FIXED_POINTS_K.values())))
    assert found == pytest.approx(list(FIXED_POINT_RATIOS.values()), abs=1.5e-8)


def test_its90_printed_inverses_agree_within_their_stated_limits():
    t_k = np.linspace(13.8033, 1234.93, 20_001)
    apart = np.abs(approximate_temperature(reference_ratio(t_k)) - t_k)
    assert apart[t_k < 273.16].max() < 0.1e-3
    assert apart[t_k >= 273.16].max() < 0.135e-3
    assert reference_temperature(reference_ratio(t_k)) == pytest.approx(t_k, abs=1e-9)
    h = 1e-5
    inside = t_k[1:-1]
    assert reference_slope(inside) == pytest.approx(
        (reference_ratio(inside + h) - reference_ratio(inside - h)) / (2 * h), rel=1e-5
    )


def test_its90_sub_range_8_from_tin_and_zinc(problem):
    p = problem("P-its90-subrange8")
    given, expected = p["inputs"], p["expected"]
    deviation = deviation_from_fixed_points(8, {"Sn": (given["W_Sn"], 1e-6), "Zn": (given["W_Zn"], 2e-6)})
    assert deviation.coefficients == pytest.approx([expected["a8"], expected["b8"]], rel=1e-9)
    curve = Its90.from_deviations(1.0, 0.0, [deviation])
    assert curve.value([given["W"]]) == pytest.approx([expected["t90_degC"]], abs=1e-9)
    at_zinc = curve.forward(given["W_Zn"])
    assert at_zinc.u == pytest.approx(2e-6 / reference_slope(np.array([692.677]))[0], rel=1e-3)


@pytest.mark.parametrize(
    ("subrange", "formula"),
    [
        (
            1,
            lambda w, c: (
                c[0] * (w - 1)
                + c[1] * (w - 1) ** 2
                + sum(c[1 + i] * math.log(w) ** (i + 2) for i in range(1, 6))
            ),
        ),
        (
            2,
            lambda w, c: (
                c[0] * (w - 1) + c[1] * (w - 1) ** 2 + sum(c[1 + i] * math.log(w) ** i for i in range(1, 4))
            ),
        ),
        (3, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) ** 2 + c[2] * math.log(w) ** 2),
        (4, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) * math.log(w)),
        (5, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) ** 2),
        (7, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) ** 2 + c[2] * (w - 1) ** 3),
        (8, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) ** 2),
        (9, lambda w, c: c[0] * (w - 1) + c[1] * (w - 1) ** 2),
        (10, lambda w, c: c[0] * (w - 1)),
        (11, lambda w, c: c[0] * (w - 1)),
    ],
)
def test_its90_deviation_functions_are_those_of_the_scale(subrange, formula):
    size = {1: 7, 2: 5, 3: 3, 4: 2, 5: 2, 7: 3, 8: 2, 9: 2, 10: 1, 11: 1}[subrange]
    c = np.random.default_rng(subrange).uniform(-1e-4, 1e-4, size)
    deviation = Deviation(subrange, c, np.zeros((size, size)))
    for w in (0.3, 0.9, 1.1) if subrange <= 5 else (1.05, 1.4, 2.2):
        assert deviation.value(np.array([w]))[0] == pytest.approx(formula(w, c), rel=1e-12)


def test_its90_sub_range_6_has_its_fourth_term_above_aluminium_only():
    c = np.array([-2e-4, 3e-6, -1e-6, 2e-5])
    deviation = Deviation(6, c, np.zeros((4, 4)))
    aluminium = deviation.ratio_at_aluminium
    assert aluminium - deviation.value(np.array([aluminium]))[0] == pytest.approx(
        FIXED_POINT_RATIOS["Al"], abs=1e-8
    )
    for w in (2.0, 3.3, 3.5, 4.2):
        expected = sum(c[i] * (w - 1) ** (i + 1) for i in range(3))
        expected += c[3] * (w - aluminium) ** 2 if w > aluminium else 0
        assert deviation.value(np.array([w]))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("subrange", range(1, 12))
def test_its90_every_sub_range_is_found_again_from_its_fixed_points(subrange):
    points = {
        1: ("e-H2", "Ne", "O2", "Ar", "Hg"),
        2: ("Ne", "O2", "Ar", "Hg"),
        3: ("O2", "Ar", "Hg"),
        4: ("Ar", "Hg"),
        5: ("Hg", "Ga"),
        6: ("Sn", "Zn", "Al", "Ag"),
        7: ("Sn", "Zn", "Al"),
        8: ("Sn", "Zn"),
        9: ("In", "Sn"),
        10: ("In",),
        11: ("Ga",),
    }[subrange]
    size = {1: 7, 2: 5, 3: 3, 4: 2, 5: 2, 6: 4, 7: 3, 8: 2, 9: 2, 10: 1, 11: 1}[subrange]
    coefficients = 1e-5 * (-0.1) ** np.arange(size)
    truth = Deviation(subrange, coefficients, np.zeros((size, size)))
    if size <= len(points):
        ratios = {name: FIXED_POINT_RATIOS[name] for name in points}
        w = {name: (_solved(truth, wr), 1e-7) for name, wr in ratios.items()}
        found = deviation_from_fixed_points(subrange, w)
        assert found.coefficients == pytest.approx(truth.coefficients, rel=1e-6)
    else:
        with pytest.raises(FitError, match=f"sub-range {subrange} needs {size} fixed points"):
            deviation_from_fixed_points(subrange, dict.fromkeys(points, (1.0, 1e-07)))
    curve = Its90.from_deviations(25.0, 1e-5, [truth])
    low, high = (t - 273.15 for t in truth.range_k)
    t = np.linspace(low, high, 101)
    assert curve.value(curve.resistance(t)) == pytest.approx(t, abs=1e-9)
    inside = curve.resistance(t[1:-1])
    h = 1e-7 * inside
    slope = (curve.value(inside + h) - curve.value(inside - h)) / (2 * h)
    assert curve.evaluate(inside).slope == pytest.approx(slope, rel=1e-4)


def _solved(deviation, wr):
    """The ratio W with W - Wr = deviation(W), by bisection."""
    low, high = wr - 1e-2, wr + 1e-2
    for _ in range(80):
        middle = (low + high) / 2
        if middle - deviation.value(np.array([middle]))[0] < wr:
            low = middle
        else:
            high = middle
    return middle


def test_its90_what_cannot_be_is_refused():
    good = Deviation(8, np.array([1e-5, 1e-6]), np.zeros((2, 2)))
    with pytest.raises(ValueRefusedError, match="sub-range 0 is not one of ITS-90"):
        Deviation(0, np.array([1.0]), np.eye(1))
    with pytest.raises(ValueRefusedError, match="sub-range 8 has 2 coefficients, found 1"):
        Deviation(8, np.array([1.0]), np.eye(1))
    with pytest.raises(CovarianceError, match="sub-range 8 has 1 rows; it needs 2"):
        Deviation(8, np.array([1.0, 1.0]), np.eye(1))
    with pytest.raises(ValueRefusedError, match="found sub-ranges 8, 8"):
        Its90.from_deviations(25, 0, [good, good])
    with pytest.raises(ValueRefusedError, match=r"R\(273.16 K\) is 0"):
        Its90.from_deviations(0, 0, [good])
    with pytest.raises(ValueRefusedError, match="u of R"):
        Its90.from_deviations(25, -1, [good])
    with pytest.raises(
        ValueRefusedError, match=r"Ag is no fixed point of sub-range 8; its are Ga, In, Sn, Zn$"
    ):
        deviation_from_fixed_points(8, {"Sn": (1.9, 1e-6), "Ag": (4.3, 1e-6)})
    with pytest.raises(FitError, match="sub-range 6 needs the freezing point of aluminium"):
        deviation_from_fixed_points(6, dict.fromkeys(("In", "Sn", "Zn", "Ag"), (2.0, 1e-06)))
    with pytest.raises(OutOfRangeError, match="1300 lies outside ITS-90"):
        reference_ratio(np.array([1300.0]))


def test_steinhart_hart_1968_three_points(problem):
    p = problem("P-steinhart-hart")
    given, expected = p["inputs"], p["expected"]
    curve = fit_steinhart_hart(given["R_ohm"], given["t_degC"], [0.01] * 3)
    assert curve.parameters == pytest.approx([expected[key] for key in "ABC"], rel=1e-8)
    assert curve.value([given["query_R"]]) == pytest.approx(expected["t_degC"], abs=1e-7)
    assert curve.forward(10000.0).u == pytest.approx(0.01, rel=1e-9)


def test_steinhart_hart_with_unknown_scale_needs_a_fourth_point():
    ohm, degc = [25000.0, 15000.0, 10000.0, 4000.0], [5.0, 15.5, 25.0, 45.0]
    curve = fit_steinhart_hart(ohm, degc)
    assert curve.dof == 1
    with pytest.raises(FitError, match="as many coefficients as points"):
        fit_steinhart_hart(ohm[:3], degc[:3])
    with pytest.raises(FitError, match="2 different resistances"):
        fit_steinhart_hart(ohm[:2], degc[:2])
    with pytest.raises(ValueRefusedError, match=r"resistance_ohm\[1\] is -1"):
        fit_steinhart_hart([-1, 1, 2], degc[:3])


def test_an_uncertain_indication_brings_its_own_part():
    curve = platinum_case().curve
    reading = independent(138.5, 0.002, "ohmmeter")
    t = curve.forward(reading)
    assert isinstance(t, Uncertain)
    slope = float(curve.evaluate(np.array([138.5])).slope[0])
    assert t.u == pytest.approx(math.hypot(curve.forward(138.5).u, slope * 0.002), rel=1e-12)
