"""``stream.db``: how far the time-series database has the journal, and the points that it refused.

Everything in it can be made anew from the journal: a lost or deleted file means that all is sent once more.
"""

import enum
import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from daq.errors import StreamError
from daq.i18n import N_
from daq.stream.trouble import Trouble

SCHEMA_VERSION = 1
SILENT_S = 30.0
"""The service writes its status every few seconds; one that has not for so long does not run."""
BEHIND_S = 60.0

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE cursor (
    target TEXT PRIMARY KEY, accepted_seq INTEGER NOT NULL, settled_seq INTEGER NOT NULL, started_s REAL
) STRICT;
CREATE TABLE rejected (
    target TEXT NOT NULL, seq INTEGER NOT NULL, t_ns INTEGER NOT NULL, series TEXT NOT NULL,
    words TEXT NOT NULL, refused_ns INTEGER NOT NULL, PRIMARY KEY (target, seq)
) STRICT;
CREATE TABLE status (
    id INTEGER PRIMARY KEY CHECK (id = 1), target TEXT NOT NULL, state TEXT NOT NULL, trouble TEXT,
    sentence TEXT NOT NULL, since_ns INTEGER NOT NULL, accepted_seq INTEGER NOT NULL,
    head_seq INTEGER NOT NULL, lag_s REAL NOT NULL, updated_ns INTEGER NOT NULL
) STRICT;
PRAGMA user_version = {version};
COMMIT;
"""


class StreamState(enum.StrEnum):
    """What the stream is doing."""

    WAITING = "waiting"
    """There is no journal yet."""
    STREAMING = "streaming"
    TROUBLE = "trouble"
    """Nothing goes on until somebody or something helps; it is tried again and again."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class RejectedPoint:
    """A point the server refused for good; its reading is in the journal under ``seq``."""

    seq: int
    t_ns: int
    series: str
    words: str
    """The server's own words."""
    refused_ns: int


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How the stream stands, for people."""

    target: str
    state: StreamState
    trouble: Trouble | None
    sentence: str
    """What is the matter and what to do."""
    since_ns: int
    """UTC since when ``state`` and ``trouble`` are what they are."""
    accepted_seq: int
    """Last row of the journal that the server said yes to, or that holds nothing to send."""
    head_seq: int
    """Last row of the journal when this was written."""
    lag_s: float
    """Age of the oldest reading that waited when this was written; 0 if none did."""
    updated_ns: int
    """UTC when this was written; much older than 10 s means that the stream does not run."""
    rejected: int = 0

    @property
    def lag_rows(self) -> int:
        """Rows of the journal still to be sent."""
        return max(0, self.head_seq - self.accepted_seq)

    @property
    def is_behind(self) -> bool:
        """Whether readings wait for longer than they should."""
        return self.lag_s > BEHIND_S

    def runs(self, now_ns: int) -> bool:
        """Whether the service that wrote this still does."""
        return self.state is not StreamState.STOPPED and now_ns - self.updated_ns <= SILENT_S * 1e9


class StreamFile:
    """The one writer of ``stream.db``."""

    def __init__(self, path: Path, connection: sqlite3.Connection, target: str) -> None:
        """Use ``StreamFile.open``."""
        self._path = path
        self._connection = connection
        self._target = target
        row = self._connection.execute(
            "SELECT accepted_seq, settled_seq, started_s FROM cursor WHERE target = ?", (target,)
        ).fetchone()
        self.accepted_seq: int
        """The cursor: moved only after the server said yes."""
        self.settled_seq: int
        """Up to here the server has written to its disk what it accepted."""
        self.started_s: float | None
        """When the server started that accepted these rows."""
        self.accepted_seq, self.settled_seq, self.started_s = row or (0, 0, None)

    @classmethod
    @contextmanager
    def open(cls, path: Path, target: str) -> Iterator[Self]:
        """Open or make ``stream.db`` for sending to ``target``, and hold its lock until the context ends.

        Raises:
            StreamError: another process has it, or it cannot be used.
        """
        with _lock(path):
            with explained(path):
                connection = _connect(path)
            with closing(connection):
                yield cls(path, connection, target)

    def accept(self, seq: int, rejected: Sequence[RejectedPoint]) -> None:
        """Move the cursor to ``seq``, keeping what was refused on the way, in one commit."""
        with self._commit():
            # rows that are sent again may be accepted this time
            self._connection.execute(
                "DELETE FROM rejected WHERE target = ? AND seq > ? AND seq <= ?",
                (self._target, self.accepted_seq, seq),
            )
            self._connection.executemany(
                "INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (self._target, one.seq, one.t_ns, one.series, one.words, one.refused_ns)
                    for one in rejected
                ],
            )
            self._put_cursor(seq, self.settled_seq, self.started_s)

    def settle(self, seq: int, started_s: float | None) -> None:
        """Rows up to ``seq`` are safe with the server that started at ``started_s``."""
        with self._commit():
            self._put_cursor(self.accepted_seq, seq, started_s)

    def step_back(self, started_s: float) -> None:
        """The server was restarted and may have forgotten rows: send from the settled one."""
        with self._commit():
            self._put_cursor(self.settled_seq, self.settled_seq, started_s)

    def reset(self) -> None:
        """Forget all that was sent to this target."""
        with self._commit():
            self._connection.execute("DELETE FROM rejected WHERE target = ?", (self._target,))
            self._put_cursor(0, 0, None)

    def put_status(self, status: StreamStatus) -> None:
        """Show ``status`` to web and console; ``rejected`` in it is counted, not stored."""
        with self._commit():
            self._connection.execute(
                "INSERT OR REPLACE INTO status VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    status.target,
                    status.state,
                    status.trouble,
                    status.sentence,
                    status.since_ns,
                    status.accepted_seq,
                    status.head_seq,
                    status.lag_s,
                    status.updated_ns,
                ),
            )

    @contextmanager
    def _commit(self) -> Iterator[None]:
        with explained(self._path), self._connection:
            yield

    def _put_cursor(self, accepted_seq: int, settled_seq: int, started_s: float | None) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)",
            (self._target, accepted_seq, settled_seq, started_s),
        )
        self.accepted_seq, self.settled_seq, self.started_s = accepted_seq, settled_seq, started_s


def read_status(path: Path) -> StreamStatus | None:
    """How the stream stands; None where none has run yet.

    Raises:
        StreamError: the file cannot be used.
    """
    with _reading(path) as connection:
        if connection is None:
            return None
        row = connection.execute(
            "SELECT target, state, trouble, sentence, since_ns, accepted_seq, head_seq, lag_s, updated_ns,"
            " (SELECT count(*) FROM rejected WHERE rejected.target = status.target) FROM status"
        ).fetchone()
    if row is None:
        return None
    target, state, trouble, *rest = row
    return StreamStatus(target, StreamState(state), Trouble(trouble) if trouble else None, *rest)


def read_cursor(path: Path, target: str) -> int:
    """The last row that ``target`` has accepted; 0 if none.

    Raises:
        StreamError: the file cannot be used.
    """
    with _reading(path) as connection:
        if connection is None:
            return 0
        row = connection.execute("SELECT accepted_seq FROM cursor WHERE target = ?", (target,)).fetchone()
    return int(row[0]) if row else 0


def read_rejected(path: Path, target: str) -> list[RejectedPoint]:
    """All points that ``target`` refused, by row of the journal.

    Raises:
        StreamError: the file cannot be used.
    """
    with _reading(path) as connection:
        if connection is None:
            return []
        rows = connection.execute(
            "SELECT seq, t_ns, series, words, refused_ns FROM rejected WHERE target = ? ORDER BY seq",
            (target,),
        ).fetchall()
    return [RejectedPoint(*row) for row in rows]


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into a sentence that says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StreamError(
            N_(
                "{path} cannot be used ({error}). Check disk space and permissions; if it is damaged, "
                "delete it: the stream then sends everything again, which changes nothing in the "
                "time-series database."
            ),
            path=path,
            error=error,
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level="IMMEDIATE", check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a lost commit only means sending once more
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(_SCHEMA.format(version=SCHEMA_VERSION))
        elif version != SCHEMA_VERSION:
            raise StreamError(
                N_(
                    "{path} is of version {version}, this program writes version {known}; delete "
                    "it: the stream then sends everything again."
                ),
                path=path,
                version=version,
                known=SCHEMA_VERSION,
            )
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A read-only connection; None where there is no stream.db, or an empty one."""
    if not path.is_file():
        yield None
        return
    with (
        explained(path),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection,
    ):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        yield connection if version == SCHEMA_VERSION else None


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held by the one process that streams; the kernel frees it when that dies."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.with_name(path.name + ".lock").open("w", encoding="utf-8")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StreamError(N_("Another process streams with {path}; stop it first."), path=path) from None
        yield
