"""The columns of one measurand among those of a printed table: part, stage and unit of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from calibration.certificates.imported import Stage
from calibration.certificates.pdf.numbers import (
    is_blank,
    is_mark,
    quantity_of,
    read_unit,
    read_value,
    unit_in,
)
from calibration.certificates.pdf.particulars import read_u
from calibration.certificates.pdf.roles import CORE, OF_UNIT, Part, branch_of, is_mean, part_of, stage_of
from calibration.certificates.pdf.tables import Column, Grid
from calibration.units import Unit

_PERCENTS = ("humidity", "moisture", "fraction")
_POWER = re.compile(r"10\s?\^|[×xX*·]\s?10")
_COMMON_UNIT = re.compile(r"单位\s*[:为]\s*\(?([^\s()，,;]{1,8})|unit\s*:\s*(\S{1,8})", re.I)


@dataclass(frozen=True, slots=True)
class Meant:
    """A column, and what it means."""

    column: Column
    part: Part
    stage: Stage
    unit: Unit | None
    has_common_unit: bool = False
    """Whether the unit is that of the whole table (单位: mg) and not of this column."""

    @property
    def head(self) -> str:
        """Its head in one line."""
        return " ".join(self.column.head)

    @property
    def has_power(self) -> bool:
        """Whether its numbers are to be multiplied by a power of ten in the head, which is not done here."""
        return has_power(self.head)

    @property
    def quantity(self) -> str:
        """What its unit is of; empty if it has none."""
        return quantity_of(self.unit)


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one measurand in one stage: one of each part."""

    stage: Stage
    branch: str
    """Up or down, or the channel, where several are told apart."""
    columns: dict[Part, Meant]
    doubles: tuple[Meant, ...]
    """Further columns with a part that is taken."""

    def get(self, *parts: Part) -> Meant | None:
        """The column with the first of these parts that is there."""
        return next((self.columns[part] for part in parts if part in self.columns), None)

    @property
    def core(self) -> list[Meant]:
        """Those that make a point."""
        return [self.columns[part] for part in CORE if part in self.columns]

    @property
    def is_in_percent(self) -> bool:
        """Whether per cent is what is measured: humidity, moisture, a ratio."""
        return any(meant.quantity in _PERCENTS for meant in self.core)

    @property
    def says_results(self) -> bool:
        """Whether they say how the instrument differs from a standard, or what a measure is."""
        against = [p for p in (Part.INDICATION, Part.ERROR, Part.CORRECTION) if p in self.columns]
        nominal = self.get(Part.REFERENCE, Part.NOMINAL)
        return Part.VALUE in self.columns or len(against) > 1 or bool(against and nominal)


def has_power(text: str) -> bool:
    """Whether a text has a power of ten."""
    return _POWER.search(text) is not None


def groups_of(grid: Grid) -> list[Group]:
    """The measurands of a table."""
    meant = _without_readings(_in_percent(_stacked([_meant(column, grid) for column in grid.columns])))
    stages = [s for s in (Stage.AS_FOUND, Stage.AS_LEFT) if any(m.stage is s for m in meant)]
    groups = []
    for stage in stages or [stage_of(grid.caption)]:
        own = [m for m in meant if not stages or m.stage in (stage, Stage.UNADJUSTED)]
        for branch in _branches(own):
            part = [m for m in own if branch_of(m.head) in ("", branch) or not branch]
            groups.extend(_by_quantity(part, stage, branch))
    return groups


def _branches(meant: Sequence[Meant]) -> list[str]:
    """Up and down, or channels, if there are columns of several."""
    found = list(dict.fromkeys(branch for m in meant if m.part in CORE and (branch := branch_of(m.head))))
    return found if len(found) > 1 else [""]


def _in_percent(meant: list[Meant]) -> list[Meant]:
    """A bare per cent beside %RH or %M is the same per cent."""
    units = [m.unit for m in meant if m.part in CORE and m.quantity in ("humidity", "moisture")]
    if not units:
        return meant
    return [replace(m, unit=units[0]) if m.quantity == "fraction" else m for m in meant]


def _without_readings(meant: list[Meant]) -> list[Meant]:
    """Of single readings and their mean, only the mean."""
    parts = (Part.REFERENCE, Part.INDICATION)
    with_mean = {m.part for m in meant if m.part in parts and is_mean(m.head)}
    return [m for m in meant if m.part not in with_mean or is_mean(m.head)]


