"""What the writer finds when it starts, whatever state the last one left."""

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from calibration.sentences import Sentence
from daq.errors import JournalDamagedError, JournalWriteError
from daq.i18n import N_
from daq.journal.files import (
    JournalFiles,
    bytes_in,
    connect_writer,
    create_schema,
    explained,
    has_schema,
    make_durable,
)
from daq.journal.heads import HeadsFile, read_heads
from daq.journal.lock import WriterLock
from daq.journal.rows import EMPTY, Head, JournalChannel, Series
from daq.journal.times import utc_text


@dataclass(frozen=True, slots=True)
class Found:
    """A journal that is open for writing, and what was in it."""

    connection: sqlite3.Connection
    head: Head
    channels: tuple[JournalChannel, ...]
    newest_ns: dict[Series, int]
    """Time of the newest reading by series."""
    account: str
    """What the event ``RECOVERED`` says; empty after a clean close."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What the writer before left beside the main file."""

    previous: str
    """Who wrote and did not close; empty after a clean close."""
    wal_bytes: int
    exported_seq: int
    """The highest row number of an exported head."""


def take_lock(files: JournalFiles, holder: str) -> WriterLock:
    """Make the data directory where it is missing, and become the one writer.

    Raises:
        JournalLockedError: another process writes this journal.
        JournalWriteError: the directory cannot be written.
    """
    try:
        files.main.parent.mkdir(parents=True, exist_ok=True)
        return WriterLock(files.lock, holder)
    except OSError as error:
        raise JournalWriteError(
            N_(
                "{folder} cannot be written ({error}); check that the directory belongs to this user and "
                "that the disk has space."
            ),
            folder=files.main.parent,
            error=error,
        ) from error


def open_found(files: JournalFiles, previous: str) -> Found:
    """Open the journal under the lock, or make a new one where there never was one.

    Args:
        files: where it is.
        previous: the writer that did not close it, if any.

    Raises:
        JournalError: it is damaged, of another version, or gone although there was one; it is left as it is.
    """
    traces = _traces(files, previous)
    if bytes_in(files.main) == 0 and (traces.wal_bytes or traces.exported_seq):
        raise _gone(files, traces)  # SQLite would begin a new one, and throw the write-ahead log away
    with contextlib.ExitStack() as undo:
        try:
            connection = connect_writer(files.main)
            undo.callback(connection.close)
            found = _found(connection, files, traces)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise explained(error, files.main) from error
        undo.pop_all()
    return found


def _traces(files: JournalFiles, previous: str) -> Traces:
    try:
        HeadsFile(files.heads).drop_torn_line()
        heads = read_heads(files.heads)
        return Traces(previous, bytes_in(files.wal), heads[-1].head.seq if heads else 0)
    except OSError as error:
        raise JournalWriteError(
            N_("{file} cannot be used ({error}); check its permissions."), file=files.heads, error=error
        ) from error


def _gone(files: JournalFiles, traces: Traces) -> JournalDamagedError:
    return JournalDamagedError(
        N_(
            "{file} is missing or empty, but {heads} and {wal} say that it held {rows} rows: is the right "
            "disk mounted? Restore it from a backup, or begin a new journal in another data directory."
        ),
        file=files.main,
        heads=files.heads.name,
        wal=files.wal.name,
        rows=traces.exported_seq or Sentence("some"),
    )


def _found(connection: sqlite3.Connection, files: JournalFiles, traces: Traces) -> Found:
    is_set_up = has_schema(connection, files.main)
    if not is_set_up and traces.exported_seq:
        raise _gone(files, traces)
    make_durable(connection)
    if not is_set_up:
        create_schema(connection, files.main)
    head = _head(connection, files)
    channels = tuple(JournalChannel(*row) for row in connection.execute("SELECT * FROM channel ORDER BY id"))
    newest_ns = _newest_ns(connection, channels)
    account = _account(traces, head, _newest_text(connection, head))
    # whatever the write-ahead log holds goes into the main file before a head of it is exported
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return Found(connection, head, channels, newest_ns, account)


def _head(connection: sqlite3.Connection, files: JournalFiles) -> Head:
    row = connection.execute("SELECT seq, sha256 FROM chain ORDER BY seq DESC LIMIT 1").fetchone()
    head = Head(row[0], row[1].hex()) if row else EMPTY
    (last,) = connection.execute(
        "SELECT max(coalesce((SELECT max(seq) FROM reading), 0), coalesce((SELECT max(seq) FROM event), 0))"
    ).fetchone()
    if last != head.seq:
        raise JournalDamagedError(
            N_(
                "{file} was altered: its rows end at {last}, its hash chain at {seq}. Run hengliang "
                "verify, and restore the latest backup."
            ),
            file=files.main,
            last=last,
            seq=head.seq,
        )
    return head


def _newest_ns(connection: sqlite3.Connection, channels: Iterable[JournalChannel]) -> dict[Series, int]:
    newest_ns: dict[Series, int] = {}
    for channel in channels:
        (t_ns,) = connection.execute(
            "SELECT max(t_ns) FROM reading WHERE channel_id = ?", (channel.id,)
        ).fetchone()
        if t_ns is not None:
            newest_ns[channel.series] = max(t_ns, newest_ns.get(channel.series, t_ns))
    return newest_ns


def _newest_text(connection: sqlite3.Connection, head: Head) -> str:
    row = connection.execute(
        "SELECT t_ns FROM reading WHERE seq = :seq UNION ALL SELECT t_ns FROM event WHERE seq = :seq",
        {"seq": head.seq},
    ).fetchone()
    return f"row {head.seq} of {utc_text(row[0])}" if row else "none"


def _account(traces: Traces, head: Head, newest: str) -> str:
    parts = []
    if traces.previous:
        parts.append(f"not closed by {traces.previous}")
    if traces.wal_bytes:
        parts.append(f"{traces.wal_bytes} bytes in the write-ahead log")
    if traces.exported_seq > head.seq:
        parts.append(f"rows {head.seq + 1} to {traces.exported_seq} are lost: they were there by heads.jsonl")
    return f"last row found: {newest}; " + "; ".join(parts) if parts else ""
