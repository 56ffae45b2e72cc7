"""The journal opens whatever was left behind, says what it was, and never begins anew where something was."""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys

import pytest

from daq.errors import JournalDamagedError, JournalLockedError, JournalVersionError, JournalWriteError
from daq.journal import EventRow, Journal, JournalReader, ReadingRow, verify
from drivers.reading import EventKind


def recoveries(bench):
    """What the events ``RECOVERED`` say."""
    return [row.text for row in bench.rows() if isinstance(row, EventRow) and row.kind is EventKind.RECOVERED]


def test_a_new_journal_is_made_with_its_directory_and_needs_no_recovery(bench):
    assert not bench.path.parent.exists()
    Journal.open(bench.path, bench.clock).close()
    assert bench.rows() == []
    assert bench.path.with_name("journal.lock").read_text() == ""


def test_a_second_writer_is_refused_with_the_name_of_the_first(bench, journal):
    with pytest.raises(
        JournalLockedError, match=f"already being written by process {os.getpid()} since 2026-11-23"
    ):
        Journal.open(bench.path, bench.clock)
    journal.append([bench.reading("1")]).wait(10)
    journal.close()
    Journal.open(bench.path, bench.clock).close()
    assert recoveries(bench) == []


def test_a_second_writing_process_is_refused(bench, journal):
    code = (
        "import sys; from pathlib import Path\n"
        "from daq.journal import Journal; from drivers.clock import SystemClock\n"
        "Journal.open(Path(sys.argv[1]), SystemClock())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, bench.path], capture_output=True, text=True, timeout=50
    )
    assert done.returncode != 0
    assert "JournalLockedError: The journal in" in done.stderr


def test_after_an_unclean_end_the_journal_says_what_was_there(bench, journal, tmp_path):
    journal.append([bench.reading("1")]).wait(10)
    image = bench.image(tmp_path / "image")
    wal_bytes = image.path.with_name("journal.db-wal").stat().st_size
    with image.open() as recovered:
        recovered.append([bench.reading("2")]).wait(10)
    assert recoveries(image) == [
        "last row found: row 2 of 2026-11-23T00:00:01.000Z; not closed by "
        f"process {os.getpid()} since 2026-11-23T00:00:00.000Z; {wal_bytes} bytes in the write-ahead log"
    ]
    assert [row.raw for row in image.rows() if isinstance(row, ReadingRow)] == [1, 2]
    assert verify(image.path).ok
    Journal.open(image.path, bench.clock).close()
    assert len(recoveries(image)) == 1


def test_a_write_ahead_log_of_no_bytes_or_of_noise_is_survived(bench, tmp_path):
    bench.written(3)
    for number, tail in enumerate((b"", b"\0" * 100, random.Random(1).randbytes(9000))):
        image = bench.image(tmp_path / f"image{number}")
        image.path.with_name("journal.db-wal").write_bytes(tail)
        with image.open() as journal:
            journal.append([bench.reading("9")]).wait(10)
        assert [row.raw for row in image.rows() if isinstance(row, ReadingRow)] == [0.001, 1.001, 2.001, 9]
        assert bool(recoveries(image)) == bool(tail)
        assert verify(image.path).ok


@pytest.mark.parametrize("damage", ["truncated", "garbled"])
def test_a_torn_tail_loses_nothing_that_was_committed_before_the_tear(bench, journal, tmp_path, damage):
    wal = bench.path.with_name("journal.db-wal")
    committed = []
    for number in range(40):
        (seq,) = journal.append([bench.reading(str(number))]).wait(10)
        committed.append((wal.stat().st_size, seq))
    end = committed[-1][0]
    chance = random.Random(2026)
    for number in range(25):
        image = bench.image(tmp_path / f"image{number}")
        torn = image.path.with_name("journal.db-wal")
        tear = chance.randrange(end)
        content = wal.read_bytes()[:tear]
        if damage == "garbled":
            content += chance.randbytes(end - tear)
        torn.write_bytes(content)
        expected = max((seq for size, seq in committed if size <= tear), default=0)
        with image.open():
            pass
        rows = image.rows()
        kept = [row.seq for row in rows if isinstance(row, ReadingRow)]
        assert kept[: max(0, expected - 1)] == list(range(2, expected + 1))
        assert f"row {kept[-1] if kept else 1}" in recoveries(image)[0] or not kept
        assert verify(image.path).ok, verify(image.path).sentence


def test_an_exported_head_never_depends_on_the_write_ahead_log(bench, journal, tmp_path):
    journal.append([bench.reading("1")]).wait(10)
    image = bench.image(tmp_path / "image")
    with image.open() as recovered:
        recovered.append([bench.reading("2")]).wait(10)
        again = image.image(tmp_path / "again")
    again.path.with_name("journal.db-wal").write_bytes(b"")
    with again.open():
        pass
    assert [row.raw for row in again.rows() if isinstance(row, ReadingRow)] == [1]
    assert verify(again.path).ok


