"""A certificate that was keyed into the workbook template: XLSX or CSV into what was found in it.

The template is written by ``calibration.certificates.workbook.template``; its sheets and headings are in
``layout``. Every sentence names the cell.
"""

import datetime
import hashlib
from collections.abc import Iterator

from calibration.certificates.dcc.rules import check_order
from calibration.certificates.dcc.text import check_number
from calibration.certificates.findings import Findings
from calibration.certificates.imported import (
    Administrative,
    Conformity,
    Identification,
    Imported,
    Item,
    Link,
    Particular,
    Proposal,
    Relation,
    Stage,
    Stated,
    Words,
)
from calibration.certificates.kind import Kind
from calibration.certificates.workbook.cells import Line, Reader
from calibration.certificates.workbook.grid import read_sheets
from calibration.certificates.workbook.layout import (
    CERTIFICATE,
    KINDS_OF_CERTIFICATE,
    LAYOUTS,
    STAGES,
    STANDARDS_LAYOUT,
    TemplateKind,
    fields_of,
)
from calibration.certificates.workbook.points import particulars_of, proposal_of
from calibration.errors import CertificateError

_STAGES = dict(zip(STAGES, (Stage.UNADJUSTED, Stage.AS_FOUND, Stage.AS_LEFT), strict=True))
_KINDS = dict(zip(KINDS_OF_CERTIFICATE, (Kind.CALIBRATION, Kind.VERIFICATION), strict=True))
_SHA256_DIGITS = 64


def read_workbook(data: bytes, file_name: str, today: datetime.date) -> Imported:
    """What a workbook by the template says.

    Args:
        data: the bytes of the file, XLSX or CSV.
        file_name: for the sentences.
        today: of the laboratory; nothing can be dated later.

    Raises:
        CertificateError: not safe to read, damaged, or not by the template.
    """
    findings = Findings(file_name)
    reader = Reader(read_sheets(data, file_name, findings), findings)
    kind = _kind(reader, file_name)
    fields = reader.fields(CERTIFICATE, fields_of(kind))
    administrative = _administrative(reader, fields)
    check_order(administrative, today, CERTIFICATE, findings)
    _check_verification(administrative, fields, findings)
    stage = _STAGES[reader.choice(fields["stage"].value, STAGES)]
    proposals: list[Proposal] = []
    stated = list(_stated(reader, kind, fields))
    for layout in LAYOUTS[kind]:
        found = reader.table(layout)
        if layout.columns[0].key == "load":
            stated += particulars_of(found, reader)
        elif found.rows:
            proposals.append(proposal_of(found, reader, stage))
    if not proposals:
        findings.error(LAYOUTS[kind][0].name, "the tables of results are empty")
    links = _links(reader)
    _refuse_if_needed(findings)
    return Imported(
        file_sha256=hashlib.sha256(data).hexdigest(),
        format=f"workbook 1 ({kind})",
        administrative=administrative,
        proposals=tuple(proposals),
        stated=tuple(stated),
        conformity=_conformity(reader, fields),
        links=links,
        findings=findings.all,
    )


def _kind(reader: Reader, file_name: str) -> TemplateKind:
    written = reader.template_kind(CERTIFICATE)
    if not reader.findings.refusals and written not in set(TemplateKind):
        kinds = ", ".join(TemplateKind)
        reader.findings.refuse(
            f"{CERTIFICATE}!B1",
            "found {written}; allowed is one of {kinds}",
            written=repr(written[:40]),
            kinds=kinds,
        )
    _refuse_if_needed(reader.findings)
    return TemplateKind(written)


def _refuse_if_needed(findings: Findings) -> None:
    """A refused workbook names its bad cells as well."""
    if findings.refusals:
        raise CertificateError(findings.refusals + tuple(finding.said for finding in findings.all))


def _administrative(reader: Reader, fields: dict[str, Line]) -> Administrative:
    texts = {key: reader.text(line.value) for key, line in fields.items()}
    serial = texts["serial_number"]
    for key in ("number", "serial_number"):
        check_number(texts[key], fields[key].place, reader.findings)
        if isinstance(fields[key].value.value, int | float):
            reader.findings.warn(
                fields[key].place,
                "the cell holds the number {number}: zeros before it and digits after the 15th are lost; "
                "compare it with the label",
                number=texts[key],
            )
    item = Item(
        name=Words((("", texts["instrument"]),)) if texts["instrument"] else Words(),
        manufacturer=texts["manufacturer"],
        model=texts["model"],
        serial_number=serial,
        identifications=(Identification("manufacturer", serial),) if serial else (),
    )
    return Administrative(
        number=texts["number"],
        laboratory=texts["laboratory"],
        customer=texts["customer"],
        kind=_KINDS[reader.choice(fields["kind"].value, KINDS_OF_CERTIFICATE)],
        items=(item,),
        received_on=reader.date(fields["received_on"].value),
        ended_on=reader.date(fields["ended_on"].value),
        issued_on=reader.date(fields["issued_on"].value),
        due_on=reader.date(fields["due_on"].value),
    )


def _check_verification(admin: Administrative, fields: dict[str, Line], findings: Findings) -> None:
    """A verification has a verdict and an end; a calibration need not."""
    if admin.kind is Kind.VERIFICATION:
        for key, what in (("due_on", "有效期至 Valid until"), ("conclusion", "结论 Conclusion")):
            if not fields[key].text:
                findings.error(fields[key].place, "{what} is empty; a verification (检定) has it", what=what)


def _stated(reader: Reader, kind: TemplateKind, fields: dict[str, Line]) -> Iterator[Stated]:
    for heading in fields_of(kind):
        line = fields[heading.key]
        if not heading.quantity or not line.text:
            continue
        value = reader.number(line.value)
        _, unit = reader.unit(line.unit, heading)
        if value is not None and unit:
            particular = (
                Particular.AMBIENT if heading.key in ("temperature", "humidity") else Particular(heading.key)
            )
            name = Words((("zh", heading.zh), ("en", heading.en)))
            yield Stated(particular=particular, name=name, value=value, unit=unit, place=line.place)


def _conformity(reader: Reader, fields: dict[str, Line]) -> tuple[Conformity, ...]:
    line = fields["conclusion"]
    if not line.text:
        return ()
    return (Conformity(reader.text(line.value), line.place, norm=reader.text(fields["procedure"].value)),)


def _links(reader: Reader) -> tuple[Link, ...]:
    """The certificates of the standards."""
    links = []
    for cells in reader.table(STANDARDS_LAYOUT).rows:
        texts = {key: reader.text(cell) for key, cell in cells.items()}
        place = next(cell.place for cell in cells.values())
        sha256 = texts.get("sha256", "").lower()
        if sha256 and (len(sha256) != _SHA256_DIGITS or set(sha256) - set("0123456789abcdef")):
            reader.findings.error(
                cells["sha256"].place,
                "found {sha256}; a SHA-256 has 64 digits 0-9, a-f",
                sha256=repr(sha256[:40]),
            )
            sha256 = ""
        if not texts.get("certificate"):
            reader.findings.error(place, "no number of the standard's certificate: an open end of the chain")
        equipment = " ".join(part for part in (texts.get("name", ""), texts.get("equipment", "")) if part)
        links.append(
            Link(
                Relation.STANDARD,
                texts.get("certificate", ""),
                place,
                equipment=equipment,
                sha256=sha256,
                procedure="SHA256" if sha256 else "",
            )
        )
    return tuple(links)
