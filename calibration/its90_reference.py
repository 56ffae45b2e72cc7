"""The reference functions of the International Temperature Scale of 1990 between 13.8033 K and 1234.93 K.

Preston-Thomas, Metrologia 27 (1990) 3-10: equations 9a and 10a, their printed inverses 9b and 10b, table 4 of
coefficients, table 1 of fixed points. [R] coefficients from memory; [V] they give table 1 within 5e-9 in W,
and the printed inverses undo them within the stated 0.1 mK and 0.13 mK, which no wrong digit would survive.
"""

from typing import Final

import numpy as np

from calibration.checks import FloatArray
from calibration.errors import OutOfRangeError

TRIPLE_POINT_K: Final = 273.16
ZERO_CELSIUS_K: Final = 273.15
LOWEST_K: Final = 13.8033
HIGHEST_K: Final = 1234.93

FIXED_POINTS_K: Final = {
    "e-H2": 13.8033,
    "Ne": 24.5561,
    "O2": 54.3584,
    "Ar": 83.8058,
    "Hg": 234.3156,
    "H2O": 273.16,
    "Ga": 302.9146,
    "In": 429.7485,
    "Sn": 505.078,
    "Zn": 692.677,
    "Al": 933.473,
    "Ag": 1234.93,
}
"""Defining fixed points that calibrate resistance thermometers, T90 in K (table 1)."""

FIXED_POINT_RATIOS: Final = {
    "e-H2": 0.00119007,
    "Ne": 0.00844974,
    "O2": 0.09171804,
    "Ar": 0.21585975,
    "Hg": 0.84414211,
    "H2O": 1.0,
    "Ga": 1.11813889,
    "In": 1.60980185,
    "Sn": 1.89279768,
    "Zn": 2.56891730,
    "Al": 3.37600860,
    "Ag": 4.28642053,
}
"""Wr at the fixed points as printed (table 1): the functions below give them within 5e-9."""

_A = (
    -2.13534729,
    3.18324720,
    -1.80143597,
    0.71727204,
    0.50344027,
    -0.61899395,
    -0.05332322,
    0.28021362,
    0.10715224,
    -0.29302865,
    0.04459872,
    0.11868632,
    -0.05248134,
)
_B = (
    0.183324722,
    0.240975303,
    0.209108771,
    0.190439972,
    0.142648498,
    0.077993465,
    0.012475611,
    -0.032267127,
    -0.075291522,
    -0.056470670,
    0.076201285,
    0.123893204,
    -0.029201193,
    -0.091173542,
    0.001317696,
    0.026025526,
)
_C = (
    2.78157254,
    1.64650916,
    -0.13714390,
    -0.00649767,
    -0.00234444,
    0.00511868,
    0.00187982,
    -0.00204472,
    -0.00046122,
    0.00045724,
)
_D = (
    439.932854,
    472.418020,
    37.684494,
    7.472018,
    2.920828,
    0.005184,
    -0.963864,
    -0.188732,
    0.191203,
    0.049025,
)


def reference_ratio(t_k: FloatArray) -> FloatArray:
    """Wr(T90) by equations 9a (below 273.16 K) and 10a (from there on), shape as given.

    Raises:
        OutOfRangeError: a temperature outside 13.8033 K to 1234.93 K.
    """
    return _ratio_and_slope(t_k)[0]


def reference_slope(t_k: FloatArray) -> FloatArray:
    """dWr/dT90 in 1/K; errors as ``reference_ratio``."""
    return _ratio_and_slope(t_k)[1]


def reference_temperature(ratio: FloatArray) -> FloatArray:
    """T90 in K of reference ratios Wr: the printed inverse, brought to full precision on 9a and 10a.

    Raises:
        OutOfRangeError: a ratio that belongs to no temperature from 13.8033 K to 1234.93 K.
    """
    low, high = reference_ratio(np.array([LOWEST_K, HIGHEST_K]))
    _check(ratio, float(low) - 2e-8, float(high) + 2e-8, "reference ratio")  # 8 decimals are printed
    t = approximate_temperature(ratio)
    for _ in range(4):
        found, slope = _ratio_and_slope(np.clip(t, LOWEST_K, HIGHEST_K))
        t = np.clip(t, LOWEST_K, HIGHEST_K) - (found - ratio) / slope
    return t


def approximate_temperature(ratio: FloatArray) -> FloatArray:
    """T90 in K by the printed inverses 9b and 10b: within 0.1 mK below 273.16 K, 0.13 mK above."""
    below = TRIPLE_POINT_K * np.polynomial.polynomial.polyval(
        (np.minimum(ratio, 1.0) ** (1 / 6) - 0.65) / 0.35, _B
    )
    above = ZERO_CELSIUS_K + np.polynomial.polynomial.polyval((ratio - 2.64) / 1.64, _D)
    return np.where(ratio < 1, below, above)


def _ratio_and_slope(t_k: FloatArray) -> tuple[FloatArray, FloatArray]:
    _check(t_k, LOWEST_K, HIGHEST_K, "temperature in K")
    polynomial = np.polynomial.polynomial
    cold, derivative_a, derivative_c = t_k < TRIPLE_POINT_K, polynomial.polyder(_A), polynomial.polyder(_C)
    low = (np.log(np.minimum(t_k, TRIPLE_POINT_K) / TRIPLE_POINT_K) + 1.5) / 1.5
    high = (t_k - 754.15) / 481
    ratio_low = np.exp(polynomial.polyval(low, _A))
    slope_low = ratio_low * polynomial.polyval(low, derivative_a) / (1.5 * t_k)
    ratio = np.where(cold, ratio_low, polynomial.polyval(high, _C))
    return ratio, np.where(cold, slope_low, polynomial.polyval(high, derivative_c) / 481)


def _check(values: FloatArray, low: float, high: float, what: str) -> None:
    outside = values[~((values >= low) & (values <= high))]
    if outside.size:
        raise OutOfRangeError(f"{what} {outside.flat[0]:g} lies outside ITS-90, {low:g} to {high:g}")
