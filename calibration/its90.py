"""Standard platinum resistance thermometers on ITS-90: individual deviation functions by sub-range.

W = R(T90) / R(273.16 K) differs from the reference function by W - Wr = sum c_j f_j(W), with the f_j of the
sub-range (ITS-90, equations 12 to 14; numbers of the sub-ranges as in NIST Technical Note 1265) [R; the
arithmetic is verified].
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from calibration import least_squares
from calibration.checks import FloatArray, covariance_root, finite, positive, positive_number
from calibration.curve import Curve, Evaluation
from calibration.errors import CovarianceError, FitError, OutOfRangeError, ValueRefusedError
from calibration.its90_reference import (
    FIXED_POINT_RATIOS,
    FIXED_POINTS_K,
    ZERO_CELSIUS_K,
    reference_ratio,
    reference_slope,
    reference_temperature,
)
from calibration.sentences import Sentence

Term = tuple[str, int]
"""``("w", n)`` is (W - 1)^n, ``("ln", n)`` is (ln W)^n, ``("w ln", 1)`` is (W - 1) ln W."""

SUBRANGES: dict[int, tuple[float, float, tuple[Term, ...]]] = {
    1: (13.8033, 273.16, (("w", 1), ("w", 2), ("ln", 3), ("ln", 4), ("ln", 5), ("ln", 6), ("ln", 7))),
    2: (24.5561, 273.16, (("w", 1), ("w", 2), ("ln", 1), ("ln", 2), ("ln", 3))),
    3: (54.3584, 273.16, (("w", 1), ("w", 2), ("ln", 2))),
    4: (83.8058, 273.16, (("w", 1), ("w ln", 1))),
    5: (234.3156, 302.9146, (("w", 1), ("w", 2))),
    6: (273.15, 1234.93, (("w", 1), ("w", 2), ("w", 3), ("al", 2))),
    7: (273.15, 933.473, (("w", 1), ("w", 2), ("w", 3))),
    8: (273.15, 692.677, (("w", 1), ("w", 2))),
    9: (273.15, 505.078, (("w", 1), ("w", 2))),
    10: (273.15, 429.7485, (("w", 1),)),
    11: (273.15, 302.9146, (("w", 1),)),
}
"""Lowest and highest T90 in K, and the terms in the order of their coefficients a, b, c …; d of sub-range 6
multiplies (W - W(Al))^2 above the freezing point of aluminium."""

_ALUMINIUM_K = FIXED_POINTS_K["Al"]
_ROUNDING = 1e-8
"""In W: the printed reference ratios are rounded to 8 decimals, and a fixed point is inside its sub-range."""


@dataclass(frozen=True, eq=False)
class Deviation:
    """The deviation function of one thermometer in one sub-range.

    Raises:
        ValueRefusedError: no such sub-range, or not as many coefficients as it has terms.
        CovarianceError: the matrix is not their covariance.
    """

    subrange: int
    coefficients: FloatArray
    covariance: FloatArray

    def __post_init__(self) -> None:
        if self.subrange not in SUBRANGES:
            raise ValueRefusedError(
                "sub-range {subrange} is not one of ITS-90; known are 1 to 11", subrange=self.subrange
            )
        finite(f"coefficients of sub-range {self.subrange}", self.coefficients)
        size = len(self.terms)
        if len(self.coefficients) != size:
            raise ValueRefusedError(
                "sub-range {subrange} has {size} coefficients, found {count}",
                subrange=self.subrange,
                size=size,
                count=len(self.coefficients),
            )
        root = covariance_root(f"the covariance of sub-range {self.subrange}", self.covariance)
        if len(root) != size:
            raise CovarianceError(
                "the covariance of sub-range {subrange} has {count} rows; it needs {size}",
                subrange=self.subrange,
                count=len(root),
                size=size,
            )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the sub-range, in the order of the coefficients."""
        return SUBRANGES[self.subrange][2]

    @property
    def range_k(self) -> tuple[float, float]:
        """Lowest and highest T90 in K."""
        return SUBRANGES[self.subrange][:2]

    @cached_property
    def ratio_at_aluminium(self) -> float:
        """This thermometer's own W at 660.323 degC (sub-range 6)."""
        wr = float(reference_ratio(np.array([_ALUMINIUM_K]))[0])
        w = wr
        for _ in range(20):
            w = wr + float((terms_of(self.terms[:3], np.array([w])) @ self.coefficients[:3])[0])
        return w

    def basis(self, w: FloatArray) -> FloatArray:
        """Shape (n, p): f_j(W)."""
        return terms_of(self.terms, w, self.ratio_at_aluminium if self.subrange == 6 else math.nan)

    def value(self, w: FloatArray) -> FloatArray:
        """W - Wr."""
        return np.asarray(self.basis(w) @ self.coefficients)

    def slope(self, w: FloatArray) -> FloatArray:
        """d(W - Wr)/dW, by the complex step: exact."""
        aluminium = self.ratio_at_aluminium if self.subrange == 6 else math.nan
        stepped = terms_of(self.terms, w + 1e-30j, aluminium) @ self.coefficients
        return np.asarray(stepped.imag / 1e-30)

    def ratio(self, t_k: FloatArray) -> FloatArray:
        """W of this thermometer at T90, shape as given; W = Wr + deviation(W) by iteration."""
        wr = reference_ratio(t_k)
        w = wr.copy()
        for _ in range(20):
            w = w - (w - self.value(w) - wr) / (1 - self.slope(w))
            if not np.all(w > 0):
                raise ValueRefusedError(
                    "with these coefficients of sub-range {subrange} there is no resistance at some "
                    "temperature: they are no small deviation",
                    subrange=self.subrange,
                )
        return w


