"""Whatever is altered in a journal is found, and named by its row."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daq.errors import JournalError, JournalMissingError
from daq.journal import ChannelDefinition, Head, Journal, JournalReader, verify
from daq.journal.rows import canonical_event, canonical_reading, digest_of
from drivers.clock import SystemClock
from drivers.reading import Channel, Event, EventKind, Quality, Reading

READING_COLUMNS = ("channel_id", "t_ns", "raw", "raw_text", "quality", "frame", "digest")
EVENT_COLUMNS = ("t_ns", "kind", "instrument", "channel", "text", "frame", "digest")


def alter(path, sql, *values):
    """What somebody with another program does to the file."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(sql, values).rowcount


@pytest.fixture(scope="module")
def seven_rows(tmp_path_factory, make_bench):
    """Channel and event in rows 1 and 2, readings in rows 3 to 7, each its own block."""
    bench = make_bench(tmp_path_factory.mktemp("seven"))
    with bench.open() as journal:
        journal.append([Event(EventKind.LINK_UP, "B-01", bench.clock.ns, "is back", frame=b"\x06")]).wait(10)
        for text in ("1.0", "2.0", "3.0", "4.0", "5.0"):
            journal.append([bench.reading(text)]).wait(10)
    return bench


@pytest.fixture
def seven(seven_rows, tmp_path):
    """A copy of that journal, to be altered."""
    return seven_rows.image(tmp_path / "copy").path


def test_a_journal_as_it_was_written(seven):
    found = verify(seven)
    assert (found.ok, found.rows, found.blocks, found.first_bad) == (True, 7, 7, None)
    assert found.sentence.startswith(
        "All 7 rows in 7 blocks are as they were written; 2 exported heads agree"
    )
    with JournalReader.open(seven) as reader:
        assert found.head == reader.head()


def test_an_empty_journal_is_whole(bench):
    Journal.open(bench.path, bench.clock).close()
    assert verify(bench.path).ok


def test_a_journal_may_be_verified_while_it_is_written(bench, journal):
    journal.append([bench.reading("1")]).wait(10)
    assert verify(bench.path).rows == 2
    journal.append([bench.reading("2")]).wait(10)
    assert verify(bench.path).rows == 3


def test_no_journal_is_not_a_whole_journal(bench):
    with pytest.raises(JournalMissingError):
        verify(bench.path)


def test_progress_is_told_for_long_journals(bench):
    with bench.open() as journal:
        for _ in range(300):
            journal.append([bench.reading("1")])
    told = []
    assert verify(bench.path, lambda done, total: told.append((done, total))).ok
    assert told[-1] == (301, 301)


