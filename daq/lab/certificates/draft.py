"""From a document, and what a person says about it, to the content of one version of a certificate."""

import calendar
import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from calibration.certificates.completing import content_of
from calibration.certificates.imported import Finding, Imported, Proposal, Severity, Stage
from calibration.certificates.kind import Kind
from calibration.certificates.native_points import MOST_POINTS
from calibration.certificates.pdf.located import ImportedPdf
from calibration.certificates.pdf.text import place_on
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.cell_corrections import CellCorrection, corrected
from daq.lab.certificates.imported_json import imported_bytes
from daq.lab.certificates.register import Register, one_line
from daq.records.certificate_content import LIFE_KEYS, Content, CountedFrom, Due, Form, Settled
from daq.security.signature_report import SignatureReport

LONGEST_INTERVAL_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Document:
    """A file, and what was found in it."""

    name: str
    data: bytes
    media_type: str
    imported: Imported
    native: Mapping[str, Any] = field(default_factory=dict)
    """Tables of a native file, which are their own proposal; empty for other documents."""
    signature: SignatureReport | None = None
    """What was known about its signature when it was uploaded."""

    @property
    def found(self) -> bytes:
        """What is kept of everything that was found in it."""
        return imported_bytes(self.imported, self.signature)


@dataclass(frozen=True, slots=True)
class DueRule:
    """The laboratory's own decision when an instrument is calibrated next."""

    counted_from: CountedFrom
    months: int
    day: datetime.date | None = None
    """That day, where the document does not state it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says about a document."""

    equipment: str = ""
    """Short name in the register; a native file says it itself."""
    channel: str = ""
    """Empty for weights and other standards without a wire."""
    proposal: int | None = None
    """Which of the results in the document; None where there is only one."""
    without_results: bool = False
    """Take none of the results: the verdict alone counts, or what is keyed in."""
    tables: Mapping[str, Any] = field(default_factory=dict)
    """Tables and keys of the native format, numbers as ``Decimal``; they win over the document."""
    corrections: tuple[CellCorrection, ...] = ()
    settled: tuple[Settled, ...] = ()
    due: DueRule | None = None
    """For a calibration; a verification ends when its certificate says."""
    verdict: str = ""
    """Of a verification, where the importer found none: 合格 …."""
    reason: str = ""
    """Why there is another version."""


def content_from_document(register: Register, document: Document, said: Said) -> Content:
    """The content of a draft: complete or not, that is found when it is entered.

    Raises:
        RegisterError: a correction that cannot be, a result or an interval that there is not.
        CertificateError: units that do not convert.
    """
    imported, corrections = corrected(document.imported, said.corrections)
    index = None if document.native or said.without_results else _chosen(imported, said)
    proposal = imported.proposals[index] if index is not None else None
    if proposal is not None and len(proposal.points) > MOST_POINTS:
        raise RegisterError(
            N_("This result has {count} points; a curve is made of at most {most}: ask for a shorter table."),
            count=len(proposal.points),
            most=MOST_POINTS,
        )
    native = _native(imported, proposal, document, said)
    admin = imported.administrative
    content = Content(
        form=_form(native),
        native=native,
        file_name=document.name,
        verdict=one_line(said.verdict) or (imported.conformity[0].verdict if imported.conformity else ""),
        received_on=admin.received_on,
        issued_on=admin.issued_on,
        stated_due=admin.due_on,
        stated_from_ns=_stated_ns(document, "in_force_from"),
        stage=proposal.stage.value if proposal else "",
        format=imported.format,
        import_sha256=hashlib.sha256(document.found).hexdigest(),
        proposal=index,
        as_found=_as_found(imported, proposal),
        errors=tuple(str(one) for one in unanswered(imported, (one.target for one in corrections))),
        corrections=corrections,
        settled=tuple(Settled(one.finding, one_line(one.reason)) for one in said.settled),
    )
    return replace(content, due=_due(register, document, content, said))


def unanswered(imported: Imported, corrected_targets: Iterable[str]) -> Iterator[Finding]:
    """Findings that stand in the way; one about a printed cell is answered by whoever corrected that cell.

    What stands in the cell then is judged again with its point.
    """
    located = imported.located if isinstance(imported, ImportedPdf) else ()
    targets = set(corrected_targets)
    answered = {place_on(one.page, one.box) for one in located if one.target in targets}
    for finding in imported.findings:
        if finding.severity is Severity.ERROR and finding.place not in answered:
            yield finding


