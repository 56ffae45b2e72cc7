"""What a method says about its results: digits, limits, parallel determinations, sample mass, equivalence."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calibration.conformity import (
    GUARD_BAND_1_5_U,
    GUARD_BAND_3_U,
    GUARD_BAND_U,
    GUARDED_REJECTION_U,
    ISO_14253_1,
    NON_BINARY_U,
    SIMPLE_ACCEPTANCE,
    Comparison,
    GuardBandRule,
)
from calibration.drying_rules import DigitsRule, ParallelRule
from calibration.limits import Limits
from calibration.rounding import align, decimal_of, plain, round_to_digits, round_to_interval
from calibration.sources import Source
from daq.lab.methods.parts import Fact, Part, Positive, Severity, Symbol, Text, Word

DECISION_RULES: dict[str, GuardBandRule] = {
    "simple-acceptance": SIMPLE_ACCEPTANCE,
    "guard-band-u": GUARD_BAND_U,
    "guard-band-1.5u": GUARD_BAND_1_5_U,
    "guard-band-3u": GUARD_BAND_3_U,
    "guarded-rejection-u": GUARDED_REJECTION_U,
    "iso-14253-1": ISO_14253_1,
    "non-binary-u": NON_BINARY_U,
}
"""Names that a file uses for the rules of ``calibration.conformity``."""


class Digits(Fact):
    """How a result is printed: to an interval such as 0.1, or to significant digits by its size."""

    interval: Positive | None = None
    threshold: Positive | None = None
    digits_from_threshold: Annotated[int, Field(ge=1, le=8)] | None = None
    digits_below: Annotated[int, Field(ge=1, le=8)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        significant = (self.threshold, self.digits_from_threshold, self.digits_below)
        given = [value is not None for value in significant]
        if any(given) != all(given) or all(given) == (self.interval is not None):
            msg = "either interval is given, or all of threshold, digits_from_threshold and digits_below are"
            raise ValueError(msg)
        return self

    def reported(self, value: Decimal | float, expanded: float | None = None) -> str:
        """The text that is printed, rounded once from the unrounded value (GB/T 8170); never computed with.

        A zero has no significant digit: it is printed to the last place of its expanded uncertainty.

        Raises:
            ValueRefusedError: not finite.
        """
        if self.interval is not None:
            return plain(round_to_interval(value, self.interval))
        if decimal_of(value) == 0:
            return plain(align(value, expanded).value) if expanded else "0"
        large = self.threshold is not None and abs(decimal_of(value)) >= self.threshold
        digits = self.digits_from_threshold if large else self.digits_below
        return plain(round_to_digits(value, digits or 1))

    def rule(self, source: Source) -> DigitsRule | None:
        """The same as a rule of ``calibration.drying_rules``, where it is one of significant digits."""
        if self.threshold is None or self.digits_from_threshold is None or self.digits_below is None:
            return None
        return DigitsRule(source, self.threshold, self.digits_from_threshold, self.digits_below)


class Result(Part):
    """A ``[[result]]``: a formula that is reported."""

    formula: Symbol
    uncertainty: Literal["propagated", "none"]
    why_no_uncertainty: str = ""
    digits: Digits

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.uncertainty == "none") != bool(self.why_no_uncertainty):
            msg = "why_no_uncertainty is given where uncertainty is 'none', and only there"
            raise ValueError(msg)
        return self


class Limit(Fact):
    """A ``[[limit]]`` of one product by one edition; a session chooses among those of its result."""

    id: Word
    result: Symbol
    product_zh: Text
    product_en: Text
    edition: Text
    in_force_from: Annotated[date | None, Field(strict=False)] = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: Text
    comparison: Annotated[Comparison, Field(strict=False)]
    """``full-value`` 全数值比较法 or ``rounded-value`` 修约值比较法, as the document says."""
    decision_rule: Literal[
        "simple-acceptance",
        "guard-band-u",
        "guard-band-1.5u",
        "guard-band-3u",
        "guarded-rejection-u",
        "iso-14253-1",
        "non-binary-u",
    ]

    @property
    def rule(self) -> GuardBandRule:
        """The decision rule as ``calibration.conformity`` knows it."""
        return DECISION_RULES[self.decision_rule]

    @property
    def limits(self) -> Limits:
        """The tolerance limits with their written digits.

        Raises:
            ValueRefusedError: none given, or the lower above the upper.
            UnknownUnitError: no such unit.
        """
        return Limits(self.lower, self.upper, self.unit, f"{self.id}, {self.edition}")


class Determinations(Fact):
    """``[determinations]``: how many portions, and how far their results may lie apart."""

    minimum: Annotated[int, Field(ge=1, le=20)]
    maximum: Annotated[int, Field(ge=1, le=20)]
    of: Symbol | None = None
    """Formula whose results are compared; without it they are not."""
    relative: Positive | None = None
    """Largest range, as a fraction of the mean."""
    absolute: Positive | None = None
    """Largest range, in the unit of the formula."""
    outside: Severity | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.minimum > self.maximum:
            msg = "minimum must not be above maximum"
            raise ValueError(msg)
        rule = [self.relative is not None, self.absolute is not None]
        compared = self.of is not None
        if sum(rule) != int(compared) or (self.outside is not None) != compared:
            msg = "of goes with outside and one of relative and absolute; without of, none of them is given"
            raise ValueError(msg)
        if compared and self.minimum < 2:
            msg = "results can be compared where minimum is 2 or more"
            raise ValueError(msg)
        return self

    def rule(self, source: Source) -> ParallelRule | None:
        """Acceptance of parallel determinations as ``calibration.drying_rules`` knows it, if there is one."""
        if self.of is None:
            return None
        return ParallelRule(source.document, source, self.relative, self.absolute)


class SampleMass(Fact):
    """``[sample_mass]``: how much to take, and what less or more than that does."""

    of: Symbol
    """Input or formula in g that is the mass taken."""
    minimum_g: Positive
    maximum_g: Positive | None = None
    below: Severity
    above: Severity | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.maximum_g is None) != (self.above is None):
            msg = "maximum_g and above are given together"
            raise ValueError(msg)
        if self.maximum_g is not None and self.maximum_g < self.minimum_g:
            msg = "minimum_g must not be above maximum_g"
            raise ValueError(msg)
        return self


class Equivalence(Fact):
    """``[equivalence]``: a fast method; its results are screening until it was shown equivalent here."""

    reference_methods: Annotated[tuple[Word, ...], Field(min_length=1)]
    pairs_at_least: Annotated[int, Field(ge=2, le=100)]
    limit: Positive
    """Largest bias with its U, in the unit of the result."""
    level: Annotated[float, Field(gt=0.5, lt=1, strict=False)]
