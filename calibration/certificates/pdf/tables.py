"""Tables of a document as columns with their heads: ruled, without lines, transposed, over several pages."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from calibration.certificates.pdf.fields import LABORATORY, is_field
from calibration.certificates.pdf.heads import Placed
from calibration.certificates.pdf.numbers import is_blank, read_unit, read_value
from calibration.certificates.pdf.roles import Part, part_of
from calibration.certificates.pdf.ruled import ruled_rows
from calibration.certificates.pdf.text import Box, Line, Page, lines_of
from calibration.certificates.pdf.unruled import Rows, is_data, unruled_rows

MOST_CELLS = 3000
"""Of one page; more is a drawing."""

HEADING = re.compile(
    r"^\s*(?:[(]?[一二三四五六七八九十]+\s*[)、.]|[(]?\d{1,2}(?:\.\d{1,2})*\s*[)、.]\s*\D"
    r"|表\s*\d|附表|table \d)",
    re.I,
)
_FURNITURE = re.compile(
    r"第\s*\d+\s*页|共\s*\d+\s*页|page \d|证\s*书\s*编\s*号|certificate no|(校\s*准|检\s*定)\s*证\s*书\s*$",
    re.I,
)
OF_STANDARDS = re.compile(
    r"标准器|标准装置|计量标准|准确度等级|标准证书|测量范围|standards? used|reference standard", re.I
)
"""A line on what was calibrated with, whose U is not that of the results."""
_TITLE = re.compile(
    r"(校准|检定|检测|测试)?(证书|报告|数据|结果)*(内页|续页)?(校准|检定|检测|测试)?结果"
    r"|(calibration|verification|test)?\s*(results?|data)( of (calibration|verification))?",
    re.I,
)
_CONTINUED = re.compile(r"续\s*表|续\s*上\s*表|[(（]\s*续|continued", re.I)
_LINES_ABOVE = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell, and where."""

    text: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the parts of its head from the top, and its cells."""

    head: tuple[str, ...]
    box: Box
    """Of the head."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One table."""

    caption: str
    columns: tuple[Column, ...]
    page: int
    """Where it begins."""
    last_page: int
    box: Box
    """On the page where it begins."""
    above: str
    """Text between the table before and this one, back to the last heading."""
    below: str
    """Text up to the next table or heading."""
    is_first: bool
    """Whether nothing but the head of the page stands above it."""
    has_numbers: bool

    @property
    def near(self) -> str:
        """The text above and below, in which U, k and the unit may stand."""
        return f"{self.above}\n{self.below}"


def grids_of(pages: Sequence[Page]) -> list[Grid]:
    """Every table of a document in order; one that goes on over a page is one table."""
    grids: list[Grid] = []
    repeated = _repeated(pages)
    for page in pages:
        found = _grids_on(page, repeated)
        if found and grids and _goes_on(grids[-1], found[0], page):
            grids[-1] = _joined(grids[-1], found.pop(0))
        grids.extend(found)
    return grids


def _repeated(pages: Sequence[Page]) -> set[str]:
    """Texts that stand on several pages: their head and foot. Headings of tables are none of them."""
    seen = Counter(text for page in pages for text in {_compact(line) for line in page.lines})
    return {text for text, count in seen.items() if count > 1 and not HEADING.match(text)}


def _compact(line: Line) -> str:
    return "".join(line.text.split())


def _is_of_page(line: Line, repeated: Collection[str]) -> bool:
    """Whether a line belongs to the page and not to a table on it."""
    text = _compact(line)
    return text in repeated or bool(
        _FURNITURE.search(line.text) or _TITLE.fullmatch(text) or LABORATORY.fullmatch(line.text.strip())
    )


