"""Statements of conformity: decision rules, verdicts, and the risk that travels with them.

Limits are inclusive and compared in decimal. Whether the unrounded (全数值) or the rounded value (修约值) is
compared is a property of the specification, GB/T 8170; where it says nothing, the unrounded.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal

from calibration.errors import ValueRefusedError
from calibration.limits import Limits, Measured
from calibration.risk import acceptance_limits, probability_of_conformity
from calibration.rounding import decimal_of, round_to_interval


class Decision(enum.StrEnum):
    """What is stated about an item."""

    PASS = "pass"  # noqa: S105 not a password
    CONDITIONAL_PASS = "conditional pass"  # noqa: S105
    CONDITIONAL_FAIL = "conditional fail"
    FAIL = "fail"

    @property
    def accepts(self) -> bool:
        """True for a pass, also a conditional one."""
        return self in (Decision.PASS, Decision.CONDITIONAL_PASS)


class Comparison(enum.StrEnum):
    """Which value meets the limits (GB/T 8170-2008)."""

    FULL_VALUE = "full-value"
    """全数值比较法: the unrounded value."""
    ROUNDED_VALUE = "rounded-value"
    """修约值比较法: rounded once to the written places of each limit."""


@dataclass(frozen=True, slots=True)
class GuardBandRule:
    """Acceptance limits lie ``multiple`` of U within the tolerance limits.

    Binary: pass or fail. Non-binary (ILAC-G8:09/2019): between the acceptance limit and the tolerance limit a
    conditional pass, as far beyond it a conditional fail, and fail only further out. A negative multiple
    moves the acceptance limits outwards: guarded rejection, a fail beyond doubt (JCGM 106:2012).
    """

    name: str
    source: str
    multiple: Decimal
    """w = multiple * U."""
    non_binary: bool = False

    def __post_init__(self) -> None:
        if not self.multiple.is_finite():
            raise ValueRefusedError(f"rule {self.name}: a guard band of {self.multiple} U is no number")
        if self.non_binary and self.multiple <= 0:
            raise ValueRefusedError(f"rule {self.name}: without guard band there is nothing conditional")


@dataclass(frozen=True, slots=True)
class ProbabilityRule:
    """Accepted where the probability of conformity, exact for both limits, is at least ``p_required``."""

    name: str
    source: str
    p_required: float


Rule = GuardBandRule | ProbabilityRule

SIMPLE_ACCEPTANCE = GuardBandRule("simple acceptance", "ILAC-G8:09/2019, 4.2.1", Decimal(0))
GUARD_BAND_U = GuardBandRule("guard band w = U", "ILAC-G8:09/2019, 4.2.2", Decimal(1))
NON_BINARY_U = GuardBandRule("non-binary, w = U", "ILAC-G8:09/2019, 4.2.3", Decimal(1), non_binary=True)
GUARD_BAND_1_5_U = GuardBandRule("guard band w = 1.5 U", "ILAC-G8:09/2019, table 1", Decimal("1.5"))
GUARD_BAND_3_U = GuardBandRule("guard band w = 3 U", "ILAC-G8:09/2019, table 1", Decimal(3))
GUARDED_REJECTION_U = GuardBandRule("guarded rejection w = U", "JCGM 106:2012", Decimal(-1))
ISO_14253_1 = GuardBandRule("guard band w = 0.83 U", "ISO 14253-1", Decimal("0.83"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with all that a reader needs to judge it (ISO/IEC 17025:2017, 7.8.6)."""

    decision: Decision
    rule: Rule
    comparison: Comparison
    limits: Limits
    """Tolerance limits, with specification and edition."""
    acceptance: Limits
    measured: Measured
    compared: Decimal
    """The value that met the limits: as measured, or rounded."""
    guard_band: Decimal
    """w, in the unit of the limits."""
    p_conform: float
    """Probability of conformity; both tails, and t where degrees of freedom are finite."""
    risk: float
    """Probability that the decision is wrong: the specific risk of the consumer or the producer."""


def decide(
    measured: Measured,
    limits: Limits,
    rule: Rule = SIMPLE_ACCEPTANCE,
    comparison: Comparison = Comparison.FULL_VALUE,
) -> Verdict:
    """The verdict on one result.

    The guard band multiplies the U that is given, unrounded. The risk is computed with the exact two-sided
    probability, so it shows where both limits act at once.

    Args:
        measured: unrounded result with U and k.
        limits: tolerance limits, in the unit of the result.
        rule: how acceptance limits follow from tolerance limits and uncertainty.
        comparison: the specification's mode; rounded values go with simple acceptance only.

    Raises:
        UnitMismatchError: result and limits are in different units.
        ValueRefusedError: no value could be accepted, or a guard band together with rounded values.
    """
    measured.check_unit(limits)
    band, acceptance = _acceptance(measured, limits, rule)
    value = decimal_of(measured.value)
    if comparison is Comparison.ROUNDED_VALUE:
        if isinstance(rule, ProbabilityRule) or rule.multiple:
            raise ValueRefusedError(
                f"{limits.specification}: rounded values are compared with the limits as written; "
                f"rule '{rule.name}' needs the unrounded value"
            )
        value = rounded_as_written(value, limits)
    decision = _decision(value, limits, acceptance, rule, band)
    chance = probability_of_conformity(float(measured.value), measured.u, limits, measured.dof)
    return Verdict(
        decision=decision,
        rule=rule,
        comparison=comparison,
        limits=limits,
        acceptance=acceptance,
        measured=measured,
        compared=value,
        guard_band=band,
        p_conform=chance.inside,
        risk=chance.outside if decision.accepts else chance.inside,
    )


def _acceptance(measured: Measured, limits: Limits, rule: Rule) -> tuple[Decimal, Limits]:
    if isinstance(rule, GuardBandRule):
        band = rule.multiple * decimal_of(measured.U)
        return band, limits.narrowed(band)
    low, high = acceptance_limits(measured.u, limits, rule.p_required, measured.dof)
    band = decimal_of(low - limits.low if limits.lower is not None else limits.high - high)
    return band, limits.narrowed(band)


def _decision(value: Decimal, limits: Limits, acceptance: Limits, rule: Rule, band: Decimal) -> Decision:
    if acceptance.contain(value):
        return Decision.PASS
    if isinstance(rule, ProbabilityRule) or not rule.non_binary:
        return Decision.FAIL
    if limits.contain(value):
        return Decision.CONDITIONAL_PASS
    return Decision.CONDITIONAL_FAIL if limits.narrowed(-band).contain(value) else Decision.FAIL


def rounded_as_written(value: Decimal, limits: Limits) -> Decimal:
    """Rounded once to the places of the limits (修约值比较法).

    Raises:
        ValueRefusedError: the limits are written with different places.
    """
    places = {limit.as_tuple().exponent for limit in (limits.lower, limits.upper) if limit is not None}
    if len(places) > 1:
        raise ValueRefusedError(
            f"{limits.specification}: limits {limits.lower} and {limits.upper} are written with different "
            "places; write both alike, so that it is clear to what a value is rounded"
        )
    return round_to_interval(value, Decimal((0, (1,), int(places.pop()))))
