"""From the results of a certificate to proposals: one for each measurand, as found and as left apart."""

import re
from collections.abc import Iterator

from lxml import etree

from calibration.certificates.dcc.coefficients import coefficients_of
from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.particulars import is_test, particulars_of, stated_of
from calibration.certificates.dcc.points import Group, check_hybrid, check_region, points_of
from calibration.certificates.dcc.roles import Role, role_of
from calibration.certificates.dcc.tables import Column, Table, tables_of
from calibration.certificates.dcc.text import name_of, words_of
from calibration.certificates.dcc.units import LEVEL
from calibration.certificates.dsi import text_of
from calibration.certificates.findings import place_of
from calibration.certificates.imported import Proposal, ProposedPoint, Shape, Stage, Stated, Words
from calibration.certificates.point_rules import check_signs
from calibration.sentences import word

_AS_FOUND = re.compile(r"as.found|before adjust|vor (der )?justa|调整前|调修前|修前", re.I)
_AS_LEFT = re.compile(r"as.left|after adjust|nach (der )?justa|调整后|调修后|修后", re.I)
_ADJUSTMENT = re.compile(r"adjust|justa|repair|reparatur|调整|调修|维修|basic_adjustment", re.I)
_ENVIRONMENT = re.compile(r"environment|ambient|umgebung|环境", re.I)
_BEFORE = {"beforeAdjustment", "beforeRepair"}
_AFTER = {"afterAdjustment", "afterRepair"}


def read_results(document: Document) -> tuple[tuple[Proposal, ...], tuple[Stated, ...]]:
    """Every result as a proposal, and what is stated besides: resolution, repeatability …."""
    proposals: list[Proposal] = []
    stated = list(stated_of(document))
    results = document.root.find(f"{DCC}measurementResults")
    common = [] if results is None else list(_as_found(results, document))  # from 3.3.0 on
    proposals += common
    for measurement in document.root.iterfind(f"{DCC}measurementResults/{DCC}measurementResult"):
        found = list(_as_found(measurement, document))
        proposals += found
        stage = _stage_of(measurement, was_adjusted=bool(common or found))
        for result in measurement.iterfind(f"{DCC}results/{DCC}result"):
            new, particulars = _of_result(result, stage, document)
            proposals += new
            stated += particulars
            if not new and not particulars and not _ENVIRONMENT.search(name_of(result).all):
                document.findings.warn(
                    result, "nothing of this result is read as numbers; look at the document"
                )
    if results is not None and not proposals:
        document.findings.error(results, "no numbers that could make a curve or values; key them in")
    return tuple(proposals), tuple(stated)


def _as_found(measurement: etree._Element, document: Document) -> Iterator[Proposal]:
    """Tables under a condition that says that they were measured before the adjustment."""
    for condition in measurement.iterfind(f"{DCC}influenceConditions/{DCC}influenceCondition"):
        data = condition.find(f"{DCC}data")
        if data is None or not _is_before_adjustment(condition):
            continue
        name = name_of(condition)
        for table in tables_of(data, document, _about(condition, measurement, document)):
            for group, shape in _groups(table, document):
                yield _proposal(group, shape, table.name or name, Stage.AS_FOUND, document)


def _status(condition: etree._Element) -> str:
    return text_of(condition.find(f"{DCC}status")) or text_of(condition.find(f"{DCC}state"))


def _is_before_adjustment(condition: etree._Element) -> bool:
    about = f"{name_of(condition).all} {condition.get('refType', '')}"
    return _status(condition) in _BEFORE and bool(_ADJUSTMENT.search(about))


def _conditions(measurement: etree._Element) -> list[etree._Element]:
    """The conditions of a measurement, and those that it shares with all others (from 3.3.0 on)."""
    owners = (measurement, measurement.getparent())
    path = f"{DCC}influenceConditions/{DCC}influenceCondition"
    return [condition for owner in owners if owner is not None for condition in owner.iterfind(path)]


def _is_wholly(measurement: etree._Element, statuses: set[str]) -> bool:
    """Whether every condition of a measurement says so; one alone may be about something else."""
    found = {_status(condition) for condition in _conditions(measurement)}
    return bool(found) and found <= statuses


