"""Control charts of a plan as plain data, for pages and exports to draw.

Each baseline has limits of its own, from its first checks, and only where these may be trusted. Behind them
every chart that the plan has chosen looks at the checks; an alarm without a cause starts them again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import Connection

from calibration.charts.baselines import Baseline, Change, Check, baselines
from calibration.charts.control_charts import Individuals, PhaseOne, Trust, phase_one
from calibration.charts.westgard import Westgard
from calibration.drift.drift_watch import Assessment, Plan, assess
from daq.lab.checks.chart_designs import ChartChoice, Price, cusum_of, design_of, price_of, price_together
from daq.lab.checks.chart_marks import CHART_ANEW, LEFT_OUT, NEW_BASELINE, ChartMark, marks_of
from daq.lab.checks.chart_runs import ChartAlarm, Segment, Series, WatchedCheck, run, run_westgard
from daq.lab.checks.plans import CheckPlan, CheckPoint
from daq.lab.checks.records import RecordedCheck, checks_of
from daq.lab.methods.results import DECISION_RULES


@dataclass(frozen=True, slots=True, eq=False)
class ChartedBaseline:
    """Checks that may be compared, with their limits; indices are those of the chart's checks."""

    changes: tuple[Change, ...]
    """Why it starts."""
    first: int
    last: int
    counted: tuple[int, ...]
    """Its checks but those that a person has left out."""
    comparable: Baseline
    """The counted checks for ``calibration``."""
    trial: PhaseOne
    """Whether its limits may be trusted, and why not."""
    segments: tuple[Segment, ...]
    """Behind phase I; none without limits to be trusted."""
    anew_at: int
    """How many of the counted checks lie before the last start of the charts; 0 where that is phase I."""

    @property
    def limits(self) -> Individuals | None:
        """Centre and standard deviation; None unless they may be trusted."""
        return self.trial.limits if self.trial.trust is Trust.TRUSTED else None


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """The chart of one plan and point, errors in the unit of the plan."""

    plan: CheckPlan
    point: CheckPoint
    checks: tuple[RecordedCheck, ...]
    z: tuple[float | None, ...]
    """Errors in standard deviations from the centre; None without limits to be trusted."""
    marks: tuple[ChartMark, ...]
    """What people decided, in the order in which they did."""
    baselines: tuple[ChartedBaseline, ...]
    series: tuple[Series, ...]
    alarms: tuple[ChartAlarm, ...]
    prices: tuple[tuple[ChartChoice, Price], ...]
    """What each chart costs and finds."""
    acceptance: float | None
    """Largest |error| that passes: MPE less the guard band for the last U; None before the first check."""
    assessment: Assessment | None
    """What the last baseline says: in control, moved, drifting; None without checks, or without CUSUM."""

    @property
    def checks_per_false_alarm(self) -> float | None:
        """Of all charts at once, at least; None without charts."""
        return price_together(tuple(price for _, price in self.prices)) if self.prices else None

    @property
    def alarms_now(self) -> tuple[ChartAlarm, ...]:
        """Those at the last check: what a person has to look at."""
        return tuple(alarm for alarm in self.alarms if alarm.index == len(self.checks) - 1)


def control_charts(connection: Connection, plan: CheckPlan) -> dict[str, ControlChart]:
    """The charts of all points of a plan, by point."""
    history = {point.id: checks_of(connection, plan.name, point.id) for point in plan.points}
    marks = {point.id: marks_of(connection, plan.name, point.id) for point in plan.points}
    return chart_plan(plan, history, marks)


def chart_plan(
    plan: CheckPlan,
    history: Mapping[str, Sequence[RecordedCheck]],
    marks: Mapping[str, Sequence[ChartMark]],
) -> dict[str, ControlChart]:
    """The same from checks in hand.

    Args:
        plan: the plan.
        history: checks by point, in the order of time.
        marks: what people decided, by point.
    """
    charts = {
        point.id: _chart(plan, point, tuple(history[point.id]), tuple(marks[point.id]))
        for point in plan.points
    }
    runs = _runs(charts)
    for choice in plan.charts:
        design = design_of(choice, plan.demand, len(plan.points))
        if isinstance(design, Westgard) and runs:
            for point, found in run_westgard(design, runs).items():
                charts[point] = replace(charts[point], alarms=_in_order((*charts[point].alarms, *found)))
    return charts


