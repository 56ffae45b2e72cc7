"""Statements of conformity and the comparison of parallel determinations, in decimal."""

import math
from collections.abc import Mapping
from decimal import Decimal

from calibration.conformity import Comparison, Decision, decide, rounded_as_written
from calibration.drying_rules import accept_parallels
from calibration.limits import Measured
from calibration.rounding import round_to_place
from calibration.uncertain import Uncertain
from daq.lab.methods.file import Procedure
from daq.lab.methods.results import Limit
from daq.lab.results.outcome import Judgement, ParallelStatistics
from daq.lab.results.words import Words

_BELOW_U = 7
_OF_STATISTIC = 9
_FINEST = -15


def stated(value: float, u: float) -> Decimal:
    """The unrounded value as a decimal, without the noise of floating point.

    Kept to a millionth of u or less, so that 14.05 is the tie that it is and a value at a limit lies at it;
    a value without u (a statistic of readings) to nine significant digits.

    Args:
        value: as computed.
        u: its standard uncertainty in the same unit; 0 where it has none.
    """
    if value == 0:
        return Decimal(0)
    place = math.floor(math.log10(u)) - _BELOW_U if u > 0 else _top(value) - _OF_STATISTIC
    rounded = round_to_place(value, place)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded.normalize()


def _top(value: float) -> int:
    return math.floor(math.log10(abs(value))) + 1


def parallels(procedure: Procedure, results: Mapping[int, float | Uncertain]) -> ParallelStatistics | None:
    """How far parallel determinations lie apart, and whether that is allowed.

    Args:
        procedure: the method.
        results: of the formula that the method compares, by portion; unrounded.

    Returns:
        None where the method compares none.

    Raises:
        ValueRefusedError: fewer than 2 determinations.
    """
    rule = procedure.determinations
    if rule.of is None or rule.outside is None:
        return None
    formula = next(one for one in procedure.formulas if one.name == rule.of)
    values = [stated_of(value) for value in results.values()]
    acceptance = rule.rule(procedure.source(rule.source).cited)
    if acceptance is None:
        return None
    found = accept_parallels(values, acceptance)
    limit = rule.absolute if rule.relative is None else max(Decimal(0), rule.relative * found.mean)
    return ParallelStatistics(
        formula=rule.of,
        unit=formula.unit,
        values=tuple(values),
        portions=tuple(results),
        mean=found.mean,
        difference=found.largest_range,
        limit=Decimal(0) if limit is None else limit,
        relative=rule.relative,
        met=found.accepted,
        outside=rule.outside,
    )


def side_by_side(difference: Decimal, limit: Decimal) -> tuple[Decimal, Decimal]:
    """A difference and its limit for people: to as many places as it takes to see which is the larger.

    Both are rounded to one place, the limit to three significant digits or more; a limit that has fewer
    places is left as it is written.
    """
    exact = (difference, limit)
    for place in range((limit or difference or Decimal(1)).adjusted() - 2, _FINEST, -1):
        found = tuple(min((round_to_place(one, place), one), key=_places) for one in exact)
        if (found[0] <= found[1]) == (difference <= limit):
            return found[0], found[1]
    return exact


def _places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def stated_of(value: float | Uncertain) -> Decimal:
    """``stated`` of a computed value, whether it has an uncertainty or not."""
    if isinstance(value, Uncertain):
        return stated(value.value, value.u)
    return stated(float(value), 0.0)


def judge(procedure: Procedure, limit: Limit, value: Decimal, measured: Measured | None) -> Judgement:
    """The statement of conformity on one result.

    Args:
        procedure: the method.
        limit: the one that the session has chosen.
        value: the unrounded result.
        measured: the result with U, k and degrees of freedom; None where it has no uncertainty, which the
            method allows with simple acceptance only.

    Raises:
        ValueRefusedError: nothing could be accepted, or limits written with different places.
        UnitMismatchError: the limit is in another unit.
    """
    if measured is None:
        compared = value
        if limit.comparison is Comparison.ROUNDED_VALUE:
            compared = rounded_as_written(value, limit.limits)
        decision = Decision.PASS if limit.limits.contain(compared) else Decision.FAIL
        band, p_conform, risk = Decimal(0), None, None
    else:
        verdict = decide(measured, limit.limits, limit.rule, limit.comparison)
        decision, compared, band = verdict.decision, verdict.compared, verdict.guard_band
        p_conform, risk = verdict.p_conform, verdict.risk
    return Judgement(
        limit=limit.id,
        product=Words(limit.product_zh, limit.product_en),
        edition=limit.edition,
        source=procedure.source(limit.source).cited.document,
        lower=limit.lower,
        upper=limit.upper,
        unit=limit.unit,
        decision=decision,
        rule=limit.decision_rule,
        comparison=limit.comparison,
        compared=compared,
        guard_band=band,
        p_conform=p_conform,
        risk=risk,
    )
