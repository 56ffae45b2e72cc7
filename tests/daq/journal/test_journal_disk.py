"""A disk that is full, a file that is held: nothing is acknowledged, nothing is lost, and all can see it."""

import contextlib
import os
import resource
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from daq.errors import JournalWriteError, TicketTimeoutError
from daq.journal import Journal, ReadingRow, verify
from daq.journal import writer as journal_writer
from drivers.reading import Event, EventKind


@contextlib.contextmanager
def tmpfs(folder: Path) -> Iterator[None]:
    """A file system of 1 MiB; a skip where this user may not mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes (RLIMIT_FSIZE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill_until_trouble(bench, journal):
    """Append until the disk is full; the last tickets are not acknowledged."""
    tickets = []
    while journal.trouble is None:
        tickets.append(journal.append([bench.reading(str(len(tickets))) for _ in range(100)]))
        with contextlib.suppress(TicketTimeoutError):
            tickets[-1].wait(0.3)
    for _ in range(3):
        tickets.append(journal.append([bench.reading(str(len(tickets)))]))
    return tickets


def check_all_was_kept(bench, tickets):
    """Every row of every ticket is there once, in order."""
    seqs = [seq for ticket in tickets for seq in ticket.wait(20)]
    assert seqs == list(range(2, len(seqs) + 2))
    texts = [row.raw_text for row in bench.rows() if isinstance(row, ReadingRow)]
    numbers = [int(text) for text in texts]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(seqs)
    found = verify(bench.path)
    assert found.ok, found.sentence


def test_a_full_disk_keeps_rows_waiting_until_there_is_space(bench, tmp_path):
    with tmpfs(bench.path.parent):
        ballast = bench.path.with_name("ballast")
        ballast.write_bytes(bytes(400_000))
        with bench.open() as journal:
            tickets = fill_until_trouble(bench, journal)
            assert "database or disk is full" in journal.trouble or "disk I/O error" in journal.trouble
            assert "Rows waiting in memory, not acknowledged: " in journal.trouble
            with pytest.raises(TicketTimeoutError):
                tickets[-1].wait(0.1)
            ballast.unlink()
            check_all_was_kept(bench, tickets)
            assert journal.trouble is None


def test_a_file_that_may_not_grow_keeps_rows_waiting_until_it_may(bench):
    with bench.open() as journal:
        with largest_file(300_000):
            tickets = fill_until_trouble(bench, journal)
            with pytest.raises(TicketTimeoutError):
                tickets[-1].wait(0.1)
        check_all_was_kept(bench, tickets)
        assert journal.trouble is None


def test_a_file_that_another_program_holds_keeps_rows_waiting(bench, journal):
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ticket = journal.append([bench.reading("1")])
        while journal.trouble is None:
            with pytest.raises(TicketTimeoutError):
                ticket.wait(0.1)
        assert journal.trouble == (
            f"Nothing was written to {bench.path} since 2026-11-23T00:00:01.000Z: database is locked. "
            "Rows waiting in memory, not acknowledged: 1; they are written by themselves when the cause is "
            "gone: free space, or end what holds the file."
        )
        other.execute("ROLLBACK")
    assert ticket.wait(10) == (2,)
    assert journal.trouble is None


def test_any_failure_of_the_writer_keeps_the_rows(bench, journal, monkeypatch):
    real = journal._blocks._insert
    failures = iter([MemoryError("no memory"), RuntimeError("a defect")])

    def insert(block):
        real(block)
        for failure in failures:
            raise failure

    monkeypatch.setattr(journal._blocks, "_insert", insert)
    assert journal.append([bench.reading("1")]).wait(10) == (2,)
    assert journal.append([bench.reading("2")]).wait(10) == (3,)
    assert [row.seq for row in bench.rows()] == [1, 2, 3]
    assert verify(bench.path).ok


def test_closing_gives_up_after_a_while_and_says_what_is_lost(bench, monkeypatch):
    monkeypatch.setattr(journal_writer, "CLOSE_PATIENCE_S", 0.5)
    journal = bench.open()
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        event = Event(EventKind.REFUSED, "B-01", bench.clock.ns, "busy")
        ticket = journal.append([event, event])
        with pytest.raises(
            JournalWriteError, match=r"Rows lost, because they were never committed: 2.*locked"
        ):
            journal.close()
        with pytest.raises(JournalWriteError, match="closed before the rows were committed"):
            ticket.wait(0)
        other.execute("ROLLBACK")
    with bench.open():
        pass
    assert "not closed by" in bench.rows()[-1].text
    assert verify(bench.path).ok


def test_closing_waits_a_while_for_the_disk(bench):
    journal = bench.open()
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ticket = journal.append([bench.reading("1")])
        closing = threading.Thread(target=journal.close)
        closing.start()
        while journal.trouble is None:
            with pytest.raises(TicketTimeoutError):
                ticket.wait(0.1)
        other.execute("ROLLBACK")
    closing.join()
    assert ticket.wait(0) == (2,)
    assert [row.seq for row in bench.rows()] == [1, 2]


def test_a_head_that_cannot_be_exported_is_told_and_rows_are_committed(bench):
    journal = bench.open()
    heads = bench.path.with_name("heads.jsonl")
    heads.unlink()
    heads.mkdir()
    bench.clock.sleep(86400)
    assert journal.append([bench.reading("1")]).wait(10) == (2,)
    with pytest.raises(JournalWriteError, match="Rows are committed, but the head cannot be exported"):
        journal.close()
    assert journal.trouble is not None
    heads.rmdir()
    with Journal.open(bench.path, bench.clock) as journal:
        assert journal.trouble is None
    assert [row.seq for row in bench.rows()] == [1, 2]
