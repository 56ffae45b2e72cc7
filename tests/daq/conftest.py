"""The two kinds of records database: a file in a folder, and a real PostgreSQL server of the test's own."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from daq.records.database import records_url
from daq.records.migrations import open_records
from tests.conftest import skip_unless

PROGRAMS = Path("/usr/lib/postgresql")


class PostgresServer:
    """A throw-away cluster that listens on a unix socket only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty: list[str] = []

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def run(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        """URL of an empty database for one test; emptying it for the next one is quicker than making one."""
        name = self._empty.pop() if self._empty else self._made()
        try:
            yield self.url(name)
        finally:
            self.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
            self.run(f"ALTER DATABASE {name} RESET ALL")
            self._empty.append(name)

    def _made(self) -> str:
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return name


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server; PostgreSQL does not run as root, so root hands it to the user ``postgres``."""
    versions = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    skip_unless(bool(versions), "PostgreSQL is not installed (see tests/system-packages.sh)")
    programs = versions[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="hl-pg-", dir="/tmp"))  # the path of a socket is at most 107 bytes
    command: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"

    def run(*arguments: object) -> None:
        words = [*command, *(str(argument) for argument in arguments)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        # whether the server keeps its word after a power cut is not ours to test
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield PostgresServer(folder)
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty records database of each kind."""
    if request.param == "sqlite":
        yield records_url(tmp_path / "data")
    else:
        with request.getfixturevalue("postgres_server").database() as url:
            yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open records database of this version."""
    with open_records(database_url) as engine:
        yield engine
