"""Tables with lines: cells that reach over several rows or columns are given to each of them."""

from collections.abc import Sequence

from calibration.certificates.pdf.heads import Placed
from calibration.certificates.pdf.numbers import is_number, read_value
from calibration.certificates.pdf.particulars import constant_u, factors_in
from calibration.certificates.pdf.text import Box, Page, around
from calibration.certificates.pdf.unruled import Rows, is_data, is_head


def ruled_rows(table: Sequence[Sequence[Box | None]], page: Page) -> list[Rows]:
    """A table with lines as rows of equal length, each of its sections by itself; none if it is only a frame.

    A section begins where a further head stands below data. A frame around a table without inner lines is
    read as a table without lines.
    """
    cells = [cell for row in table for cell in row if cell is not None]
    rows = _spread(table, cells)
    if len(rows) < 2 or len(rows[0]) < 2:
        return []
    texts = {cell: page.text_in(cell) for cell in cells}
    if any(_is_stack(text) for text in texts.values()):
        return []
    placed = [[(texts[c], c) if c else ("", around(cells)) for c in row] for row in rows]
    return [found for section in _sections(placed) if (found := _section(section)) is not None]


def _sections(placed: Sequence[list[Placed]]) -> list[list[list[Placed]]]:
    """The rows from each head to the next one; what stands across the table above a head belongs to it."""
    sections: list[list[list[Placed]]] = [[]]
    across: list[list[Placed]] = []
    has_data = False
    for i, row in enumerate(placed):
        if _is_across(row):
            across.append(row)
            continue
        begins = _begins(row, placed[i - 1] if i else [])
        if has_data and not begins and is_head([text for text, _ in row]):
            sections.append([])
            has_data = False
        has_data = has_data or begins
        sections[-1] += [*across, row]
        across = []
    sections[-1] += across
    return sections


def _is_across(row: Sequence[Placed]) -> bool:
    return len({box for _, box in row}) == 1


def _section(placed: list[list[Placed]]) -> Rows | None:
    box = around(cell for row in placed for _, cell in row)
    title: list[str] = []
    while placed and _is_across(placed[0]):
        title.append(placed.pop(0)[0][0])
    if not placed:
        return None
    data = next((i for i, row in enumerate(placed) if _begins(row, placed[i - 1] if i else [])), None)
    head_rows = 1 if data is None else data
    below = placed[head_rows:]
    notes = [row for row in below if _is_across(row) or _is_note(row)]
    body = [row for row in below if row not in notes]
    if not body:
        return None
    heads = (
        [_head([row[j] for row in placed[:head_rows]]) for j in range(len(placed[0]))] if head_rows else []
    )
    said = [" ".join(dict.fromkeys(text for text, _ in row)) for row in notes]
    return Rows(box, heads, body, title, said)


def _is_note(row: Sequence[Placed]) -> bool:
    """Whether a row says something of the whole table: its U or k."""
    text = " ".join(dict.fromkeys(text for text, _ in row))
    return not any(is_number(text) for text, _ in row) and bool(constant_u(text) or factors_in(text))


def _begins(row: Sequence[Placed], above: Sequence[Placed]) -> bool:
    """Whether a row is one of data, and no part of a head whose words reach into it from the row above."""
    reach = {box for text, box in above if text and read_value(text) is None}
    return is_data([text for text, _ in row]) and not any(box in reach for _, box in row)


def _is_stack(text: str) -> bool:
    """Whether a cell has several numbers one below the other: lines between the rows are missing."""
    words = [word for word in text.split() if word != "|"]
    return len(words) > 2 and all(read_value(word) for word in words) and read_value(text) is None


def _spread(table: Sequence[Sequence[Box | None]], cells: Sequence[Box]) -> list[list[Box | None]]:
    """For each row and column the cell that covers its middle."""
    lefts = sorted({round(cell[0], 1) for cell in cells})
    middles = []
    for left in lefts:
        rights = [cell[2] for cell in cells if abs(cell[0] - left) < 0.2]
        middles.append((left + min(rights)) / 2)
    spread = []
    for row in table:
        own = [cell for cell in row if cell is not None]
        if not own:
            continue
        height = (own[0][1] + min(cell[3] for cell in own)) / 2
        near = [cell for cell in cells if cell[1] <= height <= cell[3]]
        spread.append([next((c for c in near if c[0] <= x <= c[2]), None) for x in middles])
    return spread


def _head(column: Sequence[Placed]) -> tuple[tuple[str, ...], Box]:
    """The different cells above a column, from the top."""
    distinct = list(dict.fromkeys((text, box) for text, box in column if text))
    return tuple(text for text, _ in distinct), around(box for _, box in (distinct or column))
