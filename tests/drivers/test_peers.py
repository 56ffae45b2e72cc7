"""Our driver reads programs that nobody of this project wrote: pyModbusTCP's server, labmcp's balance."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest
from labmcp_mettler_toledo.simulator import MTSICSSimulator
from pyModbusTCP.server import DataBank, ModbusServer

from drivers.clock import SystemClock
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import make_link
from drivers.profiles import load_profiles
from drivers.reading import EventKind, Identity, Quality

pytestmark = pytest.mark.peer
PROFILES = load_profiles()


@contextlib.contextmanager
def attached(url: str, profile_name: str, unit_id: int = 1) -> Iterator[Instrument]:
    profile = PROFILES[profile_name]
    link = make_link(url, profile, SystemClock())
    try:
        yield Instrument(InstrumentSettings("X-01", unit_id=unit_id), profile, link, SystemClock())
    finally:
        link.close()


@pytest.fixture
def modbus_server():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    bank = DataBank(h_regs_size=4)
    server = ModbusServer("127.0.0.1", port, no_block=True, data_bank=bank)
    server.start()
    yield f"modbus://127.0.0.1:{port}", bank
    server.stop()


def test_pymodbustcp_s_server_is_read_as_a_renke_transmitter(modbus_server):
    url, bank = modbus_server
    bank.set_holding_registers(0, [658, 65435])
    with attached(url, "renke-rs-ws-n01") as instrument:
        assert instrument.connect() == Identity()
        for _ in range(3):
            poll = instrument.poll()
            assert [(each.channel, each.text, each.unit) for each in poll.readings] == [
                ("humidity", "65.8", "%RH"),
                ("temperature", "-10.1", "degC"),
            ]
            assert {each.quality for each in poll.readings} == {Quality.UNKNOWN_STABILITY}
            assert poll.events == ()


def test_pymodbustcp_s_server_is_read_as_two_pt100_floats(modbus_server):
    url, bank = modbus_server
    bank.set_holding_registers(0, [0x42D2, 0x8000, 0xC228, 0x0000])
    with attached(url, "pt100-2ch-float") as instrument:
        assert [each.text for each in instrument.poll().readings] == ["105.25", "-42"]


def test_pymodbustcp_s_exception_is_a_refusal(modbus_server):
    url, _ = modbus_server
    with attached(url, "atal-comet-ms") as instrument:
        poll = instrument.poll()
        assert poll.readings == ()
        assert [(each.kind, each.text[:30]) for each in poll.events] == [
            (EventKind.REFUSED, "exception: exception 2 (illega")
        ]


class BalanceHandler(socketserver.StreamRequestHandler):
    """Gives labmcp's balance, which lives in one process, a wire."""

    def handle(self) -> None:
        for line in self.rfile:
            reply = self.server.balance.handle(line.decode("ascii"))
            for each in [reply] if isinstance(reply, str) else reply or []:
                self.wfile.write(each.encode("ascii") + b"\r\n")


@pytest.fixture
def balance():
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), BalanceHandler) as server:
        server.daemon_threads = True
        server.balance = MTSICSSimulator()
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}", server.balance
        server.shutdown()
        thread.join()


def test_labmcp_s_balance_is_identified_and_read(balance):
    url, simulator = balance
    with attached(url, "mettler-toledo-mt-sics") as instrument:
        assert instrument.connect() == Identity("XS205DU", "B123456789", "3.10")
        (reading,) = instrument.poll().readings
        assert (reading.channel, reading.unit, reading.quality) == ("mass", "g", Quality.UNSTABLE)
        assert abs(reading.value - 52.18734) < 0.001
        simulator.load_g = 500.0
        (event,) = instrument.poll().events
        assert event.text.startswith("overload: ")
        simulator.load_g = 10.0
        assert abs(instrument.poll().readings[0].value - 10.0) < 0.001


def test_a_wrong_profile_for_labmcp_s_balance_says_what_to_check(balance):
    """SBI commands to a balance that speaks MT-SICS: it answers ES, which is no value and no model."""
    url, _ = balance
    with attached(url, "sartorius-sbi") as instrument:
        assert instrument.connect() == Identity()
        (event,) = instrument.poll().events
        assert event.text == (
            "syntax-error: the instrument does not know SBI commands; is it set to MT-SICS?"
        )
