"""The register of equipment: what there is, in which state, and what happened to it.

Balances and chambers are equipment, and so are weights and reference thermometers, which have no wire. A
change is a new version with its reason; nothing is overwritten or deleted.
"""

import json
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from sqlalchemy import Connection, Engine, Row, func, select

from daq.errors import EquipmentError
from daq.i18n import N_
from daq.lab.equipment.description import (
    Description,
    EquipmentState,
    demand_name,
    demand_sound,
    description_from,
)
from daq.records.database import changing
from daq.records.register_tables import equipment as table
from daq.records.register_tables import equipment_log
from daq.security.audit import Actor, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import EQUIPMENT, EQUIPMENT_LOG
from daq.security.people import Role, demand_role
from drivers.clock import Clock

LOG_KINDS = ("maintenance", "adjustment", "repair", "damage", "note")
"""What a person writes into the history; an adjustment changes the instrument and is never a calibration."""
LONGEST_ENTRY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment(Description):
    """One version of one piece of equipment."""

    name: str
    """Short name, as on the label; never changed, never given again."""
    version: int
    t_ns: int
    """Since when it is so."""
    account: str
    reason: str

    @property
    def about(self) -> Description:
        """What is written about it, to be changed and written again."""
        return Description(**{field.name: getattr(self, field.name) for field in fields(Description)})