def _chosen(imported: Imported, said: Said) -> int | None:
    usable = [i for i, one in enumerate(imported.proposals) if one.stage is not Stage.AS_FOUND]
    if said.proposal is not None:
        if not 0 <= said.proposal < len(imported.proposals):
            raise RegisterError(
                N_("There is no result {number} in the document; it has {count}."),
                number=said.proposal,
                count=len(imported.proposals),
            )
        return said.proposal
    if len(usable) > 1:
        names = "; ".join(
            f"{i}: {imported.proposals[i].name} ({imported.proposals[i].quantity})" for i in usable
        )
        raise RegisterError(
            N_("The document has several results; say which one is meant: {names}."), names=names
        )
    return usable[0] if usable else None


def _as_found(imported: Imported, proposal: Proposal | None) -> int | None:
    """How the same channel was before its adjustment, if the document says so once."""
    if proposal is None or proposal.stage is not Stage.AS_LEFT:
        return None
    found = [
        i
        for i, one in enumerate(imported.proposals)
        if one.stage is Stage.AS_FOUND and (one.quantity, one.shape) == (proposal.quantity, proposal.shape)
    ]
    return found[0] if len(found) == 1 else None


def _native(imported: Imported, proposal: Proposal | None, document: Document, said: Said) -> dict[str, Any]:
    tables = {**document.native}
    for name, keys in said.tables.items():
        before = tables.get(name, {})
        tables[name] = (
            {**before, **keys} if isinstance(keys, Mapping) and isinstance(before, Mapping) else keys
        )
    own = {"name": said.equipment, "channel": said.channel}
    tables["equipment"] = {
        **_demand_table(tables, "equipment"),
        **{key: text for key, text in own.items() if text},
    }
    native = content_of(imported, proposal, tables, document.name)
    about = _demand_table(native, "certificate")
    native["certificate"] = {key: value for key, value in about.items() if key not in LIFE_KEYS}
    if "value" in native:
        native["equipment"].pop("channel", None)
        native.pop("in_use", None)
    return native


def _demand_table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tables.get(name, {})
    if not isinstance(found, Mapping):
        raise RegisterError(N_("{name} must be a table: [{name}]."), name=name)
    return found


def _form(native: Mapping[str, Any]) -> Form:
    if "value" in native:
        return Form.MEASURES
    is_verification = native["certificate"].get("kind") == Kind.VERIFICATION
    has_numbers = bool({"curve", "point"} & native.keys())
    return Form.VERDICT if is_verification and not has_numbers else Form.CURVE


def _due(register: Register, document: Document, content: Content, said: Said) -> Due | None:
    in_file = _in_file(register, document)
    if content.kind == Kind.VERIFICATION:
        day = content.stated_due
        return in_file or (Due(day, register.end_of(day)) if day else None)
    if said.due is None:
        return in_file
    rule = said.due
    if not 1 <= rule.months <= LONGEST_INTERVAL_MONTHS:
        raise RegisterError(
            N_("The interval to the next calibration is 1 to {most} months."), most=LONGEST_INTERVAL_MONTHS
        )
    stated = {
        CountedFrom.CALIBRATED: content.said("certificate", "calibrated_on"),
        CountedFrom.RECEIVED: content.received_on,
        CountedFrom.ISSUED: content.issued_on,
    }.get(rule.counted_from)
    first = rule.day or stated
    if not isinstance(first, datetime.date):
        raise RegisterError(
            N_("The interval is counted from the day it was {what}, which is not known: enter that day."),
            what=rule.counted_from.value,
        )
    last = months_after(first, rule.months) - datetime.timedelta(days=1)
    return Due(last, register.end_of(last), rule.counted_from, first, rule.months)


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last one where that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, longest))


def _in_file(register: Register, document: Document) -> Due | None:
    """A native file is the laboratory's own, and its end the laboratory's decision."""
    until_ns = _stated_ns(document, "valid_until")
    return Due(register.day_of(until_ns - 1), until_ns) if until_ns is not None else None


def _stated_ns(document: Document, key: str) -> int | None:
    moment = _demand_table(document.native, "certificate").get(key)
    if not isinstance(moment, datetime.datetime) or moment.tzinfo is None:
        return None
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000
