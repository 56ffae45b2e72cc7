"""The demo's fast time and its hand, above the simulated laboratory."""

import json
import socket
import threading
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from daq.cli import app
from daq.demo import LEAD_NS, day_of, demo_time, hand_file, in_time
from daq.errors import HengliangError, SettingsError
from daq.hand import HAND_FILE, tell
from daq.settings import Settings
from daq.wiring import DataFiles, run_acquire
from drivers.clock import SystemClock
from drivers.fast_clock import FastClock
from drivers.sims.laboratory import start_laboratory
from tests.clocks import HandClock

runner = CliRunner()


@pytest.fixture
def bench(tmp_path):
    with (
        start_laboratory(tmp_path, HandClock(), resting=True) as laboratory,
        hand_file(tmp_path, laboratory.hand_url),
    ):
        yield laboratory
    assert not (tmp_path / HAND_FILE).exists()


def test_a_fast_demo_begins_a_month_ago_and_stands_still_when_it_ends(tmp_path):
    files = DataFiles(tmp_path)
    wall = SystemClock()
    with demo_time(files, 60.0) as clock:
        assert isinstance(clock, FastClock)
        assert wall.now_ns() - LEAD_NS <= clock.now_ns() < wall.now_ns() - 0.9 * LEAD_NS
        assert clock.factor == 60.0
    assert isinstance(files.clock(), FastClock)
    wall.sleep(0.03)
    ended_ns = files.clock().now_ns()
    with demo_time(files, 600.0) as clock:
        assert ended_ns <= clock.now_ns() < ended_ns + 10_000_000_000
        wall.sleep(0.03)
        assert clock.factor == 600.0


def test_an_ordinary_demo_lives_in_the_machines_time(tmp_path):
    with demo_time(DataFiles(tmp_path), None) as clock:
        assert isinstance(clock, SystemClock)
    assert isinstance(DataFiles(tmp_path).clock(), SystemClock)


def test_one_folder_has_one_time(tmp_path):
    slow, fast = DataFiles(tmp_path / "slow"), DataFiles(tmp_path / "fast")
    for files in (slow, fast):
        files.folder.mkdir()
    slow.journal.touch()
    with pytest.raises(HengliangError, match="was recorded in the machine's time"), demo_time(slow, 60.0):
        pass
    with demo_time(fast, 60.0):
        pass
    with pytest.raises(HengliangError, match="time runs fast in this folder"), demo_time(fast, None):
        pass


def test_a_period_is_in_the_time_of_the_site(bench):
    assert {each.period_s for each in in_time(bench.instruments, 60.0)} == {60.0}
    assert in_time(bench.instruments, None) == list(bench.instruments)


def test_the_day_of_a_clock():
    clock = HandClock(1_790_000_000_000_000_000)
    assert day_of(clock) == datetime.fromtimestamp(1_790_000_000, UTC).astimezone().date()


def test_no_real_instrument_is_recorded_in_fast_time(tmp_path):
    files = DataFiles(tmp_path)
    with demo_time(files, 60.0):
        pass
    real = {"name": "B-07", "url": "tcp://127.0.0.1:1", "profile": "mettler-toledo-mt-sics"}
    site = {"id": "t", "name_zh": "试", "name_en": "t"}
    settings = Settings.model_validate({"site": site, "instrument": [real]})
    with pytest.raises(SettingsError, match="B-07 must be recorded in another one"):
        run_acquire(settings, files, threading.Event())
    assert not files.journal.exists()


def test_the_hand_at_the_console(bench, tmp_path):
    def call(*words, code=0):
        done = runner.invoke(app, ["hand", "--data", str(tmp_path), *words], env={"COLUMNS": "120"})
        assert done.exit_code == code, done.output
        return done

    call("put", "dish1", "balance")
    call("fill", "dish1", "coptis", "3.0")
    shown = call("state").stdout
    assert "dish1  B-01" in shown
    assert "oven 103.6" in shown
    assert "put THING… PLACE" in call("help").stdout
    refused = call("put", "dish1", "moon", code=1)
    assert refused.stderr.startswith("there is no place 'moon' here")
    state = json.loads(call("state", "--json").stdout)
    assert state["things"]["dish1"]["sample_g"] == 3.0
    call("--", "drift", "B-02", "-0.5")


def test_a_hand_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(HengliangError, match="no demo runs in this folder"):
        tell(tmp_path, "state")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    (tmp_path / HAND_FILE).write_text(f"tcp://127.0.0.1:{port}\n")
    with pytest.raises(HengliangError, match="does the demo still run"):
        tell(tmp_path, "state")


def test_something_else_at_its_address_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        (tmp_path / HAND_FILE).write_text(f"tcp://127.0.0.1:{stranger.getsockname()[1]}\n")

        def answer():
            peer, _ = stranger.accept()
            with peer:
                peer.recv(100)
                peer.sendall(b"220 mail ready\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(HengliangError, match="does the demo still run"):
            tell(tmp_path, "state")
        thread.join()
