"""Intermediate checks (期间核查) as they were done: one row a point, kept for ever, judged when written.

error = indication - value of the check standard. What a failed check leads to is in ``nonconforming``; what
is overdue in ``dates``; what the errors say together in ``control``.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, func, select
from sqlalchemy.sql import Select

from calibration.charts.baselines import Conditions
from calibration.conformity import decide
from calibration.errors import CalibrationError
from calibration.limits import Measured
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.plans import PlanVersion, plan_named
from daq.lab.methods.results import DECISION_RULES
from daq.records.checks_tables import checks as table
from daq.records.register_tables import equipment_log
from daq.security.audit import Actor, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CHECKS
from daq.security.people import Role, demand_role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    """One point of a check that was done, in the unit of its plan."""

    plan: str
    point: str
    t_ns: int
    """When it was measured."""
    indication: Decimal
    """With the digits that were shown, or the mean that the method takes."""
    reference: Decimal
    """Value of the check standard, as its certificate says."""
    U: float
    """Expanded uncertainty of the error."""
    k: float
    u_reference: float
    """Standard uncertainty of the reference alone: it is the same error in all checks with this standard."""
    standard: str
    """Check standard that was used; another one than before starts a new baseline."""
    standard_certificate: str
    """Record of its certificate; empty where its value needs none, as at the ice point."""
    instrument_certificate: str
    """Record of the instrument's certificate in force; empty if there was none."""
    session: str | None = None
    """The session that led through it; None for one that was written down otherwise."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDetail:
    """What else is kept of a check."""

    indication: str
    reference: str
    k: float
    u_reference: float
    acceptance: str
    """Decision rule of the plan then."""
    decision: str
    standard: str
    standard_certificate: str
    instrument_certificate: str
    adjustment: str
    """Number of the last adjustment in the history of the instrument; empty if there was none."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCheck:
    """One point of a check as it stands in the records, in ``unit``."""

    id: int
    plan: str
    plan_version: int
    equipment: str
    channel: str
    point: str
    t_ns: int
    entered_ns: int
    session: str | None
    account: str
    indication: float
    reference: float
    error: float
    U: float
    unit: str
    mpe: float
    passed: bool
    detail: CheckDetail

    @property
    def conditions(self) -> Conditions:
        """What must be the same for checks to be comparable."""
        detail = self.detail
        return Conditions(
            detail.standard, detail.standard_certificate, detail.instrument_certificate, detail.adjustment
        )

    @property
    def u_own(self) -> float:
        """Standard uncertainty of the error without that of the reference."""
        return math.sqrt(max((self.U / self.detail.k) ** 2 - self.detail.u_reference**2, 0.0))


def record_checks(
    connection: Connection, by: Actor, new: Sequence[NewCheck], now_ns: int
) -> tuple[RecordedCheck, ...]:
    """Write checks down, in the transaction of ``changing``; also those of the past, such as a paper's.

    Nothing follows from a failed one but that the instrument is not valid: ``nonconformity.answer`` does the
    rest.

    Raises:
        NotPermittedError: ``by`` is neither technician nor metrologist.
        CheckError: no such plan or point, the plan is ended, a time in the future or taken, or numbers that
            cannot be judged.
    """
    demand_role(connection, by.account, Role.TECHNICIAN, Role.METROLOGIST)
    plans = {name: plan_named(connection, name) for name in {check.plan for check in new}}
    return tuple(_record(connection, by, check, (plans[check.plan], now_ns)) for check in new)


def _record(
    connection: Connection, by: Actor, new: NewCheck, context: tuple[PlanVersion, int]
) -> RecordedCheck:
    version, now_ns = context
    plan, point = version.plan, version.plan.point(new.point)
    _demand_possible(connection, new, version, now_ns)
    error = new.indication - new.reference
    try:
        measured = Measured(error, new.U, new.k, plan.unit)
        verdict = decide(measured, plan.limits(point), DECISION_RULES[plan.acceptance])
    except CalibrationError as refused:
        raise CheckError(f"{plan.name} {point.id}: {refused}") from refused
    detail = CheckDetail(
        indication=str(new.indication),
        reference=str(new.reference),
        k=new.k,
        u_reference=new.u_reference,
        acceptance=plan.acceptance,
        decision=verdict.decision.value,
        standard=new.standard,
        standard_certificate=new.standard_certificate,
        instrument_certificate=new.instrument_certificate,
        adjustment=_adjustment(connection, plan.equipment, new.t_ns),
        note=new.note,
    )
    values = {
        "plan": plan.name,
        "plan_version": version.version,
        "equipment": plan.equipment,
        "channel": plan.channel,
        "point": point.id,
        "t_ns": new.t_ns,
        "entered_ns": now_ns,
        "session": new.session,
        "account": by.account,
        "indication": float(new.indication),
        "reference": float(new.reference),
        "error": float(error),
        "expanded_u": new.U,
        "unit": plan.unit,
        "mpe": float(point.mpe),
        "passed": int(verdict.decision.accepts),
        "body": as_text(_DETAIL.dump_python(detail, mode="json")),
    }
    row = keep(connection, by, NewRow(CHECKS, values, "check", new.note), now_ns)
    return check_by_id(connection, int(str(row["id"])))


