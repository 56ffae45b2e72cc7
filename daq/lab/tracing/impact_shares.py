"""What the corrected readings of many results contribute to their values and variances: arrays, not objects.

The same law as ``calibration.correction.corrected`` for single readings, for 10^5 results at once: with the
stored sensitivities c_i of a result, V = sum over influences of (sum over readings of c_i e_i)^2, readings
of one certificate sharing its influences (JCGM 102:2011, 6.2). So the share of a certificate in a variance
can be taken out and that of another put in, exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from calibration.certificates.model import Certificate, Gives
from calibration.checks import FloatArray

IntArray = npt.NDArray[np.int64]

_NOISE = 1e-9
"""Relative size below which the variance of a model is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """n captured readings behind m results; a reading behind two results is there twice."""

    result: IntArray
    """Shape (n,): place of the result, 0 … m - 1."""
    sensitivity: FloatArray
    """Shape (n,): d(result)/d(corrected value)."""
    raw: FloatArray
    """Shape (n,), in the unit of the certificate."""
    certificate: IntArray
    """Shape (n,): place of the certificate; -1 for a reading that no certificate corrects."""
    results: int
    """m."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Of m results, shape (m,) each."""

    value: FloatArray
    """Sum of c_i x_i over the readings: its change is the change of the result, to first order."""
    variance: FloatArray
    """Contribution of the readings to u^2."""
    spread: FloatArray
    """Their part of Welch-Satterthwaite: sum of u_i^4 / dof_i over independent components."""
    outside: npt.NDArray[np.bool_]
    """A reading lies outside the range of its certificate: nothing can be said about the result."""


def shares_of(readings: Readings, certificates: Sequence[Certificate]) -> Shares:
    """What the readings contribute, corrected under these certificates.

    Args:
        readings: with the places of their certificates.
        certificates: each for indications in the unit of its readings.
    """
    return _Summing(readings).under(certificates)


@dataclass(slots=True)
class _Component:
    """An independent component: an influence, or a block of them."""

    dof: float
    members: dict[str, FloatArray] = field(default_factory=dict)
    """Sum of c_i e_i over the readings, by influence: it is squared in the end."""
    squares: FloatArray | None = None
    """Of effects that are new in every reading: a sum of squares already."""


class _Summing:
    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._components: dict[str, _Component] = {}
        self._value = np.zeros(readings.results)
        self._outside = np.zeros(readings.results, dtype=bool)

    def under(self, certificates: Sequence[Certificate]) -> Shares:
        for place, certificate in enumerate(certificates):
            chosen = np.flatnonzero(self._readings.certificate == place)
            if chosen.size:
                self._add(certificate, chosen)
        variance = np.zeros(self._readings.results)
        spread = np.zeros(self._readings.results)
        for component in self._components.values():
            total = np.zeros_like(variance) if component.squares is None else component.squares.copy()
            for member in component.members.values():
                total += member**2
            variance += total
            if math.isfinite(component.dof):
                spread += total**2 / component.dof
        return Shares(self._value, variance, spread, self._outside)

    def _add(self, certificate: Certificate, chosen: npt.NDArray[np.intp]) -> None:
        curve = certificate.curve
        raw = self._readings.raw[chosen]
        inside = (curve.low <= raw) & (raw <= curve.high)
        self._outside[self._readings.result[chosen[~inside]]] = True
        chosen, raw = chosen[inside], raw[inside]
        c, result = self._readings.sensitivity[chosen], self._readings.result[chosen]
        found = curve.evaluate(raw)
        adds = certificate.gives is Gives.CORRECTION
        self._value += self._sum(result, c * (found.value + raw if adds else found.value))
        loadings = curve.gradient(raw) @ curve.roots
        for influence, loading in zip(curve.influences, loadings.T, strict=True):
            block = influence.block or influence.key
            self._share(block, influence.key, influence.dof, self._sum(result, c * loading))
        model = found.variance - (loadings**2).sum(axis=1)
        model[model < _NOISE * found.variance] = 0.0
        self._add_model(curve.key, curve.dof, (result, c * np.sqrt(model), raw))
        self._add_own(certificate, (result, c, c * (found.slope + 1 if adds else found.slope)))

    def _add_own(self, certificate: Certificate, at: tuple[IntArray, FloatArray, FloatArray]) -> None:
        """Resolution, repeatability and the further contributions; ``at`` has c and c times the slope."""
        result, c, on_indication = at
        key = certificate.curve.key
        own = self._sum(result, on_indication**2)
        self._new_in_each(f"{key}/resolution", math.inf, own * certificate.resolution_u**2)
        dof = certificate.repeatability_dof
        self._new_in_each(f"{key}/repeatability", dof, own * certificate.repeatability**2)
        for part in certificate.contributions:
            if part.common:
                self._share(f"{key}/{part.name}", part.name, part.dof, self._sum(result, c * part.u))
            else:
                squares = self._sum(result, (c * part.u) ** 2)
                self._new_in_each(f"{key}/{part.name}", part.dof, squares)

    def _add_model(self, key: str, dof: float, at: tuple[IntArray, FloatArray, FloatArray]) -> None:
        """The error of the model at an indication is one error for all readings at just that indication."""
        result, parts, raw = at
        if not parts.any():
            return
        order = np.lexsort((raw, result))
        result, parts, raw = result[order], parts[order], raw[order]
        first = np.flatnonzero(np.r_[True, (np.diff(result) != 0) | (np.diff(raw) != 0)])
        squares = self._sum(result[first], np.add.reduceat(parts, first) ** 2)
        self._new_in_each(key, dof, squares)

    def _sum(self, result: IntArray, parts: FloatArray) -> FloatArray:
        total = np.bincount(result, weights=parts, minlength=self._readings.results)
        return np.asarray(total, dtype=np.float64)

    def _component(self, block: str, dof: float) -> _Component:
        return self._components.setdefault(block, _Component(dof))

    def _share(self, block: str, key: str, dof: float, total: FloatArray) -> None:
        members = self._component(block, dof).members
        members[key] = members[key] + total if key in members else total

    def _new_in_each(self, block: str, dof: float, squares: FloatArray) -> None:
        component = self._component(block, dof)
        component.squares = squares if component.squares is None else component.squares + squares


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Value, u and degrees of freedom of m results, shape (m,) each."""

    value: FloatArray
    u: FloatArray
    """NaN where a result has none."""
    dof: FloatArray


def exchanged(figures: Figures, old: Shares, new: Shares) -> Figures:
    """The results with the readings' share taken out and another put in.

    NaN where a reading lies outside the range of its new certificate.
    """
    value = figures.value - old.value + new.value
    variance = np.maximum(figures.u**2 - old.variance + new.variance, 0.0)
    spread = np.maximum(figures.u**4 / figures.dof - old.spread + new.spread, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        dof = np.where(spread > 0, variance**2 / spread, math.inf)
    nothing = new.outside
    return Figures(
        np.where(nothing, math.nan, value),
        np.where(nothing, math.nan, np.sqrt(variance)),
        np.where(nothing, math.nan, np.maximum(dof, 1.0)),
    )
