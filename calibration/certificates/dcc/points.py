"""From the columns of one measurand to its points: uncertainty, verdicts, limits, standards, identity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.rules import conformities
from calibration.certificates.dcc.tables import Column
from calibration.certificates.dcc.text import name_of
from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.dsi import Number, has_region, text_of
from calibration.certificates.imported import ProposedPoint
from calibration.errors import CalibrationError
from calibration.sentences import Sentence
from calibration.units import Unit, convert, convert_difference, ratio

Limits = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one measurand: at most one of each role."""

    reference: Column | None = None
    indication: Column | None = None
    error: Column | None = None
    correction: Column | None = None
    nominal: Column | None = None

    @property
    def columns(self) -> list[Column]:
        """Those that are there, the one that most likely has the uncertainty first."""
        found = (self.error, self.correction, self.indication, self.reference)
        return [column for column in found if column is not None]


def points_of(group: Group, document: Document) -> tuple[tuple[ProposedPoint, ...], str]:
    """The points of a measurand, and the unit of their uncertainty.

    Columns of another length than the others are left out, since it is not known what belongs together.
    """
    size = _size(group.columns, document)
    carrier = _with_uncertainty(group, document)
    owners = [column.element for column in group.columns]
    verdicts = _verdicts(owners, size, document)
    standards = _standards(owners, size, document)
    limits = {name: _limits(owners, name, size, group, document) for name in ("tolerance", "acceptance")}
    nominal = _nominal(group, size, document)

    def at(column: Column | None, i: int) -> Decimal | None:
        return column.numbers[i].value if column is not None and len(column) == size else None

    points = []
    for i in range(size):
        stated = carrier.numbers[i] if carrier is not None and len(carrier) == size else Number(None, "")
        points.append(
            ProposedPoint(
                reference=at(group.reference, i),
                indication=at(group.indication, i),
                error=at(group.error, i),
                correction=at(group.correction, i),
                expanded=stated.expanded,
                k=stated.k,
                probability=stated.probability,
                distribution=stated.distribution,
                nominal=nominal[i],
                conformity=verdicts[i],
                tolerance=limits["tolerance"][i],
                acceptance=limits["acceptance"][i],
                standard=standards[i],
            )
        )
    _check_gaps(points, carrier, document)
    _check_limits(points, owners[0], document)
    for column in group.columns:
        check_region(column, document)
        check_hybrid(column, document, is_difference=column in (group.error, group.correction))
    return tuple(points), _symbol_of(carrier)


def _check_gaps(points: Sequence[ProposedPoint], carrier: Column | None, document: Document) -> None:
    gaps = sum(1 for point in points if point.expanded is None or point.k is None)
    if carrier is not None and gaps:
        document.findings.error(
            carrier.element,
            "U or k is missing at {count} of {size} points; these cannot be used",
            count=gaps,
            size=len(points),
        )


def _size(columns: Sequence[Column], document: Document) -> int:
    lengths = [len(column) for column in columns]
    size = max(lengths, key=lengths.count)
    for column in columns:
        if len(column) != size:
            document.findings.error(
                column.element,
                "found {count} values beside columns of {size}; not known which belong together: "
                "this one is left out",
                count=len(column),
                size=size,
            )
    return size


def _carrying(column: Column) -> Column | None:
    """The column in the choice of units that states the uncertainty; None if none does."""
    if any(number.has_uncertainty for number in column.numbers):
        return column
    for unit, series in column.others:
        if any(number.has_uncertainty for number in series.numbers):
            return Column(column.element, column.name, column.role, column.quantity, unit, series)
    return None


