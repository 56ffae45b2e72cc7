"""Tabular CUSUM, which finds a small lasting shift and a slow drift (Page 1954; Lucas and Crosier 1982).

C+ = max(0, C+ + x - (T + K)) and C- = max(0, C- + (T - K) - x); an alarm where a sum is above H. K = k sigma
is half of the shift that matters, H = h sigma sets the false alarms. With a head start (fast initial
response) a process that is off from the beginning is found sooner.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibration.charts.noise import without_noise
from calibration.charts.run_lengths import cusum_arl
from calibration.checks import FloatArray, finite, finite_number, positive_number
from calibration.errors import ValueRefusedError
from calibration.influences import not_negative

Sum = TypeVar("Sum", float, FloatArray)


@dataclass(frozen=True, slots=True)
class Cusum:
    """A design, in standard deviations.

    Raises:
        ValueRefusedError: k negative, h not positive, a head start outside 0 to 0.5.
    """

    k: float = 0.5
    """Reference value: half of the shift that is to be found quickly."""
    h: float = 5.0
    """Decision interval."""
    head_start: float = 0.0
    """Part of h where both sums start; 0.5 is the fast initial response (FIR)."""

    def __post_init__(self) -> None:
        not_negative("k of the CUSUM", self.k)
        positive_number("h of the CUSUM", self.h)
        if not 0 <= self.head_start <= 0.5:
            raise ValueRefusedError(f"the head start is {self.head_start:g} h; it lies between 0 and 0.5 h")

    def step(self, upper: Sum, lower: Sum, z: Sum) -> tuple[Sum, Sum]:
        """Both sums after one more check, in standard deviations.

        Args:
            upper: C+ before.
            lower: C- before.
            z: the check, (x - T)/sigma; numbers, or arrays of parallel charts.
        """
        return np.maximum(0.0, upper + z - self.k), np.maximum(0.0, lower - z - self.k)

    def arl(self, shift: float = 0.0, spread: float = 1.0) -> float:
        """Average run length; see ``run_lengths.Chart``."""
        k, h = self.k / spread, self.h / spread
        return cusum_arl(k, h, shift / spread, self.head_start * h)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A sum above its decision interval, and what it tells."""

    index: int
    """Of the check that completes it, from 0."""
    side: int
    """1: values have become larger; -1: smaller."""
    since: int
    """Index of the first check of the run: the change began about there."""
    level: float
    """Estimated mean since then, T +- (K + C/N), in the unit of the values."""


@dataclass(frozen=True, slots=True, eq=False)
class CusumChart:
    """Both sums after every check, in the unit of the values; they go on after an alarm."""

    design: Cusum
    target: float
    sigma: float
    upper: FloatArray
    lower: FloatArray
    upper_count: npt.NDArray[np.intp]
    """N+: checks since C+ was last 0."""
    lower_count: npt.NDArray[np.intp]

    @property
    def limit(self) -> float:
        """H, in the unit of the values."""
        return self.design.h * self.sigma

    @property
    def signals(self) -> tuple[int, ...]:
        """Indices of the checks after which a sum is above H; one that has reached it is not."""
        larger = without_noise(np.maximum(self.upper, self.lower) / self.limit)
        return tuple(int(i) for i in np.flatnonzero(larger > 1))

    @property
    def first(self) -> Alarm | None:
        """The first alarm; None while there is none."""
        signals = self.signals
        return self._alarm(signals[0]) if signals else None

    def _alarm(self, index: int) -> Alarm:
        side = 1 if self.upper[index] >= self.lower[index] else -1
        sums, counts = (self.upper, self.upper_count) if side > 0 else (self.lower, self.lower_count)
        total, count = float(sums[index]), int(counts[index])
        if count == index + 1:  # the sum still holds the head start, which no check has brought
            total -= self.design.head_start * self.limit
        level = self.target + side * (self.design.k * self.sigma + total / count)
        return Alarm(index=index, side=side, since=index - count + 1, level=level)


def cusum(values: npt.ArrayLike, target: float, sigma: float, design: Cusum | None = None) -> CusumChart:
    """The chart of one baseline.

    Args:
        values: n checks in the order of time.
        target: T, in the unit of the values.
        sigma: standard deviation of one check, same unit.
        design: k, h and head start; without one k = 0.5, h = 5.

    Raises:
        ValueRefusedError: a number that is not finite, or sigma not positive.
    """
    chosen = design or Cusum()
    checks = finite("values", values)
    z = (checks - finite_number("target", target)) / positive_number("sigma", sigma)
    sums, counts = np.zeros((2, len(z))), np.zeros((2, len(z)), dtype=np.intp)
    upper = lower = chosen.head_start * chosen.h
    count = np.zeros(2, dtype=np.intp)
    for i, one in enumerate(z.tolist()):
        upper, lower = chosen.step(upper, lower, one)
        sums[:, i] = upper, lower
        count = np.where(without_noise(sums[:, i]) > 0, count + 1, 0)
        counts[:, i] = count
    return CusumChart(chosen, target, sigma, sums[0] * sigma, sums[1] * sigma, counts[0], counts[1])
