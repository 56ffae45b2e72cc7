"""Who calibrated what, for whom and when, from the fields of a printed certificate."""

import datetime
import itertools
import re
from collections.abc import Sequence

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Administrative, Conformity, Identification, Item, Words
from calibration.certificates.kind import Kind
from calibration.certificates.pdf.fields import LABORATORY, Field
from calibration.certificates.pdf.located import Located
from calibration.certificates.pdf.numbers import is_blank, read_dates
from calibration.certificates.pdf.text import Page
from calibration.sentences import Sentence

_VERIFICATION = re.compile(r"检\s*定\s*(证\s*书|结\s*果\s*通\s*知\s*书)|verification\s+certificate", re.I)
_CALIBRATION = re.compile(
    r"校\s*准\s*(证\s*书|报\s*告)|calibration\s+(certificate|report)|certificate\s+of\s+calibration", re.I
)
_NOTICE = re.compile(r"检\s*定\s*结\s*果\s*通\s*知\s*书")
_CODE = re.compile(
    r"CNAS\s*L?\s*\d{3,6}|[(（]?[国渝川京沪\w]{0,3}[)）]?法计\s*[(（][^()（）]{2,12}[)）]\s*\d{3,7}\s*号?|(?<![A-Z0-9])L\d{4,5}(?!\d)"
)
_NUMBERED = re.compile(r"^第\s*(.+?)\s*号$")
_TITLE_LINES = 25
_EXCERPT = 60

_BROKEN = ("number", "customer", "model", "serial_number", "asset_number", "manufacturer", "laboratory")
_TARGETS = {
    "number": "administrative.number",
    "customer": "administrative.customer",
    "laboratory": "administrative.laboratory",
    "item": "administrative.items[0].name",
    "model": "administrative.items[0].model",
    "serial_number": "administrative.items[0].serial_number",
    "manufacturer": "administrative.items[0].manufacturer",
    "asset_number": "administrative.items[0].identifications[0]",
    "received_on": "administrative.received_on",
    "calibrated_on": "administrative.ended_on",
    "issued_on": "administrative.issued_on",
    "due_on": "administrative.due_on",
    "place": "administrative.performed_at",
    "conclusion": "conformity[0]",
    "approved_by": "administrative.signers",
    "checked_by": "administrative.signers",
    "calibrated_by": "administrative.signers",
    "method": "method",
    "conditions": "conditions",
    "interval": "interval",
    "authorization": "administrative.laboratory_code",
}


class Particulars:
    """The fields of a document by name, the first with something in it first."""

    def __init__(self, fields: Sequence[Field], findings: Findings) -> None:
        self._findings = findings
        self._first: dict[str, Field] = {}
        for field in fields:
            if not is_blank(field.text) and self._is_good(field):
                self._first.setdefault(field.name, field)

    def _is_good(self, field: Field) -> bool:
        """Whether it can be what the label says: a date has digits of one."""
        if field.name in ("received_on", "calibrated_on", "issued_on", "due_on"):
            return bool(read_dates(field.text))
        return field.name != "number" or bool(re.search(r"\d", field.text))

    def text(self, name: str) -> str:
        """What stands behind a label; empty if it is not there."""
        field = self._first.get(name)
        return field.text[:200] if field is not None else ""

    def place(self, name: str) -> str:
        """Where it stands."""
        field = self._first.get(name)
        return field.place if field is not None else ""

    def dates(self, name: str) -> list[datetime.date]:
        """The dates behind a label."""
        return read_dates(self.text(name))

    def say_broken(self) -> None:
        """Note what is printed on several lines, where a space may be too much or missing."""
        for name, field in self._first.items():
            if field.lines > 1 and name in _BROKEN:
                said = Sentence(
                    "{text} is printed on {lines} lines: compare it",
                    text=repr(field.text[:80]),
                    lines=field.lines,
                )
                self._findings.warn(field.place, said)

    def located(self) -> list[Located]:
        """Every field that was used, with its place."""
        return [
            Located(_TARGETS[name], field.text, field.page, field.box)
            for name, field in self._first.items()
            if name in _TARGETS
        ]


def kind_of(pages: Sequence[Page], findings: Findings) -> Kind:
    """Verification or calibration, by the title of the document."""
    text = "\n".join(line.text for page in pages[:1] for line in page.lines[:_TITLE_LINES])
    if _VERIFICATION.search(text):
        return Kind.VERIFICATION
    if not _CALIBRATION.search(text):
        findings.warn(
            "page 1", "neither 校准证书 nor 检定证书 is its title; it is read as a calibration: check it"
        )
    return Kind.CALIBRATION


