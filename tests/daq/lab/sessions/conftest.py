"""One furnished bench for each test; it is furnished once, and copied."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from daq.lab.sessions.results import finish_session
from daq.records.database import make_engine, records_url
from daq.records.migrations import open_records
from tests.daq.lab.register.laboratory import START_NS
from tests.daq.lab.sessions.bench import CHEN, furnish, open_bench, walk


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


@contextmanager
def at_work(site: Path, now_ns: int = START_NS):
    engine = make_engine(records_url(site))
    try:
        with open_bench(engine, site, now_ns) as made:
            yield made
    finally:
        engine.dispose()


@pytest.fixture
def bench(site: Path):
    with at_work(site) as made:
        yield made


@pytest.fixture(scope="session")
def moistures(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, int, str]]:
    """The same moisture twice, walked once: its first dry mass is to be weighed, and it is finished."""
    folder = tmp_path_factory.mktemp("moistures")
    site = Path(shutil.copytree(furnished, folder / "walked"))
    made = {}
    with at_work(site) as bench:
        bench.check_balance()
        session = bench.start("coptis-moisture-chp-0832-2", limit="drug-chp-2025")
        walk(
            bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "first-dry-mass"
        )
        now_ns = bench.clock.now_ns()
    made["dried"] = (Path(shutil.copytree(site, folder / "dried")), now_ns, session)
    with at_work(site, now_ns) as bench:
        walk(bench, session)
        finish_session(bench.bench, CHEN, session)
        now_ns = bench.clock.now_ns()
    made["finished"] = (site, now_ns, session)
    return made


@pytest.fixture
def dried(moistures, tmp_path: Path):
    """A bench with a moisture whose first portion was dried once and is to be weighed; and its number."""
    folder, now_ns, session = moistures["dried"]
    with at_work(Path(shutil.copytree(folder, tmp_path / "dried")), now_ns) as bench:
        yield bench, session


@pytest.fixture
def finished(moistures, tmp_path: Path):
    """A bench with a moisture that is finished, and its number."""
    folder, now_ns, session = moistures["finished"]
    with at_work(Path(shutil.copytree(folder, tmp_path / "finished")), now_ns) as bench:
        yield bench, session


@pytest.fixture
def any_bench(engine: Engine, tmp_path: Path):
    """On SQLite and on PostgreSQL, for what may depend on the database."""
    furnish(engine, tmp_path)
    with open_bench(engine, tmp_path) as made:
        yield made
