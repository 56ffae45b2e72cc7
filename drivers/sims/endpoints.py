"""Where a sim listens: a TCP port of this machine, or a pseudo-terminal behind a stable path."""

import contextlib
import errno
import itertools
import os
import selectors
import socket
import tty
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from drivers.errors import LinkError, ProfileError

FORMS = "tcp://127.0.0.1:PORT, rtu+tcp://127.0.0.1:PORT or pty:PATH"
LOOPBACK = "127.0.0.1"
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A parsed ``--listen``: what kind of wire, and where."""

    scheme: str
    """``tcp``, ``rtu+tcp`` or ``pty``."""
    port: int = 0
    """0 takes a free one."""
    path: Path = Path()

    def url(self, port: int) -> str:
        """The address with the port that was really taken."""
        return f"pty:{self.path}" if self.scheme == "pty" else f"{self.scheme}://{LOOPBACK}:{port}"


def parse_listen(text: str) -> ListenAddress:
    """Read one of ``FORMS``.

    Raises:
        ProfileError: another form, or an address that is not this machine's own.
    """
    if text.startswith("pty:") and len(text) > len("pty:"):
        return ListenAddress("pty", path=Path(text.removeprefix("pty:")))
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in {"tcp", "rtu+tcp"} or port is None or parts.path or parts.query:
        raise ProfileError(f"--listen {text!r} is none of {FORMS}: give one of these.")
    if parts.hostname not in {LOOPBACK, "localhost"}:
        raise ProfileError(
            f"--listen {text!r} is not this machine's own address: a sim listens on {LOOPBACK} only, "
            "because nobody may take it for an instrument from elsewhere."
        )
    return ListenAddress(parts.scheme, port=port)


class Endpoint(Protocol):
    """One place to listen at, seen by one thread; a peer is whoever is connected, by number."""

    url: str

    def open(self) -> None:
        """Begin to listen; LinkError with a sentence of what to do."""
        ...

    def close(self) -> None:
        """Send everyone away and listen no more."""
        ...

    def receive(self, timeout_s: float) -> list[tuple[int, bytes]]:
        """What came from whom within ``timeout_s``; ``b""`` from a peer that has gone."""
        ...

    def send(self, peer: int, data: bytes) -> None:
        """To that peer, or to everyone if it has gone: as an instrument behind a serial server would."""
        ...


class TcpEndpoint:
    """A TCP port on the loopback address, with any number of connections."""

    def __init__(self, address: ListenAddress) -> None:
        self._address = address
        self._port = address.port
        self._selector: selectors.BaseSelector | None = None
        self._listener: socket.socket | None = None
        self._peers: dict[int, socket.socket] = {}
        self._numbers = itertools.count()
        self.url = address.url(address.port)

    def open(self) -> None:
        """Bind and listen."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, self._port))
            listener.listen()
        except OSError as error:
            listener.close()
            raise LinkError(
                f"{self.url} cannot be listened at ({_reason(error)}): choose another port, "
                "or port 0 for a free one."
            ) from error
        listener.setblocking(False)
        self._port = listener.getsockname()[1]
        self.url = self._address.url(self._port)
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)

    def close(self) -> None:
        """Close the listener and every connection."""
        if self._listener is not None:  # first, so that nobody who is sent away comes in again
            self._listener.close()
            self._listener = None
        for peer in list(self._peers):
            self._drop(peer)
        if self._selector is not None:
            self._selector.close()
            self._selector = None

    def receive(self, timeout_s: float) -> list[tuple[int, bytes]]:
        """Accept who knocks, and read who speaks."""
        if self._selector is None:
            return []
        received: list[tuple[int, bytes]] = []
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._accept()
                continue
            try:
                data = self._peers[key.data].recv(CHUNK)
            except OSError:
                data = b""
            received.append((key.data, data))
            if not data:
                self._drop(key.data)
        return received

    def send(self, peer: int, data: bytes) -> None:
        """Send; a peer that does not take it is dropped."""
        for number in [peer] if peer in self._peers else list(self._peers):
            try:
                self._peers[number].sendall(data)
            except OSError:
                self._drop(number)

    def _accept(self) -> None:
        if self._listener is None or self._selector is None:
            return
        with contextlib.suppress(OSError):  # it has gone again before it was let in
            peer, _ = self._listener.accept()
            peer.setblocking(False)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = next(self._numbers)
            self._peers[number] = peer
            self._selector.register(peer, selectors.EVENT_READ, number)

    def _drop(self, number: int) -> None:
        peer = self._peers.pop(number)
        if self._selector is not None:
            self._selector.unregister(peer)
        peer.close()


class PtyEndpoint:
    """A pseudo-terminal; the path is a symbolic link to its slave, as ``/dev/serial/by-id`` has them."""

    def __init__(self, address: ListenAddress) -> None:
        self._link = address.path
        self._master = -1
        self._slave = -1
        """Held open, so that the line outlives the programs that come and go."""
        self._selector: selectors.BaseSelector | None = None
        self.url = address.url(0)

    def open(self) -> None:
        """Open the pair and lay the link."""
        if self._link.is_symlink() and not self._link.exists():
            self._link.unlink()  # left by a sim that was killed: its terminal is gone
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        try:
            self._link.symlink_to(os.ttyname(self._slave))
        except OSError as error:
            self.close()
            raise LinkError(
                f"{self.url} cannot be made ({_reason(error)}): choose a path that does not exist yet, "
                "in a folder that does."
            ) from error
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._master, selectors.EVENT_READ)

    def close(self) -> None:
        """Take the link away and hang up."""
        if self._slave >= 0:
            own = Path(os.ttyname(self._slave))
            if self._link.is_symlink() and self._link.readlink() == own:
                self._link.unlink()
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1
        if self._selector is not None:
            self._selector.close()
            self._selector = None

    def receive(self, timeout_s: float) -> list[tuple[int, bytes]]:
        """Read the master's side."""
        if self._selector is None or not self._selector.select(timeout_s):
            return []
        return [(0, os.read(self._master, CHUNK))]

    def send(self, peer: int, data: bytes) -> None:
        """Write to the line; what nobody reads is lost when the terminal's buffer is full."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)


def make_endpoint(address: ListenAddress) -> TcpEndpoint | PtyEndpoint:
    """The endpoint of an address, not yet open."""
    return PtyEndpoint(address) if address.scheme == "pty" else TcpEndpoint(address)


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is in use"
    return (error.strerror or str(error)).lower()
