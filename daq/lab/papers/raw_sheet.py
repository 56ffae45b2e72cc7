"""The raw-data sheet (原始记录) of a session: all that was captured, entered, waited for and computed.

ISO/IEC 17025:2017, 7.5: original observations as they were made, with persons, times and amendments.
"""

from collections.abc import Sequence

from calibration.errors import CalibrationError
from calibration.rounding import align, plain, round_to_digits
from daq.i18n.figures import frame_text, symbol, typeset, with_unit
from daq.lab.papers.blocks import DASH, Block, Column, Fact, Row, ending, facts, notes, section, table
from daq.lab.papers.content import CaptureLine, EntryLine, RawSheet, StepDone, Timed, Working
from daq.lab.papers.paper import (
    Paper,
    ambient_blocks,
    deviation_blocks,
    instrument_blocks,
    method_facts,
    parallel_blocks,
    render,
    signature_block,
)
from daq.lab.papers.words import DISTRIBUTIONS, PaperWords

_NOISE = 1e-9
"""A contribution that cancels leaves a rest of floating point, less than this part of u."""
_MANY = 1000
"""Degrees of freedom beyond which their number says nothing."""


def render_raw_sheet(sheet: RawSheet, language: str, timezone: str) -> bytes:
    """The raw record of a session as PDF/A-3, with its content attached as JSON.

    Args:
        sheet: what it says.
        language: ``zh_CN`` or ``en``; the attached content and the check code are the same in both.
        timezone: of the site, by IANA.

    Raises:
        PaperError: no Chinese font, a character that no font has, or a logo that is no picture.
    """
    words = PaperWords(language, timezone)
    paper = Paper(
        content=sheet,
        heading=(words.say("Raw record"), "RAW RECORD" if language == "zh_CN" else "原始记录"),
        number=words.say("Session No. {number}", number=sheet.session),
        reference=sheet.session,
        made_ns=sheet.printed_ns,
        landscape=True,
        blocks=[
            facts(_facts(sheet, words), words.label_mm),
            *_captures(sheet.captures, words),
            *_timed(sheet.timed, words),
            *_entries(sheet.entries, words),
            *_steps(sheet.steps, words),
            *parallel_blocks(sheet.parallels, words),
            *[block for working in sheet.workings for block in _working(working, words)],
            *ambient_blocks(sheet.ambient, words),
            *instrument_blocks(sheet.instruments, words),
            *deviation_blocks(sheet.deviations, words),
            section(words.say("Signatures")),
            signature_block(sheet.signatures, words),
            ending(words.say("— End of the record —")),
        ],
    )
    return render(paper, words)


def _facts(sheet: RawSheet, words: PaperWords) -> list[Fact]:
    sample = sheet.sample
    about = (
        [Fact(words.say("Check of an instrument"), words.say("no sample"))]
        if sample is None
        else [
            Fact(words.say("Product"), words.of(sample.product)),
            Fact(words.say("Sample number"), sample.number),
            Fact(words.say("Lot"), sample.lot),
            Fact(words.say("Condition as received"), sample.condition),
        ]
    )
    ended = words.time(sheet.ended_ns) if sheet.ended_ns is not None else words.say("not finished")
    return [
        *about,
        *method_facts(sheet.method, words),
        Fact(words.say("SHA-256 of the method"), sheet.method.version),
        Fact(words.say("Begun"), words.time(sheet.begun_ns)),
        Fact(words.say("Finished"), ended),
        Fact(words.say("Printed at"), words.time(sheet.printed_ns)),
        Fact(words.say("Time zone"), words.offset(sheet.begun_ns)),
    ]


def _captures(lines: Sequence[CaptureLine], words: PaperWords) -> list[Block]:
    columns = [
        Column(words.say("No.")),
        Column(words.say("Time")),
        Column(words.say("Step"), width=2.2),
        Column(words.say("Portion · turn"), "center"),
        Column(words.say("Into"), style="symbol"),
        Column(words.say("Instrument · channel"), width=1.4),
        Column(words.say("Indication"), "decimal"),
        Column(words.say("Corrected value"), "decimal"),
        Column("U", "decimal", symbol=True),
        Column("k", "decimal", symbol=True),
        Column(words.say("Unit")),
        Column(words.say("Certificate"), width=1.2),
        Column(words.say("State"), width=1),
        Column(words.say("Done by"), width=0.9),
    ]
    rows = [_capture(line, words) for line in lines]
    return [section(words.say("Readings captured from instruments")), table(columns, rows, 7.8)]