def _stage_of(measurement: etree._Element, *, was_adjusted: bool) -> Stage:
    """Of the results themselves: after the adjustment, unless conditions or name say otherwise.

    The status of ambient conditions is "before" in many certificates without any adjustment; it tells
    something where another measurement of the certificate was done after one.
    """
    name = name_of(measurement).all
    empty = [
        one
        for one in _conditions(measurement)
        if one.find(f"{DCC}data/{DCC}list") is None and _is_before_adjustment(one)
    ]
    peers = (
        measurement.itersiblings(measurement.tag),
        measurement.itersiblings(measurement.tag, preceding=True),
    )
    is_first = _is_wholly(measurement, _BEFORE) and any(
        _is_wholly(peer, _AFTER) for some in peers for peer in some
    )
    if _AS_FOUND.search(name) or is_first or (empty and not was_adjusted):
        return Stage.AS_FOUND
    is_last = _is_wholly(measurement, _AFTER)
    return Stage.AS_LEFT if was_adjusted or is_last or _AS_LEFT.search(name) else Stage.UNADJUSTED


def _about(element: etree._Element, measurement: etree._Element, document: Document) -> str:
    """Words around the numbers, down from the item, that tell what is measured."""
    items = document.root.iterfind(f"{DCC}administrativeData/{DCC}items/{DCC}item")
    words = [" ".join(name_of(item).all for item in items)]
    words += [name_of(e).all + " " + e.get("refType", "") for e in (measurement, element)]
    return LEVEL.join([*words, words_of(element.find(f"{DCC}description")).all[:500]])


def _of_result(
    result: etree._Element, stage: Stage, document: Document
) -> tuple[list[Proposal], list[Stated]]:
    name = name_of(result)
    measurement = result.getparent()
    about = _about(result, result if measurement is None else measurement, document)
    if _AS_FOUND.search(name.all):
        stage = Stage.AS_FOUND
    elif _AS_LEFT.search(name.all):
        stage = Stage.AS_LEFT
    proposals: list[Proposal] = []
    stated: list[Stated] = []
    for data in result.iterfind(f"{DCC}data"):
        for table in tables_of(data, document, about):
            title = _joined(name, table.name)
            particulars = particulars_of(table, title, result.get("refType", ""), document)
            coefficients = None if particulars else coefficients_of(table, title, stage, document)
            if particulars or _ENVIRONMENT.search(title.all):
                stated += particulars
            elif coefficients is not None:
                proposals.append(coefficients)
            else:
                proposals += _of_table(table, title, result.get("refType", ""), stage, document)
    return proposals, stated


def _of_table(table: Table, title: Words, ref_types: str, stage: Stage, document: Document) -> list[Proposal]:
    groups = list(_groups(table, document))
    test = is_test(table, title, ref_types)
    if test is not None:  # its readings are no results, unless errors stand beside them
        groups = [(group, shape) for group, shape in groups if group.error or group.correction]
    found = [_proposal(group, shape, title, stage, document) for group, shape in groups]
    if test is not None and not found:
        document.findings.warn(
            table.element,
            "a table on {particular} without the column that says it; key it in by hand",
            particular=word(str(test)),
        )
    elif not found:
        found += _material_measures(table, title, stage, document)
    return found


def _joined(first: Words, second: Words) -> Words:
    """Both names in every language of the first, once if they are the same."""
    if not first or not second or first == second:
        return first or second
    return Words((lang, f"{text}: {second.in_language(lang)}") for lang, text in first)


def _groups(table: Table, document: Document) -> Iterator[tuple[Group, Shape]]:
    """Columns of one measurand each: by indications, or by errors where nothing is indicated."""
    for column in table.of(Role.UNCERTAINTY):
        document.findings.warn(
            column.element,
            "the uncertainty stands in a column of its own and not beside each value, where D-SI has it; it "
            "is not taken over: key U and k in",
        )
    indications = table.of(Role.INDICATION)
    leaders = indications or table.of(Role.ERROR, Role.CORRECTION)
    references = table.of(Role.REFERENCE)
    if not indications and not references and table.of(Role.VALUE):
        return  # of a material measure: its error is that of its nominal value
    quantities = {leader.quantity for leader in leaders}
    for column in table.of(Role.ERROR, Role.CORRECTION):
        if column.quantity not in quantities:
            document.findings.warn(
                column.element, "errors in {unit} beside other indications: not taken", unit=column.symbol
            )
    nominal = next((column for column in table.columns if column.role is Role.NOMINAL), None)
    for leader in leaders:
        reference = _partner(leader, leaders, references, document, is_shared=True)
        if reference is None and len(references) == 1 and leader.role is Role.INDICATION:
            reference = references[0]
        group = Group(
            reference=reference,
            indication=leader if leader.role is Role.INDICATION else None,
            error=_partner(leader, leaders, table.of(Role.ERROR), document),
            correction=_partner(leader, leaders, table.of(Role.CORRECTION), document),
            nominal=nominal,
        )
        of_errors = group.error or group.correction
        if reference is None and len(indications) > 1 and of_errors is not None:
            document.findings.warn(
                leader.element,
                "{count} such columns and as many errors or corrections: taken in their order, check it",
                count=len(indications),
            )
        other_quantity = reference is not None and reference.quantity != leader.quantity
        if reference is not None or of_errors is not None:
            yield group, Shape.VALUES if other_quantity else Shape.ERRORS


