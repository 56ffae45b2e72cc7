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
from daq.security.signature_report import SignatureReport
from daq.security.uploads import Examined

_COLUMNS = ("nominal", "reference", "indication", "value", "error", "correction", "U", "k", "p", "conformity")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def show(examined: Examined, console: Console) -> None:
    """Print it."""
    console.print(_seen(headline(examined)), style="bold")
    for sentence in examined.refused[1:]:
        console.print(_seen(sentence))
    if examined.imported is not None:
        console.print(_said(examined.imported))
    if examined.signature is not None:
        console.print(_signature(examined.signature))


def headline(examined: Examined) -> str:
    """In one sentence: whether it can be used, and why not."""
    if examined.imported is None:
        more = len(examined.refused) - 1
        return f"refused: {examined.refused[0]}" + (f" (and {more} more reasons)" if more else "")
    counts = Counter(finding.severity for finding in examined.imported.findings)
    asked = [
        f"{counts[severity]} {severity.value}{'s' if counts[severity] > 1 else ''}"
        for severity in (Severity.ERROR, Severity.WARNING)
        if counts[severity]
    ]
    if not asked:
        return f"{examined.file_name}: can be used"
    worst = examined.imported.findings[0]
    settle = "to be settled" if worst.severity is Severity.ERROR else "to be looked at"
    return f"{examined.file_name}: {' and '.join(asked)} {settle} before it is used; first: {worst}"


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
        rows = [(_both(s.name) or s.particular.value, f"{s.value} {s.unit}", s.load) for s in found.stated]
        parts.append(_rows("besides", ("what", "value", "at"), rows))
    if found.links:
        links = [(one.relation.value, one.number, one.equipment, one.sha256) for one in found.links]
        parts.append(_rows("other documents", ("relation", "number", "equipment", "SHA-256"), links))
    if found.files:
        files = [(one.name, one.mime_type, f"{one.size} bytes", one.sha256) for one in found.files]
        parts.append(_rows("embedded files", ("name", "type", "size", "SHA-256"), files))
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
        ("format", found.format),
        ("certificate number", admin.number),
        ("kind", admin.kind.value),
        ("laboratory", f"{admin.laboratory} {admin.laboratory_code}".strip()),
        ("customer", admin.customer),
        *(("item", _of_item(item)) for item in admin.items),
        ("calibrated on", str(admin.ended_on or "")),
        ("issued on", str(admin.issued_on or "")),
        ("due on", str(admin.due_on or "")),
        *(("verdict", f"{one.verdict} {one.norm}".strip()) for one in found.conformity),
    ]
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, text in rows:
        if text:
            table.add_row(label, _seen(text))
    return table


def _of_item(item: Item) -> str:
    serial = f"serial number {item.serial_number}" if item.serial_number else "no serial number"
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
    title = f"{_both(proposal.name) or proposal.quantity or 'result'}{stage}"
    stated = proposal.coefficients
    if stated is not None:
        rows = [
            (name, str(value), unit)
            for name, value, unit in zip(stated.names, stated.values, stated.units, strict=True)
        ]
        return _rows(f"{title}: {stated.equation}", ("name", "value", "unit"), rows)
    points = [point_facts(point) for point in proposal.points]
    used = [key for key in _COLUMNS if any(key in point for point in points)]
    headings = [f"{key} ({units[key]})" if units.get(key) else key for key in used]
    return _rows(title, headings, [[point.get(key, "–") for key in used] for point in points])


def _findings(found: Imported) -> Table:
    table = _table("", "place", "finding", title="findings")
    for finding in found.findings:
        severity = Text(finding.severity.value, style=_STYLES[finding.severity])
        table.add_row(severity, _seen(finding.place), _seen(finding.sentence))
    return table


def _signature(report: SignatureReport) -> Table:
    rows = [
        ("integrity", report.integrity.value, report.integrity_said),
        ("chain", report.chain.value, report.chain_said),
        ("identity", report.identity.value, report.identity_said),
        ("time", report.time.value, report.time_said),
        ("revocation", report.revocation.value, report.revocation_said),
    ]
    return _rows("signature", ("", "", ""), rows if report.is_signed else rows[:1])
