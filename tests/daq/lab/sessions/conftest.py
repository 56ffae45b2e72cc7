"""One furnished bench for each test; it is furnished once, and copied."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.records.database import make_engine, records_url
from daq.records.migrations import open_records
from tests.daq.lab.sessions.bench import furnish, open_bench


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    with open_records(records_url(folder)) as engine:
        furnish(engine, folder)
        with open_bench(engine, folder):
            pass  # the journal knows its channels
    return folder


@pytest.fixture
def site(furnished: Path, tmp_path: Path) -> Path:
    """A data directory: records, blobs and journal."""
    return Path(shutil.copytree(furnished, tmp_path / "data"))


@pytest.fixture
def bench(site: Path):
    engine = make_engine(records_url(site))
    with open_bench(engine, site) as made:
        yield made
    engine.dispose()


@pytest.fixture
def any_bench(engine: Engine, tmp_path: Path):
    """On SQLite and on PostgreSQL, for what may depend on the database."""
    furnish(engine, tmp_path)
    with open_bench(engine, tmp_path) as made:
        yield made
