"""stream.db: the cursor, the refused points and the status."""

import sqlite3
from pathlib import Path

import pytest

from daq.errors import StreamError
from daq.stream.cursor import (
    RejectedPoint,
    StreamFile,
    StreamState,
    StreamStatus,
    read_cursor,
    read_rejected,
    read_status,
)
from daq.stream.trouble import Trouble

TARGET = "http://127.0.0.1:8428 lab hengliang site"


def refused(seq: int) -> RejectedPoint:
    return RejectedPoint(seq, seq * 10**9, "B-01 mass (mass, g)", "field type conflict", 5)


def status(**more: object) -> StreamStatus:
    usual = {
        "target": TARGET,
        "state": StreamState.TROUBLE,
        "trouble": Trouble.BUSY,
        "sentence": "has no time now",
        "since_ns": 1,
        "accepted_seq": 10,
        "head_seq": 25,
        "lag_s": 2.5,
        "updated_ns": 3,
    }
    return StreamStatus(**{**usual, **more})


def test_nothing_is_known_before_the_first_run(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    assert read_status(path) is None
    assert read_cursor(path, TARGET) == 0
    assert read_rejected(path, TARGET) == []
    assert not path.exists()


def test_cursor_and_refused_points_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "stream.db"
    with StreamFile.open(path, TARGET) as file:
        file.accept(10, [refused(3), refused(9)])
        file.settle(5, 1000.0)
    with StreamFile.open(path, TARGET) as file:
        assert (file.accepted_seq, file.settled_seq, file.started_s) == (10, 5, 1000.0)
    assert read_cursor(path, TARGET) == 10
    assert read_rejected(path, TARGET) == [refused(3), refused(9)]


def test_another_target_starts_from_the_first_row(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with StreamFile.open(path, TARGET) as file:
        file.accept(10, [refused(3)])
    with StreamFile.open(path, "elsewhere") as file:
        assert file.accepted_seq == 0
    assert read_rejected(path, "elsewhere") == []
    assert read_cursor(path, TARGET) == 10


def test_rows_that_are_sent_again_are_judged_again(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with StreamFile.open(path, TARGET) as file:
        file.accept(10, [refused(3), refused(9)])
        file.settle(5, 1000.0)
        file.step_back(2000.0)
        assert (file.accepted_seq, file.settled_seq, file.started_s) == (5, 5, 2000.0)
        file.accept(12, [refused(11)])
    assert [point.seq for point in read_rejected(path, TARGET)] == [3, 11]


def test_reset_forgets_the_target(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with StreamFile.open(path, TARGET) as file:
        file.accept(10, [refused(3)])
        file.reset()
        assert (file.accepted_seq, file.settled_seq, file.started_s) == (0, 0, None)
    assert read_rejected(path, TARGET) == []


def test_the_status_is_read_as_it_was_put(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with StreamFile.open(path, TARGET) as file:
        file.put_status(status())
        assert read_status(path) == status()
        file.accept(10, [refused(3), refused(9)])
        file.put_status(status(state=StreamState.STREAMING, trouble=None))
        assert read_status(path) == status(state=StreamState.STREAMING, trouble=None, rejected=2)
    assert status().lag_rows == 15


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with (
        StreamFile.open(path, TARGET),
        pytest.raises(StreamError, match="Another process"),
        StreamFile.open(path, TARGET),
    ):
        pass
    with StreamFile.open(path, TARGET) as file:
        file.accept(1, ())


def test_a_damaged_file_names_itself_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    path.write_bytes(b"this is no database, and it is long enough to be taken for one" * 20)
    with (
        pytest.raises(StreamError, match=r"stream\.db cannot be used .*delete it"),
        StreamFile.open(path, TARGET),
    ):
        pass
    with pytest.raises(StreamError, match="delete it"):
        read_status(path)


def test_a_file_of_another_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(StreamError, match="version 9"), StreamFile.open(path, TARGET):
        pass
    assert read_status(path) is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "stream.db"
    with pytest.raises(StreamError, match=r"stream\.db cannot be used"), StreamFile.open(path, TARGET):
        pass
