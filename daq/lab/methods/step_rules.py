"""What must hold of a method's steps: roles that fit, inputs captured once, loops that weigh again."""

from collections import Counter
from collections.abc import Iterator, Mapping

from calibration.units import Kind, unit_of
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Input, Instrument
from daq.lab.methods.steps import Enter, PlainStep, Read, RepeatUntil, Weigh

_KINDS_FOR = {
    "weigh": ("balance", "moisture-analyser"),
    "tare": ("balance", "moisture-analyser"),
    "read": ("thermometer", "thermo-hygrometer", "moisture-analyser", "oven", "furnace"),
    "hold": ("oven", "furnace", "moisture-analyser", "thermometer"),
    "environment": ("thermo-hygrometer",),
}
"""Kinds of instrument that a step can use."""
ONE_FOR_ALL = "what is done once for the whole session needs an instrument of scope 'session'"


def step_mistakes(procedure: Procedure) -> Iterator[str]:
    """One sentence for each mistake of a step, with its key."""
    places = list(_places(procedure))
    for id_, count in Counter(step.id for _, step in places).items():
        if count > 1:
            keys = ", ".join(f"{key}.id" for key, step in places if step.id == id_)
            yield f"{keys}: found {id_!r} {count} times; every step needs its own"
    roles = {one.role: one for one in procedure.instruments}
    inputs = {one.name: one for one in procedure.inputs}
    for key, step in places:
        yield from _role(key, step, roles)
        if isinstance(step, Weigh | Read | Enter):
            yield from _into(key, step, inputs)
        elif isinstance(step, RepeatUntil):
            yield from _loop(key, step, procedure, inputs)
    yield from _captured(procedure)


def _places(procedure: Procedure) -> Iterator[tuple[str, PlainStep | RepeatUntil]]:
    for number, step in enumerate(procedure.steps, 1):
        yield f"step[{number}]", step
        if isinstance(step, RepeatUntil):
            for inner_number, inner in enumerate(step.steps, 1):
                yield f"step[{number}].step[{inner_number}]", inner


def _role(key: str, step: PlainStep | RepeatUntil, roles: Mapping[str, Instrument]) -> Iterator[str]:
    role = getattr(step, "role", None)
    if role is None:
        return
    if role not in roles:
        yield f"{key}.role: found {role!r}; the roles are {', '.join(roles)}"
        return
    if roles[role].kind not in _KINDS_FOR[step.do]:
        allowed = ", ".join(_KINDS_FOR[step.do])
        yield f"{key}.role: found {role!r}, a {roles[role].kind}; {step.do} needs one of {allowed}"
    if step.scope == "session" and roles[role].scope == "portion":
        yield f"{key}.role: found {role!r}, which is another one in each portion; {ONE_FOR_ALL}"


def _into(key: str, step: Weigh | Read | Enter, inputs: dict[str, Input]) -> Iterator[str]:
    found = inputs.get(step.into)
    if found is None or found.origin != "step":
        captured = ", ".join(name for name, one in inputs.items() if one.origin == "step")
        yield f"{key}.into: found {step.into!r}; the inputs with from = 'step' are {captured or 'none'}"
        return
    if found.scope != step.scope:
        yield f"{key}.scope: found {step.scope!r}; the input {step.into} is of scope {found.scope!r}"
    is_mass = found.unit in _units_of_mass()
    if isinstance(step, Weigh) and not is_mass:
        yield f"{key}.into: found {step.into!r} in {found.unit}; a weighing goes into a unit of mass"
    if isinstance(step, Read) and is_mass:
        yield f"{key}.do: found 'read' into {step.into} in {found.unit}; a mass is captured by 'weigh'"


def _units_of_mass() -> tuple[str, ...]:
    return tuple(symbol for symbol in ("ug", "mg", "g", "kg") if unit_of(symbol).kind is Kind.MASS)


def _loop(key: str, step: RepeatUntil, procedure: Procedure, inputs: dict[str, Input]) -> Iterator[str]:
    watched = inputs.get(step.of)
    if watched is None or watched.unit != "g" or watched.times != 1:
        yield f"{key}.of: found {step.of!r}; an input in g that is captured once is needed"
    last = step.steps[-1]
    if not isinstance(last, Weigh) or last.into != step.of:
        yield f"{key}.step[{len(step.steps)}]: the last step of the loop weighs into {step.of}"
    above = procedure.steps[: procedure.steps.index(step)]
    if not any(isinstance(one, Weigh) and one.into == step.of for one in above):
        yield f"{key}: the first weighing into {step.of} is missing above the loop"
    if any(isinstance(one, RepeatUntil) and one.of == step.of for one in above):
        yield f"{key}.of: found {step.of!r}, which a loop above it weighs; one loop for each input"
    for number, inner in enumerate(step.steps, 1):
        if inner.scope != step.scope:
            yield f"{key}.step[{number}].scope: found {inner.scope!r}; the loop is of scope {step.scope!r}"
        if isinstance(inner, Weigh | Read | Enter) and inner is not last:
            yield (
                f"{key}.step[{number}].into: found {inner.into!r}; a loop comes round again, so nothing is "
                f"captured in it but {step.of} at its end"
            )


def _captured(procedure: Procedure) -> Iterator[str]:
    """Every input from a step has exactly one step; a loop weighs again into what was weighed above it."""
    counts: Counter[str] = Counter()
    for step in procedure.steps:
        if isinstance(step, Weigh | Read | Enter):
            counts[step.into] += 1
        elif isinstance(step, RepeatUntil):
            counts.update(
                inner.into
                for inner in step.steps
                if isinstance(inner, Weigh | Read | Enter) and inner.into != step.of
            )
    for number, one in enumerate(procedure.inputs, 1):
        if one.origin == "step" and counts[one.name] != 1:
            yield f"input[{number}].name: {one.name} is captured by {counts[one.name]} steps; one is needed"
