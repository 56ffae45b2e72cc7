"""Nonconforming work (ISO/IEC 17025:2017, 7.10): what it is, what stood on it, and how each item stands.

Nothing of it is ever changed: the nonconformity is a row of versions, an item is decided by steps behind it.
Its course is in ``course``, the way of its items in ``items``, and what begins
one by itself in ``causes``.
"""

import enum
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, func, select

from daq.errors import NonconformityError
from daq.i18n import N_
from daq.records.checks_tables import nonconformities as heads
from daq.records.checks_tables import nonconformity_items, nonconformity_steps


class State(enum.StrEnum):
    """How a nonconformity stands."""

    OPEN = "open"
    """The instrument gives no results of samples."""
    RESUMED = "resumed"
    """It does again; what stood on it is still being decided."""
    CLOSED = "closed"


class Decision(enum.StrEnum):
    """What becomes of a capture, a result or a report that stood on nonconforming work."""

    VALID = "valid-as-is"
    AMENDED = "amended-report"
    WITHDRAWN = "withdrawn"
    RETEST = "re-test"


class ItemState(enum.StrEnum):
    """How an item stands."""

    PENDING = "pending"
    DECIDED = "decided"
    """One person has signed, another has not yet."""
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Suspect:
    """What is asked for: everything that stood on one channel of an instrument in a time."""

    equipment: str
    channel: str
    from_ns: int
    """The last moment at which it was shown to be good."""
    until_ns: int
    """Inclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A capture, result or report that stood on it, as it was and as it would be; texts as reported."""

    kind: Literal["capture", "result", "report"]
    record: str
    """``345`` of a capture, ``12.1`` of a result, ``R-2026-0007.1`` of a report."""
    t_ns: int
    session: str = ""
    sample: str = ""
    unit: str = ""
    value: str = ""
    U: str = ""
    verdict: str = ""
    new_value: str = ""
    """Recomputed with what is known now; empty where that is not known yet."""
    new_U: str = ""  # noqa: N815
    new_verdict: str = ""

    @property
    def verdict_changes(self) -> bool:
        """Whether the statement of conformity would be another one."""
        return bool(self.new_verdict) and self.new_verdict != self.verdict


Impact = Callable[[Connection, Suspect], Sequence[Affected]]
"""Lists what stood on a suspect instrument; the room of results knows it."""


@dataclass(frozen=True, slots=True)
class PointFound:
    """One point at which the instrument was found beyond its limits; numbers as text, in ``unit``."""

    point: str
    error: str
    U: str
    mpe: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why work is nonconforming."""

    kind: Literal["check", "calibration", "observation"]
    record: str
    """``check/12``, ``certificate/17.2``; empty for an observation."""
    suspect: Suspect
    found: tuple[PointFound, ...] = ()
    text: str = ""
    """What a person saw."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody signed about the nonconformity as a whole."""

    account: str
    role: str
    t_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the laboratory makes of it (7.10.1 c to e, 7.10.3)."""

    significance: str
    """How much it matters, for earlier results too."""
    correction: str
    """What was done at once."""
    corrective_action: str
    """Against its coming again, or why none is needed."""
    customers: str
    """Who was told, or why nobody had to be."""
    due_on: str = ""
    """Day until which the items are to be decided, ISO 8601; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version says."""

    cause: Cause
    evidence: tuple[str, ...] = ()
    """Later findings of the same: further failed checks."""
    evaluation: Evaluation | None = None
    evaluated: Statement | None = None
    resumed: Statement | None = None
    resumed_on: str = ""
    """The check or certificate that showed the instrument to be good again."""
    closed: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonconformity:
    """The newest version of one."""

    number: str
    version: int
    opened_ns: int
    opened_by: str
    t_ns: int
    account: str
    equipment: str
    state: State
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that stood on nonconforming work, and how it stands."""

    number: str
    item: int
    affected: Affected
    state: ItemState
    decision: Decision | None
    """None while pending."""
    decided_by: str
    decided_as: str
    """Role."""
    reason: str
    """Of the last step."""
    confirmed_by: str


