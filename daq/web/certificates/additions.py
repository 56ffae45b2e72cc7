"""What a laboratory adds to a document: the instrument in use, the kind of curve, the due date."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.draft import DueRule
from daq.lab.typed_numbers import plain_number, typed_date, typed_number
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
TEXTS = (("equipment", "unit"), ("equipment", "quantity"), ("curve", "kind"))
KEYED = {"point": ("reference", "indication", "U", "k"), "value": ("name", "value", "U", "k")}
"""Columns of a table that is keyed in, from a scan: of an instrument's points, of weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """As texts of a form: what is empty is not said."""

    keys: Mapping[tuple[str, str], str]
    """Texts by table and key of the native format."""
    keyed: str = ""
    """Which table is keyed in, one of ``KEYED``; empty where the document has its own."""
    rows: tuple[Mapping[str, str], ...] = ()
    """Its rows."""
    counted_from: str = ""
    months: str = ""
    first_day: str = ""
    verdict: str = ""


def additions_of(content: Content) -> Additions:
    """What a version has, to be changed."""
    keys = {(table, key): _shown(content.said(table, key)) for table, key in (*NUMBERS, *TEXTS)}
    due = content.due
    keyed = next((name for name in KEYED if name in content.native), "") if content.proposal is None else ""
    rows = content.native[keyed] if keyed else ()
    return Additions(
        keys=keys,
        keyed=keyed,
        rows=tuple({name: _shown(row.get(name)) for name in KEYED[keyed]} for row in rows),
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
    rows = _rows(additions)
    if rows:
        tables[additions.keyed] = rows
    if rows and additions.keyed == "point":
        tables.setdefault("curve", {}).setdefault("unit", additions.keys.get(("equipment", "unit"), ""))
    return tables


def due_of(additions: Additions) -> DueRule | None:
    """The laboratory's decision about the next calibration; None if nothing is said.

    Raises:
        RegisterError: an interval that is no number of months, or no date.
    """
    if not additions.months.strip() or not additions.counted_from:
        return None
    months = plain_number(additions.months)
    if not (months.isdecimal() and len(months) < 5):
        raise RegisterError(N_("{text} is no number of months."), text=repr(additions.months[:20]))
    day = None
    if additions.first_day.strip():
        try:
            day = typed_date(additions.first_day)
        except ValueError as error:
            raise RegisterError(
                N_("{text} is no date; write it like 2026-03-02."), text=repr(additions.first_day[:20])
            ) from error
    return DueRule(CountedFrom(additions.counted_from), int(months), day)


def _rows(additions: Additions) -> list[dict[str, Any]]:
    """The rows in which something stands; what is blank in them is left out, and the check will say so."""
    found: list[dict[str, Any]] = []
    for number, row in enumerate(additions.rows, start=1):
        texts = {name: text.strip() for name, text in row.items() if text.strip()}
        cells = {name: _number(f"{number}, {name}", text) for name, text in texts.items() if name != "name"}
        if texts:
            found.append(cells | {name: text for name, text in texts.items() if name == "name"})
    return found


def _number(key: str, text: str) -> Decimal:
    try:
        return typed_number(text)
    except ValueError as error:
        sentence = N_("{key}: {value} is no number; write it with a decimal point, such as 0.05.")
        raise RegisterError(sentence, key=key, value=repr(text[:40])) from error


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
