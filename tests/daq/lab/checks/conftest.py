"""Records with the people of the laboratory in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.records.database import records_url
from daq.records.migrations import open_records
from tests.daq.lab.checks.bench import populate


@pytest.fixture
def staffed(engine: Engine) -> Engine:
    """Records of each kind of database, with people."""
    populate(engine)
    return engine


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Engine]:
    """Records in a file: for what no database could change."""
    with open_records(records_url(tmp_path / "data")) as engine:
        populate(engine)
        yield engine
