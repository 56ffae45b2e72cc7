"""The charts of a plan run over checks behind phase I: what they draw, and where they alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.charts.control_charts import Individuals, Shewhart
from calibration.charts.cusum import Cusum, cusum
from calibration.charts.ewma import Ewma, ewma
from calibration.charts.run_rules import RuleSet, completions
from calibration.charts.westgard import WARNING, RunDecision, Westgard, westgard
from calibration.checks import FloatArray
from daq.lab.checks.chart_designs import ChartKind, Design


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Checks in a row that one start of the charts looks at: under one limits, since phase I or an alarm."""

    indices: tuple[int, ...]
    """Of the checks, in the chart."""
    errors: FloatArray
    limits: Individuals


@dataclass(frozen=True, slots=True)
class ChartAlarm:
    """A check at which a chart alarms."""

    index: int
    """Of the check, in the chart."""
    chart: ChartKind
    rule: str
    """``Nelson 2``, ``4_1s``; empty for a chart that has only one."""
    is_warning: bool = False
    """1_2s: look, and go on."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart draws beside the errors, in their unit."""

    name: str
    """``C+``, ``C-`` or ``EWMA``."""
    chart: ChartKind
    indices: tuple[int, ...]
    """Of the checks, in the chart."""
    values: tuple[float, ...]
    lower: tuple[float | None, ...]
    """Limits; None on a side that has none."""
    upper: tuple[float | None, ...]


def run(design: Design, segment: Segment) -> tuple[tuple[Series, ...], tuple[ChartAlarm, ...]]:
    """One chart over one segment; Westgard's rules, which look at whole runs, are in ``run_westgard``."""
    limits = segment.limits
    match design:
        case Cusum():
            return _run_cusum(design, segment)
        case Ewma():
            chart = ewma(segment.errors, limits.centre, limits.sigma, design)
            numbers = (tuple(map(float, each)) for each in (chart.averages, chart.lower, chart.upper))
            series = Series("EWMA", ChartKind.EWMA, segment.indices, *numbers)
            return (series,), _at(segment, ChartKind.EWMA, chart.signals)
        case Shewhart():
            beyond = np.flatnonzero(np.abs(limits.z(segment.errors)) > design.multiple)
            return (), _at(segment, ChartKind.INDIVIDUALS, beyond.tolist())
        case RuleSet():
            found = completions(limits.z(segment.errors), design.rules)
            alarms = [_at(segment, ChartKind.RUNS, places, rule) for rule, places in found.items()]
            return (), tuple(alarm for each in alarms for alarm in each)
        case Westgard():
            return (), ()


def _run_cusum(design: Cusum, segment: Segment) -> tuple[tuple[Series, ...], tuple[ChartAlarm, ...]]:
    chart = cusum(segment.errors, segment.limits.centre, segment.limits.sigma, design)
    count = len(segment.indices)
    nothing: tuple[float | None, ...] = (None,) * count
    limit, below = (chart.limit,) * count, (-chart.limit,) * count
    upper, lower = tuple(chart.upper.tolist()), tuple((-chart.lower).tolist())
    series = (
        Series("C+", ChartKind.CUSUM, segment.indices, upper, nothing, limit),
        Series("C-", ChartKind.CUSUM, segment.indices, lower, below, nothing),
    )
    return series, _at(segment, ChartKind.CUSUM, chart.signals)


def _at(segment: Segment, chart: ChartKind, places: Sequence[int], rule: str = "") -> tuple[ChartAlarm, ...]:
    return tuple(ChartAlarm(segment.indices[place], chart, rule) for place in places)


@dataclass(frozen=True, slots=True)
class WatchedCheck:
    """One check of a run of several points, as Westgard's rules see it."""

    index: int
    """In the chart of its point."""
    segment: int
    """Number of its segment there."""
    z: float


def run_westgard(design: Westgard, runs: Sequence[Mapping[str, WatchedCheck]]) -> dict[str, list[ChartAlarm]]:
    """Westgard's rules over runs in the order of time, each with all points; alarms by point.

    The rules start again wherever one of the points does.
    """
    found: dict[str, list[ChartAlarm]] = {point: [] for one in runs[:1] for point in one}
    start = 0
    for end in range(1, len(runs) + 1):
        if end < len(runs) and _segments(runs[end]) == _segments(runs[start]):
            continue
        _judge(design, runs[start:end], found)
        start = end
    return found


def _judge(
    design: Westgard, runs: Sequence[Mapping[str, WatchedCheck]], found: dict[str, list[ChartAlarm]]
) -> None:
    chart = westgard([[one[point].z for point in found] for one in runs], design)
    for one, verdict in zip(runs, chart.verdicts, strict=True):
        if verdict.decision is RunDecision.ACCEPT:
            continue
        is_warning = verdict.decision is RunDecision.WARNING
        rule = WARNING.name if is_warning else verdict.rule
        for point, check in one.items():
            if not is_warning or abs(check.z) > WARNING.limit:
                found[point].append(ChartAlarm(check.index, ChartKind.WESTGARD, rule, is_warning))


def _segments(one: Mapping[str, WatchedCheck]) -> tuple[int, ...]:
    return tuple(check.segment for check in one.values())
