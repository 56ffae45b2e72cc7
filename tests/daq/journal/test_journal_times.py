"""A clock that steps back never makes two readings of one series share a time."""

from dataclasses import replace

from daq.journal import EventRow, ReadingRow, verify
from daq.journal.times import MINIMUM_STEP_NS, SeriesTimes, utc_text
from drivers.reading import EventKind

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
MASS = ("B-01", "mass", "g")
TEMPERATURE = ("T-01", "temperature", "degC")
HUMIDITY = ("T-01", "humidity", "%RH")


def split(rows):
    """Times of readings, and texts of the clock's steps."""
    times = [row.t_ns for row in rows if isinstance(row, ReadingRow)]
    steps = [row for row in rows if isinstance(row, EventRow) and row.kind is EventKind.CLOCK_STEP]
    return times, steps


def test_utc_as_people_read_it():
    assert utc_text(0) == "1970-01-01T00:00:00.000Z"
    assert utc_text(1_795_392_000_123_999_999) == "2026-11-23T00:00:00.123Z"


def test_a_clock_that_goes_on_is_left_alone():
    times = SeriesTimes({MASS: 10 * SECOND})
    assert times.place(MASS, 11 * SECOND) == (11 * SECOND, None)
    assert times.place(TEMPERATURE, SECOND) == (SECOND, None)


def test_readings_within_a_millisecond_are_moved_apart_and_that_is_no_step():
    times = SeriesTimes({})
    assert times.place(MASS, SECOND) == (SECOND, None)
    assert times.place(MASS, SECOND) == (SECOND + MINIMUM_STEP_NS, None)
    assert times.place(MASS, SECOND + 10) == (SECOND + 2 * MINIMUM_STEP_NS, None)


def test_one_step_is_told_once_for_all_series_and_a_second_one_again():
    times = SeriesTimes({})
    for series in (MASS, TEMPERATURE, HUMIDITY):
        times.place(series, HOUR)
    told = [times.place(series, SECOND)[1] for series in (TEMPERATURE, MASS, HUMIDITY)]
    assert told == [HOUR, None, None]
    assert times.place(MASS, 2 * SECOND) == (HOUR + 2 * MINIMUM_STEP_NS, None)
    assert times.place(MASS, SECOND)[1] == 2 * SECOND
    assert times.place(HUMIDITY, SECOND // 2)[1] is None


def test_a_new_firmware_goes_on_after_the_times_of_the_old_one(bench):
    """Downstream, both are one series: the same time would make one point of two readings."""
    bench.written(1)
    last_ns = bench.clock.ns
    with bench.open() as journal:
        journal.define_channel(replace(bench.mass, firmware="5"))
        journal.append([bench.reading("1", last_ns)]).wait(10)
        journal.define_channel(bench.mass)
        journal.append([bench.reading("1", last_ns)]).wait(10)
    times, steps = split(bench.rows())
    assert times == [last_ns, last_ns + MINIMUM_STEP_NS, last_ns + 2 * MINIMUM_STEP_NS]
    assert not steps
    with bench.open() as journal:
        journal.define_channel(replace(bench.mass, firmware="6"))
        journal.append([bench.reading("1", last_ns)]).wait(10)
    assert split(bench.rows())[0][-1] == last_ns + 3 * MINIMUM_STEP_NS
    assert verify(bench.path).ok


def test_the_step_is_an_event_before_the_reading_that_showed_it(bench, journal):
    start_ns = bench.clock.ns
    journal.append([bench.reading("1")])
    bench.clock.sleep(-3600)
    ticket = journal.append([bench.reading("2"), bench.reading("3")])
    bench.clock.sleep(3600)
    journal.append([bench.reading("4")]).wait(10)
    rows = bench.rows()
    times, steps = split(rows)
    assert times == [
        start_ns + SECOND,
        start_ns + SECOND + MINIMUM_STEP_NS,
        start_ns + SECOND + 2 * MINIMUM_STEP_NS,
        start_ns + 4 * SECOND,
    ]
    assert [row.text for row in steps] == [
        "The clock stepped back by 3599.000 s, from 2026-11-23T00:00:01.000Z to 2026-11-22T23:00:02.000Z; "
        "until it has caught up, readings get the last time + 1 ms."
    ]
    assert [row.seq for row in steps] == [3]
    assert ticket.wait(10) == (4, 5)
    assert verify(bench.path).ok


def test_a_step_while_the_journal_was_closed_is_told(bench):
    bench.written(2)
    last_ns = bench.clock.ns
    bench.clock.sleep(-60)
    with bench.open() as journal:
        journal.append([bench.reading("1")]).wait(10)
    times, steps = split(bench.rows())
    assert times[-1] == last_ns + MINIMUM_STEP_NS
    assert len(steps) == 1
    assert verify(bench.path).ok
