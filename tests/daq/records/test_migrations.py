"""The steps give what the schema says, from nothing and from every older version, once and whole."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Text, inspect, select

from daq.errors import RecordsError, RecordsVersionError
from daq.records.all_tables import metadata
from daq.records.database import changing, make_engine, reading, records_url
from daq.records.migrations import VERSION_TABLE, open_records, upgrade
from daq.records.schema import audit_head, people

ROOT = Path(__file__).resolve().parents[3]
LI = {"account": "li", "name": "李", "password_hash": "-", "password_by": "li", "created_ns": 1}


@pytest.fixture
def empty(database_url):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def differences(engine, compared=metadata):
    with reading(engine) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), compared)


def statements(engine):
    """What SQLite keeps of the tables' own words: checks, keys and STRICT too."""
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
        )
        return {name: " ".join(sql.split()) for name, sql in rows if name != VERSION_TABLE}


def test_the_steps_from_nothing_give_the_schema(empty):
    upgrade(empty)
    assert differences(empty) == []


def test_a_column_that_no_step_makes_is_seen(empty):
    upgrade(empty)
    wider = type(metadata)()
    for table in metadata.tables.values():
        table.to_metadata(wider)
    wider.tables["people"].append_column(Column("forgotten", Text))
    assert [difference[0] for difference in differences(empty, wider)] == ["add_column"]


def test_on_sqlite_every_word_is_the_same(tmp_path):
    stepped, made = (make_engine(records_url(tmp_path / name)) for name in ("stepped", "made"))
    upgrade(stepped)
    with changing(made) as connection:
        metadata.create_all(connection)
    assert statements(stepped) == statements(made)
    stepped.dispose()
    made.dispose()


def test_the_first_version_upgrades_and_keeps_its_rows(empty):
    upgrade(empty, "0001")
    with changing(empty) as connection:
        connection.execute(people.insert(), LI)
        assert not inspect(connection).has_table("audit")
    upgrade(empty)
    assert differences(empty) == []
    with reading(empty) as connection:
        assert connection.execute(select(people.c.name)).scalars().all() == ["李"]
        assert connection.execute(select(audit_head)).all() == [(1, 0, "0" * 64)]


def test_upgrading_again_changes_nothing(empty):
    upgrade(empty)
    with changing(empty) as connection:
        connection.execute(people.insert(), LI)
    upgrade(empty)
    with reading(empty) as connection:
        assert connection.execute(select(people.c.account)).scalars().all() == ["li"]


def test_a_step_that_fails_leaves_the_old_version_whole(empty):
    upgrade(empty, "0001")
    with changing(empty) as connection:
        connection.exec_driver_sql("CREATE TABLE audit_head (id INTEGER)")  # in the way of the second step
    with pytest.raises(RecordsError, match="audit_head"):
        upgrade(empty)
    with changing(empty) as connection:
        assert not inspect(connection).has_table("audit")
        connection.exec_driver_sql("DROP TABLE audit_head")
    upgrade(empty)
    assert differences(empty) == []


def test_services_that_start_together_upgrade_once(database_url):
    def start(_number):
        with open_records(database_url) as engine:
            return differences(engine)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [[]] * 6


def test_processes_that_start_together_on_a_new_file(tmp_path):
    program = (
        "import sys; from daq.records.migrations import open_records\nwith open_records(sys.argv[1]): pass"
    )
    command = [sys.executable, "-c", program, records_url(tmp_path)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4


def test_a_later_version_is_left_alone(empty):
    upgrade(empty)
    with changing(empty) as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(RecordsVersionError, match="version 9999, this program knows versions up to"):
        upgrade(empty)


def test_another_programs_database_is_left_alone(tmp_path):
    engine = make_engine(records_url(tmp_path))
    with changing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(RecordsVersionError, match="another program's database"):
        upgrade(engine)
    engine.dispose()


def test_a_shared_postgresql_database_keeps_what_others_have(postgres_server):
    with postgres_server.database() as url:
        engine = make_engine(url)
        with changing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('theirs')")
        upgrade(engine)
        with reading(engine) as connection:
            assert connection.exec_driver_sql("SELECT * FROM alembic_version").all() == [("theirs",)]
        engine.dispose()


def test_the_steps_are_in_the_wheel(tmp_path):
    pytest.importorskip("setuptools", reason="setuptools is not installed beside the tests")
    shutil.copytree(ROOT / "daq", tmp_path / "daq", ignore=shutil.ignore_patterns("__pycache__"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    # older setuptools do not know the licence's new spelling, and need no README here
    kept = "".join(line for line in project if not line.startswith(("license", "readme")))
    (tmp_path / "pyproject.toml").write_text(kept, encoding="utf-8")
    program = "import setuptools; setuptools.setup()"
    command = [sys.executable, "-W", "ignore", "-c", program, "-q", "build", "-b", "out"]
    subprocess.run(command, cwd=tmp_path, check=True)
    packed = tmp_path / "out" / "lib"
    steps = sorted((ROOT / "daq" / "records" / "migrations").rglob("*.py"))
    assert len(steps) >= 5
    assert [step for step in steps if not (packed / step.relative_to(ROOT)).is_file()] == []
