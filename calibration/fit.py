"""What every fit of a calibration curve comes with: the curve, and what speaks for and against it.

Every fit says whether its u were known in advance (covariance as it is, chi-square tests it) or their scale
was estimated from the residuals (covariance times s^2, Student t with its degrees of freedom; the factor
sqrt(dof / (dof - 2)) of ISO/TS 28037:2010, Annex E is never applied as well).
"""

import enum
import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaincinv

from calibration.checks import FloatArray
from calibration.errors import FitError
from calibration.least_squares import standard_deviation
from calibration.polynomial import Polynomial


class Scale(enum.StrEnum):
    """Where the size of the covariance comes from."""

    KNOWN = "known"
    """The u were declared in advance: infinite degrees of freedom, chi-square is a test."""
    ESTIMATED = "estimated"
    """The u are equal, or relative weights: s^2 from the residuals, m - p degrees of freedom."""


def chi_square_limit(dof: int, level: float = 0.95) -> float:
    """The quantile that chi-square should stay below (ISO/TS 28037:2010, 6.2.5); 0 without dof."""
    return float(2 * gammaincinv(dof / 2, level)) if dof else 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Fit:
    """A fitted polynomial with its evidence."""

    curve: Polynomial
    scale: Scale
    x: FloatArray
    y: FloatArray
    residuals: FloatArray
    """y - curve(x), in the unit of y."""
    chi_square: float
    """Sum of squared residuals over u^2 (known scale), or over the squared relative weights."""
    dof: int
    """Points minus coefficients."""

    @property
    def residual_sd(self) -> float:
        """Residual standard deviation sqrt(chi_square / dof); in the unit of y where the weights are equal.

        Raises:
            FitError: no degrees of freedom.
        """
        return standard_deviation(self.chi_square, self.dof)

    def chi_square_limit(self, level: float = 0.95) -> float:
        """The quantile that chi-square should stay below; 0 without dof."""
        return chi_square_limit(self.dof, level)

    @property
    def accepted(self) -> bool:
        """Whether the points agree with the curve within their u (chi-square, 95 %).

        Raises:
            FitError: the scale was estimated from the same residuals, so they test nothing.
        """
        if self.scale is Scale.ESTIMATED:
            raise FitError("the scale was estimated from the residuals: they cannot test the curve as well")
        return self.dof == 0 or self.chi_square <= self.chi_square_limit()

    @property
    def lack_of_fit_u(self) -> float:
        """Standard uncertainty of a model that chi-square refuses and that is used: max|residual|/sqrt(3)."""
        return float(np.max(np.abs(self.residuals))) / math.sqrt(3)

    def with_lack_of_fit(self) -> Polynomial:
        """The curve; where its points do not agree with it, with the lack of fit in its uncertainty."""
        if self.accepted:
            return self.curve
        return replace(self.curve, lack_of_fit_u=self.lack_of_fit_u)
