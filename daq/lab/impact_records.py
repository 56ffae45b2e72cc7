"""Results that stand on certificates or readings, out of the records into arrays."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import CTE

from calibration.checks import FloatArray
from calibration.conformity import Comparison
from daq.lab.impact_shares import IntArray
from daq.lab.impact_verdicts import LimitSpec
from daq.records.bench_tables import captures, result_captures, result_certificates, results
from daq.records.certificate_versions import parse_record

Path = tuple[str | int, ...]
Chosen = Select[Any] | CompoundSelect[Any]
"""Result and version of results: a selection that the database makes."""

_LIMIT: Path = ("verdicts", 0)
_IN_BODY: tuple[Path, ...] = (
    ("dof",),
    ("level",),
    (*_LIMIT, "lower"),
    (*_LIMIT, "upper"),
    (*_LIMIT, "rule"),
    (*_LIMIT, "comparison"),
)
"""What of a result stands only in its body (``Outcome.as_json``)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time; None where it has no bound."""

    from_ns: int | None = None
    until_ns: int | None = None
    """Exclusive."""

    @property
    def is_bounded(self) -> bool:
        """Whether anything lies outside of it."""
        return self.from_ns is not None or self.until_ns is not None

    def parts(self, periods: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """What of periods [from, until) lies in it."""
        for begin, end in periods:
            start = begin if self.from_ns is None else max(begin, self.from_ns)
            stop = end if self.until_ns is None else min(end, self.until_ns)
            if start < stop:
                yield start, stop

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """As a condition on a column of times."""
        after = true() if self.from_ns is None else column >= self.from_ns
        before = true() if self.until_ns is None else column < self.until_ns
        return and_(after, before)


ALWAYS = Window()


@dataclass(frozen=True, slots=True, eq=False)
class KeptResults:
    """m results as the records have them, each in its newest version; m values of each."""

    id: IntArray
    version: IntArray
    t_ns: IntArray
    session: Sequence[str]
    formula: Sequence[str]
    unit: Sequence[str]
    verdict: Sequence[str]
    value: FloatArray
    u: FloatArray
    """NaN where a result has none."""
    expanded: FloatArray
    dof: FloatArray
    level: FloatArray
    limit: IntArray
    """Place in ``limits``; -1 where a result was compared with none."""
    limits: tuple[LimitSpec, ...]


def on_certificates(records: Iterable[str], window: Window) -> Select[Any]:
    """Results that stand on any of these certificate versions, by themselves or their readings in a time."""
    column = result_certificates.c
    parts = [parse_record(record) for record in records]
    named = [
        and_(column.certificate_id == number, column.certificate_version == version)
        for number, version in parts
    ]
    chosen = select(column.result_id, column.version).where(or_(false(), *named)).distinct()
    if not window.is_bounded:
        return chosen
    of_same = and_(results.c.id == column.result_id, results.c.version == column.version)
    computed = select(results.c.id).where(of_same, window.holds(results.c.t_ns)).exists()
    behind = result_captures.c
    read = (
        select(behind.capture_id)
        .join(captures, captures.c.id == behind.capture_id)
        .where(
            behind.result_id == column.result_id,
            behind.version == column.version,
            window.holds(captures.c.t_ns),
        )
        .exists()
    )
    return chosen.where(or_(computed, read))


def on_readings(condition: ColumnElement[bool]) -> Select[Any]:
    """Results behind which are captures of this condition on the table ``captures``."""
    behind = result_captures.c
    found = select(behind.result_id, behind.version).join(captures, captures.c.id == behind.capture_id)
    return found.where(condition).distinct()


def newest_of(chosen: Chosen) -> CTE:
    """Of the chosen results (id, version) of those whose newest version is chosen."""
    found = chosen.subquery()
    newest = select(results.c.id, func.max(results.c.version).label("version")).group_by(results.c.id)
    latest = newest.subquery()
    same = and_(latest.c.id == found.c.result_id, latest.c.version == found.c.version)
    return select(latest.c.id, latest.c.version).join(found, same).cte("chosen")


def kept_results(connection: Connection, chosen: Chosen) -> KeptResults:
    """The chosen results, by their number.

    Args:
        connection: to the records.
        chosen: from ``on_certificates`` or ``on_readings``.
    """
    column, newest = results.c, newest_of(chosen)
    statement = (
        select(
            column.id,
            column.version,
            column.t_ns,
            column.session,
            column.formula,
            column.unit,
            column.verdict,
            column.value,
            column.u,
            column.expanded_u,
            _of_body(connection.dialect.name),
        )
        .join(newest, and_(newest.c.id == column.id, newest.c.version == column.version))
        .order_by(column.id)
    )
    rows = connection.execute(statement).all()
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * 11
    bodies = [json.loads(body) if isinstance(body, str) else body for body in columns[10]]
    limits, place = _limits(bodies)
    return KeptResults(
        id=_integers(columns[0]),
        version=_integers(columns[1]),
        t_ns=_integers(columns[2]),
        session=columns[3],
        formula=columns[4],
        unit=columns[5],
        verdict=columns[6],
        value=_numbers(columns[7]),
        u=_numbers(columns[8]),
        expanded=_numbers(columns[9]),
        dof=_numbers([math.inf if body[0] in (None, "inf") else float(body[0]) for body in bodies]),
        level=_numbers([float(body[1]) for body in bodies]),
        limit=place,
        limits=limits,
    )


def _of_body(dialect: str) -> ColumnElement[Any]:
    """A JSON list of what stands only in the body; the database reads it, for the rest of it is long."""
    if dialect == "sqlite":
        paths = [
            "$" + "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in path) for path in _IN_BODY
        ]
        return func.json_extract(results.c.body, *paths)
    body = cast(results.c.body, JSON)
    return func.json_build_array(*(body[path] for path in _IN_BODY))


def _limits(bodies: Sequence[Sequence[Any]]) -> tuple[tuple[LimitSpec, ...], IntArray]:
    """The different limits, and which of them each result was compared with."""
    places: dict[tuple[Any, ...], int] = {}
    found = [-1 if body[4] is None else places.setdefault(tuple(body[2:]), len(places)) for body in bodies]
    limits = tuple(
        LimitSpec(_decimal(lower), _decimal(upper), rule, Comparison(comparison))
        for lower, upper, rule, comparison in places
    )
    return limits, _integers(found)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _integers(values: Sequence[Any]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _numbers(values: Sequence[Any]) -> FloatArray:
    return np.array(values, dtype=np.float64)
