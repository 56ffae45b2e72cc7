"""What a certificate must say before it is entered, and what the checking person must look at."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from calibration.certificates.kind import Kind
from calibration.errors import CalibrationError, CertificateError
from calibration.sentences import Sentence, about, verbatim
from calibration.units import convert
from daq.i18n import N_
from daq.lab.certificates.as_found import as_found_mistakes
from daq.lab.certificates.register import Register
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import Equipment, equipment
from daq.records.certificate_content import Content, Form
from daq.records.certificate_versions import State, Version, versions
from daq.records.certificates import built
from daq.records.register_tables import certificates

CAUTIONS = {
    "older": N_("It was calibrated on {day}, before {record} that is in force ({other_day})."),
    "other-document": N_("{record} has the same number and laboratory, and another document."),
    "beyond-maximum": N_(
        "It was calibrated at {point} {unit}, but {equipment} is registered with Max = {maximum} {unit}."
    ),
    "over": N_("It may be used until {day} only, and that day is over."),
    "no-serial-number": N_("The register has no serial number of {equipment} to compare with."),
    "no-standard": N_("It names no standard's certificate: an open end of the chain."),
}
"""What is said for each code."""
MOST_OF_MAXIMUM = Decimal("1.01")
"""Instruments indicate somewhat more than Max: standards are not exactly nominal, and 9 e are shown."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that the checking person must comment on."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """For the catalogues."""
        return CAUTIONS[self.code]

    @property
    def sentence(self) -> str:
        """In English."""
        return self.message.format(**self.facts)


def shortcomings(register: Register, connection: Connection, version: Version) -> tuple[Sentence, ...]:
    """Everything for which a version cannot be entered, checked or put in force; none if it is complete."""
    return (*_of_content(register, version), *_of_equipment(connection, version))


def cautions(register: Register, connection: Connection, version: Version) -> tuple[Caution, ...]:
    """Everything that the checking person must comment on."""
    return tuple(_cautions(register, connection, version))


def _of_content(register: Register, version: Version) -> Iterator[Sentence]:
    content = version.content
    try:
        built(version)
    except CertificateError as error:
        yield from map(verbatim, error.mistakes)
    if content.form is Form.VERDICT:
        keys = (("certificate", "number"), ("certificate", "laboratory"), ("equipment", "serial_number"))
        yield from (_missing(content, table, key) for table, key in keys if not content.said(table, key))
    calibrated_on = content.said("certificate", "calibrated_on")
    if not isinstance(calibrated_on, datetime.date):
        yield _missing(content, "certificate", "calibrated_on")
    elif calibrated_on > register.today():
        yield Sentence(
            "calibrated on {day}, which lies ahead: today is {today}",
            day=calibrated_on,
            today=register.today(),
        )
    if content.kind == Kind.VERIFICATION and not content.verdict:
        yield Sentence("a verification (检定) needs its conclusion: enter the verdict")
    if content.due is None and content.kind == Kind.VERIFICATION:
        yield Sentence(
            "a verification (检定) needs its end of validity (有效期至): enter administrative.due_on"
        )
    elif content.due is None:
        yield Sentence(
            "a calibration (校准) needs the laboratory's due date: counted from which day, how many months"
        )
    yield from as_found_mistakes(register, version)
    settled = {one.finding for one in content.settled if one.reason}
    yield from (
        Sentence("not settled: {finding}", finding=finding)
        for finding in content.errors
        if finding not in settled
    )


def _missing(content: Content, table: str, key: str) -> Sentence:
    return about(content.file_name, Sentence("is missing"), f"{table}.{key}")


def _of_equipment(connection: Connection, version: Version) -> Iterator[Sentence]:
    known = equipment(connection).get(version.equipment)
    if known is None:
        yield Sentence(
            "the equipment {name} is not in the register: add it first", name=repr(version.equipment)
        )
        return
    if known.state is EquipmentState.RETIRED:
        yield Sentence("{name} is retired", name=known.name)
    yield from _of_serial_number(version, known)


def _of_serial_number(version: Version, known: Equipment) -> Iterator[Sentence]:
    written = str(version.content.said("equipment", "serial_number") or "")
    if known.serial_number and written and written != known.serial_number:
        yield Sentence(
            "it is for serial number {written}, but {name} is registered with {registered}: it is another "
            "instrument's, or the register is wrong",
            written=written,
            name=known.name,
            registered=known.serial_number,
        )


def _cautions(register: Register, connection: Connection, version: Version) -> Iterator[Caution]:
    content = version.content
    if content.due is not None and content.due.until_ns <= register.clock.now_ns():
        yield Caution("over", {"day": content.due.last_day.isoformat()})
    known = equipment(connection).get(version.equipment)
    if known is not None and not known.serial_number:
        yield Caution("no-serial-number", {"equipment": known.name})
    if known is not None:
        yield from _beyond_maximum(version, known)
    if not version.links:
        yield Caution("no-standard")
    yield from _beside(register, connection, version)


def _beside(register: Register, connection: Connection, version: Version) -> Iterator[Caution]:
    """What other certificates say."""
    content, column = version.content, certificates.c
    day = content.said("certificate", "calibrated_on")
    same = (column.equipment == version.equipment) & (column.channel == version.channel)
    for other in versions(connection, same & (column.id != version.id)):
        other_day = other.content.said("certificate", "calibrated_on")
        if not (isinstance(day, datetime.date) and isinstance(other_day, datetime.date)):
            continue
        if other.counts_at(register.clock.now_ns()) and day < other_day:
            facts = {"day": day.isoformat(), "record": other.record, "other_day": other_day.isoformat()}
            yield Caution("older", facts)
    if not version.number:
        return
    laboratory = content.said("certificate", "laboratory")
    same = (column.number == version.number) & (column.id != version.id)
    newest = {other.id: other for other in versions(connection, same) if other.state is not State.REVOKED}
    for other in newest.values():
        is_other = other.document_sha256 != version.document_sha256
        if is_other and other.content.said("certificate", "laboratory") == laboratory:
            yield Caution("other-document", {"record": other.record})


def _beyond_maximum(version: Version, known: Equipment) -> Iterator[Caution]:
    """Points that the instrument cannot indicate: the document is another's, or the register is wrong."""
    content, unit = version.content, str(version.content.said("equipment", "unit") or "")
    loads = [point.get("indication") for point in content.native.get("point", ())]
    numbers = [load for load in loads if isinstance(load, Decimal)]
    if known.maximum is None or not numbers:
        return
    try:
        highest = convert(max(numbers), unit, known.unit)
    except CalibrationError:
        return  # indications of another kind than Max; the unit has its own sentence
    if highest > known.maximum * MOST_OF_MAXIMUM:
        facts = {"point": f"{highest.normalize():f}", "maximum": f"{known.maximum:f}", "unit": known.unit}
        yield Caution("beyond-maximum", facts | {"equipment": known.name})