def _demand_possible(connection: Connection, new: NewCheck, version: PlanVersion, now_ns: int) -> None:
    facts = {"plan": new.plan, "point": new.point}
    if not version.plan.is_active:
        raise CheckError(N_("The plan {plan} is ended; no check can be written under it."), **facts)
    if new.t_ns > now_ns:
        raise CheckError(N_("The check {plan} {point} lies in the future; correct its time."), **facts)
    if not 0 <= new.u_reference * new.k <= new.U:
        raise CheckError(
            N_("{plan} {point}: the uncertainty of the reference must not be larger than that of the error."),
            **facts,
        )
    same = (table.c.plan == new.plan, table.c.point == new.point, table.c.t_ns == new.t_ns)
    if connection.execute(select(table.c.id).where(*same)).first() is not None:
        raise CheckError(N_("A check {plan} {point} of this time is in the records already."), **facts)


def _adjustment(connection: Connection, equipment: str, at_ns: int) -> str:
    column = equipment_log.c
    last = connection.execute(
        select(func.max(column.id)).where(
            column.equipment == equipment, column.kind == "adjustment", column.t_ns <= at_ns
        )
    ).scalar()
    return "" if last is None else str(last)


def check_by_id(connection: Connection, id_: int) -> RecordedCheck:
    """One check.

    Raises:
        CheckError: there is none of this number.
    """
    row = connection.execute(select(table).where(table.c.id == id_)).first()
    if row is None:
        raise CheckError(N_("There is no check {id}."), id=id_)
    return _check(row)


def checks_of(connection: Connection, plan: str, point: str) -> tuple[RecordedCheck, ...]:
    """All checks of one plan and point, in the order of time."""
    asked = select(table).where(table.c.plan == plan, table.c.point == point)
    return _all(connection, asked.order_by(table.c.t_ns))


def checks_of_session(connection: Connection, session: str) -> tuple[RecordedCheck, ...]:
    """The points that one session checked."""
    return _all(connection, select(table).where(table.c.session == session).order_by(table.c.id))


def last_checks(connection: Connection, plan: str, at_ns: int) -> dict[str, RecordedCheck]:
    """The last check of each point of a plan, as of a time."""
    return _last(connection, (table.c.plan == plan) & (table.c.t_ns <= at_ns))


def last_passed(connection: Connection, plan: str, at_ns: int) -> dict[str, RecordedCheck]:
    """The last check of each point that passed, as of a time."""
    return _last(connection, (table.c.plan == plan) & (table.c.t_ns <= at_ns) & (table.c.passed == 1))


def last_good(connection: Connection, check: RecordedCheck) -> RecordedCheck | None:
    """The last check of the same plan and point before this one that had passed; None if none ever did."""
    asked = select(table).where(
        table.c.plan == check.plan,
        table.c.point == check.point,
        table.c.t_ns < check.t_ns,
        table.c.passed == 1,
    )
    found = _all(connection, asked.order_by(table.c.t_ns.desc()).limit(1))
    return found[0] if found else None


_DETAIL = TypeAdapter(CheckDetail)


def _last(connection: Connection, which: ColumnElement[bool]) -> dict[str, RecordedCheck]:
    newest = select(table.c.point, func.max(table.c.t_ns)).where(which).group_by(table.c.point).subquery()
    same = (table.c.point == newest.c[0]) & (table.c.t_ns == newest.c[1])
    found = _all(connection, select(table).join(newest, same).where(which))
    return {check.point: check for check in found}


def _all(connection: Connection, asked: Select[tuple[object, ...]]) -> tuple[RecordedCheck, ...]:
    rows: Iterable[Row[tuple[object, ...]]] = connection.execute(asked)
    return tuple(_check(row) for row in rows)


def _check(row: Row[tuple[object, ...]]) -> RecordedCheck:
    return RecordedCheck(
        id=row.id,
        plan=row.plan,
        plan_version=row.plan_version,
        equipment=row.equipment,
        channel=row.channel,
        point=row.point,
        t_ns=row.t_ns,
        entered_ns=row.entered_ns,
        session=row.session,
        account=row.account,
        indication=row.indication,
        reference=row.reference,
        error=row.error,
        U=row.expanded_u,
        unit=row.unit,
        mpe=row.mpe,
        passed=bool(row.passed),
        detail=_DETAIL.validate_json(row.body),
    )
