"""From the columns of a printed table to proposed points, each cell with its place; signs are recomputed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Proposal, ProposedPoint, Shape, Words
from calibration.certificates.pdf.columns import Group, Meant
from calibration.certificates.pdf.numbers import is_blank, is_mark, read_unit, read_value
from calibration.certificates.pdf.particulars import read_u
from calibration.certificates.pdf.roles import OF_UNIT, Part
from calibration.certificates.pdf.signs import Signs
from calibration.certificates.pdf.tables import Cell, Grid
from calibration.certificates.pdf.text import place_on
from calibration.certificates.pdf.uncertainty import Around, Uncertainty, expanded_at, uncertainty_of
from calibration.errors import CalibrationError
from calibration.sentences import Sentence, sentence_of
from calibration.units import Unit, convert, convert_difference

MOST_POINTS = 2000

_FIELDS = {
    Part.REFERENCE: "reference",
    Part.INDICATION: "indication",
    Part.ERROR: "error",
    Part.CORRECTION: "correction",
    Part.VALUE: "value",
    Part.NOMINAL: "nominal",
    Part.UNCERTAINTY: "expanded",
    Part.K: "k",
    Part.LIMIT: "tolerance",
    Part.VERDICT: "conformity",
}
_SET = re.compile(r"设\s*[定置]|set", re.I)
_ACTUAL = re.compile(r"实\s*[测际]|测\s*[得量]|measured|actual", re.I)
_SAYS = (Part.INDICATION, Part.ERROR, Part.CORRECTION, Part.VALUE)
_DIFFERENCES = (Part.ERROR, Part.CORRECTION, Part.LIMIT, Part.UNCERTAINTY)


class Table:
    """One measurand of one table on its way to a proposal."""

    def __init__(self, grid: Grid, group: Group, findings: Findings) -> None:
        self._grid = grid
        self._findings = findings
        self._place = place_on(grid.page, grid.box)
        self._shape = _shape(group)
        self._group = self._with_nominal(group)
        self._signs = Signs(self._group, findings)
        self.located: list[tuple[str, Cell]] = []

    def proposal(self, around: Around) -> Proposal | None:
        """The proposal of this table; None if it has no point."""
        self._check_columns()
        uncertainty = uncertainty_of(self._group, self._grid, around, self._findings)
        rows = len(self._grid_cells())
        if rows > MOST_POINTS:
            self._findings.error(
                self._place,
                "found {rows} rows; only the first {most} are read",
                rows=rows,
                most=MOST_POINTS,
            )
        points: list[ProposedPoint] = []
        for row in range(min(rows, MOST_POINTS)):
            point = self._point(row, len(points), uncertainty)
            if point is not None:
                points.append(point)
        if not points:
            return None
        indicated = self._group.get(
            Part.INDICATION, Part.REFERENCE, Part.VALUE, Part.NOMINAL, Part.CORRECTION
        )
        if self._shape is Shape.MATERIAL_MEASURE:
            indicated = self._group.get(Part.VALUE, Part.NOMINAL, Part.REFERENCE)
        unit = indicated.unit if indicated else None
        name = f"{self._grid.caption} {self._group.branch}".strip()
        return Proposal(
            name=Words((("zh", name),)) if name else Words(),
            place=self._place,
            shape=self._shape,
            quantity=indicated.quantity if indicated else "",
            unit=unit.symbol if unit else "",
            reference_unit=self._symbol(Part.REFERENCE),
            error_unit=self._symbol(Part.ERROR, Part.CORRECTION),
            uncertainty_unit=self._uncertainty_unit(uncertainty),
            stage=self._group.stage,
            points=tuple(points),
        )

    def _uncertainty_unit(self, uncertainty: Uncertainty) -> str:
        if not uncertainty.is_relative:
            return uncertainty.unit
        self._findings.note(self._place, "U is relative; shown is its product with the value at each point")
        return self._symbol(Part.REFERENCE, Part.INDICATION, Part.VALUE)

    def _symbol(self, *parts: Part) -> str:
        meant = self._group.get(*parts)
        return meant.unit.symbol if meant is not None and meant.unit is not None else ""

    def _with_nominal(self, group: Group) -> Group:
        """Where only nominal values stand beside errors, they are the reference, or the indication."""
        if self._shape is Shape.VALUES:
            return self._as_sensor(group)
        nominal = group.get(Part.NOMINAL)
        if nominal is None or group.get(Part.REFERENCE) or self._shape is Shape.MATERIAL_MEASURE:
            return group
        instead = Part.REFERENCE
        if indication := group.get(Part.INDICATION):
            if _SET.search(nominal.head) and _ACTUAL.search(indication.head):
                return self._controlled(group, nominal, indication)
            if group.get(Part.ERROR, Part.CORRECTION):
                return group
        elif nominal.quantity == "temperature":
            instead = Part.INDICATION
        self._findings.warn(
            place_on(self._grid.page, nominal.column.box),
            "the column {head} is read as the {name}: check it",
            head=repr(nominal.head),
            name=Sentence("reference") if instead is Part.REFERENCE else Sentence("indication"),
        )
        columns = {instead if part is Part.NOMINAL else part: m for part, m in group.columns.items()}
        return replace(group, columns=columns)

    def _controlled(self, group: Group, nominal: Meant, actual: Meant) -> Group:
        """Of what keeps a temperature: it shows what was set, and the standard measures what there is."""
        self._findings.warn(
            place_on(self._grid.page, nominal.column.box),
            "{nominal} is read as the indication and {actual} as what the standard measured: check it",
            nominal=repr(nominal.head),
            actual=repr(actual.head),
        )
        columns = dict(group.columns)
        del columns[Part.NOMINAL]
        columns[Part.INDICATION] = replace(nominal, part=Part.INDICATION)
        columns[Part.REFERENCE] = replace(actual, part=Part.REFERENCE)
        return replace(group, columns=columns)

    def _as_sensor(self, group: Group) -> Group:
        """Ohm or volt against temperature: deviations from the tables of a standard are no errors of it."""
        columns = dict(group.columns)
        for part in (Part.ERROR, Part.CORRECTION):
            meant = columns.pop(part, None)
            if meant is not None:
                sentence = Sentence(
                    "the column {head} is the deviation from a standard curve; it is not read",
                    head=repr(meant.head),
                )
                self._findings.note(place_on(self._grid.page, meant.column.box), sentence)
        if Part.REFERENCE not in columns and Part.NOMINAL in columns:
            columns[Part.REFERENCE] = columns.pop(Part.NOMINAL)
        return replace(group, columns=columns)

    def _check_columns(self) -> None:
        for double in self._group.doubles:
            self._findings.warn(
                place_on(self._grid.page, double.column.box),
                "a further column {head} with the same meaning as another is not read: look at it",
                head=repr(double.head),
            )
        standard = self._group.get(Part.STANDARD_UNCERTAINTY)
        if standard is not None:
            self._findings.warn(
                place_on(self._grid.page, standard.column.box),
                "the column {head} is a standard uncertainty, not U, and is not read: U is k times it",
                head=repr(standard.head),
            )
        for meant in self._group.columns.values():
            if meant.has_power and meant.part in OF_UNIT:
                self._findings.error(
                    place_on(self._grid.page, meant.column.box),
                    "the head {head} has a power of ten; its numbers are not read, key them in",
                    head=repr(meant.head),
                )
        for meant in self._group.core:
            if meant.has_common_unit and meant.unit is not None:
                self._findings.warn(
                    place_on(self._grid.page, meant.column.box),
                    "the column {head} has no unit; {symbol} is that of the table",
                    head=repr(meant.head),
                    symbol=meant.unit.symbol,
                )
            if meant.unit is None:
                self._findings.error(
                    place_on(self._grid.page, meant.column.box),
                    "the column {head} has no unit that is known; key it in",
                    head=repr(meant.head),
                )

    def _grid_cells(self) -> Sequence[Cell]:
        return self._group.core[0].column.cells if self._group.core else ()

    def _point(self, row: int, number: int, uncertainty: Uncertainty) -> ProposedPoint | None:
        cells = {
            part: meant.column.cells[row] for part, meant in self._group.columns.items() if part in _FIELDS
        }
        core = [cells[meant.part] for meant in self._group.core if meant.part in cells]
        core += [cells[p] for p in (Part.REFERENCE, Part.INDICATION) if p in cells]
        if all(read_value(cell.text.rstrip("* ")) is None for cell in core):
            self._say_unread(core)
            return None
        values: dict[Part, Decimal | None] = {
            part: self._value(part, cell, number) for part, cell in cells.items() if part is not Part.VERDICT
        }
        if all(is_blank(cells[part].text) for part in _SAYS if part in cells):
            self._findings.warn(
                place_on(core[0].page, core[0].box),
                "nothing was measured at {text}; this row is left out",
                text=repr(core[0].text),
            )
            return None
        self.located += [(f"points[{number}].{_FIELDS[part]}", cell) for part, cell in cells.items()]
        against = values.get(Part.REFERENCE) or values.get(Part.INDICATION) or values.get(Part.VALUE)
        verdict = cells.get(Part.VERDICT)
        limit = values.get(Part.LIMIT)
        nominal = self._group.get(Part.NOMINAL)
        point = ProposedPoint(
            reference=values.get(Part.REFERENCE),
            indication=values.get(Part.INDICATION),
            error=values.get(Part.ERROR),
            correction=values.get(Part.CORRECTION),
            value=self._measure(values),
            expanded=expanded_at(
                uncertainty,
                values.get(Part.UNCERTAINTY),
                has_column=Part.UNCERTAINTY in cells,
                against=against,
            ),
            k=values.get(Part.K, uncertainty.k),
            probability=uncertainty.probability,
            nominal=f"{_nominal(cells.get(Part.NOMINAL), nominal)} {self._marking(row)}".strip(),
            conformity=verdict.text if verdict else "",
            tolerance=(None, None) if limit is None else (-abs(limit), abs(limit)),
        )
        self._signs.check(point, values.get(Part.NOMINAL), number, cells)
        return point

    def _marking(self, row: int) -> str:
        """What tells two weights of one nominal value apart."""
        column = self._group.get(Part.NUMBER) if self._shape is Shape.MATERIAL_MEASURE else None
        text = column.column.cells[row].text.strip() if column is not None else ""
        return text if is_mark(text) or not is_blank(text) else ""

    def _say_unread(self, core: Sequence[Cell]) -> None:
        said = [cell for cell in core if not is_blank(cell.text)]
        if said:
            text = " | ".join(dict.fromkeys(cell.text for cell in said))
            self._findings.warn(
                place_on(said[0].page, said[0].box),
                "found {text} instead of numbers; this row is left out",
                text=repr(text[:60]),
            )

    def _value(self, part: Part, cell: Cell, number: int) -> Decimal | None:
        """The number of a cell in the unit of its column."""
        if is_blank(cell.text) or self._group.columns[part].has_power:
            return None
        if part is Part.LIMIT and read_value(cell.text) is None:
            return None
        read = read_value(cell.text.rstrip("* "))
        if read is None and part is Part.UNCERTAINTY:
            read = read_u(cell.text)
        meant = self._group.columns[part]
        place = place_on(cell.page, cell.box)
        if read is None:
            self._findings.error(
                place,
                "point {number}: {text} cannot be read as a number; key it in",
                number=number + 1,
                text=repr(cell.text[:40]),
            )
            return None
        if "\n" in cell.text:
            printed = cell.text.replace("\n", "")
            self._findings.warn(
                place,
                "point {number}: {printed} is printed on two lines: compare it",
                number=number + 1,
                printed=printed,
            )
        value, written = read
        unit = (
            read_unit(written, f"{meant.head} {self._grid.caption}")
            if written and part is not Part.K
            else None
        )
        if written and unit is None:
            self._findings.error(
                place,
                "point {number}: the unit in {text} is not known; key it in",
                number=number + 1,
                text=repr(cell.text[:40]),
            )
            return None
        if unit is None or meant.unit is None or unit == meant.unit:
            return value
        return self._converted(value, unit, meant.unit, part, place)

    def _converted(self, value: Decimal, unit: Unit, target: Unit, part: Part, place: str) -> Decimal | None:
        try:
            change = convert_difference if part in _DIFFERENCES else convert
            return change(value, unit, target)
        except CalibrationError as error:
            self._findings.error(place, "{error}; key this cell in", error=sentence_of(error))
            return None

    def _measure(self, values: Mapping[Part, Decimal | None]) -> Decimal | None:
        """The value of a weight: as stated, otherwise nominal value plus correction."""
        if self._shape is not Shape.MATERIAL_MEASURE:
            return None
        if Part.VALUE in values:
            return values[Part.VALUE]
        nominal, correction = (
            values.get(Part.NOMINAL, values.get(Part.REFERENCE)),
            values.get(Part.CORRECTION),
        )
        own, of_correction = self._group.get(Part.NOMINAL, Part.REFERENCE), self._group.get(Part.CORRECTION)
        if nominal is None or correction is None or own is None or of_correction is None:
            return None
        if own.unit is None or of_correction.unit is None or own.unit.kind is not of_correction.unit.kind:
            return None
        return nominal + convert_difference(correction, of_correction.unit, own.unit)


def _shape(group: Group) -> Shape:
    indication, reference = group.get(Part.INDICATION), group.get(Part.REFERENCE, Part.NOMINAL)
    if Part.VALUE in group.columns and indication is None:
        return Shape.MATERIAL_MEASURE
    if indication is None and Part.CORRECTION in group.columns and reference and reference.quantity == "mass":
        return Shape.MATERIAL_MEASURE
    if indication and reference and indication.quantity and reference.quantity:
        return Shape.ERRORS if indication.quantity == reference.quantity else Shape.VALUES
    return Shape.ERRORS


def _nominal(cell: Cell | None, column: Meant | None) -> str:
    if cell is None or is_blank(cell.text):
        return ""
    number = cell.text.rstrip("* ")
    read = read_value(number)
    symbol = column.unit.symbol if column and column.unit else ""
    if read is None or read[1]:
        return cell.text
    return f"{number} {symbol} {cell.text[len(number) :].strip()}".strip()
