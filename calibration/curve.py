"""What all calibration curves have in common: parameters with covariance, a valid range, both directions.

A curve gives, for an indication x, either a correction or a value. It is never asked outside [low, high].
"""

import abc
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, covariance_root, degrees_of_freedom, finite, finite_number
from calibration.errors import CovarianceError, OutOfRangeError, ValueRefusedError
from calibration.uncertain import Influence, Uncertain, block_influences, fresh_key, linear


class Evaluation(NamedTuple):
    """A curve at n indications."""

    value: FloatArray
    slope: FloatArray
    """d(value)/dx."""
    variance: FloatArray
    """Of the calibration: parameters and model error, not of x."""
    spread: FloatArray | float
    """Sum of variance_i^2 / dof_i of the calibration's components: its part of Welch-Satterthwaite."""


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """The part of a calibration's error that came from one standard, common to all that hang on it."""

    key: str
    """Which standard: its certificate's number. Equal keys are the same error."""
    loading: FloatArray
    """Shape (p,): the error of every parameter that one standard uncertainty of the standard makes."""
    dof: float = math.inf


@dataclass(frozen=True, eq=False, kw_only=True)
class Curve(abc.ABC):
    """What all curves have: p parameters with their covariance, and the range in which they were determined.

    Raises:
        ValueRefusedError: a parameter that is not finite, an empty range, dof below 1.
        CovarianceError: a covariance that is none, or smaller than the share of a standard in it.
    """

    parameters: FloatArray
    covariance: FloatArray
    low: float
    high: float
    """Valid range of x, both ends included, in the unit of x."""
    dof: float = math.inf
    """Degrees of freedom of the covariance as a whole; infinite where it comes from known u."""
    standards: tuple[Share, ...] = ()
    name: str = "calibration"
    key: str = field(default_factory=lambda: fresh_key("calibration"))
    """Curves with equal keys are the same calibration: their errors are the same errors."""

    def __post_init__(self) -> None:
        finite(f"parameters of {self.name}", self.parameters)
        degrees_of_freedom(self.name, self.dof)
        finite_number(f"low end of {self.name}", self.low)
        finite_number(f"high end of {self.name}", self.high)
        if self.low >= self.high:
            raise ValueRefusedError(f"{self.name}: the valid range {self.low:g} to {self.high:g} is empty")
        size = len(self.parameters)
        if np.shape(self.covariance) != (size, size):
            raise CovarianceError(
                f"the covariance of {self.name} has shape {np.shape(self.covariance)}; "
                f"{size} parameters need ({size}, {size})"
            )
        _ = self.roots

    @abc.abstractmethod
    def evaluate(self, x: FloatArray) -> Evaluation:
        """The curve at n indications that the caller knows to be inside the valid range: the fast path."""

    @abc.abstractmethod
    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, p): d(value)/d(parameter)."""

    @abc.abstractmethod
    def solve(self, y: float) -> float:
        """The one indication in the valid range at which the curve gives y.

        Raises:
            OutOfRangeError: there is none.
            ValueRefusedError: there are several.
        """

    def line(self, constant: float, per_x: float) -> FloatArray:
        """Parameters, shape (p,), of the straight line constant + per_x x: a standard's error, passed on.

        Raises:
            ValueRefusedError: no parameters of this curve make such a line.
        """
        raise ValueRefusedError(f"{self.name}: this kind of curve cannot carry the share of a standard")

    def hanging_on(self, shares: Sequence[Share], *, included: bool) -> Self:
        """The same curve with the parts of its error that it has from standards.

        Args:
            shares: one for each standard.
            included: whether they are in the covariance already; otherwise they are added to it.

        Raises:
            CovarianceError: a share that is larger than the covariance which should include it.
        """
        total = np.asarray(self.covariance)
        for share in shares:
            total = total if included else total + np.outer(share.loading, share.loading)
        return replace(self, covariance=total, standards=tuple(shares))

    def model_u(self, x: float) -> float:
        """Standard uncertainty of the model itself at x: lack of fit, or non-linearity between points."""
        del x
        return 0.0

    @cached_property
    def roots(self) -> FloatArray:
        """Shape (p, q): covariance = roots roots^T; a column for each standard, then its own."""
        size = len(self.parameters)
        shares = np.array([share.loading for share in self.standards]).reshape(-1, size)
        own = np.asarray(self.covariance) - shares.T @ shares
        rest = " without the share of its standards" if shares.size else ""
        return np.hstack([shares.T, covariance_root(f"the covariance of {self.name}{rest}", own)])

    @cached_property
    def influences(self) -> tuple[Influence, ...]:
        """The elementary influences behind the columns of ``roots``."""
        shared = tuple(
            Influence(key=f"standard {s.key}", name=f"standard {s.key}", dof=s.dof) for s in self.standards
        )
        return shared + block_influences(self.key, self.name, len(self.parameters), self.dof)

    def check_range(self, x: float) -> None:
        """Refuse an indication outside the valid range.

        Raises:
            OutOfRangeError: it is.
        """
        if not self.low <= x <= self.high:
            raise OutOfRangeError(
                f"{x:g} lies outside the valid range of {self.name}, {self.low:g} to {self.high:g}"
            )

    def value(self, x: npt.ArrayLike) -> FloatArray:
        """The curve at n indications, shape (n,).

        Raises:
            OutOfRangeError: one lies outside the valid range.
            ValueRefusedError: one is not finite.
        """
        indications = finite("x", x)
        for number in indications[(indications < self.low) | (indications > self.high)]:
            self.check_range(float(number))
        return self.evaluate(indications).value

    def forward(self, x: Uncertain | float) -> Uncertain:
        """The curve's value at x with all its uncertainty: of x, of the parameters, of the model.

        Raises:
            OutOfRangeError: x lies outside the valid range.
        """
        given = x if isinstance(x, Uncertain) else Uncertain(finite_number("x", x))
        self.check_range(given.value)
        value, slope = self._at(given.value)
        return linear(value, [(slope, given), (1.0, self._error(given.value))])

    def inverse(self, y: Uncertain | float) -> Uncertain:
        """The indication at which the curve gives y, with all its uncertainty (ISO/TS 28037:2010, clause 11).

        Raises:
            OutOfRangeError: no indication in the valid range gives y.
            ValueRefusedError: several do, or the curve is flat there.
        """
        given = y if isinstance(y, Uncertain) else Uncertain(finite_number("y", y))
        x = self.solve(given.value)
        _, slope = self._at(x)
        if slope == 0:
            raise ValueRefusedError(f"{self.name} is flat at {x:g}: the indication there is not determined")
        return linear(x, [(1 / slope, given), (-1 / slope, self._error(x))])

    def _at(self, x: float) -> tuple[float, float]:
        found = self.evaluate(np.array([x]))
        return float(found.value[0]), float(found.slope[0])

    def _error(self, x: float) -> Uncertain:
        """The error of the calibration at x: 0 with its contributions by influence."""
        loadings = self.gradient(np.array([x]))[0] @ self.roots
        components = {
            influence: float(part)
            for influence, part in zip(self.influences, loadings, strict=True)
            if part != 0
        }
        model_u = self.model_u(x)
        if model_u > 0:
            # the model's error at one indication is one error: equal x share it, different x do not
            member = Influence(f"{self.key}/model@{x:.12g}", f"{self.name}, model", self.key, self.dof)
            components[member] = model_u
        return Uncertain(0.0, components)

    def _variance(self, x: FloatArray) -> FloatArray:
        """Of the parameters, at n indications, for curves that have no shorter way."""
        return np.asarray(((self.gradient(x) @ self.roots) ** 2).sum(axis=1))

    def _spread(self, variance: FloatArray, x: FloatArray) -> FloatArray | float:
        """The calibration's part of Welch-Satterthwaite: the standards apart, all the rest one component."""
        if math.isinf(self.dof) and all(math.isinf(share.dof) for share in self.standards):
            return 0.0
        total = np.zeros_like(x)
        own = variance
        if self.standards:
            parts = (self.gradient(x) @ self.roots[:, : len(self.standards)]) ** 2
            own = np.maximum(variance - parts.sum(axis=1), 0.0)
            total += (parts**2 / [share.dof for share in self.standards]).sum(axis=1)
        total += own**2 / self.dof
        return total


def one_solution(curve: Curve, y: float, candidates: Sequence[float]) -> float:
    """The only candidate, brought to full precision by Newton's method.

    Raises:
        OutOfRangeError: there is no candidate.
        ValueRefusedError: there are several.
    """
    if not candidates:
        raise OutOfRangeError(f"{curve.name} gives {y:g} nowhere between {curve.low:g} and {curve.high:g}")
    width = curve.high - curve.low
    if max(candidates) - min(candidates) > 1e-7 * width:
        found = ", ".join(f"{x:g}" for x in candidates)
        raise ValueRefusedError(f"{curve.name} gives {y:g} at {found}: the indication is not determined")
    x = float(np.mean(candidates))
    for _ in range(3):
        found_y = curve.evaluate(np.array([x]))
        if found_y.slope[0] != 0:
            x -= float((found_y.value[0] - y) / found_y.slope[0])
    return min(max(x, curve.low), curve.high)  # the tolerance of a candidate: rounding, no extrapolation
