"""Statements of conformity on many results at once: the rules of ``calibration.conformity`` as boundaries.

A value that differs from a boundary by less than what ``results_verdict.stated`` keeps of it lies on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray
from calibration.conformity import Comparison, Decision
from daq.lab.methods.results import DECISION_RULES

DECISIONS = tuple(Decision)
"""Decisions by their code."""
UNDECIDED = -1
"""Code where there is no limit, no value, or a guard band that leaves nothing to accept."""

Codes = npt.NDArray[np.int8]

_AT_BOUNDARY = 1e-7
"""Of u."""


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """What a result was compared with."""

    lower: Decimal | None
    upper: Decimal | None
    rule: str
    comparison: Comparison


def decided(value: FloatArray, u: FloatArray, expanded: FloatArray, spec: LimitSpec) -> Codes:
    """Decisions on n results under one limit.

    Args:
        value: shape (n,), unrounded; NaN where there is none.
        u: standard uncertainties.
        expanded: U.
        spec: limits in the unit of the results.
    """
    rule = DECISION_RULES[spec.rule]
    sides = _Sides(value, _AT_BOUNDARY * u, spec)
    if spec.comparison is Comparison.ROUNDED_VALUE:
        codes = np.where(sides.rounded_within(), _code(Decision.PASS), _code(Decision.FAIL))
    else:
        band = float(rule.multiple) * expanded
        codes = np.full(len(value), _code(Decision.FAIL))
        if rule.non_binary:
            codes[sides.within(-band)] = _code(Decision.CONDITIONAL_FAIL)
            codes[sides.within(np.zeros_like(band))] = _code(Decision.CONDITIONAL_PASS)
        codes[sides.within(band)] = _code(Decision.PASS)
        codes[sides.empty(band)] = UNDECIDED
    codes[np.isnan(value)] = UNDECIDED
    return codes.astype(np.int8)


def _code(decision: Decision) -> int:
    return DECISIONS.index(decision)


def words_of(codes: Codes) -> Sequence[str]:
    """Decisions in one word each; empty where undecided."""
    names = np.array([decision.value for decision in DECISIONS] + [""])
    return list(names[codes])


@dataclass(frozen=True, slots=True)
class _Sides:
    """Values against a lower and an upper limit."""

    value: FloatArray
    tolerance: FloatArray
    spec: LimitSpec

    def within(self, band: FloatArray) -> npt.NDArray[np.bool_]:
        """Not beyond a limit moved inwards by the band."""
        found = np.ones(len(self.value), dtype=bool)
        if self.spec.lower is not None:
            found &= self.value >= float(self.spec.lower) + band - self.tolerance
        if self.spec.upper is not None:
            found &= self.value <= float(self.spec.upper) - band + self.tolerance
        return found

    def empty(self, band: FloatArray) -> npt.NDArray[np.bool_]:
        """Where nothing is left between the limits."""
        if self.spec.lower is None or self.spec.upper is None:
            return np.zeros(len(band), dtype=bool)
        return np.asarray(float(self.spec.lower) + band > float(self.spec.upper) - band)

    def rounded_within(self) -> npt.NDArray[np.bool_]:
        """Rounded to the places of the limit; a tie goes to the even digit (GB/T 8170)."""
        found = np.ones(len(self.value), dtype=bool)
        if self.spec.lower is not None:
            found &= self._beside(self.spec.lower, -1)
        if self.spec.upper is not None:
            found &= self._beside(self.spec.upper, 1)
        return found

    def _beside(self, limit: Decimal, side: int) -> npt.NDArray[np.bool_]:
        """Within half a step of the limit's last digit beyond it; at half a step where that digit is even."""
        half = Decimal((0, (5,), int(limit.as_tuple().exponent) - 1))
        reach = side * (self.value - float(limit + side * half))
        is_even = limit.as_tuple().digits[-1] % 2 == 0
        return np.asarray(reach <= self.tolerance if is_even else reach < -self.tolerance)