def _meant(column: Column, grid: Grid) -> Meant:
    head = " ".join(column.head)
    part = part_of(column.head)
    unit = (
        unit_in(head, grid.caption)
        if part in (*OF_UNIT, Part.DEVIATION, Part.DIFFERENCE, Part.OTHER)
        else None
    )
    common = False
    if unit is None and part in (*OF_UNIT, Part.DEVIATION, Part.DIFFERENCE):
        unit = _unit_of_cells(column, f"{head} {grid.caption}")
        common = unit is None
        unit = unit or _common_unit(grid)
    if part is Part.OTHER and unit is not None and unit.kind in ("resistance", "voltage"):
        part = Part.INDICATION
    return Meant(column, part, stage_of(head), unit, common and unit is not None)


def _unit_of_cells(column: Column, context: str) -> Unit | None:
    for cell in column.cells:
        value = read_value(cell.text.rstrip("* ")) or read_u(cell.text)
        if value is not None and value[1]:
            return read_unit(value[1], context)
    return None


def _common_unit(grid: Grid) -> Unit | None:
    """What ``单位: mg`` above or below a table says."""
    found = _COMMON_UNIT.search(grid.near)
    return read_unit(found[1] or found[2], grid.caption) if found else None


def _stacked(meant: list[Meant]) -> list[Meant]:
    """A table printed in two halves side by side is one table."""
    signature = [(m.column.head, m.part) for m in meant]
    for width in range(2, len(meant) // 2 + 1):
        times, rest = divmod(len(meant), width)
        if rest == 0 and signature == signature[:width] * times and any(m.part in CORE for m in meant):
            return [_pile(meant[j::width]) for j in range(width)]
    return meant


def _pile(halves: Sequence[Meant]) -> Meant:
    cells = tuple(cell for half in halves for cell in half.column.cells)
    return replace(halves[0], column=replace(halves[0].column, cells=cells))


def _by_quantity(meant: Sequence[Meant], stage: Stage, branch: str) -> list[Group]:
    """Columns in units of one quantity belong together; those without a unit belong to all."""
    quantities = list(dict.fromkeys(m.quantity for m in meant if m.part in CORE and m.quantity))
    if _is_sensor(meant, quantities) or not quantities:
        return [_group(meant, stage, branch)]
    return [_group([m for m in meant if _belongs(m, q, quantities)], stage, branch) for q in quantities]


def _belongs(meant: Meant, quantity: str, quantities: Sequence[str]) -> bool:
    relative = meant.part is Part.UNCERTAINTY and meant.quantity not in quantities
    return meant.quantity in ("", quantity) or relative or meant.part not in OF_UNIT


def _is_sensor(meant: Sequence[Meant], quantities: Sequence[str]) -> bool:
    """Whether temperatures stand against ohms or volts: a sensor, whose curve gives values."""
    indicated = {m.quantity for m in meant if m.part is Part.INDICATION}
    others = {m.quantity for m in meant if m.part in CORE and m.part is not Part.INDICATION}
    return len(quantities) == 2 and indicated <= {"resistance", "voltage"} and others == {"temperature"}


def _group(meant: Sequence[Meant], stage: Stage, branch: str) -> Group:
    columns: dict[Part, Meant] = {}
    doubles = []
    for one in meant:
        if one.part in columns and one.part in OF_UNIT:
            if columns[one.part].stage is Stage.UNADJUSTED and one.stage is stage and stage:
                columns[one.part] = one
                continue
            doubles.append(one)
        elif any(is_mark(cell.text) or not is_blank(cell.text) for cell in one.column.cells):
            columns.setdefault(one.part, one)
    if _is_weight(columns):
        columns[Part.VALUE] = replace(columns.pop(Part.REFERENCE), part=Part.VALUE)
    return Group(stage, branch, columns, tuple(doubles))


def _is_weight(columns: Mapping[Part, Meant]) -> bool:
    """Whether masses stand beside their nominal values and nothing is indicated."""
    of_points = set(columns) & set(CORE)
    return of_points == {Part.NOMINAL, Part.REFERENCE} and columns[Part.REFERENCE].quantity == "mass"
