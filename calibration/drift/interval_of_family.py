"""Is the interval of a family of instruments right? Interval test, method A3 of NCSLI RP-1.

The share of instruments found in tolerance at the end of the interval is tested against a target. Binomial
limits are those of Clopper and Pearson. Shortening reproduces published cases [V]; lengthening is from
memory [R].
"""

from dataclasses import dataclass

from scipy.stats import beta, binom

from calibration.checks import level_of_confidence, positive_number
from calibration.drift.intervals import Advice, Change
from calibration.errors import ValueRefusedError
from calibration.sources import Mark, Source

_SOURCE = Source("NCSLI RP-1", Mark.REMEMBERED, "method A3")


@dataclass(frozen=True, slots=True)
class FamilyInterval:
    """The test and its advice."""

    observed: float
    """Share found in tolerance."""
    low: float
    """Limits of the true share, two-sided at the confidence of the test."""
    high: float
    rejection_confidence: float
    """Q: the confidence at which the interval is not that of the target."""
    advice: Advice
    """In days."""


@dataclass(frozen=True, slots=True)
class Target:
    """Policy of the test.

    Raises:
        ValueRefusedError: a share or confidence outside 0 to 1, or a factor not above 1.
    """

    reliability: float
    """Share that is to be in tolerance at the end of the interval."""
    confidence: float = 0.5
    """Q above which the interval is changed."""
    largest_factor: float = 2.0
    """An interval is multiplied, or divided, by no more than this."""

    def __post_init__(self) -> None:
        for share in (self.reliability, self.confidence):
            level_of_confidence(share)
        if positive_number("largest factor", self.largest_factor) <= 1:
            raise ValueRefusedError(f"the largest factor is {self.largest_factor:g}; it must be above 1")


def interval_of_family(
    in_tolerance: int, number: int, interval_days: float, target: Target
) -> FamilyInterval:
    """Test the interval of instruments of one kind.

    Args:
        in_tolerance: how many were found in tolerance, before any adjustment.
        number: of calibrations at the end of about this interval.
        interval_days: the interval that was kept.
        target: policy.

    Raises:
        ValueRefusedError: no calibrations, more in tolerance than there were, or an interval not positive.
    """
    if number < 1 or not 0 <= in_tolerance <= number:
        raise ValueRefusedError(
            f"{in_tolerance} of {number} in tolerance: give 1 calibration at least, 0 to all"
        )
    before = positive_number("interval", interval_days)
    observed, wanted = in_tolerance / number, target.reliability
    low, high = _limits(in_tolerance, number, target.confidence)
    rejection = _rejection(in_tolerance, number, wanted)
    factor = 1.0
    if rejection > target.confidence:
        factor = _factor(observed - wanted, rejection, target.largest_factor)
    change = Change.KEEP
    if factor != 1:
        change = Change.LENGTHEN if factor > 1 else Change.SHORTEN
    return FamilyInterval(observed, low, high, rejection, Advice(before * factor, change, _SOURCE))


def _limits(good: int, number: int, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson; at the ends all of the error is on the one side that there is."""
    if good == 0:
        return 0.0, 1 - (1 - confidence) ** (1 / number)
    if good == number:
        return (1 - confidence) ** (1 / number), 1.0
    tail = (1 - confidence) / 2
    return float(beta.ppf(tail, good, number - good + 1)), float(beta.ppf(1 - tail, good + 1, number - good))


def _rejection(good: int, number: int, wanted: float) -> float:
    """The confidence at which the target just leaves the limits; 0 where it never does."""
    if good in (0, number):
        return 1 - float(binom.pmf(good, number, wanted))
    if good / number < wanted:
        return max(0.0, 1 - 2 * float(binom.cdf(good, number, wanted)))
    return max(0.0, 1 - 2 * float(binom.sf(good - 1, number, wanted)))


def _factor(excess: float, rejection: float, largest: float) -> float:
    if excess < 0:
        return max(float(10 ** (excess * rejection)), 1 / largest)
    if rejection >= 1:
        return largest
    return min(float(10 ** (excess / (1 - rejection))), largest)
