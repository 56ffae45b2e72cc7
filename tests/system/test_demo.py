"""The demo as a user runs it, without its page."""

import json
import os
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from daq.errors import HengliangError
from daq.hand import tell
from daq.journal import JournalReader, ReadingRow

HENGLIANG = Path(sys.executable).with_name("hengliang")


@pytest.mark.system
def test_headless_demo_records_five_instruments_and_loses_nothing(tmp_path, need_program):
    need_program("victoria-metrics")
    command = [HENGLIANG, "demo", "--headless", "--seconds", "20", "--data", tmp_path / "data", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    channels = {channel["name"]: channel for channel in told["channels"]}
    assert len({name.partition("/")[0] for name in channels}) == 5
    assert len(channels) >= 7
    assert all(channel["readings"] > 0 for channel in channels.values())
    assert all("simulated" in channel["quality"] for channel in channels.values())
    assert told["lost"] == told["points_rejected"] == 0
    assert told["points_accepted"] == told["readings"] == sum(c["readings"] for c in channels.values())
    assert told["journal_rows"] > told["readings"]
    assert told["verified"] is True
    without = {name for name, channel in channels.items() if channel["certificate"] is None}
    assert without == {"O-01/temperature-2"}
    for name in set(channels) - without - {"M-01/moisture"}:
        assert channels[name]["U"] > 0
        assert channels[name]["k"] >= 1.9
    assert all(channels[name]["U"] is None for name in without)

    verified = subprocess.run(
        [HENGLIANG, "verify", "--data", tmp_path / "data", "--json"], capture_output=True, check=True
    )
    found = json.loads(verified.stdout)
    assert found["rows"] == told["journal_rows"]
    assert found["records"]["ok"] is True
    site = ("--site", tmp_path / "data" / "site" / "site.toml", "--data", tmp_path / "data", "--json")
    listed = subprocess.run([HENGLIANG, "certificate", "list", *site], capture_output=True, check=True)
    in_force = [paper for paper in json.loads(listed.stdout) if paper["state"] == "in-force"]
    assert len(in_force) >= 7
    assert {(paper["entered_by"], paper["checked_by"]) for paper in in_force} == {("wang.fang", "li.jun")}


@pytest.mark.system
def test_a_port_in_use_is_one_clear_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [HENGLIANG, "demo", "--port", str(port), "--data", tmp_path]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"port {port} is in use (Address already in use): end what answers there, or give another --port"
    )


def tell_when_it_runs(folder, words):
    for _ in range(600):
        try:
            return tell(folder, words)
        except HengliangError:
            time.sleep(0.05)
    return tell(folder, words)


@pytest.mark.system
def test_a_fast_demo_records_what_its_hand_does_in_a_time_that_is_never_ahead(tmp_path):
    data = tmp_path / "data"
    began_ns = time.time_ns()
    command = [HENGLIANG, "demo", "--fast", "60", "--headless", "--seconds", "8", "--data", data, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        tell_when_it_runs(data, "put weight-100g balance")
        output, errors = process.communicate(timeout=50)
    assert process.returncode == 0, errors
    told = json.loads(output)
    assert told["verified"] is True
    assert all("simulated" in channel["quality"] for channel in told["channels"])
    balance = next(channel for channel in told["channels"] if channel["name"] == "B-01/mass")
    assert balance["last_value"] == pytest.approx(100.0, abs=3e-4), "corrected, it is the true mass"
    with JournalReader.open(data / "journal.db") as reader:
        rows = [row for row in reader.read_since(0, 100_000) if isinstance(row, ReadingRow)]
    times_ns = [row.t_ns for row in rows if row.channel_id == rows[0].channel_id]
    assert all(earlier < later for earlier, later in pairwise(times_ns))
    assert times_ns[-1] - times_ns[0] > 20_000_000_000, "more time passed than the demo took"
    assert times_ns[-1] < began_ns - 29 * 86_400 * 1_000_000_000
