"""Tables with lines: cells that reach over several rows or columns are given to each of them."""

from collections.abc import Sequence

from calibration.certificates.pdf.numbers import read_value
from calibration.certificates.pdf.text import Box, Page, around
from calibration.certificates.pdf.unruled import Placed, Rows, is_data


def ruled_rows(table: Sequence[Sequence[Box | None]], page: Page) -> Rows | None:
    """A table with lines as rows of equal length; None if it is only a frame or a few lines.

    A frame around a table without inner lines is read as a table without lines.
    """
    cells = [cell for row in table for cell in row if cell is not None]
    rows = _spread(table, cells)
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    texts = {cell: page.text_in(cell) for cell in cells}
    if any(_is_stack(text) for text in texts.values()):
        return None
    placed = [[(texts[c], c) if c else ("", around(cells)) for c in row] for row in rows]
    title: list[str] = []
    while placed and len({box for _, box in placed[0]}) == 1:
        title.append(placed.pop(0)[0][0])
    data = next((i for i, row in enumerate(placed) if is_data([text for text, _ in row])), None)
    if not placed:
        return None
    head_rows = 1 if data is None else data
    body = [row for row in placed[head_rows:] if len({box for _, box in row}) > 1]
    if not body:
        return None
    heads = (
        [_head([row[j] for row in placed[:head_rows]]) for j in range(len(placed[0]))] if head_rows else []
    )
    return Rows(around(cells), heads, body, title)


def _is_stack(text: str) -> bool:
    """Whether a cell has several numbers one below the other: lines between the rows are missing."""
    words = text.split()
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
