"""Tables of several results below each other: a column names the quantity of a row, its unit, or its channel.

::

    参数       标准值   示值   误差          通道   标准值(℃)   修正值(℃)
    温度(℃)     10.0   10.2    0.2             1        0.00       -0.02
    湿度(%RH)   40.0   42.0    2.0             2        0.00        0.01
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from calibration.certificates.pdf.numbers import is_blank, read_unit, read_value, unit_in
from calibration.certificates.pdf.roles import OF_UNIT, Part, branch_of, part_of, stage_of
from calibration.certificates.pdf.tables import Column, Grid
from calibration.units import Unit

_UNIT_HEAD = re.compile(r"单\s*位|units?", re.I)
_QUANTITY = re.compile(r"温度|湿度|质量|水分|temperature|humidity|mass|moisture", re.I)
_CHANNELS = re.compile(r"通\s*道|探\s*头|传感器|channel|probe|sensor", re.I)
_SERIAL = re.compile(r"(?:出\s*厂|器\s*具|仪\s*器|产\s*品)\s*编\s*号|序\s*列\s*号|serial|s/n", re.I)


def by_parameter(grid: Grid) -> list[Grid]:
    """The table of each quantity, with its unit in the heads; the table itself if it has only one."""
    units = next((c for c in grid.columns if _UNIT_HEAD.fullmatch(" ".join(c.head).strip())), None)
    names = next((c for c in grid.columns if c is not units and _names_quantities(c)), units)
    if names is None or not any(_wants_unit(column) for column in grid.columns):
        return [grid]
    parts = []
    for name in dict.fromkeys(cell.text for cell in names.cells if not is_blank(cell.text)):
        rows = [i for i, cell in enumerate(names.cells) if cell.text == name]
        written = units.cells[rows[0]].text if units is not None else name
        unit = read_unit(written, name) or unit_in(written, name)
        columns = [column for column in grid.columns if column is not names and column is not units]
        caption = f"{grid.caption} {name}".strip() if names is not units else grid.caption
        parts.append(replace(grid, caption=caption, columns=tuple(_only(c, rows, unit) for c in columns)))
    return parts or [grid]


def by_label(grid: Grid) -> list[Grid]:
    """The table of each channel, instrument, direction or stage that a column names; otherwise the table."""
    parts = {part_of(column.head) for column in grid.columns}
    is_of_weights = bool(parts & {Part.NOMINAL, Part.VALUE}) and Part.INDICATION not in parts
    for column in grid.columns:
        labels = _filled(column)
        if _tells_apart(column, labels, is_of_weights=is_of_weights):
            others = [other for other in grid.columns if other is not column]
            return [_of_label(grid, label, labels, others) for label in dict.fromkeys(labels)]
    return [grid]


def _filled(column: Column) -> list[str]:
    """The text of each cell; an empty one goes on with what stands above it."""
    labels: list[str] = []
    for cell in column.cells:
        labels.append(cell.text or (labels[-1] if labels else ""))
    return labels


def _tells_apart(column: Column, labels: Sequence[str], *, is_of_weights: bool) -> bool:
    """Whether rows with different labels are of different results."""
    part = part_of(column.head)
    different = len(set(labels))
    if different < 2 or part in OF_UNIT or any(map(is_blank, labels)):
        return False
    if all(branch_of(label) or stage_of(label) for label in labels):
        return True
    head = " ".join(column.head)
    if _CHANNELS.search(head) or (_SERIAL.search(head) and not is_of_weights):
        return True
    return part is Part.NUMBER and different < len(labels)


def _of_label(grid: Grid, label: str, labels: Sequence[str], columns: Sequence[Column]) -> Grid:
    rows = [i for i, own in enumerate(labels) if own == label]
    return replace(
        grid,
        caption=f"{grid.caption} {label}".strip(),
        columns=tuple(replace(c, cells=tuple(c.cells[row] for row in rows)) for c in columns),
    )


def _names_quantities(column: Column) -> bool:
    """Whether its cells are names of quantities, and no numbers."""
    said = [cell.text for cell in column.cells if not is_blank(cell.text)]
    return bool(said) and all(_QUANTITY.search(text) and read_value(text) is None for text in said)


def _wants_unit(column: Column) -> bool:
    return part_of(column.head) in OF_UNIT and unit_in(" ".join(column.head)) is None


def _only(column: Column, rows: Sequence[int], unit: Unit | None) -> Column:
    cells = tuple(column.cells[row] for row in rows)
    head = (*column.head, f"({unit.symbol})") if unit is not None and _wants_unit(column) else column.head
    return replace(column, head=head, cells=cells)
