"""The supervisor on real processes: what dies comes back after a growing pause, what is asked to end ends."""

import signal
import subprocess
import sys

from daq.supervisor import LONGEST_PAUSE_S, SOUND_AFTER_S, Service, Supervisor
from tests.clocks import HandClock

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def short_lived(tmp_path):
    return Service("check", ("--site", str(tmp_path / "nowhere.toml")))


def test_a_service_that_dies_is_started_again_after_a_growing_pause(tmp_path):
    clock = HandClock()
    service = short_lived(tmp_path)
    with (tmp_path / "log").open("wb") as output:
        supervisor = Supervisor([service], clock, output)
        pauses = []
        for first_pause_s in (None, None, None, 16, None):
            service.pause_s = first_pause_s or service.pause_s
            supervisor.step()
            assert service.process is not None
            service.process.wait(30)
            supervisor.step()
            assert service.process is None, "not started again before its pause is over"
            pauses.append(service.next_start_s - clock.monotonic_s())
            clock.pass_time(pauses[-1])
    assert pauses == [0.5, 1, 2, 16, LONGEST_PAUSE_S]
    assert service.restarts == 5
    assert b"no such file" in (tmp_path / "log").read_bytes()


def test_a_service_that_ran_well_for_long_is_back_at_once(tmp_path):
    clock = HandClock()
    service = short_lived(tmp_path)
    service.pause_s = 16
    with (tmp_path / "log").open("wb") as output:
        supervisor = Supervisor([service], clock, output)
        supervisor.step()
        assert service.process is not None
        service.process.wait(30)
        clock.pass_time(SOUND_AFTER_S + 1)
        supervisor.step()
    assert service.next_start_s - clock.monotonic_s() == 0.5


def test_end_leaves_no_process_behind_even_one_that_ignores_the_request(tmp_path, monkeypatch):
    monkeypatch.setattr("daq.supervisor.PATIENCE_S", 0.2)
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        service = short_lived(tmp_path)
        service.process = process
        with Supervisor([service], HandClock()) as supervisor:
            pass
        assert process.poll() == -signal.SIGKILL
    assert supervisor.services == []
