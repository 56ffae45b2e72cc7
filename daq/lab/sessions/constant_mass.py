"""Constant mass in a session: which weighings belong to a loop, and whether drying goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.drying_rules import ConstantMassRule, Takes, constant_mass
from calibration.rounding import plain
from calibration.units import convert
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import RepeatUntil
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.remarks import Remark, remark


@dataclass(frozen=True, slots=True)
class LoopView:
    """Where the loop of one portion stands."""

    step: str
    portion: int
    weighings: tuple[Capture, ...]
    """The first mass and those after each repetition, without struck ones."""
    repetitions: int
    """Weighings after the first one."""
    why: Remark | None
    """Why it goes on or stops, with figures; None before the first mass."""
    counting: Capture | None
    """The weighing whose mass counts, once the loop is at its end."""
    exhausted: bool
    """The mass is not constant after as many repetitions as the method allows."""


def mass_g(capture: Capture) -> Decimal:
    """The indication in g, with the digits that the balance sent."""
    mass = Decimal(capture.raw_text)
    return mass if capture.unit == "g" else convert(mass, capture.unit, "g")


def loop_rule(procedure: Procedure, step: RepeatUntil) -> ConstantMassRule:
    """The criterion of a loop, with its source."""
    return step.rule(procedure.source(step.source).cited)


def loop_view(
    procedure: Procedure, step: RepeatUntil, portion: int, weighings: Sequence[Capture], *, may_end: bool
) -> LoopView:
    """Decide whether the loop goes on.

    Args:
        procedure: the method.
        step: the loop.
        portion: which determination.
        weighings: standing captures into the loop's input, in their order.
        may_end: whether the loop may end without constant mass: the method only warns, or two people signed.
    """
    rule = loop_rule(procedure, step)
    masses = [mass_g(one) for one in weighings]
    found = constant_mass(masses, rule)
    repetitions = max(0, len(masses) - 1)
    exhausted = found is None and repetitions >= step.at_most
    counting = None
    if found is not None:
        counting = _counting(weighings, masses, found.index, rule)
    elif exhausted and may_end:
        counting = _counting(weighings, masses, len(masses) - 1, rule)
    why = _why(step, masses, len(masses) - 1 if found is None else found.index, rule) if masses else None
    return LoopView(step.id, portion, tuple(weighings), repetitions, why, counting, exhausted)


def _counting(
    weighings: Sequence[Capture], masses: Sequence[Decimal], last: int, rule: ConstantMassRule
) -> Capture:
    """Of the pair that ends at ``last`` the one that the rule takes."""
    previous = max(0, last - 1)
    smaller = rule.takes is Takes.SMALLER and masses[previous] < masses[last]
    return weighings[previous if smaller else last]


def _why(step: RepeatUntil, masses: Sequence[Decimal], last: int, rule: ConstantMassRule) -> Remark:
    if last == 0:
        return remark("first-mass", mass=_in_g(masses[0]))
    difference = abs(masses[last] - masses[last - 1]) * 1000
    facts: dict[str, str | int] = {
        "last": _in_g(masses[last]),
        "previous": _in_g(masses[last - 1]),
        "difference": f"{plain(difference.normalize())} mg",
        "limit": f"{plain(rule.limit_mg)} mg",
    }
    if difference <= rule.limit_mg:
        counts = min(masses[last - 1 : last + 1]) if rule.takes is Takes.SMALLER else masses[last]
        return Remark("mass-constant", facts | {"counts": _in_g(counts)})
    facts["at_most"] = step.at_most
    if last >= step.at_most:
        return Remark("mass-never-constant", facts)
    return Remark("mass-not-constant", facts | {"next": last + 1})


def _in_g(mass: Decimal) -> str:
    return f"{plain(mass)} g"
