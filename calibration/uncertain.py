"""A value with its uncertainty by influence (JCGM 100:2008, clause 5; JCGM 102:2011, clause 6).

An ``Uncertain`` holds, for every elementary influence behind it, the signed contribution c_i u_i. Influences
are mutually independent and of unit variance; correlated inputs are made of several influences of one block.
So two readings under one certificate hold the same influences, and their difference cancels what they share:
the covariance is not an extra table that someone has to remember, it is in the values.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
from calibration.coverage import effective_dof
from calibration.errors import ValueRefusedError

_counter = itertools.count(1)


def fresh_key(name: str) -> str:
    """A key that no other influence of this process has."""
    return f"{name}#{next(_counter)}"


@dataclass(frozen=True, slots=True)
class Influence:
    """One independent effect. Equal keys are the same effect, wherever they appear."""

    key: str
    name: str = field(default="", compare=False)
    """What people call it: the row of the budget."""
    block: str = field(default="", compare=False)
    """Influences of one block make up one correlated quantity; their dof belong to the block as a whole."""
    dof: float = field(default=math.inf, compare=False)
    estimate: float | None = field(default=None, compare=False)
    """The value of the input quantity; None for a member of a block."""
    u: float | None = field(default=None, compare=False)
    """The standard uncertainty of the input quantity; None for a member of a block."""
    distribution: str = field(default="normal", compare=False)
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A value and its signed contributions c_i u_i, in the unit of the value.

    Immutable. Arithmetic is first order (JCGM 100, eq. 13); see ``budget.second_order`` for strong curvature.
    """

    value: float
    components: Mapping[Influence, float] = field(default_factory=dict)

    @property
    def u(self) -> float:
        """Standard uncertainty, in the unit of the value."""
        return math.hypot(*self.components.values())

    @property
    def dof(self) -> float:
        """Effective degrees of freedom (JCGM 100, G.4), untruncated; a correlated block is one component."""
        return effective_dof(contributions(self).values())

    def __add__(self, other: "Uncertain | float") -> "Uncertain":
        if isinstance(other, Uncertain):
            return linear(self.value + other.value, ((1.0, self), (1.0, other)))
        return Uncertain(self.value + other, self.components)

    __radd__ = __add__

    def __sub__(self, other: "Uncertain | float") -> "Uncertain":
        if isinstance(other, Uncertain):
            return linear(self.value - other.value, ((1.0, self), (-1.0, other)))
        return Uncertain(self.value - other, self.components)

    def __rsub__(self, other: float) -> "Uncertain":
        return linear(other - self.value, ((-1.0, self),))

    def __neg__(self) -> "Uncertain":
        return linear(-self.value, ((-1.0, self),))

    def __mul__(self, other: "Uncertain | float") -> "Uncertain":
        if isinstance(other, Uncertain):
            return linear(self.value * other.value, ((other.value, self), (self.value, other)))
        return linear(self.value * other, ((other, self),))

    __rmul__ = __mul__

    def __truediv__(self, other: "Uncertain | float") -> "Uncertain":
        divisor = other.value if isinstance(other, Uncertain) else other
        if divisor == 0:
            raise ValueRefusedError(f"{self.value:g} cannot be divided by 0")
        quotient = self.value / divisor
        if isinstance(other, Uncertain):
            return linear(quotient, ((1 / divisor, self), (-quotient / divisor, other)))
        return linear(quotient, ((1 / divisor, self),))

    def __rtruediv__(self, other: float) -> "Uncertain":
        return Uncertain(other) / self

    def __pow__(self, exponent: "Uncertain | float") -> "Uncertain":
        power = exponent.value if isinstance(exponent, Uncertain) else exponent
        _check_power(self.value, power, isinstance(exponent, Uncertain) and bool(exponent.components))
        result = self.value**power
        own = power * self.value ** (power - 1) if power != 0 else 0.0
        if not isinstance(exponent, Uncertain):
            return linear(result, ((own, self),))
        slope = result * math.log(self.value) if exponent.components else 0.0
        return linear(result, ((own, self), (slope, exponent)))

    def __rpow__(self, base: float) -> "Uncertain":
        return Uncertain(base) ** self

    def chain(self, value: float, derivatives: Sequence[float]) -> "Uncertain":
        """The result of a function of this value: f(x), and f'(x) first among its derivatives."""
        return linear(value, ((derivatives[0], self),))


def _check_power(base: float, power: float, uncertain_power: bool) -> None:
    if base < 0 and (uncertain_power or power != int(power)):
        raise ValueRefusedError(f"{base:g} is negative: it has no power of {power:g}")
    if base == 0 and (uncertain_power or (power < 1 and power != 0)):
        raise ValueRefusedError(f"0 to the power of {power:g} has no value, or no derivative")


