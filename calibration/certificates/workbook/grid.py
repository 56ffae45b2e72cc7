"""The cells of a workbook, from XLSX or CSV alike: values with the place they come from, and nothing else."""

import csv
import datetime
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from calibration.certificates.findings import Findings
from calibration.certificates.safe_xml import parse_xml
from calibration.certificates.workbook.safe import unpack
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about

MOST_ROWS = 2000
MOST_COLUMNS = 50
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
_MERGED = re.compile(r"[A-Z]{1,3}\d{1,7}(:[A-Z]{1,3}\d{1,7})?")
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
    merged: tuple[str, ...] = ()

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
    merged = _merged_cells(parts, file_name)
    try:
        computed = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        written = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            sheets = {}
            for name in written.sheetnames:
                rows = _rows(written[name], computed[name], name, findings)
                sheets[name] = Sheet(name, rows, merged.get(name, ()))
        finally:
            computed.close()
            written.close()
    except _UNREADABLE as error:
        sentence = Sentence("no readable workbook ({error}); save it again as .xlsx", error=error)
        raise CertificateError((about(file_name, sentence),)) from error
    return sheets


def _rows(written: Any, computed: Any, name: str, findings: Findings) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    limits = {"max_row": MOST_ROWS, "max_col": MOST_COLUMNS, "values_only": True}
    for number, (formulas, values) in enumerate(
        zip(written.iter_rows(**limits), computed.iter_rows(**limits), strict=False), start=1
    ):
        row = [
            _cell(f"{name}!{get_column_letter(column)}{number}", formula, value, findings)
            for column, (formula, value) in enumerate(zip(formulas, values, strict=False), start=1)
        ]
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


def _merged_cells(parts: dict[str, bytes], file_name: str) -> dict[str, tuple[str, ...]]:
    """Merged ranges by sheet, found without the reader of workbooks, which unfolds them cell by cell."""
    if "xl/workbook.xml" not in parts:
        sentence = Sentence("a ZIP archive that is no workbook; save it as .xlsx")
        raise CertificateError((about(file_name, sentence),))
    targets = {}
    relations = parts.get("xl/_rels/workbook.xml.rels", b"<none/>")
    for relation in parse_xml(relations, file_name):
        target = relation.get("Target", "").removeprefix("/").removeprefix("xl/")
        targets[relation.get("Id", "")] = f"xl/{target}"
    found = {}
    for sheet in parse_xml(parts["xl/workbook.xml"], file_name).iter("{*}sheet"):
        own = next((v for k, v in sheet.attrib.items() if etree.QName(k).localname == "id"), "")
        part = parts.get(targets.get(str(own), ""), b"")
        ranges = re.findall(rb"<(?:\w+:)?mergeCell\s+ref=[\"']([^\"']{1,20})", part)[:20]
        texts = [text.decode("ascii", errors="replace") for text in ranges]
        found[sheet.get("name", "")] = tuple(text for text in texts if _MERGED.fullmatch(text))
    return found


def _csv(data: bytes, file_name: str) -> dict[str, Sheet]:
    """Sheets one below the other, each after a line with # and its name."""
    text = _decoded(data, file_name)
    delimiter = max(",;\t", key=text[:2000].count)
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
