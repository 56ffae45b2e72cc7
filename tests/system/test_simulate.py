"""One simulated instrument in a process of its own, read by another process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HENGLIANG = Path(sys.executable).with_name("hengliang")


@pytest.mark.system
@pytest.mark.parametrize(
    ("profile", "listen"),
    [
        ("mettler-toledo-mt-sics", "tcp://127.0.0.1:0"),
        ("sartorius-sbi", "pty:{folder}/balance"),
        ("renke-rs-ws-n01", "tcp://127.0.0.1:0"),
        ("renke-rs-ws-n01", "rtu+tcp://127.0.0.1:0"),
        ("renke-rs-ws-n01", "pty:{folder}/transmitter"),
    ],
)
def test_what_simulate_says_to_type_works(tmp_path, profile, listen):
    command = [HENGLIANG, "simulate", "--profile", profile, "--listen", listen.format(folder=tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulated:
        try:
            said = simulated.stdout.readline()
            assert said.startswith("SIMULATED")
            read = said.split(": ", 1)[1].split("   ")[0].split()
            done = subprocess.run(
                [HENGLIANG, *read[1:], "--count", "2", "--json"],
                capture_output=True,
                text=True,
                timeout=40,
                check=False,
            )
        finally:
            simulated.terminate()
        assert simulated.wait(20) == 0
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) >= 2
    assert all(line["frame"] for line in lines)


@pytest.mark.system
@pytest.mark.parametrize(
    ("profile", "listen", "says"),
    [
        ("sartorius-sbi", "rtu+tcp://127.0.0.1:0", "write tcp://127.0.0.1:0"),
        ("sartorius-sbi", "tcp://0.0.0.0:4001", "127.0.0.1"),
        ("sartorius-sbi", "udp://127.0.0.1:1", "tcp://127.0.0.1:PORT"),
    ],
)
def test_a_wire_that_cannot_be_simulated_is_one_sentence(profile, listen, says):
    command = [HENGLIANG, "simulate", "--profile", profile, "--listen", listen]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