def linear(value: float, terms: Iterable[tuple[float, Uncertain]]) -> Uncertain:
    """A value with contributions c_i of the quantities it was made of (JCGM 100, 5.1.3).

    Args:
        value: the result.
        terms: pairs (sensitivity c_i = dy/dx_i, x_i).

    Raises:
        ValueRefusedError: the result or a contribution is not finite.
    """
    components: dict[Influence, float] = {}
    for sensitivity, quantity in terms:
        for influence, contribution in quantity.components.items():
            components[influence] = components.get(influence, 0.0) + sensitivity * contribution
    if not math.isfinite(value) or not all(map(math.isfinite, components.values())):
        raise ValueRefusedError(f"the result {value} or its uncertainty is not finite")
    return Uncertain(value, components)


def independent(value: float, u: float, name: str, *, dof: float = math.inf, **about: str) -> Uncertain:
    """An input quantity that shares nothing with any other.

    Args:
        value: its estimate.
        u: its standard uncertainty, same unit.
        name: what people call it.
        dof: degrees of freedom of u.
        about: ``key`` (the same effect wherever it appears again; otherwise a new one), ``distribution`` and
            ``source`` for the budget.

    Raises:
        ValueRefusedError: value not finite, u not above 0, dof below 1.
    """
    influence = Influence(
        key=about.get("key") or fresh_key(name),
        name=name,
        dof=degrees_of_freedom(name, dof),
        estimate=finite_number(name, value),
        u=positive_number(f"u({name})", u),
        distribution=about.get("distribution", "normal"),
        source=about.get("source", ""),
    )
    return Uncertain(float(value), {influence: float(u)})


def correlated(
    values: npt.ArrayLike, covariance: npt.ArrayLike, name: str, *, dof: float = math.inf, key: str = ""
) -> tuple[Uncertain, ...]:
    """Input quantities with a covariance: one block, one component for the dof (JCGM 100, 5.2).

    Args:
        values: n estimates.
        covariance: shape (n, n), in the products of their units.
        name: what people call them together.
        dof: degrees of freedom of the whole covariance.
        key: the same block wherever it appears again; otherwise a new one.

    Raises:
        ValueRefusedError: a value not finite, dof below 1, or not as many rows as values.
        CovarianceError: the matrix is not a covariance.
    """
    estimates = finite(name, values)
    root = covariance_root(f"the covariance of {name}", covariance)
    same_length(values=estimates, rows=root)
    degrees_of_freedom(name, dof)
    influences = block_influences(key or fresh_key(name), name, len(estimates), dof)
    return tuple(
        Uncertain(float(value), {inf: float(part) for inf, part in zip(influences, row, strict=True) if part})
        for value, row in zip(estimates, root, strict=True)
    )


def block_influences(key: str, name: str, size: int, dof: float) -> tuple[Influence, ...]:
    """The elementary influences of one correlated block."""
    return tuple(Influence(key=f"{key}/{i}", name=name, block=key, dof=dof) for i in range(size))


def contributions(y: Uncertain) -> dict[str, tuple[float, float]]:
    """(u_i(y), dof_i) of each independent component: an influence alone, or a whole block, by key."""
    gathered: dict[str, tuple[float, float]] = {}
    for influence, part in y.components.items():
        key = influence.block or influence.key
        u, dof = gathered.get(key, (0.0, influence.dof))
        gathered[key] = (math.hypot(u, part), dof)
    return gathered


def covariance(a: Uncertain, b: Uncertain) -> float:
    """cov(a, b) by the influences they share (JCGM 100, F.1.2.3)."""
    shared = a.components.keys() & b.components.keys()
    return math.fsum(a.components[influence] * b.components[influence] for influence in shared)


def correlation(a: Uncertain, b: Uncertain) -> float:
    """r(a, b) = cov(a, b) / (u(a) u(b)) (JCGM 100, eq. 14).

    Raises:
        ValueRefusedError: one of them has no uncertainty.
    """
    if a.u == 0 or b.u == 0:
        raise ValueRefusedError("a quantity without uncertainty has no correlation")
    return covariance(a, b) / (a.u * b.u)


def covariance_matrix(quantities: Sequence[Uncertain]) -> FloatArray:
    """Shape (n, n): V_y = J V_x J^T of results that share influences (JCGM 102, 6.2)."""
    return np.array([[covariance(a, b) for b in quantities] for a in quantities])


_IMAGINARY = 1e-30


def propagate(model: Callable[..., complex], inputs: Sequence[Uncertain]) -> Uncertain:
    """The result of any analytic model, with derivatives by the complex step: exact to machine precision.

    Args:
        model: takes as many numbers as there are inputs; analytic, so without ``abs``, ``float``, comparison.
        inputs: the quantities, in the order of the model's arguments.

    Raises:
        ValueRefusedError: the model does not carry complex numbers, or gives no finite value.
    """
    values = [quantity.value for quantity in inputs]
    terms = []
    for i, quantity in enumerate(inputs):
        stepped = [complex(v, _IMAGINARY if i == j else 0.0) for j, v in enumerate(values)]
        try:
            moved = complex(model(*stepped))
        except TypeError as error:
            raise ValueRefusedError(f"the model does not carry complex numbers: {error}") from error
        terms.append((moved.imag / _IMAGINARY, quantity))
    return linear(float(complex(model(*values)).real), terms)