def test_the_canonical_bytes_are_the_documented_ones():
    reading = (258, 3, 1_795_392_000_000_000_000, -12.5, "-12.5", 128, b"\x02S")
    assert canonical_reading(reading).hex() == (
        "52" "0000000000000102" "0000000000000003" "18ea8382f8940000" "c029000000000000" "0000000000000080"
        "00000005" "00000002" "2d31322e35" "0253"
    )  # fmt: skip
    event = (1, 2, "silent", "B-01", "", "没有回答", b"")
    assert canonical_event(event).hex() == (
        "45" "0000000000000001" "0000000000000002" "00000006" "00000004" "00000000" "0000000c" "00000000"
        "73696c656e74" "422d3031" "e6b2a1e69c89e59b9ee7ad94"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE reading SET raw = 3.5 WHERE seq = 5", "its value 3.5 is not its text"),
        ("UPDATE reading SET raw = 3.5, raw_text = '3.5' WHERE seq = 5", "reading '3.5' of B-01 mass"),
        ("UPDATE reading SET frame = x'00' WHERE seq = 5", "was altered"),
        ("UPDATE reading SET quality = -1 WHERE seq = 5", "was altered"),
        ("UPDATE reading SET channel_id = 2 WHERE seq = 5", "was altered"),
        ("UPDATE reading SET t_ns = t_ns + 1 WHERE seq = 5", "was altered"),
        ("UPDATE reading SET t_ns = -1 WHERE seq = 5", "was altered"),
        ("UPDATE reading SET raw_text = CAST(x'ff' AS TEXT) WHERE seq = 5", "was altered"),
        ("UPDATE reading SET digest = x'' WHERE seq = 5", "was altered"),
        ("UPDATE reading SET seq = 99 WHERE seq = 5", "Row 5 is missing: row 6 follows row 4"),
        ("DELETE FROM reading WHERE seq = 5", "Row 5 is missing: row 6 follows row 4"),
        ("DELETE FROM reading WHERE seq IN (5, 6)", "Rows 5 to 6 are missing: row 7 follows row 4"),
        ("UPDATE chain SET sha256 = zeroblob(32) WHERE seq = 5", "do not give their link"),
        (
            "INSERT INTO event SELECT 5, t_ns, kind, '', '', '', frame, digest FROM event",
            "Row 5 was inserted",
        ),
    ],
)
def test_row_5_is_named(seven, sql, words):
    if "INSERT" in sql:
        sql += " WHERE seq = 2"
    assert alter(seven, sql) >= 1
    found = verify(seven)
    assert not found.ok
    assert found.first_bad == 5, found.sentence
    assert words in found.sentence


@pytest.mark.parametrize(
    ("sql", "first_bad", "words"),
    [
        ("UPDATE event SET text = 'is gone' WHERE seq = 2", 2, "Row 2, the event 'link-up' of 'B-01'"),
        ("UPDATE event SET kind = 'channel-defined' WHERE seq = 2", 2, "was altered"),
        ("UPDATE channel SET unit = 'kg'", 1, "unit is 'kg', was 'g'"),
        ("UPDATE channel SET serial_number = CAST(x'ff' AS TEXT)", 1, "serial_number is '\\udcff'"),
        ("DELETE FROM channel", 1, "was deleted"),
        ("INSERT INTO channel SELECT 2, 'B', name, 'mass', 'g', '', '', '' FROM channel", None, "Channel 2"),
        ("DELETE FROM reading WHERE seq = 7", 7, "is missing: the hash chain goes on to row 7"),
        ("DELETE FROM chain WHERE seq = 7", 7, "ends at row 6"),
        ("DELETE FROM chain", 1, "ends at row 0"),
        ("DELETE FROM chain WHERE seq = 4", 4, "Rows 4 to 5 do not give their link"),
        ("UPDATE chain SET seq = 8 WHERE seq = 7", 8, "Row 8 is missing"),
        ("INSERT INTO chain SELECT -5, sha256 FROM chain WHERE seq = 7", -5, "an entry for row -5"),
        ("UPDATE reading SET seq = 8 WHERE seq = 7", 7, "Row 7 is missing"),
        ("INSERT INTO reading SELECT 8, 1, t_ns + 2000000, raw, raw_text, 0, frame, digest FROM reading "
         "WHERE seq = 7", 8, "Row 8 was inserted"),
        ("INSERT INTO reading SELECT -9223372036854775808, 1, 1, 0, '', 0, frame, digest FROM reading "
         "WHERE seq = 7", -(1 << 63), "was inserted"),
    ],
)  # fmt: skip
def test_other_rows_are_named(seven, sql, first_bad, words):
    assert alter(seven, sql) >= 1
    found = verify(seven)
    assert not found.ok
    assert found.first_bad == first_bad, found.sentence
    assert words in found.sentence


