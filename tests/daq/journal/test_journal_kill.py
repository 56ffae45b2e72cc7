"""kill -9 at random times, again and again: no acknowledged row is lost, none is there twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from daq.journal import EventRow, Journal, JournalReader, verify
from drivers.clock import SystemClock
from drivers.reading import EventKind

WRITER = Path(__file__).with_name("writer_process.py")
KILLS = int(os.environ.get("HENGLIANG_KILLS", "20"))
"""More of them (with ``--timeout 0``) before a release."""
MOMENTS = ("acknowledged", "writing", "acknowledged", "starting")


def killed_writer(path, first, chance, moment):
    """Run the writer, kill it at ``moment``, and return what it said was acknowledged: identifier to seq."""
    command = [sys.executable, WRITER, path, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=WRITER.parents[3]) as process:
        said = b""
        if moment == "acknowledged":
            # at once: what was acknowledged too early is not on the disk yet
            said = b"".join(process.stdout.readline() for _ in range(chance.randrange(1, 400)))
        elif moment == "writing":
            said = process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.4))
        else:
            time.sleep(chance.uniform(0.0, 0.4))
        assert process.poll() is None, "the writer ended by itself"
        process.kill()
        said += process.stdout.read()
    lines = [line.split() for line in said.split(b"\n")[:-1]]
    return {int(identifier): int(seq) for identifier, seq in lines}


def identifiers_by_row(path):
    """What stands in the journal: identifier by seq, of the rows of the writers."""
    with JournalReader.open(path) as reader:
        rows = reader.read_since(0, 10_000_000)
    own = (EventKind.CHANNEL_DEFINED, EventKind.RECOVERED, EventKind.CLOCK_STEP)
    texts = {
        row.seq: row.text if isinstance(row, EventRow) else row.raw_text
        for row in rows
        if not (isinstance(row, EventRow) and row.kind in own)
    }
    return {seq: int(text) for seq, text in texts.items()}, len(rows)


def test_kill_9_loses_no_acknowledged_row_and_doubles_none(tmp_path):
    path = tmp_path / "journal.db"
    chance = random.Random(2026)
    acknowledged: dict[int, int] = {}
    for number in range(KILLS):
        acknowledged |= killed_writer(path, (number + 1) * 1_000_000, chance, MOMENTS[number % 4])
        Journal.open(path, SystemClock()).close()
        there, rows = identifiers_by_row(path)
        assert all(there.get(seq) == identifier for identifier, seq in acknowledged.items())
        assert max(Counter(there.values()).values()) == 1
        found = verify(path)
        assert found.ok, found.sentence
        assert found.rows == rows
    assert len(acknowledged) > 20 * KILLS


def test_kill_9_over_and_over_with_nobody_between(tmp_path):
    path = tmp_path / "journal.db"
    chance = random.Random(2027)
    acknowledged: dict[int, int] = {}
    for number in range(10):
        acknowledged |= killed_writer(path, (number + 1) * 1_000_000, chance, MOMENTS[number % 4])
    there, _ = identifiers_by_row(path)
    assert all(there.get(seq) == identifier for identifier, seq in acknowledged.items())
    assert max(Counter(there.values()).values()) == 1
    assert verify(path).ok
