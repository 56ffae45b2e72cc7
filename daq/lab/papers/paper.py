"""What a report and a raw-data sheet have in common: head, foot, check code, attachment, some tables."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from daq.errors import PaperError
from daq.i18n import N_
from daq.i18n.figures import symbol, typeset
from daq.i18n.speech import NS_PER_S
from daq.lab.papers.blocks import (
    DASH,
    Block,
    Cell,
    Column,
    Fact,
    Row,
    notes,
    section,
    signatures,
    statement,
    table,
)
from daq.lab.papers.codes import ATTACHMENT, check_code, json_of, sha256_of
from daq.lab.papers.content import (
    NOTHING,
    Ambient,
    Deviation,
    InstrumentUsed,
    Laboratory,
    MethodUsed,
    Parallels,
    RawSheet,
    Report,
    Signed,
)
from daq.lab.papers.qr import qr_svg
from daq.lab.papers.typesetting import typeset_pdf
from daq.lab.papers.words import PaperWords
from daq.security.audit import as_text

SIMULATED = N_("SIMULATED")

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper before it is typeset."""

    content: Report | RawSheet
    heading: tuple[str, str]
    """In this language, and in the other one."""
    number: str
    """As it is said under the heading."""
    reference: str
    """What the foot of each page names."""
    made_ns: int
    landscape: bool
    blocks: Sequence[Block]


