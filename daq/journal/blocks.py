"""One commit is one block of the hash chain."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from typing import cast

from daq.journal.queue import Draft, Entry
from daq.journal.rows import EventColumns, Head, ReadingColumns, canonical_event, canonical_reading, digest_of


class Block:
    """Rows that get their numbers, digests and common link of the chain."""

    def __init__(self, previous: Head) -> None:
        self._seq = previous.seq
        self._chain = hashlib.sha256(bytes.fromhex(previous.sha256))
        self.readings: list[tuple[object, ...]] = []
        self.events: list[tuple[object, ...]] = []
        self.channels: list[tuple[object, ...]] = []

    @property
    def head(self) -> Head:
        """The head of the chain once this block is committed."""
        return Head(self._seq, self._chain.hexdigest())

    def add(self, draft: Draft) -> None:
        """Give ``draft`` the next number."""
        self._seq += 1
        columns = (self._seq, *draft.values)
        if draft.is_reading:
            canonical = canonical_reading(cast(ReadingColumns, columns))
            self.readings.append((*columns, digest_of(canonical)))
        else:
            canonical = canonical_event(cast(EventColumns, columns))
            self.events.append((*columns, digest_of(canonical)))
        if draft.defines is not None:
            self.channels.append(astuple(draft.defines))
        self._chain.update(canonical)


class BlockWriter:
    """Commits blocks over the one writing connection."""

    def __init__(self, connection: sqlite3.Connection, head: Head) -> None:
        self._connection = connection
        self.head = head
        """The last committed head."""

    def commit(self, group: Sequence[Entry]) -> None:
        """Write ``group`` as one block; when it returns, the rows are on the disk.

        Raises:
            sqlite3.Error: nothing of it was written, and the same group may be tried again.
        """
        block = Block(self.head)
        for entry in group:
            for draft in entry.drafts:
                block.add(draft)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._insert(block)
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite may have rolled back by itself already; the first error is the one to tell
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            raise
        self.head = block.head

    def _insert(self, block: Block) -> None:
        many = self._connection.executemany
        many("INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?, ?)", block.channels)
        many("INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)", block.readings)
        many("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", block.events)
        self._connection.execute(
            "INSERT INTO chain VALUES (?, ?)", (block.head.seq, bytes.fromhex(block.head.sha256))
        )
