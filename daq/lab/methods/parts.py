"""The parts of a written method: what a file of ``config/methods`` may say, and in which words.

Every part that holds a figure of a document is a ``Fact``: it names its source and how well it is known.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from calibration.sources import Mark, Source


def _known_well_enough(mark: object) -> object:
    if mark == "L":
        msg = "a figure known from memory only does not enter a method; read it on paper first"
        raise ValueError(msg)
    return mark


Text = Annotated[str, Field(min_length=1)]
WORD = r"^[a-z0-9][a-z0-9.-]{0,60}$"
SYMBOL = r"^[A-Za-z][A-Za-z0-9_]{0,30}$"
Word = Annotated[str, Field(pattern=WORD)]
"""Lower-case letters, digits, dots and dashes."""
Symbol = Annotated[str, Field(pattern=SYMBOL)]
"""A name in formulas."""
Positive = Annotated[Decimal, Field(gt=0)]
Severity = Literal["warn", "block"]
Confidence = Annotated[Literal["H", "M-H", "M", "L-M", "own"], BeforeValidator(_known_well_enough)]
"""How well a figure is known: H in a source or by two signs, M secondary; own is the laboratory's."""
Scope = Literal["session", "portion"]
InstrumentKind = Literal[
    "balance",
    "moisture-analyser",
    "thermometer",
    "thermo-hygrometer",
    "oven",
    "furnace",
    "weight",
    "burette",
]


class Part(BaseModel):
    """Any table of a method file: frozen, strict, and nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Titled(Part):
    """What is shown to people in two languages."""

    title_zh: Text
    title_en: Text


class Quantity(Titled):
    """What stands in formulas under a name, in a unit."""

    name: Symbol
    unit: Text


class Fact(Part):
    """A figure that somebody else decided: where it stands, and how well that is known."""

    source: Word
    """``id`` of a ``[[source]]`` of the file."""
    confidence: Confidence


class Reference(Part):
    """A ``[[source]]``: a document with its edition."""

    id: Word
    document: Text
    edition: Text
    clause: str = ""
    note: str = ""

    @property
    def cited(self) -> Source:
        """As ``calibration`` cites it: always to be checked on paper, because a file is a draft."""
        return Source(f"{self.document} ({self.edition})", Mark.ON_PAPER, self.clause)


class Instrument(Titled, Fact):
    """An ``[[instrument]]`` that the method demands; one of the register takes its role."""

    role: Word
    scope: Scope = "session"
    """``session``: one and the same throughout, so that errors common to its readings cancel; ``portion``:
    chosen anew for each determination, such as the second weight of a check."""
    kind: InstrumentKind
    accuracy_class: Literal["I", "II", "III", "IIII"] | None = None
    """Of a balance, or a better one."""
    resolution_at_most: Positive | None = None
    unit: Text | None = None
    """Unit of ``resolution_at_most``."""
    expired: Literal["allow", "warn", "block"]
    """What an instrument without certificate in force does to the session; a check allows it."""
    check_before_use: Word | None = None
    """Method that must have passed on this instrument, not longer ago than ``check_valid_h``."""
    check_valid_h: Positive | None = None
    unchecked: Severity | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.resolution_at_most is None) != (self.unit is None):
            msg = "resolution_at_most and unit are given together"
            raise ValueError(msg)
        if len({value is None for value in (self.check_before_use, self.check_valid_h, self.unchecked)}) > 1:
            msg = "check_before_use, check_valid_h and unchecked are given together"
            raise ValueError(msg)
        return self


class Input(Quantity):
    """An ``[[input]]`` of the formulas: what a session has to find out."""

    scope: Scope
    """``portion``: new for each parallel determination; ``session``: once for all."""
    origin: Literal["step", "reference", "mpe", "resolution", "earlier-result"] = Field(alias="from")
    """A step captures it; or the certificate of the standard in ``role`` says it; or it is the maximum
    permissible error in service at the load, or the resolution, of the instrument in ``role``; or a result of
    the same sample."""
    indication: bool = False
    """What the instrument shows, for a check of it; otherwise the value corrected by its certificate."""
    role: Word | None = None
    methods: tuple[Word, ...] = ()
    """Methods whose result may be taken, for ``earlier-result``."""
    times: Annotated[int, Field(ge=1, le=50)] = 1
    """How many captures it stands for: 10 readings are a series, to be used in mean, min, max, sd."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.origin in ("reference", "mpe", "resolution")) != (self.role is not None):
            msg = "role is given where from is 'reference', 'mpe' or 'resolution', and only there"
            raise ValueError(msg)
        if (self.origin == "earlier-result") != bool(self.methods):
            msg = "methods is given where from is 'earlier-result', and only there"
            raise ValueError(msg)
        if self.indication and self.origin != "step":
            msg = "indication is given for what a step captures, and only there"
            raise ValueError(msg)
        if self.times > 1 and self.origin != "step":
            msg = "times is given for what a step captures, and only there"
            raise ValueError(msg)
        return self


class Constant(Quantity, Fact):
    """A ``[[constant]]`` of the formulas, with its unit."""

    value: Decimal
    half_width: Positive | None = None
    """Bound on its error, in its unit; without one it is exact by definition."""


class Formula(Quantity, Fact):
    """A ``[[formula]]``; it may use inputs, constants and the formulas above it."""

    scope: Literal["portion", "sample"]
    """``sample``: once, over all portions, where names of portions are series for mean, min, max, sd."""
    expression: Text


def _read_only(values: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    return MappingProxyType(dict(values))


Figures = Annotated[
    Mapping[str, Decimal | Annotated[tuple[Decimal, ...], Field(min_length=1)]], AfterValidator(_read_only)
]


class Example(Part):
    """``[example]``: figures worked by hand, computed again whenever the file is loaded."""

    worked_by: Text
    """Who or what computed it: a standard's own example, a sheet of the laboratory, by hand."""
    session: Figures = Field(default_factory=lambda: MappingProxyType({}))
    portions: Annotated[tuple[Figures, ...], Field(min_length=1)]
    gives: Annotated[Figures, Field(min_length=1)]
    """Results by formula; their last digit counts. Of a formula of portions: of the first one."""
