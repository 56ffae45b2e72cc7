"""Tables of calibration points, joined by straight lines."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, finite, positive, same_length
from calibration.curve import Curve, Evaluation, one_solution
from calibration.errors import ValueRefusedError
from calibration.sentences import Sentence


@dataclass(frozen=True, eq=False, kw_only=True)
class PointTable(Curve):
    """Points joined by straight lines; the parameters are the values at the points (JCGM 100, eq. 13)."""

    x: FloatArray
    segment_u: FloatArray
    """Shape (n - 1,): standard uncertainty of the straight line itself, for every segment."""

    @classmethod
    def from_points(
        cls,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        u: npt.ArrayLike,
        *,
        correlation: float,
        non_linearity: float | None,
    ) -> Self:
        """A table of points.

        Args:
            x: indications, each once, in any order.
            y: correction or value at each.
            u: standard uncertainty of each y.
            correlation: r between any two y. 1 where the certificate does not say (u is then interpolated:
                the largest result); 0 makes u dip between points: right only for independent references.
            non_linearity: half-width of the bound on the departure from the straight lines, in the unit of y;
                None estimates max|f''| h^2 / 8 in each segment from second differences (3 points or more).

        Raises:
            ValueRefusedError: fewer than 2 points, a repeated x, a number that is not finite, u not above 0,
                r outside [0, 1], non_linearity negative.
        """
        nodes, values, uncertainties = finite("x", x), finite("y", y), positive("u", u)
        same_length(x=nodes, y=values, u=uncertainties)
        if len(nodes) < 2:
            raise ValueRefusedError(
                "a table of points needs 2 points or more, found {count}", count=len(nodes)
            )
        order = np.argsort(nodes, kind="stable")
        nodes, values, uncertainties = nodes[order], values[order], uncertainties[order]
        for left in nodes[:-1][np.diff(nodes) == 0]:
            raise ValueRefusedError("x = {x} is given twice; a table has one point for each x", x=f"{left:g}")
        if not 0 <= correlation <= 1:
            raise ValueRefusedError(
                "correlation between points is {correlation}; it must lie from 0 to 1",
                correlation=correlation,
            )
        covariance = correlation * np.outer(uncertainties, uncertainties)
        np.fill_diagonal(covariance, uncertainties**2)
        return cls(
            parameters=values,
            covariance=covariance,
            low=float(nodes[0]),
            high=float(nodes[-1]),
            x=nodes,
            segment_u=_bounds(nodes, values, non_linearity) / math.sqrt(3),
        )

    def _segment(self, x: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
        i = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        return i, (x - self.x[i]) / (self.x[i + 1] - self.x[i])

    def evaluate(self, x: FloatArray) -> Evaluation:
        """Linear interpolation of the value; the variance has the covariance of the neighbouring points."""
        i, part = self._segment(x)
        rest = 1 - part
        slope = (np.diff(self.parameters) / np.diff(self.x))[i]
        own = self.covariance.diagonal()
        variance = rest**2 * own[i] + part**2 * own[i + 1]
        variance += 2 * part * rest * self.covariance.diagonal(1)[i]
        variance += self.segment_u[i] ** 2
        value = rest * self.parameters[i] + part * self.parameters[i + 1]
        return Evaluation(value, slope, variance, self._spread(variance, x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, p): 1 - part and part at the neighbouring points, 0 elsewhere."""
        i, part = self._segment(x)
        weights = np.zeros((len(x), len(self.x)))
        rows = np.arange(len(x))
        weights[rows, i] = 1 - part
        weights[rows, i + 1] = part
        return weights

    def line(self, constant: float, per_x: float) -> FloatArray:
        """Parameters of a straight line; see ``Curve.line``."""
        return constant + per_x * self.x

    def model_u(self, x: float) -> float:
        """Non-linearity between the neighbouring points."""
        return float(self.segment_u[self._segment(np.array([x]))[0][0]])

    def solve(self, y: float) -> float:
        """The one x with this value; see ``Curve.solve``."""
        left, right = self.parameters[:-1], self.parameters[1:]
        between = (np.minimum(left, right) <= y) & (y <= np.maximum(left, right))
        crossed = np.flatnonzero(between & (left != right))
        part = (y - left[crossed]) / (right - left)[crossed]
        found = np.unique(self.x[crossed] + part * np.diff(self.x)[crossed])
        return one_solution(self, y, [float(x) for x in found])


def _bounds(x: FloatArray, y: FloatArray, half_width: float | None) -> FloatArray:
    """Bound on |curve - straight line| by segment: stated, or max|f''| h^2 / 8 by second differences."""
    if half_width is not None:
        if not (math.isfinite(half_width) and half_width >= 0):
            raise ValueRefusedError(
                "non-linearity is {found}; a half-width of 0 or more is needed", found=half_width
            )
        return np.full(len(x) - 1, float(half_width))
    if len(x) < 3:
        raise ValueRefusedError(
            Sentence("2 points say nothing about non-linearity between them: state its half-width")
        )
    h = np.diff(x)
    second = np.abs(np.diff(np.diff(y) / h) / ((h[:-1] + h[1:]) / 2))
    at_points = np.concatenate([second[:1], second, second[-1:]])
    return np.asarray(np.maximum(at_points[:-1], at_points[1:]) * h**2 / 8)