def _capture(line: CaptureLine, words: PaperWords) -> Row:
    capture = line.capture
    value, expanded, k = _corrected(line)
    under = words.say(
        "seq {seq}: {text} [{bytes}]",
        seq=capture.seq,
        text=frame_text(capture.frame),
        bytes=capture.frame.hex(" "),
    )
    if capture.struck:
        under = f"{_struck(line.struck_by, line.struck_ns, capture.struck, words)}\n{under}"
    indication = typeset(capture.raw_text)
    if capture.unit != capture.value_unit and value != DASH:
        indication = with_unit(indication, capture.unit)
    return Row(
        [
            str(capture.id),
            f"{words.date(capture.t_ns)} {words.precise_time(capture.t_ns)}",
            words.of(line.step),
            f"{capture.portion or DASH} · {capture.turn}",
            capture.into or DASH,
            f"{capture.instrument} · {capture.channel}",
            indication,
            value,
            expanded,
            k,
            symbol(capture.value_unit if value != DASH else capture.unit),
            line.certificate or words.say("none"),
            words.quality(capture.quality),
            line.taken_by,
        ],
        under=under,
        struck=bool(capture.struck),
    )


def _corrected(line: CaptureLine) -> tuple[str, str, str]:
    """Corrected value, U and k as they are printed; dashes where there is none."""
    capture = line.capture
    if capture.value is None or capture.u is None or line.k is None:
        return DASH, DASH, DASH
    try:
        aligned = align(capture.value, line.k * capture.u)
    except CalibrationError:  # U is 0, so it says nothing about the digits
        return typeset(repr(capture.value)), "0", f"{line.k:.2f}"
    return typeset(plain(aligned.value)), plain(aligned.U), f"{line.k:.2f}"


def _struck(name: str, t_ns: int | None, reason: str, words: PaperWords) -> str:
    return words.say(
        "struck out by {name}, {time}: {reason}",
        name=name,
        time=DASH if t_ns is None else words.time(t_ns),
        reason=reason,
    )


def _timed(timed: Sequence[Timed], words: PaperWords) -> list[Block]:
    if not timed:
        return []
    columns = [
        Column(words.say("Step"), width=2),
        Column(words.say("Portion · turn"), "center"),
        Column(words.say("Begun"), width=1.4),
        Column(words.say("Ended"), width=1.4),
        Column(words.say("Required"), width=1.6),
        Column(words.say("Instrument"), width=0.8),
        Column(words.say("Lowest"), "right"),
        Column(words.say("Highest"), "right"),
        Column(words.say("Remark"), width=1.6),
    ]
    rows = [
        Row(
            [
                words.of(each.step),
                f"{each.portion or DASH} · {each.turn}",
                words.time(each.begun_ns),
                words.time(each.ended_ns) if each.ended_ns is not None else words.say("still running"),
                each.demanded,
                each.instrument or DASH,
                typeset(each.lowest) or DASH,
                typeset(each.highest) or DASH,
                words.of(each.remark),
            ]
        )
        for each in timed
    ]
    return [section(words.say("Times and temperatures")), table(columns, rows, 8)]


def _entries(lines: Sequence[EntryLine], words: PaperWords) -> list[Block]:
    if not lines:
        return []
    columns = [
        Column(words.say("Time"), width=1.5),
        Column(words.say("Step"), width=2),
        Column(words.say("Portion"), "center"),
        Column(words.say("Into"), style="symbol"),
        Column(words.say("Value entered"), "decimal"),
        Column(words.say("Unit")),
        Column(words.say("Reason"), width=2.4),
        Column(words.say("Done by"), width=1),
    ]
    return [
        section(words.say("Values entered by people")),
        table(columns, [_entry(line, words) for line in lines], 8),
    ]