def read_administrative(pages: Sequence[Page], fields: Sequence[Field], findings: Findings) -> Administrative:
    """Identity, parties and dates; what is missing is found when the proposal is completed by a person."""
    known = Particulars(fields, findings)
    known.say_broken()
    kind = kind_of(pages, findings)
    calibrated = known.dates("calibrated_on")
    due = known.dates("due_on")
    numbers = dict.fromkeys(field.text for field in fields if field.name == "number" and field.page == 1)
    if len(numbers) > 1:
        findings.warn(
            "page 1",
            "found several certificate numbers: {names}; the first is taken",
            names=", ".join(numbers)[:120],
        )
    return Administrative(
        number=_NUMBERED.sub(r"\1", known.text("number")),
        laboratory=known.text("laboratory") or _laboratory(pages, known.text("customer")),
        laboratory_code=_code(pages, known.text("authorization")),
        customer=known.text("customer"),
        kind=kind,
        items=(_item(known),),
        received_on=next(iter(known.dates("received_on")), None),
        begun_on=calibrated[0] if calibrated else None,
        ended_on=calibrated[-1] if calibrated else None,
        issued_on=next(iter(known.dates("issued_on")), None),
        due_on=due[-1] if due else None,
        performed_at=known.text("place"),
        signers=tuple(
            dict.fromkeys(
                text for name in ("approved_by", "checked_by", "calibrated_by") if (text := known.text(name))
            )
        ),
    )


def _item(known: Particulars) -> Item:
    name = known.text("item")
    asset = known.text("asset_number")
    return Item(
        name=Words((("zh", name),)) if name else Words(),
        manufacturer=known.text("manufacturer"),
        model=known.text("model"),
        serial_number=known.text("serial_number"),
        identifications=(Identification("owner", asset),) if asset else (),
    )


def _laboratory(pages: Sequence[Page], customer: str) -> str:
    """The institute whose name stands on the first page without a label."""
    for line in pages[0].lines if pages else ():
        found = LABORATORY.search(line.text)
        if found and found[0].strip() not in customer and customer not in found[0]:
            return found[0].strip()
    for line in pages[0].lines if pages and not customer else ():
        if found := LABORATORY.search(line.text):
            return found[0].strip()
    return ""


def _code(pages: Sequence[Page], authorization: str) -> str:
    if authorization:
        return authorization
    for line in pages[0].lines if pages else ():
        if found := _CODE.search(line.text):
            return found[0].strip()
    return ""


def read_conformity(
    pages: Sequence[Page], fields: Sequence[Field], findings: Findings
) -> tuple[Conformity, ...]:
    """The verdict of the whole document."""
    known = Particulars(fields, findings)
    verdict = known.text("conclusion")
    if verdict:
        return (Conformity(verdict=verdict, place=known.place("conclusion"), norm=known.text("method")),)
    text = "\n".join(line.text for page in pages[:1] for line in page.lines[:_TITLE_LINES])
    if _NOTICE.search(text):
        return (Conformity(verdict="不合格", place="page 1", norm=known.text("method")),)
    return ()


def check_administrative(
    admin: Administrative, verdicts: Sequence[Conformity], today: datetime.date, findings: Findings
) -> None:
    """What a certificate of its kind must say, and dates in order."""
    item = admin.items[0] if admin.items else Item(Words())
    wanted: list[tuple[str, object]] = [
        (Sentence("certificate number (证书编号)"), admin.number),
        (Sentence("laboratory (发证单位)"), admin.laboratory),
        (Sentence("serial number (出厂编号)"), item.serial_number or item.identifications),
        (Sentence("day of calibration (校准日期, 检定日期)"), admin.ended_on),
    ]
    if admin.kind is Kind.VERIFICATION:
        wanted += [
            (Sentence("verdict (检定结论)"), verdicts),
            (Sentence("end of validity (有效期至)"), admin.due_on or _failed(verdicts)),
        ]
    for what, found in wanted:
        if not found:
            findings.error("", "no {what} was found; key it in", what=what)
    order = [
        (Sentence("received"), admin.received_on),
        (Sentence("begun"), admin.begun_on),
        (Sentence("ended"), admin.ended_on),
        (Sentence("issued"), admin.issued_on),
    ]
    given = [(name, date) for name, date in order if date is not None]
    for (name, date), (later, next_date) in itertools.pairwise(given):
        if date > next_date:
            findings.error(
                "",
                "{name} on {date} lies after {later} on {next_date}; one was misread, or ask the laboratory",
                name=name,
                date=date,
                later=later,
                next_date=next_date,
            )
    for name, date in given:
        if date > today:
            findings.error(
                "", "{name} on {date} lies in the future; today is {today}", name=name, date=date, today=today
            )
    if admin.due_on and admin.ended_on and admin.due_on <= admin.ended_on:
        findings.warn(
            "",
            "it ends, {due_on}, not after the calibration on {ended_on}: check both",
            due_on=admin.due_on,
            ended_on=admin.ended_on,
        )


def _failed(verdicts: Sequence[Conformity]) -> bool:
    """An instrument that failed has no end of validity."""
    return any("不" in verdict.verdict for verdict in verdicts)
