"""Sims on real wires: several connections, ptys through termios, faults in time, refusals in sentences."""

import errno
import os
import socket
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.errors import LinkError, ProfileError
from drivers.sims.endpoints import parse_listen
from drivers.sims.faults import Cut, Dead, Garbage, HalfLine, Late, Replaced, Rule, WrongReply
from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import StillPan
from drivers.sims.sartorius import SbiTwin
from drivers.sims.twin import Nameplate
from drivers.sims.wire import MAX_REQUEST, SimServer
from tests.clocks import HandClock

PLATE = Nameplate("XS205DU", "B123456789", "3.10", capacity_g=220.0, decimals=4)
FREE = "tcp://127.0.0.1:0"
WEIGHT = b"S S    50.0000 g\r\n"
SERIAL = b'I4 A "B123456789"\r\n'


def balance() -> MtSicsTwin:
    return MtSicsTwin(StillPan(50.0), PLATE)


@contextmanager
def connected(server: SimServer) -> Iterator[socket.socket]:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        yield peer


def ask(peer: socket.socket, request: bytes, end: bytes = b"\n") -> bytes:
    peer.sendall(request)
    return read(peer, end)


def read(peer: socket.socket, end: bytes = b"\n") -> bytes:
    data = b""
    while not data.endswith(end):
        part = peer.recv(1024)
        if not part:
            break
        data += part
    return data


def silent(peer: socket.socket, for_s: float = 0.15) -> bool:
    peer.settimeout(for_s)
    try:
        return not peer.recv(1024)
    except TimeoutError:
        return True
    finally:
        peer.settimeout(5)


def test_several_connections_are_served_at_once():
    with SimServer(balance(), FREE) as server, connected(server) as first, connected(server) as second:
        assert ask(first, b"SI\r\n") == WEIGHT
        assert ask(second, b"I4\r\n") == SERIAL
        first.sendall(b"S")
        assert ask(second, b"SI\r\n") == WEIGHT
        assert ask(first, b"I\r\n") == WEIGHT


def test_two_requests_in_one_segment_get_two_replies():
    with SimServer(balance(), FREE) as server, connected(server) as peer:
        assert ask(peer, b"SI\r\nI4\r\n", b'"\r\n') == WEIGHT + SERIAL


def test_noise_without_end_is_forgotten():
    with SimServer(balance(), FREE) as server, connected(server) as peer:
        peer.sendall(b"x" * (MAX_REQUEST + 1))
        assert silent(peer)
        assert ask(peer, b"SI\r\n") == WEIGHT


def test_a_server_listens_on_the_loopback_address_only():
    with SimServer(balance(), "tcp://localhost:0") as server:
        assert server.url.startswith("tcp://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            local = line.split()[1]
            if int(local.split(":")[1], 16) == port and line.split()[3] == "0A":
                assert local.startswith("0100007F")


def test_the_thread_ends_at_stop_and_the_port_is_free_again():
    server = SimServer(balance(), FREE)
    server.start()
    url = server.url
    server.stop()
    server.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == f"sim {url}"]
    with SimServer(balance(), url) as again, connected(again) as peer:
        assert ask(peer, b"SI\r\n") == WEIGHT