@dataclass(frozen=True, slots=True)
class EquipmentChange:
    """What becomes of a piece of equipment, and why."""

    name: str
    seen: int
    """The version that the person looked at."""
    about: Description
    reason: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the history of a piece of equipment."""

    id: int
    equipment: str
    t_ns: int
    account: str
    kind: str
    text: str


def equipment(connection: Connection) -> dict[str, Equipment]:
    """Everything in the register by short name, as it is now; retired equipment too."""
    newest = select(table.c.name, func.max(table.c.version)).group_by(table.c.name).subquery()
    rows = connection.execute(
        select(table)
        .join(newest, (table.c.name == newest.c[0]) & (table.c.version == newest.c[1]))
        .order_by(table.c.name)
    )
    return {row.name: _equipment(row) for row in rows}


def find_equipment(connection: Connection, name: str) -> Equipment:
    """The newest version of one piece of equipment.

    Raises:
        EquipmentError: the register has none of this name.
    """
    versions = equipment_history(connection, name)
    if not versions:
        raise EquipmentError(N_("There is no equipment {name} in the register: add it first."), name=name)
    return versions[-1]


def equipment_history(connection: Connection, name: str) -> tuple[Equipment, ...]:
    """All versions of one piece of equipment, the oldest first; none if there is no such."""
    rows = connection.execute(select(table).where(table.c.name == name).order_by(table.c.version))
    return tuple(_equipment(row) for row in rows)


def equipment_at(connection: Connection, name: str, at_ns: int) -> Equipment | None:
    """How a piece of equipment was at a time; None before it was registered."""
    before = [each for each in equipment_history(connection, name) if each.t_ns <= at_ns]
    return before[-1] if before else None


def add_equipment(engine: Engine, clock: Clock, actor: Actor, name: str, about: Description) -> Equipment:
    """Register a piece of equipment.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        EquipmentError: the name is taken, or it cannot be so.
    """
    demand_name(name)
    demand_sound(about)
    with changing(engine) as connection:
        demand_role(connection, actor.account, Role.METROLOGIST, Role.QUALITY_MANAGER)
        names = connection.execute(select(table.c.name).distinct()).scalars()
        taken = next((each for each in names if each.casefold() == name.casefold()), None)
        if taken is not None:
            raise EquipmentError(
                N_("{name} is in the register already; a short name is never given twice."), name=taken
            )
        return _write(connection, actor, EquipmentChange(name, 0, about, ""), None, clock.now_ns())


def change_equipment(engine: Engine, clock: Clock, actor: Actor, change: EquipmentChange) -> Equipment:
    """Write a new version: another state, room, firmware ….

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        EquipmentError: no such equipment, no reason, nothing changed, changed by somebody else meanwhile, or
            it cannot be so.
    """
    demand_sound(change.about)
    if not change.reason.strip():
        raise EquipmentError(N_("A change to the register needs its reason."))
    with changing(engine) as connection:
        demand_role(connection, actor.account, Role.METROLOGIST, Role.QUALITY_MANAGER)
        old = find_equipment(connection, change.name)
        if old.version != change.seen:
            raise EquipmentError(
                N_("{name} was changed by {account} meanwhile: look at it again, then change it."),
                name=old.name,
                account=old.account,
            )
        if old.about == change.about:
            raise EquipmentError(N_("Nothing of {name} was changed."), name=old.name)
        return _write(connection, actor, change, old, clock.now_ns())


def log_equipment(engine: Engine, clock: Clock, actor: Actor, entry: tuple[str, str, str]) -> LogEntry:
    """Write into the history of a piece of equipment.

    Args:
        engine: the records.
        clock: when it is.
        actor: who writes.
        entry: short name, one of ``LOG_KINDS``, and what happened.

    Raises:
        NotPermittedError: the person only administers or inspects.
        EquipmentError: no such equipment or kind of entry, or the text is empty or too long.
    """
    name, kind, text = entry
    if kind not in LOG_KINDS:
        raise EquipmentError(
            N_("{kind} is no kind of entry; allowed are {allowed}."),
            kind=repr(kind),
            allowed=", ".join(LOG_KINDS),
        )
    if not text.strip() or len(text) > LONGEST_ENTRY:
        raise EquipmentError(
            N_("An entry needs a text of at most {longest} characters."), longest=LONGEST_ENTRY
        )
    with changing(engine) as connection:
        demand_role(connection, actor.account, Role.TECHNICIAN, Role.METROLOGIST, Role.QUALITY_MANAGER)
        find_equipment(connection, name)
        return write_log(connection, actor, (name, kind, text.strip()), clock.now_ns())


def write_log(connection: Connection, actor: Actor, entry: tuple[str, str, str], t_ns: int) -> LogEntry:
    """The same inside a transaction that has seen to permission and kind."""
    name, kind, text = entry
    values = {"equipment": name, "t_ns": t_ns, "account": actor.account, "kind": kind, "text": text}
    row = keep(connection, actor, NewRow(EQUIPMENT_LOG, values, f"log {kind}"), t_ns)
    return LogEntry(int(str(row["id"])), name, t_ns, actor.account, kind, text)


def set_state(
    connection: Connection, actor: Actor, change: tuple[str, EquipmentState, str], t_ns: int
) -> Equipment:
    """Another state inside a transaction that has seen to permission: a failed check suspends.

    Args:
        connection: of ``changing``.
        actor: who did what it follows from.
        change: short name, the new state, and why.
        t_ns: UTC.

    Raises:
        EquipmentError: no such equipment.
    """
    name, state, reason = change
    old = find_equipment(connection, name)
    if old.state is state:
        return old
    about = replace(old.about, state=state)
    return _write(connection, actor, EquipmentChange(name, old.version, about, reason), old, t_ns)


def equipment_log_of(connection: Connection, name: str) -> tuple[LogEntry, ...]:
    """The history of a piece of equipment, the oldest entry first."""
    rows = connection.execute(
        select(equipment_log).where(equipment_log.c.equipment == name).order_by(equipment_log.c.id)
    )
    return tuple(LogEntry(*row) for row in rows)


def _write(
    connection: Connection, actor: Actor, change: EquipmentChange, old: Equipment | None, t_ns: int
) -> Equipment:
    values = {
        "name": change.name,
        "version": change.seen + 1,
        "t_ns": t_ns,
        "account": actor.account,
        "reason": change.reason.strip(),
        "body": as_text(change.about.as_json()),
    }
    new = NewRow(
        EQUIPMENT,
        values,
        "change" if old else "add",
        change.reason.strip(),
        old.about.as_json() if old else None,
    )
    keep(connection, actor, new, t_ns)
    return find_equipment(connection, change.name)


def _equipment(row: Row[tuple[object, ...]]) -> Equipment:
    about = description_from(json.loads(row.body, parse_float=Decimal))
    return Equipment(
        name=row.name,
        version=row.version,
        t_ns=row.t_ns,
        account=row.account,
        reason=row.reason,
        **{field.name: getattr(about, field.name) for field in fields(Description)},
    )
