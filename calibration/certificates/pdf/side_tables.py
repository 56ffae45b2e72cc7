"""Tables beside the results: the standards that were used, repeatability, eccentricity."""

import datetime
import re
from collections.abc import Sequence

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Link, Particular, Relation, Stated, Words
from calibration.certificates.pdf.columns import Meant, groups_of
from calibration.certificates.pdf.numbers import is_blank, read_dates, read_unit, read_value
from calibration.certificates.pdf.roles import Part, part_of
from calibration.certificates.pdf.tables import Column, Grid
from calibration.certificates.pdf.text import Line, Page, place_on
from calibration.sentences import word

_REPEATABILITY = re.compile(r"重复性|repeatab|标准偏差", re.I)
_ECCENTRICITY = re.compile(r"偏载|四角|eccentric", re.I)
_POSITION = re.compile(
    r"中[心间央部]?|[前后左右上下]{1,2}[角方侧部]?"
    r"|cent(?:er|re)|middle|(?=\w)(?:front|rear|back)?[- ]?(?:left|right)?",
    re.I,
)
_STANDARDS = re.compile(
    r"标准器|计量标准|标准装置|standards? used|reference standard|measuring standard", re.I
)
_DATES = re.compile(r"(?:19|20)\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?")
_NUMBER = re.compile(r"[A-Za-z0-9一-鿿][\w一-鿿()/.\-]{3,59}")
_TEXT_ROWS = 8


def is_side_table(grid: Grid) -> bool:
    """Whether a table is none of results."""
    return bool(_is_of_standards(grid) or _particular_of(grid))


def _particular_of(grid: Grid) -> Particular | None:
    heads = " ".join(part for column in grid.columns for part in column.head)
    parts = {part_of(column.head) for column in grid.columns}
    if Part.ERROR in parts or Part.CORRECTION in parts:
        is_eccentric = _ECCENTRICITY.search(grid.caption) or any(map(_has_positions, grid.columns))
        return Particular.ECCENTRICITY if is_eccentric else None
    if Part.DEVIATION in parts or (_REPEATABILITY.search(grid.caption) and Part.REFERENCE not in parts):
        return Particular.REPEATABILITY
    if _ECCENTRICITY.search(f"{grid.caption} {heads}"):
        return Particular.ECCENTRICITY
    return Particular.REPEATABILITY if _REPEATABILITY.search(grid.caption) else None


def _has_positions(column: Column) -> bool:
    """Whether its cells are places on the pan of a balance."""
    return len(column.cells) > 1 and all(_POSITION.fullmatch(cell.text.strip()) for cell in column.cells)


def particulars_of(grids: Sequence[Grid], findings: Findings) -> list[Stated]:
    """Standard deviations and eccentricities of their tables."""
    found: list[Stated] = []
    for grid in grids:
        particular = _particular_of(grid)
        if particular is None or _is_of_standards(grid) or not grid.has_numbers:
            continue
        wanted = Part.DEVIATION if particular is Particular.REPEATABILITY else Part.DIFFERENCE
        columns = {m.part: m for group in groups_of(grid) for m in group.columns.values()}
        column = columns.get(wanted) or (columns.get(Part.ERROR) if wanted is Part.DIFFERENCE else None)
        if column is None or column.unit is None:
            findings.note(
                place_on(grid.page, grid.box),
                "a table on {particular} is there; its value must be keyed in",
                particular=word(particular.value),
            )
            continue
        found += _stated(column, columns, particular, grid)
    return found


def _stated(column: Meant, columns: dict[Part, Meant], particular: Particular, grid: Grid) -> list[Stated]:
    load = columns.get(Part.REFERENCE) or columns.get(Part.NOMINAL)
    count = columns.get(Part.COUNT)
    unit = column.unit.symbol if column.unit else ""
    found = []
    for i, cell in enumerate(column.column.cells):
        read = read_value(cell.text)
        if read is None:
            continue
        own = read_unit(read[1]) if read[1] else None
        weighings = read_value(count.column.cells[i].text) if count else None
        symbol = load.unit.symbol if load and load.unit else ""
        found.append(
            Stated(
                particular=particular,
                name=Words((("zh", grid.caption or column.head),)),
                value=read[0],
                unit=own.symbol if own else unit,
                place=place_on(cell.page, cell.box),
                load=f"{load.column.cells[i].text} {symbol}".strip() if load else "",
                count=int(weighings[0]) if weighings and 1 <= weighings[0] <= 10_000 else None,
            )
        )
    return found


