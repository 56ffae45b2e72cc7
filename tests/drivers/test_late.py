"""A late reply behind a serial gateway: closing the connection does not stop it, it waits in the gateway.

Three well-known libraries take such a reply for the next answer. Each answer here has its own number, so a
reading tells which question it answers.
"""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import pytest

from drivers import modbus
from drivers.clock import SystemClock
from drivers.dialects.base import cut_line
from drivers.errors import InstrumentError, LinkTimeoutError
from drivers.instrument import Instrument, InstrumentSettings, Poll
from drivers.links import Cut, make_link
from drivers.profiles import load_profiles
from drivers.reading import EventKind
from drivers.sims.faults import Late, Rule
from drivers.sims.wire import SimServer
from drivers.urls import Framing

TIMEOUT_S, QUIET_S = 0.3, 0.35


def mt_sics(request: bytes, number: int) -> str:
    return {"I4": 'I4 A "B1"', "SI": f"S S {number:10.4f} g"}.get(request.decode().strip(), "ES")


def sbi(request: bytes, number: int) -> str:
    table = {"\x1bx1_": "MSE1203S", "\x1bx2_": "SerNo.    0031801165", "\x1bP": f"N     + {number:8.2f} g  "}
    return table[request.decode().strip()]


def old_sbi(request: bytes, number: int) -> str | bytes:
    """Before the Cubis: no identity, and so no fence; only the quiet time protects."""
    return f"N     + {number:8.2f} g  " if request.startswith(b"\x1bP") else b""


def moisture(request: bytes, number: int) -> str:
    table = {"\x1bx1_": "MA160", "\x1bx2_": "SerNo.    0031801166", "\x1bP": f"Moist + {number:8.2f} %M "}
    return table[request.decode().strip()]


def registers(request: bytes, number: int) -> bytes:
    asked = modbus.decode_request(Framing.RTU, request)
    return modbus.encode_reply(Framing.RTU, asked, [number * 10] * asked.count)


@dataclass
class Numbered:
    """Answers every question for a value with the next number."""

    answers: Callable[[bytes, int], str | bytes]
    cut: Cut
    value_request: bytes
    number: int = 0

    def answer(self, request: bytes, now_s: float) -> bytes:
        if request.startswith(self.value_request):
            self.number += 1
        reply = self.answers(request, self.number)
        return reply if isinstance(reply, bytes) else f"{reply}\r\n".encode("ascii")

    def spontaneous(self, now_s: float) -> bytes:
        return b""


RTU_REQUEST = bytes.fromhex("010300000002c40b")
CASES = {
    "mt-sics": ("mettler-toledo-mt-sics", "tcp", Numbered(mt_sics, cut_line, b"SI")),
    "sbi": ("sartorius-sbi", "tcp", Numbered(sbi, cut_line, b"\x1bP")),
    "old-sbi": ("sartorius-sbi", "tcp", Numbered(old_sbi, cut_line, b"\x1bP")),
    "moisture": ("sartorius-ma-moisture", "tcp", Numbered(moisture, cut_line, b"\x1bP")),
    "rtu": (
        "renke-rs-ws-n01",
        "modbus-rtu+tcp",
        Numbered(registers, modbus.request_cut(Framing.RTU), RTU_REQUEST),
    ),
}


class Gateway:
    """A serial server: whoever is connected gets the bytes of the port, whoever asked for them."""

    def __init__(self, port_path: str) -> None:
        self._port = os.open(port_path, os.O_RDWR | os.O_NOCTTY)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._server.close()
        os.close(self._port)

    def _serve(self) -> None:
        self._server.settimeout(0.05)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                with client:
                    self._carry(client)

    def _carry(self, client: socket.socket) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([client, self._port], [], [], 0.05)
            if client in ready:
                request = client.recv(4096)
                if not request:
                    return
                os.write(self._port, request)
            if self._port in ready:
                with contextlib.suppress(OSError):
                    client.sendall(os.read(self._port, 4096))


@pytest.mark.parametrize("late_s", [TIMEOUT_S + QUIET_S / 2, TIMEOUT_S + 3 * QUIET_S], ids=["just", "very"])
@pytest.mark.parametrize("name", CASES)
def test_a_reply_that_waits_in_a_gateway_never_answers_the_next_question(
    name, late_s, need_program, tmp_path
):
    if name == "old-sbi" and late_s > TIMEOUT_S + QUIET_S:
        late_s = TIMEOUT_S + 0.9 * QUIET_S
    profile_name, scheme, twin = CASES[name]
    twin.number = 0
    changes = {"timeout_s": TIMEOUT_S, "quiet_s": QUIET_S, "min_interval_s": 0.0}
    profile = replace(load_profiles()[profile_name], **changes)
    path = f"{tmp_path}/port"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(SimServer(twin, f"pty:{path}"))
        far = stack.enter_context(Gateway(path))
        link = make_link(f"{scheme}://127.0.0.1:{far.port}", profile, SystemClock())
        stack.callback(link.close)
        instrument = Instrument(InstrumentSettings("X-01"), profile, link, SystemClock())
        assert instrument.poll().readings[0].value == twin.number
        pattern = twin.value_request.decode("latin-1")
        server.arm((Rule(Late(late_s), replies=range(1), request=pattern),))
        with pytest.raises(LinkTimeoutError):
            instrument.poll()
        late_number = twin.number
        poll = poll_until_answered(instrument)
        assert poll.readings[0].value == twin.number > late_number
        discarded = b"".join(event.frame for event in poll.events if event.kind is EventKind.UNSOLICITED)
        assert f"{late_number:.2f}".encode() in discarded or name == "rtu"


def poll_until_answered(instrument: Instrument) -> Poll:
    for _ in range(40):
        try:
            return instrument.poll()
        except InstrumentError:
            SystemClock().sleep(0.05)
    pytest.fail("no answer in 40 polls")
