"""What is appended is read back, by everyone, in order, and nothing else is taken."""

import contextlib
import sqlite3
import threading
from dataclasses import replace

import pytest

from daq.errors import (
    JournalClosedError,
    JournalMissingError,
    JournalWriteError,
    RowError,
    TicketTimeoutError,
    UndefinedChannelError,
)
from daq.journal import EventRow, Journal, JournalReader, ReadingRow, Span, Ticket, verify
from daq.journal import writer as journal_writer
from daq.journal.queue import LONGEST_QUEUE_ROWS
from daq.journal.reader import HOUR_NS, PAGE_ROWS
from drivers.reading import Channel, Event, EventKind, Quality


def test_readings_and_events_come_back_as_they_were_in_one_order(bench, journal):
    reading = bench.reading("-12.3450")
    lost = Event(EventKind.LINK_LOST, "B-01", bench.clock.ns, "天平 gone", "mass", b"\xff\x00")
    later = replace(bench.reading("0.1"), quality=Quality.UNSTABLE | Quality.SIMULATED)
    assert journal.append([reading, lost, later]).wait(10) == (2, 3, 4)
    defined, first, event, last = bench.rows()
    assert isinstance(defined, EventRow)
    assert defined.kind is EventKind.CHANNEL_DEFINED
    assert first == ReadingRow(2, 1, reading.t_ns, -12.345, "-12.3450", Quality.GOOD, reading.frame)
    assert event == EventRow(3, lost.t_ns, EventKind.LINK_LOST, "B-01", "mass", "天平 gone", b"\xff\x00")
    assert last == ReadingRow(4, 1, later.t_ns, 0.1, "0.1", Quality.UNSTABLE | Quality.SIMULATED, later.frame)


def test_numbers_go_on_after_closing_and_opening(bench):
    with bench.open() as journal:
        assert journal.append([bench.reading("1")]).wait(10) == (2,)
    with bench.open() as journal:
        assert journal.append([bench.reading("2")]).wait(10) == (3,)
    assert [row.seq for row in bench.rows()] == [1, 2, 3]
    assert verify(bench.path).ok


def test_appending_nothing_is_acknowledged_and_writes_nothing(bench, journal):
    assert journal.append([]).wait(10) == ()
    assert journal.append([bench.reading("1")]).wait(10) == (2,)
    assert journal.trouble is None


