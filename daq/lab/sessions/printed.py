"""The print key of an instrument: what it sends without being asked is a press, and never a value.

The journal keeps such bytes as an event. The press takes the polled, committed reading near it that says the
same as the print-out. The last digit of a resting balance still flickers, so that reading may be polled only
after the print-out: a press waits for it while the load lies there. If none comes, the one nearest in time is
taken whose last digit flickered by no more than a resting balance may; else nothing is captured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from daq.journal import EventRow, JournalChannel, JournalReader, ReadingRow
from daq.lab.sessions.bench import BenchRules
from daq.lab.sessions.readings import MOST_ROWS, STEPS, Asked, Taken, find_channel, step_of
from daq.lab.sessions.remarks import refuse, remark
from drivers.dialects.base import Dialect, cut_line
from drivers.reading import EventKind, Outcome, Quality

FLAG = "flag"
MOVED_STEPS = 20
"""A reading further away from the print-out than so many steps is of another load."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One line that an instrument printed by itself, with a stable value in it."""

    seq: int
    """Row of the journal with the bytes."""
    t_ns: int
    """When they were found on the wire."""
    text: str
    unit: str


def presses_since(
    reader: JournalReader, instrument: str, dialect: Dialect, after_seq: int
) -> tuple[tuple[Printed, ...], int]:
    """Presses of an instrument's print key after a row of the journal, and the row up to which was looked.

    Args:
        reader: of the journal.
        instrument: whose key.
        dialect: the instrument's, which reads its lines.
        after_seq: the last row that was looked at before.
    """
    found: list[Printed] = []
    key = (EventKind.UNSOLICITED, instrument)
    while rows := reader.read_since(after_seq, MOST_ROWS):
        after_seq = rows[-1].seq
        for row in rows:
            if isinstance(row, EventRow) and (row.kind, row.instrument) == key:
                found += _lines(row, dialect)
    return tuple(found), after_seq


class PrintKey:
    """Hears the print key for one place where a value is awaited."""

    def __init__(self, rules: BenchRules, after_seq: int) -> None:
        """Hear what comes after a row of the journal."""
        self._rules = rules
        self._seq = after_seq
        self.waiting: Printed | None = None
        """A press for which no reading says the same yet."""

    def hear(self, reader: JournalReader, asked: Asked, dialect: Dialect, since_ns: int) -> Printed | None:
        """The newest press, as soon as a reading says the same, or when none will any more.

        Args:
            reader: of the journal.
            asked: the reading that is wanted now.
            dialect: the instrument's.
            since_ns: what was pressed until then was for something else.

        Raises:
            StepRefusedError: the instrument has no such channel.
        """
        presses, self._seq = presses_since(reader, asked.name, dialect, self._seq)
        newest = presses[-1] if presses else self.waiting
        self.waiting = None
        if newest is None or newest.t_ns <= since_ns:
            return None
        near = _near(reader, asked, newest, self._rules)
        is_over = asked.pressed_ns - newest.t_ns > self._rules.stale_after(asked.name)
        if is_over or near.same or near.is_moved:
            return newest
        self.waiting = newest
        return None


def reading_printed(reader: JournalReader, asked: Asked, printed: Printed, rules: BenchRules) -> Taken:
    """The committed reading near a press that says the same as the print-out, but for a flicker.

    Raises:
        StepRefusedError: there is none that is stable and says so.
    """
    near = _near(reader, asked, printed, rules)
    found = near.same or near.close
    if not found:
        text = f"{printed.text} {printed.unit}"
        raise refuse([remark("printed-otherwise", instrument=asked.name, printed=text)])
    return Taken(near.channel, min(found, key=lambda row: abs(row.t_ns - printed.t_ns)), FLAG)


@dataclass(frozen=True, slots=True)
class _Near:
    """What was polled about the time of a press."""

    channel: JournalChannel
    same: tuple[ReadingRow, ...]
    """Stable, and with what was printed."""
    close: tuple[ReadingRow, ...]
    """Stable, and within two steps of it."""
    is_moved: bool
    """Another load lies there since, or none: nothing will say the same any more."""


def _near(reader: JournalReader, asked: Asked, printed: Printed, rules: BenchRules) -> _Near:
    channel = find_channel(reader, asked)
    reach_ns = rules.stale_after(asked.name)
    from_ns, to_ns = printed.t_ns - reach_ns, printed.t_ns + reach_ns
    said, step = Decimal(printed.text), step_of(printed.text)
    sound = Quality.SIMULATED if rules.simulated else Quality.GOOD
    same, close, is_moved = [], [], False
    for row in reader.readings_between(channel.id, from_ns, to_ns + 1):
        away = abs(Decimal(row.raw_text) - said)
        if channel.unit == printed.unit and not row.quality & ~sound:
            same += [row] if not away else []
            close += [row] if away <= STEPS * step else []
        is_moved |= row.t_ns > printed.t_ns and away > MOVED_STEPS * step
    return _Near(channel, tuple(same), tuple(close), is_moved)


def _lines(row: EventRow, dialect: Dialect) -> Iterator[Printed]:
    rest = row.frame
    while end := cut_line(rest):
        line, rest = rest[:end], rest[end:]
        decoded = dialect.decode(line)
        if decoded.outcome is not Outcome.OK:
            continue
        for one in decoded.indications:
            if one.unit and one.quality.stable is True:
                yield Printed(row.seq, row.t_ns, one.text, one.unit)
