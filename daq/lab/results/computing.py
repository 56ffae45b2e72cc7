"""The results of a session: value, uncertainty, budget, parallel determinations, verdict.

A pure function of what the session has in hand. Readings are corrected under their certificates, and readings
of one certificate share its influences: what is common to all weighings cancels in a loss or a ratio.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from calibration.budget import budget
from calibration.errors import CalibrationError
from calibration.expressions.expression import Value
from calibration.limits import Measured
from calibration.rounding import plain, round_uncertainty
from calibration.uncertain import Uncertain
from daq.errors import ResultBlockedError
from daq.i18n import N_
from daq.lab.methods.file import Procedure
from daq.lab.methods.formulas import Computed, compute, expression_of, with_step_influences
from daq.lab.methods.parts import Formula
from daq.lab.methods.results import Result
from daq.lab.results.budget import budget_rows, by_capture, by_certificate, names_of_method
from daq.lab.results.captures import Obstacle
from daq.lab.results.given import Given
from daq.lab.results.inputs import Inputs, ObstaclesError, Taken, take
from daq.lab.results.notes import notes_on
from daq.lab.results.outcome import Behind, InputValue, Outcome, ParallelStatistics
from daq.lab.results.verdict import judge, parallels, stated_of
from daq.lab.results.words import title_of

__all__ = ["Given", "Outcome", "compute_results"]


def compute_results(given: Given) -> tuple[Outcome, ...]:
    """Every result of the method; of a formula of portions one for each portion.

    Raises:
        ResultBlockedError: a datum is missing or cannot be used, such as a reading without a certificate in
            force; every reason with the capture or input it is about. No result is given without the others.
    """
    procedure = given.method.procedure
    needed = _needed(procedure)
    try:
        inputs = take(given, needed)
    except ObstaclesError as error:
        raise ResultBlockedError(error.obstacles) from error
    formulas = tuple(one for one in procedure.formulas if one.name in needed)
    computation = _Computation(given, procedure.model_copy(update={"formulas": formulas}), inputs)
    return computation.outcomes()


def _needed(procedure: Procedure) -> frozenset[str]:
    """Names of all inputs and formulas behind the results and the comparison of determinations."""
    wanted = {result.formula for result in procedure.results}
    if procedure.determinations.of is not None:
        wanted.add(procedure.determinations.of)
    for formula in reversed(procedure.formulas):
        if formula.name in wanted:
            wanted |= set(expression_of(formula.expression).names)
    return frozenset(wanted)


@dataclass(frozen=True, slots=True)
class _One:
    """One result on its way."""

    result: Result
    formula: Formula
    portion: int
    y: Uncertain | float
    probed: Uncertain | float
    taken: tuple[Taken, ...]


class _Computation:
    """One session computed twice: with its influences, and with a probe on every number."""

    def __init__(self, given: Given, procedure: Procedure, inputs: Inputs) -> None:
        self._given = given
        self._procedure = procedure
        self._inputs = inputs
        self._of_method = names_of_method(procedure)

    def outcomes(self) -> tuple[Outcome, ...]:
        obstacles: list[Obstacle] = []
        found = []
        try:
            computed, probed = self._computed(probed=False), self._computed(probed=True)
            statistics = self._parallels(computed)
        except CalibrationError as error:
            raise ResultBlockedError(
                ((N_("It cannot be computed: {sentence}"), {"sentence": str(error)}),)
            ) from error
        for one in self._results(computed, probed):
            try:
                found.append(self._outcome(one, statistics))
            except CalibrationError as error:
                facts = {"result": one.formula.name, "sentence": str(error)}
                obstacles.append((N_("{result}: {sentence}"), facts))
        if obstacles:
            raise ResultBlockedError(tuple(obstacles))
        return tuple(found)

    def _computed(self, *, probed: bool) -> Computed:
        values = {
            portion: self._inputs.values(portion, probed=probed) for portion in (0, *self._inputs.portions)
        }
        if not probed:
            session, procedure = self._given.session, self._procedure
            values = {
                portion: with_step_influences(procedure, own, session) for portion, own in values.items()
            }
        return compute(self._procedure, values[0], [values[portion] for portion in self._inputs.portions])

    def _parallels(self, computed: Computed) -> ParallelStatistics | None:
        compared = self._procedure.determinations.of
        if compared is None:
            return None
        pairs = zip(self._inputs.portions, computed.portions, strict=True)
        return parallels(self._procedure, {portion: _single(row[compared]) for portion, row in pairs})

    def _results(self, computed: Computed, probed: Computed) -> Iterator[_One]:
        formulas = {one.name: one for one in self._procedure.formulas}
        for result in self._procedure.results:
            formula = formulas[result.formula]
            names = self._names_behind(formula)
            if formula.scope == "sample":
                pair = computed.sample[formula.name], probed.sample[formula.name]
                taken = tuple(one for name in names for one in self._inputs.of(name))
                yield _One(result, formula, 0, _single(pair[0]), _single(pair[1]), taken)
                continue
            rows = zip(self._inputs.portions, computed.portions, probed.portions, strict=True)
            for portion, row, probes in rows:
                taken = tuple(
                    one for name in names for one in self._inputs.of(name) if one.portion in (0, portion)
                )
                yield _One(
                    result, formula, portion, _single(row[formula.name]), _single(probes[formula.name]), taken
                )

    def _names_behind(self, formula: Formula) -> list[str]:
        """Inputs that a formula is made of, through other formulas too, in the order of the method."""
        wanted = {formula.name}
        for one in reversed(self._procedure.formulas):
            if one.name in wanted:
                wanted |= set(expression_of(one.expression).names)
        return [one.name for one in self._procedure.inputs if one.name in wanted]

    def _outcome(self, one: _One, statistics: ParallelStatistics | None) -> Outcome:
        result, formula, procedure = one.result, one.formula, self._procedure
        propagated = result.uncertainty == "propagated"
        uncertain = one.y if isinstance(one.y, Uncertain) else Uncertain(float(one.y))
        value = stated_of(one.y)
        found = budget(uncertain, procedure.coverage_level) if propagated else None
        measured = None
        if found is not None:
            measured = Measured(value, found.U, found.k, formula.unit, found.dof)
        limits = [
            limit
            for limit in procedure.limits
            if limit.id == self._given.product_limit and limit.result == formula.name
        ]
        behind = tuple(_behind(one))
        labels = self._inputs.labels
        return Outcome(
            session=self._given.session,
            method=self._given.method.name,
            method_version=self._given.method.version,
            formula=formula.name,
            title=title_of(formula),
            portion=one.portion,
            unit=formula.unit,
            value=value,
            u=found.u if found else None,
            k=found.k if found else None,
            U=found.U if found else None,
            dof=found.dof if found else None,
            level=procedure.coverage_level,
            why_no_uncertainty=result.why_no_uncertainty,
            reported=result.digits.reported(value, found.U if found else None),
            reported_U=plain(round_uncertainty(found.U)) if found else "",
            rows=budget_rows(uncertain, labels, self._of_method) if propagated else (),
            inputs=tuple(_input_value(taken, one) for taken in one.taken),
            parallels=statistics,
            verdicts=tuple(judge(procedure, limit, value, measured) for limit in limits),
            notes=notes_on(self._given, self._inputs, statistics, one.taken),
            sensitivities=by_capture(behind),
            certificates=by_certificate(behind),
            uncertain=uncertain,
            behind=behind,
            labels={**labels, **{name: title for name, (title, _) in self._of_method.items()}},
        )


def _single(value: Value) -> Uncertain | float:
    return value if isinstance(value, Uncertain) else float(value)


def _sensitivity(taken: Taken, one: _One) -> float:
    """By the probe of the number; 0 where a minimum or maximum chose another, and for a statistic."""
    return one.probed.components.get(taken.probe, 0.0) if isinstance(one.probed, Uncertain) else 0.0


def _input_value(taken: Taken, one: _One) -> InputValue:
    propagated = one.result.uncertainty == "propagated"
    return InputValue(
        input=taken.input.name,
        portion=taken.portion,
        value=taken.x.value,
        u=taken.x.u,
        unit=taken.unit,
        sensitivity=_sensitivity(taken, one) if propagated else None,
        capture=taken.capture.id if taken.capture else None,
        certificate=taken.certificate,
    )


def _behind(one: _One) -> Iterator[Behind]:
    """The numbers behind a result; of an earlier result those that it is made of itself."""
    for taken in one.taken:
        sensitivity = _sensitivity(taken, one)
        if taken.earlier is None:
            capture = taken.capture.id if taken.capture else None
            yield Behind(sensitivity, taken.x, capture, taken.certificate)
        else:
            for behind in taken.earlier.behind:
                yield replace(behind, sensitivity=sensitivity * behind.sensitivity)
