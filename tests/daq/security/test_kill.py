"""kill -9 in a transaction: both change and entry are there, or neither; nothing committed is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from daq.records.database import changing, reading
from daq.records.migrations import open_records
from daq.records.schema import audit, people, person_roles
from daq.security.audit_verification import verify

CHANGER = Path(__file__).with_name("change_process.py")
KILLS = int(os.environ.get("HENGLIANG_KILLS", "20")) // 4
"""More of them (with ``--timeout 0``) before a release."""


def killed_changer(url, first, chance):
    """Run it, kill it while it writes, and return the people it said were committed."""
    command = [sys.executable, CHANGER, url, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=CHANGER.parents[3]) as process:
        said = b"".join(process.stdout.readline() for _ in range(chance.randrange(1, 30)))
        time.sleep(chance.uniform(0.0, 0.01))  # somewhere within a transaction
        assert process.poll() is None, "the changer ended by itself"
        process.kill()
        said += process.stdout.read()
    return {f"p{int(line)}" for line in said.split(b"\n")[:-1]}


def standing(engine):
    """Accounts that are in each of the three tables."""
    with reading(engine) as connection:
        return (
            set(connection.execute(select(people.c.account)).scalars()),
            set(connection.execute(select(person_roles.c.account)).scalars()),
            {
                record.removeprefix("person/")
                for record in connection.execute(select(audit.c.record)).scalars()
            },
        )


def test_kill_9_leaves_change_and_entry_or_neither(database_url):
    chance = random.Random(2026)
    committed = set()
    with open_records(database_url) as engine:
        for number in range(KILLS):
            committed |= killed_changer(database_url, (number + 1) * 1_000_000, chance)
            with changing(engine):
                pass  # a server that still commits for the dead has done so
            there, with_role, audited = standing(engine)
            assert there == with_role == audited
            assert committed <= there
            found = verify(engine)
            assert found.ok, found.sentence
            assert found.rows == len(there)
    assert len(committed) > 5 * KILLS


@pytest.mark.parametrize("first", ["append", "insert"])
def test_kill_9_between_change_and_entry_leaves_neither(database_url, first):
    """The process kills itself after the one and before the other."""
    program = f"""
import os, signal, sys
from daq.records.database import changing
from daq.records.migrations import open_records
from daq.records.schema import people
from daq.security.audit import Actor, Change, append
with open_records(sys.argv[1]) as engine, changing(engine) as connection:
    if {first!r} == "append":
        append(connection, Actor("li", "test"), Change("add", "person/x"), 1)
    else:
        row = dict(account="x", name="x", password_hash="-", password_by="li", created_ns=1)
        connection.execute(people.insert(), row)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", program, database_url]
    assert subprocess.run(command, cwd=CHANGER.parents[3]).returncode == -signal.SIGKILL
    with open_records(database_url) as engine:
        with changing(engine):
            pass
        assert standing(engine) == (set(), set(), set())
        assert verify(engine).rows == 0
