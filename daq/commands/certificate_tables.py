"""An examined document for people at a terminal: a sentence on top, then what it says in tables."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from calibration.certificates.imported import Imported, Item, Proposal, Severity, Words
from daq.commands.certificate_facts import point_facts
from daq.commands.speech import count, say, sentence, word
from daq.commands.words import words
from daq.i18n import N_
from daq.security.signature_report import SignatureReport
from daq.security.uploads import Examined
from daq.web.certificates.words import KINDS, PARTICULARS, SEVERITIES, signature_rows

HEADINGS = {
    "nominal": N_("nominal"),
    "reference": N_("reference"),
    "indication": N_("indication"),
    "value": N_("value"),
    "error": N_("error"),
    "correction": N_("correction"),
    "conformity": N_("conformity"),
}
_COLUMNS = ("nominal", "reference", "indication", "value", "error", "correction", "U", "k", "p", "conformity")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def show(examined: Examined, console: Console) -> None:
    """Print it."""
    console.print(_seen(headline(examined)), style="bold", soft_wrap=True)
    for reason in examined.refused[1:]:
        console.print(_seen(sentence(reason)), soft_wrap=True)
    if examined.imported is not None:
        console.print(_said(examined.imported))
    if examined.signature is not None:
        console.print(_signature(examined.signature))


def headline(examined: Examined) -> str:
    """In one sentence: whether it can be used, and why not."""
    if examined.imported is None:
        more = len(examined.refused) - 1
        first = say("refused: {reason}", reason=sentence(examined.refused[0]))
        if not more:
            return first
        return count(
            "{first} (and {number} more reason)", "{first} (and {number} more reasons)", more, first=first
        )
    counts = Counter(finding.severity for finding in examined.imported.findings)
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    if not errors and not warnings:
        return say("{file}: can be used", file=examined.file_name)
    worst = examined.imported.findings[0]
    first = f"{worst.place}: {sentence(worst.sentence)}" if worst.place else sentence(worst.sentence)
    facts = {"file": examined.file_name, "first": first}
    of_warnings = count("{number} warning", "{number} warnings", warnings)
    if not errors:
        return say(
            "{file}: {warnings} to be looked at before it is used; first: {first}",
            warnings=of_warnings,
            **facts,
        )
    of_errors = count("{number} error", "{number} errors", errors)
    asked = say("{errors} and {warnings}", errors=of_errors, warnings=of_warnings) if warnings else of_errors
    return say("{file}: {errors} to be settled before it is used; first: {first}", errors=asked, **facts)


def _seen(text: object) -> Text:
    """A text of a stranger: no markup, no control sequence of a terminal, nothing that turns it round."""
    return Text("".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "\ufffd" for c in str(text)))


def _table(*headings: str, title: str = "") -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, title=_seen(title) if title else None, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _said(found: Imported) -> RenderableType:
    parts: list[RenderableType] = [_identity(found)]
    parts += [_quantity(proposal) for proposal in found.proposals]
    if found.stated:
        rows = [
            (_both(s.name) or word(s.particular.value, PARTICULARS), f"{s.value} {s.unit}", s.load)
            for s in found.stated
        ]
        parts.append(_rows(say("besides"), (say("what"), say("value"), say("at")), rows))
    if found.links:
        links = [(one.relation.value, one.number, one.equipment, one.sha256) for one in found.links]
        parts.append(
            _rows(
                say("other documents"), (say("relation"), say("number"), say("equipment"), "SHA-256"), links
            )
        )
    if found.files:
        files = [(one.name, one.mime_type, f"{one.size} B", one.sha256) for one in found.files]
        parts.append(_rows(say("embedded files"), (say("name"), say("type"), say("size"), "SHA-256"), files))
    if found.findings:
        parts.append(_findings(found))
    return Group(*parts)


def _rows(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = _table(*headings, title=title)
    for row in rows:
        table.add_row(*map(_seen, row))
    return table


def _identity(found: Imported) -> Table:
    admin = found.administrative
    rows = [
        (say("format"), found.format),
        (say("certificate number"), admin.number),
        (say("kind"), word(admin.kind.value, KINDS)),
        (say("laboratory"), f"{admin.laboratory} {admin.laboratory_code}".strip()),
        (say("customer"), admin.customer),
        *((say("item"), _of_item(item)) for item in admin.items),
        (say("calibrated on"), str(admin.ended_on or "")),
        (say("issued on"), str(admin.issued_on or "")),
        (say("due on"), str(admin.due_on or "")),
        *((say("verdict"), f"{one.verdict} {one.norm}".strip()) for one in found.conformity),
    ]
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, text in rows:
        if text:
            table.add_row(label, _seen(text))
    return table


def _of_item(item: Item) -> str:
    serial = say("no serial number")
    if item.serial_number:
        serial = say("serial number {number}", number=item.serial_number)
    return ", ".join(part for part in (_both(item.name), item.manufacturer, item.model, serial) if part)


def _both(words: Words) -> str:
    """In every language, each text once."""
    return " / ".join(dict.fromkeys(text for _, text in words))


def _quantity(proposal: Proposal) -> Table:
    units = {
        "reference": proposal.reference_unit,
        "indication": proposal.unit,
        "value": proposal.unit,
        "error": proposal.error_unit,
        "correction": proposal.error_unit,
        "U": proposal.uncertainty_unit,
    }
    stage = f" ({proposal.stage.value})" if proposal.stage else ""
    title = f"{_both(proposal.name) or proposal.quantity or say('result')}{stage}"
    stated = proposal.coefficients
    if stated is not None:
        rows = [
            (name, str(value), unit)
            for name, value, unit in zip(stated.names, stated.values, stated.units, strict=True)
        ]
        return _rows(f"{title}: {stated.equation}", (say("name"), say("value"), say("unit")), rows)
    points = [point_facts(point) for point in proposal.points]
    used = [key for key in _COLUMNS if any(key in point for point in points)]
    names = [say(HEADINGS.get(key, key)) for key in used]
    headings = [
        f"{name} ({units[key]})" if units.get(key) else name for key, name in zip(used, names, strict=True)
    ]
    return _rows(title, headings, [[point.get(key, "–") for key in used] for point in points])


def _findings(found: Imported) -> Table:
    table = _table("", say("place"), say("finding"), title=say("findings"))
    for finding in found.findings:
        severity = Text(word(finding.severity.value, SEVERITIES), style=_STYLES[finding.severity])
        table.add_row(severity, _seen(finding.place), _seen(sentence(finding.sentence)))
    return table


def _signature(report: SignatureReport) -> Table:
    rows = signature_rows(report, words())
    return _rows(say("signature"), ("", "", ""), rows if report.is_signed else rows[:1])
