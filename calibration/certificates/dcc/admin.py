"""Administrative data of a certificate: who calibrated what, for whom, when, by which standards."""

import re

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.rules import check_verdict
from calibration.certificates.dcc.text import (
    checked,
    checked_number,
    contact_name,
    date_of,
    name_of,
    words_of,
)
from calibration.certificates.dsi import text_of
from calibration.certificates.findings import Findings, place_of
from calibration.certificates.imported import (
    Administrative,
    Conformity,
    Identification,
    Item,
    Link,
    Relation,
)
from calibration.sentences import Sentence

_SERIAL = re.compile(
    r"serial|serien|s/n|\bsn\b|kennnummer|fabrik|numéro de série|序列|出厂编号|出厂号|机身号", re.I
)
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_STANDARDS = f"{DCC}measuringEquipment"


def read_administrative(document: Document) -> Administrative:
    """Who, what, for whom and when."""
    findings = document.findings
    admin = document.root.find(f"{DCC}administrativeData")
    if admin is None:
        findings.error("//", "no administrativeData: no number, laboratory, item or date is known")
        return Administrative(number="", laboratory="")
    core = _part(admin, "coreData")
    laboratory = _part(admin, "calibrationLaboratory")
    number = checked_number(core.find(f"{DCC}uniqueIdentifier"), findings)
    name = checked(contact_name(laboratory.find(f"{DCC}contact")), laboratory, findings)
    for value, what in (
        (number, Sentence("uniqueIdentifier, the certificate's number")),
        (name, Sentence("name of the laboratory")),
    ):
        if not value:
            findings.error(core, "no {what}; ask the laboratory", what=what)
    customer = _part(admin, "customer")
    signers = [
        contact_name(person.find(f"{DCC}person"))
        for person in admin.iterfind(f"{DCC}respPersons/{DCC}respPerson")
    ]
    return Administrative(
        number=number,
        laboratory=name,
        laboratory_code=text_of(laboratory.find(f"{DCC}calibrationLaboratoryCode")),
        customer=checked(contact_name(customer), customer, findings),
        items=_items(admin, findings),
        received_on=date_of(core.find(f"{DCC}receiptDate"), findings),
        begun_on=date_of(core.find(f"{DCC}beginPerformanceDate"), findings),
        ended_on=date_of(core.find(f"{DCC}endPerformanceDate"), findings),
        issued_on=date_of(core.find(f"{DCC}issueDate"), findings),
        due_on=date_of(_recalibration(admin), findings),
        performed_at=text_of(core.find(f"{DCC}performanceLocation")),
        country=text_of(core.find(f"{DCC}countryCodeISO3166_1")),
        signers=tuple(checked(signer, admin, findings) for signer in signers if signer),
    )


def _items(admin: etree._Element, findings: Findings) -> tuple[Item, ...]:
    items = tuple(_item(item, findings) for item in _part(admin, "items").iter(f"{DCC}item"))
    if not items:
        findings.error(admin, "no item: what was calibrated is not stated; ask the laboratory")
    elif len(items) > 1:
        findings.warn(
            admin, "{count} items, and results name none of them: say of which each is", count=len(items)
        )
    return items


def _part(parent: etree._Element, name: str) -> etree._Element:
    """A child, or an empty one in its place."""
    found = parent.find(f"{DCC}{name}")
    return etree.SubElement(etree.Element(parent.tag), f"{DCC}{name}") if found is None else found


def _recalibration(admin: etree._Element) -> etree._Element | None:
    for statement in admin.iterfind(f"{DCC}statements/{DCC}statement"):
        if "basic_recalibration" in statement.get("refType", "").split():
            return statement.find(f"{DCC}date")
    return None


def _item(item: etree._Element, findings: Findings) -> Item:
    identifications = tuple(
        Identification(
            issuer=text_of(entry.find(f"{DCC}issuer")),
            value=checked_number(entry.find(f"{DCC}value"), findings),
            name=name_of(entry) or words_of(entry.find(f"{DCC}description")),
        )
        for entry in item.iterfind(f"{DCC}identifications/{DCC}identification")
    )
    name = name_of(item)
    checked(name.all, item, findings)
    serial = _serial_number(identifications)
    others = {entry.value for entry in _own_numbers(identifications)} - {serial}
    if serial and others:
        findings.warn(
            item,
            "several serial numbers: {serial}, and {others}; compare them with the label",
            serial=repr(serial),
            others=", ".join(repr(other) for other in sorted(others)),
        )
    if not serial:
        findings.warn(item, "no serial number by the manufacturer; compare the item with the label by hand")
    return Item(
        name=name,
        manufacturer=checked(contact_name(item.find(f"{DCC}manufacturer")), item, findings),
        model=checked_number(item.find(f"{DCC}model"), findings),
        serial_number=serial,
        identifications=identifications,
    )


