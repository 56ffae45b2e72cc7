"""The journal for everyone else: committed rows only, from any process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Self

from daq.errors import JournalDamagedError
from daq.i18n import N_
from daq.journal.files import connect_reader, explained
from daq.journal.rows import EMPTY, EventRow, Head, JournalChannel, ReadingRow, Row, Span
from drivers.reading import EventKind, Quality

HOUR_NS = 3_600_000_000_000
PAGE_ROWS = 5_000

_READING = "SELECT seq, channel_id, t_ns, raw, raw_text, quality, frame FROM reading "
_EVENT = "SELECT seq, t_ns, kind, instrument, channel, text, frame FROM event "


class JournalReader:
    """A read-only view of the journal: one for each thread.

    Every method sees the commits of that moment and holds nothing afterwards, so it never delays the writer.
    """

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        """Use ``JournalReader.open``."""
        self._file = file
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal ``path`` (the file ``journal.db``); its writer may run or not.

        Raises:
            JournalMissingError: there is no journal, or its writer has not set it up yet.
            JournalVersionError: the file is not a journal of this version.
            JournalDamagedError: it cannot be read.
        """
        with _clear_errors(path):
            return cls(path, connect_reader(path))

    def close(self) -> None:
        """End reading."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read_since(self, seq: int, limit: int) -> list[Row]:
        """At most ``limit`` rows with a number above ``seq``, in order: a consumer's next batch."""
        where = "WHERE seq > ? ORDER BY seq LIMIT ?"
        with _clear_errors(self._file):
            # both tables as of one moment: a commit between the two would let a cursor pass over its readings
            self._connection.execute("BEGIN")
            try:
                readings = self._readings(where, seq, limit)
                events = self._events(where, seq, limit)
            finally:
                self._connection.execute("ROLLBACK")
        return list(islice(merge(readings, events, key=attrgetter("seq")), limit))

    def channels(self) -> dict[int, JournalChannel]:
        """All channels that ever were, by number."""
        with _clear_errors(self._file):
            rows = self._connection.execute("SELECT * FROM channel ORDER BY id").fetchall()
        return {row[0]: JournalChannel(*row) for row in rows}

    def head(self) -> Head:
        """The head of the hash chain."""
        with _clear_errors(self._file):
            row = self._connection.execute(
                "SELECT seq, sha256 FROM chain ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return Head(row[0], row[1].hex()) if row else EMPTY

    def latest(self, channel_id: int, n: int) -> list[ReadingRow]:
        """The last ``n`` readings of a channel, oldest first."""
        with _clear_errors(self._file):
            newest_first = self._readings("WHERE channel_id = ? ORDER BY t_ns DESC LIMIT ?", channel_id, n)
        return newest_first[::-1]

    def latest_event(self, instrument: str) -> EventRow | None:
        """The last event of an instrument, of any kind; ``""`` for those of the whole journal."""
        with _clear_errors(self._file):
            events = self._events("WHERE instrument = ? ORDER BY seq DESC LIMIT 1", instrument)
        return events[0] if events else None

    def readings_between(self, channel_id: int, from_ns: int, to_ns: int) -> Iterator[ReadingRow]:
        """The readings of a channel with ``from_ns <= t_ns < to_ns`` in order of time, however many."""
        where = "WHERE channel_id = ? AND t_ns >= ? AND t_ns < ? ORDER BY t_ns LIMIT ?"
        while True:
            with _clear_errors(self._file):
                page = self._readings(where, channel_id, from_ns, to_ns, PAGE_ROWS)
            yield from page
            if len(page) < PAGE_ROWS:
                return
            from_ns = page[-1].t_ns + 1

    def count_by_hour(self, channel_id: int, from_ns: int, to_ns: int) -> dict[int, int]:
        """Number of readings with ``from_ns <= t_ns < to_ns`` by the UTC hour's begin in ns."""
        with _clear_errors(self._file):
            rows = self._connection.execute(
                "SELECT t_ns / ?1 * ?1 AS hour_ns, count(*) FROM reading"
                " WHERE channel_id = ?2 AND t_ns >= ?3 AND t_ns < ?4 GROUP BY hour_ns ORDER BY hour_ns",
                (HOUR_NS, channel_id, from_ns, to_ns),
            ).fetchall()
        return dict(rows)

    def span(self, channel_id: int, from_ns: int, to_ns: int) -> Span:
        """How many readings of a channel there are with ``from_ns <= t_ns < to_ns``, and their numbers."""
        with _clear_errors(self._file):
            row = self._connection.execute(
                "SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM reading"
                " WHERE channel_id = ? AND t_ns >= ? AND t_ns < ?",
                (channel_id, from_ns, to_ns),
            ).fetchone()
        return Span(*row)

    def _readings(self, where: str, *values: int) -> list[ReadingRow]:
        rows = self._connection.execute(_READING + where, values).fetchall()
        return [
            ReadingRow(seq, channel_id, t_ns, raw, text, Quality(quality), frame)
            for seq, channel_id, t_ns, raw, text, quality, frame in rows
        ]

    def _events(self, where: str, *values: int | str) -> list[EventRow]:
        rows = self._connection.execute(_EVENT + where, values).fetchall()
        return [EventRow(seq, t_ns, EventKind(kind), *rest) for seq, t_ns, kind, *rest in rows]


@contextmanager
def _clear_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a reader used from another thread, or after close: a mistake of the program, not of the file
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise explained(error, file) from error
    except ValueError as error:
        raise JournalDamagedError(
            N_("{file} was altered ({error}); run hengliang verify."), file=file, error=error
        ) from error
