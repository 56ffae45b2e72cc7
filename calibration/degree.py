"""Which degree a calibration polynomial needs (ISO/TS 28038:2018 [R]; AICc: Hurvich and Tsai 1989)."""

import math
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, fdtrc

from calibration.checks import FloatArray, finite
from calibration.errors import FitError
from calibration.fit import Fit, Scale
from calibration.polynomial_fit import fit_polynomial

HIGHEST = 4
"""Calibration curves of higher degree follow the noise of their points."""

SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One degree, and what speaks for and against it."""

    degree: int
    fit: Fit
    aicc: float
    """Akaike's criterion, corrected for few points: the lower the better."""
    p_last: float
    """Probability of the gain over the next lower degree by chance: F, or chi-square (known scale)."""
    runs: int
    """Runs of residuals with one sign, in the order of x."""
    p_runs: float
    """Probability of so few runs by chance: small where the residuals still have a shape."""
    monotonic: bool
    """Whether the curve only rises or only falls in its range."""

    @property
    def accepted(self) -> bool:
        """Chi-square (known scale only) and runs do not refuse it."""
        tested = self.fit.scale is Scale.ESTIMATED or self.fit.accepted
        return tested and self.p_runs >= SIGNIFICANCE


@dataclass(frozen=True, slots=True, eq=False)
class DegreeChoice:
    """The degree that was chosen, why, and all that were tried."""

    chosen: Candidate
    reason: str
    candidates: tuple[Candidate, ...]


def choose_degree(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    u_y: npt.ArrayLike | None = None,
    *,
    monotonic: bool,
    scale: Scale | None = None,
) -> DegreeChoice:
    """The lowest degree that the points support: at most half their number, and at most 4.

    Among the degrees that chi-square and runs of signs accept, the one with the lowest AICc; then down again
    for as long as the highest coefficient is not significant (5 %).

    Args:
        x: m abscissae.
        y: m ordinates.
        u_y: as for ``fit_polynomial``.
        monotonic: whether a curve that turns back must not be chosen: true for value against indication.
        scale: as for ``fit_polynomial``.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0, lists of different length.
        FitError: too few points for any degree, or no degree that is monotonic.
    """
    abscissae = finite("x", x)
    count = len(abscissae)
    highest = min(HIGHEST, count // 2, count - 4, len(np.unique(abscissae)) - 1)
    if highest < 0:
        raise FitError(f"{count} points are too few to choose a degree; 4 or more are needed")
    fits = [fit_polynomial(abscissae, y, degree, u_y, scale) for degree in range(highest + 1)]
    candidates = tuple(_candidate(fits, degree) for degree in range(highest + 1))
    allowed = [one for one in candidates if one.monotonic or not monotonic]
    usable = [one for one in allowed if one.accepted] or allowed
    if not usable:
        raise FitError(f"no polynomial of degree 0 to {highest} through these points is monotonic")
    chosen = min(usable, key=lambda one: (one.aicc, one.degree))
    best = chosen.degree
    lower = {one.degree: one for one in usable}
    while chosen.p_last > SIGNIFICANCE and chosen.degree - 1 in lower:
        chosen = lower[chosen.degree - 1]
    return DegreeChoice(chosen, _reason(chosen, best, accepted=chosen.accepted), candidates)


def _reason(chosen: Candidate, best: int, *, accepted: bool) -> str:
    sentence = f"degree {best} has the lowest AICc of the degrees that chi-square and signs accept"
    if not accepted:
        sentence = f"no degree is accepted by chi-square and signs; degree {best} has the lowest AICc"
    if chosen.degree < best:
        sentence += f", but its highest coefficient is not significant: degree {chosen.degree}"
    return sentence


def _candidate(fits: list[Fit], degree: int) -> Candidate:
    fit = fits[degree]
    runs, p_runs = runs_of_signs(fit.residuals[np.argsort(fit.x, kind="stable")])
    return Candidate(
        degree=degree,
        fit=fit,
        aicc=_aicc(fit),
        p_last=_p_of_gain(fits[degree - 1], fit) if degree else 0.0,
        runs=runs,
        p_runs=p_runs,
        monotonic=fit.curve.is_monotonic(),
    )


def _aicc(fit: Fit) -> float:
    count = len(fit.x)
    free = fit.curve.degree + 1
    if fit.scale is Scale.KNOWN:
        criterion = fit.chi_square + 2 * free
    else:
        free += 1  # the scale
        criterion = count * math.log(max(fit.chi_square, 1e-300) / count) + 2 * free
    return criterion + 2 * free * (free + 1) / (count - free - 1) if count > free + 1 else math.inf


def _p_of_gain(lower: Fit, higher: Fit) -> float:
    gain = max(lower.chi_square - higher.chi_square, 0.0)
    if higher.scale is Scale.KNOWN:
        return float(chdtrc(1, gain))
    if higher.chi_square == 0:
        return 0.0 if gain else 1.0
    return float(fdtrc(1, higher.dof, gain / (higher.chi_square / higher.dof)))


def runs_of_signs(residuals: FloatArray) -> tuple[int, float]:
    """Number of runs of one sign, and the probability of so few by chance (Wald and Wolfowitz, exact).

    Args:
        residuals: in the order of x; zeros are left out.
    """
    signs = np.sign(residuals[residuals != 0])
    if not signs.size:
        return 0, 1.0
    runs = int(np.count_nonzero(np.diff(signs))) + 1
    plus = int(np.count_nonzero(signs > 0))
    minus = len(signs) - plus
    if not (plus and minus):
        return runs, 1.0
    ways = sum(_ways(r, plus, minus) for r in range(2, runs + 1))
    return runs, ways / comb(plus + minus, plus)


def _ways(runs: int, plus: int, minus: int) -> int:
    """Arrangements of the signs that have this many runs."""
    half, odd = divmod(runs, 2)
    if not odd:
        return 2 * comb(plus - 1, half - 1) * comb(minus - 1, half - 1)
    return comb(plus - 1, half) * comb(minus - 1, half - 1) + comb(plus - 1, half - 1) * comb(minus - 1, half)
