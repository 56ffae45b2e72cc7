"""Derivatives of a model up to the third that JCGM 100 asks for: exact, by arithmetic on Taylor numbers.

A ``Taylor`` number carries, beside its value, f_i, f_ij and f_ijj with respect to n inputs: what the
second-order terms of 5.1.2 (note) need.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration import functions
from calibration.checks import FloatArray
from calibration.errors import ValueRefusedError


@dataclass(frozen=True, slots=True, eq=False)
class Taylor:
    """A number and its derivatives by n inputs."""

    value: float
    first: FloatArray
    """Shape (n,): f_i."""
    second: FloatArray
    """Shape (n, n): f_ij."""
    third: FloatArray
    """Shape (n, n): f_ijj."""

    @classmethod
    def inputs(cls, values: Sequence[float]) -> "list[Taylor]":
        """The inputs themselves."""
        zero = np.zeros((len(values), len(values)))
        return [cls(float(v), row, zero, zero) for v, row in zip(values, np.eye(len(values)), strict=True)]

    def _same(self, value: float) -> "Taylor":
        return Taylor(value, np.zeros_like(self.first), np.zeros_like(self.second), np.zeros_like(self.third))

    def _with(self, other: "Taylor | float") -> "Taylor":
        return other if isinstance(other, Taylor) else self._same(float(other))

    def __add__(self, other: "Taylor | float") -> "Taylor":
        g = self._with(other)
        return Taylor(
            self.value + g.value, self.first + g.first, self.second + g.second, self.third + g.third
        )

    __radd__ = __add__

    def __neg__(self) -> "Taylor":
        return Taylor(-self.value, -self.first, -self.second, -self.third)

    def __sub__(self, other: "Taylor | float") -> "Taylor":
        return self + (-self._with(other))

    def __rsub__(self, other: float) -> "Taylor":
        return -self + other

    def __mul__(self, other: "Taylor | float") -> "Taylor":
        f, g = self, self._with(other)
        f_jj, g_jj = f.second.diagonal(), g.second.diagonal()
        cross = np.outer(f.first, g.first)
        return Taylor(
            f.value * g.value,
            f.first * g.value + f.value * g.first,
            f.second * g.value + cross + cross.T + f.value * g.second,
            f.third * g.value
            + np.outer(g.first, f_jj)
            + 2 * f.second * g.first
            + 2 * g.second * f.first
            + np.outer(f.first, g_jj)
            + f.value * g.third,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: "Taylor | float") -> "Taylor":
        return self * self._with(other) ** -1.0

    def __rtruediv__(self, other: float) -> "Taylor":
        return self**-1.0 * other

    def __pow__(self, exponent: "Taylor | float") -> "Taylor":
        if isinstance(exponent, Taylor):
            return functions.exp(functions.log(self) * exponent)
        x, p = self.value, float(exponent)
        if (x == 0 and p < 0) or (x < 0 and p != int(p)):
            raise ValueRefusedError(f"{x:g} has no power of {p:g}")
        powers = []
        factor = 1.0
        for order in range(4):
            powers.append(factor * x ** (p - order) if factor and (x != 0 or p >= order) else 0.0)
            factor *= p - order
        return self.chain(powers[0], powers[1:])

    def __rpow__(self, base: float) -> "Taylor":
        return functions.exp(self * math.log(base))

    def chain(self, value: float, derivatives: Sequence[float]) -> "Taylor":
        """G(f), given G, G', G'' and G''' at f."""
        g1, g2, g3 = derivatives
        f_jj = self.second.diagonal()
        return Taylor(
            value,
            g1 * self.first,
            g1 * self.second + g2 * np.outer(self.first, self.first),
            g1 * self.third
            + g2 * (np.outer(self.first, f_jj) + 2 * self.second * self.first)
            + g3 * np.outer(self.first, self.first**2),
        )


def expanded(model: Callable[..., Taylor], values: Mapping[str, float]) -> Taylor:
    """A model with its derivatives by every input, in the order of ``values``.

    Args:
        model: called with every input by name; made of arithmetic and ``functions``.
        values: estimates of the inputs.

    Raises:
        ValueRefusedError: the model gives no finite number, or loses the derivatives on the way.
    """
    inputs = dict(zip(values, Taylor.inputs(list(values.values())), strict=True))
    try:
        result = model(**inputs)
    except TypeError as error:
        raise ValueRefusedError(f"the model cannot be differentiated: {error}") from error
    if not isinstance(result, Taylor):
        raise ValueRefusedError("the model does not depend on its inputs")
    return result
