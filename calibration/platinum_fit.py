"""Fit of the Callendar-Van Dusen equation to a calibration of a platinum thermometer (IEC 60751:2022, 5.2).

R(t) = R0 + (R0 A) t + (R0 B) t^2 + (R0 C) (t - 100 degC) t^3 is linear in the products, the last one below
0 degC only; the covariance of R0, A, B, C follows from theirs (JCGM 100, 5.2.2).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from calibration.callendar_van_dusen import CallendarVanDusen
from calibration.checks import FloatArray, finite, positive, same_length
from calibration.least_squares import solve

_COLD_DEGC = -5.0
"""Above it the term with C changes R by less than 1e-7 of R0, 0.02 mK: it cannot be fitted and is 0."""
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class PlatinumFit:
    """A thermometer fitted to its points."""

    curve: CallendarVanDusen
    residuals_ohm: FloatArray
    chi_square: float
    dof: int
    """Points minus coefficients."""

    @property
    def chi_square_limit(self) -> float:
        """The quantile that chi-square should stay below (ISO/TS 28037:2010, 6.2.5); 0 without dof."""
        return float(2 * gammaincinv(self.dof / 2, _LEVEL)) if self.dof else 0.0

    @property
    def accepted(self) -> bool:
        """Whether the points agree with the equation within their u (chi-square, 95 %)."""
        return self.dof == 0 or self.chi_square <= self.chi_square_limit

    @property
    def lack_of_fit_u_degc(self) -> float:
        """Standard uncertainty of an equation that chi-square refuses: max|residual|/sqrt(3)."""
        r0, a = self.curve.parameters[:2]
        return float(np.max(np.abs(self.residuals_ohm))) / math.sqrt(3) / float(r0 * a)


def fit_callendar_van_dusen(
    t_degc: npt.ArrayLike, r_ohm: npt.ArrayLike, u_ohm: npt.ArrayLike | None
) -> PlatinumFit:
    """R0, A, B (and C, if there are points below -5 degC) with covariance, valid within the points.

    Args:
        t_degc: reference temperatures.
        r_ohm: resistances.
        u_ohm: standard uncertainties of the resistances; None for equal weights of 1 ohm, whose covariance
            means nothing.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0, lists of different length, or
            coefficients whose resistance does not rise all over the range.
        FitError: fewer points than coefficients, or temperatures that do not determine them.
    """
    t, r = finite("t_degc", t_degc), finite("r_ohm", r_ohm)
    u = np.ones_like(t) if u_ohm is None else positive("u_ohm", u_ohm)
    same_length(t_degc=t, r_ohm=r, u_ohm=u)
    columns = [np.ones_like(t), t, t**2]
    if t.size and t.min() < _COLD_DEGC:
        columns.append(np.where(t < 0, (t - 100) * t**3, 0.0))
    design = np.column_stack(columns)
    solution = solve(design, r, u, ("R0", "A", "B", "C")[: len(columns)])
    products, size = solution.coefficients, len(columns)
    r0 = products[0]
    change = np.diag([1.0] + [1 / r0] * (size - 1))
    change[1:, 0] = -products[1:] / r0**2
    parameters, covariance = np.zeros(4), np.zeros((4, 4))
    parameters[:size] = [r0, *(products[1:] / r0)]
    covariance[:size, :size] = change @ solution.unscaled @ change.T
    curve = CallendarVanDusen.from_coefficients(parameters, covariance, float(t.min()), float(t.max()))
    return PlatinumFit(curve, r - design @ products, solution.weighted_square_sum, solution.dof)
