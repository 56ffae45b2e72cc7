"""What must hold between the parts of a method: names, units, roles, formulas, limits, the worked example."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from calibration.conformity import Comparison
from calibration.errors import CalibrationError
from calibration.expressions.expression import ExpressionError
from calibration.rounding import plain, round_to_place
from calibration.uncertain import Uncertain
from calibration.units import Kind, unit_of
from daq.lab.methods.file import Procedure
from daq.lab.methods.formulas import compute, expression_of
from daq.lab.methods.parts import Formula, Instrument
from daq.lab.methods.step_rules import ONE_FOR_ALL, step_mistakes


def mistakes_in(procedure: Procedure) -> tuple[str, ...]:
    """One sentence for each mistake, with its key, in a file whose shape is right."""
    found = [
        *_repeated(procedure),
        *_sources(procedure),
        *_instruments(procedure),
        *_formulas(procedure),
        *_results(procedure),
        *_limits(procedure),
        *_masses(procedure),
        *step_mistakes(procedure),
    ]
    return tuple(found or _example(procedure))


def _repeated(procedure: Procedure) -> Iterator[str]:
    lists = {
        "source[{}].id": [one.id for one in procedure.sources],
        "instrument[{}].role": [one.role for one in procedure.instruments],
        "limit[{}].id": [one.id for one in procedure.limits],
        "result[{}].formula": [one.formula for one in procedure.results],
    }
    symbols: list[tuple[str, str]] = []
    for kind in ("input", "constant", "formula"):
        quantities = getattr(procedure, f"{kind}s")
        symbols += [(f"{kind}[{number}].name", one.name) for number, one in enumerate(quantities, 1)]
    groups = [
        [(key.format(number), name) for number, name in enumerate(names, 1)] for key, names in lists.items()
    ]
    for places in (symbols, *groups):
        for name, count in Counter(name for _, name in places).items():
            if count > 1:
                keys = ", ".join(key for key, each in places if each == name)
                yield f"{keys}: found {name!r} {count} times; every one needs its own name"


def _sources(procedure: Procedure) -> Iterator[str]:
    known = [one.id for one in procedure.sources]
    for key, fact in procedure.facts():
        if fact.source not in known:
            yield f"{key}.source: found {fact.source!r}; the file's sources are {', '.join(known)}"


def _instruments(procedure: Procedure) -> Iterator[str]:
    scopes = {one.role: one.scope for one in procedure.instruments}
    for number, one in enumerate(procedure.inputs, 1):
        if one.role is not None and one.role not in scopes:
            yield f"input[{number}].role: found {one.role!r}; the roles are {', '.join(scopes)}"
        elif one.role is not None and one.scope == "session" and scopes[one.role] == "portion":
            yield f"input[{number}].role: found {one.role!r}, another one in each portion; {ONE_FOR_ALL}"
    for number, instrument in enumerate(procedure.instruments, 1):
        if instrument.unit is not None:
            yield from _unit_of_resolution(f"instrument[{number}].unit", instrument)
        if instrument.accuracy_class is not None and instrument.kind != "balance":
            yield f"instrument[{number}].accuracy_class: is for a balance, not for a {instrument.kind}"
        if procedure.purpose == "sample" and instrument.expired == "allow":
            yield f"instrument[{number}].expired: found 'allow'; a sample needs 'warn' or 'block'"


def _unit_of_resolution(key: str, instrument: Instrument) -> Iterator[str]:
    try:
        kind = unit_of(str(instrument.unit)).kind
    except CalibrationError as error:
        yield f"{key}: {error}"
        return
    if instrument.kind == "balance" and kind is not Kind.MASS:
        yield f"{key}: found {instrument.unit!r}; the resolution of a balance is in a unit of mass"


def _formulas(procedure: Procedure) -> Iterator[str]:
    units = {one.name: one.unit for one in (*procedure.inputs, *procedure.constants)}
    of_portions = {one.name for one in procedure.inputs if one.scope == "portion"}
    used: set[str] = set()
    for number, formula in enumerate(procedure.formulas, 1):
        key = f"formula[{number}].expression"
        try:
            expression = expression_of(formula.expression)
        except ExpressionError as error:
            yield f"{key}: {error}"
            continue
        used |= set(expression.names)
        unknown = [name for name in expression.names if name not in units]
        if unknown:
            yield f"{key}: {', '.join(unknown)} is not known above it; known are {', '.join(units)}"
        else:
            yield from _units(key, formula, units)
            yield from _scope(key, formula, procedure)
        units[formula.name] = formula.unit
        if formula.scope == "portion":
            of_portions.add(formula.name)
    yield from _unused(procedure, used)


def _units(key: str, formula: Formula, units: Mapping[str, str]) -> Iterator[str]:
    try:
        expression_of(formula.expression).check_units(units, formula.unit)
    except CalibrationError as error:
        yield f"{key}: {error}"


def _scope(key: str, formula: Formula, procedure: Procedure) -> Iterator[str]:
    if formula.scope == "portion":
        samples = {one.name for one in procedure.formulas if one.scope == "sample"}
        late = [name for name in expression_of(formula.expression).names if name in samples]
        if late:
            yield f"{key}: {', '.join(late)} is of the sample, and this formula is of one portion"


def _unused(procedure: Procedure, used: set[str]) -> Iterator[str]:
    needed = used | ({procedure.sample_mass.of} if procedure.sample_mass else set())
    for what, names in (("input", procedure.inputs), ("constant", procedure.constants)):
        for number, one in enumerate(names, 1):
            if one.name not in needed:
                yield f"{what}[{number}].name: {one.name} is used by no formula; use it or take it away"


def _results(procedure: Procedure) -> Iterator[str]:
    formulas = {one.name: one for one in procedure.formulas}
    for number, result in enumerate(procedure.results, 1):
        key = f"result[{number}]"
        if result.formula not in formulas:
            yield f"{key}.formula: found {result.formula!r}; the formulas are {', '.join(formulas)}"
        elif result.uncertainty == "propagated" and "sd" in _all_functions(procedure, result.formula):
            yield f"{key}.uncertainty: found 'propagated'; a result by sd has 'none', with why_no_uncertainty"


def _all_functions(procedure: Procedure, name: str) -> set[str]:
    """Functions that a formula uses, also through the formulas it is made of."""
    found: set[str] = set()
    waiting = {name}
    for formula in reversed(procedure.formulas):
        if formula.name in waiting:
            try:
                expression = expression_of(formula.expression)
            except ExpressionError:
                continue  # told already
            found |= expression.functions
            waiting |= set(expression.names)
    return found


def _limits(procedure: Procedure) -> Iterator[str]:
    results = {one.formula: one for one in procedure.results}
    units = {one.name: one.unit for one in procedure.formulas}
    for number, limit in enumerate(procedure.limits, 1):
        key = f"limit[{number}]"
        result = results.get(limit.result)
        if result is None:
            yield f"{key}.result: found {limit.result!r}; the results are {', '.join(results)}"
            continue
        if limit.unit != units.get(limit.result):
            yield f"{key}.unit: found {limit.unit!r}; {limit.result} is in {units.get(limit.result)}"
        try:
            _ = limit.limits
        except CalibrationError as error:
            yield f"{key}: {error}"
        needs_u = limit.decision_rule != "simple-acceptance"
        if needs_u and limit.comparison is Comparison.ROUNDED_VALUE:
            yield (
                f"{key}.decision_rule: found {limit.decision_rule!r}; rounded values go with "
                "'simple-acceptance' only"
            )
        elif needs_u and result.uncertainty == "none":
            yield (
                f"{key}.decision_rule: found {limit.decision_rule!r}; {limit.result} has no "
                "uncertainty: only 'simple-acceptance' is possible"
            )


def _masses(procedure: Procedure) -> Iterator[str]:
    units = {one.name: one.unit for one in (*procedure.inputs, *procedure.formulas)}
    if procedure.sample_mass is not None and units.get(procedure.sample_mass.of) != "g":
        yield f"sample_mass.of: found {procedure.sample_mass.of!r}; an input or formula in g is needed"
    portions = [one.name for one in procedure.formulas if one.scope == "portion"]
    compared = procedure.determinations.of
    if compared is not None and compared not in portions:
        yield (f"determinations.of: found {compared!r}; formulas of scope 'portion': {', '.join(portions)}")
    if procedure.equivalence is not None and len(procedure.results) != 1:
        yield f"equivalence: is of one result, and there are {len(procedure.results)}"


def _example(procedure: Procedure) -> Iterator[str]:
    """The worked example computed again; only asked where everything else is right."""
    example = procedure.example
    missing = [one.formula for one in procedure.results if one.formula not in example.gives]
    if missing:
        yield f"example.gives: {', '.join(missing)} is missing; every result is worked once"
    portions = [_numbers(portion) for portion in example.portions]
    fewest, most = procedure.determinations.minimum, procedure.determinations.maximum
    if not fewest <= len(portions) <= most:
        yield f"example.portions: found {len(portions)}; the method has {fewest} to {most} determinations"
    yield from _example_inputs(procedure)
    try:
        computed = compute(procedure, _numbers(example.session), portions)
    except ExpressionError as error:
        yield f"example: {error}"
        return
    known = [one.name for one in procedure.formulas]
    for name, written in example.gives.items():
        if name not in known or not isinstance(written, Decimal):
            yield f"example.gives.{name}: found {written}; one number for a formula: {', '.join(known)}"
            continue
        value = computed.of(name)
        number = value.value if isinstance(value, Uncertain) else float(value)
        place = int(written.as_tuple().exponent)
        if round_to_place(number, place) != written:
            yield (
                f"example.gives.{name}: found {plain(written)}; the formula gives "
                f"{plain(round_to_place(number, place - 2))}: one of the two is wrong"
            )


def _example_inputs(procedure: Procedure) -> Iterator[str]:
    for scope, rows in (("session", [procedure.example.session]), ("portion", procedure.example.portions)):
        expected = {one.name: one.times for one in procedure.inputs if one.scope == scope}
        for number, row in enumerate(rows, 1):
            key = "example.session" if scope == "session" else f"example.portions[{number}]"
            if set(row) != set(expected):
                yield f"{key}: found {_list(row)}; exactly the inputs of scope {scope!r}: {_list(expected)}"
                continue
            for name, value in row.items():
                count = len(value) if isinstance(value, tuple) else 1
                if count != expected[name]:
                    yield f"{key}.{name}: found {count} values; the input is captured {expected[name]} times"


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"


def _numbers(values: Mapping[str, Decimal | tuple[Decimal, ...]]) -> dict[str, float | list[float]]:
    return {
        name: [float(one) for one in value] if isinstance(value, tuple) else float(value)
        for name, value in values.items()
    }
