"""Records that the tests of one file share, and sites that are watched."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.settings import Settings
from tests.daq.watch.alert_site import Watched


@pytest.fixture(scope="module")
def shared_records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An SQLite database; every site has its own name in it."""
    with open_records(records_url(tmp_path_factory.mktemp("records"))) as engine:
        # these tests drop what is in memory, not the power
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        engine.dispose()
        yield engine


@pytest.fixture
def memory_path(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk: these tests drop what a process has in memory, not the power."""
    base = Path("/dev/shm")
    if not os.access(base, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="hl-watch-", dir=base) as folder:
        yield Path(folder)


@pytest.fixture
def watch(memory_path: Path, shared_records: Engine) -> Iterator[Callable[..., Watched]]:
    """Make a site that is watched, its journal open until the test ends."""
    with ExitStack() as stack:

        def make(settings: Settings, rules: str = "", records: Engine | None = None) -> Watched:
            site = Watched(memory_path / settings.site.id, records or shared_records, settings, rules)
            return stack.enter_context(site.acquiring())

        yield make
