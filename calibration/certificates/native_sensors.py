"""Thermometers in a native certificate: Callendar-Van Dusen, ITS-90, Steinhart-Hart."""

from collections.abc import Callable

import numpy as np

from calibration.certificates.model import Contribution
from calibration.certificates.native_points import Units
from calibration.certificates.toml_table import Table
from calibration.checks import FloatArray
from calibration.curves import CallendarVanDusen, Curve, Deviation, Its90, SteinhartHart
from calibration.sentences import Sentence

Sensor = tuple[Curve, tuple[Contribution, ...]]


def callendar_van_dusen(table: Table, units: Units) -> Callable[[], Sensor]:
    """Coefficients R0, A, B, C; the range is in degC, as certificates state it."""
    check_ohm_to_degc(table, units)
    coefficients = _coefficients(table, "R0 in ohm, A, B, C", 4)
    covariance, contributions = _uncertainty(table, 4)
    low, high = table.interval("range", Sentence("lowest and highest temperature in degC"))
    return lambda: (
        CallendarVanDusen.from_coefficients(coefficients, covariance, low, high),
        contributions,
    )


def steinhart_hart(table: Table, units: Units) -> Callable[[], Sensor]:
    """Coefficients A, B, C; the range is in ohm."""
    check_ohm_to_degc(table, units)
    coefficients = _coefficients(table, "A, B, C", 3)
    covariance, contributions = _uncertainty(table, 3)
    low, high = table.interval("range", Sentence("lowest and highest resistance in ohm"))
    return lambda: (SteinhartHart.from_coefficients(coefficients, covariance, low, high), contributions)


def its_90(table: Table, units: Units) -> Callable[[], Sensor]:
    """R(273.16 K) and one or two sub-ranges; the range is theirs."""
    check_ohm_to_degc(table, units)
    r_tpw = float(table.positive("r_tpw", Sentence("the resistance at the triple point of water in ohm")))
    u_r_tpw = float(table.positive("u_r_tpw", Sentence("its standard uncertainty in ohm")))
    parts = []
    whole = "U" in table
    contributions = _uncertainty(table, 0)[1] if whole else ()
    subranges = table.tables("subrange")
    if not subranges:
        table.mistake("subrange", "is missing; needed are one or two tables [[curve.subrange]]")
    for item in subranges:
        number = item.whole("number", Sentence("the number of a sub-range of ITS-90, 1 to 11"))
        coefficients = _coefficients(item, "a, b, c …", None)
        covariance = np.zeros((len(coefficients), len(coefficients)))
        if not whole:
            covariance = _covariance(item, len(coefficients))
        item.refuse_unknown()
        parts.append((number, coefficients, covariance))
    return lambda: (
        Its90.from_deviations(r_tpw, u_r_tpw, [Deviation(*part) for part in parts]),
        contributions,
    )


def check_ohm_to_degc(table: Table, units: Units) -> None:
    """Note any other units than those of a resistance thermometer."""
    if units.known and (units.indication, units.value) != ("ohm", "degC"):
        table.mistake(
            "kind",
            "found {indication} and {written}; this kind turns ohm into degC",
            indication=units.indication,
            written=units.written,
        )


def _coefficients(table: Table, names: str, size: int | None) -> FloatArray:
    allowed = Sentence("a list of numbers, {names}", names=names)
    found = np.array([float(number) for number in table.numbers("coefficients", allowed)])
    if size is not None and len(found) not in (0, size):
        table.mistake(
            "coefficients", "found {count} numbers; allowed is {allowed}", count=len(found), allowed=allowed
        )
    return found


def _uncertainty(table: Table, size: int) -> tuple[FloatArray, tuple[Contribution, ...]]:
    """The covariance of the coefficients; or none of them, and one U of the temperature for all readings."""
    if "covariance" in table or "U" not in table:
        return _covariance(table, size), ()
    expanded = table.positive("U", Sentence("an expanded uncertainty in degC"))
    u = float(expanded / table.coverage_factor("k"))
    return np.zeros((size, size)), (Contribution("calibration", u, common=True),)


def _covariance(table: Table, size: int) -> FloatArray:
    return np.array([[float(number) for number in row] for row in table.matrix("covariance", size)])
