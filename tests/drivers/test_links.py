"""Links on real sockets and real pseudo terminals: frames, deadlines, drain, poison, and what goes wrong."""

import contextlib
import errno
import os
import pty
import socket
import subprocess
import threading
import time
import tty
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.dialects.base import cut_line
from drivers.errors import LinkError, LinkTimeoutError, ProtocolError
from drivers.links import LONGEST_FRAME_BYTES, Link, _open_sentence, make_link
from drivers.profiles import load_profiles

BALANCE = load_profiles()["sartorius-sbi"]
SHORT_S = 0.15


@contextlib.contextmanager
def tcp_pair() -> Iterator[tuple[Link, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = make_link(f"tcp://127.0.0.1:{server.getsockname()[1]}", BALANCE, SystemClock())
        link.open()
        far, _ = server.accept()
        with far:
            yield link, far
        link.close()


class PtyEnd:
    """The instrument's end of a pseudo terminal, with the face of a socket."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def sendall(self, data: bytes) -> None:
        os.write(self._descriptor, data)

    def recv(self, length: int) -> bytes:
        return os.read(self._descriptor, length)

    def close(self) -> None:
        os.close(self._descriptor)


@contextlib.contextmanager
def pty_pair() -> Iterator[tuple[Link, PtyEnd]]:
    far, near = pty.openpty()
    tty.setraw(near)
    link = make_link(os.ttyname(near), BALANCE, SystemClock())
    link.open()
    end = PtyEnd(far)
    yield link, end
    link.close()
    os.close(near)
    with contextlib.suppress(OSError):
        end.close()


@pytest.fixture(params=[tcp_pair, pty_pair], ids=["tcp", "pty"])
def pair(request):
    with request.param() as both:
        yield both


def later(delay_s: float, action, *arguments) -> threading.Timer:
    timer = threading.Timer(delay_s, action, arguments)
    timer.start()
    return timer


def test_frames_are_cut_and_the_rest_is_kept(pair):
    link, far = pair
    far.sendall(b"one\r\ntwo\nthree\rfo")
    frames = [link.read_frame(cut_line, 2.0) for _ in range(3)]
    assert frames == [b"one\r\n", b"two\n", b"three\r"]
    far.sendall(b"ur\r\n")
    assert link.read_frame(cut_line, 2.0) == b"four\r\n"


def test_a_frame_may_come_byte_by_byte(pair):
    link, far = pair
    timers = [later(0.02 * index, far.sendall, bytes((byte,))) for index, byte in enumerate(b"slow\r\n")]
    assert link.read_frame(cut_line, 5.0).strip() == b"slow"
    for timer in timers:
        timer.join()


def test_what_is_written_arrives_whole(pair):
    link, far = pair
    link.write(b"\x1bP\r\n")
    assert far.recv(100) == b"\x1bP\r\n"


def test_half_a_frame_at_the_deadline_is_in_the_error(pair):
    link, far = pair
    far.sendall(b"S S    52.1")
    with pytest.raises(LinkTimeoutError) as caught:
        link.read_frame(cut_line, SHORT_S)
    assert caught.value.frame == b"S S    52.1"


def test_silence_is_a_timeout_without_a_part(pair):
    link, _ = pair
    with pytest.raises(LinkTimeoutError) as caught:
        link.read_frame(cut_line, SHORT_S)
    assert caught.value.frame == b""
    assert "no answer within" in str(caught.value)


def test_bytes_without_end_are_not_collected_for_ever(pair):
    link, far = pair
    stream = threading.Thread(target=far.sendall, args=(b"x" * (LONGEST_FRAME_BYTES + 200),))
    stream.start()
    with pytest.raises(ProtocolError, match="bytes came without an end"):
        link.read_frame(cut_line, 10.0)
    link.drain(SHORT_S, 5.0)
    stream.join()


def test_drain_returns_what_it_discards(pair):
    link, far = pair
    far.sendall(b"stale\r\n")
    late = later(0.1, far.sendall, b"later\r\n")
    assert link.drain(0.5, 5.0) == b"stale\r\nlater\r\n"
    late.join()
    with pytest.raises(LinkTimeoutError):
        link.read_frame(cut_line, SHORT_S)


def test_drain_of_a_quiet_wire_waits_no_longer_than_asked(pair):
    link, _ = pair
    begin_s = time.monotonic()
    assert link.drain(0.0, 0.0) == b""
    assert link.drain(SHORT_S, 60.0) == b""
    assert time.monotonic() - begin_s >= SHORT_S


def test_drain_of_a_talking_wire_ends_at_its_limit_and_still_owes_silence(pair):
    link, far = pair
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.02):
            far.sendall(b"+   1255.7 g  \r\n")

    talker = threading.Thread(target=talk)
    talker.start()
    link.owed_quiet_s = 0.3
    assert link.drain(0.3, 0.6).startswith(b"+   1255.7")
    assert link.owed_quiet_s == 0.3
    stop.set()
    talker.join()
    link.drain(0.3, 5.0)
    assert link.owed_quiet_s == 0.0


def test_poison_closes_and_the_longest_silence_is_owed(pair):
    link, _ = pair
    assert link.openings == 1
    link.poison(0.2)
    link.poison(0.1)
    assert not link.is_open
    assert link.owed_quiet_s == 0.2
    with pytest.raises(LinkError, match="is closed"):
        link.write(b"x")
    with pytest.raises(LinkError, match="is closed"):
        link.read_frame(cut_line, SHORT_S)
    link.open()
    assert link.openings == 2
    link.drain(0.05, 1.0)
    assert link.owed_quiet_s == 0.2, "a shorter silence does not pay it"
    link.drain(0.2, 1.0)
    assert link.owed_quiet_s == 0.0


def test_a_wire_that_goes_away_is_a_link_error_and_closed(pair):
    link, far = pair
    far.close()
    with pytest.raises(LinkError) as caught:
        for _ in range(20):
            link.write(b"\x1bP\r\n")
            with contextlib.suppress(LinkTimeoutError):
                link.read_frame(cut_line, SHORT_S)
    assert not isinstance(caught.value, LinkTimeoutError)
    assert not link.is_open
    link.close()


# --- what to do when it cannot be opened -----------------------------------------------------------------


def cannot_open(url: str) -> str:
    link = make_link(url, BALANCE, SystemClock())
    with pytest.raises(LinkError) as caught:
        link.open()
    assert not link.is_open
    assert link.openings == 0
    return str(caught.value)


def test_an_absent_port_says_so():
    assert "there is no such port; is the adapter plugged in?" in cannot_open("/dev/ttyUSB-none")


def test_a_port_in_use_says_so():
    with pty_pair() as (link, _):
        assert "in use by another program" in cannot_open(link.url)


def test_a_port_without_permission_says_which_group():
    """Root may open everything, so only the sentence is tried."""
    error = PermissionError(errno.EACCES, "Permission denied")
    assert "add the user to the group that owns it (dialout)" in _open_sentence("/dev/x", BALANCE.line, error)


def test_a_file_that_is_no_port_says_so(tmp_path):
    path = tmp_path / "file"
    path.touch()
    assert "cannot be opened with 9600 Bd 8O1" in cannot_open(str(path))


def test_a_refused_connection_says_so():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert f"nothing listens at 127.0.0.1:{port}" in cannot_open(f"tcp://127.0.0.1:{port}")


def test_an_unknown_name_says_so():
    assert "the name 'balance.invalid' is not known" in cannot_open("tcp://balance.invalid:4001")


# --- socat: somebody else's idea of a serial line --------------------------------------------------------


@pytest.mark.peer
def test_two_ptys_joined_by_socat(need_program, tmp_path):
    ends = [f"PTY,link={tmp_path / name},rawer" for name in ("near", "far")]
    with subprocess.Popen([need_program("socat"), *ends]) as socat:
        wait_for(tmp_path / "near")
        wait_for(tmp_path / "far")
        near, far = (make_link(str(tmp_path / name), BALANCE, SystemClock()) for name in ("near", "far"))
        near.open()
        far.open()
        near.write(b"\x1bP\r\n")
        assert far.read_frame(cut_line, 5.0) == b"\x1bP\r\n"
        far.write(b"+   1255.7 g  \r\n")
        assert near.read_frame(cut_line, 5.0) == b"+   1255.7 g  \r\n"
        near.poison(0.1)
        near.open()
        far.write(b"again\r\n")
        assert near.read_frame(cut_line, 5.0) == b"again\r\n"
        near.close()
        far.close()
        socat.terminate()


@pytest.mark.peer
def test_a_pty_behind_tcp_by_socat(need_program, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    listen = f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"
    with subprocess.Popen([need_program("socat"), listen, f"PTY,link={tmp_path / 'far'},rawer"]) as socat:
        link = make_link(f"tcp://127.0.0.1:{port}", BALANCE, SystemClock())
        for _ in range(100):
            with contextlib.suppress(LinkError):
                link.open()
                break
            time.sleep(0.02)
        wait_for(tmp_path / "far")
        far = make_link(str(tmp_path / "far"), BALANCE, SystemClock())
        far.open()
        link.write(b"\x1bP\r\n")
        assert far.read_frame(cut_line, 5.0) == b"\x1bP\r\n"
        far.close()
        link.close()
        socat.terminate()


def wait_for(path) -> None:
    for _ in range(250):
        if path.exists():
            return
        time.sleep(0.02)
    pytest.fail(f"{path} did not appear")
