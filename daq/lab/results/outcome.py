"""One result of a session with everything that stands behind it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from calibration.conformity import Comparison, Decision
from calibration.rounding import plain
from calibration.uncertain import Uncertain
from daq.lab.methods.parts import Severity
from daq.lab.results.words import Words

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

DIGITS = 12
"""Significant digits of a figure in JSON: what is computed is kept, the tail of a float is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """One line of the budget: an influence, or all of the same kind and source together."""

    quantity: Words
    count: int
    """How many independent effects this line has: one rounding for each of six readings."""
    value: float | None
    """Estimate; None for a line of several, and for a calibration curve."""
    u: float | None
    """Standard uncertainty of each effect, in the unit of its quantity; None for a calibration curve."""
    distribution: str
    sensitivity: float | None
    """dy/dx; of several effects the root of the sum of squares."""
    contribution: float
    """In the unit of the result, not negative."""
    share: float
    """Part of the variance."""
    dof: float
    source: str
    """Certificate by number and record, or document; empty where the quantity says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputValue:
    """One number that went into the result, and how much the result changes with it."""

    input: str
    portion: int
    value: float
    """Corrected, in ``unit``."""
    u: float
    unit: str
    sensitivity: float | None
    """d(result)/d(value); None where the result is a statistic without propagated uncertainty."""
    capture: int | None
    """The captured reading, if it is one."""
    certificate: str
    """Record of the certificate version behind the value; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A number behind a result with its influences; also those behind an earlier result it is made of."""

    sensitivity: float
    """d(result)/d(number)."""
    x: Uncertain
    capture: int | None
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelStatistics:
    """Parallel determinations, and whether they lie close enough together."""

    formula: str
    unit: str
    values: tuple[Decimal, ...]
    """Of the portions in their order."""
    portions: tuple[int, ...]
    mean: Decimal
    difference: Decimal
    """Largest minus smallest."""
    limit: Decimal
    """Largest difference allowed, in the unit; a relative one multiplied by the mean."""
    relative: Decimal | None
    """The relative limit, if it is one."""
    met: bool
    outside: Severity
    """What the method makes of determinations that lie too far apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A statement of conformity (ISO/IEC 17025:2017, 7.8.6)."""

    limit: str
    """``id`` of the method's limit."""
    product: Words
    edition: str
    source: str
    """Document that the limit is from."""
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    decision: Decision
    rule: str
    """One of ``daq.lab.methods.results.DECISION_RULES``."""
    comparison: Comparison
    compared: Decimal
    """The value that met the limits: unrounded, or rounded once to the places of the limit."""
    guard_band: Decimal
    """w, in the unit of the limits."""
    p_conform: float | None
    """Probability that the sample conforms; None without uncertainty."""
    risk: float | None
    """Probability that this decision is wrong: the consumer's where it accepts, otherwise the producer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a reader of the result must know."""

    code: str
    """``draft-method``, ``screening``, ``override`` …"""
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A result of one formula: of the sample, or of one portion."""

    session: str
    method: str
    method_version: str
    formula: str
    title: Words
    portion: int
    """0 for a result of the sample."""
    unit: str
    value: Decimal
    """Unrounded, to a millionth of u or less; what stands beyond that is noise of floating point."""
    u: float | None
    k: float | None
    U: float | None
    dof: float | None
    """Effective degrees of freedom, untruncated."""
    level: float
    why_no_uncertainty: str
    """The method's reason where it propagates none; otherwise empty."""
    reported: str
    """By the digits of the method, rounded once."""
    reported_U: str  # noqa: N815
    """U to two significant digits; empty without uncertainty."""
    rows: tuple[BudgetRow, ...]
    inputs: tuple[InputValue, ...]
    parallels: ParallelStatistics | None
    verdicts: tuple[Judgement, ...]
    notes: tuple[Note, ...]
    sensitivities: Mapping[int, float]
    """d(result)/d(corrected value) by capture, in the result's unit per unit of the value; 0 where the result
    is a statistic. Captures of an earlier result are among them."""
    certificates: Mapping[str, float]
    """What each certificate version contributes to u, by record, in the unit of the result."""
    uncertain: Uncertain = field(repr=False)
    """The unrounded result with all its influences, for results that are made of it; not in JSON."""
    behind: tuple[Behind, ...] = field(repr=False)
    """Every number behind it, through earlier results too; not in JSON."""
    labels: Mapping[str, Words] = field(repr=False)
    """What the influences are called, by their names; not in JSON."""

    @property
    def verdict(self) -> str:
        """The decision in one word (``pass``, ``fail`` …); empty where no limit was chosen."""
        return self.verdicts[0].decision.value if self.verdicts else ""

    def as_json(self) -> dict[str, Json]:
        """For the records and the report: figures as decimal text of at most 12 significant digits."""
        return {
            "session": self.session,
            "method": self.method,
            "method_version": self.method_version,
            "formula": self.formula,
            "title": _both(self.title),
            "portion": self.portion,
            "unit": self.unit,
            "value": plain(self.value),
            "u": number_text(self.u),
            "k": number_text(self.k),
            "U": number_text(self.U),
            "dof": number_text(self.dof),
            "level": number_text(self.level),
            "why_no_uncertainty": self.why_no_uncertainty,
            "reported": self.reported,
            "reported_U": self.reported_U,
            "budget": [_row_json(row) for row in self.rows],
            "inputs": [_input_json(one) for one in self.inputs],
            "parallels": None if self.parallels is None else _parallels_json(self.parallels),
            "verdicts": [_judgement_json(one) for one in self.verdicts],
            "notes": [{"code": note.code, "words": _both(note.words)} for note in self.notes],
            "sensitivities": {str(key): number_text(c) for key, c in sorted(self.sensitivities.items())},
            "certificates": {record: number_text(u) for record, u in sorted(self.certificates.items())},
        }


