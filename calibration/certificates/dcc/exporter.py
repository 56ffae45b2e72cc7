"""Writes a calibration of the laboratory's own as a Digital Calibration Certificate (PTB, schema 3.3.0).

What is written is read back by our own importer before anybody gets it: every number must come back as it
was, and nothing may be found wrong with it. The document says that it is in-house; it never speaks for
another laboratory.
"""

import datetime
from pathlib import Path

from lxml import etree

from calibration.certificates.dcc.document import DCC, NAMESPACE
from calibration.certificates.dcc.elements import (
    add,
    add_column,
    add_contact,
    add_expanded,
    add_if,
    add_number,
    add_words,
)
from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.dcc.in_house import (
    CalibratedPoint,
    CalibratedQuantity,
    InHouseCalibration,
    OwnLaboratory,
    StandardUsed,
)
from calibration.certificates.dcc.in_house_rules import mistakes_in
from calibration.certificates.dsi import NAMESPACE as DSI_NAMESPACE
from calibration.certificates.imported import Identification, Imported, Severity, Words
from calibration.conformity import Decision
from calibration.errors import CertificateError, UnitError, UnknownUnitError

VERSION = "3.3.0"

_FILE = "the DCC to be written"
_VERDICTS = {
    Decision.PASS: "pass",
    Decision.CONDITIONAL_PASS: "conditionalPass",
    Decision.CONDITIONAL_FAIL: "conditionalFail",
    Decision.FAIL: "fail",
}
_AMBIENT = {
    "temperature": "basic_temperature",
    "humidity": "basic_humidityRelative",
    "pressure": "basic_pressure",
}
_REFERENCE = Words((("zh", "标准值"), ("en", "Reference value")))
_INDICATION = Words((("zh", "示值"), ("en", "Indication")))
_ERROR = Words((("zh", "示值误差"), ("en", "Error of indication")))
_LOWER = Words((("zh", "允许误差下限"), ("en", "Lower tolerance limit")))
_UPPER = Words((("zh", "允许误差上限"), ("en", "Upper tolerance limit")))
_LOWEST = Words((("zh", "最低"), ("en", "lowest")))
_HIGHEST = Words((("zh", "最高"), ("en", "highest")))
_ASSET = Words((("zh", "管理编号"), ("en", "inventory number")))
_SERIAL = Words((("zh", "出厂编号"), ("en", "serial number")))
_IN_HOUSE = Words(
    (
        ("zh", "本证书由实验室对自用仪器进行内部校准后出具，仅供本实验室使用。"),
        ("en", "In-house calibration by the laboratory of its own instrument, for its own use."),
    )
)
_TRACEABLE = Words(
    (
        ("zh", "量值通过所列计量标准的证书溯源至国际单位制（SI）。"),
        ("en", "Traceable to the SI through the certificates of the measurement standards listed."),
    )
)


def write_dcc(calibration: InHouseCalibration, today: datetime.date, schema_dir: Path | None = None) -> bytes:
    """The XML of an in-house calibration, checked.

    Args:
        calibration: what it says.
        today: of the laboratory; nothing can be dated later.
        schema_dir: a folder with PTB's schemas, to be compared with; see ``schema``.

    Raises:
        CertificateError: a datum is missing or contradicts another one, a number that belongs to another
            certificate, a unit that D-SI has not, or a text that XML cannot hold; every sentence says which.
    """
    mistakes = mistakes_in(calibration)
    if mistakes:
        raise CertificateError(tuple(f"{_FILE}: {mistake}" for mistake in mistakes))
    try:
        data = _document(calibration)
    except (UnitError, ValueError) as error:  # ValueError: characters that XML cannot hold
        raise CertificateError((f"{_FILE}: {error}",)) from error
    _check(calibration, read_dcc(data, _FILE, today, schema_dir))
    return data