def forge(path, seq, **changed):
    """Alter a reading together with its digest, as one who knows the format would."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM reading WHERE seq = ?", (seq,)).fetchone()) | changed
        row["digest"] = digest_of(canonical_reading(tuple(row.values())[:7]))
        names = ", ".join(f"{name} = :{name}" for name in row)
        connection.execute(f"UPDATE reading SET {names} WHERE seq = :seq", row)


def rechain(path):
    """Compute the whole chain anew over whatever the tables hold, as one who knows the format would."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = {
            row[0]: canonical_reading(row)
            for row in connection.execute(
                "SELECT seq, channel_id, t_ns, raw, raw_text, quality, frame FROM reading"
            )
        } | {
            row[0]: canonical_event(row)
            for row in connection.execute(
                "SELECT seq, t_ns, kind, instrument, channel, text, frame FROM event"
            )
        }
        connection.execute("DELETE FROM chain")
        link = bytes(32)
        for seq in sorted(rows):
            link = hashlib.sha256(link + rows[seq]).digest()
            connection.execute("INSERT INTO chain VALUES (?, ?)", (seq, link))


def test_a_row_that_was_forged_with_its_digest_is_found_by_the_chain(seven):
    forge(seven, 5, raw=9.0, raw_text="9.0")
    found = verify(seven)
    assert (found.ok, found.first_bad, found.rows) == (False, 5, 4)
    assert "a row together with its digest" in found.sentence


def test_a_journal_that_was_forged_with_its_whole_chain_is_found_by_the_exported_heads(seven):
    forge(seven, 5, raw=9.0, raw_text="9.0")
    rechain(seven)
    found = verify(seven)
    assert (found.ok, found.first_bad) == (False, 7)
    assert "heads.jsonl line 2" in found.sentence


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"t_ns": 1_795_392_002_000_000_000}, "is not later than the reading before it"),
        ({"raw": 9.0}, "has the value 9.0, which is not its text"),
        ({"channel_id": 2}, "belongs to no channel defined before it"),
    ],
)
def test_what_no_writer_writes_is_found_even_with_digest_and_chain(seven, changed, words):
    forge(seven, 5, **changed)
    rechain(seven)
    seven.with_name("heads.jsonl").unlink()
    found = verify(seven)
    assert (found.ok, found.first_bad) == (False, 5)
    assert words in found.sentence


def test_a_tail_that_was_cut_off_with_its_chain_is_missed_by_the_exported_heads(seven):
    for table in ("reading", "chain"):
        alter(seven, f"DELETE FROM {table} WHERE seq > 5")
    found = verify(seven)
    assert (found.ok, found.first_bad, found.head.seq) == (False, 6, 5)
    assert "Rows 6 to 7 were cut off: heads.jsonl line 2" in found.sentence


def test_an_exported_head_that_was_altered_is_named_by_its_line(seven):
    heads = seven.with_name("heads.jsonl")
    lines = heads.read_text().splitlines()
    fields = json.loads(lines[1])
    heads.write_text(lines[0] + "\n" + json.dumps(fields | {"seq": 6}) + "\n")
    assert "heads.jsonl line 2 was altered" in verify(seven).sentence
    heads.write_text(lines[0] + "\nnothing\n" + lines[1] + "\n")
    assert "heads.jsonl line 2 is not an exported head" in verify(seven).sentence
    heads.write_text("\n".join(lines) + "\n" + lines[1][:20])
    assert verify(seven).ok, "a line torn by a power cut is no alteration"


