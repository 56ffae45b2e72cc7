"""U, k and probability of the points of a printed table: in columns, heads, footnotes or the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.findings import Findings
from calibration.certificates.kind import Kind
from calibration.certificates.pdf.columns import Group, Meant, has_power
from calibration.certificates.pdf.numbers import quantity_of, read_unit
from calibration.certificates.pdf.particulars import ConstantU, constant_u, factors_in, probabilities_in
from calibration.certificates.pdf.roles import Part
from calibration.certificates.pdf.tables import HEADING, OF_STANDARDS, Grid
from calibration.certificates.pdf.text import place_on
from calibration.sentences import Sentence
from calibration.units import UNITS, Unit, ratio

_LARGEST_PART = Decimal("0.01")
_OF_RESULTS = re.compile(r"结果|扩展不确定度|expanded uncertainty", re.I)
_SECTION = re.compile(r"结果|环境|条件|注|说明|误差|示值|results?|conditions?", re.I)


@dataclass(frozen=True, slots=True)
class Around:
    """What the document says outside a table."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Of the points of a table; None where it is not known."""

    constant: Decimal | None = None
    unit: str = ""
    is_relative: bool = False
    share: Decimal | None = None
    """Of a relative U: the part of the value that its unit is, 0.01 for per cent; None if it does not say."""
    k: Decimal | None = None
    probability: Decimal | None = None


def uncertainty_of(group: Group, grid: Grid, around: Around, findings: Findings) -> Uncertainty:
    """What is said about the uncertainty of a table; what is missing becomes a finding, never a number."""
    place = place_on(grid.page, grid.box)
    column = group.get(Part.UNCERTAINTY)
    near = _without_standards(grid.near)
    stated = None if column else _constant(group, grid, around, findings)
    heads = " ".join(m.head for m in group.columns.values())
    has_u = column is not None or stated is not None
    k = None
    if has_u and Part.K not in group.columns:
        k = _factor((column.head if column else "", heads, near), around, place, findings)
    probabilities = probabilities_in(f"{heads}\n{near}") or probabilities_in(around.text)
    is_relative = _is_relative(column, group) if column else bool(stated and _of_value(stated, group))
    return Uncertainty(
        constant=stated.value if stated else None,
        unit="" if is_relative else _unit(column, stated, group, place, findings),
        is_relative=is_relative,
        share=_share(column, stated, place, findings) if is_relative else None,
        k=k,
        probability=probabilities[0] if has_u and len(probabilities) == 1 else None,
    )


def _without_standards(text: str) -> str:
    """The text without what is said of the standards, up to the next section."""
    kept, inside = [], False
    for line in text.split("\n"):
        if OF_STANDARDS.search(line):
            inside = True
        elif HEADING.match(line) or _SECTION.search(line):
            inside = False
        if not inside:
            kept.append(line)
    return "\n".join(kept)


def _of_group(text: str, group: Group) -> list[ConstantU]:
    """The statements of U that can be of these columns, by their unit."""
    kinds = {meant.quantity for meant in group.core}
    heads = " ".join(meant.head for meant in group.core)
    found = []
    for stated in constant_u(text):
        unit = read_unit(stated.unit, heads) or _shorter(stated.unit)
        in_percent = stated.unit == "%" and group.is_in_percent
        if unit is None or unit.kind.value in kinds or in_percent or _of_value(stated, group):
            found.append(stated)
    return found


def _of_value(stated: ConstantU, group: Group) -> bool:
    """Whether a U is a part of the value: said so, or a per cent of what is not in per cent itself."""
    is_possible = not group.is_in_percent and all(meant.quantity != "temperature" for meant in group.core)
    return stated.is_relative or (stated.unit == "%" and is_possible)


