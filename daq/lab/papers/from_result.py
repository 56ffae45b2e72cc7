"""What a paper says of a result: of the version that was kept and signed, never of one computed anew."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from calibration.conformity import Comparison, Decision
from calibration.rounding import plain, round_to_place
from daq.i18n import N_
from daq.lab.papers.content import BudgetLine, Item, Working
from daq.lab.results.outcome import Judgement
from daq.lab.results.words import Words, words

Kept = Mapping[str, Any]
"""What ``Outcome.as_json`` gave."""
RELEASE = "override"
"""Code of a note on what two people released; papers print that among the deviations, with their names."""


def item_of(kept: Kept) -> Item:
    """A reported result; its digits are those that the method has rounded it to."""
    k, has_uncertainty = kept["k"], kept["U"] is not None and kept["k"] is not None
    return Item(
        name=_named(kept),
        unit=kept["unit"],
        reported=kept["reported"],
        U=kept["reported_U"],
        k=plain(round_to_place(Decimal(k), -2)) if k is not None else "",
        level=Decimal(kept["level"]) if has_uncertainty else None,
        why_no_uncertainty=kept["why_no_uncertainty"],
        verdicts=tuple(judgement_of(one) for one in kept["verdicts"]),
        notes=tuple(Words(**note["words"]) for note in kept["notes"] if note["code"] != RELEASE),
    )


def judgement_of(kept: Kept) -> Judgement:
    """A statement of conformity as it was made."""
    return Judgement(
        limit=kept["limit"],
        product=Words(**kept["product"]),
        edition=kept["edition"],
        source=kept["source"],
        lower=_decimal(kept["lower"]),
        upper=_decimal(kept["upper"]),
        unit=kept["unit"],
        decision=Decision(kept["decision"]),
        rule=kept["rule"],
        comparison=Comparison(kept["comparison"]),
        compared=Decimal(kept["compared"]),
        guard_band=Decimal(kept["guard_band"]),
        p_conform=_number(kept["p_conform"]),
        risk=_number(kept["risk"]),
    )


def working_of(kept: Kept, expression: str) -> Working:
    """The computation of a result with its budget.

    Args:
        kept: a result of the sample or of one portion.
        expression: of its formula, as the method writes it.
    """
    return Working(
        title=Words(**kept["title"]),
        symbol=kept["formula"],
        expression=expression,
        unit=kept["unit"],
        portion=kept["portion"],
        value=kept["value"],
        u=_number(kept["u"]),
        dof=_finite(kept["dof"]),
        k=_number(kept["k"]),
        budget=tuple(
            BudgetLine(
                quantity=Words(**row["quantity"]),
                count=row["count"],
                value=_number(row["value"]),
                u=_number(row["u"]),
                distribution=row["distribution"],
                sensitivity=_number(row["sensitivity"]),
                contribution=float(row["contribution"]),
                dof=_finite(row["dof"]),
                source=row["source"],
            )
            for row in kept["budget"]
        ),
    )


def _named(kept: Kept) -> Words:
    title = Words(**kept["title"])
    if not kept["portion"]:
        return title
    return words(N_("{result}, determination {portion}"), result=title, portion=kept["portion"])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _finite(dof: str | None) -> float | None:
    """None for infinitely many."""
    return None if dof in (None, "inf") else _number(dof)
