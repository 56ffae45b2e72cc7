"""Thermocouples by their reference functions (NIST Monograph 175, IEC 60584-1, ITS-90), both directions."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from calibration.checks import FloatArray, finite_number
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.thermocouple_tables import EXPONENTIAL_OF_K, TABLES
from calibration.uncertain import Uncertain, linear

_ROUNDING_MV = 1e-13
_STEP_K = 2.0  # the reference functions turn at most once, and only type B does


@dataclass(frozen=True, slots=True)
class Thermocouple:
    """One type; emf in mV, temperatures in degC.

    Raises:
        ValueRefusedError: no such type.
    """

    letter: str
    """B, E, J, K, N, R, S or T."""

    def __post_init__(self) -> None:
        if self.letter not in TABLES:
            raise ValueRefusedError(f"thermocouple type {self.letter!r} is none of {' '.join(TABLES)}")

    @property
    def low_degC(self) -> float:  # noqa: N802
        """Lowest temperature of the reference function."""
        return TABLES[self.letter][0][0]

    @property
    def high_degC(self) -> float:  # noqa: N802
        """Highest temperature of the reference function."""
        return TABLES[self.letter][-1][1]

    def emf_mV(self, hot: Uncertain, cold: Uncertain) -> Uncertain:  # noqa: N802
        """Emf E(hot) - E(cold) in mV, with the uncertainty of both junctions.

        Args:
            hot: temperature of the measuring junction, degC.
            cold: temperature of the reference junction, degC; exactly 0 in melting ice.

        Raises:
            OutOfRangeError: a junction outside the range of the type.
        """
        at_hot, slope_hot = self._reference(hot.value)
        at_cold, slope_cold = self._reference(cold.value)
        return linear(at_hot - at_cold, ((slope_hot, hot), (-slope_cold, cold)))

    def temperature_degC(self, emf_mV: Uncertain, cold: Uncertain) -> Uncertain:  # noqa: N802, N803
        """Temperature of the measuring junction in degC: the reference function solved for it.

        Args:
            emf_mV: measured emf, mV.
            cold: temperature of the reference junction, degC.

        Raises:
            OutOfRangeError: cold junction or result outside the range of the type.
            ValueRefusedError: two temperatures have this emf (type B below 43 degC).
        """
        at_cold, slope_cold = self._reference(cold.value)
        hot = self._solve(finite_number("emf, mV", emf_mV.value) + at_cold)
        slope = self._reference(hot)[1]
        return linear(hot, ((1 / slope, emf_mV), (slope_cold / slope, cold)))

    def _reference(self, t: float) -> tuple[float, float]:
        """E(t) in mV and dE/dt in mV/K."""
        if not self.low_degC <= finite_number("junction, degC", t) <= self.high_degC:
            raise OutOfRangeError(
                f"{t:g} degC lies outside type {self.letter}: {self.low_degC:g} to {self.high_degC:g} degC"
            )
        value, slope = self._evaluate(np.array([t], dtype=np.float64))
        return float(value[0]), float(slope[0])

    def _evaluate(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = np.zeros_like(t), np.zeros_like(t)
        for number, part in enumerate(TABLES[self.letter]):
            low, high, coefficients = part
            # a join belongs to the range below it, as NIST prints them
            inside = (t <= high) & ((t > low) if number else (t >= low))
            polynomial = np.polynomial.Polynomial(coefficients)
            value[inside] = polynomial(t[inside])
            slope[inside] = polynomial.deriv()(t[inside])
        if self.letter == "K":
            a0, a1, a2 = EXPONENTIAL_OF_K
            hump = np.where(t > 0, a0 * np.exp(a1 * (t - a2) ** 2), 0.0)
            value += hump
            slope += hump * 2 * a1 * (t - a2)
        return value, slope

    def _solve(self, emf: float) -> float:
        grid = np.unique(np.append(np.arange(self.low_degC, self.high_degC, _STEP_K), [self.high_degC, 0.0]))
        excess = self._evaluate(grid)[0] - emf
        excess[np.abs(excess) <= _ROUNDING_MV] = 0.0
        roots = [float(t) for t in grid[excess == 0]]
        for index in np.flatnonzero(excess[:-1] * excess[1:] < 0):
            ends = float(grid[index]), float(grid[index + 1])
            roots.append(
                float(brentq(lambda t: self._evaluate(np.array([t]))[0][0] - emf, *ends, xtol=1e-11))
            )
        if not roots:
            raise OutOfRangeError(
                f"an emf of {emf:g} mV against 0 degC lies outside type {self.letter}: "
                f"{self.low_degC:g} to {self.high_degC:g} degC"
            )
        if len(roots) > 1:
            both = " and ".join(f"{root:g} degC" for root in sorted(roots))
            raise ValueRefusedError(
                f"type {self.letter} has an emf of {emf:g} mV at {both}: it does not tell which"
            )
        return roots[0]
