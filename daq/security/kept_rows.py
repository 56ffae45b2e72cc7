"""Rows that are added and never changed, each with its entry in the audit trail.

``keep`` writes both in one transaction; ``unaudited`` names the rows that are not as their entries tell, or
that no entry tells of. A table's triggers stop a mistake; this finds who removed the triggers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from calibration.sentences import Sentence
from daq.security.audit import Actor, Change, Json, append
from daq.security.audit_verification import changed_past_the_trail


@dataclass(frozen=True, slots=True)
class KeptTable:
    """An append-only table, and how its rows are named in the trail."""

    table: Table
    kind: str
    """``certificate``: the row of version 2 of 17 is ``certificate/17.2``."""
    digested: frozenset[str] = frozenset()
    """Columns that may be long: the trail has their SHA-256."""

    def record(self, row: Mapping[str, object]) -> str:
        """A row's name in the trail."""
        return f"{self.kind}/{'.'.join(str(row[column.name]) for column in self.table.primary_key)}"

    def state(self, row: Mapping[str, object]) -> dict[str, Json]:
        """A whole row, for the trail."""
        return {
            column.name: _digest(row[column.name])
            if column.name in self.digested
            else _json(row[column.name])
            for column in self.table.columns
        }


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that is to be added, and what the trail says of it."""

    kept: KeptTable
    values: Mapping[str, object]
    action: str
    reason: str = ""
    old: Json = None
    """The whole record before, where this is a new version of one."""


def keep(connection: Connection, actor: Actor, new: NewRow, t_ns: int) -> dict[str, object]:
    """Add a row and its entry in the trail; returns the row with its key.

    Raises:
        AuditError: a text that the trail does not take.
    """
    table = new.kept.table
    row = {column.name: new.values.get(column.name) for column in table.columns}
    given = {name: value for name, value in row.items() if value is not None}
    key = connection.execute(table.insert(), given).inserted_primary_key
    row.update(zip((column.name for column in table.primary_key), key or (), strict=True))
    change = Change(new.action, new.kept.record(row), new.old, new.kept.state(row), new.reason)
    append(connection, actor, change, t_ns)
    return row


def unaudited(connection: Connection, kept: KeptTable) -> tuple[Sentence, ...]:
    """A sentence for each row that is not as the audit trail has it, and for each that is gone."""
    rows = [dict(row) for row in connection.execute(select(kept.table)).mappings()]
    return changed_past_the_trail(connection, kept.kind, {kept.record(row): kept.state(row) for row in rows})


def _digest(value: object) -> str:
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: object) -> Json:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    msg = f"a column of {type(value).__name__} stands in the trail by its digest only"
    raise TypeError(msg)
