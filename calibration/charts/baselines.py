"""Baselines: checks that may be compared with each other.

Another check standard or another certificate of it, an adjustment of the instrument, another certificate of
the instrument: each moves the level for a reason that is no drift. It starts a new baseline, and a chart is
made for one baseline only.
"""

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calibration.checks import FloatArray
from calibration.errors import ValueRefusedError

NS_PER_DAY = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be the same for checks to be comparable; each is named as the laboratory names it."""

    check_standard: str
    standard_certificate: str
    """Of the check standard, or its assigned value's version."""
    instrument_certificate: str
    adjustment: str = ""
    """The last adjustment of the instrument; empty if there was none."""
    decision: str = ""
    """The last decision of a person that checks are not comparable any more; empty if there was none."""


class Change(enum.StrEnum):
    """Why a baseline starts."""

    FIRST = "first check"
    CHECK_STANDARD = "another check standard"
    STANDARD_CERTIFICATE = "another certificate of the check standard"
    ADJUSTMENT = "adjustment"
    INSTRUMENT_CERTIFICATE = "another certificate of the instrument"
    DECISION = "decided by a person"


@dataclass(frozen=True, slots=True)
class Check:
    """One intermediate check (期间核查) at one point: error = indication - value of the check standard."""

    t_ns: int
    """UTC since 1970, in ns."""
    error: float
    """In the unit of the chart."""
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Baseline:
    """Consecutive checks under the same conditions."""

    changes: tuple[Change, ...]
    """Why it starts."""
    checks: tuple[Check, ...]

    @property
    def errors(self) -> FloatArray:
        """Shape (n,), in the unit of the chart."""
        return np.array([check.error for check in self.checks])

    @property
    def days(self) -> FloatArray:
        """Shape (n,): days since the first check of this baseline."""
        first = self.checks[0].t_ns
        return np.array([(check.t_ns - first) / NS_PER_DAY for check in self.checks])


def baselines(checks: Iterable[Check]) -> tuple[Baseline, ...]:
    """Cut the checks of one instrument and point into baselines; conditions that come back start one as well.

    Args:
        checks: in the order of time.

    Raises:
        ValueRefusedError: an error that is not finite, or a check that is not later than the one before.
    """
    cut: list[tuple[tuple[Change, ...], list[Check]]] = []
    before: Check | None = None
    for number, check in enumerate(checks, 1):
        if not math.isfinite(check.error):
            raise ValueRefusedError(f"check {number}: the error is {check.error}; it must be a finite number")
        if before is not None and check.t_ns <= before.t_ns:
            raise ValueRefusedError(
                f"check {number} is not later than check {number - 1}: give each once, in the order of time"
            )
        changes = (Change.FIRST,) if before is None else _changes(before.conditions, check.conditions)
        if changes:
            cut.append((changes, []))
        cut[-1][1].append(check)
        before = check
    return tuple(Baseline(changes, tuple(members)) for changes, members in cut)


def _changes(before: Conditions, now: Conditions) -> tuple[Change, ...]:
    pairs = (
        (Change.CHECK_STANDARD, before.check_standard, now.check_standard),
        (Change.STANDARD_CERTIFICATE, before.standard_certificate, now.standard_certificate),
        (Change.ADJUSTMENT, before.adjustment, now.adjustment),
        (Change.INSTRUMENT_CERTIFICATE, before.instrument_certificate, now.instrument_certificate),
        (Change.DECISION, before.decision, now.decision),
    )
    return tuple(change for change, old, new in pairs if old != new)