def test_rows_that_a_lying_disk_lost_after_their_head_was_exported_are_named(bench, tmp_path):
    bench.written(3)
    shutil.copytree(bench.path.parent, tmp_path / "backup")
    bench.written(2)
    heads = bench.path.with_name("heads.jsonl").read_bytes()
    backup = bench.image(tmp_path / "restored")
    shutil.copyfile(tmp_path / "backup" / "journal.db", backup.path)
    backup.path.with_name("heads.jsonl").write_bytes(heads)
    with backup.open() as journal:
        journal.append([bench.reading("9")]).wait(10)
    assert recoveries(backup) == [
        "last row found: row 4 of 2026-11-23T00:00:03.000Z; "
        "rows 5 to 6 are lost: they were there by heads.jsonl"
    ]
    assert not verify(backup.path).ok


@pytest.mark.parametrize("left", [None, b""])
def test_a_main_file_that_is_gone_is_never_begun_anew(bench, left):
    bench.written(3)
    bench.path.unlink()
    if left is not None:
        bench.path.write_bytes(left)
    with pytest.raises(JournalDamagedError, match=r"missing or empty.*held 4 rows.*Restore it from a backup"):
        Journal.open(bench.path, bench.clock)
    assert not bench.path.exists() or bench.path.stat().st_size == 0


def test_a_main_file_that_is_gone_does_not_cost_the_write_ahead_log(bench, journal, tmp_path):
    journal.append([bench.reading("1")]).wait(10)
    image = bench.image(tmp_path / "image")
    image.path.write_bytes(b"")
    wal = image.path.with_name("journal.db-wal").read_bytes()
    with pytest.raises(JournalDamagedError, match="is the right disk mounted"):
        Journal.open(image.path, bench.clock)
    assert image.path.with_name("journal.db-wal").read_bytes() == wal
    assert image.path.with_name("journal.lock").read_text().startswith("process ")


def test_a_main_file_without_its_tables_is_never_begun_anew(bench):
    bench.written(3)
    bench.path.unlink()
    with contextlib.closing(sqlite3.connect(bench.path)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(JournalDamagedError, match="missing or empty"):
        Journal.open(bench.path, bench.clock)


@pytest.mark.parametrize("damage", ["noise", "half", "first page"])
def test_a_damaged_main_file_is_told_and_left_as_it_is(bench, damage):
    bench.written(30)
    content = bytearray(bench.path.read_bytes())
    if damage == "noise":
        content = bytearray(random.Random(3).randbytes(len(content)))
    elif damage == "half":
        content = content[: len(content) // 2]
    else:
        content[100:4096] = random.Random(4).randbytes(3996)
    bench.path.write_bytes(content)
    with pytest.raises(JournalDamagedError, match=r"journal.db is damaged.*restore the latest backup"):
        Journal.open(bench.path, bench.clock)
    assert bench.path.read_bytes() == content
    assert not verify(bench.path).ok


def test_rows_beyond_the_chain_are_never_written_over(bench):
    bench.written(3)
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM chain WHERE seq = 4")
    with pytest.raises(JournalDamagedError, match=r"its rows end at 4, its hash chain at [123]"):
        Journal.open(bench.path, bench.clock)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("PRAGMA user_version = 2", "a journal of version 2, this program reads version 1"),
        ("PRAGMA user_version = 0", "another program's database"),
    ],
)
def test_another_version_or_program_is_told(bench, sql, words):
    bench.written(1)
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as connection:
        connection.execute(sql)
    for use in (lambda: Journal.open(bench.path, bench.clock), lambda: JournalReader.open(bench.path)):
        with pytest.raises(JournalVersionError, match=words):
            use()
    with pytest.raises(JournalVersionError, match=words):
        verify(bench.path)


def test_a_directory_that_cannot_be_made_is_told(bench):
    bench.path.parent.write_text("a file where the directory should be")
    with pytest.raises(JournalWriteError, match="cannot be written"):
        Journal.open(bench.path, bench.clock)


def test_a_head_that_a_power_cut_tore_is_dropped_and_the_next_one_stands_alone(bench):
    bench.written(1)
    heads = bench.path.with_name("heads.jsonl")
    with heads.open("ab") as stream:
        stream.write(b'{"seq": 2, "sha')
    Journal.open(bench.path, bench.clock).close()
    assert len(heads.read_bytes().splitlines()) == 4
    assert verify(bench.path).ok


def test_readers_that_stay_open_do_not_keep_the_journal_from_closing_cleanly(bench):
    journal = bench.open()
    with JournalReader.open(bench.path) as reader:
        journal.append([bench.reading("1")]).wait(10)
        assert reader.head().seq == 2
        journal.close()
        assert reader.head().seq == 2
        with bench.open() as journal:
            journal.append([bench.reading("2")]).wait(10)
            assert [row.seq for row in reader.read_since(0, 10)] == [1, 2, 3]
    assert recoveries(bench) == []
