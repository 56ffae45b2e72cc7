"""Reading the cells of the template: numbers as they were typed, dates, units, words to choose from."""

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from calibration.certificates.dcc.text import checked
from calibration.certificates.findings import Findings
from calibration.certificates.workbook.grid import Cell, Sheet
from calibration.certificates.workbook.layout import FORMAT, Heading, Layout
from calibration.certificates.workbook.sheet_parts import BEYOND
from calibration.errors import UnitError
from calibration.sentences import either, sentence_of
from calibration.spellings import read_word

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[Ee][-+]?\d{1,3})?", re.ASCII)
_MINUS = str.maketrans({"−": "-", "－": "-", "–": "-"})
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00:00)?", re.ASCII)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet CERTIFICATE: its value, and the unit beside it."""

    value: Cell
    unit: Cell

    @property
    def text(self) -> str:
        """The value as text."""
        return self.value.text

    @property
    def place(self) -> str:
        """Of the value."""
        return self.value.place


@dataclass(slots=True)
class Found:
    """One table of the template, as it is filled in."""

    layout: Layout
    place: str
    units: dict[str, str] = field(default_factory=dict)
    """By the key of the column, in the project's spelling."""
    quantities: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Cell]] = field(default_factory=list)


class Reader:
    """The sheets of one workbook; what is wrong goes to the findings with its cell."""

    def __init__(self, sheets: dict[str, Sheet], findings: Findings) -> None:
        self._sheets = sheets
        self.findings = findings

    def template_kind(self, name: str) -> str:
        """What the first line of the sheet says; refused if it is not the template's."""
        sheet = self._sheets.get(name)
        if sheet is None:
            names = ", ".join(repr(one[:40]) for one in list(self._sheets)[:8]) or "none"
            self.findings.refuse(
                "",
                "no sheet {name}; found: {names}. Fill in the template that was made for it",
                name=repr(name),
                names=names,
            )
            return ""
        first = sheet.cell(0, 0)
        if first.text != FORMAT:
            self.findings.refuse(
                first.place,
                "found {text}; the template has {format} here",
                text=repr(first.text[:40]),
                format=repr(FORMAT),
            )
            return ""
        return sheet.cell(0, 1).text

    def fields(self, name: str, headings: Sequence[Heading]) -> dict[str, Line]:
        """The lines of the sheet CERTIFICATE by their keys; lines that are not there are empty."""
        sheet = self._sheets[name]
        self._note_layout(sheet)
        found = {heading.key: Line(Cell(name), Cell(name)) for heading in headings}
        for row in range(1, len(sheet.rows)):
            label = sheet.cell(row, 0)
            heading = _heading(label.text, headings)
            if heading is not None and found[heading.key].place != name:
                self.findings.error(
                    label.place,
                    "the heading {text} occurs twice; keep one of them",
                    text=repr(label.text[:40]),
                )
            elif heading is not None:
                found[heading.key] = Line(sheet.cell(row, 1), sheet.cell(row, 2))
            elif label.text:
                self.findings.warn(
                    label.place, "found the unknown line {text}; it is not read", text=repr(label.text[:40])
                )
        for heading in headings:
            if heading.needed and not found[heading.key].text:
                self.findings.error(
                    found[heading.key].place, "{text} is empty; it is needed", text=heading.text
                )
        return found

    def table(self, layout: Layout) -> Found:
        """One table, without its empty rows."""
        sheet = self._sheets.get(layout.name)
        found = Found(layout, layout.name)
        if sheet is None:
            if layout.needed:
                self.findings.refuse(
                    "", "no sheet {name}; do not rename the sheets of the template", name=repr(layout.name)
                )
            return found
        self._note_layout(sheet)
        columns = self._columns(sheet, layout)
        for row in range(2, len(sheet.rows)):
            cells = {key: sheet.cell(row, column) for key, column in columns.items()}
            if any(cell.text for cell in cells.values()):
                found.rows.append(cells)
        if found.rows:
            self._units(sheet, found, columns)
        return found

    def _columns(self, sheet: Sheet, layout: Layout) -> dict[str, int]:
        columns: dict[str, int] = {}
        for column in range(len(sheet.rows[0]) if sheet.rows else 0):
            label = sheet.cell(0, column)
            heading = _heading(label.text, layout.columns)
            if heading is not None and heading.key in columns:
                self.findings.error(
                    label.place,
                    "the heading {text} occurs twice; keep one of them",
                    text=repr(label.text[:40]),
                )
            elif heading is not None:
                columns[heading.key] = column
            elif label.text:
                self.findings.warn(
                    label.place,
                    "found the unknown heading {text}; it is not read",
                    text=repr(label.text[:40]),
                )
        for heading in layout.columns:
            if heading.needed and heading.key not in columns:
                self.findings.error(
                    f"{sheet.name}!A1", "no column {text}; put the heading back", text=repr(heading.text)
                )
        return columns

    def _units(self, sheet: Sheet, found: Found, columns: dict[str, int]) -> None:
        """The second row: the unit of every column in which something stands."""
        for heading in found.layout.columns:
            used = any(heading.key in row and row[heading.key].text for row in found.rows)
            if not heading.quantity or not used:
                continue
            cell = sheet.cell(1, columns[heading.key])
            quantity, symbol = self.unit(cell, heading)
            found.units[heading.key], found.quantities[heading.key] = symbol, quantity

    def unit(self, cell: Cell, heading: Heading) -> tuple[str, str]:
        """Quantity and unit of a column; empty with a finding where there is none."""
        quantities = (
            ("temperature", "resistance") if heading.quantity == "indication" else (heading.quantity,)
        )
        if not cell.text:
            self.findings.error(
                cell.place, "no unit for {text}; put it into this cell", text=repr(heading.text)
            )
            return quantities[0], ""
        for quantity in quantities:
            try:
                return quantity, read_word(cell.text, quantity).symbol
            except UnitError as error:
                sentence = sentence_of(error)
        self.findings.error(cell.place, sentence)
        return quantities[0], ""

    def number(self, cell: Cell | None) -> Decimal | None:
        """A number with the digits that were typed; None if the cell is empty or holds something else."""
        if cell is None or not cell.text:
            return None
        text = cell.text.translate(_MINUS)
        value = cell.value
        if isinstance(value, bool) or not (_NUMBER.fullmatch(text) and len(text) <= 40):
            self.findings.error(
                cell.place,
                "found {text}; allowed is a number with a decimal point, such as -0.05",
                text=repr(cell.text[:40]),
            )
            return None
        number = Decimal(text)
        if not math.isfinite(float(number)) or abs(number.adjusted()) > 300:
            self.findings.error(
                cell.place, "found {text}; no such number can be measured", text=cell.text[:40]
            )
            return None
        return number

    def date(self, cell: Cell) -> datetime.date | None:
        """A day: a date of the spreadsheet, or 2026-03-02, 2026/3/2, 2026年3月2日."""
        value = cell.value
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        match = _DATE.fullmatch(cell.text)
        try:
            if match:
                return datetime.date(*(int(part) for part in match.groups()))
        except ValueError:
            match = None
        if cell.text:
            self.findings.error(
                cell.place, "found {text}; allowed is a date such as 2026-03-02", text=repr(cell.text[:40])
            )
        return None

    def text(self, cell: Cell) -> str:
        """A text, without characters that cannot be seen."""
        return checked(cell.text, cell.place, self.findings)

    def choice(self, cell: Cell, choices: Sequence[str]) -> str:
        """One of several words, in either language; the first if the cell is empty."""
        if not cell.text:
            return choices[0]
        wanted = _plain(cell.text)
        for choice in choices:
            zh, _, en = choice.partition(" ")
            if wanted in (_plain(choice), _plain(zh), _plain(en)):
                return choice
        words = either(repr(choice) for choice in choices)
        self.findings.error(
            cell.place, "found {text}; allowed is {words}", text=repr(cell.text[:40]), words=words
        )
        return choices[0]

    def _note_layout(self, sheet: Sheet) -> None:
        """What a person sees otherwise than it is read here."""
        for merged in sheet.part.merged:
            self.findings.error(
                f"{sheet.name}!{merged}",
                "merged cells: it is not known for which rows the value holds; unmerge them",
            )
        for hidden in sheet.part.hidden:
            self.findings.warn(
                f"{sheet.name}!{hidden}" if hidden else sheet.name,
                "hidden, and read all the same: show it and look at what stands there",
            )
        if sheet.part.beyond:
            self.findings.refuse(f"{sheet.name}!{sheet.part.beyond}", BEYOND)


def _plain(text: str) -> str:
    return _SPACE.sub("", text).casefold()


def _heading(label: str, headings: Sequence[Heading]) -> Heading | None:
    """The heading that is meant: in both languages, or in one of them."""
    wanted = _plain(label)
    for heading in headings:
        if wanted and wanted in (_plain(heading.text), _plain(heading.zh), _plain(heading.en)):
            return heading
    return None
