"""The trail takes everything that happened, in one order, and nothing that would mislead."""

import json
import math
import threading

import pytest
from sqlalchemy import select

from daq.errors import AuditError, RecordsError
from daq.records.database import changing, reading, records_url
from daq.records.migrations import open_records
from daq.records.schema import audit, people
from daq.security.audit import Actor, AuditQuery, Change, append, read
from daq.security.audit_verification import verify
from tests.daq.security.trails import START_NS, change, write_trail

LI = Actor("li.wei", "console")
ROW = {"account": "x", "name": "x", "password_hash": "-", "password_by": "x", "created_ns": 1}


def rows(engine, limit=1000, **wanted):
    with reading(engine) as connection:
        return read(connection, AuditQuery(**wanted), limit)


def test_an_entry_says_who_what_when_where_before_after_why(engine):
    with changing(engine) as connection:
        told = append(connection, LI, change(1), START_NS)
    (row,) = rows(engine)
    assert row == told
    assert (row.seq, row.t_ns, row.account, row.origin) == (1, START_NS, "li.wei", "console")
    assert (row.action, row.record, row.reason) == ("change", "certificate/1", "理由 1")
    assert json.loads(row.old) == {"version": 1, "名": "黄连"}
    assert json.loads(row.new) == {"version": 2}


def test_change_and_entry_are_one_transaction(engine):
    with pytest.raises(ZeroDivisionError), changing(engine) as connection:
        connection.execute(people.insert(), ROW)
        append(connection, LI, change(0), START_NS)
        raise ZeroDivisionError
    with pytest.raises(AuditError), changing(engine) as connection:
        connection.execute(people.insert(), ROW)
        append(connection, LI, Change("add", "person/x", reason="\x00"), START_NS)
    assert rows(engine) == []
    with reading(engine) as connection:
        assert connection.execute(select(people)).all() == []


@pytest.mark.parametrize(
    "statement",
    [audit.delete(), audit.update().values(reason="another"), audit.delete().where(audit.c.seq == 12)],
)
def test_the_database_itself_refuses_to_alter_the_trail(trail, statement):
    with pytest.raises(RecordsError, match="append-only"), changing(trail) as connection:
        connection.execute(statement)
    assert verify(trail).rows == 12


def test_replacing_a_row_is_altering_it(tmp_path):
    """SQLite's INSERT OR REPLACE deletes without asking triggers, unless it is told to ask."""
    with open_records(records_url(tmp_path)) as engine:
        write_trail(engine, 3)
        with pytest.raises(RecordsError, match="append-only"), changing(engine) as connection:
            connection.exec_driver_sql("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2")


def test_read_by_person_record_and_time(trail):
    assert [row.seq for row in rows(trail, account="wu.fang")] == [2, 5, 8, 11]
    assert [row.seq for row in rows(trail, record="certificate/1", account="wu.fang")] == [2, 8]
    second = START_NS + 1_000_000_000
    assert [row.seq for row in rows(trail, from_ns=second, until_ns=second + 1)] == [2]
    assert [row.seq for row in rows(trail, until_ns=second)] == [1]
    assert rows(trail, account="nobody") == []


def test_read_page_by_page(trail):
    first = rows(trail, limit=5)
    second = rows(trail, limit=100, after_seq=first[-1].seq)
    assert [row.seq for row in first + second] == list(range(1, 13))


@pytest.mark.parametrize(
    ("actor", "made", "t_ns", "words"),
    [
        (Actor("", "console"), change(0), START_NS, "without its account"),
        (Actor("li", ""), change(0), START_NS, "without its origin"),
        (LI, Change("", "person/x"), START_NS, "without its action"),
        (LI, Change("add", ""), START_NS, "without its record"),
        (LI, Change("add", "person/x", reason="one\ntwo"), START_NS, r"U\+000A"),
        (LI, Change("add", "person/x", reason="a\x1b[2Jb"), START_NS, r"U\+001B"),
        (LI, Change("add", "person/x", reason="a\u202eb"), START_NS, r"U\+202E"),
        (LI, Change("add", "person/x", reason="\ud800"), START_NS, "not Unicode"),
        (LI, Change("add", "person/x", reason="x" * 2001), START_NS, "2001 characters"),
        (LI, Change("add", "person/x", new={"name": "\ud800"}), START_NS, "not Unicode"),
        (LI, Change("add", "person/x", new={"u": math.nan}), START_NS, "finite"),
        (LI, Change("add", "person/x", new={"u": object()}), START_NS, "JSON"),
        (LI, change(0), -1, "set the clock"),
        (LI, change(0), 2**63, "set the clock"),
    ],
)
def test_what_the_trail_does_not_take(engine, actor, made, t_ns, words):
    with pytest.raises(AuditError, match=words), changing(engine) as connection:
        append(connection, actor, made, t_ns)
    assert rows(engine) == []


def test_values_keep_every_character(engine):
    value = {"text": "\x00 \n\t \x7f 衡量 \U0001f9ea ' \" \\", "number": 0.1, "none": None, "list": [1, True]}
    with changing(engine) as connection:
        append(connection, LI, Change("add", "record/x", new=value), START_NS)
    assert json.loads(rows(engine)[0].new) == value
    assert verify(engine).ok


def test_a_clock_that_steps_back_leaves_the_order(engine):
    with changing(engine) as connection:
        append(connection, LI, change(0), START_NS)
        append(connection, LI, change(1), START_NS - 5)
    assert [row.t_ns for row in rows(engine)] == [START_NS, START_NS - 5]
    assert verify(engine).ok


def test_two_writers_make_one_chain(engine):
    start = threading.Barrier(2, timeout=30)

    def write():
        start.wait()
        write_trail(engine, 25)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(engine)
    assert found.ok, found.sentence
    assert found.rows == 50


def test_a_damaged_end_of_the_chain_takes_nothing_more(trail):
    with changing(trail) as connection:
        connection.exec_driver_sql("UPDATE audit_head SET sha256 = 'nonsense'")
    with pytest.raises(AuditError, match="run hengliang verify"), changing(trail) as connection:
        append(connection, LI, change(0), START_NS)