def number_text(number: float | None) -> str | None:
    """A figure as decimal text without power of ten; ``inf`` for infinitely many degrees of freedom."""
    if number is None or math.isinf(number):
        return None if number is None else "inf"
    text = plain(Decimal(f"{number:.{DIGITS}g}"))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _both(text: Words) -> Json:
    return dict(text.as_json())


def _row_json(row: BudgetRow) -> Json:
    return {
        "quantity": _both(row.quantity),
        "count": row.count,
        "value": number_text(row.value),
        "u": number_text(row.u),
        "distribution": row.distribution,
        "sensitivity": number_text(row.sensitivity),
        "contribution": number_text(row.contribution),
        "share": number_text(row.share),
        "dof": number_text(row.dof),
        "source": row.source,
    }


def _input_json(one: InputValue) -> Json:
    return {
        "input": one.input,
        "portion": one.portion,
        "value": number_text(one.value),
        "u": number_text(one.u),
        "unit": one.unit,
        "sensitivity": number_text(one.sensitivity),
        "capture": one.capture,
        "certificate": one.certificate,
    }


def _parallels_json(one: ParallelStatistics) -> Json:
    return {
        "formula": one.formula,
        "unit": one.unit,
        "values": [plain(value) for value in one.values],
        "portions": list(one.portions),
        "mean": number_text(float(one.mean)),
        "difference": plain(one.difference),
        "limit": number_text(float(one.limit)),
        "relative": _decimal_text(one.relative),
        "met": one.met,
        "outside": one.outside,
    }


def _judgement_json(one: Judgement) -> Json:
    return {
        "limit": one.limit,
        "product": _both(one.product),
        "edition": one.edition,
        "source": one.source,
        "lower": _decimal_text(one.lower),
        "upper": _decimal_text(one.upper),
        "unit": one.unit,
        "decision": one.decision.value,
        "rule": one.rule,
        "comparison": one.comparison.value,
        "compared": plain(one.compared),
        "guard_band": number_text(float(one.guard_band)),
        "p_conform": number_text(one.p_conform),
        "risk": number_text(one.risk),
    }


def _decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
