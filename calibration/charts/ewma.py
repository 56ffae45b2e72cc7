"""EWMA chart: a running mean that forgets (Roberts 1959; Crowder 1987; Lucas and Saccucci 1990).

z_i = lambda x_i + (1 - lambda) z_(i-1), from the target. Its standard deviation grows from lambda sigma to
sigma sqrt(lambda/(2 - lambda)), and time-varying limits follow it, so the first checks are judged as well.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.charts.noise import without_noise
from calibration.charts.run_lengths import ewma_arl, weight_of_newest
from calibration.checks import FloatArray, finite, finite_number, positive_number


@dataclass(frozen=True, slots=True)
class Ewma:
    """A design. Pairs with 500 checks per false alarm: (0.10, 2.814), (0.20, 2.962), (0.25, 2.998).

    Raises:
        ValueRefusedError: lambda not above 0 or above 1, L not positive.
    """

    weight: float = 0.2
    """lambda: what the newest check counts."""
    multiple: float = 2.962
    """L: limits in standard deviations of z."""
    time_varying: bool = True
    """False: the limits of the steady state from the beginning."""

    def __post_init__(self) -> None:
        weight_of_newest(self.weight)
        positive_number("L of the EWMA", self.multiple)

    def step(self, average: FloatArray, x: FloatArray) -> FloatArray:
        """The average z after one more check; arrays of parallel charts."""
        return self.weight * x + (1 - self.weight) * average

    def half_width(self, number: npt.ArrayLike) -> FloatArray:
        """Limits after so many checks (1, 2 …), in standard deviations of one check."""
        steady = self.multiple * math.sqrt(self.weight / (2 - self.weight))
        counted = np.asarray(number, dtype=np.float64)
        if not self.time_varying:
            return np.full_like(counted, steady)
        return np.asarray(steady * np.sqrt(1 - (1 - self.weight) ** (2 * counted)))

    def arl(self, shift: float = 0.0, spread: float = 1.0) -> float:
        """Average run length; see ``run_lengths.Chart``."""
        return ewma_arl(self.weight, self.multiple / spread, shift / spread, time_varying=self.time_varying)


@dataclass(frozen=True, slots=True, eq=False)
class EwmaChart:
    """z after every check with its limits, in the unit of the values; it goes on after an alarm."""

    design: Ewma
    target: float
    sigma: float
    averages: FloatArray
    lower: FloatArray
    upper: FloatArray

    @property
    def signals(self) -> tuple[int, ...]:
        """Indices of the checks after which z is beyond a limit; one on a limit is not."""
        apart = without_noise(np.abs(self.averages - self.target) / (self.upper - self.target))
        return tuple(int(i) for i in np.flatnonzero(apart > 1))


def ewma(values: npt.ArrayLike, target: float, sigma: float, design: Ewma | None = None) -> EwmaChart:
    """The chart of one baseline.

    Args:
        values: n checks in the order of time.
        target: centre line, in the unit of the values.
        sigma: standard deviation of one check, same unit.
        design: lambda, L and the kind of limits; without one lambda = 0.2, L = 2.962, time-varying.

    Raises:
        ValueRefusedError: a number that is not finite, or sigma not positive.
    """
    chosen = design or Ewma()
    checks = finite("values", values)
    centre = finite_number("target", target)
    half = positive_number("sigma", sigma) * chosen.half_width(np.arange(1, len(checks) + 1))
    averages = np.empty_like(checks)
    average = np.array(centre)
    for i in range(len(checks)):
        average = chosen.step(average, checks[i : i + 1])
        averages[i] = average[0]
    return EwmaChart(chosen, centre, sigma, averages, centre - half, centre + half)
