"""The one writer: readings and events into the journal, acknowledged when they are on the disk."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from daq.errors import JournalWriteError
from daq.journal.blocks import BlockWriter
from daq.journal.files import JournalFiles
from daq.journal.heads import HeadsFile
from daq.journal.intake import Intake
from daq.journal.lock import WriterLock
from daq.journal.queue import Entry, Ticket, WriteQueue
from daq.journal.rows import ChannelDefinition
from daq.journal.start import Found, open_found, take_lock
from daq.journal.times import utc_text
from drivers.clock import Clock
from drivers.reading import Event, EventKind, Reading

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
CLOSE_PATIENCE_S = 5.0


class Journal:
    """The record of a site, open for writing in one process; any thread may append.

    Rows are numbered from 1 without gap in the order of ``append``. A commit that fails is tried again for
    ever: until then nothing is acknowledged, nothing is dropped, and whoever appends waits once 10,000 rows
    are queued.
    """

    def __init__(self, files: JournalFiles, lock: WriterLock, found: Found, clock: Clock) -> None:
        """Use ``Journal.open``."""
        self._files = files
        self._lock = lock
        self._clock = clock
        self._connection = found.connection
        self._blocks = BlockWriter(found.connection, found.head)
        self._heads = HeadsFile(files.heads)
        self._queue = WriteQueue()
        self._intake = Intake(self._queue, found.channels, found.newest_ns, clock)
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._close_once = threading.Lock()
        self._closed = False
        self._commit_trouble = ""
        self._heads_trouble = ""
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()
        if found.account:
            self.append([Event(EventKind.RECOVERED, "", clock.now_ns(), found.account)])

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Self:
        """Open the journal ``path`` (the file ``journal.db``), or make a new one with its directory.

        Raises:
            JournalLockedError: another process writes it.
            JournalDamagedError: it cannot be read, or is gone although there was one.
            JournalVersionError: it is another version's, or another program's database.
            JournalWriteError: the directory cannot be written.
        """
        files = JournalFiles(path)
        holder = f"process {os.getpid()} since {utc_text(clock.now_ns())}"
        lock = take_lock(files, holder)
        try:
            return cls(files, lock, open_found(files, lock.previous), clock)
        except BaseException:
            lock.leave()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def trouble(self) -> str | None:
        """Why rows are not being committed, as a sentence; None while all is well."""
        if self._commit_trouble:
            return (
                f"{self._commit_trouble} Rows waiting in memory, not acknowledged: {self._queue.rows}; they "
                "are written by themselves when the cause is gone: free space, or end what holds the file."
            )
        return self._heads_trouble or None

    def append(self, items: Sequence[Reading | Event]) -> Ticket:
        """Queue ``items`` for the next commit, all of them or none; waits only while the queue is full.

        A reading's time becomes at least 1 ms later than the one before it of its instrument, name and unit;
        where the clock stepped back, an event ``CLOCK_STEP`` goes before it.

        Raises:
            UndefinedChannelError: a reading's instrument, channel and unit were not defined since opening.
            RowError: a value that is not a finite decimal number, a time outside 1970 to 2255, a text that is
                not Unicode, a frame over 1 MiB.
            JournalClosedError: the journal is closed.
        """
        return self._intake.append(items)

    def define_channel(self, definition: ChannelDefinition) -> None:
        """Make a channel known before its readings; returns when that is on the disk.

        Readings of its instrument, name and unit belong to it from here on. The same definition again keeps
        its number; a new unit, profile, serial number or firmware makes another channel. Every process
        defines its channels anew, because only it knows which instrument is at the wire now.

        Raises:
            RowError: a text that is not Unicode.
            JournalClosedError: the journal is closed.
            JournalWriteError: it was closed before this could be committed.
        """
        self._intake.define(definition).wait()

    def close(self) -> None:
        """Commit what is queued, export the head, let the next writer in.

        Raises:
            JournalWriteError: for 5 s the rows could not be committed, or the head not exported; the sentence
                says how many rows are lost. Their tickets fail.
        """
        with self._close_once:
            if self._closed:
                return
            self._closed = True
            self._queue.close()
            self._closing.set()
            self._thread.join(CLOSE_PATIENCE_S)
            self._given_up.set()
            self._thread.join()
            trouble = self._commit_trouble or self._heads_trouble
            lost = self._queue.fail_all(f"The journal was closed before the rows were committed. {trouble}")
            self._connection.close()
            self._lock.release(clean=lost == 0)
        if trouble:
            raise JournalWriteError(
                f"Rows lost, because they were never committed: {lost}. {trouble}" if lost else trouble
            )

    def _write(self) -> None:
        """The writer's thread: one group, one commit, one acknowledgement."""
        self._export_head(daily=False)
        while group := self._queue.next_group():
            if not self._commit(group):
                return
            self._export_head(daily=True)
        self._export_head(daily=False)
        with contextlib.suppress(sqlite3.Error):  # the next start does it otherwise
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _commit(self, group: Sequence[Entry]) -> bool:
        """Commit ``group``, however long it takes; False when closing gave up on it."""
        pause_s = FIRST_PAUSE_S
        while True:
            first_seq = self._blocks.head.seq + 1
            try:
                self._blocks.commit(group)
            except Exception as error:  # noqa: BLE001 the thread's edge: whatever it was, the rows stay queued
                self._note_commit_trouble(error)
            else:
                self._commit_trouble = ""
                self._queue.done(group)
                for entry in group:
                    entry.acknowledge(first_seq)
                    first_seq += len(entry.drafts)
                return True
            if self._given_up.is_set():
                return False
            (self._given_up if self._closing.is_set() else self._closing).wait(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _note_commit_trouble(self, error: Exception) -> None:
        if not self._commit_trouble:
            since = utc_text(self._clock.now_ns())
            self._commit_trouble = f"Nothing was written to {self._files.main} since {since}: {error}."

    def _export_head(self, *, daily: bool) -> None:
        export = self._heads.export_daily if daily else self._heads.export
        try:
            export(self._blocks.head, self._clock.now_ns())
            self._heads_trouble = ""
        except OSError as error:
            self._heads_trouble = (
                f"Rows are committed, but the head cannot be exported to {self._files.heads}: {error}."
            )
