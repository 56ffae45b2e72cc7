"""Rules of drying methods as data: constant mass, parallel determinations, digits of the result.

What a rule says is to be checked on paper before a method uses it; its mark stays with it.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.errors import ValueRefusedError
from calibration.rounding import decimal_of, plain, round_to_digits
from calibration.sources import Mark, Source


class Takes(enum.StrEnum):
    """Which mass counts once the mass is constant."""

    LAST = "last"
    SMALLER = "smaller of the last two"
    """Also where a document says: the previous one if the mass rises."""


@dataclass(frozen=True, slots=True)
class ConstantMassRule:
    """Mass is constant when two successive weighings differ by no more than a limit, inclusive."""

    name: str
    source: Source
    limit_mg: Decimal
    takes: Takes
    temperature_degC: tuple[Decimal, Decimal] | None = None  # noqa: N815
    """Band of the drying temperature."""
    first_drying_h: tuple[Decimal, Decimal] | None = None
    repeat_drying_h: Decimal | None = None

    def __post_init__(self) -> None:
        if decimal_of(self.limit_mg) <= 0:
            raise ValueRefusedError(f"rule {self.name}: the limit {self.limit_mg} mg must be positive")


_BAND_101_105 = (Decimal(101), Decimal(105))
_BAND_100_105 = (Decimal(100), Decimal(105))

GB_5009_3 = ConstantMassRule(
    "GB 5009.3 direct drying",
    Source("GB 5009.3-2016", Mark.ON_PAPER, "method 1"),
    Decimal(2),
    Takes.SMALLER,
    _BAND_101_105,
    (Decimal(2), Decimal(4)),
    Decimal(1),
)
CHP_0832_METHOD_2 = ConstantMassRule(
    "ChP 0832 method 2",
    Source("Chinese Pharmacopoeia 2020, 0832", Mark.ON_PAPER, "method 2"),
    Decimal(5),
    Takes.LAST,
    _BAND_100_105,
    (Decimal(5), Decimal(5)),
    Decimal(1),
)
CHP_CONSTANT_WEIGHT = ConstantMassRule(
    "ChP 恒重",
    Source("Chinese Pharmacopoeia 2020, general notices", Mark.ON_PAPER),
    Decimal("0.3"),
    Takes.LAST,
)


@dataclass(frozen=True, slots=True)
class ConstantMass:
    """Where the mass became constant."""

    index: int
    """Of the weighing that first satisfied the rule, counted from 0."""
    mass_g: Decimal
    """The mass that counts by the rule."""
    difference_mg: Decimal
    """Last minus previous; positive where the mass rose."""
    rule: ConstantMassRule


def constant_mass(weighings_g: Sequence[Decimal | float], rule: ConstantMassRule) -> ConstantMass | None:
    """The first weighing that satisfies the rule, or None where the drying has to go on.

    Compared in decimal: 25.4302 - 25.4299 is 0.3 mg and within 0.3 mg.

    Args:
        weighings_g: of one dish, one after each drying; of a tared dish they may be 0, or below by the noise.
        rule: the method's.

    Raises:
        ValueRefusedError: a weighing is not finite.
    """
    masses = [decimal_of(mass) for mass in weighings_g]
    for index in range(1, len(masses)):
        previous, last = masses[index - 1], masses[index]
        difference = (last - previous) * 1000
        if abs(difference) <= rule.limit_mg:
            counting = last if rule.takes is Takes.LAST else min(previous, last)
            return ConstantMass(index, counting, difference, rule)
    return None


@dataclass(frozen=True, slots=True)
class ParallelRule:
    """How far parallel determinations may lie apart, inclusive: relative to their mean, or absolutely."""

    name: str
    source: Source
    relative: Decimal | None = None
    """Largest range, as a fraction of the mean."""
    absolute_percent: Decimal | None = None
    """Largest range, in percent of moisture."""

    def __post_init__(self) -> None:
        given = [limit for limit in (self.relative, self.absolute_percent) if limit is not None]
        if len(given) != 1 or decimal_of(given[0]) <= 0:
            raise ValueRefusedError(f"rule {self.name}: one positive limit is needed, relative or absolute")


GB_5009_3_PARALLELS = ParallelRule(
    "GB 5009.3", Source("GB 5009.3-2016", Mark.ON_PAPER, "precision"), relative=Decimal("0.10")
)
GRAIN_PARALLELS = ParallelRule(
    "grain, 0.2 %", Source("drying of grain at 105 degC", Mark.ON_PAPER), absolute_percent=Decimal("0.2")
)


@dataclass(frozen=True, slots=True)
class Parallels:
    """Parallel determinations and whether they belong together."""

    accepted: bool
    mean: Decimal
    """Unrounded; it is what is stored."""
    largest_range: Decimal
    rule: ParallelRule


def accept_parallels(results_percent: Sequence[Decimal | float], rule: ParallelRule) -> Parallels:
    """Whether the range of parallel determinations is within the rule, compared in decimal.

    No range is within a fraction of a mean below 0.

    Args:
        results_percent: 2 or more, unrounded.
        rule: the method's.

    Raises:
        ValueRefusedError: fewer than 2, or one that is not finite.
    """
    results = [decimal_of(result) for result in results_percent]
    if len(results) < 2:
        raise ValueRefusedError(f"parallel determinations are 2 or more, found {len(results)}")
    total = sum(results, Decimal(0))
    spread = max(results) - min(results)
    if rule.relative is not None:
        accepted = spread * len(results) <= rule.relative * total  # without a quotient, so exactly
    else:
        accepted = rule.absolute_percent is not None and spread <= rule.absolute_percent
    return Parallels(accepted, total / len(results), spread, rule)


@dataclass(frozen=True, slots=True)
class DigitsRule:
    """Significant digits of a reported moisture, by its size."""

    source: Source
    threshold_percent: Decimal
    digits_from_threshold: int
    digits_below: int


GB_5009_3_DIGITS = DigitsRule(Source("GB 5009.3-2016", Mark.ON_PAPER, "result"), Decimal(1), 3, 2)
"""3 significant digits from 1 g/100 g, 2 below."""


def reported_moisture(percent: Decimal | float, rule: DigitsRule = GB_5009_3_DIGITS) -> str:
    """The result as it is printed, rounded once from the unrounded value; never to be computed with.

    Args:
        percent: unrounded result in g/100 g.
        rule: the method's.

    Raises:
        ValueRefusedError: not finite, zero or negative.
    """
    value = decimal_of(percent)
    if value <= 0:
        raise ValueRefusedError(f"a moisture of {value} % has no significant digits to report")
    digits = rule.digits_from_threshold if value >= rule.threshold_percent else rule.digits_below
    return plain(round_to_digits(value, digits))
