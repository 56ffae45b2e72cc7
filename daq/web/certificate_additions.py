"""What a laboratory adds to a document: the instrument in use, the kind of curve, the due date."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificate_draft import DueRule
from daq.records.certificate_content import Content, CountedFrom

NUMBERS = (
    ("in_use", "resolution"),
    ("in_use", "repeatability"),
    ("in_use", "repeatability_dof"),
    ("certificate", "level"),
    ("curve", "degree"),
    ("curve", "non_linearity"),
)
"""Keys of the native format whose value is a number, or a word where ``WORDS`` has one."""
WORDS = {"resolution": ("included",), "repeatability": ("included",), "non_linearity": ("from-points",)}
TEXTS = (("equipment", "unit"), ("curve", "kind"))
POINT = ("reference", "indication", "U", "k")
"""Columns of a table that is keyed in, from a scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """As texts of a form: what is empty is not said."""

    keys: Mapping[tuple[str, str], str]
    """Texts by table and key of the native format."""
    points: str = ""
    """Lines of a keyed table: reference, indication, U, k; empty where the document has its own."""
    counted_from: str = ""
    months: str = ""
    first_day: str = ""
    verdict: str = ""


def additions_of(content: Content) -> Additions:
    """What a version has, to be changed."""
    keys = {(table, key): _shown(content.said(table, key)) for table, key in (*NUMBERS, *TEXTS)}
    due = content.due
    rows = content.native.get("point", ()) if content.proposal is None else ()
    return Additions(
        keys=keys,
        points="\n".join("\t".join(_shown(row.get(name)) for name in POINT) for row in rows),
        counted_from=due.counted_from.value if due and due.counted_from else "",
        months=str(due.months) if due and due.months else "",
        first_day=due.first_day.isoformat() if due and due.first_day else "",
        verdict=content.verdict,
    )


def tables_of(additions: Additions) -> dict[str, Any]:
    """Tables of the native format.

    Raises:
        RegisterError: a number that is none, with the name of its field.
    """
    tables: dict[str, Any] = {}
    for table, key in NUMBERS:
        if text := additions.keys.get((table, key), "").strip():
            tables.setdefault(table, {})[key] = text if text in WORDS.get(key, ()) else _number(key, text)
    for table, key in TEXTS:
        if text := additions.keys.get((table, key), "").strip():
            tables.setdefault(table, {})[key] = text
    if additions.points.strip():
        tables["point"] = _points(additions.points)
        tables.setdefault("curve", {}).setdefault("unit", additions.keys.get(("equipment", "unit"), ""))
    return tables


def due_of(additions: Additions) -> DueRule | None:
    """The laboratory's decision about the next calibration; None if nothing is said.

    Raises:
        RegisterError: an interval that is no number of months, or no date.
    """
    if not additions.months.strip() or not additions.counted_from:
        return None
    if not additions.months.strip().isdecimal():
        raise RegisterError(N_("{text} is no number of months."), text=repr(additions.months))
    day = None
    if additions.first_day.strip():
        try:
            day = datetime.date.fromisoformat(additions.first_day.strip())
        except ValueError as error:
            raise RegisterError(
                N_("{text} is no date; write it like 2026-03-02."), text=repr(additions.first_day)
            ) from error
    return DueRule(CountedFrom(additions.counted_from), int(additions.months), day)


def _points(text: str) -> list[dict[str, Decimal]]:
    rows = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        cells = line.replace(",", "\t").split("\t") if "\t" in line or "," in line else line.split()
        if len(cells) != len(POINT):
            raise RegisterError(
                N_(
                    "Line {number} of the keyed table has {count} numbers; it takes reference, indication, "
                    "U, k."
                ),
                number=number,
                count=len(cells),
            )
        named = zip(POINT, cells, strict=True)
        rows.append({name: _number(f"{number}: {name}", cell) for name, cell in named})
    return rows


def _number(key: str, text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation as error:
        raise RegisterError(N_("{key}: {value} is no number."), key=key, value=repr(text)) from error


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
