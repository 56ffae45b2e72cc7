"""Programs that nobody of this project wrote read our sims: labmcp-mettler-toledo, and mbpoll (libmodbus)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from labmcp.transports import open_transport
from labmcp_mettler_toledo.driver import MTSICSBalance

from drivers.profiles import load_profiles
from drivers.register_map import RegisterMap
from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import StillPan
from drivers.sims.registers import RegistersTwin
from drivers.sims.twin import Nameplate
from drivers.sims.wire import SimServer
from drivers.urls import Framing

pytestmark = pytest.mark.peer

PLATE = Nameplate("XS205DU", "B123456789", "3.10 10.28.0.493.142", capacity_g=220.0, decimals=4)


def balance() -> MtSicsTwin:
    return MtSicsTwin(StillPan(52.18734), PLATE)


def test_labmcp_mettler_toledo_identifies_our_balance():
    program = Path(sys.executable).parent / "labmcp-mettler-toledo"
    with SimServer(balance(), "tcp://127.0.0.1:0") as server:
        run = subprocess.run(
            [program, "-a", server.url, "--check"], capture_output=True, text=True, timeout=50, check=False
        )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["instrument"] == {
        "manufacturer": "Mettler Toledo",
        "serial": "B123456789",
        "balance_data": "XS205DU 220.0000 g",
        "software": "3.10 10.28.0.493.142",
        "model": "XS205DU",
        "mt_sics_level": "01",
    }


@pytest.mark.parametrize("wire", ["tcp", "pty"])
def test_labmcp_mettler_toledo_weighs_tares_and_zeroes_on_our_balance(wire, tmp_path):
    listen = "tcp://127.0.0.1:0" if wire == "tcp" else f"pty:{tmp_path}/balance"
    with SimServer(balance(), listen) as server:
        address = server.url if wire == "tcp" else f"serial://{tmp_path}/balance"
        transport = open_transport(address, read_termination="\r\n", write_termination="\r\n", timeout=5)
        try:
            peer = MTSICSBalance(transport)
            weight = peer.weight()
            assert (weight.value, weight.unit, weight.stable) == (52.1873, "g", True)
            assert peer.weight(stable=False).stable
            assert peer.tare().value == 52.1873
            assert peer.weight().value == 0.0
            peer.clear_tare()
            assert peer.preset_tare(2.5, "g").value == 2.5
            assert peer.weight().value == 49.6873
            assert peer.temperature_c() == [21.8, 22.1]
            assert peer.reset() == "B123456789"
        finally:
            peer.close()


def mbpoll(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One poll; -0: addresses as on the wire, -t 4: function 3, -o: wait in s."""
    return subprocess.run(
        [program, "-0", "-1", "-o", "2", *arguments], capture_output=True, text=True, timeout=50, check=False
    )


@pytest.fixture
def room() -> RegistersTwin:
    profile = load_profiles()["renke-rs-ws-n01"]
    assert isinstance(profile.options, RegisterMap)
    courses = {"humidity": lambda _: 65.8, "temperature": lambda _: -10.1}
    return RegistersTwin(profile.options, courses, Framing.RTU, 1)


@pytest.fixture
def module() -> RegistersTwin:
    profile = load_profiles()["pt100-2ch-float"]
    assert isinstance(profile.options, RegisterMap)
    courses = {"temperature-1": lambda _: 105.25, "temperature-2": lambda _: 60.5}
    return RegistersTwin(profile.options, courses, Framing.MBAP, 1)


def test_mbpoll_reads_our_renke_sim_by_rtu_on_a_pty(room, tmp_path, need_program):
    program = need_program("mbpoll")
    line = str(tmp_path / "rs485")
    rtu = ("-m", "rtu", "-b", "4800", "-P", "none")
    with SimServer(room, f"pty:{line}"):
        run = mbpoll(program, *rtu, "-r", "0", "-c", "2", "-v", line)
        assert run.returncode == 0, run.stderr
        assert "<01><03><04><02><92><FF><9B><5A><3D>" in run.stdout  # the vendor's own example
        assert "65435 (-101)" in run.stdout
        outside = mbpoll(program, *rtu, "-r", "2", "-c", "1", line)
        assert "Illegal data address" in outside.stderr
        other = mbpoll(program, *rtu, "-r", "0", "-a", "9", "-o", "0.3", line)
        assert "timed out" in other.stderr


def test_mbpoll_reads_our_pt100_sim_by_modbus_tcp(module, need_program):
    program = need_program("mbpoll")
    with SimServer(module, "tcp://127.0.0.1:0") as server:
        tcp = ("-m", "tcp", "-p", server.url.rpartition(":")[2], "127.0.0.1")
        run = mbpoll(program, *["-r", "0", "-c", "2", "-t", "4:float", "-B"], *tcp)
        assert run.returncode == 0, run.stderr
        assert "105.25" in run.stdout
        assert "60.5" in run.stdout
        outside = mbpoll(program, *["-r", "4", "-c", "1", "-t", "4"], *tcp)
        assert "Illegal data address" in outside.stderr
        inputs = mbpoll(program, *["-r", "0", "-c", "1", "-t", "1"], *tcp)
        assert "Illegal function" in inputs.stderr
