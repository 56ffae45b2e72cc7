"""What somebody should hear about checks: due, failed, alarming, drifting; facts that any language can say.

``daq.watch`` asks for them after every check and every day; pages show them. A finding is the same as long as
its ``key`` is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from calibration.charts.control_charts import Trust
from calibration.drift.drift_watch import Finding
from daq.i18n import N_
from daq.lab.checks.control import ControlChart, control_charts
from daq.lab.checks.dates import CheckDate, Standing, check_dates
from daq.lab.checks.drift import forecast_of
from daq.lab.checks.plans import CheckPlan
from daq.lab.nonconforming.records import State, nonconformities

CHART_ALARM, MOVED, DRIFTING, UNTRUSTED, OPEN = (
    "chart-alarm",
    "moved",
    "drifting",
    "chart-untrusted",
    "nonconformity-open",
)
MESSAGES = {
    Standing.NEVER_DONE: N_("{equipment}: no check by the plan {plan} was ever done at {point}."),
    Standing.FAILED: N_("{equipment}: the last check by the plan {plan} failed at {point}."),
    Standing.ADJUSTED: N_("{equipment}: not checked by the plan {plan} since its adjustment."),
    Standing.OVERDUE: N_("{equipment}: the check by the plan {plan} was due on {due}."),
    Standing.DUE: N_("{equipment}: the check by the plan {plan} is due today."),
    CHART_ALARM: N_("{equipment}, {point}: the control chart {chart} alarms. Look for the cause."),
    MOVED: N_("{equipment}, {point}: the errors have moved since {since}. Look for the cause."),
    DRIFTING: N_(
        "{equipment}, {point}: drifting since {since}. Act before {action}: "
        "the maximum permissible error is met about {expected}."
    ),
    UNTRUSTED: N_("{equipment}, {point}: the first checks give no control limits to be trusted."),
    OPEN: N_("{equipment}: nonconforming work {number} keeps it from giving results."),
}
"""What is said for each code, with places for the facts."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that somebody should hear of."""

    code: str
    """One of ``MESSAGES``."""
    equipment: str
    channel: str
    key: str
    """The same as long as it is the same trouble: code, plan and point, or the number."""
    facts: Mapping[str, str]

    @property
    def message(self) -> str:
        """For the catalogues."""
        return MESSAGES[self.code]

    @property
    def sentence(self) -> str:
        """In English."""
        return self.message.format(**self.facts)


def check_findings(connection: Connection, now_ns: int) -> tuple[CheckFinding, ...]:
    """Everything that is not as it should be with checks, by plan; then open nonconforming work."""
    found: list[CheckFinding] = []
    for one in check_dates(connection, now_ns):
        found += _of_date(one)
        for chart in control_charts(connection, one.plan).values():
            found += _of_chart(chart)
    for case in nonconformities(connection):
        if case.state is State.OPEN:
            facts = {"equipment": case.equipment, "number": case.number}
            channel = case.content.cause.suspect.channel
            found.append(CheckFinding(OPEN, case.equipment, channel, f"{OPEN} {case.number}", facts))
    return tuple(found)


def _of_date(one: CheckDate) -> Iterator[CheckFinding]:
    if one.standing is not Standing.PASSED:
        facts = {"point": one.point, "due": one.due.isoformat()}
        yield _finding(one.plan, one.standing.value, one.point, facts)


def _of_chart(chart: ControlChart) -> Iterator[CheckFinding]:
    plan, point = chart.plan, chart.point.id
    if chart.baselines and chart.baselines[-1].trial.trust in (Trust.CORRELATED, Trust.OUT_OF_CONTROL):
        yield _finding(plan, UNTRUSTED, point, {"point": point})
    moved = _moved(chart)
    if moved is not None:
        yield moved
        return
    charts = sorted({alarm.rule or alarm.chart.value for alarm in chart.alarms_now if not alarm.is_warning})
    if charts:
        yield _finding(plan, CHART_ALARM, point, {"point": point, "chart": ", ".join(charts)})


def _moved(chart: ControlChart) -> CheckFinding | None:
    found = chart.assessment
    if found is None or found.alarm is None:
        return None
    checks = chart.baselines[-1].comparable.checks
    zone, point = chart.plan.zone, chart.point.id
    facts = {"point": point, "since": _day(checks[found.alarm.since].t_ns, zone)}
    dates = forecast_of(chart)
    if found.finding is not Finding.DRIFTING or dates is None:
        return _finding(chart.plan, MOVED, point, facts)
    facts |= {"action": _day(dates.action_ns, zone), "expected": _day(dates.expected_ns, zone)}
    return _finding(chart.plan, DRIFTING, point, facts)


def _finding(plan: CheckPlan, code: str, point: str, facts: Mapping[str, str]) -> CheckFinding:
    said = dict(facts) | {"equipment": plan.equipment, "plan": plan.name}
    return CheckFinding(code, plan.equipment, plan.channel, f"{code} {plan.name} {point}", said)


def _day(t_ns: int | None, zone: ZoneInfo) -> str:
    """A day of the laboratory; one more than a hundred years off is none."""
    return "-" if t_ns is None else datetime.fromtimestamp(t_ns // 1_000_000_000, zone).date().isoformat()
