"""Programs that nobody of this project wrote read our sims: labmcp-mettler-toledo, and mbpoll (libmodbus)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from labmcp.transports import open_transport
from labmcp_mettler_toledo.driver import MTSICSBalance

from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import StillPan
from drivers.sims.twin import Nameplate
from drivers.sims.wire import SimServer

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