def _is_of_standards(grid: Grid) -> bool:
    parts = [part_of(column.head) for column in grid.columns]
    return Part.CERTIFICATE in parts and (
        Part.NAME in parts or Part.NUMBER in parts or _STANDARDS.search(grid.caption) is not None
    )


def links_of(
    grids: Sequence[Grid], pages: Sequence[Page], on: datetime.date | None, findings: Findings
) -> tuple[Link, ...]:
    """The certificates of the standards that were used.

    Args:
        grids: the tables of the document.
        pages: for a table without lines, which has no numbers to be found by.
        on: day of the calibration, at which they must have been valid.
        findings: where an expired or unreadable one goes.
    """
    rows: list[tuple[dict[Part, str], str]] = []
    for grid in grids:
        if _is_of_standards(grid):
            rows += _rows_of(grid)
    if not rows:
        rows = [row for page in pages for row in _text_rows(page)]
    return tuple(link for row, place in rows if (link := _link(row, place, on, findings)) is not None)


def _rows_of(grid: Grid) -> list[tuple[dict[Part, str], str]]:
    rows = []
    for cells in zip(*(column.cells for column in grid.columns), strict=True):
        row: dict[Part, str] = {}
        for column, cell in zip(grid.columns, cells, strict=True):
            row.setdefault(_part(column), cell.text)
        rows.append((row, place_on(cells[0].page, cells[0].box)))
    return rows


def _part(column: Column) -> Part:
    return part_of(column.head)


def _text_rows(page: Page) -> list[tuple[dict[Part, str], str]]:
    """Rows below a line that names the columns of a table of standards without lines."""
    rows: list[tuple[dict[Part, str], str]] = []
    for i, line in enumerate(page.lines):
        heads = [(part_of((s.text,)), s.box) for s in line.segments]
        parts = [part for part, _ in heads]
        if len(heads) < 3 or Part.CERTIFICATE not in parts or not {Part.NAME, Part.NUMBER} & set(parts):
            continue
        for below in page.lines[i + 1 : i + 1 + _TEXT_ROWS]:
            if len(below.segments) < len(heads) - 1:
                break
            rows.append((_under(below, heads), place_on(page.number, below.box)))
    return rows


def _under(line: Line, heads: Sequence[tuple[Part, tuple[float, float, float, float]]]) -> dict[Part, str]:
    row: dict[Part, str] = {}
    for segment in line.segments:
        middle = (segment.box[0] + segment.box[2]) / 2
        part, _ = min(heads, key=lambda head: abs((head[1][0] + head[1][2]) / 2 - middle))
        row[part] = f"{row.get(part, '')} {segment.text}".strip()
    return row


def _link(row: dict[Part, str], place: str, on: datetime.date | None, findings: Findings) -> Link | None:
    written = row.get(Part.CERTIFICATE, "")
    equipment = " ".join(text for part in (Part.NAME, Part.NUMBER) if (text := row.get(part, "").strip()))
    number = _NUMBER.search(_DATES.sub(" ", written).replace(" ", ""))
    if number is None:
        if equipment and not is_blank(equipment):
            findings.warn(
                place,
                "the standard {equipment} has no certificate number: traceability is open",
                equipment=repr(equipment[:60]),
            )
        return None
    for until in read_dates(f"{written} {row.get(Part.UNTIL, '')}")[-1:]:
        if on is not None and until < on:
            findings.error(
                place,
                "the certificate of the standard was valid until {until}, the calibration was on {on}",
                until=until,
                on=on,
            )
    return Link(
        relation=Relation.STANDARD,
        number=number[0].rstrip("/"),
        place=place,
        equipment=equipment,
        procedure="analogue",
    )
