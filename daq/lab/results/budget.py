"""The budget of a result by influence, with what each certificate contributes to it."""

import math
from collections.abc import Iterable, Mapping

from calibration.uncertain import Influence, Uncertain, linear
from daq.i18n import N_
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import Enter, RepeatUntil
from daq.lab.results.outcome import Behind, BudgetRow
from daq.lab.results.words import Words, title_of, words


def names_of_method(procedure: Procedure) -> dict[str, tuple[Words, str]]:
    """What the influences of the method itself are called, and their documents, by the influence's name."""
    found = {}
    for constant in procedure.constants:
        found[constant.title_en] = (title_of(constant), procedure.source(constant.source).cited.text)
    for step in procedure.steps:
        if isinstance(step, RepeatUntil):
            name = words(N_("criterion of constant mass, {step}"), step=title_of(step))
            found[f"constant mass, {step.title_en}"] = (name, procedure.source(step.source).cited.text)
        elif isinstance(step, Enter):
            name = words(N_("reading error, {step}"), step=title_of(step))
            found[step.title_en] = (name, procedure.source(step.source).cited.text)
    return found


def budget_rows(
    y: Uncertain, labels: Mapping[str, Words], of_method: Mapping[str, tuple[Words, str]]
) -> tuple[BudgetRow, ...]:
    """The lines of a budget, effects of one kind and source together, in falling order of contribution.

    Args:
        y: the result.
        labels: what the influences of readings and standards are called, by name.
        of_method: from ``names_of_method``.
    """
    gathered: dict[tuple[str, str, str], list[tuple[Influence, float]]] = {}
    for influence, part in y.components.items():
        if part:
            kind = (influence.name or influence.key, influence.source, influence.distribution)
            gathered.setdefault(kind, []).append((influence, part))
    rows = []
    for (name, source, _), members in gathered.items():
        title, document = of_method.get(name, (labels.get(name, Words(name, name)), ""))
        rows.append(_row(title, source or document, members, y.u**2))
    return tuple(sorted(rows, key=lambda row: -row.contribution))


def _row(title: Words, source: str, members: list[tuple[Influence, float]], variance: float) -> BudgetRow:
    contribution = math.hypot(*(part for _, part in members))
    (first, part), several = members[0], len(members) > 1
    u = first.u if all(influence.u == first.u for influence, _ in members) else None
    sensitivity = None
    if u:
        sensitivity = contribution / u if several else part / u
    return BudgetRow(
        quantity=title,
        count=1 if first.u is None else len(members),
        value=None if several else first.estimate,
        u=u,
        distribution=first.distribution,
        sensitivity=sensitivity,
        contribution=contribution,
        share=contribution**2 / variance,
        dof=first.dof,
        source=source,
    )


def by_certificate(behind: Iterable[Behind]) -> dict[str, float]:
    """What each certificate version contributes to u, with everything that comes through its readings."""
    terms: dict[str, list[tuple[float, Uncertain]]] = {}
    for one in behind:
        if one.certificate:
            terms.setdefault(one.certificate, []).append((one.sensitivity, one.x))
    return {record: linear(0.0, several).u for record, several in terms.items()}


def by_capture(behind: Iterable[Behind]) -> dict[int, float]:
    """Sensitivity to each captured reading."""
    found: dict[int, float] = {}
    for one in behind:
        if one.capture is not None:
            found[one.capture] = found.get(one.capture, 0.0) + one.sensitivity
    return found
