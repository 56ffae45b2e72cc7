"""The formulas of a method computed: of each portion, and of the sample over its portions.

Inputs come as numbers, arrays (Monte Carlo) or ``Uncertain`` values. Weighings on one balance share the
influences of its certificate, so what is common to them cancels here by itself (JCGM 100:2008, 5.2).
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.expressions.expression import Expression, Series, Value, parse
from calibration.influences import half_width
from calibration.uncertain import Uncertain
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Constant, Formula
from daq.lab.methods.steps import Enter, RepeatUntil

Values = Mapping[str, Value | Series]


@functools.lru_cache(maxsize=4096)
def expression_of(text: str) -> Expression:
    """A formula, read once.

    Raises:
        ExpressionError: it cannot be read.
    """
    return parse(text)


@dataclass(frozen=True, slots=True)
class Computed:
    """All formulas of a method, unrounded: by name, of each portion and of the sample."""

    portions: tuple[Mapping[str, Value], ...]
    sample: Mapping[str, Value]

    def of(self, formula: str) -> Value:
        """A formula's value; of a formula of portions, that of the first portion."""
        return self.sample[formula] if formula in self.sample else self.portions[0][formula]


def compute(procedure: Procedure, session: Values, portions: Sequence[Values]) -> Computed:
    """All formulas of a method.

    Args:
        procedure: the method.
        session: inputs of scope ``session`` by name, in their units.
        portions: for each portion its inputs by name, in their units.

    Raises:
        ExpressionError: an input is missing, or a formula has no value.
    """
    exact = any(_has_arrays(values) for values in (session, *portions))
    plain = plain_formulas(procedure)
    common = dict(session) | {one.name: _constant(one, exact) for one in procedure.constants}
    rows: list[dict[str, Value | Series]] = [common | dict(own) for own in portions]
    sample: dict[str, Value] = {}
    for formula in procedure.formulas:
        if formula.scope == "portion":
            for row in rows:
                row[formula.name] = _value(formula, row, plain)
        else:
            sample[formula.name] = _value(formula, _together(common, rows) | sample, plain)
    names = [formula.name for formula in procedure.formulas if formula.scope == "portion"]
    return Computed(tuple({name: row[name] for name in names} for row in rows), sample)  # type: ignore[misc]


def plain_formulas(procedure: Procedure) -> frozenset[str]:
    """Formulas computed without uncertainty: results that say so, and what uses sd or such a formula."""
    plain = {result.formula for result in procedure.results if result.uncertainty == "none"}
    for formula in procedure.formulas:
        expression = expression_of(formula.expression)
        if "sd" in expression.functions or plain & set(expression.names):
            plain.add(formula.name)
    return frozenset(plain)


def with_step_influences(procedure: Procedure, values: Values, session: str) -> dict[str, Value | Series]:
    """Captured inputs with what the steps leave open: the criterion of constant mass, the reading of a scale.

    The criterion is common to all portions of a session, so it does not average out; the error of reading a
    burette is new in every reading.

    Args:
        procedure: the method.
        values: inputs of one portion, or of the session, by name: ``Uncertain`` or numbers, in their units.
        session: what names the session.
    """
    result = dict(values)
    for step in procedure.steps:
        if isinstance(step, RepeatUntil) and step.in_uncertainty and step.of in result:
            result[step.of] = _plus(result[step.of], _open_criterion_g(step, session))
        elif isinstance(step, Enter) and step.into in result:
            result[step.into] = _plus(result[step.into], half_width(float(step.half_width), step.title_en))
    return result


def _open_criterion_g(step: RepeatUntil, session: str) -> Uncertain:
    return half_width(float(step.limit_mg) / 1000, f"constant mass, {step.title_en}", f"{session}: {step.id}")


def _plus(value: Value | Series, influence: Uncertain) -> Value | Series:
    if isinstance(value, float | int | Uncertain):
        return influence + value
    return value


def _value(formula: Formula, values: Values, plain: frozenset[str]) -> Value:
    given = {name: _number(value) for name, value in values.items()} if formula.name in plain else values
    return expression_of(formula.expression).evaluate(given)


def _number(value: Value | Series) -> Value | Series:
    if isinstance(value, Uncertain):
        return value.value
    if isinstance(value, list | tuple):
        return [one.value if isinstance(one, Uncertain) else one for one in value]
    return value


def _together(common: Values, rows: Sequence[Values]) -> dict[str, Value | Series]:
    """What the sample's formulas see: names of portions as series over the portions."""
    own = {name for row in rows for name in row} - set(common)
    together: dict[str, Value | Series] = dict(common)
    for name in sorted(own):
        series: list[Value] = []
        for row in rows:
            value = row.get(name, [])
            series += value if isinstance(value, list | tuple) else [value]  # type: ignore[list-item]
        together[name] = series
    return together


def _constant(constant: Constant, exact: bool) -> Value:
    value = float(constant.value)
    if exact or constant.half_width is None:
        return value
    key = f"constant {constant.name} = {constant.value} {constant.unit}"
    return value + half_width(float(constant.half_width), constant.title_en, key)


def _has_arrays(values: Values) -> bool:
    return any(isinstance(value, np.ndarray) for value in values.values())