def _entry(line: EntryLine, words: PaperWords) -> Row:
    entry = line.entry
    return Row(
        [
            words.time(entry.t_ns),
            words.of(line.step),
            str(entry.portion or DASH),
            entry.into,
            typeset(plain(entry.value)),
            symbol(line.unit),
            entry.reason,
            line.name,
        ],
        under=_struck(line.struck_by, line.struck_ns, entry.struck, words) if entry.struck else "",
        struck=bool(entry.struck),
    )


def _steps(steps: Sequence[StepDone], words: PaperWords) -> list[Block]:
    if not steps:
        return []
    columns = [
        Column(words.say("Time"), width=1),
        Column(words.say("Step"), width=2),
        Column(words.say("Portion · turn"), "center"),
        Column(words.say("Done by"), width=1),
        Column(words.say("Remark"), width=2.5),
    ]
    rows = [
        Row(
            [
                words.time(each.t_ns),
                words.of(each.step),
                f"{each.portion or DASH} · {each.turn}",
                each.name,
                words.of(each.remark),
            ]
        )
        for each in steps
    ]
    return [section(words.say("Steps")), table(columns, rows, 8)]


def _working(working: Working, words: PaperWords) -> list[Block]:
    title = words.of(working.title)
    if working.portion:
        title = words.say("{title}, portion {portion}", title=title, portion=working.portion)
    expression = typeset(working.expression).replace("*", "×")
    result = f"{working.symbol} = {expression} = {with_unit(typeset(working.value), working.unit)}"
    blocks = [section(words.say("Computation: {title}", title=title)), notes([result], size_pt=9)]
    if working.u is not None:
        blocks += [_budget(working, words), notes([_uncertainty(working, working.u, words)])]
    return blocks


def _uncertainty(working: Working, u: float, words: PaperWords) -> str:
    parts = [
        words.say("combined standard uncertainty u = {u}", u=with_unit(figure(u, 3), working.unit)),
        words.say("effective degrees of freedom {dof}", dof=_dof(working.dof)),
    ]
    if working.k is not None:
        expanded = with_unit(figure(working.k * u, 3), working.unit)
        parts.append(
            words.say(
                "coverage factor k = {k}, expanded uncertainty U = k u = {U}",
                k=figure(working.k, 3),
                U=expanded,
            )
        )
    return words.say("; ").join(parts)


def _budget(working: Working, words: PaperWords) -> Block:
    columns = [
        Column(words.say("Input quantity"), width=2),
        Column(words.say("Effects"), "center"),
        Column(words.say("Estimate"), "decimal"),
        Column(words.say("Standard uncertainty"), "decimal"),
        Column(words.say("Distribution"), width=0.9),
        Column(words.say("Sensitivity coefficient"), "decimal"),
        Column(
            words.say("Contribution / {unit}", unit=symbol(working.unit))
            if symbol(working.unit)
            else words.say("Contribution"),
            "decimal",
        ),
        Column(words.say("Degrees of freedom"), "right"),
        Column(words.say("Source"), width=2),
    ]
    rows = [
        Row(
            [
                words.of(line.quantity),
                str(line.count),
                _estimate(line.value),
                figure(line.u, 3),
                words.say(DISTRIBUTIONS[line.distribution])
                if line.distribution in DISTRIBUTIONS
                else line.distribution,
                figure(line.sensitivity, 4),
                figure(line.contribution if line.contribution > _NOISE * (working.u or 0) else 0, 3),
                _dof(line.dof),
                line.source,
            ]
        )
        for line in working.budget
    ]
    return table(columns, rows, 8)


def _estimate(value: float | None) -> str:
    """Eight digits, without zeros that nobody has measured."""
    text = figure(value, 8)
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: float | None, digits: int) -> str:
    """A number for comparison, to significant digits, without power of ten; a dash for none."""
    if value is None:
        return DASH
    return typeset(plain(round_to_digits(value, digits))) if value else "0"


def _dof(dof: float | None) -> str:
    if dof is None:
        return "∞"
    return str(int(dof)) if dof <= _MANY else f"> {_MANY}"