def nonconformity(connection: Connection, number: str) -> Nonconformity:
    """One nonconformity.

    Raises:
        NonconformityError: there is none of this number.
    """
    found = _newest(connection, heads.c.number == number)
    if not found:
        raise NonconformityError(N_("There is no nonconformity {number}."), number=number)
    return found[0]


def nonconformities(connection: Connection) -> tuple[Nonconformity, ...]:
    """All of them, the newest first."""
    return tuple(reversed(_newest(connection, heads.c.number != "")))


def open_on(connection: Connection, equipment: str, channel: str) -> Nonconformity | None:
    """The one that keeps a channel of an instrument from giving results, if there is one."""
    for one in _newest(connection, heads.c.equipment == equipment):
        if one.state is State.OPEN and one.content.cause.suspect.channel == channel:
            return one
    return None


def open_numbers(connection: Connection, equipment: str) -> tuple[str, ...]:
    """Numbers of those that keep an instrument from giving results."""
    found = _newest(connection, heads.c.equipment == equipment)
    return tuple(one.number for one in found if one.state is State.OPEN)


def items_of(connection: Connection, number: str) -> tuple[Item, ...]:
    """What stood on it, in the order in which it was listed."""
    steps: dict[int, list[Row[tuple[object, ...]]]] = defaultdict(list)
    asked = select(nonconformity_steps).where(nonconformity_steps.c.number == number)
    for step in connection.execute(asked.order_by(nonconformity_steps.c.id)):
        steps[step.item].append(step)
    column = nonconformity_items.c
    rows = connection.execute(
        select(nonconformity_items).where(column.number == number).order_by(column.item)
    )
    return tuple(_item(row, steps[row.item]) for row in rows)


_CONTENT = TypeAdapter(Content)
_AFFECTED = TypeAdapter(Affected)


def content_json(content: Content) -> str:
    """For a row, before the trail spells it."""
    return _CONTENT.dump_json(content).decode()


def affected_json(affected: Affected) -> str:
    """Likewise."""
    return _AFFECTED.dump_json(affected).decode()


def _newest(connection: Connection, which: object) -> list[Nonconformity]:
    newest = (
        select(heads.c.number, func.max(heads.c.version).label("version"))
        .where(which)  # type: ignore[arg-type]
        .group_by(heads.c.number)
        .subquery()
    )
    first = heads.alias()
    rows = connection.execute(
        select(heads, first.c.t_ns.label("opened_ns"), first.c.account.label("opened_by"))
        .join(newest, (heads.c.number == newest.c.number) & (heads.c.version == newest.c.version))
        .join(first, (first.c.number == heads.c.number) & (first.c.version == 1))
        .order_by(first.c.t_ns, heads.c.number)
    )
    return [
        Nonconformity(
            number=row.number,
            version=row.version,
            opened_ns=row.opened_ns,
            opened_by=row.opened_by,
            t_ns=row.t_ns,
            account=row.account,
            equipment=row.equipment,
            state=State(row.state),
            content=_CONTENT.validate_json(row.body),
        )
        for row in rows
    ]


def _item(row: Row[tuple[object, ...]], steps: Sequence[Row[tuple[object, ...]]]) -> Item:
    """The last step counts: a returned item is pending again."""
    last = steps[-1] if steps else None
    state, decided = ItemState.PENDING, None
    if last is not None and last.step != "returned":
        decided = next(step for step in reversed(steps) if step.step == "decided")
        state = ItemState(last.step)
    return Item(
        number=row.number,
        item=row.item,
        affected=_AFFECTED.validate_json(row.body),
        state=state,
        decision=None if decided is None else Decision(decided.decision),
        decided_by="" if decided is None else decided.account,
        decided_as="" if decided is None else decided.role,
        reason="" if last is None else last.reason,
        confirmed_by=last.account if last is not None and state is ItemState.CONFIRMED else "",
    )
