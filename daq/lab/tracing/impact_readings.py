"""The readings behind many results, and which certificate each of them was corrected under."""

from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true, tuple_

from daq.lab.methods.file import Procedure, read_procedure
from daq.lab.methods.steps import Read, RepeatUntil, Weigh
from daq.lab.tracing.impact_records import Chosen, KeptResults, fetched, is_newest_of
from daq.lab.tracing.impact_shares import Readings
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

_VERSIONS = 1_000_000
"""More than a certificate has versions: number and version of one are one integer."""


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
    newest = is_newest_of(chosen)
    rows = fetched(connection, _statement(connection, newest))
    table = np.fromiter(chain.from_iterable(rows), dtype=np.float64, count=5 * len(rows)).reshape(-1, 5)
    result = np.searchsorted(found.id, table[:, 0].astype(np.int64))
    own, place = np.unique(
        table[:, 3].astype(np.int64) * _VERSIONS + table[:, 4].astype(np.int64), return_inverse=True
    )
    choice = _Choice(connection, newest, [divmod(code, _VERSIONS) for code in own.tolist()])
    kinds, kind = np.unique(choice.set_of_result[result] * len(own) + place, return_inverse=True)
    records: dict[str, int] = {}
    counting = (choice.counting(*divmod(code, len(own))) for code in kinds.tolist())
    codes = [records.setdefault(record, len(records)) if record else -1 for record in counting]
    certificate = np.array(codes, dtype=np.int64)[kind]
    readings = Readings(result, table[:, 1].copy(), table[:, 2].copy(), certificate, len(found.id))
    return readings, tuple(records)


def _statement(connection: Connection, newest: ColumnElement[bool]) -> Select[Any]:
    behind = result_captures.c
    return (
        select(
            behind.result_id,
            behind.sensitivity,
            captures.c.raw,
            func.coalesce(captures.c.certificate_id, 0),
            func.coalesce(captures.c.certificate_version, 0),
        )
        .join(results, and_(results.c.id == behind.result_id, results.c.version == behind.version))
        .join(captures, captures.c.id == behind.capture_id)
        .where(newest, _is_corrected(connection, newest))
    )


def _is_corrected(connection: Connection, newest: ColumnElement[bool]) -> ColumnElement[bool]:
    """Leaves out uncorrected indications of a channel whose other readings are corrected."""
    there = (
        select(sessions.c.method, sessions.c.method_version)
        .join(results, results.c.session == sessions.c.id)
        .where(newest)
        .distinct()
        .subquery()
    )
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

    def __init__(
        self, connection: Connection, newest: ColumnElement[bool], own: list[tuple[int, int]]
    ) -> None:
        self._own = [record_of(*pair) if pair[0] else "" for pair in own]
        column = certificates.c
        rows = connection.execute(select(column.id, column.version, column.equipment, column.channel))
        self._channels = {record_of(row[0], row[1]): (row[2], row[3]) for row in rows}
        sets = _sets_of_results(connection, newest)
        places: dict[tuple[int, ...], int] = {}
        self.set_of_result = np.array([places.setdefault(one, len(places)) for one in sets], dtype=np.int64)
        """Which set of certificates each result stands on, by its place."""
        self._sets = [[record_of(*divmod(code, _VERSIONS)) for code in sorted(one)] for one in places]

    def counting(self, which: int, own: int) -> str:
        """The record that counts for a capture of the certificate at place ``own``; empty for none."""
        among, record = self._sets[which], self._own[own]
        if not record or record in among:
            return record
        same = [other for other in among if self._channels.get(other) == self._channels.get(record)]
        return same[-1] if same else ""


def _sets_of_results(connection: Connection, newest: ColumnElement[bool]) -> list[tuple[int, ...]]:
    """The certificates of each result, by the number of the result."""
    column = result_certificates.c
    same = and_(results.c.id == column.result_id, results.c.version == column.version)
    statement = (
        select(results.c.id, column.certificate_id * _VERSIONS + column.certificate_version)
        .outerjoin(result_certificates, same)
        .where(newest)
    )
    found: dict[int, tuple[int, ...]] = {}
    for result, code in sorted(fetched(connection, statement)):
        found[result] = (*found.get(result, ()), *(() if code is None else (code,)))
    return list(found.values())
