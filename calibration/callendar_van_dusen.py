"""Platinum resistance thermometers by the Callendar-Van Dusen equation (IEC 60751:2022, 5.2).

R(t) = R0 (1 + A t + B t^2 + C (t - 100 degC) t^3), the last term below 0 degC only.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, finite, finite_number
from calibration.curve import Curve, Evaluation
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.sentences import Sentence

IEC_60751 = (100.0, 3.9083e-3, -5.775e-7, -4.183e-12)
"""R0 in ohm, A, B, C of the standard Pt100 [V: table 1 of the standard]."""

_NEWTON_STEPS = 30
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class CallendarVanDusen(Curve):
    """Temperature in degC from resistance in ohm; the parameters are R0, A, B, C."""

    @classmethod
    def from_coefficients(
        cls,
        coefficients: npt.ArrayLike,
        covariance: npt.ArrayLike,
        low_degc: float,
        high_degc: float,
        dof: float = math.inf,
    ) -> Self:
        """A thermometer as its certificate states it.

        Args:
            coefficients: R0 in ohm, A, B, C.
            covariance: shape (4, 4); a coefficient that is exactly known (C above 0 degC) has a row of 0.
            low_degc: lowest temperature in the valid range.
            high_degc: highest temperature in the valid range.
            dof: degrees of freedom of the covariance as a whole.

        Raises:
            ValueRefusedError: not four finite numbers, R0 not above 0, an empty range, or a resistance that
                does not rise all over the range.
            CovarianceError: the matrix is not their covariance.
        """
        parameters = finite("R0, A, B, C", coefficients)
        if len(parameters) != 4 or parameters[0] <= 0:
            raise ValueRefusedError(Sentence("R0 (above 0), A, B and C are needed"))
        if not finite_number("low_degc", low_degc) < finite_number("high_degc", high_degc):
            raise ValueRefusedError(
                "the valid range {low} to {high} degC is empty", low=f"{low_degc:g}", high=f"{high_degc:g}"
            )
        grid = np.linspace(low_degc, high_degc, 500)
        ends = _resistance(parameters, np.array([low_degc, high_degc]))
        if np.any(_per_degc(parameters, grid) <= 0) or ends[0] <= 0:
            raise ValueRefusedError(
                "with these coefficients R does not rise all the way from {low} to {high} degC",
                low=f"{low_degc:g}",
                high=f"{high_degc:g}",
            )
        return cls(
            parameters=parameters,
            covariance=np.array(covariance, dtype=np.float64),
            low=float(ends[0]) * (1 - _ROUNDING),
            high=float(ends[1]) * (1 + _ROUNDING),
            dof=dof,
        )

    def resistance(self, t_degc: npt.ArrayLike) -> FloatArray:
        """Resistance in ohm at n temperatures in degC, shape (n,).

        Raises:
            OutOfRangeError: a temperature outside the valid range.
            ValueRefusedError: one is not finite.
        """
        resistances = _resistance(self.parameters, finite("t_degc", t_degc))
        for number in resistances[(resistances < self.low) | (resistances > self.high)]:
            self.check_range(float(number))
        return resistances

    def evaluate(self, x: FloatArray) -> Evaluation:
        """Temperature, degC per ohm, and variance in degC^2."""
        t = self._temperature(x)
        variance = self._variance(x)
        return Evaluation(t, 1 / _per_degc(self.parameters, t), variance, self._spread(variance, x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, 4): dt/dR0, dt/dA, dt/dB, dt/dC = -(dR/dp) / (dR/dt)."""
        t = self._temperature(x)
        r0 = self.parameters[0]
        below = np.where(t < 0, (t - 100) * t**3, 0.0)
        by_parameter = np.column_stack([x / r0, r0 * t, r0 * t**2, r0 * below])
        return np.asarray(-by_parameter / _per_degc(self.parameters, t)[:, None])

    def solve(self, y: float) -> float:
        """The resistance at a temperature in degC; see ``Curve.solve``."""
        found = float(_resistance(self.parameters, np.array([y]))[0])
        if not self.low <= found <= self.high:
            raise OutOfRangeError(
                "{y} degC lies outside the valid range of {name}", y=f"{y:g}", name=self.name
            )
        return found

    def _temperature(self, resistance: FloatArray) -> FloatArray:
        """The quadratic, which is exact from 0 degC on; below by Newton to the last digit."""
        r0, a, b, _ = self.parameters
        excess = resistance / r0 - 1
        t = 2 * excess / (a + np.sqrt(np.maximum(a * a + 4 * b * excess, 0.0)))
        below = np.flatnonzero(excess < 0)
        for _ in range(_NEWTON_STEPS):
            apart = _resistance(self.parameters, t[below]) - resistance[below]
            step = apart / _per_degc(self.parameters, t[below])
            t[below] -= step
            if np.all(np.abs(step) < 1e-11):
                break
        return np.asarray(t)


def _resistance(parameters: FloatArray, t: FloatArray) -> FloatArray:
    r0, a, b, c = parameters
    return np.asarray(r0 * (1 + t * (a + t * b) + np.where(t < 0, c * (t - 100) * t**3, 0.0)))


def _per_degc(parameters: FloatArray, t: FloatArray) -> FloatArray:
    """dR/dt in ohm per degC."""
    r0, a, b, c = parameters
    return np.asarray(r0 * (a + 2 * b * t + np.where(t < 0, c * (4 * t - 300) * t**2, 0.0)))
