"""What waits for the next commit: bounded, in order, and never dropped."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from daq.errors import JournalClosedError, JournalWriteError, TicketTimeoutError
from daq.i18n import N_
from daq.journal.rows import JournalChannel

GROUP_S = 0.020
GROUP_ROWS = 500
LONGEST_QUEUE_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A row before it has a number: the columns of its table after ``seq``, without the digest."""

    is_reading: bool
    values: tuple[object, ...]
    defines: JournalChannel | None = None
    """The row of the channel table that the same commit writes."""


class Ticket:
    """The promise for one ``append``: it is kept when ``wait`` returns."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._seqs: tuple[int, ...] = ()
        self._failure = ""

    def wait(self, timeout_s: float | None = None) -> tuple[int, ...]:
        """The numbers of the rows in the order of the items, once they are on the disk.

        Args:
            timeout_s: seconds to wait; None waits as long as it takes.

        Raises:
            TicketTimeoutError: they are not committed yet; they still wait, and ``wait`` may be called again.
            JournalWriteError: the journal was closed before they could be committed: they are not in it.
        """
        if not self._done.wait(timeout_s):
            raise TicketTimeoutError(
                N_("Not committed within {timeout_s} s; the rows still wait: is the disk full or slow?"),
                timeout_s=timeout_s,
            )
        if self._failure:
            raise JournalWriteError(self._failure)
        return self._seqs

    def acknowledge(self, seqs: tuple[int, ...]) -> None:
        """The commit has returned."""
        self._seqs = seqs
        self._done.set()

    def fail(self, sentence: str) -> None:
        """The rows will never be committed."""
        self._failure = sentence
        self._done.set()


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows of one ``append``: they are committed together."""

    drafts: Sequence[Draft]
    positions: Sequence[int]
    """Where the caller's items stand among the drafts; the others are the journal's own events."""
    ticket: Ticket
    queued_s: float

    def acknowledge(self, first_seq: int) -> None:
        """Tell the ticket, now that the drafts stand in the journal from ``first_seq`` on."""
        self.ticket.acknowledge(tuple(first_seq + position for position in self.positions))


class WriteQueue:
    """Entries in order of their numbers to be; whoever puts waits while it is full."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._entries: deque[Entry] = deque()
        self._rows = 0
        self._closed = False

    @property
    def rows(self) -> int:
        """Rows that are not committed yet."""
        return self._rows

    def put(self, drafts: Sequence[Draft], positions: Sequence[int]) -> Ticket:
        """Queue rows that belong together; waits for room.

        Raises:
            JournalClosedError: the journal is closed, or was closed while this waited; nothing was queued.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(len(drafts)))
            if self._closed:
                raise JournalClosedError(N_("The journal is closed and takes no rows; open it again."))
            entry = Entry(drafts, positions, Ticket(), time.monotonic())
            self._entries.append(entry)
            self._rows += len(drafts)
            self._changed.notify_all()
        return entry.ticket

    def _has_room(self, rows: int) -> bool:
        return self._rows == 0 or self._rows + rows <= LONGEST_QUEUE_ROWS

    def next_group(self) -> list[Entry]:
        """The entries for the next commit: they stay queued until ``done``. Empty once closed and all done.

        Waits for the first entry, and then until it has waited 20 ms or 500 rows are there.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._entries)
            if not self._entries:
                return []
            patience_s = self._entries[0].queued_s + GROUP_S - time.monotonic()
            self._changed.wait_for(lambda: self._closed or self._rows >= GROUP_ROWS, max(0.0, patience_s))
            group: list[Entry] = []
            rows = 0
            for entry in self._entries:
                if rows >= GROUP_ROWS:
                    break
                group.append(entry)
                rows += len(entry.drafts)
            return group

    def done(self, group: Sequence[Entry]) -> None:
        """Forget a group from the head of the queue: it is committed."""
        with self._changed:
            for entry in group:
                self._entries.popleft()
                self._rows -= len(entry.drafts)
            self._changed.notify_all()

    def close(self) -> None:
        """Take no more; what is there is still handed out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def fail_all(self, sentence: str) -> int:
        """Give up what is still there; returns the number of rows."""
        with self._changed:
            rows = self._rows
            for entry in self._entries:
                entry.ticket.fail(sentence)
            self._entries.clear()
            self._rows = 0
            self._changed.notify_all()
        return rows
