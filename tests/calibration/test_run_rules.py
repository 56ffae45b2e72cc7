"""Nelson, Western Electric and Westgard rules."""

import itertools
import math

import numpy as np
import pytest

from calibration.charts.run_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    Order,
    OrderRule,
    RuleSet,
    Side,
    SwingRule,
    ZoneRule,
    completions,
)
from calibration.charts.westgard import RULES, SEVEN_TREND, RunDecision, RunVerdict, Scope, Westgard, westgard
from calibration.errors import ValueRefusedError


def test_nelson_1984_and_western_electric_1956(problem):
    p = problem("P-nelson-sequence-1")
    found = completions(p["inputs"]["z"], NELSON)
    assert found == {f"Nelson {number}": tuple(i) for number, i in p["expected"]["nelson"].items()}
    western = completions(p["inputs"]["z"], WESTERN_ELECTRIC)
    assert [list(indices) for indices in western.values()] == list(p["expected"]["western_electric"].values())


@pytest.mark.parametrize(
    ("number", "z", "indices"),
    [
        (1, [3.0, -3.0, 3.0001, -3.0001], (2, 3)),
        (2, [0.1] * 8 + [0.0] + [0.1] * 9, (17,)),  # a point on the centre line breaks a run
        (2, [-0.1] * 10, (8, 9)),
        (3, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], (5, 6)),
        (3, [0.6, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1], ()),  # equal neighbours break a trend
        (4, [0.1, -0.1] * 7, (13,)),
        (4, [0.1, -0.1] * 3 + [-0.2, -0.1] * 7, (18, 19)),  # two falls in a row begin it anew
        (5, [2.1, 0.0, 2.1, -2.1, 2.1], (2, 4)),  # on one side; the other one between does not matter
        (5, [2.1, 2.0, 0.0, 2.1], ()),
        (6, [1.1, 1.1, -1.1, 1.1, 1.1, 0.5], (4,)),
        (7, [0.9, -0.9] * 7 + [0.5, 0.5], (14, 15)),
        (7, [0.9, -0.9] * 7 + [1.0, 0.5], ()),
        (8, [1.1, -1.1] * 4, (7,)),
        (8, [1.1] * 8, (7,)),
    ],
)
def test_each_nelson_rule_at_its_edge(number, z, indices):
    assert completions(z, NELSON)[f"Nelson {number}"] == indices


def by_definition(rule, z):
    """Slow and plain."""
    found = []
    for i in range(len(z)):
        window = z[max(0, i - rule.window + 1) : i + 1]
        steps = [b - a for a, b in itertools.pairwise(window)]
        whole = len(window) == rule.window
        match rule:
            case SwingRule():
                hit = whole and any(
                    window[0] * s > rule.limit and window[1] * s < -rule.limit for s in (1, -1)
                )
            case OrderRule(order=Order.TREND):
                hit = whole and (all(s > 0 for s in steps) or all(s < 0 for s in steps))
            case OrderRule():
                hit = whole and all(a * b < 0 for a, b in itertools.pairwise(steps))
            case ZoneRule(side=Side.SAME):
                hit = any(
                    z[i] * s > rule.limit and sum(x * s > rule.limit for x in window) >= rule.needed
                    for s in (1, -1)
                )
            case ZoneRule(side=Side.EITHER):
                hit = abs(z[i]) > rule.limit and sum(abs(x) > rule.limit for x in window) >= rule.needed
            case _:
                hit = sum(abs(x) < rule.limit for x in window) >= rule.needed
        if hit:
            found.append(i)
    return tuple(found)


def test_rules_agree_with_their_definition_on_drawn_points():
    generator = np.random.default_rng(5)
    rules = (*NELSON, *WESTERN_ELECTRIC, *RULES, SEVEN_TREND)
    hits = dict.fromkeys((rule.name for rule in rules), 0)
    for shift, spread in [(0, 1), (0.8, 1), (0, 0.4), (0, 2.5), (-1.5, 0.7)]:
        z = np.round(generator.normal(shift, spread, 1000), 1)  # rounded: ties, and points on the limits
        z[200:210] = np.arange(10) / 10
        z[300:320] = np.tile([0.3, -0.2], 10)
        found = completions(z, rules)
        for rule in rules:
            assert found[rule.name] == by_definition(rule, z.tolist()), rule.name
            hits[rule.name] += len(found[rule.name])
    assert min(hits.values()) > 0, hits


def test_alarms_of_parallel_charts_are_those_of_each():
    z = np.random.default_rng(6).normal(0.5, 1, (4, 50))
    chart = RuleSet(NELSON)
    alone = [sorted({i for one in completions(row, NELSON).values() for i in one}) for row in z]
    assert [np.flatnonzero(row).tolist() for row in chart.alarms(z)] == alone


