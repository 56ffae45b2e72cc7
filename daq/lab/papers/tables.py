"""Tables for spreadsheets: XLSX, and CSV in UTF-8 with its mark. Whatever stands in a cell, it is no formula.

A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers, also negative ones,
stay numbers and keep the digits that they have.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from calibration.rounding import plain
from daq.errors import PaperError
from daq.i18n import N_
from daq.i18n.figures import symbol
from daq.lab.results.words import Words

Value = str | int | float | Decimal | datetime.datetime | datetime.date | None

MOST_ROWS = 1_048_575
"""Of a sheet, below its heading."""
LONGEST_CELL = 32_767
"""Characters."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_MOST_DIGITS = 15
"""Significant digits that a spreadsheet keeps of a number; more are written as text."""
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_HEAD = Font(bold=True, color="FFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="0F5A60")
_LINE = Border(bottom=Side("thin", color="C9CDD0"))


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a column: both languages, and the unit of its numbers."""

    title: Words
    unit: str = ""

    @property
    def text(self) -> str:
        """``示值 Indication / g``."""
        both = self.title.zh if self.title.zh == self.title.en else f"{self.title.zh} {self.title.en}"
        return f"{both} / {symbol(self.unit)}" if symbol(self.unit) else both


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows; each row has a value for every heading."""

    name: Words
    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Value]]


def as_csv(table: Table) -> bytes:
    """The table as CSV (RFC 4180) in UTF-8 with its mark, which Chinese spreadsheets need."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_safe(heading.text) for heading in table.headings])
    for row in table.rows:
        writer.writerow([_written(value) for _, value in zip(table.headings, row, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Iterable[Table]) -> bytes:
    """Tables as sheets of one workbook.

    Raises:
        PaperError: more rows than a sheet has, or a text longer than a cell holds.
    """
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for table in tables:
        title = _NOT_IN_TITLES.sub(" ", f"{table.name.zh} {table.name.en}").strip("' ")[:31]
        _fill(book.create_sheet(title), table)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _fill(sheet: Worksheet, table: Table) -> None:
    if len(table.rows) > MOST_ROWS:
        raise PaperError(
            N_("{rows} rows are more than a sheet of XLSX has ({most}); choose a shorter time, or CSV."),
            rows=len(table.rows),
            most=MOST_ROWS,
        )
    sheet.append([_head(sheet, heading) for heading in table.headings])
    widths = [_width(heading.text) for heading in table.headings]
    for row in table.rows:
        sheet.append([_cell(sheet, value) for _, value in zip(table.headings, row, strict=True)])
        widths = [max(width, _width(_written(value))) for width, value in zip(widths, row, strict=True)]
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(60, width + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _head(sheet: Worksheet, heading: Heading) -> Cell:
    cell = _text_cell(sheet, heading.text)
    cell.font, cell.fill = _HEAD, _HEAD_FILL
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _cell(sheet: Worksheet, value: Value) -> Cell:
    """A value in the type that a spreadsheet computes with, where it keeps all its digits."""
    if isinstance(value, str):
        return _text_cell(sheet, value)
    if isinstance(value, int | Decimal) and len(Decimal(value).as_tuple().digits) > _MOST_DIGITS:
        return _text_cell(sheet, _written(value))
    zoneless = value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value
    cell = Cell(sheet, row=1, column=1, value=zoneless)  # ``append`` gives it its place
    cell.border = _LINE
    if isinstance(value, datetime.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss.000"
    elif isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, int | Decimal):
        decimals = max(0, -int(Decimal(value).as_tuple().exponent))
        cell.number_format = "0." + "0" * decimals if decimals else "0"
    return cell


def _text_cell(sheet: Worksheet, text: str) -> Cell:
    if len(text) >= LONGEST_CELL:
        raise PaperError(
            N_("A text of {length} characters is longer than a cell of XLSX holds; use CSV."),
            length=len(text),
        )
    cell = Cell(sheet, row=1, column=1)
    cell.value = ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found.group()):02x}", _safe(text))
    cell.data_type = "s"
    cell.border = _LINE
    cell.alignment = Alignment(vertical="top")
    return cell


def _written(value: Value) -> str:
    """As it stands in CSV: numbers with their digits, times without zone, which the heading names."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else repr(value)


def _safe(text: str) -> str:
    """A text that no spreadsheet computes; a plain number is none that it could misread."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _width(text: str) -> int:
    """In characters of a Latin script; a Chinese one is twice as wide."""
    return max((sum(1 if sign < "\u2e80" else 2 for sign in line) for line in text.splitlines()), default=0)
