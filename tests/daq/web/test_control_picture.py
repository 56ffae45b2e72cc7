"""The control chart that is drawn says where it alarms, and what is accepted."""

from dataclasses import replace

import numpy as np
import pytest

from daq.lab.checks.chart_designs import ChartChoice, ChartKind, design_of
from daq.lab.checks.control import chart_plan
from daq.lab.methods.results import DECISION_RULES as KNOWN_RULES
from daq.web.checks.control_picture import Drawn, control_options
from daq.web.checks.words import DECISION_RULES, design_text
from daq.web.theme import Theme
from daq.web.words import Words
from tests.daq.lab.checks.bench import PLAN
from tests.daq.lab.checks.histories import SEED, history

WORDS = Words("en", "Asia/Shanghai")


def picture(**changes):
    plan = replace(PLAN, points=PLAN.points[:1], **changes)
    errors = np.random.default_rng(SEED).normal(0, 0.004, plan.phase_one + 5)
    chart = chart_plan(plan, {"200 g": history(errors, plan)}, {"200 g": ()})["200 g"]
    return chart, control_options(Drawn(chart, None, None), WORDS, Theme.LIGHT)


def test_the_limits_of_single_checks_are_drawn_where_they_alarm():
    chart, options = picture(charts=(ChartChoice(ChartKind.INDIVIDUALS),))
    (line,) = [one for one in options["series"] if one.get("name") == "Control limits"]
    limits = chart.baselines[0].limits
    reach = {round((y - limits.centre) / limits.sigma, 2) for _, y in line["data"] if y is not None}
    assert len(reach) == 2
    assert max(reach) > 3.3  # few checks made them
    assert not any(one.get("name") == "Control limits" for one in picture(charts=())[1]["series"])


@pytest.mark.parametrize(("rule", "is_guarded"), [("simple-acceptance", False), ("guard-band-u", True)])
def test_a_guard_band_is_drawn_inside_the_mpe(rule, is_guarded):
    chart, options = picture(acceptance=rule)
    (errors,) = [one for one in options["series"] if one.get("name") == "Error"]
    levels = [mark["yAxis"] for mark in errors["markLine"]["data"] if "yAxis" in mark]
    mpe = float(chart.point.mpe)
    assert levels[:2] == [mpe, -mpe]
    inside = mpe - chart.checks[-1].U
    assert levels[2:] == ([inside, -inside] if is_guarded else [])


def test_every_decision_rule_has_its_words():
    assert set(DECISION_RULES) == set(KNOWN_RULES)


def test_a_chart_is_told_by_its_figures():
    kinds = [
        (ChartKind.INDIVIDUALS, "± "),
        (ChartKind.CUSUM, "k = 0.5, h = "),
        (ChartKind.EWMA, "λ = 0.2, L = "),
    ]
    for kind, begin in kinds:
        assert design_text(design_of(ChartChoice(kind), PLAN.demand)).startswith(begin)
    runs = ChartChoice(ChartKind.RUNS, rules=("Nelson 1", "Nelson 2"))
    assert design_text(design_of(runs, PLAN.demand)) == "Nelson 1, Nelson 2"