def _document(calibration: InHouseCalibration) -> bytes:
    root = etree.Element(
        f"{DCC}digitalCalibrationCertificate",
        nsmap={"dcc": NAMESPACE, "si": DSI_NAMESPACE},
        schemaVersion=VERSION,
    )
    _administrative(add(root, "administrativeData"), calibration)
    results = add(root, "measurementResults")
    measurement = add(results, "measurementResult")
    add_words(measurement, "name", calibration.item.name)
    _method(measurement, calibration)
    equipments = add(measurement, "measuringEquipments")
    for i, standard in enumerate(calibration.standards):
        _standard(equipments, standard, _standard_id(i))
    _conditions(measurement, calibration)
    listed = add(measurement, "results")
    for result in calibration.results:
        _result(listed, result)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _administrative(admin: etree._Element, calibration: InHouseCalibration) -> None:
    software = add(add(admin, "dccSoftware"), "software")
    add_words(software, "name", Words((("", "Hengliang"),)))
    add(software, "release", calibration.software_release)
    add(software, "type", "application")
    core = add(admin, "coreData")
    add(core, "countryCodeISO3166_1", calibration.laboratory.country)
    for tag in ("usedLangCodeISO639_1", "mandatoryLangCodeISO639_1"):
        for language in ("zh", "en"):
            add(core, tag, language)
    add(core, "uniqueIdentifier", calibration.number)
    add(core, "beginPerformanceDate", calibration.begun_on.isoformat())
    add(core, "endPerformanceDate", calibration.ended_on.isoformat())
    add(core, "performanceLocation", "laboratory")
    add(core, "issueDate", calibration.issued_on.isoformat())
    if calibration.replaces:
        change = add(core, "reportAmendedSubstituted")
        add(change, "typeOfChange", "amended")
        add(change, "replacedUniqueIdentifier", calibration.replaces)
    _item(add(admin, "items"), calibration)
    laboratory = add(admin, "calibrationLaboratory")
    add_if(laboratory, "calibrationLaboratoryCode", calibration.laboratory.code)
    _place(laboratory, "contact", calibration.laboratory)
    persons = add(admin, "respPersons")
    for each in calibration.persons:
        person = add(persons, "respPerson")
        add_contact(person, "person", Words((("", each.name),)))
        add_if(person, "role", each.role)
        if each.main_signer:
            add(person, "mainSigner", "true")
    _place(admin, "customer", calibration.laboratory)
    _statements(add(admin, "statements"), calibration)


def _place(parent: etree._Element, name: str, laboratory: OwnLaboratory) -> None:
    contact = add_contact(parent, name, laboratory.name, laboratory.phone)
    location = add(contact, "location")
    add_if(location, "street", laboratory.street)
    add_if(location, "city", laboratory.city)
    add(location, "countryCode", laboratory.country)


def _item(items: etree._Element, calibration: InHouseCalibration) -> None:
    about = calibration.item
    item = add(items, "item")
    add_words(item, "name", about.name)
    if about.manufacturer:
        add_contact(item, "manufacturer", Words((("", about.manufacturer),)))
    add_if(item, "model", about.model)
    listed = add(item, "identifications")
    serial = Identification("manufacturer", about.serial_number, _SERIAL)
    for identification in (serial, *about.identifications):
        entry = add(listed, "identification")
        add(entry, "issuer", identification.issuer)
        add(entry, "value", identification.value)
        if identification.name:
            add_words(entry, "name", identification.name)


def _statements(statements: etree._Element, calibration: InHouseCalibration) -> None:
    in_house = add(statements, "statement", refType="hl_inHouse")
    add_words(in_house, "declaration", _IN_HOUSE)
    traceable = add(statements, "statement", refType="hl_metrologicalTraceability")
    add(traceable, "traceable", "true")
    add_words(traceable, "declaration", _TRACEABLE)
    for words in calibration.statements:
        add_words(add(statements, "statement"), "declaration", words)
    if calibration.due_on is not None:
        add(
            add(statements, "statement", refType="basic_recalibration"),
            "date",
            calibration.due_on.isoformat(),
        )
    stated = calibration.conformity
    if stated is not None:
        statement = add(statements, "statement", refType="basic_conformity")
        add(statement, "norm", stated.specification)
        add_words(statement, "declaration", stated.decision_rule)
        _place(statement, "respAuthority", calibration.laboratory)
        add(statement, "conformity", _VERDICTS[stated.decision])


def _method(measurement: etree._Element, calibration: InHouseCalibration) -> None:
    method = add(add(measurement, "usedMethods"), "usedMethod")
    add_words(method, "name", calibration.method)
    for document in calibration.documents:
        add(method, "norm", document)


def _standard_id(i: int) -> str:
    return f"standard{i + 1}"


