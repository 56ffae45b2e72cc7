"""One laboratory for each test: on a file, or on SQLite and on PostgreSQL where the database matters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.records.database import records_url
from daq.records.migrations import open_records
from tests.daq.lab.register.laboratory import Laboratory, make_laboratory


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[Laboratory]:
    with open_records(records_url(tmp_path / "data")) as engine:
        yield make_laboratory(engine, tmp_path / "blobs")


@pytest.fixture
def on_both(engine: Engine, tmp_path: Path) -> Laboratory:
    return make_laboratory(engine, tmp_path / "blobs")
