"""The test report (检测报告): ISO/IEC 17025:2017, 7.8.2 (what every report says), 7.8.3, 7.8.6 and 7.8.8."""

from collections.abc import Iterator, Sequence

from calibration.conformity import Comparison
from calibration.rounding import plain
from daq.i18n import N_
from daq.i18n.figures import symbol, typeset, with_unit
from daq.lab.papers.blocks import (
    DASH,
    Block,
    Cell,
    Column,
    Fact,
    Row,
    ending,
    facts,
    notes,
    section,
    statement,
    table,
)
from daq.lab.papers.content import Item, Report
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
from daq.lab.papers.words import COMPARISONS, PaperWords
from daq.lab.results.outcome import Judgement

CLIENTS = "△"
"""Marks what the client has said."""

_TRACEABLE = N_(
    "The results are metrologically traceable to the International System of Units (SI) through the "
    "certificates listed."
)
_LIMITED = N_(
    "Not every instrument had a certificate in force: metrological traceability to the International "
    "System of Units (SI) holds for the certificates listed, as limited by the deviations and releases."
)


def render_report(report: Report, language: str, timezone: str) -> bytes:
    """The report as PDF/A-3, with its content attached as JSON.

    Args:
        report: what it says.
        language: ``zh_CN`` or ``en``; the attached content and the check code are the same in both.
        timezone: of the site, by IANA.

    Raises:
        PaperError: no Chinese font, a character that no font has, or a logo that is no picture.
    """
    words = PaperWords(language, timezone)
    paper = Paper(
        content=report,
        heading=(words.say("Test report"), "TEST REPORT" if language == "zh_CN" else "检测报告"),
        number=words.say("Report No. {number}", number=numbered(report, words)),
        reference=numbered(report, words),
        made_ns=report.issued_ns,
        landscape=False,
        blocks=_blocks(report, words),
    )
    return render(paper, words)


def numbered(report: Report, words: PaperWords) -> str:
    """Number of the report, with its version where it is not the first."""
    if report.version == 1:
        return report.number
    return words.say("{number}, version {version}", number=report.number, version=report.version)


def _blocks(report: Report, words: PaperWords) -> list[Block]:
    return [
        *_amendment(report, words),
        facts(_facts(report, words), words.label_mm),
        section(words.say("Test results")),
        _results(report, words),
        *_conclusion(report, words),
        *_explanations(report.items, words),
        signature_block(report.signatures, words, words.say("seal of the laboratory")),
        *parallel_blocks(report.parallels, words),
        *ambient_blocks(report.ambient, words),
        *instrument_blocks(report.instruments, words),
        *deviation_blocks(report.deviations, words),
        section(words.say("Statements")),
        notes(_statements(report, words), numbered=True),
        ending(words.say("— End of the report —")),
    ]


def _amendment(report: Report, words: PaperWords) -> list[Block]:
    old = report.predecessor
    if old is None:
        return []
    sentence = words.say(
        "Amended report. It replaces report {number}, version {version}, issued on {date} "
        "(check code {code}), which is no longer valid. Reason: {reason}",
        number=old.number,
        version=old.version,
        date=words.date(old.issued_ns),
        code=old.check_code,
        reason=old.reason,
    )
    return [statement(sentence, bad=True)]


def _facts(report: Report, words: PaperWords) -> list[Fact]:
    sample = report.sample
    product = words.of(sample.product)
    return [
        Fact(f"{words.say('Product')} {CLIENTS}", product),
        Fact(words.say("Sample number"), sample.number),
        Fact(f"{words.say('Client')} {CLIENTS}", sample.client),
        Fact(f"{words.say('Lot')} {CLIENTS}", sample.lot),
        Fact(f"{words.say('Address of the client')} {CLIENTS}", sample.client_address),
        Fact(f"{words.say('Place of origin')} {CLIENTS}", sample.origin),
        Fact(words.say("Received on"), sample.received_on),
        Fact(words.say("Condition as received"), sample.condition),
        Fact(words.say("Amount of sample"), sample.amount),
        Fact(f"{words.say('Sampled by')} {CLIENTS}", sample.sampled_by),
        Fact(words.say("Tested on"), words.days(report.begun_ns, report.ended_ns)),
        Fact(words.say("Place of the tests"), words.of(report.place)),
        Fact(words.say("Issued on"), words.date(report.issued_ns)),
        Fact(words.say("Session number"), report.session),
        *method_facts(report.method, words),
    ]


def _results(report: Report, words: PaperWords) -> Block:
    columns = [
        Column(words.say("Test item"), width=2),
        Column(words.say("Unit"), "center"),
        Column(words.say("Result"), "decimal"),
        Column("U", "decimal", symbol=True),
        Column("k", "decimal", symbol=True),
        Column(words.say("Limit"), "right"),
        Column(words.say("Specification"), width=1.7),
        Column(words.say("Statement of conformity")),
    ]
    return table(columns, [row for item in report.items for row in _item(item, words)], 9.4)


