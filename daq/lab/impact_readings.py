"""The readings behind many results, and which certificate each of them was corrected under."""

from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true, tuple_
from sqlalchemy.sql.selectable import CTE

from daq.lab.impact_records import Chosen, KeptResults, newest_of
from daq.lab.impact_shares import IntArray, Readings
from daq.lab.method_file import Procedure, read_procedure
from daq.lab.method_steps import Read, RepeatUntil, Weigh
from daq.records.bench_tables import (
    captures,
    methods,
    result_captures,
    result_certificates,
    results,
    sessions,
)
from daq.records.certificate_versions import record_of
from daq.records.register_tables import certificates


def readings_behind(
    connection: Connection, chosen: Chosen, found: KeptResults
) -> tuple[Readings, tuple[str, ...]]:
    """The corrected readings behind results, and the records of the certificates that count for them.

    A result that was computed again stands on the versions that were tried for it: where a capture's own is
    not among a result's certificates, the one of the same channel counts.

    Args:
        connection: to the records.
        chosen: as for ``kept_results``.
        found: from ``kept_results``.
    """
    newest = newest_of(chosen)
    rows = connection.execute(_statement(connection, newest)).all()
    table = np.fromiter(chain.from_iterable(rows), dtype=np.float64, count=5 * len(rows)).reshape(-1, 5)
    result = np.searchsorted(found.id, table[:, 0].astype(np.int64))
    own, place = np.unique(table[:, 3:].astype(np.int64), axis=0, return_inverse=True)
    choice = _Choice(connection, newest, [record_of(*row) if row[0] >= 0 else "" for row in own.tolist()])
    kinds, kind = np.unique(
        np.column_stack([choice.set_of_result[result], place.reshape(-1)]), axis=0, return_inverse=True
    )
    records: dict[str, int] = {}
    counting = (choice.counting(*row) for row in kinds.tolist())
    codes = [records.setdefault(record, len(records)) if record else -1 for record in counting]
    certificate = np.array(codes, dtype=np.int64)[kind.reshape(-1)]
    readings = Readings(result, table[:, 1].copy(), table[:, 2].copy(), certificate, len(found.id))
    return readings, tuple(records)


def _statement(connection: Connection, newest: CTE) -> Select[Any]:
    behind = result_captures.c
    return (
        select(
            behind.result_id,
            behind.sensitivity,
            captures.c.raw,
            func.coalesce(captures.c.certificate_id, -1),
            func.coalesce(captures.c.certificate_version, -1),
        )
        .join(newest, and_(newest.c.id == behind.result_id, newest.c.version == behind.version))
        .join(captures, captures.c.id == behind.capture_id)
        .where(_is_corrected(connection, newest))
        .order_by(behind.result_id)
    )


def _is_corrected(connection: Connection, newest: CTE) -> ColumnElement[bool]:
    """Leaves out uncorrected indications of a channel whose other readings are corrected."""
    same = and_(newest.c.id == results.c.id, newest.c.version == results.c.version)
    used = (
        select(sessions.c.method, sessions.c.method_version)
        .join(results, results.c.session == sessions.c.id)
        .join(newest, same)
        .distinct()
    )
    there = used.subquery()
    documents = connection.execute(
        select(methods.c.name, methods.c.version, methods.c.document).join(
            there, and_(methods.c.name == there.c.method, methods.c.version == there.c.method_version)
        )
    )
    uncorrected = [
        (version, name)
        for method, version, document in documents
        for name in indications_beside_corrected(read_procedure(document, method))
    ]
    if not uncorrected:
        return true()
    of_session = (
        select(sessions.c.method_version).where(sessions.c.id == captures.c.session).scalar_subquery()
    )
    return tuple_(of_session, captures.c.into_input).not_in(uncorrected)


def indications_beside_corrected(procedure: Procedure) -> tuple[str, ...]:
    """Inputs that are uncorrected indications of an instrument of which other inputs are corrected."""
    roles: dict[str, set[str]] = {}
    for step in procedure.steps:
        for inner in step.steps if isinstance(step, RepeatUntil) else (step,):
            if isinstance(inner, Weigh | Read):
                roles.setdefault(inner.into, set()).add(inner.role)
    of = {one.name: one for one in procedure.inputs}
    corrected = {role for name, several in roles.items() if not of[name].indication for role in several}
    return tuple(name for name, several in roles.items() if of[name].indication and several & corrected)


class _Choice:
    """Which certificate version counts for a capture in a result."""

    def __init__(self, connection: Connection, newest: CTE, own: list[str]) -> None:
        self._own = own
        column = certificates.c
        rows = connection.execute(select(column.id, column.version, column.equipment, column.channel))
        self._channels = {record_of(row[0], row[1]): (row[2], row[3]) for row in rows}
        self._sets: dict[tuple[str, ...], int] = {}
        self.set_of_result = self._sets_of_results(connection, newest)
        """Which set of certificates each result stands on, by its place."""
        self._by_place = list(self._sets)

    def counting(self, which: int, own: int) -> str:
        """The record that counts for a capture of the certificate at place ``own``; empty for none."""
        among, record = self._by_place[which], self._own[own]
        if not record or record in among:
            return record
        same = [other for other in among if self._channels.get(other) == self._channels.get(record)]
        return same[-1] if same else ""

    def _sets_of_results(self, connection: Connection, newest: CTE) -> IntArray:
        column = result_certificates.c
        same = and_(newest.c.id == column.result_id, newest.c.version == column.version)
        rows = connection.execute(
            select(newest.c.id, column.certificate_id, column.certificate_version)
            .outerjoin(result_certificates, same)
            .order_by(newest.c.id, column.certificate_id, column.certificate_version)
        )
        found = [
            tuple(record_of(*row[1:]) for row in several if row[1] is not None)
            for _, several in groupby(rows, key=itemgetter(0))
        ]
        return np.array([self._sets.setdefault(one, len(self._sets)) for one in found], dtype=np.int64)