def _partner(
    leader: Column,
    leaders: list[Column],
    candidates: list[Column],
    document: Document,
    *,
    is_shared: bool = False,
) -> Column | None:
    """The column of the same quantity; the i-th of several for the i-th leader, a reference for all if alone.

    Where that leaves open which column belongs to which, none does, and it is named.
    """
    same = [column for column in candidates if column.quantity == leader.quantity]
    peers = [column for column in leaders if column.quantity == leader.quantity]
    if leader in same:
        return leader
    if len(same) > len(peers):  # what a refType says counts more than a name
        same = [one for one in same if role_of(one.element.get("refType", ""), "") is one.role] or same
    if is_shared and len(same) == 1:
        return same[0]
    if len(same) != len(peers):
        for column in same:
            document.findings.error(
                column.element,
                "not known to which of {count} columns this one belongs, or which of several like it is "
                "meant: it is left out, key it in",
                count=len(peers),
            )
        return None
    return same[peers.index(leader)]


def _proposal(group: Group, shape: Shape, name: Words, stage: Stage, document: Document) -> Proposal:
    points, uncertainty_unit = points_of(group, document)
    leader = group.indication or group.columns[0]
    owner = leader.element.getparent()
    of_error = group.error or group.correction
    if shape is Shape.ERRORS and (group.indication is None and group.reference is None):
        document.findings.error(
            leader.element, "errors without reference or indication; say for which loads or values they hold"
        )
    proposal = Proposal(
        name=name or leader.name,
        place=place_of(leader.element if owner is None else owner),
        shape=shape,
        quantity=leader.quantity,
        unit=leader.symbol,
        reference_unit=group.reference.symbol if group.reference else "",
        error_unit=of_error.symbol if of_error else "",
        uncertainty_unit=uncertainty_unit,
        stage=stage,
        points=points,
    )
    places = [f"{proposal.place}, point {number}" for number in range(1, len(points) + 1)]
    check_signs(proposal, places, document.findings)
    return proposal


def _material_measures(table: Table, name: Words, stage: Stage, document: Document) -> Iterator[Proposal]:
    """Values of weights, resistors, spheres: each column of numbers is a result of its own."""
    nominal = next((column for column in table.columns if column.role is Role.NOMINAL), None)
    texts = [column for column in table.columns if column.texts and column is not nominal]
    differences = (Role.CORRECTION, Role.FROM_NOMINAL)
    for column in table.of(Role.ERROR):  # some take the nominal value minus the true one, others the reverse
        document.findings.warn(column.element, "an error of a material measure is not taken over; key it in")
    columns = table.of(Role.VALUE, Role.REFERENCE, *differences, Role.RELATIVE, Role.OTHER)
    for column in _measured(table) + columns:
        is_difference = column.role in differences
        labels = [_row_label(nominal, texts, i) for i in range(len(column))]
        points = tuple(
            ProposedPoint(
                value=None if is_difference else number.value,
                correction=number.value if is_difference else None,
                expanded=number.expanded,
                k=number.k,
                probability=number.probability,
                distribution=number.distribution,
                nominal=label or number.label,
            )
            for number, label in zip(column.numbers, labels, strict=True)
        )
        if not any(number.has_uncertainty for number in column.numbers):
            document.findings.warn(column.element, "no uncertainty is stated for this value")
        check_region(column, document)
        check_hybrid(column, document, is_difference=is_difference)
        yield Proposal(
            name=_joined(name, column.name),
            place=place_of(column.element),
            shape=Shape.MATERIAL_MEASURE,
            quantity=column.quantity,
            unit=column.symbol,
            error_unit=column.symbol if is_difference else "",
            uncertainty_unit=column.symbol,
            stage=stage,
            points=points,
        )


def _measured(table: Table) -> list[Column]:
    """Measured values beside which nothing stands that they could be compared with are those of a measure."""
    if table.of(Role.REFERENCE, Role.ERROR, Role.CORRECTION):
        return []
    found = table.of(Role.INDICATION)
    return [one for one in found if "measuredValue" in one.element.get("refType", "")]


def _row_label(nominal: Column | None, texts: list[Column], i: int) -> str:
    """Nominal value and marking of one row, as written."""
    parts = []
    for column in ([nominal] if nominal else []) + texts:
        if column.series and i < len(column):
            value = column.numbers[i].value
            parts.append(f"{value:f} {column.symbol}" if value is not None else "")
        elif i < len(column.texts):
            parts.append(column.texts[i])
    return " ".join(part for part in parts if part)