def test_heads_name_row_number_chain_and_time(seven):
    lines = [json.loads(line) for line in seven.with_name("heads.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == [0, 7]
    assert Head(7, lines[1]["sha256"]) == verify(seven).head
    assert lines[1]["utc"] == "2026-11-23T00:00:05.000Z"
    assert lines[1]["t_ns"] == 1_795_392_005_000_000_000


def test_a_head_is_exported_once_a_day_by_the_first_commit(bench, journal):
    for _ in range(3):
        journal.append([bench.reading("1")]).wait(10)
        bench.clock.sleep(12 * 3600)
    journal.append([bench.reading("1")]).wait(10)
    journal.close()
    days = [
        json.loads(line)["utc"][:10] for line in bench.path.with_name("heads.jsonl").read_text().splitlines()
    ]
    assert days == ["2026-11-23", "2026-11-24", "2026-11-24"]
    assert verify(bench.path).ok


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A journal to make altered copies of: many kinds of event, values and frames."""
    path = tmp_path_factory.mktemp("sound") / "journal.db"
    clock = SystemClock()
    with Journal.open(path, clock) as journal:
        for number in range(3):
            journal.define_channel(
                ChannelDefinition(f"B-0{number}", Channel("mass", "mass", "g"), "天平", "1", "2")
            )
            journal.append(
                [Event(EventKind.REFUSED, f"B-0{number}", clock.now_ns(), "busy 忙", "mass", b"S I\r\n")]
            )
        for number in range(60):
            text = f"{number - 30}.{number:04}"
            reading = Reading(
                f"B-0{number % 3}", "mass", text, "g", clock.now_ns(), Quality(number), text.encode()
            )
            ticket = journal.append([reading])
            if number % 7 == 0:
                ticket.wait(10)
    return path


def altered_value(value, position, bit):
    """``value`` with one bit of one of its bytes turned over, at the place where SQLite stores it."""
    if isinstance(value, int):
        number = value ^ (1 << (8 * (position % 8) + bit))
        return (number + (1 << 63)) % (1 << 64) - (1 << 63)
    if isinstance(value, float):
        data = bytearray(struct.pack(">d", value))
        data[position % 8] ^= 1 << bit
        return struct.unpack(">d", data)[0]
    data = bytearray(value.encode() if isinstance(value, str) else value)
    if not data:
        return None
    data[position % len(data)] ^= 1 << bit
    return bytes(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_bit_of_any_stored_value_turned_over_is_found_at_its_row(sound, tmp_path_factory, data):
    table = data.draw(st.sampled_from(["reading", "event", "chain", "channel"]))
    columns = {
        "reading": ("seq", *READING_COLUMNS),
        "event": ("seq", *EVENT_COLUMNS),
        "chain": ("seq", "sha256"),
        "channel": ("id", "instrument", "name", "quantity", "unit", "profile", "serial_number", "firmware"),
    }[table]
    column = data.draw(st.sampled_from(columns))
    copy = tmp_path_factory.getbasetemp() / "altered.db"
    shutil.copyfile(sound, copy)
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        keys = [key for (key,) in connection.execute(f"SELECT {columns[0]} FROM {table} ORDER BY 1")]
        key = data.draw(st.sampled_from(keys))
        (old,) = connection.execute(f"SELECT {column} FROM {table} WHERE {columns[0]} = ?", (key,)).fetchone()
        new = altered_value(old, data.draw(st.integers(0, 40)), data.draw(st.integers(0, 7)))
        place = "CAST(? AS TEXT)" if isinstance(old, str) else "?"
        if new is None or new != new:
            return
        with contextlib.suppress(sqlite3.IntegrityError):
            connection.execute(f"UPDATE {table} SET {column} = {place} WHERE {columns[0]} = ?", (new, key))
        changed = connection.total_changes
    found = verify(copy)
    assert found.ok == (changed == 0), (table, column, key, found)
    if table in ("reading", "event") and column != "seq":
        assert found.first_bad == key, found.sentence


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_of_the_file_turned_over_never_gives_another_record_that_is_called_whole(
    sound, tmp_path_factory, position, bit
):
    with JournalReader.open(sound) as reader:
        written = reader.read_since(0, 1000), reader.channels()
    copy = tmp_path_factory.getbasetemp() / "flipped.db"
    content = bytearray(sound.read_bytes())
    content[int(position * len(content))] ^= 1 << bit
    copy.write_bytes(content)
    for name in ("flipped.db-wal", "flipped.db-shm"):
        copy.with_name(name).unlink(missing_ok=True)
    try:
        found = verify(copy)
    except JournalError:
        return
    if found.ok:
        with JournalReader.open(copy) as reader:
            assert (reader.read_since(0, 1000), reader.channels()) == written
