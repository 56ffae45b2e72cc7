"""One furnished bench for each test; it is furnished once, and copied."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.records.database import RECORDS_FILE, records_url
from daq.records.migrations import open_records
from tests.daq.lab.sessions.bench import furnish, open_bench


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    with open_records(records_url(folder)) as engine:
        furnish(engine, folder)
    return folder


@pytest.fixture
def site(furnished: Path, tmp_path: Path) -> Path:
    """A folder with records and blobs, as a data directory is."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(furnished / RECORDS_FILE, folder)
    shutil.copytree(furnished / "blobs", folder / "blobs")
    return folder


@pytest.fixture
def bench(site: Path):
    with open_records(records_url(site)) as engine, open_bench(engine, site) as made:
        yield made


@pytest.fixture
def any_bench(engine: Engine, tmp_path: Path):
    """On SQLite and on PostgreSQL, for what may depend on the database."""
    furnish(engine, tmp_path)
    with open_bench(engine, tmp_path) as made:
        yield made
