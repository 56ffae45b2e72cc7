"""Thermometers in native certificates: coefficients of the usual equations, from ohm to degC."""

import numpy as np
import pytest

from calibration.certificates.model import Gives
from calibration.certificates.native import read_native
from calibration.correction import STATES, State, correct, corrected
from calibration.curves import CallendarVanDusen, Its90, SteinhartHart
from calibration.errors import CertificateError
from tests.calibration.native_files import BALANCE

HEAD = (
    BALANCE.split("[curve]")[0]
    .replace('quantity = "mass"', 'quantity = "resistance"')
    .replace('unit = "g"', 'unit = "ohm"')
)
CURVE = '[curve]\nunit = "degC"\ngives = "value"\n'
PLATINUM = (
    HEAD
    + CURVE
    + """kind = "callendar-van-dusen"
coefficients = [100.0189, 3.913e-3, -6.056e-7, 1.372e-12]
U = 0.02
k = 2
range = [-10, 70]
"""
)
STANDARD = (
    HEAD
    + CURVE
    + """kind = "its-90"
r_tpw = 25.5
u_r_tpw = 1e-5
[[curve.subrange]]
number = 4
coefficients = [-2.1e-4, -3e-6]
covariance = [[1e-13, 0], [0, 1e-13]]
[[curve.subrange]]
number = 8
coefficients = [-2.2e-4, -1e-6]
covariance = [[1e-13, 0], [0, 1e-13]]
"""
)
THERMISTOR = (
    HEAD
    + CURVE
    + """kind = "steinhart-hart"
coefficients = [0.002108508173112708, 7.979204726779924e-05, 6.535076314649426e-07]
covariance = [[1e-14, 0, 0], [0, 1e-16, 0], [0, 0, 1e-22]]
range = [4000, 25000]
"""
)


def mistakes(text):
    with pytest.raises(CertificateError) as caught:
        read_native(text.encode(), "T-05.toml")
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("text", "kind", "ohm", "degc"),
    [
        (PLATINUM, CallendarVanDusen, 109.1, 23.287055698724505),
        (STANDARD, Its90, 25.5 * 0.99996, None),
        (THERMISTOR, SteinhartHart, 8000.0, 29.881057309493144),
    ],
)
def test_arrays_and_single_readings_agree(text, kind, ohm, degc):
    certificate = read_native(text.encode(), "T-05.toml")
    curve = certificate.curve
    assert isinstance(curve, kind)
    assert (certificate.gives, certificate.unit, certificate.value_unit) == (Gives.VALUE, "ohm", "degC")
    raw = np.linspace(curve.low, curve.high, 97)
    result = correct(raw, np.full(97, certificate.in_force_from_ns), "ohm", [certificate])
    for i, x in enumerate(raw):
        single = corrected(float(x), "ohm", certificate)
        assert (single.value, single.u) == pytest.approx((result.value[i], result.u[i]), rel=1e-12)
    if degc is not None:
        assert corrected(ohm, "ohm", certificate).value == pytest.approx(degc, abs=1e-9)
    outside = correct(
        np.array([curve.high * 1.01]), np.array([certificate.in_force_from_ns]), "ohm", [certificate]
    )
    assert STATES[outside.state[0]] is State.OUT_OF_RANGE


def test_one_u_of_the_temperature_is_one_error_in_all_readings():
    certificate = read_native(PLATINUM.encode(), "T-05.toml")
    first, second = (corrected(x, "ohm", certificate) for x in (105.0, 105.01))
    own = certificate.curve.evaluate(np.array([105.0])).slope[0] * np.hypot(8e-5, 1e-4 / np.sqrt(12))
    assert first.u == pytest.approx(np.hypot(0.01, own), rel=1e-9)
    assert (second - first).u == pytest.approx(own * np.sqrt(2), rel=1e-4)


@pytest.mark.parametrize(
    ("text", "found", "instead", "sentence"),
    [
        (
            PLATINUM,
            "1.372e-12]",
            "]",
            "curve.coefficients: found 3 numbers; allowed is a list of numbers, R0 in",
        ),
        (PLATINUM, '"ohm"', '"kohm"', "curve.kind: found kohm and degC; this kind turns ohm into degC"),
        (PLATINUM, "U = 0.02\nk = 2\n", "", "curve.covariance: is missing"),
        (
            PLATINUM,
            "range = [-10, 70]",
            "range = [70, -10]",
            "curve.range: found [70.0, -10.0]; allowed is two",
        ),
        (PLATINUM, "3.913e-3", "-3.913e-3", "curve: with these coefficients R does not rise all the way"),
        (
            STANDARD,
            "number = 8",
            "number = 5",
            "curve: found sub-ranges 4, 5; needed is one, or one of 1 to 4",
        ),
        (STANDARD, "number = 8", "number = 12", "curve: sub-range 12 is not one of ITS-90"),
        (STANDARD, "r_tpw = 25.5", "r_tpw = 25.5\nU = 0.001", "curve.k: is missing"),
        (
            STANDARD,
            "[-2.2e-4, -1e-6]",
            "[-2.2e-4]",
            "curve.subrange[2].covariance: found 2 lists, of 2, 2 numbers",
        ),
        (
            THERMISTOR,
            "7.979204726779924e-05",
            "-1.5e-04",
            "curve: with these coefficients resistance does not",
        ),
        (
            THERMISTOR,
            "range",
            '[[standard]]\ncertificate = "S"\nu = 1\n[x]\nr',
            "standard: u and u_relative are for",
        ),
    ],
)
def test_a_mistake_is_named(text, found, instead, sentence):
    assert found in text
    said = mistakes(text.replace(found, instead, 1))
    assert any(sentence in one for one in said), said


def test_its90_may_state_one_u_for_both_sub_ranges():
    text = STANDARD.replace("covariance = [[1e-13, 0], [0, 1e-13]]\n", "")
    text = text.replace("u_r_tpw = 1e-5", "u_r_tpw = 1e-5\nU = 0.002\nk = 2")
    certificate = read_native(text.encode(), "T-05.toml")
    assert [part.u for part in certificate.contributions] == [0.001]
    assert (
        "curve.subrange[2].covariance: unknown key"
        in mistakes(STANDARD.replace("r_tpw", "U = 1\nk = 2\nr_tpw", 1))[1]
    )
