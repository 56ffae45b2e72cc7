"""Whether enough sample was taken, as soon as the weighings say how much it is."""

from collections.abc import Iterable, Mapping

from calibration.expressions.expression import Value
from calibration.rounding import plain, round_to_digits, round_to_place
from calibration.units import convert
from daq.lab.methods.file import Procedure
from daq.lab.methods.formulas import expression_of
from daq.lab.sessions.events import Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.objections import Objection
from daq.lab.sessions.remarks import remark

PLACE = -9
"""Decimal place of a mass in g where a float's tail begins; no balance shows as much."""
DIGITS = 6
"""Significant digits of the mass in a remark: those of an analytical balance."""
NOTHING_BELOW = 10
"""A tenth of the least mass, or less, is no sample at all, and no matter of a warning: a rule of the house,
because the result of an almost empty pan would be thousands of percent."""
FINEST = -7
"""Decimal place in g of the last digit that any balance shows: a smaller mass has no more digits."""


def mass_objections(
    procedure: Procedure, captures: Iterable[Capture], new: Capture, place: Place
) -> tuple[Objection, ...]:
    """What speaks against the mass taken, where the new capture completes it.

    Args:
        procedure: the method.
        captures: that count, in their order; the last one into an input is its value.
        new: the capture that is about to be made.
        place: where.
    """
    rule = procedure.sample_mass
    if rule is None or new.into not in _needed(procedure, rule.of):
        return ()
    values = {one.into: _value(procedure, one) for one in (*captures, new) if _concerns(one, place)}
    computed_g = _mass_g(procedure, rule.of, values)
    if computed_g is None:
        return ()
    mass_g = round_to_place(computed_g, PLACE)
    shown = round_to_digits(mass_g, DIGITS) if mass_g else mass_g.normalize()
    if mass_g and mass_g.adjusted() - DIGITS + 1 < FINEST:
        shown = round_to_place(mass_g, FINEST)
    found, subject = plain(shown) + " g", f"{place.step}/{place.portion}"
    if mass_g < rule.minimum_g:
        words = remark("mass-low", found=found, limit=f"{rule.minimum_g} g")
        below = rule.below if mass_g * NOTHING_BELOW > rule.minimum_g else "block"
        return (Objection(words, below, words.code, subject),)
    if rule.maximum_g is not None and rule.above is not None and mass_g > rule.maximum_g:
        words = remark("mass-high", found=found, limit=f"{rule.maximum_g} g")
        return (Objection(words, rule.above, words.code, subject),)
    return ()


def _concerns(capture: Capture, place: Place) -> bool:
    return bool(capture.into) and capture.portion in (0, place.portion)


def _needed(procedure: Procedure, name: str) -> set[str]:
    """The inputs behind an input or formula, also through other formulas; constants are known anyhow."""
    formula = next((one for one in procedure.formulas if one.name == name), None)
    if formula is not None:
        names = expression_of(formula.expression).names
        return {inner for one in names for inner in _needed(procedure, one)}
    return set() if any(one.name == name for one in procedure.constants) else {name}


def _value(procedure: Procedure, capture: Capture) -> float:
    unit = next(one.unit for one in procedure.inputs if one.name == capture.into)
    if capture.value is None:
        return convert(capture.raw, capture.unit, unit)
    return convert(capture.value, capture.value_unit, unit)


def _mass_g(procedure: Procedure, name: str, values: dict[str, float]) -> float | None:
    """The mass, or None where a weighing is still missing."""
    if not _needed(procedure, name) <= values.keys():
        return None
    known = {one.name: float(one.value) for one in procedure.constants} | values
    mass = _computed(procedure, name, known)
    return float(mass) if isinstance(mass, float | int) else None


def _computed(procedure: Procedure, name: str, known: Mapping[str, Value]) -> Value:
    """An input, a constant, or a formula with what it needs and nothing else."""
    formula = next((one for one in procedure.formulas if one.name == name), None)
    if formula is None:
        return known[name]
    expression = expression_of(formula.expression)
    return expression.evaluate({one: _computed(procedure, one, known) for one in expression.names})
