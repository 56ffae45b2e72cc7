"""Whether the journal is what was written: every row, every block, every exported head."""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import Any

from calibration.sentences import Sentence
from daq.errors import JournalDamagedError
from daq.i18n import N_
from daq.journal.files import JournalFiles, connect_reader, explained
from daq.journal.heads import ExportedHead, read_heads
from daq.journal.proof import NotAsWrittenError, RowProof
from daq.journal.rows import EMPTY, Head

Progress = Callable[[int, int], None]
"""Called now and then with the rows that are done and the rows there are."""

PAGE_BLOCKS = 256
_LOWEST = -(1 << 63)

_READINGS = (
    "SELECT seq, channel_id, t_ns, raw, raw_text, quality, frame, digest, 1 FROM reading"
    " WHERE seq BETWEEN ? AND ? ORDER BY seq"
)
_EVENTS = (
    "SELECT seq, t_ns, kind, instrument, channel, text, frame, digest, 0 FROM event"
    " WHERE seq BETWEEN ? AND ? ORDER BY seq"
)
_BEYOND = """
WITH beyond (seq) AS (SELECT coalesce(max(seq) + 1, ?) FROM chain)
SELECT min(seq) FROM (
    SELECT min(seq) AS seq FROM reading WHERE seq >= (SELECT seq FROM beyond)
    UNION ALL SELECT min(seq) FROM event WHERE seq >= (SELECT seq FROM beyond)
)
"""


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found."""

    ok: bool
    rows: int
    """Rows that are proved to be as they were written."""
    blocks: int
    head: Head
    """The last head that is proved."""
    first_bad: int | None
    """Number of the first row that is not as it was written; None if all are, or if it is not a row."""
    sentence: Sentence


def verify(path: Path, progress: Progress | None = None) -> Verification:
    """Recompute the journal ``path`` (the file ``journal.db``) from row 1, and compare the exported heads.

    Reads page by page up to the head of this moment, so the writer may go on meanwhile.

    Raises:
        JournalMissingError: there is no journal.
        JournalVersionError: it is another version's, or another program's database.
        JournalWriteError: it cannot be read now: locked, no permission, I/O error.
    """
    state = _Verifier(JournalFiles(path), progress or (lambda done, total: None))
    try:
        state.run()
    except NotAsWrittenError as fault:
        return state.result(fault.seq, fault.sentence)
    except JournalDamagedError as damage:
        return state.result(None, damage.sentence)
    return state.result(None, None)


class _Verifier:
    """One pass over the journal; ``head`` is what is proved so far."""

    def __init__(self, files: JournalFiles, progress: Progress) -> None:
        self._files = files
        self._progress = progress
        self._head = EMPTY
        self._blocks = 0
        self._heads_agree = 0
        self._seq = 0

    def run(self) -> None:
        """Raise at the first thing that is not as it was written."""
        try:
            # read before the journal: whatever they name must then be in it
            self._exported = deque(read_heads(self._files.heads))
            with closing(connect_reader(self._files.main)) as connection:
                # text that was altered into something else than UTF-8 must come out as it stands
                connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
                self._pass(connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            found = explained(error, self._files.main)
            if isinstance(found, JournalDamagedError) and self._seq:
                raise NotAsWrittenError(
                    self._seq + 1, Sentence("After row {seq}: {found}", seq=self._seq, found=found.sentence)
                ) from error
            raise found from error

    def result(self, first_bad: int | None, fault: Sentence | None) -> Verification:
        """What was found, with the sentence for a whole journal where there is no fault."""
        whole = Sentence(
            "All {rows} rows in {blocks} blocks are as they were written; {heads} exported heads agree; head "
            "{rows} {sha256}.",
            rows=self._head.seq,
            blocks=self._blocks,
            heads=self._heads_agree,
            sha256=self._head.sha256,
        )
        ok, rows = fault is None, self._head.seq
        return Verification(ok, rows, self._blocks, self._head, first_bad, fault or whole)

    def _pass(self, connection: sqlite3.Connection) -> None:
        end, channel_ids = _snapshot(connection)
        proof = RowProof(connection)
        self._compare_heads(EMPTY)
        low = _LOWEST
        while page := connection.execute(
            "SELECT seq, sha256 FROM chain WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
            (low, end, PAGE_BLOCKS),
        ).fetchall():
            self._check_page(connection, proof, low, page)
            low = self._seq + 1
            self._progress(self._seq, end)
        self._check_end(connection)
        for channel_id in sorted(channel_ids - proof.channel_ids):
            raise NotAsWrittenError(
                None,
                Sentence(
                    "Channel {channel_id} was inserted: no row of the journal defines it.",
                    channel_id=channel_id,
                ),
            )
        (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise JournalDamagedError(
                N_("Every row is as it was written, but the file is damaged: {state}."), state=state
            )

    def _check_page(
        self, connection: sqlite3.Connection, proof: RowProof, low: int, page: list[tuple[int, bytes]]
    ) -> None:
        blocks = deque(page)
        chain = hashlib.sha256(bytes.fromhex(self._head.sha256))
        for *columns, digest, is_reading in _rows(connection, low, page[-1][0]):
            self._check_number(columns[0])
            row: Any = tuple(columns)
            chain.update(proof.reading(row, digest) if is_reading else proof.event(row, digest))
            self._seq += 1
            if self._seq == blocks[0][0]:
                self._end_block(chain.digest(), blocks.popleft()[1])
                chain = hashlib.sha256(chain.digest())
        if blocks:
            seq = blocks[0][0]
            if seq <= self._seq:
                raise NotAsWrittenError(
                    seq, Sentence("The hash chain was altered: it has an entry for row {seq}.", seq=seq)
                )
            raise NotAsWrittenError(
                self._seq + 1,
                Sentence(
                    "Row {seq} is missing: the hash chain goes on to row {next}.",
                    seq=self._seq + 1,
                    next=seq,
                ),
            )

    def _check_number(self, seq: int) -> None:
        expected = self._seq + 1
        if seq < expected:
            raise NotAsWrittenError(
                seq, Sentence("Row {seq} was inserted: there is no place for its number.", seq=seq)
            )
        if seq > expected:
            missing = (
                Sentence("Row {first} is", first=expected)
                if seq == expected + 1
                else Sentence("Rows {first} to {last} are", first=expected, last=seq - 1)
            )
            raise NotAsWrittenError(
                expected,
                Sentence(
                    "{missing} missing: row {seq} follows row {last}.",
                    missing=missing,
                    seq=seq,
                    last=expected - 1,
                ),
            )

    def _end_block(self, computed: bytes, stored: bytes) -> None:
        first = self._head.seq + 1
        if computed != stored:
            raise NotAsWrittenError(
                first,
                Sentence(
                    "Rows {first} to {seq} do not give their link of the chain: the link was altered, or a "
                    "row together with its digest.",
                    first=first,
                    seq=self._seq,
                ),
            )
        self._head = Head(self._seq, computed.hex())
        self._blocks += 1
        self._compare_heads(self._head)

    def _compare_heads(self, head: Head) -> None:
        """Every exported head up to ``head`` must be one that the chain went through."""
        while self._exported and self._exported[0].head.seq <= head.seq:
            exported = self._exported.popleft()
            if exported.head != head:
                raise NotAsWrittenError(
                    exported.head.seq,
                    Sentence(
                        "The journal was rewritten, or {line} was altered: rows up to {seq} do not give the "
                        "head that was exported on {utc}.",
                        line=_line(self._files, exported),
                        seq=exported.head.seq,
                        utc=exported.utc,
                    ),
                )
            self._heads_agree += 1

    def _check_end(self, connection: sqlite3.Connection) -> None:
        (beyond,) = connection.execute(_BEYOND, (_LOWEST,)).fetchone()
        if beyond is not None:
            raise NotAsWrittenError(
                beyond,
                Sentence(
                    "Row {beyond} was inserted: it is outside the hash chain, which ends at row {seq}.",
                    beyond=beyond,
                    seq=self._seq,
                ),
            )
        if self._exported:
            last = self._exported[-1]
            raise NotAsWrittenError(
                self._seq + 1,
                Sentence(
                    "Rows {first} to {last} were cut off: {line} of {utc} says that they were there, the "
                    "journal ends at row {end}.",
                    first=self._seq + 1,
                    last=last.head.seq,
                    line=_line(self._files, last),
                    utc=last.utc,
                    end=self._seq,
                ),
            )


def _snapshot(connection: sqlite3.Connection) -> tuple[int, set[int]]:
    """The last row of the chain and the channels, as of one moment."""
    connection.execute("BEGIN")
    try:
        (end,) = connection.execute("SELECT coalesce(max(seq), 0) FROM chain").fetchone()
        ids = {row[0] for row in connection.execute("SELECT id FROM channel")}
    finally:
        connection.execute("ROLLBACK")
    return end, ids


def _rows(connection: sqlite3.Connection, low: int, high: int) -> Iterator[tuple[Any, ...]]:
    """Readings and events from ``low`` to ``high`` in one order."""
    readings = connection.execute(_READINGS, (low, high))
    events = connection.execute(_EVENTS, (low, high))
    return merge(readings, events, key=itemgetter(0))


def _line(files: JournalFiles, exported: ExportedHead) -> Sentence:
    return Sentence("{file} line {line}", file=files.heads.name, line=exported.line)