def _chart(
    plan: CheckPlan, point: CheckPoint, checks: tuple[RecordedCheck, ...], marks: tuple[ChartMark, ...]
) -> ControlChart:
    drawn = tuple(_baselines(plan, point, checks, marks))
    series: list[Series] = []
    alarms: list[ChartAlarm] = []
    for choice in plan.charts:
        design = design_of(choice, plan.demand, len(plan.points))
        for segment in (segment for baseline in drawn for segment in baseline.segments):
            lines, found = run(design, segment)
            series += lines
            alarms += found
    return ControlChart(
        plan=plan,
        point=point,
        checks=checks,
        z=_standardised(checks, drawn),
        marks=marks,
        baselines=drawn,
        series=tuple(series),
        alarms=_in_order(alarms),
        prices=tuple((choice, price_of(choice, plan.demand, len(plan.points))) for choice in plan.charts),
        acceptance=_acceptance(plan, point, checks),
        assessment=_assessment(plan, point, drawn),
    )


def _baselines(
    plan: CheckPlan, point: CheckPoint, checks: tuple[RecordedCheck, ...], marks: tuple[ChartMark, ...]
) -> Iterable[ChartedBaseline]:
    by_kind: dict[str, set[int]] = {NEW_BASELINE: set(), LEFT_OUT: set(), CHART_ANEW: set()}
    for mark in marks:
        by_kind[mark.kind].add(mark.check_id)
    decision, comparable = "", []
    for check in checks:
        decision = str(check.id) if check.id in by_kind[NEW_BASELINE] else decision
        comparable.append(Check(check.t_ns, check.error, replace(check.conditions, decision=decision)))
    first = 0
    for cut in baselines(comparable):
        members = range(first, first + len(cut.checks))
        first = members.stop
        counted = tuple(i for i in members if checks[i].id not in by_kind[LEFT_OUT])
        starts = [place + 1 for place, i in enumerate(counted) if checks[i].id in by_kind[CHART_ANEW]]
        kept = Baseline(cut.changes, tuple(comparable[i] for i in counted))
        trial = phase_one(
            [check.error for check in kept.checks[: plan.phase_one]],
            plan.rounding_u(point),
            least=plan.phase_one,
        )
        yield ChartedBaseline(
            changes=cut.changes,
            first=members.start,
            last=members.stop - 1,
            counted=counted,
            comparable=kept,
            trial=trial,
            segments=_segments(trial, counted, [plan.phase_one, *starts], kept),
            anew_at=starts[-1] if starts else 0,
        )


def _segments(
    trial: PhaseOne, counted: tuple[int, ...], starts: Sequence[int], kept: Baseline
) -> tuple[Segment, ...]:
    if trial.limits is None or trial.trust is not Trust.TRUSTED:
        return ()
    bounds = [*sorted(start for start in set(starts) if start >= starts[0]), len(counted)]
    return tuple(
        Segment(counted[start:stop], kept.errors[start:stop], trial.limits)
        for start, stop in pairwise(bounds)
        if start < stop
    )


def _standardised(
    checks: tuple[RecordedCheck, ...], drawn: tuple[ChartedBaseline, ...]
) -> tuple[float | None, ...]:
    z: list[float | None] = [None] * len(checks)
    for baseline in drawn:
        if baseline.limits is not None:
            places = range(baseline.first, baseline.last + 1)
            z[baseline.first : baseline.last + 1] = baseline.limits.z(
                [checks[i].error for i in places]
            ).tolist()
    return tuple(z)


def _runs(charts: Mapping[str, ControlChart]) -> list[dict[str, WatchedCheck]]:
    """Checks of all points that belong to one run: of one session, or of one time where there was none."""
    runs: dict[str | int, dict[str, WatchedCheck]] = {}
    times: dict[str | int, int] = {}
    for point, chart in charts.items():
        segments = [segment for baseline in chart.baselines for segment in baseline.segments]
        for number, segment in enumerate(segments):
            for i in segment.indices:
                check, z = chart.checks[i], chart.z[i]
                key = check.t_ns if check.session is None else check.session
                if z is not None:
                    runs.setdefault(key, {})[point] = WatchedCheck(i, number, z)
                    times[key] = max(check.t_ns, times.get(key, 0))
    whole = [key for key, points in runs.items() if len(points) == len(charts)]
    return [runs[key] for key in sorted(whole, key=times.__getitem__)]


def _acceptance(plan: CheckPlan, point: CheckPoint, checks: Sequence[RecordedCheck]) -> float | None:
    if not checks:
        return None
    return float(point.mpe) - float(DECISION_RULES[plan.acceptance].multiple) * checks[-1].U


def _assessment(plan: CheckPlan, point: CheckPoint, drawn: tuple[ChartedBaseline, ...]) -> Assessment | None:
    if plan.cusum is None or not drawn or not drawn[-1].counted:
        return None
    design = cusum_of(plan.cusum, plan.demand)
    watch = Plan(float(point.mpe), design, plan.phase_one, plan.rounding_u(point))
    return assess(drawn[-1].comparable, watch, drawn[-1].anew_at)


def _in_order(alarms: Iterable[ChartAlarm]) -> tuple[ChartAlarm, ...]:
    return tuple(sorted(alarms, key=lambda alarm: (alarm.index, alarm.chart, alarm.rule)))