def _with_uncertainty(group: Group, document: Document) -> Column | None:
    """Where U is: at the error, otherwise at the only other column that has one."""
    at_error = [c for column in (group.error, group.correction) if column and (c := _carrying(column))]
    others = [c for column in (group.indication, group.reference) if column and (c := _carrying(column))]
    if at_error:
        return at_error[0]
    if len(others) == 1:
        _ask_of_reference(group, others[0], document)
        return others[0]
    document.findings.error(
        group.columns[0].element,
        Sentence(
            "reference and indication have an uncertainty and the error has none: state the one of the error"
        )
        if others
        else Sentence("no uncertainty is stated for these results; they cannot be used"),
    )
    return None


def _ask_of_reference(group: Group, carrier: Column, document: Document) -> None:
    """U beside a reference of the same quantity may be that of the standard alone, which is smaller."""
    reference, other = group.reference, group.indication or group.error or group.correction
    if reference is None or other is None or carrier.element is not reference.element:
        return
    if reference.quantity == other.quantity:
        document.findings.warn(
            carrier.element,
            "U stands beside the reference and nowhere else; it is taken for that of the error, not of the "
            "standard alone: check it",
        )


def _symbol_of(column: Column | None) -> str:
    return column.symbol if column is not None else ""


def _metadata(owners: Iterable[etree._Element], ref_type: str) -> list[etree._Element]:
    """The metaData with a refType under the columns."""
    return [
        data
        for owner in owners
        for data in owner.iterfind(f"{DCC}measurementMetaData/{DCC}metaData")
        if ref_type in data.get("refType", "").split()
    ]


def _verdicts(owners: Sequence[etree._Element], size: int, document: Document) -> list[str]:
    for data in _metadata(owners, "basic_conformity"):
        for name in ("conformityXMLList", "conformity"):
            found = data.find(f"{DCC}{name}")
            if found is not None:
                return conformities(found, size, document)
    return [""] * size


def _standards(owners: Sequence[etree._Element], size: int, document: Document) -> list[str]:
    """Which standard was used at each point: refId i is the one of point i."""
    for data in _metadata(owners, "basic_normalUsed") + _metadata(owners, "basic_standardUsed"):
        ids = data.get("refId", "").split()
        ids = ids * size if len(ids) == 1 else ids
        if len(ids) == size:
            names = {
                equipment.get("id", ""): str(name_of(equipment))
                for equipment in document.root.iter(f"{DCC}measuringEquipment")
            }
            return [f"{names.get(one, '')} ({one})".strip() for one in ids]
        document.findings.error(
            data,
            "found {count} standards for {size} points; one or {size} are allowed",
            count=len(ids),
            size=size,
        )
    return [""] * size


def _limits(
    owners: Sequence[etree._Element], name: str, size: int, group: Group, document: Document
) -> list[Limits]:
    """Lower and upper limits of the error, in the unit of the error."""
    target = next((column for column in (group.error, group.correction) if column is not None), None)
    sides: list[list[Decimal | None]] = []
    for side in ("Lower", "Upper"):
        values: list[Decimal | None] = [None] * size
        for data in _metadata(owners, "basic_conformity"):
            for quantity in data.iter(f"{DCC}quantity"):
                if f"basic_{name}Limit{side}" in quantity.get("refType", "").split():
                    values = _limit(quantity, size, target, document)
        sides.append(values)
    return list(zip(*sides, strict=True))


def _limit(
    quantity: etree._Element, size: int, target: Column | None, document: Document
) -> list[Decimal | None]:
    for series in document.alternatives(quantity):
        _, unit = quantity_and_unit(
            series.unit, target.quantity if target else "", quantity, document.findings
        )
        if unit is None or target is None or target.unit is None or unit.kind is not target.unit.kind:
            continue
        values = [
            None if n.value is None else convert_difference(n.value, unit, target.unit)
            for n in series.numbers
        ]
        if len(values) in (1, size):
            return values * size if len(values) == 1 else values
        document.findings.error(
            quantity,
            "found {count} limits for {size} points; one or {size} are allowed",
            count=len(values),
            size=size,
        )
    document.findings.warn(quantity, "these limits are not taken: they do not fit the column of errors")
    return [None] * size


