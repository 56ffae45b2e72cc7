"""Tables of a certificate: which numbers belong side by side.

A table is a ``dcc:list`` whose quantities are columns of equal length. Three other layouts occur: quantities
directly under ``dcc:data``; one list for each column, its quantities being the rows; one list for each row.
"""

from dataclasses import dataclass, replace

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.one_unit import in_one_unit
from calibration.certificates.dcc.relative import with_relative
from calibration.certificates.dcc.roles import Role, role_of
from calibration.certificates.dcc.text import name_of, words_of
from calibration.certificates.dcc.units import LEVEL, quantity_and_unit
from calibration.certificates.dsi import Number, Series, text_of, tokens
from calibration.certificates.imported import Words
from calibration.units import UNITS, Kind, Unit

_PREFERRED = ("degC", "%RH", "%M", "g")
"""Of several choices of units the one in which instruments indicate."""


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity of a table, in the choice of units that is proposed, and in the others."""

    element: etree._Element
    name: Words
    role: Role
    quantity: str
    """Empty for texts, and where the unit is of no known kind."""
    unit: Unit | None
    series: Series | None
    others: tuple[tuple[Unit, Series], ...] = ()
    texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.series.numbers) if self.series else len(self.texts)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Its numbers; none for texts."""
        return self.series.numbers if self.series else ()

    @property
    def symbol(self) -> str:
        """The unit: the project's spelling, otherwise the document's."""
        return self.unit.symbol if self.unit else (self.series.unit if self.series else "")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns that belong together."""

    element: etree._Element
    name: Words
    columns: tuple[Column, ...]

    def of(self, *roles: Role) -> list[Column]:
        """The columns with one of the roles that have numbers."""
        return [column for column in self.columns if column.role in roles and column.series]


def tables_of(container: etree._Element, document: Document, context: str) -> list[Table]:
    """All tables inside a ``dcc:data`` or ``dcc:list``.

    Args:
        container: where to look.
        document: for its numbers and findings.
        context: names and refTypes around it, which tell humidity from moisture.
    """
    name = name_of(container)
    context = f"{context}{LEVEL}{name.all} {container.get('refType', '')}"
    columns = [_column(e, document, context) for e in container.iterfind(f"{DCC}quantity")]
    if len(columns) > 1 or (columns and not columns[0].name):
        columns = _as_one_column(container, columns, name)
    inner: list[Table] = []
    for child in container.iterfind(f"{DCC}list"):
        found = tables_of(child, document, context)
        single = found[0].columns if len(found) == 1 and len(found[0].columns) == 1 else ()
        if single and found[0].element is child and single[0].name == found[0].name:
            columns.extend(single)
        else:
            inner.extend(found)
    own = [Table(container, name, tuple(columns))] if columns else []
    return own + _rows_joined(inner)


def _column(quantity: etree._Element, document: Document, context: str) -> Column:
    name = name_of(quantity)
    ref_types = quantity.get("refType", "")
    alternatives = document.alternatives(quantity)
    states = any(number.has_uncertainty for series in alternatives for number in series.numbers)
    role = role_of(ref_types, name.all, has_uncertainty=states)
    choices = []
    for stated in alternatives:
        about = f"{context}{LEVEL}{name.all} {ref_types}"
        is_difference = role in (Role.ERROR, Role.CORRECTION, Role.FROM_NOMINAL)
        series = in_one_unit(stated, about, document.findings, is_difference=is_difference)
        if stated is alternatives[0]:
            series = with_relative(quantity, series, document)
        choices.append((*_known(series, about, document), series))
    if len({kind for kind, _, _ in choices if kind}) > 1:
        document.findings.error(
            quantity, "the choices of units of one quantity are of different kinds; which is right?"
        )
    choices.sort(key=lambda choice: _rank(choice[1]))
    if not choices:
        texts = tuple(_texts(quantity))
        return Column(quantity, name, role, "", None, None, texts=texts)
    kind, unit, series = choices[0]
    others = tuple((u, s) for k, u, s in choices[1:] if u is not None and k == kind)
    return Column(quantity, name, role, kind, unit, series, others)


def _known(series: Series, context: str, document: Document) -> tuple[str, Unit | None]:
    """The quantity and unit of a series; nothing is said again where the unit is missing."""
    written = series.unit or (series.numbers[0].unit if series.numbers else "")
    if not written:
        return "", None
    return quantity_and_unit(written, context, series.element, document.findings)


def _rank(unit: Unit | None) -> int:
    if unit is None:
        return 3
    if unit.symbol in _PREFERRED:
        return 0
    return 1 if unit.symbol in UNITS and unit.kind is not Kind.FRACTION else 2


def _texts(quantity: etree._Element) -> list[str]:
    """What stands instead of numbers: a nominal value, a marking."""
    chars = quantity.find(f"{DCC}charsXMLList")
    if chars is not None:
        return tokens(chars)
    words = words_of(quantity.find(f"{DCC}noQuantity"))
    return [str(words)] if words else [text_of(quantity.find(f"{DCC}noQuantity"))]


def _as_one_column(container: etree._Element, columns: list[Column], name: Words) -> list[Column]:
    """Nameless single numbers in a list with a name are the rows of one column."""
    first = columns[0]
    nameless = all(not c.name and c.role is Role.OTHER and len(c) == 1 and c.series for c in columns)
    alike = len({(c.quantity, c.symbol) for c in columns}) == 1
    if not (nameless and alike and name and first.series) or any(_label(c) for c in columns):
        return columns
    numbers = tuple(number for column in columns for number in column.numbers)
    series = Series(first.series.element, numbers)
    role = role_of(container.get("refType", ""), name.all)
    return [replace(first, name=name, role=role, series=series, others=())]


def _label(column: Column) -> str:
    return column.numbers[0].label if column.numbers else ""


def _rows_joined(found: list[Table]) -> list[Table]:
    """Lists of one row each with the same columns, one after the other, are one table."""
    joined: list[Table] = []
    for table in found:
        if joined and _signature(joined[-1]) == _signature(table) and _is_row(table):
            previous = joined[-1]
            columns = tuple(_extended(a, b) for a, b in zip(previous.columns, table.columns, strict=True))
            joined[-1] = replace(previous, columns=columns)
        else:
            joined.append(table)
    return joined


def _signature(table: Table) -> list[tuple[Role, Words, str, str]]:
    return [(c.role, c.name, c.quantity, c.symbol) for c in table.columns]


def _is_row(table: Table) -> bool:
    return len(table.columns) > 1 and all(len(column) == 1 for column in table.columns)


def _extended(column: Column, by: Column) -> Column:
    if column.series and by.series:
        numbers = column.series.numbers + by.series.numbers
        return replace(column, series=Series(column.series.element, numbers), others=())
    return replace(column, texts=column.texts + by.texts)
