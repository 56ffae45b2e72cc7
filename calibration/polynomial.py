"""Polynomial calibration curves (ISO/TS 28037:2010, ISO/TS 28038:2018)."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from calibration.checks import FloatArray, covariance_root, finite, finite_number
from calibration.curve import Curve, Evaluation, one_solution
from calibration.errors import ValueRefusedError

_EXTENDED = np.longdouble


@dataclass(frozen=True, eq=False, kw_only=True)
class Polynomial(Curve):
    """A polynomial in t = (x - center) / half, in the Chebyshev basis, covariance in the same basis.

    ISO/TS 28038:2018, clause 6: the basis keeps the coefficients determined where powers of x would not.
    """

    center: float
    half: float
    lack_of_fit_u: float = 0.0
    """Standard uncertainty of the model where the points scatter more than their u allow."""

    @classmethod
    def from_powers(
        cls,
        coefficients: npt.ArrayLike,
        covariance: npt.ArrayLike,
        low: float,
        high: float,
        dof: float = math.inf,
    ) -> Self:
        """A polynomial b0 + b1 x + b2 x^2 … as certificates print it.

        Args:
            coefficients: b0, b1 …
            covariance: shape (p, p), of b0, b1 …; a coefficient that is exactly known has a row of 0.
            low: lowest x in the valid range.
            high: highest x in the valid range.
            dof: degrees of freedom of the covariance as a whole.

        Raises:
            ValueRefusedError: a coefficient that is not finite, an empty range.
            CovarianceError: the matrix is not the covariance of these coefficients.
        """
        powers = finite("coefficients", coefficients)
        covariance_root("the covariance of the coefficients", covariance)
        if not finite_number("low", low) < finite_number("high", high):
            raise ValueRefusedError(
                "the valid range {low} to {high} is empty", low=f"{low:g}", high=f"{high:g}"
            )
        center, half = (low + high) / 2, (high - low) / 2
        matrix = _chebyshev_of_powers(len(powers), center, half)
        return cls(
            parameters=_float(matrix @ powers),
            covariance=_congruent(matrix, np.asarray(covariance)),
            low=low,
            high=high,
            center=center,
            half=half,
            dof=dof,
        )

    def powers(self, origin: float = 0.0) -> tuple[FloatArray, FloatArray]:
        """Coefficients of 1, (x - origin), (x - origin)^2 … and their covariance."""
        matrix = _powers_of_chebyshev(len(self.parameters), self.center - origin, self.half)
        return _float(matrix @ self.parameters), _congruent(matrix, self.covariance)

    @property
    def degree(self) -> int:
        """Degree of the polynomial."""
        return len(self.parameters) - 1

    @cached_property
    def in_t(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coefficients by powers of t of value, d(value)/dx and variance: v^T V v is one polynomial."""
        size = len(self.parameters)
        basis = _powers_of_chebyshev(size, 0.0, 1.0)
        value = basis @ self.parameters
        slope = value[1:] * np.arange(1, size) / self.half if size > 1 else np.zeros(1)
        covariance = basis @ self.covariance @ basis.T
        variance = np.array([np.trace(covariance[:, ::-1], offset=size - 1 - i) for i in range(2 * size - 1)])
        variance[0] += self.lack_of_fit_u**2
        return _float(value), _float(slope), _float(variance)

    def evaluate(self, x: FloatArray) -> Evaluation:
        """Value, slope and variance by Horner in t; a variance that rounding made negative is 0."""
        t = (x - self.center) / self.half
        value, slope, variance = self.in_t
        values, slopes, variances = (horner(part, t, np.empty_like(t)) for part in (value, slope, variance))
        np.maximum(variances, 0.0, out=variances)
        return Evaluation(values, slopes, variances, self._spread(variances, x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, p): T0(t), T1(t) …."""
        return _float(chebyshev.chebvander((x - self.center) / self.half, self.degree))

    def line(self, constant: float, per_x: float) -> FloatArray:
        """Parameters of a straight line; see ``Curve.line``."""
        if per_x and not self.degree:
            raise ValueRefusedError(
                "{name} is a constant: no relative share of a standard fits into it", name=self.name
            )
        series = np.zeros(self.degree + 1)
        series[0] = constant + per_x * self.center
        if self.degree:
            series[1] = per_x * self.half
        return series

    def model_u(self, x: float) -> float:
        """Lack of fit: the same everywhere."""
        del x
        return self.lack_of_fit_u

    def solve(self, y: float) -> float:
        """The one x in the valid range with this value; see ``Curve.solve``."""
        series = self.parameters.copy()
        series[0] -= y
        ends = (np.array([self.low, self.high]) - self.center) / self.half
        reach = 1e-9 * (ends[1] - ends[0])
        roots = chebyshev.chebroots(chebyshev.chebtrim(series)) if self.degree else np.array([])
        real = roots[np.abs(roots.imag) <= reach].real if roots.size else roots
        inside = np.unique(real[(real >= ends[0] - reach) & (real <= ends[1] + reach)])
        return one_solution(self, y, [self.center + self.half * float(t) for t in inside])

    def is_monotonic(self) -> bool:
        """Whether the value only rises or only falls over the valid range."""
        if self.degree < 2:
            return True
        x = np.linspace(self.low, self.high, 50 * self.degree + 1)
        turning = chebyshev.chebroots(chebyshev.chebtrim(chebyshev.chebder(self.parameters)))
        at = self.center + self.half * turning[np.abs(turning.imag) < 1e-9].real
        steps = np.diff(self.evaluate(np.sort(np.append(x, at[(at > self.low) & (at < self.high)]))).value)
        return bool(np.all(steps >= 0) or np.all(steps <= 0))


def _float(array: npt.ArrayLike) -> FloatArray:
    return np.asarray(array, dtype=np.float64)


def horner(coefficients: FloatArray, t: FloatArray, out: FloatArray) -> FloatArray:
    """Sum of coefficients[k] t^k, written into ``out``, which is returned; shapes (p,), (n,), (n,)."""
    if len(coefficients) == 1:
        out.fill(coefficients[0])
        return out
    np.multiply(t, coefficients[-1], out=out)
    out += coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        out *= t
        out += coefficient
    return out


def _powers_of_chebyshev(size: int, center: float, half: float) -> npt.NDArray[np.longdouble]:
    """Column k: T_k((x - center) / half) by powers of x."""
    matrix = np.zeros((size, size), dtype=_EXTENDED)
    matrix[0, 0] = 1
    slope, offset = 1 / _EXTENDED(half), -_EXTENDED(center) / _EXTENDED(half)
    for k in range(1, size):
        times_t = offset * matrix[:, k - 1]
        times_t[1:] += slope * matrix[:-1, k - 1]
        matrix[:, k] = times_t if k == 1 else 2 * times_t - matrix[:, k - 2]
    return matrix


def _chebyshev_of_powers(size: int, center: float, half: float) -> npt.NDArray[np.longdouble]:
    """Column k: (center + half t)^k by Chebyshev polynomials of t."""
    matrix = np.zeros((size, size), dtype=_EXTENDED)
    matrix[0, 0] = 1
    for k in range(1, size):
        column = matrix[:, k - 1]
        times_t = np.zeros(size, dtype=_EXTENDED)
        times_t[1] = column[0]
        times_t[2:] += column[1:-1] / 2
        times_t[:-1] += column[1:] / 2
        matrix[:, k] = _EXTENDED(center) * column + _EXTENDED(half) * times_t
    return matrix


def _congruent(matrix: npt.NDArray[np.longdouble], covariance: npt.ArrayLike) -> FloatArray:
    result = matrix @ np.asarray(covariance, dtype=_EXTENDED) @ matrix.T
    return _float((result + result.T) / 2)