def terms_of(terms: Sequence[Term], w: npt.NDArray[np.inexact], aluminium: float = math.nan) -> FloatArray:
    """Shape (n, p): the terms at n ratios, real or complex."""
    columns = []
    for kind, power in terms:
        if kind == "w":
            columns.append((w - 1) ** power)
        elif kind == "ln":
            columns.append(np.log(w) ** power)
        elif kind == "w ln":
            columns.append((w - 1) * np.log(w))
        else:
            columns.append(np.where(w.real > aluminium, (w - aluminium) ** power, 0.0))
    return np.column_stack(columns)


def deviation_from_fixed_points(subrange: int, ratios: Mapping[str, tuple[float, float]]) -> Deviation:
    """The deviation function through measured fixed points, or by least squares through more than needed.

    The reference ratios are those printed in table 1 of ITS-90, as calibrating institutes use them.

    Args:
        subrange: 1 to 11.
        ratios: W and its standard uncertainty by fixed point: ``{"Sn": (1.89265, 1e-6), …}``; independent.

    Raises:
        ValueRefusedError: an unknown sub-range or fixed point, one outside the sub-range, W or u not above 0.
        FitError: fewer fixed points than coefficients.
    """
    if subrange not in SUBRANGES:
        raise ValueRefusedError(
            "sub-range {subrange} is not one of ITS-90; known are 1 to 11", subrange=subrange
        )
    low, high, terms = SUBRANGES[subrange]
    known = [name for name, t in FIXED_POINTS_K.items() if low <= t <= high and name != "H2O"]
    for name in ratios:
        if name not in known:
            raise ValueRefusedError(
                "{name} is no fixed point of sub-range {subrange}; its are {names}",
                name=name,
                subrange=subrange,
                names=", ".join(known),
            )
    if len(ratios) < len(terms):
        raise FitError(
            "sub-range {subrange} needs {count} fixed points, found {names}",
            subrange=subrange,
            count=len(terms),
            names=", ".join(ratios),
        )
    w = positive("W", [pair[0] for pair in ratios.values()])
    u = positive("u(W)", [pair[1] for pair in ratios.values()])
    wr = np.array([FIXED_POINT_RATIOS[name] for name in ratios])
    aluminium = ratios["Al"][0] if subrange == 6 and "Al" in ratios else math.nan
    if subrange == 6 and math.isnan(aluminium):
        raise FitError(Sentence("sub-range 6 needs the freezing point of aluminium"))
    names = [f"coefficient {letter}" for letter in "abcdefg"[: len(terms)]]
    found = least_squares.solve(terms_of(terms, w, aluminium), w - wr, u, names)
    return Deviation(subrange, found.coefficients, found.unscaled)


