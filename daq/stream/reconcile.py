"""Journal against time-series database: which readings never arrived, and what is there that should not be.

A server may drop what it accepted (too old, too new, malformed, forgotten in a crash): only counting tells.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from calibration.sentences import Sentence
from daq.journal import JournalReader, ReadingRow
from daq.journal.times import LATEST_NS, utc_text
from daq.stream.counts import HOUR_NS, Shelf
from daq.stream.cursor import read_cursor, read_rejected
from daq.stream.points import Series
from drivers.clock import Clock

DAY_NS = 24 * HOUR_NS
SECOND_LOOK_S = 2.0
"""After this long a server shows what it accepted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One series in one hour in which journal and server differ."""

    instrument: str
    channel: str
    quantity: str
    unit: str
    hour: str
    """Begin of the hour, UTC."""
    journal_rows: int
    """Readings up to the cursor."""
    server_rows: int
    """Points of these or unknown readings."""
    rejected: int
    """Readings the server refused openly: explained."""
    missing: int
    """Readings that are neither there nor explained: a gap."""
    surplus: int
    """Points without a reading, or there more than once."""
    first_missing_seq: int | None
    first_surplus_seq: int | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result of one comparison."""

    cursor_seq: int
    """Only rows up to here are compared: later ones are still to be sent."""
    journal_rows: int
    """Readings up to the cursor."""
    server_rows: int
    rejected: int
    missing: int
    surplus: int
    differences: tuple[Difference, ...]
    """Only hours with a gap or a surplus."""

    @property
    def ok(self) -> bool:
        """Everything is there once, or its absence is explained."""
        return not self.missing and not self.surplus

    @property
    def sentence(self) -> Sentence:
        """The result for people."""
        counted = Sentence(
            "{rows} readings up to row {last}, {points} points, {refused} refused",
            rows=self.journal_rows,
            last=self.cursor_seq,
            points=self.server_rows,
            refused=self.rejected,
        )
        if self.ok:
            return Sentence("Journal and time-series database agree: {counted}.", counted=counted)
        return Sentence(
            "Journal and time-series database differ: {counted}, {missing} missing, {surplus} too many. Look "
            "at the server's retention and log; hengliang stream --rebuild sends all once more.",
            counted=counted,
            missing=self.missing,
            surplus=self.surplus,
        )

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return {"ok": self.ok, "sentence": self.sentence, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Compares one journal with one server."""

    journal_path: Path
    stream_path: Path
    target: str
    """As in ``StreamService.target``."""
    shelf: Shelf
    clock: Clock

    def run(self) -> Reconciliation:
        """Compare; readings may go on streaming meanwhile.

        Raises:
            JournalError: the journal cannot be read.
            StreamError: the server cannot be asked, or stream.db cannot be used.
        """
        with JournalReader.open(self.journal_path) as reader:
            comparison = _Comparison(self, reader, read_cursor(self.stream_path, self.target))
            return comparison.result()


class _Comparison:
    def __init__(self, reconciler: Reconciler, reader: JournalReader, cursor_seq: int) -> None:
        self._shelf = reconciler.shelf
        self._clock = reconciler.clock
        self._reader = reader
        self._cursor_seq = cursor_seq
        rejected = read_rejected(reconciler.stream_path, reconciler.target)
        self._rejected = {point.seq for point in rejected if point.seq <= cursor_seq}
        self._channel_ids: dict[Series, list[int]] = defaultdict(list)
        for channel in reader.channels().values():
            self._channel_ids[Series.of(channel)].append(channel.id)

    def result(self) -> Reconciliation:
        journal = self._journal_counts()
        server = self._server_counts({hour_ns // DAY_NS for _, hour_ns in journal})
        suspects = [
            key for key in journal.keys() | server.keys() if journal.get(key, 0) != server.get(key, 0)
        ]
        if suspects:
            self._clock.sleep(SECOND_LOOK_S)
        looked_at = {key: self._look(*key) for key in sorted(suspects)}
        agreed = sum(count for key, count in journal.items() if key not in looked_at)
        found = list(looked_at.values())
        return Reconciliation(
            cursor_seq=self._cursor_seq,
            journal_rows=agreed + sum(one.journal_rows for one in found),
            server_rows=agreed + sum(one.server_rows for one in found),
            rejected=sum(one.rejected for one in found),
            missing=sum(one.missing for one in found),
            surplus=sum(one.surplus for one in found),
            differences=tuple(one for one in found if one.missing or one.surplus),
        )

    def _journal_counts(self) -> Mapping[tuple[Series, int], int]:
        """Rows past the cursor are counted too: their hours differ, and are then looked at row by row."""
        counts: Counter[tuple[Series, int]] = Counter()
        for series, channel_ids in self._channel_ids.items():
            for channel_id in channel_ids:
                for hour_ns, rows in self._reader.count_by_hour(channel_id, 0, LATEST_NS).items():
                    counts[series, hour_ns] += rows
        return counts

    def _server_counts(self, days: set[int]) -> Mapping[tuple[Series, int], int]:
        counts: dict[tuple[Series, int], int] = {}
        for day in sorted(days):
            counts.update(self._shelf.counts(day * DAY_NS, (day + 1) * DAY_NS, self._cursor_seq))
        return counts

    def _look(self, series: Series, hour_ns: int) -> Difference:
        rows = self._rows(series, hour_ns)
        there = Counter(seq for seq in self._seqs(series, hour_ns) if seq <= self._cursor_seq)
        sent = [row for row in rows if row.seq not in self._rejected]
        missing = [row.seq for row in sent if row.seq not in there]
        known = {row.seq for row in rows}
        surplus = [seq for seq, times in there.items() for _ in range(times - (seq in known))]
        return Difference(
            instrument=series.instrument,
            channel=series.channel,
            quantity=series.quantity,
            unit=series.unit,
            hour=utc_text(hour_ns)[:16] + "Z",
            journal_rows=len(rows),
            server_rows=there.total(),
            rejected=len(rows) - len(sent),
            missing=len(missing),
            surplus=len(surplus),
            first_missing_seq=min(missing, default=None),
            first_surplus_seq=min(surplus, default=None),
        )

    def _rows(self, series: Series, hour_ns: int) -> Sequence[ReadingRow]:
        rows: list[ReadingRow] = []
        for channel_id in self._channel_ids.get(series, ()):
            for row in self._reader.readings_between(channel_id, hour_ns, hour_ns + HOUR_NS):
                if row.seq > self._cursor_seq:
                    break  # of one channel, later in time is later in the journal
                rows.append(row)
        return rows

    def _seqs(self, series: Series, hour_ns: int) -> Sequence[int]:
        return self._shelf.seqs(series, hour_ns, hour_ns + HOUR_NS)
