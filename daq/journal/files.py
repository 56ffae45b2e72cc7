"""The journal's files: which they are, how they are opened, and what their errors mean."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from daq.errors import (
    JournalDamagedError,
    JournalError,
    JournalMissingError,
    JournalVersionError,
    JournalWriteError,
)
from daq.i18n import N_

SCHEMA_VERSION = 1
BUSY_S = 1.0

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE channel (
    id INTEGER PRIMARY KEY, instrument TEXT NOT NULL, name TEXT NOT NULL, quantity TEXT NOT NULL,
    unit TEXT NOT NULL, profile TEXT NOT NULL, serial_number TEXT NOT NULL, firmware TEXT NOT NULL
) STRICT;
CREATE TABLE reading (
    seq INTEGER PRIMARY KEY, channel_id INTEGER NOT NULL, t_ns INTEGER NOT NULL, raw REAL NOT NULL,
    raw_text TEXT NOT NULL, quality INTEGER NOT NULL, frame BLOB NOT NULL, digest BLOB NOT NULL
) STRICT;
CREATE INDEX reading_by_time ON reading (channel_id, t_ns);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, kind TEXT NOT NULL, instrument TEXT NOT NULL,
    channel TEXT NOT NULL, text TEXT NOT NULL, frame BLOB NOT NULL, digest BLOB NOT NULL
) STRICT;
CREATE INDEX event_by_instrument ON event (instrument);
CREATE TABLE chain (seq INTEGER PRIMARY KEY, sha256 BLOB NOT NULL) STRICT;
PRAGMA user_version = {version};
COMMIT;
"""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class JournalFiles:
    """The files of one journal; one directory holds one."""

    main: Path

    @property
    def wal(self) -> Path:
        """SQLite's write-ahead log: commits that are not yet in the main file."""
        return self.main.with_name(self.main.name + "-wal")

    @property
    def lock(self) -> Path:
        """Held by the writing process; holds text as long as the journal is not closed."""
        return self.main.with_name("journal.lock")

    @property
    def heads(self) -> Path:
        """The exported heads of the hash chain, one JSON object a line."""
        return self.main.with_name("heads.jsonl")


def bytes_in(file: Path) -> int:
    """Size of a file; 0 where there is none."""
    return file.stat().st_size if file.exists() else 0


def connect_writer(file: Path) -> sqlite3.Connection:
    """The one connection that writes; it is handed to the writer's thread once, hence no check of it."""
    return sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def make_durable(connection: sqlite3.Connection) -> None:
    """From here on a commit returns after its pages are on the disk."""
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = FULL")


def create_schema(connection: sqlite3.Connection, file: Path) -> None:
    """Set up an empty database, all of it or nothing."""
    connection.executescript(_SCHEMA.format(version=SCHEMA_VERSION))
    _sync_folder(file.parent)


def connect_reader(file: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises:
        JournalMissingError: there is no journal, or its writer has not set it up yet.
        JournalVersionError: the file is not a journal of this version.
    """
    if not file.is_file():
        raise JournalMissingError(
            N_("There is no journal {file}; start acquisition, or check the data directory."), file=file
        )
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None
    )
    try:
        if not has_schema(connection, file):
            raise JournalMissingError(
                N_("The journal {file} is not set up yet; start acquisition."), file=file
            )
    except BaseException:
        connection.close()
        raise
    return connection


def explained(error: sqlite3.Error | UnicodeDecodeError, file: Path) -> JournalError:
    """What an error of SQLite means for the journal, as a sentence that says what to do.

    UnicodeDecodeError is what Python makes of SQLite's message when damaged text is quoted in it.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & 0xFF in _DAMAGE:
        return JournalDamagedError(
            N_(
                "{file} is damaged ({error}). It is left as it is: keep a copy, run hengliang verify, "
                "and restore the latest backup or begin a new journal in another data directory."
            ),
            file=file,
            error=error,
        )
    return JournalWriteError(
        N_(
            "{file} cannot be used ({error}). Check that the disk has space, and that the data "
            "directory may be written by this user; then try again."
        ),
        file=file,
        error=error,
    )


def has_schema(connection: sqlite3.Connection, file: Path) -> bool:
    """Whether the journal is set up; False for an empty database."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == SCHEMA_VERSION:
        return True
    if version == 0 and objects == 0:
        return False
    if version == 0:
        raise JournalVersionError(
            N_("{file} is another program's database, not a journal; choose another data directory."),
            file=file,
        )
    raise JournalVersionError(
        N_(
            "{file} is a journal of version {version}, this program reads version {known}; "
            "use the program that wrote it."
        ),
        file=file,
        version=version,
        known=SCHEMA_VERSION,
    )


def _sync_folder(folder: Path) -> None:
    # a new file survives a power cut only when its directory entry is on the disk too
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
