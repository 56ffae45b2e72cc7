"""What is known of an input quantity, to be drawn from (JCGM 101:2008, clause 6.4).

``value`` is the expectation, ``u`` the standard uncertainty that enters the linear propagation. For a t
distribution u is its scale and not its standard deviation, which is why both approaches differ for few
degrees of freedom.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from calibration.checks import (
    FloatArray,
    covariance_root,
    degrees_of_freedom,
    finite,
    finite_number,
    positive_number,
    same_length,
)
from calibration.errors import ValueRefusedError


class Distribution(Protocol):
    """A single input quantity."""

    @property
    def value(self) -> float:
        """Expectation."""
        ...

    @property
    def u(self) -> float:
        """Standard uncertainty of the linear propagation, in the unit of the value."""
        ...

    @property
    def dof(self) -> float:
        """Degrees of freedom of u."""
        ...

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """So many independent values, shape (trials,)."""
        ...


@dataclass(frozen=True, slots=True)
class Normal:
    """N(value, u^2): a certificate's value with u = U/k.

    Raises:
        ValueRefusedError: value not finite, or u not positive.
    """

    value: float
    u: float
    dof: float = math.inf

    def __post_init__(self) -> None:
        finite_number("normal distribution, value", self.value)
        positive_number("normal distribution, u", self.u)
        degrees_of_freedom("normal distribution", self.dof)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        return generator.normal(self.value, self.u, trials)


@dataclass(frozen=True, slots=True)
class StudentT:
    """Scaled and shifted t: the mean of a few readings, with u = s/sqrt(n) as scale and n - 1 as dof (6.4.9).

    Raises:
        ValueRefusedError: value not finite, u not positive, or dof below 1.
    """

    value: float
    u: float
    dof: float

    def __post_init__(self) -> None:
        finite_number("t distribution, value", self.value)
        positive_number("t distribution, u", self.u)
        degrees_of_freedom("t distribution", self.dof)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        if math.isinf(self.dof):
            return generator.normal(self.value, self.u, trials)
        return self.value + self.u * generator.standard_t(self.dof, trials)


@dataclass(frozen=True, slots=True)
class _Bounded:
    """Between two limits, symmetric about their middle.

    Raises:
        ValueRefusedError: limits not finite, or low not below high.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        name = type(self).__name__.lower()
        if not finite_number(f"{name} distribution, low", self.low) < finite_number(
            f"{name} distribution, high", self.high
        ):
            raise ValueRefusedError(f"{name} distribution: low {self.low} is not below high {self.high}")

    @property
    def value(self) -> float:
        """Middle of the limits."""
        return (self.low + self.high) / 2

    @property
    def half_width(self) -> float:
        """a, in the unit of the limits."""
        return (self.high - self.low) / 2

    @property
    def dof(self) -> float:
        """The limits are taken as known."""
        return math.inf


@dataclass(frozen=True, slots=True)
class Rectangular(_Bounded):
    """All values alike, u = a/sqrt(3) (6.4.2): a resolution, an accuracy class."""

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return self.half_width / math.sqrt(3)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        return generator.uniform(self.low, self.high, trials)


@dataclass(frozen=True, slots=True)
class Triangular(_Bounded):
    """u = a/sqrt(6) (6.4.5): the difference of two readings of equal resolution."""

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return self.half_width / math.sqrt(6)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        return generator.triangular(self.low, self.value, self.high, trials)


@dataclass(frozen=True, slots=True)
class Arcsine(_Bounded):
    """u = a/sqrt(2) (6.4.6): a temperature that swings about its set point, met at a random moment."""

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return self.half_width / math.sqrt(2)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        return self.value + self.half_width * np.sin(generator.uniform(0, 2 * math.pi, trials))


@dataclass(frozen=True, slots=True)
class Trapezoidal(_Bounded):
    """u = a sqrt((1 + beta^2)/6), top width beta times the base (6.4.4): a sum of two rectangles.

    Raises:
        ValueRefusedError: bad limits, or beta not between 0 (triangle) and 1 (rectangle).
    """

    beta: float

    def __post_init__(self) -> None:
        # the zero-argument form does not work in a class that slots made anew
        super(Trapezoidal, self).__post_init__()
        if not 0 <= self.beta <= 1:
            raise ValueRefusedError(f"trapezoidal distribution: beta is {self.beta}; it lies between 0 and 1")

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return self.half_width * math.sqrt((1 + self.beta**2) / 6)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        first, second = generator.random(trials), generator.random(trials)
        shape = (1 + self.beta) * first + (1 - self.beta) * second - 1
        return np.asarray(self.value + self.half_width * shape)


@dataclass(frozen=True, slots=True)
class InexactRectangular(_Bounded):
    """Limits known to +-inexact only: u^2 = (high - low)^2/12 + inexact^2/9 (6.4.3, curvilinear trapezoid).

    Raises:
        ValueRefusedError: bad limits, or inexact not between 0 and half the width.
    """

    inexact: float

    def __post_init__(self) -> None:
        super(InexactRectangular, self).__post_init__()
        if not 0 < self.inexact <= self.half_width:
            raise ValueRefusedError(
                f"rectangular distribution: {self.low} to {self.high} cannot be inexact by {self.inexact}"
            )

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return math.sqrt(self.half_width**2 / 3 + self.inexact**2 / 9)

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,)."""
        half = self.half_width + self.inexact * generator.uniform(-1, 1, trials)
        return np.asarray(self.value + half * generator.uniform(-1, 1, trials))


@dataclass(frozen=True, slots=True, eq=False)
class NormalBlock:
    """Several quantities that are normal together, drawn by the root of their covariance (6.4.8)."""

    values: FloatArray
    root: FloatArray
    dof: float

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (n, trials)."""
        return self.values[:, np.newaxis] + self.root @ generator.standard_normal((len(self.values), trials))


@dataclass(frozen=True, slots=True)
class Member:
    """One quantity of a block; the members of one block are drawn together."""

    block: NormalBlock
    index: int

    @property
    def value(self) -> float:
        """Expectation."""
        return float(self.block.values[self.index])

    @property
    def u(self) -> float:
        """Standard uncertainty."""
        return float(np.linalg.norm(self.block.root[self.index]))

    @property
    def dof(self) -> float:
        """Degrees of freedom of the whole covariance."""
        return self.block.dof

    def draw(self, generator: np.random.Generator, trials: int) -> FloatArray:
        """Shape (trials,); alone, so without its correlation."""
        return np.asarray(self.block.draw(generator, trials)[self.index])


def correlated_normals(
    values: npt.ArrayLike, covariance: npt.ArrayLike, dof: float = math.inf
) -> tuple[Member, ...]:
    """Correlated normal quantities, in the order of ``values``.

    Args:
        values: n expectations.
        covariance: shape (n, n), in the products of their units; a quantity may be exactly known.
        dof: degrees of freedom of the whole covariance.

    Raises:
        ValueRefusedError: a value not finite, or not as many rows as values.
        CovarianceError: the matrix is not a covariance.
    """
    estimates = finite("correlated values", values)
    root = covariance_root("the covariance of the correlated values", covariance)
    same_length(values=estimates, rows=root)
    block = NormalBlock(estimates, root, degrees_of_freedom("correlated values", dof))
    return tuple(Member(block, index) for index in range(len(estimates)))
