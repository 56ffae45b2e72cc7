"""An old result beside a new one: what changed, in a sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calibration.conformity import Decision
from calibration.rounding import plain, round_to_place, round_uncertainty
from daq.i18n import N_
from daq.lab.papers.words import DECISIONS
from daq.lab.results.outcome import Outcome
from daq.lab.results.words import Words, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one version of a result says."""

    formula: str
    portion: int
    title: Words
    unit: str
    value: Decimal
    U: float | None
    """None where the method propagates no uncertainty."""
    verdict: str
    """A ``Decision`` in one word; empty without a limit."""

    @classmethod
    def of(cls, outcome: Outcome) -> "Statement":
        """Of a computed result."""
        return cls(
            formula=outcome.formula,
            portion=outcome.portion,
            title=outcome.title,
            unit=outcome.unit,
            value=outcome.value,
            U=outcome.U,
            verdict=outcome.verdict,
        )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Statement":
        """Of what ``Outcome.as_json`` gave, as the records keep it."""
        return cls(
            formula=kept["formula"],
            portion=kept["portion"],
            title=Words(**kept["title"]),
            unit=kept["unit"],
            value=Decimal(kept["value"]),
            U=None if kept["U"] is None else float(kept["U"]),
            verdict=kept["verdicts"][0]["decision"] if kept["verdicts"] else "",
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One result before and after."""

    old: Statement
    new: Statement
    sentence: Words

    @property
    def value_changed(self) -> bool:
        """The unrounded value is another one."""
        return self.old.value != self.new.value

    @property
    def U_changed(self) -> bool:  # noqa: N802
        """U is another one by more than the noise of floating point."""
        if self.old.U is None or self.new.U is None:
            return self.old.U is not self.new.U
        return not math.isclose(self.old.U, self.new.U, rel_tol=1e-9)

    @property
    def verdict_changed(self) -> bool:
        """The decision is another one."""
        return self.old.verdict != self.new.verdict


def compare(old: Statement, new: Statement) -> Change:
    """What became of one result; both are of the same formula and portion."""
    empty = Change(old, new, Words("", ""))
    message = N_("{result}: {value}; {uncertainty}; {verdict}.")
    sentence = words(
        message,
        result=_name(new),
        value=_value(empty),
        uncertainty=_uncertainty(empty),
        verdict=_verdict(empty),
    )
    return Change(old, new, sentence)


def compare_all(old: Sequence[Statement], new: Sequence[Statement]) -> tuple[Change, ...]:
    """What became of the results of a session; one that is there only once is left out."""
    before = {(one.formula, one.portion): one for one in old}
    pairs = ((before.get((one.formula, one.portion)), one) for one in new)
    return tuple(compare(earlier, later) for earlier, later in pairs if earlier is not None)


def _name(of: Statement) -> Words:
    if not of.portion:
        return of.title
    return words(N_("{result}, determination {portion}"), result=of.title, portion=of.portion)


def _value(change: Change) -> Words:
    old, new = change.old, change.new
    after = f"{_shown(new.value, new)} {new.unit}"
    if not change.value_changed:
        return words(N_("stays {new}"), new=after)
    moved = f"{new.value - old.value:+.2g} {new.unit}"
    before = f"{_shown(old.value, new)} {old.unit}"
    return words(N_("{old} becomes {new} ({change})"), old=before, new=after, change=moved)


def _shown(value: Decimal, of: Statement) -> str:
    """One place more than U has, so that a change is seen that a report would not show."""
    if not of.U:
        return plain(value)
    place = int(round_uncertainty(of.U).as_tuple().exponent) - 1
    return plain(round_to_place(value, place))


def _uncertainty(change: Change) -> Words:
    old, new = (_expanded(one) for one in (change.old, change.new))
    if not change.U_changed or old == new:
        return words(N_("U stays {new}"), new=new) if new else words(N_("without uncertainty"))
    return words(N_("U was {old} and becomes {new}"), old=old or "-", new=new or "-")


def _expanded(of: Statement) -> str:
    return f"{plain(round_uncertainty(of.U))} {of.unit}" if of.U else ""


def _verdict(change: Change) -> Words:
    old, new = (_decision(one.verdict) for one in (change.old, change.new))
    if change.verdict_changed:
        return words(N_("the verdict changes: {old} before, {new} now"), old=old, new=new)
    return words(N_("the verdict stays: {new}"), new=new) if change.new.verdict else new


def _decision(verdict: str) -> Words:
    if not verdict:
        return words(N_("no verdict"))
    return words(DECISIONS[Decision(verdict)][1])
