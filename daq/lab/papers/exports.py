"""Sessions, results and captures as tables for spreadsheets; every other list is a ``tables.Table`` too."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from calibration.conformity import Decision
from daq.i18n import N_
from daq.i18n.figures import symbol
from daq.i18n.speech import NS_PER_S
from daq.lab.papers.content import CaptureLine
from daq.lab.papers.tables import Heading, Table, Value
from daq.lab.papers.words import DECISIONS
from daq.lab.results.outcome import number_text
from daq.lab.results.words import Words, words
from drivers.reading import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session in a list."""

    session: str
    method: Words
    sample: str
    product: Words
    client: str
    begun_ns: int
    ended_ns: int | None
    state: Words
    name: str
    """Of the technician."""
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """A result in a list."""

    session: str
    version: int
    sample: str
    product: Words
    lot: str
    client: str
    method: Words
    item: Words
    portion: int
    """0 for a result of the sample."""
    value: Decimal
    """Unrounded."""
    reported: str
    unit: str
    u: float | None
    k: float | None
    U: float | None
    limit: str
    edition: str
    decision: Decision | None
    computed_ns: int
    report: str
    """Number; empty where none was issued."""
    simulated: bool


def sessions_table(lines: Sequence[SessionLine], timezone: str) -> Table:
    """Sessions, one a row; times in the site's zone."""
    when = _clock(timezone)
    return Table(
        words(N_("List of sessions")),
        (
            Heading(words(N_("Session number"))),
            Heading(words(N_("Test method"))),
            Heading(words(N_("Sample number"))),
            Heading(words(N_("Product"))),
            Heading(words(N_("Client"))),
            Heading(words(N_("Begun")), timezone),
            Heading(words(N_("Ended")), timezone),
            Heading(words(N_("State"))),
            Heading(words(N_("Done by"))),
            Heading(words(N_("Simulated"))),
        ),
        [
            (
                line.session,
                _both(line.method),
                line.sample,
                _both(line.product),
                line.client,
                when(line.begun_ns),
                when(line.ended_ns),
                _both(line.state),
                line.name,
                _yes(line.simulated),
            )
            for line in lines
        ],
    )


def results_table(lines: Sequence[ResultLine], timezone: str) -> Table:
    """Results, one a row: unrounded and as reported."""
    when = _clock(timezone)
    return Table(
        words(N_("Test results")),
        (
            Heading(words(N_("Session number"))),
            Heading(words(N_("Version"))),
            Heading(words(N_("Report number"))),
            Heading(words(N_("Sample number"))),
            Heading(words(N_("Product"))),
            Heading(words(N_("Lot"))),
            Heading(words(N_("Client"))),
            Heading(words(N_("Test method"))),
            Heading(words(N_("Test item"))),
            Heading(words(N_("Portion"))),
            Heading(words(N_("Reported result"))),
            Heading(words(N_("Unrounded result"))),
            Heading(Words("u", "u")),
            Heading(Words("k", "k")),
            Heading(Words("U", "U")),
            Heading(words(N_("Unit"))),
            Heading(words(N_("Limit"))),
            Heading(words(N_("Specification"))),
            Heading(words(N_("Statement of conformity"))),
            Heading(words(N_("Computed at")), timezone),
            Heading(words(N_("Simulated"))),
        ),
        [_result(line, when) for line in lines],
    )


def _result(line: ResultLine, when: Callable[[int | None], Value]) -> tuple[Value, ...]:
    return (
        line.session,
        line.version,
        line.report,
        line.sample,
        _both(line.product),
        line.lot,
        line.client,
        _both(line.method),
        _both(line.item),
        line.portion or None,
        _number(line.reported),
        line.value,
        _figure(line.u),
        _figure(line.k),
        _figure(line.U),
        symbol(line.unit),
        line.limit,
        line.edition,
        _both(words(DECISIONS[line.decision][1])) if line.decision else "",
        when(line.computed_ns),
        _yes(line.simulated),
    )


def captures_table(lines: Sequence[CaptureLine], timezone: str) -> Table:
    """Captures, one a row: as the instrument said it, and corrected."""
    when = _clock(timezone)
    return Table(
        words(N_("Readings captured from instruments")),
        (
            Heading(words(N_("Session number"))),
            Heading(words(N_("No."))),
            Heading(words(N_("Time")), timezone),
            Heading(words(N_("Step"))),
            Heading(words(N_("Portion"))),
            Heading(words(N_("Turn"))),
            Heading(words(N_("Into"))),
            Heading(words(N_("Instrument"))),
            Heading(words(N_("Channel"))),
            Heading(words(N_("Indication"))),
            Heading(words(N_("Unit of the indication"))),
            Heading(words(N_("Corrected value"))),
            Heading(Words("u", "u")),
            Heading(Words("k", "k")),
            Heading(words(N_("Unit"))),
            Heading(words(N_("Certificate"))),
            Heading(words(N_("State"))),
            Heading(words(N_("Simulated"))),
            Heading(words(N_("Row of the journal"))),
            Heading(words(N_("Frame, hexadecimal"))),
            Heading(words(N_("Done by"))),
            Heading(words(N_("Struck out because"))),
            Heading(words(N_("Struck out by"))),
            Heading(words(N_("Struck out at")), timezone),
        ),
        [_capture(line, when) for line in lines],
    )


def _capture(line: CaptureLine, when: Callable[[int | None], Value]) -> tuple[Value, ...]:
    capture = line.capture
    return (
        capture.session,
        capture.id,
        when(capture.t_ns),
        _both(line.step),
        capture.portion or None,
        capture.turn,
        capture.into,
        capture.instrument,
        capture.channel,
        _number(capture.raw_text),
        symbol(capture.unit),
        _figure(capture.value),
        _figure(capture.u),
        _figure(line.k),
        symbol(capture.value_unit) if capture.value is not None else "",
        line.certificate,
        capture.quality.words,
        _yes(Quality.SIMULATED in capture.quality),
        capture.seq,
        capture.frame.hex(" "),
        line.taken_by,
        capture.struck,
        line.struck_by,
        when(line.struck_ns),
    )


def _clock(timezone: str) -> Callable[[int | None], datetime.datetime | None]:
    zone = ZoneInfo(timezone)

    def when(t_ns: int | None) -> datetime.datetime | None:
        if t_ns is None:
            return None
        seconds, rest = divmod(t_ns, NS_PER_S)
        moment = datetime.datetime.fromtimestamp(seconds, zone)
        return moment.replace(microsecond=rest // 1000)

    return when


def _number(text: str) -> Decimal | str:
    """The number with its digits; a text that is none stays as it is."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _figure(value: float | None) -> Decimal | None:
    """A computed number without the tail of a float."""
    text = number_text(value)
    return None if text is None else Decimal(text)


def _both(text: Words) -> str:
    return " / ".join(dict.fromkeys(part for part in (text.zh, text.en) if part))


def _yes(value: bool) -> str:
    return _both(words(N_("yes"))) if value else ""
