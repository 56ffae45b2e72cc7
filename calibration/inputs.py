"""Input quantities from what is known of them (JCGM 100:2008, 4.2 Type A, 4.3 Type B)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.checks import (
    FloatArray,
    degrees_of_freedom,
    finite,
    positive,
    positive_number,
    same_length,
)
from calibration.coverage import normal_factor
from calibration.distributions import Distribution
from calibration.errors import ValueRefusedError
from calibration.uncertain import Uncertain, correlated, independent


@dataclass(frozen=True, slots=True)
class Readings:
    """Repeated independent readings of one quantity (4.2)."""

    mean: float
    s: float
    """Experimental standard deviation of one reading."""
    count: int

    @property
    def u_mean(self) -> float:
        """Standard uncertainty of the mean, s / sqrt(n)."""
        return self.s / math.sqrt(self.count)

    @property
    def dof(self) -> int:
        """Degrees of freedom, n - 1."""
        return self.count - 1


def readings(values: npt.ArrayLike) -> Readings:
    """Mean and scatter of n >= 2 readings.

    Raises:
        ValueRefusedError: fewer than 2, or one that is not finite.
    """
    numbers = finite("reading", values)
    if len(numbers) < 2:
        raise ValueRefusedError(f"{len(numbers)} readings have no scatter; 2 or more are needed")
    mean = math.fsum(numbers) / len(numbers)
    square_sum = math.fsum((x - mean) ** 2 for x in numbers)
    return Readings(mean, math.sqrt(square_sum / (len(numbers) - 1)), len(numbers))


def mean_of(values: npt.ArrayLike, name: str) -> Uncertain:
    """The mean of n readings as an input quantity: u = s/sqrt(n) with n - 1 degrees of freedom (4.2.3).

    Raises:
        ValueRefusedError: fewer than 2 readings, one that is not finite, or no scatter at all: then the
            resolution of the instrument is what is known.
    """
    found = readings(values)
    return independent(found.mean, found.u_mean, name, dof=found.dof, source="Type A")


def pooled(scatter: Sequence[tuple[float, int]]) -> tuple[float, int]:
    """Pooled standard deviation of one reading and its degrees of freedom (4.2.4, H.3.6).

    Args:
        scatter: pairs (s, degrees of freedom) of earlier series.

    Raises:
        ValueRefusedError: no series, s not above 0, or dof below 1.
    """
    if not scatter:
        raise ValueRefusedError("no series to pool")
    s = positive("s", [pair[0] for pair in scatter])
    dof = [int(degrees_of_freedom("a series", pair[1])) for pair in scatter]
    return math.sqrt(math.fsum(s**2 * dof) / sum(dof)), sum(dof)


def simultaneous_means(values: Mapping[str, npt.ArrayLike], name: str) -> dict[str, Uncertain]:
    """Means of quantities that were read together n times, with the covariance of the means (5.2.3).

    Args:
        values: n readings of each quantity by its name.
        name: what people call them together.

    Raises:
        ValueRefusedError: fewer than 2 readings, different numbers of them, one that is not finite.
    """
    series = {key: finite(key, one) for key, one in values.items()}
    same_length(**series)
    table = np.array(list(series.values()))
    count = table.shape[1]
    if count < 2:
        raise ValueRefusedError(f"{count} simultaneous readings have no scatter; 2 or more are needed")
    covariance: FloatArray = np.atleast_2d(np.cov(table)) / count
    means = correlated(table.mean(axis=1), covariance, name, dof=count - 1)
    return dict(zip(series, means, strict=True))


def from_distribution(
    distribution: Distribution, name: str, source: str = "", dof: float | None = None
) -> Uncertain:
    """An input quantity that is known by a distribution: rectangular, triangular, arcsine … (4.3.7 to 4.3.9).

    Args:
        distribution: from ``distributions``.
        name: what people call it.
        source: where it is known from, for the budget.
        dof: degrees of freedom where u itself is known only roughly (G.4.2); otherwise its own.
    """
    return independent(
        distribution.value,
        distribution.u,
        name,
        dof=distribution.dof if dof is None else dof,
        distribution=type(distribution).__name__.lower(),
        source=source,
    )


def from_certificate(value: float, expanded: float, k: float, name: str, dof: float = math.inf) -> Uncertain:
    """A value with U and k from a certificate: u = U/k (4.3.3).

    Raises:
        ValueRefusedError: value not finite, U or k not above 0.
    """
    u = positive_number(f"U({name})", expanded) / positive_number(f"k({name})", k)
    return independent(value, u, name, dof=dof, source="certificate")


def from_level(value: float, expanded: float, level: float, name: str) -> Uncertain:
    """A value with U at a stated level of confidence, normal: u = U / z_p (4.3.4).

    Raises:
        ValueRefusedError: value not finite, U not above 0, level not inside (0, 1).
    """
    u = positive_number(f"U({name})", expanded) / normal_factor(level)
    return independent(value, u, name, source=f"level {level:g}")
