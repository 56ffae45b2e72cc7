"""Degrees of freedom and coverage factors (JCGM 100:2008, G.3, G.4, G.6.4).

The effective degrees of freedom are truncated to the next lower integer before t is taken, never rounded
and never interpolated (G.4.1 note 1). p = 0.95 and p = 0.9545 are different columns: k is 1.960 or 2.000 at
infinity.
"""

import functools
import math
from collections.abc import Iterable

import numpy as np
from scipy.special import ndtri, stdtrit  # scipy.stats has the same, and takes half a second to load

from calibration.checks import FloatArray, degrees_of_freedom, level_of_confidence, positive_number
from calibration.errors import ValueRefusedError

TABLE_END = 1000
"""Up to here t quantiles are tabulated; above, the series in 1/dof is exact to 1e-13."""

_ALMOST = 1 + 1e-10
"""An effective 9 that floating point made 8.999999999999998 is 9."""


def effective_dof(contributions: Iterable[tuple[float, float]]) -> float:
    """Welch-Satterthwaite: u_c^4 / sum(u_i^4 / dof_i) (JCGM 100, G.2b).

    Args:
        contributions: pairs (u_i of the result, dof_i) of independent components. Correlated inputs are ONE
            component: the formula does not hold for the single members of a covariance.

    Returns:
        The untruncated number; infinite where no component has finite dof, or all u_i are 0.

    Raises:
        ValueRefusedError: a contribution that is negative or not finite, dof below 1.
    """
    variance = spread = 0.0
    for u, dof in contributions:
        if not (math.isfinite(u) and u >= 0):
            raise ValueRefusedError(f"a contribution of {u} cannot enter the degrees of freedom")
        degrees_of_freedom("a contribution", dof)
        variance += u**2
        spread += u**4 / dof
    return variance**2 / spread if spread > 0 else math.inf


def dof_of_reliability(relative: float) -> float:
    """Degrees of freedom of a Type B u that is itself known to this relative uncertainty (G.4.2, eq. G.3).

    ``0.25`` ("reliable to 25 %") gives 8.
    """
    return 0.5 / positive_number("relative uncertainty of u", relative) ** 2


def truncated(dof: float) -> float:
    """The next lower integer; infinite stays infinite (G.4.1 note 1)."""
    return float(np.floor(degrees_of_freedom("effective", dof) * _ALMOST))


def coverage_factor(level: float, dof: float = math.inf) -> float:
    """Coverage factor k = t_p(dof), two-sided, for a stated level of confidence (G.3.4).

    The dof are truncated first.

    Raises:
        ValueRefusedError: level not inside (0, 1), dof below 1.
    """
    level_of_confidence(level)
    whole = truncated(dof)
    if math.isinf(whole):
        return normal_factor(level)
    return float(stdtrit(whole, (1 + level) / 2))


def normal_factor(level: float) -> float:
    """Coverage factor of a normal distribution: 1.960 for 0.95, 2.000 for 0.9545."""
    return float(ndtri((1 + level_of_confidence(level)) / 2))


def coverage_factors(level: float, dof: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """``coverage_factor`` for an array of effective degrees of freedom, by table and series: fast.

    Args:
        level: level of confidence.
        dof: shape (n,), each >= 1 or infinite (the caller computed them; they are not checked again).
        out: shape (n,), where to put the factors; otherwise a new array.
    """
    table = _table(level_of_confidence(level))
    almost = dof * _ALMOST
    beyond = None
    if almost.max(initial=0.0) > TABLE_END:
        beyond = np.flatnonzero(almost > TABLE_END)
        whole = np.floor(almost[beyond])
        almost[beyond] = TABLE_END
    k = np.take(table, almost.astype(np.intp), out=out, mode="clip")
    if beyond is not None:
        k[beyond] = _series(level, whole)
    return k


@functools.lru_cache(maxsize=16)
def _table(level: float) -> FloatArray:
    """t_p(dof) by index 0 … TABLE_END; index 0 is never used."""
    table = np.full(TABLE_END + 1, math.nan)
    table[1:] = stdtrit(np.arange(1, TABLE_END + 1), (1 + level) / 2)
    table.flags.writeable = False
    return table


def _series(level: float, dof: FloatArray) -> FloatArray:
    """t_p by its expansion about the normal quantile (Abramowitz and Stegun, 26.7.5) [V against scipy]."""
    z = normal_factor(level)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    w = 1 / dof
    total = np.zeros_like(w)
    for term in reversed(terms):
        total = total * w + term
    return total
