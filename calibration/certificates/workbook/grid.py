"""The cells of a workbook, from XLSX or CSV alike: values with the place they come from, and nothing else."""

import csv
import datetime
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from calibration.certificates.findings import Findings
from calibration.certificates.workbook.layout import CERTIFICATE, FORMAT, LAYOUTS, STANDARDS
from calibration.certificates.workbook.safe import unpack
from calibration.certificates.workbook.sheet_parts import (
    BEYOND,
    MOST_COLUMNS,
    MOST_ROWS,
    SheetPart,
    sheet_parts,
)
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about

MAX_CSV_BYTES = 5 * 2**20

Value = str | int | float | bool | datetime.datetime | datetime.date | None

_UNREADABLE = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    ArithmeticError,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    NotImplementedError,
    AssertionError,
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
)
"""What the reader of workbooks raises on files that are none."""
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""Of a number format: texts, escapes, fillers, colours and conditions."""
_SCALED = re.compile(r"%|[0#?],+(?![0#?,])")
_OF_TEMPLATE = {CERTIFICATE, STANDARDS} | {layout.name for some in LAYOUTS.values() for layout in some}
_DELIMITER = re.compile(re.escape(FORMAT) + r'"?[ ]*([,;\t])')
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    place: str
    """Sheet and cell, or line and column of a CSV."""
    value: Value = None
    note: str = ""
    """How the value came about, if not by hand: a formula."""

    @property
    def text(self) -> str:
        """As text without the white space around it; empty if nothing is there."""
        return "" if self.value is None else str(self.value).strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, as far as it is filled."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    part: SheetPart = field(default_factory=SheetPart)

    def cell(self, row: int, column: int) -> Cell:
        """The cell, counted from 0; an empty one beyond the edge."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return Cell(f"{self.name}!{get_column_letter(column + 1)}{row + 1}")


def read_sheets(data: bytes, file_name: str, findings: Findings) -> dict[str, Sheet]:
    """The sheets of a workbook by their names.

    Args:
        data: the bytes of the file, XLSX or CSV.
        file_name: for the sentences.
        findings: formulas without a value and cells beyond the limits go here.

    Raises:
        CertificateError: hostile, damaged, too large, or neither of both.
    """
    if data.startswith(b"PK"):
        return _xlsx(data, file_name, findings)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"<")):
        sentence = Sentence("neither XLSX nor CSV; save the workbook as .xlsx")
        raise CertificateError((about(file_name, sentence),))
    return _csv(data, file_name)


def _xlsx(data: bytes, file_name: str, findings: Findings) -> dict[str, Sheet]:
    parts = unpack(data, file_name)
    found = sheet_parts(parts, file_name)
    try:
        computed = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        written = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            sheets = {}
            is_template = CERTIFICATE in written.sheetnames
            for name in written.sheetnames:
                is_own = is_template and name not in _OF_TEMPLATE  # somebody's own sheet beside the template
                heard = Findings(file_name) if is_own else findings
                rows = _rows(written[name], computed[name], name, heard)
                sheets[name] = Sheet(name, rows, found.get(name, SheetPart()))
        finally:
            computed.close()
            written.close()
    except _UNREADABLE as error:
        sentence = Sentence("no readable workbook ({error}); save it again as .xlsx", error=error)
        raise CertificateError((about(file_name, sentence),)) from error
    return sheets


def _rows(written: Any, computed: Any, name: str, findings: Findings) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    limits = {"max_row": MOST_ROWS, "max_col": MOST_COLUMNS}
    both = zip(written.iter_rows(**limits), computed.iter_rows(**limits, values_only=True), strict=False)
    for number, (formulas, values) in enumerate(both, start=1):
        row = []
        for column, (formula, value) in enumerate(zip(formulas, values, strict=False), start=1):
            cell = _cell(f"{name}!{get_column_letter(column)}{number}", formula.value, value, findings)
            row.append(_as_shown(cell, getattr(formula, "number_format", None) or "", findings))
        rows.append(tuple(row))
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    return tuple(rows)


def _cell(place: str, written: Value, computed: Value, findings: Findings) -> Cell:
    if not (isinstance(written, str) and written.startswith("=")) or computed == written:
        return Cell(place, written)
    if computed is None or computed == "":
        findings.error(
            place,
            "found the formula {written} without a stored value; put the value itself into the cell",
            written=repr(written[:40]),
        )
        return Cell(place)
    findings.warn(
        place,
        "found the formula {written}; its last stored value is read: {computed}",
        written=repr(written[:40]),
        computed=f"{computed!s:.40}",
    )
    return Cell(place, computed, "formula")


def _as_shown(cell: Cell, number_format: str, findings: Findings) -> Cell:
    """The cell, empty if it shows another number than it holds: 5.12 % is held as 0.0512."""
    is_number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    if not is_number or not _SCALED.search(_NOT_SHOWN.sub("", number_format)):
        return cell
    findings.error(
        cell.place,
        "the cell holds {held} and shows another number, by its format {format}: format it as text and type "
        "the number in",
        held=cell.text,
        format=repr(number_format[:40]),
    )
    return Cell(cell.place)


def _csv(data: bytes, file_name: str) -> dict[str, Sheet]:
    """Sheets one below the other, each after a line with # and its name."""
    text = _decoded(data, file_name)
    first = _DELIMITER.search(text)
    delimiter = first[1] if first else max(",;\t", key=text[:2000].count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        sentence = Sentence("no readable CSV: {error}", error=error)
        raise CertificateError((about(file_name, sentence),)) from error
    if len(lines) > MOST_ROWS:
        sentence = Sentence("{count} lines; allowed are {most}", count=len(lines), most=MOST_ROWS)
        raise CertificateError((about(file_name, sentence),))
    sheets: dict[str, list[tuple[Cell, ...]]] = {}
    current: list[tuple[Cell, ...]] = []
    for number, line in enumerate(lines, start=1):
        if any(value.strip() for value in line[MOST_COLUMNS:]):
            raise CertificateError((about(file_name, BEYOND, f"line {number}"),))
        cells = tuple(
            Cell(f"line {number}, column {column}", value.strip() or None)
            for column, value in enumerate(line[:MOST_COLUMNS], start=1)
        )
        if cells and cells[0].text.startswith("#"):
            current = sheets.setdefault(cells[0].text.removeprefix("#").strip(), [])
        elif current or any(cell.value for cell in cells):
            current.append(cells)
    return {name: Sheet(name, _trimmed(rows)) for name, rows in sheets.items()}


def _trimmed(rows: list[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    while rows and not any(cell.value for cell in rows[-1]):
        rows.pop()
    return tuple(rows)


def _decoded(data: bytes, file_name: str) -> str:
    if len(data) > MAX_CSV_BYTES:
        sentence = Sentence("{size} bytes; allowed are {most}", size=len(data), most=MAX_CSV_BYTES)
        raise CertificateError((about(file_name, sentence),))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    sentence = Sentence("no text in UTF-8, UTF-16 or GB 18030; save it as CSV UTF-8")
    raise CertificateError((about(file_name, sentence),))
