"""Whether enough sample was taken, as soon as the weighings say how much it is."""

from collections.abc import Iterable

from calibration.expressions.expression import Value
from calibration.rounding import plain, round_to_digits
from calibration.units import convert
from daq.lab.methods.file import Procedure
from daq.lab.methods.formulas import expression_of
from daq.lab.sessions.events import Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.objections import Objection
from daq.lab.sessions.remarks import remark

DIGITS = 6
"""Significant digits of the mass in a remark: those of an analytical balance, without a float's tail."""


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
    mass_g = _mass_g(procedure, rule.of, values)
    if mass_g is None:
        return ()
    found, subject = plain(round_to_digits(mass_g, DIGITS)) + " g", f"{place.step}/{place.portion}"
    if mass_g < float(rule.minimum_g):
        words = remark("mass-low", found=found, limit=f"{rule.minimum_g} g")
        return (Objection(words, rule.below, words.code, subject),)
    if rule.maximum_g is not None and rule.above is not None and mass_g > float(rule.maximum_g):
        words = remark("mass-high", found=found, limit=f"{rule.maximum_g} g")
        return (Objection(words, rule.above, words.code, subject),)
    return ()


def _concerns(capture: Capture, place: Place) -> bool:
    return bool(capture.into) and capture.portion in (0, place.portion)


def _needed(procedure: Procedure, name: str) -> set[str]:
    """The inputs behind an input or formula, also through other formulas."""
    formula = next((one for one in procedure.formulas if one.name == name), None)
    if formula is None:
        return {name}
    names = expression_of(formula.expression).names
    return {inner for one in names for inner in _needed(procedure, one)}


def _value(procedure: Procedure, capture: Capture) -> float:
    unit = next(one.unit for one in procedure.inputs if one.name == capture.into)
    if capture.value is None:
        return convert(capture.raw, capture.unit, unit)
    return convert(capture.value, capture.value_unit, unit)


def _mass_g(procedure: Procedure, name: str, values: dict[str, float]) -> float | None:
    """The mass, or None where a weighing is still missing."""
    if not _needed(procedure, name) <= values.keys():
        return None
    known: dict[str, Value] = dict(values)
    for formula in procedure.formulas:
        expression = expression_of(formula.expression)
        if set(expression.names) <= known.keys():
            known[formula.name] = expression.evaluate(known)
        if formula.name == name:
            break
    mass = known[name]
    return float(mass) if isinstance(mass, float | int) else None
