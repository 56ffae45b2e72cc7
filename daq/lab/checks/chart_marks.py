"""What a person decided about a control chart: a new baseline, a cause found for one check, or none.

Nothing is left out of a chart, and no alarm is taken back, by the program itself.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.records import check_by_id
from daq.records.checks_tables import check_baselines
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CHECK_BASELINES
from daq.security.people import Role, demand_role

NEW_BASELINE = "new-baseline"
"""From this check on nothing before is comparable: the balance was moved."""
CHART_ANEW = "chart-anew"
"""The alarm at this check had no cause; the charts start again behind it."""
LEFT_OUT = "left-out"
"""The cause of this check is known and gone; limits and lines are made without it."""
MARK_KINDS = (NEW_BASELINE, CHART_ANEW, LEFT_OUT)


@dataclass(frozen=True, slots=True)
class ChartMark:
    """What a person decided about the chart of one plan and point, at one check."""

    id: int
    plan: str
    point: str
    check_id: int
    t_ns: int
    account: str
    kind: str
    """One of ``MARK_KINDS``."""
    reason: str


def mark_check(connection: Connection, by: Actor, mark: tuple[int, str, str], now_ns: int) -> ChartMark:
    """Write down what a person decided about a chart; nothing is left out by itself.

    Args:
        connection: of ``changing``.
        by: a metrologist.
        mark: number of the check, one of ``MARK_KINDS``, and the reason: the cause that was found, or that
            none was.
        now_ns: UTC.

    Raises:
        NotPermittedError: ``by`` is no metrologist.
        CheckError: no such check or kind, no reason, or marked so already.
    """
    demand_role(connection, by.account, Role.METROLOGIST)
    check_id, kind, reason = mark
    check = check_by_id(connection, check_id)
    if kind not in MARK_KINDS or not reason.strip():
        raise CheckError(
            N_("A mark on a chart is one of {kinds} and has its reason."), kinds=", ".join(MARK_KINDS)
        )
    if any(
        one.check_id == check_id and one.kind == kind for one in marks_of(connection, check.plan, check.point)
    ):
        raise CheckError(N_("Check {id} is marked so already."), id=check_id)
    values = {
        "plan": check.plan,
        "point": check.point,
        "check_id": check_id,
        "t_ns": now_ns,
        "account": by.account,
        "kind": kind,
        "reason": reason.strip(),
    }
    row = keep(connection, by, NewRow(CHECK_BASELINES, values, f"mark {kind}", reason.strip()), now_ns)
    return ChartMark(**row)  # type: ignore[arg-type]


def marks_of(connection: Connection, plan: str, point: str) -> tuple[ChartMark, ...]:
    """The marks on one chart, in the order in which they were made."""
    column = check_baselines.c
    asked = select(check_baselines).where(column.plan == plan, column.point == point)
    return tuple(ChartMark(*row) for row in connection.execute(asked.order_by(column.id)))
