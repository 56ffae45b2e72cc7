"""A bench with sessions at every stage, made once and copied; papers need a Chinese font of the system."""

import shutil

import pytest

from daq.records.database import make_engine, records_url
from tests.daq.lab.papers.looking import need_chinese_font
from tests.daq.lab.register.laboratory import START_NS
from tests.daq.lab.reports.office import moisture, office_of, quick, sign
from tests.daq.lab.sessions.bench import open_bench
from tests.daq.lab.sessions.conftest import any_bench, furnished  # noqa: F401

LATER_NS = START_NS + 12 * 3_600 * 10**9
CHECK, REVIEWED, SHORT, COMPUTED = (f"S-2026-000{number}" for number in (1, 2, 3, 4))


@pytest.fixture(scope="session", autouse=True)
def _chinese_font():
    need_chinese_font()


@pytest.fixture(scope="session")
def worked(furnished, tmp_path_factory):  # noqa: F811
    """A check, coptis moisture and a short session, both reviewed, and one that is only computed."""
    folder = shutil.copytree(furnished, tmp_path_factory.mktemp("worked") / "data")
    engine = make_engine(records_url(folder))
    with open_bench(engine, folder) as bench:
        sign(bench, moisture(bench))
        quick(bench)
        quick(bench, signed=False)
    engine.dispose()
    return folder


@pytest.fixture
def folder(worked, tmp_path):
    """A data directory: records, blobs and journal."""
    return shutil.copytree(worked, tmp_path / "data")


@pytest.fixture
def bench(folder):
    engine = make_engine(records_url(folder))
    with open_bench(engine, folder, LATER_NS) as made:
        yield made
    engine.dispose()


@pytest.fixture
def office(bench):
    return office_of(bench)