def test_westgard_1981_one_level(problem):
    p = problem("P-westgard-sequence")
    plan = Westgard(1, Scope.WITHIN, gated=False, rules=(*RULES, SEVEN_TREND))
    chart = westgard(p["inputs"]["z"], plan)
    assert {name: list(runs) for name, runs in chart.completed.items()} == p["expected"]["rules"]
    found = [f"{one.decision}:{one.rule}" if one.rule else str(one.decision) for one in chart.verdicts]
    assert found == p["expected"]["verdict"]


def test_westgard_the_gate_of_1_2s_is_stated():
    z = [0.1] * 9 + [0.2, 1.5, 2.1]
    free = westgard(z, Westgard(1, Scope.WITHIN, gated=False)).verdicts
    gated = westgard(z, Westgard(1, Scope.WITHIN, gated=True)).verdicts
    assert [one.decision for one in free[9:]] == [RunDecision.REJECT] * 3
    assert [one.decision for one in gated[9:]] == [RunDecision.ACCEPT, RunDecision.ACCEPT, RunDecision.REJECT]
    assert gated[11] == RunVerdict(RunDecision.REJECT, "10_x")


def test_westgard_within_and_across_two_levels():
    def first_rejection(z, scope):
        chart = westgard(z, Westgard(2, scope, gated=False))
        return next(((i, one.rule) for i, one in enumerate(chart.verdicts) if one.rule), None)

    both_high = [[0, 0], [2.1, 2.2]]
    assert first_rejection(both_high, Scope.ACROSS) == (1, "2_2s")
    assert first_rejection(both_high, Scope.WITHIN) is None
    one_high_twice = [[2.1, 0], [2.2, 0]]
    assert first_rejection(one_high_twice, Scope.WITHIN) == (1, "2_2s")
    assert first_rejection(one_high_twice, Scope.ACROSS) is None
    apart_in_one_run = [[2.1, -2.1]]
    assert first_rejection(apart_in_one_run, Scope.ACROSS) == (0, "R_4s")
    assert first_rejection(apart_in_one_run, Scope.WITHIN) is None
    # 4 values are two runs of both levels, 10 are five
    assert first_rejection([[1.1, 1.2]] * 2, Scope.ACROSS) == (1, "4_1s")
    assert first_rejection([[1.1, 1.2]] * 4, Scope.WITHIN) == (3, "4_1s")
    assert first_rejection([[0.1, 0.2]] * 5, Scope.BOTH) == (4, "10_x")
    # the last value of one run and the first of the next are not one run
    assert first_rejection([[0, 2.1], [2.1, 0]], Scope.BOTH) is None
    assert first_rejection([[0, 2.1], [-2.1, 0]], Scope.BOTH) is None


def test_westgard_three_levels_need_rules_of_whole_runs():
    three = (ZoneRule("2of3_2s", 2, 3, 2), ZoneRule("3_1s", 3, 3, 1), ZoneRule("12_x", 12, 12, 0))
    plan = Westgard(3, Scope.ACROSS, gated=False, rules=three)
    z = [[2.1, 0, 2.1], [1.1, 1.1, 1.1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [-1.1, 1.1, -1.1]]
    assert [one.rule for one in westgard(z, plan).verdicts] == ["2of3_2s", "3_1s", "", "", "12_x", ""]
    some = Westgard(2, Scope.ACROSS, gated=False, rules=(ZoneRule("2of4_2s", 2, 4, 2),))
    verdicts = westgard([[2.1, 0], [0, 2.1], [0, 0], [2.1, 2.2], [0, 0]], some).verdicts
    assert [one.rule for one in verdicts] == ["", "2of4_2s", "", "2of4_2s", ""]  # never by a run with none
    with pytest.raises(ValueRefusedError, match=r"4_1s across 3 levels.*a rule of 3 or 6 values"):
        Westgard(3, Scope.BOTH, gated=True)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: completions([0.1, math.nan], NELSON), r"z\[2\] is nan"),
        (lambda: RuleSet(()), "without rules never alarms"),
        (lambda: RuleSet(NELSON).arl(), "Nelson 3 looks at the order of points"),
        (lambda: Westgard(1, Scope.ACROSS, gated=False), "one level has nothing across levels"),
        (lambda: Westgard(0, Scope.WITHIN, gated=False), "need one level and one rule"),
        (lambda: westgard([[1, 2]], Westgard(3, Scope.WITHIN, gated=False)), "a value is needed of 3 levels"),
        (
            lambda: westgard([[1, 2], [1, math.inf]], Westgard(2, Scope.WITHIN, gated=False)),
            r"z\[2\], level 2 is inf",
        ),
    ],
)
def test_what_no_rule_can_judge_is_refused_by_name(call, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        call()
