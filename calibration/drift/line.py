"""Drift of an instrument: the line through its errors, whether it is real, and when it meets the MPE.

Errors of certificates and of checks over time, since the last adjustment (OIML D 10 / ILAC-G24:2022 [R]).
A date is given only where the slope is significant; otherwise the control chart watches.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, finite, level_of_confidence, positive_number, same_length
from calibration.coverage import coverage_factor
from calibration.errors import ValueRefusedError
from calibration.fits import Fit, Scale, fit_polynomial
from calibration.influences import half_width, not_negative
from calibration.uncertain import Uncertain, independent


@dataclass(frozen=True, eq=False, kw_only=True)
class DriftLine:
    """error = intercept + slope t."""

    fit: Fit
    intercept: float
    """At t = 0, in the unit of the errors."""
    slope: float
    """In the unit of the errors, per day."""
    u_slope: float
    u_check: float
    """Standard uncertainty of one further error about the line."""
    level: float
    """Level of confidence of the test of the slope."""

    @property
    def dof(self) -> float:
        """Degrees of freedom: n - 2 where the scatter was estimated, infinite where the u are known."""
        return self.fit.curve.dof

    @property
    def t_value(self) -> float:
        """|slope| over its standard uncertainty."""
        return abs(self.slope) / self.u_slope if self.u_slope > 0 else math.inf

    @property
    def significant(self) -> bool:
        """The slope is above t of its degrees of freedom, two-sided: there is a drift."""
        return self.slope != 0 and self.t_value > coverage_factor(self.level, self.dof)

    def at(self, t_days: float) -> tuple[float, float]:
        """The line's error, and the standard uncertainty of the line itself, at any time."""
        (value, _), covariance = self.fit.curve.powers(t_days)
        return float(value), math.sqrt(max(float(covariance[0, 0]), 0.0))


def drift_line(
    t_days: npt.ArrayLike, errors: npt.ArrayLike, u: npt.ArrayLike | None = None, level: float = 0.95
) -> DriftLine:
    """The straight line through errors, and the test of its slope.

    Args:
        t_days: times, in days from any origin.
        errors: indication minus reference at each, in one unit.
        u: their standard uncertainties, or covariance (``shared_covariance``); None: equal and unknown. If
            the errors scatter more than their u allow (chi-square, 95 %), the u count as weights only and
            the scatter is estimated, with n - 2 degrees of freedom.
        level: level of confidence of the test.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0, lists of different length.
        CovarianceError: u is a matrix and no positive definite covariance.
        FitError: fewer than 3 errors (2 with u), or all at one time.
    """
    level_of_confidence(level)
    fit = fit_polynomial(t_days, errors, 1, u)
    if fit.scale is Scale.KNOWN and not fit.accepted:
        fit = fit_polynomial(t_days, errors, 1, u, Scale.ESTIMATED)
    (intercept, slope), covariance = fit.curve.powers()
    u_check = fit.residual_sd if fit.scale is Scale.ESTIMATED else 1.0
    if u is not None:
        given = np.asarray(u, dtype=np.float64)
        u_check *= math.sqrt(float(np.mean(given.diagonal() if given.ndim == 2 else given**2)))
    return DriftLine(
        fit=fit,
        intercept=float(intercept),
        slope=float(slope),
        u_slope=math.sqrt(float(covariance[1, 1])),
        u_check=u_check,
        level=level,
    )


