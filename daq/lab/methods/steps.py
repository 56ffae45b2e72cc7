"""The steps of a written method: what a person does and what an instrument says, in order.

``do`` tells the kinds apart. A captured number goes ``into`` an input of the method. Nothing here runs: a
step is data, and the session that leads through it is elsewhere.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calibration.drying_rules import ConstantMassRule, Takes
from calibration.sources import Source
from daq.lab.methods.parts import Fact, Part, Positive, Scope, Severity, Symbol, Titled, Word

_TAKES = {"last": Takes.LAST, "smaller": Takes.SMALLER}


class _Step(Titled):
    """What all steps say."""

    id: Word
    scope: Scope
    instruction_zh: str = ""
    instruction_en: str = ""


class Confirm(_Step):
    """A person does what the instruction says, and confirms it."""

    do: Literal["confirm"]


class Weigh(_Step):
    """One stable indication of a balance, captured as it comes."""

    do: Literal["weigh"]
    role: Word
    into: Symbol
    unstable: Severity = "block"


class Read(_Step):
    """One indication of another instrument: a temperature, a moisture."""

    do: Literal["read"]
    role: Word
    into: Symbol
    unstable: Severity = "block"


class Tare(_Step):
    """The balance is set to zero with what stands on it."""

    do: Literal["tare"]
    role: Word


class _TimedFact(_Step, Fact):
    """A step with a figure of the document."""


class Timer(_TimedFact):
    """A time that has to pass: cooling in the desiccator, standing, boiling."""

    do: Literal["timer"]
    minimum_min: Positive
    maximum_min: Positive | None = None
    outside: Severity

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.maximum_min is not None and self.maximum_min < self.minimum_min:
            msg = "minimum_min must not be above maximum_min"
            raise ValueError(msg)
        return self


class Hold(_TimedFact):
    """A temperature that is held within a band for a time: drying, ashing."""

    do: Literal["hold"]
    role: Word
    low_degC: Decimal  # noqa: N815
    high_degC: Decimal  # noqa: N815
    minimum_h: Positive | None = None
    """Without it a person decides when it is enough."""
    maximum_h: Positive | None = None
    outside: Severity

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low_degC >= self.high_degC:
            msg = "low_degC must be below high_degC"
            raise ValueError(msg)
        if self.maximum_h is not None and (self.minimum_h is None or self.maximum_h < self.minimum_h):
            msg = "maximum_h needs a minimum_h that is not above it"
            raise ValueError(msg)
        return self


class Environment(_TimedFact):
    """The room has to be within its band while the session weighs."""

    do: Literal["environment"]
    role: Word
    temperature_degC: Annotated[tuple[Decimal, Decimal] | None, Field(strict=False)] = None  # noqa: N815
    """Lowest and highest."""
    humidity_percent: Annotated[tuple[Decimal, Decimal] | None, Field(strict=False)] = None
    """Lowest and highest relative humidity."""
    outside: Severity

    @model_validator(mode="after")
    def _bands(self) -> Self:
        bands = [band for band in (self.temperature_degC, self.humidity_percent) if band is not None]
        if not bands or any(low >= high for low, high in bands):
            msg = "temperature_degC or humidity_percent is needed, each as [lowest, highest]"
            raise ValueError(msg)
        return self


class Enter(_TimedFact):
    """A number that no instrument can say, such as a burette's; a reason is asked for and recorded."""

    do: Literal["enter"]
    into: Symbol
    low: Decimal
    """Smallest and largest number that is taken, in the unit of the input."""
    high: Decimal
    half_width: Positive
    """Bound on the error of reading it, in the unit of the input: rectangular, it enters the uncertainty."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.high:
            msg = "low must be below high"
            raise ValueError(msg)
        return self


class Picture(_Step):
    """A picture is attached."""

    do: Literal["picture"]
    required: bool


PlainStep = Confirm | Weigh | Read | Tare | Timer | Hold | Environment | Enter | Picture


class RepeatUntil(_TimedFact):
    """Steps are repeated until two successive weighings agree: constant mass.

    The first weighing is a step above; the last step of the loop weighs again into the same input.
    """

    do: Literal["repeat-until"]
    of: Symbol
    """Input in g that is weighed again and again; the mass that counts becomes its value."""
    limit_mg: Positive
    """Largest difference of two successive weighings, inclusive."""
    takes: Literal["last", "smaller"]
    """Which mass counts: the last, or the smaller of the last two."""
    at_most: Annotated[int, Field(ge=1, le=50)]
    """Repetitions, after which ``not_reached`` says what happens."""
    not_reached: Severity
    in_uncertainty: bool
    """Whether ``limit_mg`` enters the uncertainty of the result, as half-width on the mass that counts."""
    steps: Annotated[
        tuple[Annotated[PlainStep, Field(discriminator="do")], ...], Field(alias="step", min_length=1)
    ]

    def rule(self, source: Source) -> ConstantMassRule:
        """The criterion as ``calibration.drying_rules`` decides it."""
        return ConstantMassRule(source.document, source, self.limit_mg, _TAKES[self.takes])


Step = Annotated[PlainStep | RepeatUntil, Field(discriminator="do")]
STEP_TYPES: dict[str, type[Part]] = {
    "confirm": Confirm,
    "weigh": Weigh,
    "read": Read,
    "tare": Tare,
    "timer": Timer,
    "hold": Hold,
    "environment": Environment,
    "enter": Enter,
    "picture": Picture,
    "repeat-until": RepeatUntil,
}
"""Every kind of step by its ``do``."""
