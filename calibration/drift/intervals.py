"""Advice on calibration intervals (ILAC-G24:2022 / OIML D 10:2022 [R]); the laboratory decides and signs.

Method 1, staircase; method 2, control chart; method 3, in-use time; method 4, checks in service. Times are in
days, or for the staircase in the unit of the interval. Of method 5, other statistical approaches, there is
the one for families of equal instruments, ``interval_of_family``.
"""

import enum
import math
from dataclasses import dataclass
from decimal import Decimal

from scipy.optimize import brentq

from calibration.checks import positive_number
from calibration.coverage import coverage_factor
from calibration.drift.line import DriftLine
from calibration.errors import ValueRefusedError
from calibration.influences import not_negative
from calibration.rounding import decimal_of
from calibration.sources import Mark, Source

_DOCUMENT = "ILAC-G24:2022 / OIML D 10:2022"


class Change(enum.StrEnum):
    """What becomes of an interval."""

    LENGTHEN = "lengthen"
    KEEP = "keep"
    SHORTEN = "shorten"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Shortest and longest interval that the laboratory allows.

    Raises:
        ValueRefusedError: not positive, or the shortest above the longest.
    """

    shortest: float
    longest: float

    def __post_init__(self) -> None:
        if positive_number("shortest interval", self.shortest) > positive_number(
            "longest interval", self.longest
        ):
            raise ValueRefusedError(
                f"the shortest interval, {self.shortest:g}, is above the longest, {self.longest:g}"
            )

    def clip(self, interval: float) -> float:
        """The interval, or the nearer bound."""
        return min(max(interval, self.shortest), self.longest)


@dataclass(frozen=True, slots=True)
class Advice:
    """The next interval and the method it comes from."""

    interval: float
    change: Change
    source: Source


def _advice(before: float, after: float, method: str) -> Advice:
    change = Change.KEEP
    if after != before:
        change = Change.LENGTHEN if after > before else Change.SHORTEN
    return Advice(after, change, Source(_DOCUMENT, Mark.REMEMBERED, method))


@dataclass(frozen=True, slots=True)
class Staircase:
    """Policy of method 1: the factors are the laboratory's choice.

    Raises:
        ValueRefusedError: factors that do not lengthen and shorten, or a threshold outside 0 to 1.
    """

    bounds: Bounds
    lengthen: float = 1.25
    shorten: float = 0.70
    threshold: Decimal = Decimal("0.80")
    """Part of the MPE up to which an error lengthens the interval, inclusive."""

    def __post_init__(self) -> None:
        if not (0 < self.shorten < 1 < self.lengthen < math.inf):
            raise ValueRefusedError(
                f"factors {self.lengthen:g} and {self.shorten:g}: the first must be above 1, the second below"
            )
        if not 0 < decimal_of(self.threshold) <= 1:
            raise ValueRefusedError(f"the threshold is {self.threshold} of the MPE; it lies between 0 and 1")

    def next(self, interval: float, error_over_mpe: Decimal | float) -> Advice:
        """The interval after one more calibration.

        Args:
            interval: the present one.
            error_over_mpe: largest |error| as found, before any adjustment, over the MPE.

        Raises:
            ValueRefusedError: interval not positive, or the error negative or not finite.
        """
        before = positive_number("interval", interval)
        found = decimal_of(error_over_mpe)
        if found < 0:
            raise ValueRefusedError(f"|error| over MPE is {found}; it must not be negative")
        after = before
        if found <= decimal_of(self.threshold):
            after = before * self.lengthen
        elif found > 1:
            after = before * self.shorten
        return _advice(before, self.bounds.clip(after), "method 1, automatic adjustment or staircase")


def control_chart_interval(
    line: DriftLine, tolerance: tuple[float, float], calibrated_days: float, interval: float, bounds: Bounds
) -> Advice:
    """Method 2: as long as the error the line predicts, with its 95 % limit and U, stays within the MPE.

    The limit of the line grows with time even where no slope is significant, so the interval stays finite.

    Args:
        line: of the errors of the calibrations.
        tolerance: (MPE, U of the error at a calibration), in the unit of the errors.
        calibrated_days: time of the last calibration, in days of the line.
        interval: the present one, in days.
        bounds: in days.

    Raises:
        ValueRefusedError: MPE or interval not positive, U negative, a number that is not finite.
    """
    mpe = positive_number("MPE", tolerance[0])
    expanded = not_negative("U of the error", tolerance[1])
    before = positive_number("interval", interval)
    factor = coverage_factor(0.90, line.dof)  # one-sided 95 %

    def room(after_days: float) -> float:
        error, u = line.at(calibrated_days + after_days)
        return mpe - abs(error) - factor * u - expanded

    steps = 200
    reached = bounds.longest
    for step in range(steps + 1):
        if room(bounds.longest * step / steps) < 0:
            start = bounds.longest * (step - 1) / steps
            reached = 0.0 if step == 0 else float(brentq(room, start, bounds.longest * step / steps))
            break
    return _advice(before, bounds.clip(reached), "method 2, control chart")


def in_use_interval(allowed_use: float, use_per_day: float, interval: float, bounds: Bounds) -> Advice:
    """Method 3: the interval counts hours of use or weighings, and the calendar only bounds it.

    Args:
        allowed_use: hours, or number of weighings, from one calibration to the next.
        use_per_day: how many there are in a day, on average.
        interval: the present one, in days.
        bounds: in days.

    Raises:
        ValueRefusedError: a number that is not positive; a use of 0 gives the longest interval.
    """
    before = positive_number("interval", interval)
    allowed = positive_number("allowed use", allowed_use)
    rate = not_negative("use per day", use_per_day)
    after = bounds.longest if rate == 0 else allowed / rate
    return _advice(before, bounds.clip(after), "method 3, in-use time")


def in_service_interval(passed: bool, since_days: float, interval: float, bounds: Bounds) -> Advice:
    """Method 4, in-service checking or black box: a quick check with a check standard decides, no calendar.

    While the checks pass, the full calibration may wait as long as the laboratory allows at most; one that
    fails asks for it now.

    Args:
        passed: whether the last check did.
        since_days: days since the last calibration.
        interval: the present one, in days.
        bounds: in days; a failed check does not wait for the shortest.

    Raises:
        ValueRefusedError: interval not positive, or days negative or not finite.
    """
    before = positive_number("interval", interval)
    since = not_negative("days since calibration", since_days)
    return _advice(before, bounds.longest if passed else min(since, before), "method 4, in-service checking")