def _check_limits(points: Sequence[ProposedPoint], place: etree._Element, document: Document) -> None:
    """Lower limits lie below upper ones, and what passed lies between them."""
    for number, point in enumerate(points, start=1):
        low, high = point.tolerance
        if low is None or high is None:
            continue
        facts = {"number": number, "low": low, "high": high}
        if low > high:
            document.findings.error(
                place, "point {number}: the lower limit {low} lies above the upper one {high}", **facts
            )
        elif point.conformity == "pass" and point.error is not None and not low <= point.error <= high:
            document.findings.warn(
                place,
                "point {number} passed with an error of {error}, outside the limits {low} to {high}",
                error=point.error,
                **facts,
            )


def _nominal(group: Group, size: int, document: Document) -> list[str]:
    """Nominal values as written, from a column of their own or from the set points of the reference."""
    column = group.nominal
    if column is not None and len(column) == size:
        return [_shown(n, column.symbol) for n in column.numbers] if column.series else list(column.texts)
    owners = [group.reference.element] if group.reference else []
    for data in _metadata(owners, "basic_calibrationValue"):
        for quantity in data.iter(f"{DCC}quantity"):
            alternatives = document.alternatives(quantity)
            for series in alternatives:
                usual = len(alternatives) == 1 or "celsius" in series.unit.lower()
                if usual and len(series.numbers) == size:
                    _, unit = quantity_and_unit(series.unit, "", quantity, document.findings)
                    symbol = unit.symbol if unit else series.unit
                    return [_shown(number, symbol) for number in series.numbers]
    return [""] * size


def _shown(number: Number, symbol: str) -> str:
    return "" if number.value is None else f"{number.value:f} {symbol}"


def _step(number: Decimal) -> Fraction:
    return Fraction(10) ** int(number.as_tuple().exponent)


def check_region(column: Column, document: Document) -> None:
    """An uncertainty of all values together is none of each."""
    if column.series is not None and has_region(column.series.element):
        document.findings.warn(
            column.element,
            "the uncertainty is that of all values together, as a region with covariance; it is not taken "
            "over: ask for U and k of each value",
        )


def check_hybrid(column: Column, document: Document, *, is_difference: bool) -> None:
    """The same quantity in two units says the same, within the last digits that were written."""
    for unit, series in column.others:
        if column.unit is None or len(series.numbers) != len(column):
            document.findings.error(series.element, "not as many values as in the other unit of the quantity")
            continue
        for own, other in zip(column.numbers, series.numbers, strict=True):
            pairs = [(own.value, other.value, is_difference), (own.expanded, other.expanded, True)]
            for one, another, is_plain in pairs:
                if _apart((one, column.unit), (another, unit), is_difference=is_plain):
                    document.findings.error(
                        series.element,
                        "{one} {unit} is not {other} {other_unit}: which is right?",
                        one=another,
                        unit=unit.symbol,
                        other=one,
                        other_unit=column.symbol,
                    )
            if own.k is not None and other.k is not None and own.k != other.k:
                document.findings.error(
                    series.element,
                    "k is {one} in one unit and {other} in the other",
                    one=other.k,
                    other=own.k,
                )


def _apart(
    first: tuple[Decimal | None, Unit], second: tuple[Decimal | None, Unit], *, is_difference: bool
) -> bool:
    (own, own_unit), (other, unit) = first, second
    if own is None or other is None:
        return False
    try:
        change = convert_difference if is_difference else convert
        found = change(Fraction(other), unit, own_unit)
        allowed = (_step(own) + _step(other) * abs(ratio(unit, own_unit))) / 2
    except CalibrationError:
        return True
    return abs(found - Fraction(own)) > allowed


def latex_of(quantity: etree._Element) -> str:
    """The formula in the description of a quantity, such as R_{0}."""
    return text_of(quantity.find(f"{DCC}description/{DCC}formula/{DCC}latex"))
