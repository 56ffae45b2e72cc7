"""From the tables of the template to proposals, and to what is stated besides."""

from collections.abc import Iterator

from calibration.certificates.imported import (
    Particular,
    Proposal,
    ProposedPoint,
    Shape,
    Stage,
    Stated,
    Words,
)
from calibration.certificates.point_rules import check_points
from calibration.certificates.workbook.cells import Found, Reader
from calibration.certificates.workbook.layout import VERDICTS

_RESULTS = {"s": Particular.REPEATABILITY, "difference": Particular.ECCENTRICITY}


def proposal_of(found: Found, reader: Reader, stage: Stage) -> Proposal:
    """The proposal of one table."""
    zh, _, en = found.layout.name.partition(" ")
    name = Words((("zh", zh), ("en", en)))
    is_measure = any(heading.key == "nominal" for heading in found.layout.columns)
    points = tuple(_point(found, row, reader) for row in range(len(found.rows)))
    units, quantities = found.units, found.quantities
    own = units.get("value" if is_measure else "indication", "")
    reference = units.get("reference", "")
    of_error = units.get("error") or units.get("correction", "")
    quantity = quantities.get("indication") or next(iter(quantities.values()), "")
    is_other = (
        not is_measure and bool(own and reference) and quantities["indication"] != quantities["reference"]
    )
    shape = Shape.VALUES if is_other else Shape.ERRORS
    proposal = Proposal(
        name=name,
        place=found.place,
        shape=Shape.MATERIAL_MEASURE if is_measure else shape,
        quantity=quantity,
        unit=own or reference or of_error,
        reference_unit="" if is_measure else reference,
        error_unit=of_error,
        uncertainty_unit=units.get("U", ""),
        stage=stage,
        points=points,
    )
    check_points(proposal, [_place(found, row) for row in range(len(points))], reader.findings)
    for first, second in (("error", "correction"),):
        if units.get(first) and units.get(second) and units[first] != units[second]:
            reader.findings.error(found.place, "error and correction must be in the same unit")
    return proposal


def _place(found: Found, row: int) -> str:
    return next(cell.place for cell in found.rows[row].values())


def _point(found: Found, row: int, reader: Reader) -> ProposedPoint:
    cells = found.rows[row]
    nominal = cells.get("nominal")
    marking = cells.get("marking")
    verdict = cells.get("verdict")
    verdicts = {"合格": "pass", "不合格": "fail"}
    label = ""
    if nominal is not None and reader.number(nominal) is not None:
        label = f"{nominal.text} {found.units.get('nominal', '')}"
    stated = verdict.text if verdict else ""
    zh = stated.split(" ")[0]
    return ProposedPoint(
        reference=reader.number(cells.get("reference")),
        indication=reader.number(cells.get("indication")),
        error=reader.number(cells.get("error")),
        correction=reader.number(cells.get("correction")),
        value=reader.number(cells.get("value")),
        expanded=reader.number(cells.get("U")),
        k=reader.number(cells.get("k")),
        probability=reader.number(cells.get("p")),
        nominal=" ".join(part for part in (label, marking.text if marking else "") if part),
        conformity=verdicts.get(zh, stated) if stated in VERDICTS or zh in verdicts else stated,
    )


def particulars_of(found: Found, reader: Reader) -> Iterator[Stated]:
    """Repeatability and eccentricity."""
    key = next(heading.key for heading in found.layout.columns if heading.key in _RESULTS)
    zh, _, en = found.layout.name.partition(" ")
    for cells in found.rows:
        value = reader.number(cells.get(key))
        load = cells.get("load")
        count = reader.number(cells.get("n"))
        if value is None:
            continue
        yield Stated(
            particular=_RESULTS[key],
            name=Words((("zh", zh), ("en", en))),
            value=value,
            unit=found.units.get(key, ""),
            place=cells[key].place,
            load=f"{load.text} {found.units.get('load', '')}" if load and load.text else "",
            count=int(count) if count is not None and 1 <= count <= 10_000 else None,
        )