def _item(item: Item, words: PaperWords) -> Iterator[Row]:
    """One row for each limit that the result was compared with; one where there was none."""
    result: list[str | Cell] = [
        words.of(item.name),
        symbol(item.unit) or "1",
        Cell(typeset(item.reported), strong=True),
        item.U or DASH,
        item.k or DASH,
    ]
    if not item.verdicts:
        yield Row([*result, DASH, DASH, DASH])
    for verdict in item.verdicts:
        said = words.decision(verdict.decision)
        tone = "" if verdict.decision.accepts else "bad"
        yield Row([*result, words.limit(verdict), verdict.edition, Cell(said, strong=True, tone=tone)])
        result = [""] * len(result)


def _conclusion(report: Report, words: PaperWords) -> list[Block]:
    judged = [(item, verdict) for item in report.items for verdict in item.verdicts]
    if not judged:
        return []
    bad = [(item, verdict) for item, verdict in judged if not verdict.decision.accepts]
    message = (
        N_("Conclusion: the sample does not conform to {editions} for {products}: {items}.")
        if bad
        else N_("Conclusion: the items tested conform to {editions} for {products}.")
    )
    named = bad or judged
    sentence = words.say(
        message,
        items=words.listed([words.of(item.name) for item, _ in named]),
        editions=words.listed([verdict.edition for _, verdict in named]),
        products=words.listed([words.of(verdict.product) for _, verdict in named]),
    )
    return [statement(sentence, bad=bool(bad))]


def _explanations(items: Sequence[Item], words: PaperWords) -> list[Block]:
    """How verdicts were reached, why an uncertainty is not there, and what else is to be known."""
    lines = _rules(items, words)
    for item in items:
        name = words.of(item.name)
        if item.why_no_uncertainty:
            message = N_("{item}: no uncertainty is stated: {reason}")
            lines.append(words.say(message, item=name, reason=item.why_no_uncertainty))
        lines += [words.say("{item}: {remark}", item=name, remark=words.of(note)) for note in item.notes]
    return [notes(lines)] if lines else []


def _rules(items: Sequence[Item], words: PaperWords) -> list[str]:
    """One sentence for each decision rule and comparison, with the values that it was applied to."""
    applied: dict[tuple[Comparison, str], list[str]] = {}
    for item in items:
        for verdict in item.verdicts:
            key = (verdict.comparison, verdict.rule)
            applied.setdefault(key, []).append(_compared(item, verdict, words))
    return [
        words.say(
            "{values}: {comparison}. Decision rule: {rule}.",
            values=words.listed(values),
            comparison=words.say(COMPARISONS[comparison]),
            rule=words.rule(rule),
        )
        for (comparison, rule), values in applied.items()
    ]


def _compared(item: Item, verdict: Judgement, words: PaperWords) -> str:
    """``Moisture 13.96 % (probability that the statement is wrong: 25 %)``."""
    named = f"{words.of(item.name)} {with_unit(typeset(plain(verdict.compared)), verdict.unit)}"
    if verdict.risk is None:
        return named
    message = N_("{value} (probability that the statement is wrong: {risk})")
    return words.say(message, value=named, risk=words.risk(verdict.risk))


def _statements(report: Report, words: PaperWords) -> list[str]:
    lines = [
        words.say("The results relate only to the sample that was tested, as it was received."),
        words.say(
            "What is marked {mark} was said by the client; the laboratory does not answer for it.",
            mark=CLIENTS,
        ),
        words.say(
            "Without written approval of the laboratory this report must not be reproduced except in full."
        ),
        *_uncertainty_statement(report.items, words),
        words.say("Opinions and interpretations: none."),
    ]
    lines += _traceability(report, words)
    lines.append(
        words.say(
            "Signed electronically. The content is attached to the PDF file; with the check code anybody can "
            "ask the laboratory whether this report is the one that it issued. Times are {offset}.",
            offset=words.offset(report.issued_ns),
        )
    )
    return lines


def _traceability(report: Report, words: PaperWords) -> list[str]:
    """ISO/IEC 17025:2017, 6.5: through which certificates, and what those stand on."""
    if report.simulated:
        return [
            words.say(
                "Simulated instruments: the data have no metrological traceability and must not be used as "
                "results."
            )
        ]
    is_whole = all(each.is_traceable for each in report.instruments)
    message = _TRACEABLE if is_whole else _LIMITED
    named = {each.certificate: each.stands_on for each in report.instruments if each.stands_on}
    stands = [f"{number}: {', '.join(standards)}" for number, standards in named.items()]
    sentence = words.say("Standards that these certificates name: {list}.", list="; ".join(stands))
    return [words.say(message), *([sentence] if stands else [])]


def _uncertainty_statement(items: Sequence[Item], words: PaperWords) -> list[str]:
    if not any(item.U for item in items):
        return []
    levels = sorted({item.level for item in items if item.U and item.level is not None})
    message = (
        N_(
            "U is the expanded uncertainty: the combined standard uncertainty multiplied by the coverage "
            "factor k (JCGM 100, JJF 1059.1); coverage probability about {level}."
        )
        if levels
        else N_(
            "U is the expanded uncertainty: the combined standard uncertainty multiplied by the coverage "
            "factor k (JCGM 100, JJF 1059.1)."
        )
    )
    return [words.say(message, level=words.listed([words.level(level) for level in levels]))]
