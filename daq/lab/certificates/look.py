"""A certificate to be looked at before it is checked: points, curve, band, residuals, and the one before it.

Everything is a plain number, for a chart or a table; nothing is decided here. Corrections are shown as the
curve has them (修正值); an error of indication is a correction with the other sign.
"""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_

from calibration.certificates.model import Certificate, Gives
from calibration.certificates.native_points import Point, read_points, read_units
from calibration.certificates.toml_table import Table
from calibration.checks import FloatArray
from calibration.coverage import coverage_factors
from calibration.curves import Curve
from calibration.drift.en_score import en_of_difference
from calibration.errors import CalibrationError
from calibration.fit import chi_square_limit
from calibration.kernels import kernel_of
from daq.records.certificate_versions import State, Version, versions
from daq.records.register_tables import certificates

PLACES = 201
"""Of the curve in a chart."""
_K_OF_EN = 2.0


@dataclass(frozen=True, slots=True)
class LookPoint:
    """One calibration point against the curve, in the units of the certificate."""

    indication: float
    value: float
    """What the certificate says there: a correction, or a value in another quantity."""
    U: float
    """Its expanded uncertainty at k = 2."""
    residual: float
    """Point minus curve."""

    @property
    def is_within(self) -> bool:
        """Whether the curve passes within U of the point."""
        return abs(self.residual) <= self.U


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A curve over its range; n places."""

    indication: FloatArray
    value: FloatArray
    U: FloatArray
    """Of the calibration alone, at the certificate's level."""
    U_in_use: FloatArray
    """Of one reading that is corrected by it: rounding, repeatability, drift … included."""


@dataclass(frozen=True, slots=True)
class FitTest:
    """Whether the points agree with the curve within their uncertainties (chi-square, 95 %)."""

    chi_square: float
    limit: float
    dof: int

    @property
    def accepted(self) -> bool:
        """Below the quantile."""
        return self.chi_square <= self.limit


@dataclass(frozen=True, slots=True)
class PointChange:
    """What the instrument did since the calibration before, at one indication."""

    indication: float
    change: float
    """Later minus earlier correction (or value); what both have from one standard is not in its U."""
    U: float
    """At k = 2."""
    En: float
    satisfactory: bool
    """|En| <= 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """Everything that is drawn of a certificate."""

    unit: str
    """Of the indication."""
    value_unit: str
    gives: Gives
    points: tuple[LookPoint, ...]
    """None where the document states coefficients."""
    curve: Band
    fit: FitTest | None
    """None where there are not more points than coefficients: then nothing is tested."""
    previous: Band | None
    """The certificate before it, as far as it reaches."""
    changes: tuple[PointChange, ...]
    """At the points; without points at both ends and in the middle. Empty where nothing can be compared."""
    notes: tuple[str, ...]
    """What the certificate itself has to say, such as a lack of fit that was added."""


def look(certificate: Certificate, content: Mapping[str, Any], previous: Certificate | None = None) -> Look:
    """What a person looks at before a certificate is checked.

    Args:
        certificate: as it was built.
        content: of the native file, numbers as ``Decimal``: ``Version.content.native``.
        previous: the calibration before this one, of the same channel; see ``previous_of``.
    """
    points = tuple(_points(certificate, content))
    places = [one.indication for one in points] or _three(certificate.curve)
    comparable = previous is not None and _alike(certificate, previous)
    return Look(
        unit=certificate.unit,
        value_unit=certificate.value_unit,
        gives=certificate.gives,
        points=points,
        curve=_band(certificate),
        fit=_test(certificate.curve, points),
        previous=_band(previous) if previous is not None and comparable else None,
        changes=tuple(_changes(certificate, previous, places)) if previous and comparable else (),
        notes=certificate.notes,
    )


def previous_of(connection: Connection, version: Version) -> Version | None:
    """The calibration of the same channel before this one: the last of those that came into force."""
    day = _day(version)
    column = certificates.c
    same = and_(column.equipment == version.equipment, column.channel == version.channel)
    earlier = [
        one
        for one in versions(connection, same)
        if one.id != version.id
        and one.begins_ns is not None
        and one.state is not State.REVOKED
        and (day is None or (_day(one) or datetime.date.min) < day)
    ]
    return max(earlier, key=lambda one: (_day(one) or datetime.date.min, one.begins_ns or 0), default=None)


def _day(version: Version) -> datetime.date | None:
    found = version.content.said("certificate", "calibrated_on")
    return found if isinstance(found, datetime.date) else None


def _points(certificate: Certificate, content: Mapping[str, Any]) -> Iterator[LookPoint]:
    curve = certificate.curve
    for point in _read(certificate, content):
        x = float(point.indication)
        value = float(point.value if certificate.gives is Gives.VALUE else point.correction)
        found = curve.evaluate(np.array([x]))
        u = point.u
        if _said(content, "uncertainty_of") == "indication":  # U is stated in ohm, the curve gives degC
            u *= abs(float(found.slope[0]))
        yield LookPoint(x, value, _K_OF_EN * u, value - float(found.value[0]))


def _read(certificate: Certificate, content: Mapping[str, Any]) -> Sequence[Point]:
    """The points of the native content; it was read before, so there are no mistakes to tell of."""
    if "point" not in content:
        return ()
    top = Table("", "", dict(content), [])
    points = read_points(top, read_units(top.table("curve"), certificate.unit))
    return sorted(points, key=lambda point: point.indication)


def _said(content: Mapping[str, Any], key: str) -> object:
    curve = content.get("curve")
    return curve.get(key) if isinstance(curve, Mapping) else None


def _test(curve: Curve, points: Sequence[LookPoint]) -> FitTest | None:
    free = int(np.count_nonzero(np.diag(np.asarray(curve.covariance)) > 0))
    dof = len(points) - free
    if dof <= 0 or not free:
        return None
    x = np.array([one.indication for one in points])
    u = np.array([one.U for one in points]) / _K_OF_EN
    shared = curve.gradient(x) @ curve.roots[:, : len(curve.standards)]
    own = u**2 - (shared**2).sum(axis=1)  # an error that all points share shows in no residual
    residuals = np.array([one.residual for one in points])
    return FitTest(float((residuals**2 / own).sum()), chi_square_limit(dof), dof)


def _band(certificate: Certificate) -> Band:
    curve = certificate.curve
    x = np.linspace(curve.low, curve.high, PLACES)
    found = curve.evaluate(x)
    spread = np.broadcast_to(np.asarray(found.spread, dtype=np.float64), x.shape)
    dof = np.full(PLACES, math.inf)
    np.divide(found.variance**2, spread, out=dof, where=spread > 0)
    in_use = np.empty((4, PLACES))
    kernel_of(certificate)(x, in_use)
    k = coverage_factors(certificate.level, dof)
    return Band(x, found.value, k * np.sqrt(found.variance), in_use[3])


def _three(curve: Curve) -> list[float]:
    return [curve.low, (curve.low + curve.high) / 2, curve.high]


def _alike(one: Certificate, other: Certificate) -> bool:
    return (one.unit, one.value_unit, one.gives) == (other.unit, other.value_unit, other.gives)


def _changes(later: Certificate, earlier: Certificate, places: Sequence[float]) -> Iterator[PointChange]:
    """At every place that both curves reach."""
    for x in places:
        try:
            change = later.curve.forward(x) - earlier.curve.forward(x)
            score = en_of_difference(change, _K_OF_EN)
        except CalibrationError:  # beyond the range of one of them, or nothing uncertain between them
            continue
        yield PointChange(x, change.value, _K_OF_EN * change.u, score.value, score.satisfactory)
