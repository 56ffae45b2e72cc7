"""Elementary functions of models: of a float, an array, an ``Uncertain`` or a ``Taylor`` number alike.

A model written with these runs unchanged by propagation of uncertainty, with second-order terms, and by Monte
Carlo on arrays.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from calibration.checks import FloatArray
from calibration.errors import ValueRefusedError


class Differentiable(Protocol):
    """A number that carries derivatives."""

    @property
    def value(self) -> float:
        """The number itself."""

    def chain(self, value: float, derivatives: Sequence[float]) -> Any:
        """f(x), given its value and its first three derivatives."""


D = TypeVar("D", bound=Differentiable)


class Function:
    """One elementary function with its first three derivatives."""

    def __init__(
        self,
        name: str,
        value: Callable[[Any], Any],
        derivatives: Callable[[float], tuple[float, float, float]],
        domain: Callable[[float], bool] = lambda _: True,
    ) -> None:
        self.__name__ = name
        self._value = value
        self._derivatives = derivatives
        self._domain = domain

    @overload
    def __call__(self, x: float) -> float: ...
    @overload
    def __call__(self, x: FloatArray) -> FloatArray: ...
    @overload
    def __call__(self, x: D) -> D: ...
    def __call__(self, x: Any) -> Any:
        """f(x), of the same type as x.

        Raises:
            ValueRefusedError: x lies where the function has no value, or (uncertain x) no derivative.
        """
        if isinstance(x, np.ndarray | complex):
            return self._value(x)
        differentiable = hasattr(x, "chain")
        number = float(x.value if differentiable else x)
        if not self._domain(number):
            raise ValueRefusedError(f"{self.__name__}({number:g}) has no value or no derivative")
        value = float(self._value(number))
        return x.chain(value, self._derivatives(number)) if differentiable else value


def _tan(x: float) -> tuple[float, float, float]:
    t = float(np.tan(x))
    square = 1 + t * t
    return square, 2 * t * square, 2 * square * (1 + 3 * t * t)


def _asin(x: float) -> tuple[float, float, float]:
    root = 1 / np.sqrt(1 - x * x)
    return float(root), float(x * root**3), float((1 + 2 * x * x) * root**5)


def _acos(x: float) -> tuple[float, float, float]:
    first, second, third = _asin(x)
    return -first, -second, -third


def _atan(x: float) -> tuple[float, float, float]:
    w = 1 / (1 + x * x)
    return w, -2 * x * w**2, (6 * x * x - 2) * w**3


def _exp(x: float) -> tuple[float, float, float]:
    e = float(np.exp(x))
    return e, e, e


def _sin(x: float) -> tuple[float, float, float]:
    return float(np.cos(x)), float(-np.sin(x)), float(-np.cos(x))


def _cos(x: float) -> tuple[float, float, float]:
    return float(-np.sin(x)), float(-np.cos(x)), float(np.sin(x))


_LN10 = float(np.log(10.0))

sqrt = Function("sqrt", np.sqrt, lambda x: (0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5), lambda x: x > 0)
exp = Function("exp", np.exp, _exp)
log = Function("log", np.log, lambda x: (1 / x, -(x**-2), 2 * x**-3), lambda x: x > 0)
log10 = Function(
    "log10", np.log10, lambda x: (1 / x / _LN10, -(x**-2) / _LN10, 2 * x**-3 / _LN10), lambda x: x > 0
)
sin = Function("sin", np.sin, _sin)
cos = Function("cos", np.cos, _cos)
tan = Function("tan", np.tan, _tan)
asin = Function("asin", np.arcsin, _asin, lambda x: -1 < x < 1)
acos = Function("acos", np.arccos, _acos, lambda x: -1 < x < 1)
atan = Function("atan", np.arctan, _atan)