def test_rows_of_many_threads_are_numbered_without_gap_and_in_each_threads_order(bench, journal):
    tickets: dict[str, list] = {}

    def write(name: str) -> None:
        tickets[name] = [
            journal.append([Event(EventKind.REFUSED, name, bench.clock.ns + n, f"{name} {n}")])
            for n in range(200)
        ]

    threads = [threading.Thread(target=write, args=(f"I-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = {name: [ticket.wait(10)[0] for ticket in mine] for name, mine in tickets.items()}
    assert sorted(seq for mine in numbers.values() for seq in mine) == list(range(2, 1602))
    assert all(mine == sorted(mine) for mine in numbers.values())
    texts = {row.seq: row.text for row in bench.rows() if isinstance(row, EventRow)}
    assert all(texts[seq] == f"{name} {n}" for name, mine in numbers.items() for n, seq in enumerate(mine))
    assert verify(bench.path).ok


def test_nothing_is_seen_or_acknowledged_before_it_is_committed(bench, journal):
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ticket = journal.append([bench.reading("1")])
        with pytest.raises(TicketTimeoutError, match="still wait"):
            ticket.wait(0.2)
        assert [row.seq for row in bench.rows()] == [1]
        other.execute("ROLLBACK")
    assert ticket.wait(10) == (2,)
    assert [row.seq for row in bench.rows()] == [1, 2]


def test_a_commit_is_durable_when_it_returns(journal):
    connection = journal._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_whoever_appends_waits_while_the_queue_is_full(bench, journal):
    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        event = Event(EventKind.REFUSED, "B-01", bench.clock.ns, "busy")
        first = journal.append([event] * LONGEST_QUEUE_ROWS)
        second: list[Ticket] = []
        thread = threading.Thread(target=lambda: second.append(journal.append([event])))
        thread.start()
        thread.join(0.3)
        assert not second, "append has returned although the queue is full"
        other.execute("ROLLBACK")
    assert first.wait(10) == tuple(range(2, LONGEST_QUEUE_ROWS + 2))
    thread.join()
    assert second[0].wait(10) == (LONGEST_QUEUE_ROWS + 2,)


def test_closing_frees_whoever_waits_for_room(bench, monkeypatch):
    monkeypatch.setattr(journal_writer, "CLOSE_PATIENCE_S", 0.5)
    journal = bench.open()
    refused: list[JournalClosedError] = []
    event = Event(EventKind.REFUSED, "B-01", bench.clock.ns, "busy")

    def write() -> None:
        try:
            journal.append([event])
        except JournalClosedError as error:
            refused.append(error)

    with contextlib.closing(sqlite3.connect(bench.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal.append([event] * LONGEST_QUEUE_ROWS)
        thread = threading.Thread(target=write)
        thread.start()
        with pytest.raises(JournalWriteError, match=f"never committed: {LONGEST_QUEUE_ROWS}"):
            journal.close()
        thread.join()
    assert len(refused) == 1


def test_a_reading_of_an_undefined_channel_is_refused_with_all_that_came_with_it(bench, journal):
    for changed in ({"instrument": "B-02"}, {"channel": "net"}, {"unit": "kg"}):
        other = replace(bench.reading("1"), **changed)
        with pytest.raises(UndefinedChannelError, match="define_channel comes before the first reading"):
            journal.append([bench.reading("2"), other])
    assert journal.append([bench.reading("3")]).wait(10) == (2,)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e999", "", " 1", "1_0", "1,5", "１２", "12g", "0x1"]
)
def test_only_finite_decimal_numbers_are_taken(bench, journal, text):
    with pytest.raises(RowError, match="not a finite decimal number"):
        journal.append([bench.reading(text)])


@pytest.mark.parametrize("text", ["0", "-0.000", "+1.50", "12.", ".5", "1E-3", "9007199254740993"])
def test_every_digit_of_a_decimal_text_is_kept(bench, journal, text):
    journal.append([bench.reading(text)]).wait(10)
    row = bench.rows()[-1]
    assert (row.raw_text, row.raw) == (text, float(text))
    assert verify(bench.path).ok


def test_what_could_never_be_committed_is_refused_at_once(bench, journal):
    event = Event(EventKind.UNSOLICITED, "B-01", bench.clock.ns, "")
    for changed, words in (
        ({"t_ns": -1}, "outside 1970 to 2255"),
        ({"t_ns": 1 << 63}, "outside 1970 to 2255"),
        ({"text": "\ud800"}, "not Unicode"),
        ({"frame": bytes(1 << 21)}, "2097152 bytes long"),
        ({"kind": EventKind.CHANNEL_DEFINED}, "by define_channel"),
    ):
        with pytest.raises(RowError, match=words):
            journal.append([event, replace(event, **changed)])
    with pytest.raises(RowError, match="not Unicode"):
        journal.define_channel(replace(bench.mass, serial_number="\udc80"))
    assert journal.append([event]).wait(10) == (2,)


def test_a_channel_is_numbered_once_and_anew_for_whatever_changes_its_meaning(bench, journal):
    mass = bench.mass
    kilogram = replace(mass, channel=Channel("mass", "mass", "kg"))
    others = [
        replace(mass, serial_number="B2"),
        replace(mass, firmware="5"),
        replace(mass, profile="p"),
        kilogram,
    ]
    for definition in [mass, *others, mass, *others]:
        journal.define_channel(definition)
    with JournalReader.open(bench.path) as reader:
        channels = reader.channels()
    assert channels == {n: each.numbered(n) for n, each in enumerate([mass, *others], start=1)}
    assert channels[1].serial_number == "B123456789"


def test_readings_belong_to_the_channel_that_was_defined_last(bench, journal):
    repaired = replace(bench.mass, serial_number="B2")
    for definition in (bench.mass, repaired, bench.mass):
        journal.define_channel(definition)
        journal.append([bench.reading("1")])
    journal.append([bench.reading("1")]).wait(10)
    assert [row.channel_id for row in bench.rows() if isinstance(row, ReadingRow)] == [1, 2, 1, 1]


def test_every_process_defines_its_channels_anew_and_gets_the_same_numbers(bench):
    bench.written(1)
    with Journal.open(bench.path, bench.clock) as journal:
        with pytest.raises(UndefinedChannelError):
            journal.append([bench.reading("2")])
        journal.define_channel(bench.mass)
        journal.append([bench.reading("2")]).wait(10)
    assert [row.channel_id for row in bench.rows() if isinstance(row, ReadingRow)] == [1, 1]


def test_a_closed_journal_takes_nothing_and_may_be_closed_again(bench):
    journal = bench.open()
    ticket = journal.append([bench.reading("1")])
    journal.close()
    journal.close()
    assert ticket.wait(0) == (2,)
    with pytest.raises(JournalClosedError, match="open it again"):
        journal.append([bench.reading("2")])
    with pytest.raises(JournalClosedError):
        journal.define_channel(replace(bench.mass, firmware="5"))


def test_a_consumer_reads_on_from_its_cursor(bench, journal):
    journal.append([bench.reading(str(n)) for n in range(10)]).wait(10)
    with JournalReader.open(bench.path) as reader:
        seen = []
        while batch := reader.read_since(seen[-1] if seen else 0, 4):
            assert len(batch) <= 4
            seen += [row.seq for row in batch]
        assert seen == list(range(1, 12))
        assert reader.head().seq == 11
        journal.append([bench.reading("11")]).wait(10)
        assert [row.seq for row in reader.read_since(11, 4)] == [12]


def test_a_batch_is_of_one_moment_even_while_rows_are_committed(bench, journal):
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            event = Event(EventKind.REFUSED, "B-01", bench.clock.ns, "busy")
            journal.append([event, bench.reading("1"), event]).wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with JournalReader.open(bench.path) as reader:
            cursor = 0
            while cursor < 150:
                for row in reader.read_since(cursor, 1000):
                    assert row.seq == cursor + 1
                    cursor = row.seq
    finally:
        stop.set()
        writer.join()


def test_readings_of_one_channel_by_number_time_and_hour(bench, journal):
    start_ns = bench.clock.ns
    times = [start_ns + n * HOUR_NS // 4 for n in range(10)]
    journal.append([bench.reading(str(n), t_ns) for n, t_ns in enumerate(times)])
    journal.define_channel(replace(bench.mass, firmware="5"))
    journal.append([bench.reading("99", times[-1])]).wait(10)
    with JournalReader.open(bench.path) as reader:
        assert [row.raw for row in reader.latest(1, 3)] == [7, 8, 9]
        assert [row.raw for row in reader.latest(2, 3)] == [99]
        assert reader.latest(3, 3) == []
        between = reader.readings_between(1, times[2], times[5])
        assert [row.raw for row in between] == [2, 3, 4]
        assert reader.count_by_hour(1, times[1], times[9]) == {
            start_ns: 3,
            start_ns + HOUR_NS: 4,
            start_ns + 2 * HOUR_NS: 1,
        }
        assert reader.count_by_hour(3, 0, times[9]) == {}
        span = reader.span(1, times[1], times[9])
        assert span.count == sum(reader.count_by_hour(1, times[1], times[9]).values())
        between = [row.seq for row in reader.readings_between(1, times[1], times[9])]
        assert (span.first_seq, span.last_seq) == (between[0], between[-1])
        assert reader.span(3, 0, times[9]) == Span(0, 0, 0)


def test_a_long_range_comes_in_pages_without_loss(bench, journal):
    texts = [str(n) for n in range(PAGE_ROWS * 2)]
    journal.append([bench.reading(text) for text in texts]).wait(30)
    with JournalReader.open(bench.path) as reader:
        assert [row.raw_text for row in reader.readings_between(1, 0, bench.clock.ns + 1)] == texts


def test_the_last_event_of_an_instrument(bench, journal):
    journal.append(
        [Event(kind, "B-01", bench.clock.ns, "") for kind in (EventKind.SILENT, EventKind.ANSWERING)]
    )
    journal.append([Event(EventKind.LINK_LOST, "T-01", bench.clock.ns, "")]).wait(10)
    with JournalReader.open(bench.path) as reader:
        assert reader.latest_event("B-01").kind is EventKind.ANSWERING
        assert reader.latest_event("T-01").kind is EventKind.LINK_LOST
        assert reader.latest_event("X-01") is None


def test_a_reader_cannot_write_and_stays_in_its_thread(bench, journal):
    with JournalReader.open(bench.path) as reader:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection.execute("DELETE FROM reading")
        caught: list[type[BaseException]] = []

        def read() -> None:
            try:
                reader.head()
            except sqlite3.ProgrammingError as error:
                caught.append(type(error))

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        assert caught == [sqlite3.ProgrammingError]


def test_there_is_nothing_to_read_without_a_journal(bench):
    with pytest.raises(JournalMissingError, match="start acquisition"):
        JournalReader.open(bench.path)
    assert not bench.path.exists()
    bench.path.parent.mkdir()
    bench.path.touch()
    with pytest.raises(JournalMissingError, match="not set up yet"):
        JournalReader.open(bench.path)