def _serial_number(identifications: tuple[Identification, ...]) -> str:
    """The manufacturer's number that is called serial number, otherwise his only number."""
    chosen = _own_numbers(identifications)
    is_called = bool(chosen) and bool(_SERIAL.search(chosen[0].name.all))
    return chosen[0].value if len(chosen) == 1 or is_called else ""


def _own_numbers(identifications: tuple[Identification, ...]) -> list[Identification]:
    """The manufacturer's numbers: those that are called serial numbers, otherwise all of them."""
    own = [entry for entry in identifications if entry.issuer == "manufacturer"]
    return [entry for entry in own if _SERIAL.search(entry.name.all)] or own


def read_conformity(document: Document) -> tuple[Conformity, ...]:
    """Every verdict for more than one point; lists of verdicts for single points are with the points."""
    return tuple(
        found
        for tag in ("statement", "metaData")
        for statement in document.root.iter(f"{DCC}{tag}")
        for found in _conformity(statement, document.findings)
    )


def _conformity(statement: etree._Element, findings: Findings) -> list[Conformity]:
    """The verdict of one statement or metaData, none if it is about something else."""
    verdict = statement.find(f"{DCC}conformity")
    if verdict is None:
        return []
    check_verdict(text_of(verdict), verdict, findings)
    return [
        Conformity(
            verdict=text_of(verdict),
            place=place_of(statement),
            norm=" ".join(
                text_of(part) for name in ("norm", "reference") for part in statement.iterfind(f"{DCC}{name}")
            ),
            text=words_of(statement.find(f"{DCC}declaration")),
            authority=contact_name(statement.find(f"{DCC}respAuthority")),
        )
    ]


def read_links(document: Document) -> tuple[Link, ...]:
    """Certificates of the standards, previous and replaced reports: links that hold by number and hash."""
    findings = document.findings
    links = []
    for equipment in document.root.iter(_STANDARDS):
        certificate = equipment.find(f"{DCC}certificate")
        name = " ".join(part for part in (str(name_of(equipment)), _number_of(equipment)) if part)
        if certificate is None:
            findings.note(
                equipment,
                "standard {name} has no certificate: an open end of the chain",
                name=repr(name[:80]),
            )
        else:
            links.append(_link(Relation.STANDARD, certificate, findings, name))
    for tag, relation in (("previousReport", Relation.PREVIOUS), ("linkedReport", Relation.LINKED)):
        links += [_link(relation, e, findings, "") for e in document.root.iter(f"{DCC}{tag}")]
    for replaced in document.root.iter(f"{DCC}replacedUniqueIdentifier"):
        number = checked_number(replaced, findings)
        findings.warn(
            replaced, "this document replaces {number}: supersede that version by it", number=repr(number)
        )
        links.append(Link(Relation.REPLACED, number, place_of(replaced)))
    return tuple(links)


def _number_of(equipment: etree._Element) -> str:
    value = equipment.find(f"{DCC}identifications/{DCC}identification/{DCC}value")
    return text_of(value)


def _link(relation: Relation, element: etree._Element, findings: Findings, equipment: str) -> Link:
    procedure = text_of(element.find(f"{DCC}procedure"))
    value = text_of(element.find(f"{DCC}value"))
    number = checked_number(element.find(f"{DCC}referralID"), findings)
    is_sha256 = procedure.upper().replace("-", "") == "SHA256"
    sha256 = value.lower() if is_sha256 and _SHA256.fullmatch(value) else ""
    if is_sha256 and not sha256:
        findings.warn(
            element,
            "found {value} as SHA-256; it has 64 digits 0-9 and a-f: not comparable",
            value=repr(value[:40]),
        )
    if not number:
        findings.warn(element, "no referralID, so it cannot be told which document is meant")
    return Link(
        relation,
        number,
        place_of(element),
        equipment=equipment,
        sha256=sha256,
        procedure=procedure,
        referral=str(words_of(element.find(f"{DCC}referral"))),
    )