def _constant(group: Group, grid: Grid, around: Around, findings: Findings) -> ConstantU | None:
    """The one U that stands beside a table, otherwise the only one of the results of the document."""
    place = place_on(grid.page, grid.box)
    found = _of_group(_without_standards(grid.near), group)
    if not found:
        lines = _without_standards(around.text).split("\n")
        found = _of_group("\n".join(line for line in lines if _OF_RESULTS.search(line)), group)
        if len(found) == 1:
            findings.warn(
                place,
                "U = {value} {unit} is taken from elsewhere in the text: is it of this table?",
                value=found[0].value,
                unit=found[0].unit,
            )
    if len(found) > 1:
        said = "; ".join(f"{u.value} {u.unit}" for u in found[:6])
        findings.error(
            place, "found several U in the text ({said}); key in which belongs to which point", said=said
        )
    elif not found and around.kind is Kind.VERIFICATION:
        findings.warn(
            place, "a verification without U: it proves the verdict, and no reading can be corrected by it"
        )
    elif not found:
        findings.error(place, "no U is found for this table, neither in it nor in the text; key it in")
    elif found[0].is_formula:
        findings.error(place, "U is stated as a formula; key in its value for each point")
    else:
        return found[0]
    return None


def _factor(said: Sequence[str], around: Around, place: str, findings: Findings) -> Decimal | None:
    for text in said:
        found = factors_in(text)
        if found:
            break
    else:
        found = factors_in(_without_standards(around.text))
        if len(found) == 1:
            findings.note(place, "k = {found} is taken from elsewhere in the text", found=found[0])
    if len(found) == 1:
        return found[0]
    several = Sentence("found several k ({found})", found=", ".join(map(str, found)))
    findings.error(
        place,
        "{what}; it is never assumed to be 2: key it in or ask the laboratory",
        what=several if found else Sentence("no k is found for this U"),
    )
    return None


def _is_relative(column: Meant, group: Group) -> bool:
    return "rel" in column.head.lower() or (column.quantity == "fraction" and not group.is_in_percent)


def _share(column: Meant | None, stated: ConstantU | None, place: str, findings: Findings) -> Decimal | None:
    """The factor of a relative U; a bare number that is not small could be meant in per cent."""
    unit = column.unit if column is not None else read_unit(stated.unit) if stated and stated.unit else None
    if stated is not None and not stated.unit and stated.value < _LARGEST_PART:
        unit = UNITS["1"]
    if column is not None and unit is None and any(has_power(cell.text) for cell in column.column.cells):
        unit = UNITS["1"]
    if unit is None or quantity_of(unit) != "fraction":
        findings.error(place, "U is relative, and it does not say whether in per cent; key U in")
        return None
    share = ratio(unit, UNITS["1"])
    return Decimal(share.numerator) / share.denominator


def _unit(
    column: Meant | None, stated: ConstantU | None, group: Group, place: str, findings: Findings
) -> str:
    """Of U in the project's spelling; that of the error where the column says none."""
    if column is not None and column.unit is not None:
        return column.unit.symbol
    of_error = group.get(Part.ERROR, Part.CORRECTION, Part.INDICATION, Part.VALUE)
    own = of_error.unit.symbol if of_error is not None and of_error.unit else ""
    if stated is not None and stated.unit:
        unit = read_unit(stated.unit, of_error.head if of_error else "") or _shorter(stated.unit)
        if unit is None:
            findings.error(place, "the unit {unit} of U is not known; key U in", unit=repr(stated.unit))
            return ""
        return own if unit.symbol == "%" and group.is_in_percent else unit.symbol
    if column is not None or (stated is not None and not stated.is_relative):
        findings.warn(
            place,
            "U has no unit; it is read as {own}, that of the results: check it",
            own=own or Sentence("nothing"),
        )
        return own
    return own if stated is not None else ""


def _shorter(written: str) -> Unit | None:
    """The unit at the start of a word that goes on without a space."""
    return next((u for n in range(len(written), 0, -1) if (u := read_unit(written[:n]))), None)


def expanded_at(
    uncertainty: Uncertainty, own: Decimal | None, *, has_column: bool, against: Decimal | None
) -> Decimal | None:
    """U of one point.

    Args:
        uncertainty: of the table.
        own: what the column of U says for this point.
        has_column: whether there is such a column; otherwise one U is that of all points.
        against: the reference, of which a relative U is a part.
    """
    value = own if has_column else uncertainty.constant
    if value is None or not uncertainty.is_relative:
        return value
    return None if against is None or uncertainty.share is None else abs(against) * value * uncertainty.share
