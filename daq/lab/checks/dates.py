"""When checks fall due, and whether an instrument may give results by its checks.

Days are the laboratory's calendar days. A check done on Monday that is planned every 7 days is due next
Monday, and overdue when that Monday is over. Where a plan exists and no check was ever done, the instrument
is not valid: no evidence is not good evidence.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from daq.lab.checks.plans import CheckPlan, plans, plans_of
from daq.lab.checks.records import RecordedCheck, last_checks
from daq.records.register_tables import equipment_log

_NS_PER_S = 1_000_000_000


class Standing(enum.StrEnum):
    """How a plan stands at a time; the first that is so counts."""

    NEVER_DONE = "check-never-done"
    """No check yet at one point or more."""
    FAILED = "check-failed"
    """The last check of a point did not pass."""
    ADJUSTED = "check-not-since-adjustment"
    """The instrument was adjusted after its last check."""
    OVERDUE = "check-overdue"
    DUE = "check-due"
    """Today."""
    PASSED = "check-passed"


@dataclass(frozen=True, slots=True)
class CheckDate:
    """How one plan stands, and when it falls due."""

    plan: CheckPlan
    standing: Standing
    point: str
    """The point that decides: without check, failed, or checked longest ago."""
    last: RecordedCheck | None
    """Its last check."""
    due: date
    """Day on which the next check falls due; the day of the question where none was ever done."""
    due_ns: int
    """Beginning of that day."""
    overdue_ns: int
    """End of that day."""

    @property
    def is_met(self) -> bool | None:
        """Whether results of samples may be given; None where the plan only warns."""
        if self.standing in (Standing.DUE, Standing.PASSED):
            return True
        if self.standing is Standing.OVERDUE and self.plan.overdue == "warn":
            return None
        return False

    @property
    def facts(self) -> Mapping[str, str | int]:
        """For the sentence that is shown."""
        found: dict[str, str | int] = {
            "plan": self.plan.name,
            "point": self.point,
            "due": self.due.isoformat(),
            "due_ns": self.due_ns,
        }
        if self.last is not None:
            found |= {"check": self.last.id, "t_ns": self.last.t_ns}
        return found


@dataclass(frozen=True, slots=True)
class CheckReason:
    """One reason of an instrument's validity: its intermediate checks."""

    code: str
    """A ``Standing``, or ``check-not-planned``."""
    met: bool | None
    """None where it does not decide: no plan, or overdue and the plan only warns."""
    facts: Mapping[str, str | int]


NOT_PLANNED = CheckReason("check-not-planned", None, {})


def check_reason(connection: Connection, equipment: str, at_ns: int) -> CheckReason:
    """Whether the checks of an instrument allow results of samples at a time; of several plans the worst."""
    found = [_date(connection, version.plan, at_ns) for version in plans_of(connection, equipment, at_ns)]
    if not found:
        return NOT_PLANNED
    order = list(Standing)
    severity = {False: 0, None: 1, True: 2}
    worst = min(found, key=lambda one: (severity[one.is_met], order.index(one.standing)))
    return CheckReason(worst.standing.value, worst.is_met, worst.facts)


def check_dates(connection: Connection, now_ns: int) -> tuple[CheckDate, ...]:
    """Every active plan with its date, the most urgent first."""
    active = [version.plan for version in plans(connection).values() if version.plan.is_active]
    found = [_date(connection, plan, now_ns) for plan in active]
    return tuple(sorted(found, key=lambda one: (one.due_ns, one.plan.name)))


def _date(connection: Connection, plan: CheckPlan, at_ns: int) -> CheckDate:
    last = last_checks(connection, plan.name, at_ns)
    for point in plan.points:
        if point.id not in last:
            return _dated(plan, Standing.NEVER_DONE, point.id, None, at_ns)
    present = [last[point.id] for point in plan.points]
    oldest = min(present, key=lambda check: check.t_ns)
    failed = next((check for check in present if not check.passed), None)
    if failed is not None:
        return _dated(plan, Standing.FAILED, failed.point, failed, at_ns)
    if _adjusted_since(connection, plan.equipment, oldest.t_ns, at_ns):
        return _dated(plan, Standing.ADJUSTED, oldest.point, oldest, at_ns)
    found = _dated(plan, Standing.PASSED, oldest.point, oldest, at_ns)
    if at_ns >= found.overdue_ns:
        return _dated(plan, Standing.OVERDUE, oldest.point, oldest, at_ns)
    if at_ns >= found.due_ns:
        return _dated(plan, Standing.DUE, oldest.point, oldest, at_ns)
    return found


def _dated(
    plan: CheckPlan, standing: Standing, point: str, last: RecordedCheck | None, at_ns: int
) -> CheckDate:
    if last is None or standing in (Standing.FAILED, Standing.ADJUSTED):
        due = _day(at_ns, plan.zone)
    else:
        due = _day(last.t_ns, plan.zone) + timedelta(days=plan.every_days)
    begins, ends = _midnight_ns(due, plan.zone), _midnight_ns(due + timedelta(days=1), plan.zone)
    return CheckDate(plan, standing, point, last, due, begins, ends)


def _adjusted_since(connection: Connection, equipment: str, since_ns: int, at_ns: int) -> bool:
    column = equipment_log.c
    count = select(func.count()).where(
        column.equipment == equipment,
        column.kind == "adjustment",
        column.t_ns > since_ns,
        column.t_ns <= at_ns,
    )
    return bool(connection.execute(count.select_from(equipment_log)).scalar())


def _day(t_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(t_ns // _NS_PER_S, zone).date()


def _midnight_ns(day: date, zone: ZoneInfo) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return int(midnight.timestamp()) * _NS_PER_S
