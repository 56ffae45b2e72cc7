"""Results that stand on certificates or readings, out of the records into arrays."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from calibration.checks import FloatArray
from calibration.conformity import Comparison
from daq.lab.tracing.impact_shares import IntArray
from daq.lab.tracing.impact_verdicts import LimitSpec
from daq.records.base import FLOAT
from daq.records.bench_tables import captures, result_captures, result_certificates, results
from daq.records.certificate_versions import parse_record

Chosen = Select[Any] | CompoundSelect[Any]
"""Result and version of results: a selection that the database makes."""


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


def is_newest_of(chosen: Chosen) -> ColumnElement[bool]:
    """On the table ``results``: chosen, and there is no newer version of it."""
    newer = results.alias()
    later = select(newer.c.id).where(newer.c.id == results.c.id, newer.c.version > results.c.version)
    return and_(tuple_(results.c.id, results.c.version).in_(chosen), ~later.exists())


def fetched(connection: Connection, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows as plain tuples: to make an object of each takes longer than the database does."""
    cursor = connection.execute(statement).cursor
    return [] if cursor is None else list(cursor.fetchall())


def kept_results(connection: Connection, chosen: Chosen) -> KeptResults:
    """The chosen results, by their number.

    Args:
        connection: to the records.
        chosen: from ``on_certificates`` or ``on_readings``.
    """
    column = results.c
    statement = select(
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
        *_of_body(connection.dialect.name),
    ).where(is_newest_of(chosen))
    rows = sorted(fetched(connection, statement), key=itemgetter(0))
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * 13
    limits, place = _limits(columns[12])
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
        dof=np.where(_numbers(columns[10]) > 0, _numbers(columns[10]), math.inf),
        level=_numbers(columns[11]),
        limit=place,
        limits=limits,
    )


_LIMIT = ("lower", "upper", "rule", "comparison")


def _of_body(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """What stands only in a body (``Outcome.as_json``): dof, level, and the limit as one JSON list.

    The database reads it out, for all the rest of a body is long. Infinitely many dof are 0 in SQLite.
    """
    body = results.c.body
    if dialect == "sqlite":
        limit = func.json_extract(body, *(f"$.verdicts[0].{key}" for key in _LIMIT))
        dof, level = func.json_extract(body, "$.dof"), func.json_extract(body, "$.level")
        return cast(dof, FLOAT), cast(level, FLOAT), limit
    parsed = cast(body, JSON)
    limit = func.json_build_array(*(parsed[("verdicts", 0, key)] for key in _LIMIT))
    dof, level = parsed["dof"].as_string(), parsed["level"].as_string()
    return cast(dof, FLOAT), cast(level, FLOAT), cast(limit, Text)


def _limits(texts: Sequence[str]) -> tuple[tuple[LimitSpec, ...], IntArray]:
    """The different limits, and which of them each result was compared with."""
    places: dict[str, int] = {}
    found = [places.setdefault(text, len(places)) for text in texts]
    limits = tuple(map(_limit, places))
    known = [place for place, limit in enumerate(limits) if limit is not None]
    numbers = {place: number for number, place in enumerate(known)}
    codes = _integers([numbers.get(place, -1) for place in range(len(limits))])
    specs = tuple(limit for limit in limits if limit is not None)
    return specs, codes[_integers(found)] if found else _integers([])


def _limit(text: str) -> LimitSpec | None:
    lower, upper, rule, comparison = json.loads(text)
    if rule is None:
        return None
    return LimitSpec(_decimal(lower), _decimal(upper), rule, Comparison(comparison))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _integers(values: Sequence[Any]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _numbers(values: Sequence[Any]) -> FloatArray:
    return np.array(values, dtype=np.float64)
