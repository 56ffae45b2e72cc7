"""Exponential drift, a exp(-b t): a leak standard that empties, a source that decays."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration import least_squares
from calibration.checks import FloatArray, finite, positive, same_length
from calibration.errors import FitError, ValueRefusedError
from calibration.least_squares import standard_deviation
from calibration.uncertain import Uncertain, correlated

_NAMES = ("a", "b")
_STEPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class ExponentialDrift:
    """y = a exp(-b t)."""

    a: float
    """At t = 0, in the unit of y."""
    b: float
    """Per day; negative where y grows."""
    covariance: FloatArray
    """Shape (2, 2), of a and b."""
    dof: float
    residual_sd: float
    """sqrt(chi-square/dof): in the unit of y for equal weights; 0 without degrees of freedom."""

    @property
    def u_a(self) -> float:
        """Standard uncertainty of a."""
        return math.sqrt(float(self.covariance[0, 0]))

    @property
    def u_b(self) -> float:
        """Standard uncertainty of b, per day."""
        return math.sqrt(float(self.covariance[1, 1]))

    def at(self, t_days: float) -> Uncertain:
        """The curve's value at any time, with its uncertainty."""
        a, b = correlated((self.a, self.b), self.covariance, "exponential drift", dof=self.dof)
        exponent = b * -t_days
        value = math.exp(exponent.value)
        return a * exponent.chain(value, (value,))


def fit_exponential(
    t_days: npt.ArrayLike, y: npt.ArrayLike, u_y: npt.ArrayLike | None = None
) -> ExponentialDrift:
    """Least squares by Gauss-Newton, from the line through ln |y|.

    Args:
        t_days: n times.
        y: n values of one sign.
        u_y: their standard uncertainties; None for equal weights, whose size the residuals give.

    Raises:
        ValueRefusedError: a number that is not finite, values of both signs or 0, lists of different length.
        FitError: fewer than 3 values (2 with u_y), all at one time, or values that follow no exponential.
    """
    times, values = finite("t_days", t_days), finite("y", y)
    same_length(t_days=times, y=values)
    if values.size and not (np.all(values > 0) or np.all(values < 0)):
        raise ValueRefusedError("y has values of both signs, or 0: no exponential passes through them")
    weights = np.ones_like(values) if u_y is None else positive("u_y", u_y)
    same_length(y=values, u_y=weights)
    start = least_squares.solve(_line(times), np.log(np.abs(values)), weights / np.abs(values), _NAMES)
    a, b = math.copysign(math.exp(start.coefficients[0]), values[0]), float(-start.coefficients[1])
    for _ in range(_STEPS):
        decay = np.exp(-b * times)
        step = least_squares.solve(
            np.column_stack([decay, -a * times * decay]), values - a * decay, weights, _NAMES
        )
        a, b = a + float(step.coefficients[0]), b + float(step.coefficients[1])
        size = math.sqrt(step.weighted_square_sum / max(step.dof, 1)) if u_y is None else 1.0
        still = 1e-10 * size * np.sqrt(step.unscaled.diagonal())
        rounding = 1e-13 * np.array([abs(a), abs(b) + 1 / np.abs(times).max()])
        if np.all(np.abs(step.coefficients) <= still + rounding):
            break
    else:
        raise FitError("the fit does not come to an end: the values follow no exponential")
    scatter = standard_deviation(step.weighted_square_sum, step.dof) if step.dof else 0.0
    if u_y is not None:
        return ExponentialDrift(a, b, step.unscaled, math.inf, scatter)
    scatter = standard_deviation(step.weighted_square_sum, step.dof)
    return ExponentialDrift(a, b, scatter**2 * step.unscaled, float(step.dof), scatter)


def _line(times: FloatArray) -> FloatArray:
    return np.column_stack([np.ones_like(times), times])
