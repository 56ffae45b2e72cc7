"""What the service says of itself: stream, refused points, back-up; and a whole ``run_watch`` in a moment."""

import os
import threading

import pytest

from daq.settings import Settings
from daq.stream.cursor import RejectedPoint, StreamFile, StreamState, StreamStatus
from daq.stream.trouble import Trouble
from daq.watch.duties import check_back_up
from daq.watch.notebook import read_notebook
from daq.watch_wiring import run_watch, stream_duties
from daq.wiring import DataFiles
from tests.daq.watch.alert_site import NOON_NS, S

HOUR_NS = 3600 * S


@pytest.fixture
def settings():
    return Settings.model_validate(
        {
            "site": {"id": "t", "name_zh": "站", "name_en": "Site"},
            "instrument": [{"name": "H-01", "url": "modbus://192.0.2.1:502", "profile": "renke-rs-ws-n01"}],
            "timeseries": {"url": "http://127.0.0.1:9"},
        }
    )


def facts(settings, folder, now_ns=NOON_NS):
    return {
        fact.duty: (fact.ok, fact.sentence) for fact in stream_duties(settings, DataFiles(folder), now_ns)
    }


def status(**more):
    values = {
        "target": "x",
        "state": StreamState.STREAMING,
        "trouble": None,
        "sentence": "fine",
        "since_ns": NOON_NS,
        "accepted_seq": 1,
        "head_seq": 1,
        "lag_s": 0.0,
        "updated_ns": NOON_NS,
    }
    return StreamStatus(**{**values, **more})


@pytest.mark.parametrize(
    ("more", "after_s", "well"),
    [
        ({}, 5, True),
        ({}, 31, False),
        ({"state": StreamState.STOPPED}, 1, False),
        ({"state": StreamState.TROUBLE, "trouble": Trouble.UNREACHABLE}, 1, False),
        ({"lag_s": 61.0}, 1, False),
        ({"lag_s": 59.0}, 1, True),
    ],
)
def test_the_stream_runs_and_keeps_up_or_not(settings, tmp_path, more, after_s, well):
    with StreamFile.open(tmp_path / "stream.db", "x") as file:
        file.put_status(status(**more))
    assert facts(settings, tmp_path, NOON_NS + after_s * S)["stream"][0] is well


def test_refused_points_are_told_with_their_number(settings, tmp_path):
    with StreamFile.open(tmp_path / "stream.db", "x") as file:
        file.accept(3, [RejectedPoint(n, NOON_NS, "s", "bad", NOON_NS) for n in (1, 2)])
        file.put_status(status())
    assert facts(settings, tmp_path)["refused"] == (False, "2 points were refused")


def test_a_stream_that_never_ran_is_told_and_a_site_without_one_has_nothing_to_say(settings, tmp_path):
    assert facts(settings, tmp_path) == {"stream": (False, "the service stream does not run")}
    assert facts(settings.model_copy(update={"timeseries": None}), tmp_path) == {}


def test_the_newest_back_up_counts(tmp_path):
    folder = tmp_path / "backup"
    assert check_back_up(folder, NOON_NS).sentence == f"there is no back-up in {folder}"
    (folder / "deep").mkdir(parents=True)
    for name, hours in (("old.db", 100), ("deep/new.db", 25)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, ns=(NOON_NS - hours * HOUR_NS,) * 2)
    assert check_back_up(folder, NOON_NS).ok
    late = check_back_up(folder, NOON_NS + 2 * HOUR_NS)
    assert (late.ok, late.sentence) == (False, f"the newest back-up in {folder} is 27 h old")


def test_the_service_starts_looks_and_ends(settings, tmp_path):
    stop = threading.Event()
    service = threading.Thread(target=run_watch, args=(settings, DataFiles(tmp_path), stop))
    service.start()
    end = threading.Event()
    for _ in range(400):
        if {"disk", "stream", "sessions", "certificates", "journal absent", "records"} <= {
            fact.duty for fact in read_notebook(tmp_path / "watch.json")
        }:
            break
        end.wait(0.05)
    stop.set()
    service.join(30)
    assert not service.is_alive()
    found = {fact.duty: fact for fact in read_notebook(tmp_path / "watch.json")}
    assert not found["stream"].ok
    assert found["disk"].message.startswith("{free} GB free")