def render(paper: Paper, words: PaperWords) -> bytes:
    """The PDF/A-3 of a paper, with its content attached as canonical JSON.

    Raises:
        PaperError: no Chinese font, a character that no font has, or a logo that is no picture.
    """
    value = json_of(paper.content)
    code = check_code(value)
    laboratory = paper.content.laboratory
    first, second = paper.heading
    data = {
        "lang": "zh" if words.language == "zh_CN" else "en",
        "region": "cn" if words.language == "zh_CN" else "gb",
        "title": f"{first} {paper.reference}",
        "author": words.of(laboratory.name),
        "landscape": paper.landscape,
        "head": _head(laboratory, words, with_marks=not paper.content.simulated),
        "heading": first,
        "heading2": second,
        "number": paper.number,
        "draft": _unfinished(paper.content, words),
        "code": code,
        "qr": qr_svg(f"HENGLIANG {paper.reference} {code} SHA256:{sha256_of(value).upper()}"),
        "running": {"left": f"{words.of(laboratory.name)} · {first}", "right": paper.reference},
        "foot": words.say("{reference} · check code {code}", reference=paper.reference, code=code),
        "page": _page_numbers(words),
        "simulated": _watermark(words) if paper.content.simulated else None,
        "blocks": list(paper.blocks),
        "attachment": {
            "name": ATTACHMENT,
            "text": as_text(value),
            "description": words.say("Content of this paper, for machines"),
        },
    }
    return typeset_pdf("paper.typ", data, paper.made_ns // NS_PER_S)


def _unfinished(content: Report | RawSheet, words: PaperWords) -> str:
    """Why nobody may rely on the paper; empty where nothing speaks against it."""
    said = []
    if not content.method.approved:
        said.append(words.say("Draft method, not approved"))
    if isinstance(content, RawSheet) and not content.final:
        said.append(words.say("NOT FINAL: not reviewed, it may still change"))
    return " · ".join(said)


def _head(laboratory: Laboratory, words: PaperWords, *, with_marks: bool) -> dict[str, Any]:
    phone = words.say("Tel. {phone}", phone=laboratory.phone) if laboratory.phone else ""
    return {
        "name": words.of(laboratory.name),
        "name2": words.other(laboratory.name),
        "address": "　".join(part for part in (words.of(laboratory.address), phone) if part),
        "marks": [{"name": m.name, "number": m.number} for m in laboratory.marks if with_marks],
        "logo": _logo(laboratory.logo),
    }


def _logo(picture: bytes) -> dict[str, Any] | None:
    if not picture:
        return None
    if picture.startswith(_PNG):
        return {"format": "png", "bytes": list(picture)}
    if b"<svg" in picture[:2000]:
        return {"format": "svg", "bytes": list(picture)}
    raise PaperError(N_("The logo of [laboratory] is neither PNG nor SVG; save it as one of them."))


def _page_numbers(words: PaperWords) -> dict[str, str]:
    before, between, after = words.say("Page {page} of {pages}", page="\0", pages="\0").split("\0")
    return {"before": before, "between": between, "after": after}


def _watermark(words: PaperWords) -> dict[str, str]:
    return {
        "word": words.say(SIMULATED),
        "sentence": words.say("SIMULATED: instruments of a simulation, nothing was measured"),
    }


def method_facts(method: MethodUsed, words: PaperWords) -> list[Fact]:
    """Method, the documents it follows, and its version."""
    state = words.say("approved") if method.approved else words.say("draft, not approved")
    return [
        Fact(words.say("Test method"), words.of(method.title), wide=True),
        Fact(words.say("Standards followed"), "\n".join(method.documents), wide=True),
        Fact(words.say("Version of the method"), f"{method.version[:12]} · {state}"),
    ]


def parallel_blocks(parallels: Sequence[Parallels], words: PaperWords) -> list[Block]:
    """Parallel determinations, side by side; as many in one table as the page has room for."""
    blocks = [section(words.say("Parallel determinations"))] if parallels else []
    for each in parallels:
        count = max((len(row.values) for row in each.rows), default=0)
        numbers = each.numbers or tuple(range(1, count + 1))
        blocks += [_side_by_side(each, numbers, which, words) for which in _lines(each, count)]
        if each.difference:
            blocks.append(notes([_agreement(each, words)]))
    return blocks


_LINE = 48
"""Characters for the figures of one line."""


def _lines(parallels: Parallels, count: int) -> Iterator[range]:
    """Which determinations stand side by side: as many in each table; a series is broken between readings."""
    words_of_cells = [word for row in parallels.rows for value in row.values for word in value.split()]
    longest = max((len(word) for word in words_of_cells), default=0)
    tables = math.ceil(count / max(1, _LINE // (longest + 1)))
    at_once = math.ceil(count / max(1, tables))
    for first in range(0, count, at_once or 1):
        yield range(first, min(first + at_once, count))


def _side_by_side(parallels: Parallels, numbers: Sequence[int], which: range, words: PaperWords) -> Block:
    columns = [
        Column(words.say("Parameter"), width=2),
        Column(words.say("Symbol"), style="symbol"),
        Column(words.say("Unit")),
        *(Column(words.say("No. {number}", number=numbers[i]), "decimal", 1) for i in which),
    ]
    rows = [
        Row([words.of(r.name), r.symbol, symbol(r.unit) or "1", *(_value(r.values, i) for i in which)])
        for r in parallels.rows
    ]
    return table(columns, rows)


def _value(values: Sequence[str], i: int) -> str:
    return typeset(values[i]) if i < len(values) and values[i] else DASH


def _agreement(parallels: Parallels, words: PaperWords) -> str:
    message = {
        None: N_("Difference {difference}, allowed {allowed}"),
        True: N_("Difference {difference}, allowed {allowed}: accepted"),
        False: N_("Difference {difference}, allowed {allowed}: not accepted"),
    }[parallels.accepted]
    return words.say(message, difference=typeset(parallels.difference), allowed=typeset(parallels.allowed))


def ambient_blocks(ambient: Sequence[Ambient], words: PaperWords) -> list[Block]:
    """The room while the tests ran."""
    if not ambient:
        return []
    columns = [
        Column(words.say("Place"), width=1),
        Column(words.say("Parameter"), width=1),
        Column(words.say("Observed"), width=1),
        Column(words.say("Required"), width=1),
    ]
    rows = [
        Row(
            [
                words.of(each.place),
                words.of(each.quantity),
                words.band(each.lowest, each.highest, each.unit),
                words.band(each.allowed, each.allowed, each.unit) if each.allowed else DASH,
            ]
        )
        for each in ambient
    ]
    return [section(words.say("Environment")), table(columns, rows)]


def instrument_blocks(instruments: Sequence[InstrumentUsed], words: PaperWords) -> list[Block]:
    """Instruments and standards with their certificates."""
    if not instruments:
        return []
    columns = [
        Column(words.say("No."), width=0),
        Column(words.say("Instrument"), width=2),
        Column(words.say("Model"), width=1.2),
        Column(words.say("Serial number"), width=1.3),
        Column(words.say("Certificate"), width=1.4),
        Column(words.say("Issued by"), width=2),
        Column(words.say("Valid until"), width=0),
    ]
    rows = [
        Row(
            [
                each.name,
                words.of(each.title),
                each.model or DASH,
                each.serial_number or DASH,
                _certificate(each, words),
                each.laboratory or DASH,
                _valid_until(each, words),
            ]
        )
        for each in instruments
    ]
    return [section(words.say("Instruments and standards")), table(columns, rows, 8.2)]


def _certificate(instrument: InstrumentUsed, words: PaperWords) -> Cell:
    if not instrument.certificate:
        needed = instrument.needs_certificate
        word = words.say("none") if needed else words.say("not required")
        return Cell(word, strong=needed, tone="bad" if needed else "")
    if instrument.chain_holds:
        return Cell(instrument.certificate)
    broken = words.say("chain of traceability broken")
    return Cell(f"{instrument.certificate}\n▲ {broken}", strong=True, tone="bad")


def _valid_until(instrument: InstrumentUsed, words: PaperWords) -> Cell:
    day = instrument.valid_until.isoformat() if instrument.valid_until else DASH
    if instrument.was_valid:
        return Cell(day)
    return Cell(f"{day}\n▲ {words.say('not valid when used')}", strong=True, tone="bad")


def deviation_blocks(deviations: Sequence[Deviation], words: PaperWords) -> list[Block]:
    """What was done otherwise than written, and who answers for it."""
    title = section(words.say("Deviations and releases"))
    if not deviations:
        return [title, notes([words.say("None.")])]
    columns = [
        Column(words.say("Deviation"), width=3),
        Column(words.say("Reason"), width=2.4),
        Column(words.say("Released by"), width=2.6),
    ]
    rows = [
        Row([words.of(each.what), each.reason, "\n".join(signed_line(s, words) for s in each.signatures)])
        for each in deviations
    ]
    return [title, table(columns, rows)]


def signed_line(signed: Signed, words: PaperWords) -> str:
    """``李伟 (metrologist), released, 2026-11-23 14:03:22``; without role where nothing was signed."""
    if signed.role == NOTHING:
        message = N_("{name}, {meaning}, {time}")
        parts = (signed.name, words.of(signed.meaning), words.time(signed.t_ns))
        return words.say(message, name=parts[0], meaning=parts[1], time=parts[2])
    return words.say(
        "{name} ({role}), {meaning}, {time}",
        name=signed.name,
        role=words.of(signed.role),
        meaning=words.of(signed.meaning),
        time=words.time(signed.t_ns),
    )


def signature_block(signed: Sequence[Signed], words: PaperWords, seal: str = "") -> Block:
    """Who says what, in which role, when."""
    if not signed:
        return statement(words.say("Not signed."), bad=True)
    columns = [
        Column(words.say("Signed as"), width=1),
        Column(words.say("Name"), width=1.3),
        Column(words.say("Role"), width=1.2),
        Column(words.say("Signed electronically at"), width=1.6),
    ]
    rows = [
        Row([words.of(s.meaning), Cell(s.name, strong=True), words.of(s.role), words.time(s.t_ns)])
        for s in signed
    ]
    return signatures(table(columns, rows), seal)
