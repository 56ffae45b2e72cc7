"""Thermistors by the Steinhart-Hart equation (Deep-Sea Research 15, 1968): 1/T = A + B ln R + C (ln R)^3."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from calibration import least_squares
from calibration.checks import FloatArray, finite, finite_number, positive, positive_number, same_length
from calibration.curve import Curve, Evaluation, one_solution
from calibration.errors import FitError, ValueRefusedError

ZERO_CELSIUS_K = 273.15


@dataclass(frozen=True, eq=False, kw_only=True)
class SteinhartHart(Curve):
    """Temperature in degC from resistance in ohm; the parameters are A, B, C in 1/K, R in ohm."""

    @classmethod
    def from_coefficients(
        cls,
        coefficients: npt.ArrayLike,
        covariance: npt.ArrayLike,
        low_ohm: float,
        high_ohm: float,
        dof: float = math.inf,
    ) -> Self:
        """A thermistor as its certificate states it.

        Args:
            coefficients: A, B, C for R in ohm and T in K.
            covariance: shape (3, 3).
            low_ohm: lowest resistance in the valid range.
            high_ohm: highest resistance in the valid range.
            dof: degrees of freedom of the covariance as a whole.

        Raises:
            ValueRefusedError: not three finite numbers, an empty range, or a temperature that is not above
                absolute zero, or does not only fall (or only rise) with the resistance.
            CovarianceError: the matrix is not their covariance.
        """
        parameters = finite("A, B, C", coefficients)
        if len(parameters) != 3:
            raise ValueRefusedError(
                "A, B and C are needed, found {count} coefficients", count=len(parameters)
            )
        positive_number("low_ohm", low_ohm)
        finite_number("high_ohm", high_ohm)
        curve = cls(
            parameters=parameters,
            covariance=np.array(covariance, dtype=np.float64),
            low=low_ohm,
            high=high_ohm,
            dof=dof,
        )
        grid = np.geomspace(low_ohm, high_ohm, 500)
        reciprocal = _basis(grid) @ parameters
        steps = np.diff(reciprocal)
        if np.any(reciprocal <= 0) or not (np.all(steps > 0) or np.all(steps < 0)):
            raise ValueRefusedError(
                "with these coefficients resistance does not determine temperature from {low} to {high} ohm",
                low=f"{low_ohm:g}",
                high=f"{high_ohm:g}",
            )
        return curve

    def evaluate(self, x: FloatArray) -> Evaluation:
        """Temperature in degC, degC per ohm, and variance in degC^2."""
        kelvin = 1 / (_basis(x) @ self.parameters)
        logarithm = np.log(x)
        slope = -(kelvin**2) * (self.parameters[1] + 3 * self.parameters[2] * logarithm**2) / x
        variance = self._variance(x)
        return Evaluation(kelvin - ZERO_CELSIUS_K, slope, variance, self._spread(variance, x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, 3): -T^2 (1, ln R, ln^3 R)."""
        basis = _basis(x)
        return np.asarray(-basis / ((basis @ self.parameters) ** 2)[:, None])

    def solve(self, y: float) -> float:
        """The resistance at a temperature in degC; see ``Curve.solve``."""
        a, b, c = self.parameters
        roots = np.roots([c, 0.0, b, a - 1 / (y + ZERO_CELSIUS_K)])
        real = roots[np.abs(roots.imag) < 1e-9 * np.abs(roots)].real
        reach = 1e-9
        inside = real[(real >= math.log(self.low) - reach) & (real <= math.log(self.high) + reach)]
        return one_solution(self, y, [math.exp(root) for root in inside])


def fit_steinhart_hart(
    resistance_ohm: npt.ArrayLike, t_degc: npt.ArrayLike, u_degc: npt.ArrayLike | None = None
) -> SteinhartHart:
    """A thermistor from three points, or more by least squares in 1/T; the valid range is their span.

    Args:
        resistance_ohm: m resistances.
        t_degc: m temperatures.
        u_degc: m standard uncertainties of the temperatures (resistance included); None takes them as equal
            and their size from the residuals, which needs four points or more.

    Raises:
        ValueRefusedError: a number that is not finite, u or a resistance not above 0, a temperature not above
            absolute zero, lists of different length.
        FitError: too few different points.
    """
    resistances, temperatures = positive("resistance_ohm", resistance_ohm), finite("t_degc", t_degc)
    same_length(resistance_ohm=resistances, t_degc=temperatures)
    kelvin = positive("temperature in K", temperatures + ZERO_CELSIUS_K)
    u = np.ones_like(kelvin) if u_degc is None else positive("u_degc", u_degc)
    same_length(t_degc=temperatures, u_degc=u)
    if len(np.unique(resistances)) < 3:
        raise FitError(
            "{count} different resistances; three or more are needed", count=len(np.unique(resistances))
        )
    found = least_squares.solve(_basis(resistances), 1 / kelvin, u / kelvin**2, ["A", "B", "C"])
    factor, dof = 1.0, math.inf
    if u_degc is None:
        factor = least_squares.standard_deviation(found.weighted_square_sum, found.dof) ** 2
        dof = float(found.dof)
    return SteinhartHart.from_coefficients(
        found.coefficients,
        factor * found.unscaled,
        float(resistances.min()),
        float(resistances.max()),
        dof,
    )


def _basis(resistance: FloatArray) -> FloatArray:
    logarithm = np.log(resistance)
    return np.column_stack([np.ones_like(logarithm), logarithm, logarithm**3])