def shared_covariance(
    u_own: npt.ArrayLike, standards: Sequence[str], u_standard: npt.ArrayLike
) -> FloatArray:
    """Covariance of errors that were found with a few standards: the standard's error is one in all of them.

    Args:
        u_own: n standard uncertainties without that of the standard: repeatability, resolution.
        standards: n names; "" for an error that shares nothing.
        u_standard: n standard uncertainties from the standard, in the unit of the errors; 0 for none.

    Returns:
        Shape (n, n), for ``drift_line``.

    Raises:
        ValueRefusedError: not finite, own u not above 0, u of a standard negative, lists of different length.
    """
    own, shared = finite("u_own", u_own), finite("u_standard", u_standard)
    names = np.array(standards, dtype=object)
    same_length(u_own=own, standards=np.zeros(len(names)), u_standard=shared)
    for i, (mine, its) in enumerate(zip(own, shared, strict=True), 1):
        positive_number(f"u_own[{i}]", float(mine))
        not_negative(f"u_standard[{i}]", float(its))
    same = (names[:, np.newaxis] == names) & (names[:, np.newaxis] != "")
    return np.where(same, np.outer(shared, shared), 0.0) + np.diag(
        own**2 + np.where(names == "", shared**2, 0.0)
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a drift meets the MPE; times in days, of the origin of the line."""

    limit: float
    """The one of +-MPE that the line runs towards."""
    action_days: float
    """When the prediction limit (one-sided) for one more error meets it: act before."""
    expected_days: float
    """When the line itself meets it."""
    latest_days: float
    """When the other prediction limit meets it: the end of the band."""
    level: float
    """One-sided level of confidence of both prediction limits."""


def forecast(line: DriftLine, mpe: float, level: float = 0.95) -> Forecast | None:
    """When the errors will be beyond the maximum permissible error; None if the drift is not significant.

    The time may lie before the last error: the limit has then been met already.

    Args:
        line: of the errors.
        mpe: maximum permissible error, in the unit of the errors, positive.
        level: of the prediction limits, one-sided, above 0.5 and not above that of the line's test.

    Raises:
        ValueRefusedError: mpe not positive, level outside.
    """
    positive_number("MPE", mpe)
    if not 0.5 < level <= line.level:
        raise ValueRefusedError(
            f"the level of the prediction is {level:g}; it must lie above 0.5 and up to {line.level:g}, "
            "the level at which the slope was tested"
        )
    if not line.significant:
        return None
    limit = math.copysign(mpe, line.slope)
    middle = float(np.mean(line.fit.x))
    (value, slope), covariance = line.fit.curve.powers(middle)
    factor = coverage_factor(2 * level - 1, line.dof)
    # (limit - value - slope t)^2 = factor^2 (u_check^2 + variance of the line at t), t from the middle; the
    # slope is significant, so the square term is positive and both roots exist
    square = slope**2 - factor**2 * covariance[1, 1]
    half = slope * (limit - value) + factor**2 * covariance[0, 1]
    rest = (limit - value) ** 2 - factor**2 * (line.u_check**2 + covariance[0, 0])
    root = math.sqrt(max(float(half**2 - square * rest), 0.0))
    return Forecast(
        limit=limit,
        action_days=middle + float((half - root) / square),
        expected_days=middle + float((limit - value) / slope),
        latest_days=middle + float((half + root) / square),
        level=level,
    )


def drift_from_history(changes: npt.ArrayLike, key: str = "") -> Uncertain:
    """The influence of drift since the calibration, from how much the error changed in earlier intervals.

    Args:
        changes: of the error from one calibration to the next, over intervals of about this length.
        key: the same effect wherever it appears again: all readings under one certificate.

    Returns:
        Estimate 0, rectangular with the largest |change| as half-width: u = D/sqrt(3).

    Raises:
        ValueRefusedError: no changes, or not finite.
    """
    seen = finite("changes", changes)
    if not seen.size:
        raise ValueRefusedError(
            "without earlier changes there is no drift to derive; take the maker's statement"
        )
    return half_width(float(np.abs(seen).max()), "drift since calibration", key)


def drift_from_line(line: DriftLine, days: float, key: str = "") -> Uncertain:
    """The influence of drift since the calibration, from the line, on readings that are not corrected for it.

    Args:
        line: of the errors.
        days: since the calibration.
        key: the same effect wherever it appears again.

    Returns:
        Estimate 0: a significant slope as half-width |slope| days, rectangular, and u(slope) days besides.

    Raises:
        ValueRefusedError: days negative or not finite.
    """
    since = not_negative("days since calibration", days)
    reach = abs(line.slope) * since if line.significant else 0.0
    drift = half_width(reach, "drift since calibration", key)
    if since == 0 or line.u_slope == 0:
        return drift
    name = "drift since calibration, u of the slope"
    return drift + independent(
        0.0, line.u_slope * since, name, dof=line.dof, key=f"{key}/slope" if key else ""
    )
