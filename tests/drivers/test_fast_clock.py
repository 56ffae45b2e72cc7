"""The fast clock: all processes read one time, which strictly increases and is never ahead of the wall's."""

import json
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import ClockError
from drivers.fast_clock import FastClock, Stretch
from tests.clocks import HandClock

DAY_NS = 86_400_000_000_000
NOTICE_S = 0.02


def begun(tmp_path, factor=60.0, days=30):
    wall = HandClock()
    clock = FastClock.begin(tmp_path / "clock.jsonl", wall.now_ns() - days * DAY_NS, factor, wall)
    return clock, wall


def test_a_second_of_the_wall_is_a_minute_of_the_site_and_wires_keep_the_walls_seconds(tmp_path):
    clock, wall = begun(tmp_path)
    start_ns, start_s = clock.now_ns(), clock.monotonic_s()
    assert start_ns == wall.now_ns() - 30 * DAY_NS
    clock.sleep(2.0)
    assert clock.now_ns() - start_ns == 120_000_000_000
    assert clock.monotonic_s() - start_s == 2.0
    assert clock.factor == 60.0


def test_it_catches_up_with_the_wall_and_stays_with_it(tmp_path):
    clock, wall = begun(tmp_path)
    wall.pass_time(30 * 86_400 / 59 - 10)
    assert wall.now_ns() - 600_000_000_000 < clock.now_ns() < wall.now_ns()
    wall.pass_time(20)
    assert clock.now_ns() == wall.now_ns()
    clock.set_speed(3600)
    wall.pass_time(60)
    assert clock.now_ns() == wall.now_ns()


def test_every_process_changes_speed_at_the_same_moment(tmp_path):
    clock, wall = begun(tmp_path)
    other = FastClock(tmp_path / "clock.jsonl", wall)
    before_ns = other.now_ns()
    clock.set_speed(1)
    assert other.now_ns() == before_ns + 1, "the new speed begins a moment later"
    wall.pass_time(NOTICE_S)
    at_change_ns = other.now_ns()
    assert at_change_ns == clock.now_ns() == wall.now_ns() - 30 * DAY_NS + 59 * 20_000_000
    wall.pass_time(5.0)
    assert other.now_ns() == clock.now_ns() == at_change_ns + 5_000_000_000
    assert (other.factor, clock.factor) == (1.0, 1.0)


def test_while_it_stands_still_it_goes_on_by_the_nanosecond(tmp_path):
    clock, wall = begun(tmp_path)
    clock.set_speed(0)
    wall.pass_time(NOTICE_S)
    first_ns = clock.now_ns()
    wall.pass_time(86_400.0)
    assert [clock.now_ns() - first_ns for _ in range(3)] == [1, 2, 3]
    again = FastClock(tmp_path / "clock.jsonl", wall)
    assert again.now_ns() == first_ns, "a day without a demo is no time on its bench"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 0.5, 1, 60, 3600]), st.floats(0, 50_000)), max_size=12))
def test_whatever_the_speeds_time_strictly_increases_and_is_never_in_the_future(tmp_path_factory, changes):
    clock, wall = begun(tmp_path_factory.mktemp("clock"))
    last_ns = clock.now_ns()
    for factor, pause_s in changes:
        clock.set_speed(factor)
        for part_s in (1e-6, NOTICE_S, 1e-6 + pause_s):
            wall.pass_time(part_s)
            now_ns = clock.now_ns()
            assert last_ns < now_ns <= wall.now_ns()
            last_ns = now_ns


def test_many_threads_never_get_one_time_twice(tmp_path):
    clock, _ = begun(tmp_path)
    times = []
    threads = [
        threading.Thread(target=lambda: times.extend([clock.now_ns() for _ in range(300)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(times)) == 1200


def test_two_processes_on_the_machines_own_time_agree(tmp_path):
    path = tmp_path / "clock.jsonl"
    clock = FastClock.begin(path, 1_700_000_000_000_000_000, 3600.0)
    before_ns = clock.now_ns()
    code = (
        "import sys, pathlib, drivers.fast_clock as f; print(f.FastClock(pathlib.Path(sys.argv[1])).now_ns())"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert before_ns < int(done.stdout) < clock.now_ns()


def test_a_torn_last_line_is_waited_for(tmp_path):
    clock, wall = begun(tmp_path)
    path = tmp_path / "clock.jsonl"
    whole = json.dumps({"wall_ns": wall.now_ns(), "site_ns": 5 * DAY_NS, "factor": 1.0}) + "\n"
    with path.open("a") as file:
        file.write(whole[:20])
    before_ns = clock.now_ns()
    with path.open("a") as file:
        file.write(whole[20:])
    assert clock.now_ns() == before_ns + 1, "it went back, so it goes on by the nanosecond"
    assert FastClock(path, wall).now_ns() == 5 * DAY_NS


@pytest.mark.parametrize(
    "text", ["", "{}\n", "hello\n", '{"wall_ns": null, "site_ns": 1, "factor": 1}\n', "[]\n"]
)
def test_a_file_that_is_no_clock_is_one_sentence(tmp_path, text):
    path = tmp_path / "clock.jsonl"
    path.write_text(text)
    with pytest.raises(ClockError, match="another folder for the demo's data"):
        FastClock(path)


def test_no_file_a_second_beginning_the_future_and_absurd_speeds_are_refused(tmp_path):
    with pytest.raises(ClockError, match="cannot be read"):
        FastClock(tmp_path / "none.jsonl")
    clock, wall = begun(tmp_path)
    with pytest.raises(ClockError, match="File exists"):
        FastClock.begin(tmp_path / "clock.jsonl", 0, 60.0, wall)
    with pytest.raises(ClockError, match="in the future"):
        FastClock.begin(tmp_path / "other.jsonl", wall.now_ns() + 1, 60.0, wall)
    for factor in (-1.0, 3601.0, float("nan")):
        with pytest.raises(ClockError, match="0 to 3600 times"):
            clock.set_speed(factor)
    assert not (tmp_path / "other.jsonl").exists()
    (tmp_path / "clock.jsonl").unlink()
    with pytest.raises(ClockError, match="cannot be read"):
        clock.now_ns()


def test_a_stretch_is_a_straight_line():
    assert [Stretch(1000, 100, 2.0).at(wall_ns) for wall_ns in (1000, 1001, 1400, 5000)] == [
        100,
        102,
        900,
        5000,
    ]
