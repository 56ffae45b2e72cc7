"""One writer, readers of one moment, everything or nothing; the same on both kinds of database."""

import stat
import threading
import traceback
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, func, select

from daq.errors import RecordsBusyError, RecordsError
from daq.records import database
from daq.records.database import changing, make_engine, reading, records_url
from daq.records.migrations import open_records
from daq.records.schema import failed_sign_ins, people, person_roles

PERSON = {"account": "li", "name": "李", "password_hash": "-", "password_by": "li", "created_ns": 2**62}


def count(engine, table=people):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_change_is_committed_whole(engine):
    with changing(engine) as connection:
        connection.execute(people.insert(), PERSON)
        connection.execute(person_roles.insert(), {"account": "li", "role": "technician"})
    with reading(engine) as connection:
        assert connection.execute(select(people)).mappings().one() == PERSON | {"deactivated_ns": None}


def test_a_change_that_fails_leaves_nothing(engine):
    with pytest.raises(ZeroDivisionError), changing(engine) as connection:
        connection.execute(people.insert(), PERSON)
        connection.execute(people.update().values(created_ns=1 // 0))
    assert count(engine) == 0


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (person_roles, {"account": "nobody", "role": "technician"}),
        (person_roles, {"account": "li", "role": "king"}),
        (people, PERSON),
        (people, PERSON | {"account": "wu", "name": None}),
    ],
    ids=["foreign key", "check", "twice", "null"],
)
def test_a_row_that_cannot_be_is_refused_in_words(engine, table, row):
    with changing(engine) as connection:
        connection.execute(people.insert(), PERSON)
    with pytest.raises(RecordsError, match="Nothing was written"), changing(engine) as connection:
        connection.execute(failed_sign_ins.insert(), {"account": "x", "t_ns": 1, "origin": "test"})
        connection.execute(table.insert(), row)
    assert count(engine, failed_sign_ins) == 0


def test_no_trace_of_an_error_shows_what_was_written(engine):
    """A trace may end in a log; a row may hold the hash of a password."""
    with pytest.raises(RecordsError) as raised, changing(engine) as connection:
        connection.execute(people.insert(), PERSON | {"password_hash": "$argon2id$secret", "name": None})
    trace = "".join(traceback.format_exception(raised.value.__cause__))
    assert "INSERT INTO people" in trace
    assert "[SQL parameters hidden" in trace


def test_a_person_is_never_deleted(engine):
    with changing(engine) as connection:
        connection.execute(people.insert(), PERSON)
    with pytest.raises(RecordsError, match="deactivated, never deleted"), changing(engine) as connection:
        connection.execute(people.delete())
    assert count(engine) == 1


def test_who_reads_cannot_write(engine):
    with pytest.raises(RecordsError, match=r"read-?only"), reading(engine) as connection:
        connection.execute(people.insert(), PERSON)
    with changing(engine) as connection:  # the same connection of the pool writes again
        connection.execute(people.insert(), PERSON)


def test_a_reader_sees_one_moment_while_another_writes(engine):
    with reading(engine) as connection:
        statement = select(func.count()).select_from(people)
        assert connection.execute(statement).scalar_one() == 0
        with changing(engine) as writer:
            writer.execute(people.insert(), PERSON)
        assert connection.execute(statement).scalar_one() == 0
    assert count(engine) == 1


def test_two_writers_one_after_the_other(engine):
    """Each looks first and writes then: without one writer at a time, both would see the same number."""
    first_looks, done = threading.Barrier(2, timeout=30), []

    def write():
        first_looks.wait()
        for _ in range(20):
            with changing(engine) as connection:
                number = connection.execute(select(func.count()).select_from(people)).scalar_one()
                connection.execute(people.insert(), PERSON | {"account": f"p{number}"})
        done.append(True)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    assert count(engine) == 40


def test_a_writer_waits_a_while_then_says_so(database_url, monkeypatch):
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    words = tuple(text.replace("'10s'", "'100ms'") for text in database._BEGIN_CHANGING["postgresql"])
    monkeypatch.setitem(database._BEGIN_CHANGING, "postgresql", words)
    with open_records(database_url) as one, open_records(database_url) as other, changing(one):
        with pytest.raises(RecordsBusyError, match="try again"), changing(other):
            pass
        assert count(other) == 0


def test_sqlite_is_durable_and_private(tmp_path):
    with open_records(records_url(tmp_path / "new" / "data")) as engine, reading(engine) as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value
        files = list((tmp_path / "new" / "data").iterdir())
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_postgresql_waits_for_the_disk(postgres_server):
    with postgres_server.database() as url:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        postgres_server.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
        with open_records(url) as engine, changing(engine) as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "nonsense", "http://a/b"])
def test_another_url_is_refused(url):
    with pytest.raises(RecordsError, match="postgresql://USER@HOST/NAME"):
        make_engine(url)


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(RecordsError, match=r"records\.db cannot be opened"):
        make_engine(records_url(tmp_path / "data"))


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    url = f"postgresql://hengliang:geheim77@/records?host={tmp_path}"
    with pytest.raises(RecordsError, match="cannot be used") as raised, open_records(url):
        pass
    assert "geheim77" not in str(raised.value)
    assert "hengliang:***@" in str(raised.value)


def test_a_file_that_is_no_database(tmp_path):
    Path(tmp_path / "records.db").write_bytes(b"no database at all" * 1000)
    with (
        pytest.raises(RecordsError, match=r"records\.db cannot be used"),
        open_records(records_url(tmp_path)),
    ):
        pass


def test_any_engine_has_the_same_begin(tmp_path):
    """``engine.begin()`` by somebody who does not know ``changing`` is a writer too."""
    url = records_url(tmp_path)
    with open_records(url) as engine, engine.begin():
        plain = create_engine(url, connect_args={"timeout": 0})
        try:
            with pytest.raises(Exception, match="locked"), plain.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            plain.dispose()
