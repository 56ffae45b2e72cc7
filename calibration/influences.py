"""Influences that all three kinds of instrument have: half-widths, rounding, repeatability."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.checks import degrees_of_freedom, finite, finite_number, positive_number
from calibration.errors import ValueRefusedError
from calibration.uncertain import Uncertain, independent


def half_width(a: float, name: str, key: str = "") -> Uncertain:
    """An influence of estimate 0 and half-width a, rectangular: u = a/sqrt(3); nothing where a is 0.

    Args:
        a: half-width, in the unit of the result.
        name: the row of the budget.
        key: the same effect wherever it appears again; otherwise a new one.

    Raises:
        ValueRefusedError: negative or not finite.
    """
    if not_negative(name, a) == 0:
        return Uncertain(0.0)
    return independent(0.0, a / math.sqrt(3), name, key=key, distribution="rectangular")


def rounding(interval: float, name: str) -> Uncertain:
    """Rounding of one indication to a scale interval d: u = d/sqrt(12); a net value has two of them.

    Args:
        interval: d, in the unit of the result, positive.
        name: the row of the budget.

    Raises:
        ValueRefusedError: not positive.
    """
    return half_width(positive_number(name, interval) / 2, name)


@dataclass(frozen=True, slots=True)
class Repeatability:
    """Standard deviation of one indication, with its degrees of freedom.

    Raises:
        ValueRefusedError: s negative or not finite, dof below 1.
    """

    s: float
    """In the unit of the indications; 0 where all were alike: their rounding then stands for it."""
    dof: float = math.inf

    def __post_init__(self) -> None:
        not_negative("repeatability s", self.s)
        degrees_of_freedom("repeatability", self.dof)

    @classmethod
    def of(cls, indications: Sequence[float]) -> "Repeatability":
        """From n indications of the same thing, n - 1 degrees of freedom (JCGM 100, 4.2).

        Raises:
            ValueRefusedError: fewer than 2, or not finite.
        """
        readings = finite("indications", indications)
        if len(readings) < 2:
            raise ValueRefusedError(f"a repeatability needs 2 indications or more, found {len(readings)}")
        return cls(float(readings.std(ddof=1)), len(readings) - 1)

    def of_mean(self, number: int = 1, name: str = "repeatability") -> Uncertain:
        """The influence on the mean of so many indications: s/sqrt(n), with the dof of s.

        Raises:
            ValueRefusedError: the number is below 1.
        """
        if number < 1:
            raise ValueRefusedError(f"a mean of {number} indications does not exist")
        if self.s == 0:
            return Uncertain(0.0)
        return independent(0.0, self.s / math.sqrt(number), name, dof=self.dof)


def not_negative(name: str, value: float) -> float:
    """The value as a float, 0 or above.

    Raises:
        ValueRefusedError: not finite or negative.
    """
    if finite_number(name, value) < 0:
        raise ValueRefusedError(f"{name} is {value:g}; it must not be negative")
    return float(value)
