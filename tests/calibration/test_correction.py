"""Readings into values: the certificate in force, its range, unit, uncertainty and coverage factor."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import t as student

from calibration.certificates.model import Contribution, Gives
from calibration.certificates.native import read_native
from calibration.correction import STATES, State, correct, corrected
from calibration.coverage import coverage_factor
from calibration.curves import Polynomial
from calibration.errors import OutOfRangeError, UnitMismatchError, ValueRefusedError
from tests.calibration.native_files import BALANCE, COEFFICIENTS, TABLE

DAY_NS = 86400 * 10**9


def certificate(text=BALANCE, **changes):
    return dataclasses.replace(read_native(text.encode(), "B-01.toml"), **changes)


def at(one, raw, offset_ns=0):
    return np.full(len(raw), one.in_force_from_ns + offset_ns)


def states(result):
    return [STATES[code] for code in result.state]


def test_value_is_indication_plus_correction_and_u_is_made_of_all_parts():
    one = certificate(COEFFICIENTS)
    raw = np.array([50.0, 50.5])
    result = correct(raw, at(one, raw), "g", [one])
    assert result.value == pytest.approx(raw - (0.1 - 0.0012 * raw) / 1000, abs=1e-12)
    curve = 1.6e-9 - 2 * 1.8e-11 * raw + 8.1e-13 * raw**2
    own = (1 + 1.2e-6) ** 2 * (1e-8 / 12 + 64e-10)
    assert result.u == pytest.approx(np.sqrt(curve + own), rel=1e-12)
    dof = math.floor((curve[0] + own) ** 2 / ((64e-10 * (1 + 1.2e-6) ** 2) ** 2 / 9))
    assert result.k[0] == pytest.approx(student.ppf(1.9545 / 2, dof), rel=1e-12)
    assert pytest.approx(result.k * result.u, rel=1e-15) == result.U
    assert states(result) == [State.CORRECTED] * 2


def test_apply_cubic_curve_jcgm_100_eq_13(problem):
    p = problem("P-apply-cubic-curve")
    given, expected = p["inputs"], p["expected"]
    one = certificate(
        curve=Polynomial.from_powers(given["coefficients"], given["covariance"], 0.0, 100.0),
        gives=Gives.VALUE,
        resolution=given["d"],
        repeatability=given["s_repeatability"],
        repeatability_dof=math.inf,
    )
    raw = np.array(given["x"])
    result = correct(raw, at(one, raw), "g", [one])
    assert result.value == pytest.approx(expected["y"], rel=1e-9)
    assert result.u == pytest.approx(expected["u"], rel=1e-9)
    assert given["k"] * result.u == pytest.approx(expected["U"], rel=1e-9)


def test_without_a_certificate_there_is_only_the_raw_value_and_the_reason():
    one = certificate()
    raw = np.array([1.0])
    for moment, given, state in (
        (one.in_force_from_ns, [], State.NO_CERTIFICATE),
        (one.in_force_from_ns - 1, [one], State.NOT_YET_IN_FORCE),
        (one.in_force_from_ns, [one], State.CORRECTED),
        (one.valid_until_ns - 1, [one], State.CORRECTED),
        (one.valid_until_ns, [one], State.EXPIRED),
    ):
        result = correct(raw, np.array([moment]), "g", given)
        assert states(result) == [state]
        missing = [math.isnan(x[0]) for x in (result.value, result.u, result.k, result.U)]
        assert missing == [state is not State.CORRECTED] * 4
        assert result.certificate_index[0] == (0 if state is State.CORRECTED else -1)


def test_outside_the_range_and_in_other_units_nothing_is_corrected():
    one = certificate()
    raw = np.array([-1e-9, 0.0, 200.0003, 200.00031, 5.0])
    result = correct(raw, at(one, raw), "g", [one])
    out, ok = State.OUT_OF_RANGE, State.CORRECTED
    assert states(result) == [out, ok, ok, out, ok]
    assert np.array_equal(np.isnan(result.value), result.state != State.CORRECTED.code)
    assert np.array_equal(result.certificate_index, np.zeros(5))
    assert states(correct(raw, at(one, raw), "mg", [one])) == [State.WRONG_UNIT] * 5
    assert states(correct(raw, at(one, raw), "degC", [one])) == [State.WRONG_QUANTITY] * 5
    assert states(correct(raw, at(one, raw), "parsec", [one])) == [State.WRONG_UNIT] * 5


def test_certificates_switch_inside_an_array_by_time_in_any_order():
    first = certificate(COEFFICIENTS)
    second = certificate(
        COEFFICIENTS.replace("2026-03-05", "2026-09-01")
        .replace("2027-03-05", "2027-09-01")
        .replace("0.1,", "0.3,")
    )
    rng = np.random.default_rng(7)
    moments = np.arange(first.in_force_from_ns - 5 * DAY_NS, second.valid_until_ns + 5 * DAY_NS, DAY_NS // 50)
    rng.shuffle(moments)
    raw = rng.uniform(0, 200, len(moments))
    given = [second, first]
    result = correct(raw, moments, "g", given)
    assert len(moments) > 2 * 8192
    for i in range(0, len(moments), 97):
        alone = correct(raw[i : i + 1], moments[i : i + 1], "g", given)
        assert (alone.state[0], alone.certificate_index[0]) == (result.state[i], result.certificate_index[i])
        assert alone.value == pytest.approx(result.value[i : i + 1], rel=1e-15, nan_ok=True)
        assert pytest.approx(result.U[i : i + 1], rel=1e-15, nan_ok=True) == alone.U
    assert set(states(result)) == {State.NOT_YET_IN_FORCE, State.CORRECTED, State.EXPIRED}
    by_second = result.certificate_index == 0
    assert np.array_equal(by_second, (moments >= second.in_force_from_ns) & (moments < second.valid_until_ns))


def test_a_gap_between_two_certificates_is_expired():
    first = certificate()
    second = dataclasses.replace(
        first, in_force_from_ns=first.valid_until_ns + 10, valid_until_ns=first.valid_until_ns + 20
    )
    moments = first.valid_until_ns + np.array([-1, 0, 9, 10, 19, 20])
    result = correct(np.full(6, 10.0), moments, "g", [first, second])
    gone, ok = State.EXPIRED, State.CORRECTED
    assert states(result) == [ok, gone, gone, ok, ok, gone]
    assert list(result.certificate_index) == [0, -1, -1, 1, 1, -1]


SHARE = '[[standard]]\ncertificate = "E2"\nu = 0.01\nu_relative = 1e-7\ndof = 20\n'
DRIFT = '[[influence]]\nname = "drift"\nhalf_width = 0.1\ndistribution = "rectangular"\ncommon = true\n'
ROOM = '[[influence]]\nname = "room"\nu = 0.02\ndof = 6\ncommon = false\n'


@pytest.mark.parametrize(
    "text",
    [
        BALANCE,
        BALANCE + SHARE + DRIFT + ROOM,
        BALANCE.replace("200.0003", "200.0009").replace("correction = -0.25", "") + DRIFT,
        COEFFICIENTS,
        COEFFICIENTS.replace("range", "dof = 4\nrange") + ROOM,
        COEFFICIENTS.replace("range", "dof = 4\nrange") + SHARE + ROOM,
        TABLE,
        TABLE.replace("non_lin", "dof = 3\ncorrelation = 0.4\nnon_lin") + SHARE + DRIFT,
        TABLE.replace("repeatability = 0.00008\nrepeatability_dof = 9", 'repeatability = "included"'),
    ],
)
def test_arrays_agree_with_the_single_reading_to_1e_12(text):
    one = certificate(text)
    raw = np.linspace(one.curve.low, one.curve.high, 203)
    result = correct(raw, at(one, raw), "g", [one])
    for i, x in enumerate(raw):
        single = corrected(float(x), "g", one)
        assert single.value == pytest.approx(result.value[i], rel=1e-12, abs=1e-15)
        assert single.u == pytest.approx(result.u[i], rel=1e-12)
        assert coverage_factor(one.level, single.dof) == pytest.approx(result.k[i], rel=1e-12)


def test_corr_difference_of_weighings_cancels_the_certificate_jcgm_100_f_1_2_3(problem):
    p = problem("P-corr-difference-of-weighings")
    given, expected = p["inputs"], p["expected"]
    one = certificate(COEFFICIENTS, resolution=given["d_mg"] / 1000, repeatability=given["s_mg"] / 1000)
    first, second = (corrected(given[key], "g", one) for key in ("R1_g", "R2_g"))
    net = second - first
    assert net.value == pytest.approx(expected["net_g"], rel=1e-8)
    assert net.u * 1000 == pytest.approx(expected["u_net_mg"], rel=1e-5)  # slope 1 + 1.2e-6, not 1
    assert [first.u * 1000, second.u * 1000] == pytest.approx(expected["u_single_mg"], rel=1e-5)
    independent = math.hypot(first.u, second.u) * 1000
    assert independent == pytest.approx(expected["u_net_if_wrongly_independent_mg"], rel=1e-5)


def test_a_common_influence_cancels_in_a_difference_and_an_own_one_does_not():
    one = certificate(COEFFICIENTS, resolution=0.0, repeatability=0.0)
    common = dataclasses.replace(one, contributions=(Contribution("drift", 1e-3, common=True),))
    own = dataclasses.replace(one, contributions=(Contribution("room", 1e-3, common=False),))
    assert (corrected(10, "g", common) - corrected(10, "g", common)).u == 0
    assert (corrected(10, "g", own) - corrected(10, "g", own)).u == pytest.approx(1e-3 * math.sqrt(2))


def test_two_certificates_on_one_standard_share_its_error():
    one = certificate(BALANCE + SHARE)
    other = certificate(BALANCE.replace("B-01", "B-02") + SHARE)
    apart = certificate(BALANCE.replace("B-01", "B-02") + SHARE.replace("E2", "F1"))
    a, b, c = (corrected(100.0, "g", which) for which in (one, other, apart))
    share = 0.01e-3 + 1e-7 * 100
    assert (a - b).u ** 2 == pytest.approx(a.u**2 + b.u**2 - 2 * share**2, rel=1e-9)
    assert (a - c).u == pytest.approx(math.hypot(a.u, c.u), rel=1e-12)
    assert a.u == pytest.approx(corrected(100.0, "g", certificate()).u, rel=0.05)


def test_one_reading_is_refused_by_name():
    one = certificate()
    with pytest.raises(OutOfRangeError, match="300 lies outside the valid range of certificate LX"):
        corrected(300.0, "g", one)
    with pytest.raises(UnitMismatchError, match="the reading is in mg"):
        corrected(1.0, "mg", one)
    with pytest.raises(ValueRefusedError, match="raw is nan"):
        corrected(math.nan, "g", one)


def test_arrays_are_refused_by_name():
    one = certificate()
    with pytest.raises(ValueRefusedError, match=r"raw\[2\] is nan"):
        correct(np.array([1.0, math.nan]), np.array([1, 2]), "g", [one])
    with pytest.raises(ValueRefusedError, match="one time is needed for each reading"):
        correct(np.array([1.0, 2.0]), np.array([1]), "g", [one])


def test_a_variance_that_rounding_makes_negative_is_zero():
    vanishing = 3.7
    line = np.array([-vanishing, 1.0])
    one = certificate(
        curve=Polynomial.from_powers([0.0, 1e-3], 1e-6 * np.outer(line, line), 0.1, 10.0),
        resolution=0.0,
        repeatability=0.0,
    )
    raw = vanishing + np.linspace(-1e-7, 1e-7, 2001)
    result = correct(raw, at(one, raw), "g", [one])
    assert states(result) == [State.CORRECTED] * 2001
    assert np.all(result.u < 1e-9)


def test_no_readings_are_no_trouble():
    empty = correct(np.array([]), np.array([], dtype=np.int64), "g", [certificate()])
    assert [len(column) for column in (empty.value, empty.U, empty.state)] == [0, 0, 0]


def test_gum_g_4_1_readings_that_know_their_spread_from_one_estimate_have_its_degrees_of_freedom():
    one = certificate(COEFFICIENTS, resolution=0.0, repeatability=0.5, repeatability_dof=9)
    room = Contribution("room", 0.7, common=False, dof=4)
    for readings in (1, 2, 10):
        mean = sum((corrected(50.0, "g", one) for _ in range(readings)), start=0.0) / readings
        assert mean.dof == pytest.approx(9, rel=1e-3), "ten readings are not ten estimates"
    both = dataclasses.replace(one, contributions=(room,))
    mean = sum((corrected(50.0, "g", both) for _ in range(10)), start=0.0) / 10
    assert mean.dof == pytest.approx(0.74**2 / (0.5**4 / 9 + 0.7**4 / 4), rel=1e-3)
