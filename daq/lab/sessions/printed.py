"""The print key of an instrument: what it sends without being asked is a press, and never a value.

The journal keeps such bytes as an event. The press takes the polled, committed reading near it that says the
same as the print-out; if none does, nothing is captured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from daq.journal import EventRow, JournalReader
from daq.lab.sessions.bench import BenchRules
from daq.lab.sessions.readings import MOST_ROWS, Asked, Taken, find_channel
from daq.lab.sessions.remarks import refuse, remark
from drivers.dialects.base import Dialect, cut_line
from drivers.reading import EventKind, Outcome, Quality

FLAG = "flag"


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


def reading_printed(reader: JournalReader, asked: Asked, printed: Printed, rules: BenchRules) -> Taken:
    """The committed reading near a press that says the same as the print-out.

    Raises:
        StepRefusedError: there is none that is stable and says the same.
    """
    channel = find_channel(reader, asked)
    reach_ns = rules.stale_after(asked.name)
    near = reader.readings_between(channel.id, printed.t_ns - reach_ns, printed.t_ns + reach_ns + 1)
    same = [
        row
        for row in near
        if channel.unit == printed.unit
        and Decimal(row.raw_text) == Decimal(printed.text)
        and not row.quality & ~(Quality.SIMULATED if rules.simulated else Quality.GOOD)
    ]
    if not same:
        text = f"{printed.text} {printed.unit}"
        raise refuse([remark("printed-otherwise", instrument=asked.name, printed=text)])
    return Taken(channel, min(same, key=lambda row: abs(row.t_ns - printed.t_ns)), FLAG)


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