def test_a_port_in_use_is_one_clear_sentence():
    with (
        SimServer(balance(), FREE) as server,
        pytest.raises(LinkError, match=r"port is in use\): choose another port") as caught,
    ):
        SimServer(balance(), server.url).start()
    assert server.url in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("udp://127.0.0.1:9", "is none of tcp://"),
        ("tcp://127.0.0.1", "is none of tcp://"),
        ("tcp://127.0.0.1:99999", "is none of tcp://"),
        ("tcp://127.0.0.1:1/x", "is none of tcp://"),
        ("pty:", "is none of tcp://"),
        ("tcp://0.0.0.0:9", "not this machine's own address"),
        ("tcp://192.168.1.7:9", "not this machine's own address"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_clear_sentence(text, sentence):
    with pytest.raises(ProfileError, match=sentence):
        parse_listen(text)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """The slave as a program opens a serial port: raw, by termios."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    try:
        yield fd
    finally:
        os.close(fd)


def read_fd(fd: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += os.read(fd, length - len(data))
    return data


def hung_up(fd: int) -> bool:
    try:
        return os.read(fd, 10) == b""
    except OSError as error:
        return error.errno == errno.EIO


def test_a_pty_is_a_real_terminal_in_raw_mode(tmp_path):
    path = tmp_path / "b-02"
    plate = Nameplate("ENTRIS2202", "0031801165", "00-39-12", capacity_g=2200.0, decimals=2)
    with SimServer(SbiTwin(StillPan(123.56), plate), f"pty:{path}") as server:
        assert server.url == f"pty:{path}"
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        assert os.isatty(fd)
        local = termios.tcgetattr(fd)[3]
        assert not local & (termios.ECHO | termios.ICANON)
        attributes = termios.tcgetattr(fd)
        attributes[4] = attributes[5] = termios.B1200
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
        os.write(fd, b"\x1bP\r\n")
        assert read_fd(fd, 22) == b"N     +   123.56 g  \r\n"
        os.close(fd)
        with opened(path) as again:  # a program that comes back finds the same line
            os.write(again, b"\x1bx2_")
            assert read_fd(again, 22) == b"SerNo.    0031801165\r\n"
    assert not path.is_symlink()


def test_a_pty_takes_over_a_link_that_leads_nowhere_and_nothing_else(tmp_path):
    path = tmp_path / "line"
    path.symlink_to("/dev/pts/none")
    with SimServer(balance(), f"pty:{path}"):
        with pytest.raises(LinkError, match="choose a path that does not exist yet"):
            SimServer(balance(), f"pty:{path}").start()
        assert path.exists()
    path.write_text("somebody's file")
    with pytest.raises(LinkError, match="choose a path"):
        SimServer(balance(), f"pty:{path}").start()
    assert path.read_text() == "somebody's file"
    with pytest.raises(LinkError, match="no such file or directory"):
        SimServer(balance(), f"pty:{tmp_path}/no/folder").start()


def test_what_nobody_reads_from_a_pty_does_not_stop_the_sim(tmp_path):
    path = tmp_path / "line"
    with SimServer(balance(), f"pty:{path}"), opened(path) as fd:
        for _ in range(400):
            os.write(fd, b"SI\r\n")
        termios.tcflush(fd, termios.TCIOFLUSH)
        os.write(fd, b"\r\nI4\r\n")
        data = b""
        while SERIAL not in data:
            data += os.read(fd, 4096)


def test_a_late_reply_comes_after_its_time_and_in_order():
    clock = HandClock()
    plan = (Rule(Late(2.0), replies=range(1)),)
    with SimServer(balance(), FREE, plan, clock) as server, connected(server) as peer:
        peer.sendall(b"SI\r\n")
        peer.sendall(b"I4\r\n")
        assert silent(peer)
        clock.pass_time(1.9)
        assert silent(peer)
        clock.pass_time(0.2)
        assert read(peer, SERIAL) == WEIGHT + SERIAL


def test_a_late_reply_reaches_whoever_is_connected_then():
    """As an instrument behind a serial server does: closing the socket does not stop the balance."""
    clock = HandClock()
    with SimServer(balance(), FREE, (Rule(Late(2.0), replies=range(1)),), clock) as server:
        with connected(server) as peer:
            peer.sendall(b"SI\r\n")
            assert silent(peer)
        with connected(server) as peer:
            assert silent(peer)
            clock.pass_time(2.1)
            assert read(peer) == WEIGHT


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (HalfLine(), WEIGHT[:9]),
        (Garbage(), bytes(byte | 0x80 for byte in WEIGHT[:-2]) + b"\r\n"),
        (WrongReply(b"TA\r\n"), b"TA A     0.0000 g\r\n"),
        (Replaced(b"S S    12,5 g\r\n"), b"S S    12,5 g\r\n"),
    ],
)
def test_a_fault_spoils_one_reply_and_the_next_is_whole(fault, arrives):
    with SimServer(balance(), FREE) as server, connected(server) as peer:
        assert ask(peer, b"SI\r\n") == WEIGHT
        server.arm((Rule(fault, replies=range(1)),))
        assert ask(peer, b"SI\r\n", arrives) == arrives
        assert ask(peer, b"SI\r\n", WEIGHT) == WEIGHT


def test_dead_is_silence_while_the_socket_lives():
    with SimServer(balance(), FREE, (Rule(Dead(), replies=range(1)),)) as server, connected(server) as peer:
        peer.sendall(b"SI\r\n")
        assert silent(peer)
        assert ask(peer, b"SI\r\n") == WEIGHT


def test_cut_by_reply_closes_and_refuses_and_comes_back():
    clock = HandClock()
    with SimServer(balance(), FREE, (Rule(Cut(5.0), replies=range(1, 2)),), clock) as server:
        with connected(server) as peer:
            assert ask(peer, b"SI\r\n") == WEIGHT
            peer.sendall(b"SI\r\n")
            assert peer.recv(100) == b""
        with pytest.raises(ConnectionRefusedError), connected(server):
            pass
        clock.pass_time(5.1)
        with reconnected(server) as peer:
            assert ask(peer, b"SI\r\n") == WEIGHT


@contextmanager
def reconnected(server: SimServer) -> Iterator[socket.socket]:
    """Knock until the server listens again: it looks at its clock every ``TICK_S``."""
    while True:
        try:
            with connected(server) as peer:
                yield peer
            return
        except ConnectionRefusedError:
            time.sleep(0.01)


def test_cut_by_time_takes_the_wire_away_and_brings_it_back(tmp_path):
    clock = HandClock()
    path = tmp_path / "line"
    plan = (Rule(Cut(), start_s=25.0, length_s=8.0, every_s=150.0),)
    with SimServer(balance(), f"pty:{path}", plan, clock):
        with opened(path) as fd:
            os.write(fd, b"SI\r\n")
            assert read_fd(fd, len(WEIGHT)) == WEIGHT
            clock.pass_time(25.1)
            assert hung_up(fd)
        assert not path.is_symlink()
        clock.pass_time(8.0)
        while not path.exists():
            time.sleep(0.01)
        with opened(path) as fd:
            os.write(fd, b"SI\r\n")
            assert read_fd(fd, len(WEIGHT)) == WEIGHT


def test_what_an_instrument_says_unasked_reaches_everyone():
    clock = HandClock()
    with (
        SimServer(balance(), FREE, (), clock) as server,
        connected(server) as first,
        connected(server) as second,
    ):
        assert ask(first, b"SIR\r\n") == WEIGHT
        assert ask(second, b"I4\r\n") == SERIAL
        clock.pass_time(0.25)
        assert read(first) == WEIGHT
        assert read(second) == WEIGHT