@dataclass(frozen=True, eq=False, kw_only=True)
class Its90(Curve):
    """T90 in degC from resistance in ohm; the parameters are R(273.16 K) and all coefficients."""

    deviations: tuple[Deviation, ...]
    """One, or one below and one above the triple point of water."""

    @classmethod
    def from_deviations(
        cls, r_tpw: float, u_r_tpw: float, deviations: Sequence[Deviation], dof: float = math.inf
    ) -> Self:
        """A thermometer as its certificate states it.

        Args:
            r_tpw: resistance at the triple point of water, in ohm; 1 for a thermometer that is read in W.
            u_r_tpw: its standard uncertainty in ohm, independent of the coefficients; 0 if it is in theirs.
            deviations: one, or two that meet at the triple point of water.
            dof: degrees of freedom of the covariance as a whole.

        Raises:
            ValueRefusedError: r_tpw not above 0, u_r_tpw negative, or sub-ranges that overlap or do not meet.
        """
        positive_number("R(273.16 K)", r_tpw)
        if not (math.isfinite(u_r_tpw) and u_r_tpw >= 0):
            raise ValueRefusedError("u of R(273.16 K) is {u_r_tpw}; it must be 0 or more", u_r_tpw=u_r_tpw)
        ordered = tuple(sorted(deviations, key=lambda one: one.range_k))
        meets = len(ordered) == 1 or (len(ordered) == 2 and ordered[0].subrange < 5 < ordered[1].subrange)
        if not meets:
            found = ", ".join(str(one.subrange) for one in ordered) or "none"
            raise ValueRefusedError(
                "found sub-ranges {found}; needed is one, or one of 1 to 4 with one of 6 to 11", found=found
            )
        blocks = [np.array([[u_r_tpw**2]]), *(one.covariance for one in ordered)]
        size = sum(len(block) for block in blocks)
        covariance, start = np.zeros((size, size)), 0
        for block in blocks:
            covariance[start : start + len(block), start : start + len(block)] = block
            start += len(block)
        low, high = ordered[0].range_k[0], ordered[-1].range_k[1]
        return cls(
            parameters=np.concatenate([[r_tpw], *(one.coefficients for one in ordered)]),
            covariance=covariance,
            low=r_tpw * (float(ordered[0].ratio(np.array([low]))[0]) - _ROUNDING),
            high=r_tpw * (float(ordered[-1].ratio(np.array([high]))[0]) + _ROUNDING),
            dof=dof,
            deviations=ordered,
        )

    def resistance(self, t_degc: npt.ArrayLike) -> FloatArray:
        """Resistance in ohm at n temperatures T90 in degC, shape (n,).

        Raises:
            OutOfRangeError: a temperature outside the sub-ranges.
            ValueRefusedError: one is not finite.
        """
        return np.array([self.solve(float(t)) for t in finite("t_degc", t_degc)])

    def evaluate(self, x: FloatArray) -> Evaluation:
        """Temperature in degC, degC per ohm, and variance in degC^2."""
        t_k, per_ohm, _ = self._parts(x)
        variance = self._variance(x)
        return Evaluation(t_k - ZERO_CELSIUS_K, per_ohm, variance, self._spread(variance, x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Shape (n, p): by R(273.16 K), then by every coefficient of every deviation."""
        return self._parts(x)[2]

    def _parts(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """T90 in K, dT/dR and the gradient."""
        r_tpw = self.parameters[0]
        w = x / r_tpw
        wr, slope = np.empty_like(w), np.empty_like(w)
        gradient, start = np.zeros((len(x), len(self.parameters))), 1
        for which, one in enumerate(self.deviations):
            mine = np.flatnonzero(self._which(w) == which)
            end = start + len(one.coefficients)
            gradient[mine, start:end] = -one.basis(w[mine])
            wr[mine] = w[mine] - one.value(w[mine])
            slope[mine] = 1 - one.slope(w[mine])
            start = end
        gradient[:, 0] = -slope * w / r_tpw
        t_k = reference_temperature(wr)
        kelvin_per_ratio = 1 / reference_slope(t_k)
        return t_k, slope * kelvin_per_ratio / r_tpw, gradient * kelvin_per_ratio[:, None]

    def _which(self, w: FloatArray) -> npt.NDArray[np.intp]:
        """Index of the deviation that holds at every ratio."""
        return np.where(w < 1, 0, len(self.deviations) - 1)

    def solve(self, y: float) -> float:
        """The resistance at T90 in degC; see ``Curve.solve``."""
        t_k = y + ZERO_CELSIUS_K
        low, high = self.deviations[0].range_k[0], self.deviations[-1].range_k[1]
        if not low - 1e-9 <= t_k <= high + 1e-9:
            raise OutOfRangeError(
                "{y} degC lies outside the sub-ranges of {name}, {low} to {high} degC",
                y=f"{y:g}",
                name=self.name,
                low=f"{low - ZERO_CELSIUS_K:g}",
                high=f"{high - ZERO_CELSIUS_K:g}",
            )
        one = self.deviations[0] if t_k < FIXED_POINTS_K["H2O"] else self.deviations[-1]
        return float(self.parameters[0] * one.ratio(np.clip(np.array([t_k]), low, high))[0])