def _standard(equipments: etree._Element, standard: StandardUsed, own_id: str) -> None:
    equipment = add(equipments, "measuringEquipment", id=own_id, refType="basic_standardUsed")
    add_words(equipment, "name", standard.name)
    certificate = add(equipment, "certificate")
    add_words(certificate, "referral", Words((("", standard.laboratory),)))
    add(certificate, "referralID", standard.certificate)
    add(certificate, "procedure", "SHA256" if standard.sha256 else "analogue")
    add(certificate, "value", standard.sha256 or "analogue")
    if standard.identification:
        entry = add(add(equipment, "identifications"), "identification")
        add(entry, "issuer", "calibrationLaboratory")
        add(entry, "value", standard.identification)
        add_words(entry, "name", _ASSET)


def _conditions(measurement: etree._Element, calibration: InHouseCalibration) -> None:
    if not calibration.conditions:
        return
    conditions = add(measurement, "influenceConditions")
    for each in calibration.conditions:
        if each.quantity not in _AMBIENT:
            raise UnknownUnitError(
                f"found {each.quantity!r} as ambient quantity; {', '.join(_AMBIENT)} are known"
            )
        condition = add(conditions, "influenceCondition", refType=_AMBIENT[each.quantity])
        add_words(condition, "name", each.name)
        data = add(condition, "data")
        add_number(data, f"{_AMBIENT[each.quantity]}Min", _LOWEST, each.lowest, each.unit)
        add_number(data, f"{_AMBIENT[each.quantity]}Max", _HIGHEST, each.highest, each.unit)


def _result(results: etree._Element, result: CalibratedQuantity) -> None:
    """One table: reference, indication, error with its U; verdicts and limits with the error."""
    entry = add(results, "result")
    add_words(entry, "name", result.name)
    table = add(add(entry, "data"), "list", refType=f"hl_{result.quantity}")
    points = result.points
    reference = add_column(
        table, "basic_referenceValue", _REFERENCE, [point.reference for point in points], result.unit
    )
    indication = [point.indication for point in points]
    add_column(table, "basic_measuredValue", _INDICATION, indication, result.unit)
    errors = [point.indication - point.reference for point in points]
    error = add_column(table, "basic_measurementError", _ERROR, errors, result.unit)
    add_expanded(
        error,
        [point.expanded for point in points],
        [point.k for point in points],
        [point.probability for point in points],
    )
    _normal_used(reference, points)
    _verdicts(error, result)


def _normal_used(column: etree._Element, points: tuple[CalibratedPoint, ...]) -> None:
    """Which standard was used for which point."""
    quantity = column.getparent()
    if quantity is not None:
        meta = add(add(quantity, "measurementMetaData"), "metaData", refType="basic_normalUsed")
        meta.set("refId", " ".join(_standard_id(point.standard) for point in points))


def _verdicts(column: etree._Element, result: CalibratedQuantity) -> None:
    """Verdicts on all points, or none."""
    quantity = column.getparent()
    decisions = [point.decision for point in result.points if point.decision is not None]
    limits = [point.tolerance for point in result.points if point.tolerance is not None]
    if quantity is None or len(decisions) != len(result.points):
        return
    meta = add(add(quantity, "measurementMetaData"), "metaData", refType="basic_conformity")
    add(meta, "conformityXMLList", " ".join(_VERDICTS[decision] for decision in decisions))
    if len(limits) == len(result.points):
        data = add(meta, "data")
        add_column(data, "basic_toleranceLimitLower", _LOWER, [low for low, _ in limits], result.unit)
        add_column(data, "basic_toleranceLimitUpper", _UPPER, [high for _, high in limits], result.unit)


def _check(calibration: InHouseCalibration, imported: Imported) -> None:
    """What was written says what was meant.

    Raises:
        CertificateError: our own importer finds an error in it, or reads another number.
    """
    mistakes = [str(finding) for finding in imported.findings if finding.severity is Severity.ERROR]
    written = [(p.reference, p.indication, p.expanded, p.k) for r in calibration.results for p in r.points]
    found = [(p.reference, p.indication, p.expanded, p.k) for r in imported.proposals for p in r.points]
    if written != found:
        mistakes.append("its numbers are not read as they were written; do not issue it")
    if mistakes:
        raise CertificateError(tuple(f"{_FILE}: {mistake}" for mistake in mistakes))
