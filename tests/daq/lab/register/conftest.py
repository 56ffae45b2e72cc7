"""One laboratory for each test, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.records.database import records_url
from daq.records.migrations import open_records
from tests.daq.lab.register.laboratory import Laboratory, make_laboratory


@pytest.fixture
def laboratory(engine: Engine, tmp_path: Path) -> Laboratory:
    return make_laboratory(engine, tmp_path / "blobs")


@pytest.fixture
def file_laboratory(tmp_path: Path):
    """On SQLite only, for what does not depend on the database."""
    with open_records(records_url(tmp_path / "data")) as engine:
        yield make_laboratory(engine, tmp_path / "blobs")
