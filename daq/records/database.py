"""The records database: ``records.db`` in the data directory, or PostgreSQL where laboratories share one.

Both behave alike: one writer at a time, so that nothing can change between looking and writing, and readers
who see one moment. A commit returns when it is on the disk.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from daq.errors import RecordsBusyError, RecordsError
from daq.i18n import N_

RECORDS_FILE = "records.db"
BUSY_S = 10
"""How long a writer waits for the one before it."""

_READ_ONLY = "hengliang_read_only"
_ONE_WRITER = 4_702_111_234_474_983_745
"""Key of PostgreSQL's advisory lock; any number would do, if all versions use the same."""

_BEGIN_READING = {
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
}
_BEGIN_CHANGING = {
    "sqlite": ("PRAGMA query_only = OFF", "BEGIN IMMEDIATE"),
    "postgresql": (
        f"SET LOCAL lock_timeout = '{BUSY_S}s'",
        "SET LOCAL synchronous_commit = on",
        f"SELECT pg_advisory_xact_lock({_ONE_WRITER})",
    ),
}
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # with it, INSERT OR REPLACE cannot get round a trigger that forbids to delete
    "PRAGMA recursive_triggers = ON",
)
_PAUSE_S = 0.01
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_POSTGRESQL_BUSY = "55P03"


def records_url(folder: Path) -> str:
    """The URL of ``records.db`` in a data directory."""
    return f"sqlite:///{(folder / RECORDS_FILE).absolute()}"


def make_engine(url: str) -> Engine:
    """The database at ``url``, ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.

    Raises:
        RecordsError: another kind of URL, PostgreSQL without its driver, or a folder that cannot be written.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise RecordsError(N_("The records' URL is none; write postgresql://USER@HOST/NAME.")) from error
    match address.get_backend_name():
        case "sqlite" if address.database:
            _make_private(Path(address.database))
            engine = create_engine(
                address.set(drivername="sqlite"), connect_args={"timeout": BUSY_S}, hide_parameters=True
            )
            event.listen(engine, "connect", _prepare_sqlite)
        case "postgresql":
            engine = _postgresql(address.set(drivername="postgresql+psycopg").render_as_string(False))
        case other:
            raise RecordsError(
                N_(
                    "Records cannot be kept in {other}; allowed are sqlite:///FILE and "
                    "postgresql://USER@HOST/NAME."
                ),
                other=other,
            )
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One transaction, of the one writer: everything in it is committed at the end, or nothing.

    Raises:
        RecordsBusyError: somebody else has been writing for 10 s.
        RecordsError: the database cannot be used, or refuses a row.
    """
    with _explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read the state of one moment; nothing can be written, nobody is held up.

    Raises:
        RecordsError: the database cannot be used.
    """
    with _explained(engine), engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
        yield connection


def _postgresql(url: str) -> Engine:
    try:
        return create_engine(
            url, connect_args={"client_encoding": "utf8"}, pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise RecordsError(
            N_("PostgreSQL needs its driver: install hengliang with the extra [postgresql].")
        ) from error


def _make_private(file: Path) -> None:
    """The database is there, and only its owner reads it: it holds the hashes of passwords."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise RecordsError(
            N_("{file} cannot be opened ({reason}). Check that this user may write the data directory."),
            file=file,
            reason=error.strerror,
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin says so
    # text that was altered into something that is not UTF-8 is still read, so that verify can name its row
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    deadline_s = time.monotonic() + BUSY_S
    while not _has_pragmas(connection, may_wait=time.monotonic() < deadline_s):
        time.sleep(_PAUSE_S)


def _has_pragmas(connection: sqlite3.Connection, *, may_wait: bool) -> bool:
    """Set them; False where SQLite does not wait by itself: another opens a new file, or closes it last."""
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()
    except sqlite3.OperationalError as error:
        if may_wait and _is_busy(error):
            return False
        raise
    return True


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    statements = _BEGIN_READING if read_only else _BEGIN_CHANGING
    for statement in statements[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn an error of the database into a sentence that says what to do."""
    try:
        yield
    except PoolTimeoutError as error:
        raise RecordsBusyError(
            N_("All connections to {name} are in use; try again."), name=_name(engine)
        ) from error
    except DBAPIError as error:
        if _is_busy(error.orig):
            raise RecordsBusyError(
                N_("Somebody else has been writing {name} for {busy_s} s; try again."),
                name=_name(engine),
                busy_s=BUSY_S,
            ) from error
        words = " ".join(str(error.orig).split())
        raise RecordsError(
            N_(
                "{name} cannot be used ({words}). Nothing was written. Check that it is there, that the "
                "disk has space and that this user may write; then try again."
            ),
            name=_name(engine),
            words=words,
        ) from error


def _is_busy(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_BUSY
    return getattr(error, "sqlstate", None) == _POSTGRESQL_BUSY


def _name(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=True)