def _grids_on(page: Page, repeated: Collection[str]) -> list[Grid]:
    cells = sum(len(row) for table in page.tables for row in table)
    ruled = [] if cells > MOST_CELLS else [rows for t in page.tables for rows in ruled_rows(t, page)]
    boxes = [rows.box for rows in ruled]
    free = lines_of(char for char in page.chars if not any(_inside(char.box, box) for box in boxes))
    found = sorted([*ruled, *unruled_rows(free)], key=lambda rows: rows.box[1])
    taken = [rows.box for rows in found]
    text = [line for line in free if not any(_inside(line.box, box) for box in taken)]
    grids = []
    for rows in found:
        start = max((box[3] for box in taken if box[3] <= rows.box[1] + 3), default=0.0)
        end = min((box[1] for box in taken if box[1] >= rows.box[3] - 3), default=page.height)
        above = [line for line in text if start - 1 <= line.box[1] and line.box[3] <= rows.box[1] + 3]
        below = [line for line in text if rows.box[3] - 3 <= line.box[1] and line.box[3] <= end + 3]
        own = [line for line in above if not _is_of_page(line, repeated)]
        grids.append(_grid(rows, page.number, own, below))
    return grids


def _inside(box: Box, outer: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1


def _grid(rows: Rows, page: int, own: Sequence[Line], below: Sequence[Line]) -> Grid:
    starts = [i for i, line in enumerate(own) if HEADING.match(line.text)]
    near = own[starts[-1] :] if starts else own[-_LINES_ABOVE:]
    ends = [i for i, line in enumerate(below) if HEADING.match(line.text)]
    after = below[: ends[0]] if ends else below
    columns = _columns(rows, page)
    named = (
        near
        if starts
        else [line for line in near if not (is_field(line) or OF_STANDARDS.search(line.text))][-1:]
    )
    return Grid(
        caption=" ".join([*(line.text for line in named), *rows.title]).strip(),
        columns=columns,
        page=page,
        last_page=page,
        box=rows.box,
        above="\n".join(line.text for line in near),
        below="\n".join([*rows.notes, *(line.text for line in after if not _FURNITURE.search(line.text))]),
        is_first=all(is_field(line) for line in own),
        has_numbers=any(is_data([c.text for c in row]) for row in _across(columns)),
    )


def _across(columns: Sequence[Column]) -> Iterable[tuple[Cell, ...]]:
    return zip(*(column.cells for column in columns), strict=True)


def _columns(rows: Rows, page: int) -> tuple[Column, ...]:
    body = rows.body
    if not rows.heads and _is_transposed([[text for text, _ in row] for row in body]):
        return _turned(body, page)
    heads = rows.heads or [((), box) for _, box in body[0]]
    return tuple(
        Column(parts, box, tuple(Cell(row[j][0], page, row[j][1]) for row in body))
        for j, (parts, box) in enumerate(heads)
    )


def _turned(body: Sequence[Sequence[Placed]], page: int) -> tuple[Column, ...]:
    """Rows as columns; the second cell of each may be its unit."""
    has_units = all(is_blank(row[1][0]) or read_unit(row[1][0]) or not read_value(row[1][0]) for row in body)
    has_units = has_units and any(read_unit(row[1][0]) for row in body)
    first = 2 if has_units else 1
    return tuple(
        Column(
            (row[0][0], f"({row[1][0]})") if has_units else (row[0][0],),
            row[0][1],
            tuple(Cell(text, page, box) for text, box in row[first:]),
        )
        for row in body
    )


def _is_transposed(body: Sequence[Sequence[str]]) -> bool:
    """Whether the rows have their names in the first column: two or more of them with a known role."""
    if not body or len(body[0]) < 2 or any(read_value(row[0]) for row in body):
        return False
    known = [row for row in body if part_of((row[0],)) not in (Part.OTHER, Part.VERDICT)]
    numbers = [row for row in known if any(read_value(text) for text in row[1:])]
    return len(numbers) >= 2


def _goes_on(before: Grid, after: Grid, page: Page) -> bool:
    """Whether a table at the top of a page is the rest of the last one of the page before."""
    if before.last_page != page.number - 1 or len(before.columns) != len(after.columns):
        return False
    if not (after.is_first or _CONTINUED.search(after.caption)):
        return False
    if not any(column.head for column in after.columns):
        return all(abs(a.box[0] - b.box[0]) < 40 for a, b in zip(before.columns, after.columns, strict=True))
    return [c.head for c in before.columns] == [c.head for c in after.columns]


def _joined(before: Grid, after: Grid) -> Grid:
    columns = tuple(
        replace(a, cells=a.cells + b.cells) for a, b in zip(before.columns, after.columns, strict=True)
    )
    return replace(before, columns=columns, below=f"{before.below}\n{after.below}", last_page=after.last_page)
