"""Advice on the next calibration interval from all that is known of an instrument; the laboratory decides.

ILAC-G24 / OIML D 10 methods 1 to 4, and A3 of NCSLI RP-1 for families, each where its evidence is there.
"""

from dataclasses import dataclass
from decimal import Decimal

from calibration.drift.interval_of_family import Target, interval_of_family
from calibration.drift.intervals import (
    Advice,
    Bounds,
    Staircase,
    control_chart_interval,
    in_service_interval,
    in_use_interval,
)
from calibration.drift.line import DriftLine


@dataclass(frozen=True, slots=True)
class IntervalPolicy:
    """What the laboratory decided about intervals."""

    bounds: Bounds
    """Days."""
    staircase: Staircase
    """Its bounds in days."""
    target: Target
    """For families."""
    allowed_use: float | None = None
    """Hours or weighings from one calibration to the next; None where use is not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalEvidence:
    """What is known of one instrument; None or empty for what is not."""

    interval_days: float
    """The present one."""
    since_days: float
    """Since the last calibration."""
    as_found: Decimal | None
    """Largest |error| at the last calibration, before any adjustment, over the MPE."""
    line: DriftLine | None
    """Through the errors of calibrations and checks."""
    calibrated_days: float
    """Time of the last calibration, in days of the line."""
    tolerance: tuple[float, float] | None
    """(MPE, U of the error at a calibration), in the unit of the line."""
    last_check_passed: bool | None
    use_per_day: float | None
    """In the unit of the policy's ``allowed_use``."""
    family: tuple[int, int] | None
    """(found in tolerance, calibrations) of instruments of one kind at the end of this interval."""


def interval_advice(evidence: IntervalEvidence, policy: IntervalPolicy) -> tuple[Advice, ...]:
    """One piece of advice for each method whose evidence is there, in days.

    Raises:
        ValueRefusedError: a number that cannot be; the sentence names it.
    """
    interval, bounds = evidence.interval_days, policy.bounds
    found = []
    if evidence.as_found is not None:
        found.append(policy.staircase.next(interval, evidence.as_found))
    if evidence.line is not None and evidence.tolerance is not None:
        calibrated = evidence.calibrated_days
        found.append(control_chart_interval(evidence.line, evidence.tolerance, calibrated, interval, bounds))
    if evidence.use_per_day is not None and policy.allowed_use is not None:
        found.append(in_use_interval(policy.allowed_use, evidence.use_per_day, interval, bounds))
    if evidence.last_check_passed is not None:
        found.append(in_service_interval(evidence.last_check_passed, evidence.since_days, interval, bounds))
    if evidence.family is not None:
        found.append(interval_of_family(*evidence.family, interval, policy.target).advice)
    return tuple(found)
