"""Verdicts on many results at once are those of ``calibration.conformity`` (ILAC-G8, GB/T 8170)."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.conformity import Comparison, Decision, decide
from calibration.errors import ValueRefusedError
from calibration.limits import Limits, Measured
from daq.lab.methods.results import DECISION_RULES
from daq.lab.tracing.impact_verdicts import DECISIONS, UNDECIDED, LimitSpec, decided, words_of


def exactly(value, expanded, spec):
    limits = Limits(spec.lower, spec.upper, "%", "test")
    try:
        return decide(
            Measured(Decimal(value), expanded, 2.0, "%"), limits, DECISION_RULES[spec.rule], spec.comparison
        ).decision
    except ValueRefusedError:
        return None


def at_once(values, expanded, spec):
    numbers = np.array([float(value) for value in values])
    u = np.full(len(numbers), float(expanded) / 2)
    return decided(numbers, u, 2 * u, spec)


def specs(lower, upper):
    yield LimitSpec(lower, upper, "simple-acceptance", Comparison.ROUNDED_VALUE)
    for rule in DECISION_RULES:
        yield LimitSpec(lower, upper, rule, Comparison.FULL_VALUE)


@settings(max_examples=60, deadline=None)
@given(
    st.decimals("0", "30", places=2),
    st.sampled_from(["0.02", "0.10", "0.5", "3"]),
    st.sampled_from([(None, "14.0"), (None, "14.1"), ("13.9", None), ("14.0", "14.3"), (None, "14")]),
)
def test_every_rule_decides_as_one_by_one(value, expanded, limits):
    lower, upper = (None if limit is None else Decimal(limit) for limit in limits)
    near = [value, *(Decimal(limit) + value / 1000 for limit in limits if limit)]
    near += [Decimal(limit) + Decimal(step) / 100 for limit in limits if limit for step in range(-8, 9)]
    for spec in specs(lower, upper):
        for one, code in zip(near, at_once(near, expanded, spec), strict=True):
            expected = exactly(one, Decimal(expanded), spec)
            assert (None if code == UNDECIDED else DECISIONS[code]) == expected, (one, spec)


@pytest.mark.parametrize(("value", "decision"), [(14.05, Decision.PASS), (14.050000000000004, Decision.PASS)])
def test_a_tie_is_a_tie_whatever_floating_point_makes_of_it(value, decision):
    spec = LimitSpec(None, Decimal("14.0"), "simple-acceptance", Comparison.ROUNDED_VALUE)
    assert DECISIONS[at_once([value], 0.2, spec)[0]] is decision
    odd = LimitSpec(None, Decimal("14.1"), "simple-acceptance", Comparison.ROUNDED_VALUE)
    assert DECISIONS[at_once([14.15], 0.2, odd)[0]] is Decision.FAIL


def test_without_a_value_nothing_is_decided():
    spec = LimitSpec(None, Decimal("14.0"), "simple-acceptance", Comparison.FULL_VALUE)
    codes = decided(np.array([np.nan, 14.0]), np.array([np.nan, 0.1]), np.array([np.nan, 0.2]), spec)
    assert words_of(codes) == ["", "pass"]
