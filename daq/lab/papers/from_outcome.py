"""What a paper says of a computed result."""

import math

from calibration.rounding import decimal_of, plain, round_to_place
from daq.lab.papers.content import BudgetLine, Item, Working
from daq.lab.results_outcome import Outcome, number_text


def item_of(outcome: Outcome, *, outside_scope: bool = False) -> Item:
    """A reported result; its digits are those that the method has rounded it to.

    Args:
        outcome: a result of the sample.
        outside_scope: whether it lies outside the scope of the accreditation.
    """
    has_uncertainty = outcome.U is not None and outcome.k is not None
    return Item(
        name=outcome.title,
        unit=outcome.unit,
        reported=outcome.reported,
        U=outcome.reported_U,
        k=plain(round_to_place(outcome.k, -2)) if outcome.k is not None else "",
        level=decimal_of(outcome.level) if has_uncertainty else None,
        why_no_uncertainty=outcome.why_no_uncertainty,
        verdicts=outcome.verdicts,
        outside_scope=outside_scope,
        notes=tuple(note.words for note in outcome.notes),
    )


def working_of(outcome: Outcome, expression: str) -> Working:
    """The computation of a result with its budget.

    Args:
        outcome: a result of the sample or of one portion.
        expression: of its formula, as the method writes it.
    """
    return Working(
        title=outcome.title,
        symbol=outcome.formula,
        expression=expression,
        unit=outcome.unit,
        portion=outcome.portion,
        value=number_text(float(outcome.value)) or "",
        u=outcome.u,
        dof=_finite(outcome.dof),
        k=outcome.k,
        budget=tuple(
            BudgetLine(
                quantity=row.quantity,
                count=row.count,
                value=row.value,
                u=row.u,
                distribution=row.distribution,
                sensitivity=row.sensitivity,
                contribution=row.contribution,
                dof=_finite(row.dof),
                source=row.source,
            )
            for row in outcome.rows
        ),
    )


def _finite(dof: float | None) -> float | None:
    return dof if dof is not None and math.isfinite(dof) else None
