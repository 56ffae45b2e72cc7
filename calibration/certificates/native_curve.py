"""The [curve], [[point]] and [[standard]] of a native certificate: numbers into a ``Curve``."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from calibration.certificates.model import Contribution, Gives
from calibration.certificates.native_platinum import platinum_by_points
from calibration.certificates.native_points import Point, Units, range_within, read_points, scatter
from calibration.certificates.native_sensors import (
    Sensor,
    callendar_van_dusen,
    check_ohm_to_degc,
    its_90,
    steinhart_hart,
)
from calibration.certificates.toml_table import Table
from calibration.checks import FloatArray
from calibration.curves import Curve, PointTable, Polynomial, Share
from calibration.errors import CalibrationError
from calibration.fits import fit_polynomial
from calibration.sentences import Sentence, sentence_of, word
from calibration.units import unit_of


@dataclass(frozen=True, slots=True)
class Read:
    """What the file says about the curve."""

    curve: Curve
    gives: Gives
    notes: tuple[Sentence, ...] = ()
    traceable_to: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standard:
    certificate: str
    constant: float
    relative: float
    dof: float

    @property
    def shared(self) -> bool:
        return self.constant > 0 or self.relative > 0


_Reader = Callable[[Table, Table, Units, Sequence[_Standard]], Callable[[], Read]]
"""Reads one kind of [curve], noting mistakes; what it returns builds the curve if there were none."""


def read_curve(top: Table, table: Table, units: Units) -> Read | None:
    """The curve of the file; None where a mistake was noted.

    Args:
        top: the whole file, for its [[point]] and [[standard]].
        table: its [curve].
        units: from ``read_units``.
    """
    before = top.count
    kind = table.choice("kind", list(_KINDS))
    standards = [_standard(item, float(units.factor)) for item in top.tables("standard")]
    build = _KINDS[kind](top, table, units, standards)
    dof = table.dof("dof") if "dof" in table else math.inf
    table.refuse_unknown()
    if top.count > before or not units.known:
        return None
    try:
        read = build()
        return replace(
            read,
            curve=replace(read.curve, dof=dof),
            traceable_to=tuple(standard.certificate for standard in standards),
        )
    except CalibrationError as error:
        table.mistake("", sentence_of(error))
        return None


def _standard(table: Table, factor: float) -> _Standard:
    found = _Standard(
        certificate=table.text("certificate"),
        constant=_given(table, "u", Sentence("a standard uncertainty")) * factor,
        relative=_given(table, "u_relative", Sentence("a relative one")),
        dof=table.dof("dof") if "dof" in table else math.inf,
    )
    table.refuse_unknown()
    return found


def _given(table: Table, key: str, what: Sentence) -> float:
    return float(table.positive(key, what)) if key in table else 0.0


def _polynomial(top: Table, table: Table, units: Units, standards: Sequence[_Standard]) -> Callable[[], Read]:
    if "coefficients" in table:
        return _from_coefficients(top, table, units, standards)
    gives = _gives_of_points(table, units)
    degree = table.whole("degree", Sentence("the degree of the polynomial, 0 or more"))
    points = read_points(top, units)
    low, high = _range_within(table, points)

    def build() -> Read:
        x, y, u = _arrays(points, gives)
        own = _without_shares(x, u, standards)
        fit = fit_polynomial(x, y, degree, own)
        notes: tuple[Sentence, ...] = ()
        if not fit.accepted:
            lack_of_fit = f"{fit.lack_of_fit_u:.2g} {units.value}"
            notes = (scatter(fit.chi_square, fit.chi_square_limit(), lack_of_fit),)
        curve = replace(fit.with_lack_of_fit(), low=low, high=high)
        return Read(_hung(curve, standards, included=False), gives, notes)

    return build


def _from_coefficients(
    top: Table, table: Table, units: Units, standards: Sequence[_Standard]
) -> Callable[[], Read]:
    if "point" in top:
        top.mistake("point", "found beside the coefficients in [curve]; give the ones or the others")
    coefficients = table.numbers("coefficients", Sentence("a list of numbers, constant first"))
    covariance = table.matrix("covariance", len(coefficients))
    low, high = table.interval("range", Sentence("lowest and highest indication"))
    gives = table.choice("gives", ["correction", "error", "value"])
    if units.converts and gives != "value":
        kinds = _kinds(units)
        table.mistake("unit", "{kinds}; only a value can be in another quantity", kinds=kinds)
    if gives == "value":
        _check_value_unit(table, units)
    sign = -1 if gives == "error" else 1

    def build() -> Read:
        factor = sign * units.factor
        curve = Polynomial.from_powers(
            [float(Fraction(c) * factor) for c in coefficients],
            [[float(Fraction(c) * factor**2) for c in row] for row in covariance],
            low,
            high,
        )
        return Read(
            _hung(curve, standards, included=True), Gives.VALUE if gives == "value" else Gives.CORRECTION
        )

    return build


def _table(top: Table, table: Table, units: Units, standards: Sequence[_Standard]) -> Callable[[], Read]:
    gives = _gives_of_points(table, units)
    correlation = 1.0
    if "correlation" in table:
        correlation = float(
            table.decimal("correlation", Sentence("a number from 0 to 1"), lambda r: 0 <= r <= 1)
        )
    half_width = None
    if not table.says("non_linearity", "from-points"):
        allowed = Sentence('a half-width, 0 or more, or "from-points"')
        bound = table.decimal("non_linearity", allowed, lambda n: n.is_finite() and n >= 0)
        half_width = float(Fraction(bound) * units.factor) if bound.is_finite() else None
    points = read_points(top, units)
    low, high = _range_within(table, points)

    def build() -> Read:
        x, y, u = _arrays(points, gives)
        own = _without_shares(x, u, standards)
        curve = PointTable.from_points(x, y, own, correlation=correlation, non_linearity=half_width)
        return Read(_hung(replace(curve, low=low, high=high), standards, included=False), gives)

    return build


def _sensor(read: Callable[[Table, Units], Callable[[], Sensor]]) -> _Reader:
    """A kind that has its own coefficients, and neither points nor shares of standards."""

    def reader(top: Table, table: Table, units: Units, standards: Sequence[_Standard]) -> Callable[[], Read]:
        build_sensor = read(table, units)
        _gives_of_points(table, units)
        if any(standard.shared for standard in standards):
            top.mistake("standard", "u and u_relative are for polynomials and tables only")

        def build() -> Read:
            curve, contributions = build_sensor()
            return Read(curve, Gives.VALUE, contributions=contributions)

        return build

    return reader


def _platinum(top: Table, table: Table, units: Units, standards: Sequence[_Standard]) -> Callable[[], Read]:
    """Callendar-Van Dusen: coefficients, or the points that they are fitted to."""
    if "coefficients" in table:
        return _sensor(callendar_van_dusen)(top, table, units, standards)
    check_ohm_to_degc(table, units)
    _gives_of_points(table, units)
    build_platinum = platinum_by_points(top, table, units)
    if any(standard.shared for standard in standards):
        top.mistake("standard", "u and u_relative are for polynomials and tables only")

    def build() -> Read:
        curve, contributions, notes = build_platinum()
        return Read(curve, Gives.VALUE, notes, contributions=contributions)

    return build


_KINDS: dict[str, _Reader] = {
    "polynomial": _polynomial,
    "table": _table,
    "callendar-van-dusen": _platinum,
    "its-90": _sensor(its_90),
    "steinhart-hart": _sensor(steinhart_hart),
}


def _kinds(units: Units) -> Sentence:
    curve, indication = unit_of(units.value), unit_of(units.indication)
    return Sentence(
        "{unit} is a unit of {quantity}, and the indication is in {indication}",
        unit=curve.symbol,
        quantity=word(curve.kind.value),
        indication=indication.symbol,
    )


def _gives_of_points(table: Table, units: Units) -> Gives:
    if "gives" in table:
        table.choice("gives", ["value"])
        _check_value_unit(table, units)
        return Gives.VALUE
    if units.converts:
        sentence = Sentence(
            '{kinds}; state gives = "value" if the one is turned into the other', kinds=_kinds(units)
        )
        table.mistake("unit", sentence)
    return Gives.CORRECTION


def _check_value_unit(table: Table, units: Units) -> None:
    if units.written not in ("", units.value):
        allowed = Sentence(
            "{unit}, the unit of the indication, for a curve that gives values", unit=units.value
        )
        table.found("unit", allowed)


def _arrays(points: Sequence[Point], gives: Gives) -> tuple[FloatArray, FloatArray, FloatArray]:
    x = np.array([float(point.indication) for point in points])
    y = np.array([float(point.value if gives is Gives.VALUE else point.correction) for point in points])
    return x, y, np.array([point.u for point in points])


def _without_shares(x: FloatArray, u: FloatArray, standards: Sequence[_Standard]) -> FloatArray:
    """What is left of u at every point without the standards' errors, which all points have in common."""
    shared = sum((s.constant + s.relative * x) ** 2 for s in standards)
    own = u**2 - shared
    for i in np.flatnonzero(own <= 0):
        msg = Sentence(
            "at x = {x} the standards' share is not smaller than U/k of the point, {u}",
            x=f"{x[i]:g}",
            u=f"{u[i]:.3g}",
        )
        raise CalibrationError(msg)
    return np.sqrt(own)


def _hung(curve: Curve, standards: Sequence[_Standard], *, included: bool) -> Curve:
    shares = [Share(s.certificate, curve.line(s.constant, s.relative), s.dof) for s in standards if s.shared]
    return curve.hanging_on(shares, included=included)


def _range_within(table: Table, points: Sequence[Point]) -> tuple[float, float]:
    """The valid range: the span of the points, or less where the file says so."""
    if not points:
        return 0.0, 1.0
    span = float(min(p.indication for p in points)), float(max(p.indication for p in points))
    return range_within(table, span, Sentence("lowest and highest indication"))
