"""Links: the wire as bytes. One link belongs to one thread.

A serial port is read in chunks of what is waiting, TCP through plain sockets: reading one byte a time
collapses at 200 links. All times are in seconds of the clock that is handed in.
"""

import contextlib
import errno
import math
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeAlias

import serial

from drivers.clock import Clock
from drivers.errors import LinkError, LinkTimeoutError, ProfileError, ProtocolError
from drivers.profiles import LineSettings, Profile
from drivers.urls import LinkAddress, line_settings, parse_url

Cut: TypeAlias = Callable[[bytes], int]
"""Length of the first complete frame at the head of the buffer, 0 if none is complete yet."""

CONNECT_TIMEOUT_S = 3.0
WRITE_TIMEOUT_S = 5.0
SLICE_S = 0.05
"""A wait on a serial port is made of slices, because its time-out cannot be changed cheaply."""
CHUNK_BYTES = 4096
PSEUDO_TERMINALS = Path("/dev/pts")
LONGEST_FRAME_BYTES = 4096
"""More than this without an end of frame is not an instrument's answer."""

_PORT_ERRORS: tuple[type[Exception], ...] = (OSError, ValueError)
if sys.platform != "win32":
    import termios

    _PORT_ERRORS = (*_PORT_ERRORS, termios.error)


class Link(Protocol):
    """A wire to one or more instruments."""

    url: str
    openings: int
    """How often it was opened: who sees another number than before must not trust old bytes."""
    last_activity_s: float
    """When the last byte went either way."""
    owed_quiet_s: float
    """Silence that is owed before the wire may be trusted again."""

    @property
    def is_open(self) -> bool:
        """Whether it may be written to."""
        ...

    def open(self) -> None:
        """Open it; LinkError with what to do if that fails."""
        ...

    def close(self) -> None:
        """Close it; never fails."""
        ...

    def poison(self, quiet_s: float) -> None:
        """Close it, and owe ``quiet_s`` of silence at the next opening: an answer may still be under way."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``; LinkError if that fails."""
        ...

    def read_frame(self, cut: Cut, timeout_s: float) -> bytes:
        """The next whole frame; LinkTimeoutError with the part that came. Bytes after it stay buffered."""
        ...

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        """Discard until nothing came for ``quiet_s``, or ``limit_s`` are over; returns what was discarded."""
        ...


class _BufferedLink(ABC):
    """What both kinds of link share: the buffer, deadlines, poison."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.openings = 0
        self.last_activity_s = -math.inf
        self.owed_quiet_s = 0.0
        self._clock = clock
        self._buffer = bytearray()

    @abstractmethod
    def close(self) -> None:
        """Close it; never fails."""

    @abstractmethod
    def _receive(self, timeout_s: float) -> bytes:
        """Bytes that are there, or that come within ``timeout_s`` (it may wait for less)."""

    def poison(self, quiet_s: float) -> None:
        """Close it, and owe ``quiet_s`` of silence at the next opening: an answer may still be under way."""
        self.owed_quiet_s = max(self.owed_quiet_s, quiet_s)
        self.close()

    def read_frame(self, cut: Cut, timeout_s: float) -> bytes:
        """The next whole frame; LinkTimeoutError with the part that came. Bytes after it stay buffered."""
        deadline_s = self._clock.monotonic_s() + timeout_s
        while True:
            length = cut(bytes(self._buffer))
            if length:
                frame = bytes(self._buffer[:length])
                del self._buffer[:length]
                return frame
            if len(self._buffer) > LONGEST_FRAME_BYTES:
                msg = f"{len(self._buffer)} bytes came without an end; check line settings and profile"
                raise ProtocolError(msg, bytes(self._buffer[:64]))
            remaining_s = deadline_s - self._clock.monotonic_s()
            if remaining_s <= 0:
                part = bytes(self._buffer)
                self._buffer.clear()
                msg = f"{self.url}: no answer within {timeout_s:g} s"
                raise LinkTimeoutError(msg, part)
            self._take(remaining_s)

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        """Discard until nothing came for ``quiet_s``, or ``limit_s`` are over; returns what was discarded."""
        now_s = self._clock.monotonic_s()
        end_s, quiet_until_s = now_s + limit_s, now_s + quiet_s
        while True:
            came = self._take(max(0.0, min(quiet_until_s, end_s) - now_s))
            now_s = self._clock.monotonic_s()
            if came:
                quiet_until_s = now_s + quiet_s
            is_quiet = not came and now_s >= quiet_until_s
            if is_quiet or now_s >= end_s:
                break
        if is_quiet and quiet_s >= self.owed_quiet_s:
            self.owed_quiet_s = 0.0
        gone = bytes(self._buffer)
        self._buffer.clear()
        return gone

    def _take(self, timeout_s: float) -> bool:
        chunk = self._receive(timeout_s)
        if chunk:
            self._buffer += chunk
            self.last_activity_s = self._clock.monotonic_s()
        return bool(chunk)


class TcpLink(_BufferedLink):
    """A plain TCP socket."""

    def __init__(self, address: LinkAddress, clock: Clock) -> None:
        super().__init__(address.url, clock)
        self._address = address
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may be written to."""
        return self._socket is not None

    def open(self) -> None:
        """Connect; LinkError with what to do if that fails."""
        self.close()
        where = (self._address.host, self._address.port)
        try:
            self._socket = socket.create_connection(where, timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LinkError(_connect_sentence(self._address, error)) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.openings += 1

    def close(self) -> None:
        """Close it; never fails."""
        self._buffer.clear()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def write(self, data: bytes) -> None:
        """Send all of ``data``; LinkError if that fails."""
        wire = self._wire()
        try:
            wire.settimeout(WRITE_TIMEOUT_S)
            wire.sendall(data)
        except OSError as error:
            raise self._lost(error) from error
        self.last_activity_s = self._clock.monotonic_s()

    def _receive(self, timeout_s: float) -> bytes:
        wire = self._wire()
        try:
            wire.settimeout(timeout_s)
            chunk = wire.recv(CHUNK_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not chunk:
            self.close()
            msg = f"{self.url}: the other side closed the connection; is another program connected to it?"
            raise LinkError(msg)
        return chunk

    def _wire(self) -> socket.socket:
        if self._socket is None:
            msg = f"{self.url}: is closed"
            raise LinkError(msg)
        return self._socket

    def _lost(self, error: OSError) -> LinkError:
        self.close()
        return LinkError(f"{self.url}: the connection was lost ({_reason(error)}); check cable and power")


class SerialLink(_BufferedLink):
    """A serial port, for this program alone."""

    def __init__(self, address: LinkAddress, line: LineSettings, clock: Clock) -> None:
        super().__init__(address.url, clock)
        self._path = address.path
        self._line = line
        self._port: serial.Serial | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may be written to."""
        return self._port is not None

    def open(self) -> None:
        """Open the port exclusively; LinkError with what to do if that fails."""
        self.close()
        line = self._line
        if PSEUDO_TERMINALS in Path(self._path).resolve().parents:
            line = replace(line, bytesize=8, parity="N")  # there is no line that could have a parity
        try:
            self._port = serial.Serial(
                self._path,
                baudrate=line.baudrate,
                bytesize=line.bytesize,
                parity=line.parity,
                stopbits=line.stopbits,
                xonxoff=line.handshake == "xonxoff",
                rtscts=line.handshake == "rtscts",
                timeout=SLICE_S,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except _PORT_ERRORS as error:
            raise LinkError(_open_sentence(self._path, self._line, error)) from error
        self.openings += 1

    def close(self) -> None:
        """Close it; never fails."""
        self._buffer.clear()
        if self._port is not None:
            with contextlib.suppress(OSError):
                self._port.close()
            self._port = None

    def write(self, data: bytes) -> None:
        """Send all of ``data``; LinkError if that fails."""
        port = self._wire()
        try:
            port.write(data)
            port.flush()
        except serial.SerialTimeoutException as error:
            self.close()
            msg = f"{self.url}: the instrument holds the line; check the handshake ({self._line.handshake})"
            raise LinkError(msg) from error
        except _PORT_ERRORS as error:
            raise self._lost(error) from error
        self.last_activity_s = self._clock.monotonic_s()

    def _receive(self, timeout_s: float) -> bytes:
        port = self._wire()
        try:
            if not port.in_waiting and timeout_s > 0:
                first: bytes = port.read(1)
                return first + port.read(port.in_waiting) if first else b""
            return port.read(port.in_waiting)
        except _PORT_ERRORS as error:
            raise self._lost(error) from error

    def _wire(self) -> serial.Serial:
        if self._port is None:
            msg = f"{self.url}: is closed"
            raise LinkError(msg)
        return self._port

    def _lost(self, error: Exception) -> LinkError:
        self.close()
        return LinkError(f"{self.url}: the port was lost ({_reason(error)}); check cable and adapter")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _connect_sentence(address: LinkAddress, error: OSError) -> str:
    where = f"{address.host}:{address.port}"
    if isinstance(error, socket.gaierror):
        return (
            f"{address.url}: the name {address.host!r} is not known; check its spelling or write the address"
        )
    if isinstance(error, ConnectionRefusedError):
        return f"{address.url}: nothing listens at {where}; check the port number and that the device is on"
    if isinstance(error, TimeoutError):
        return (
            f"{address.url}: {where} does not answer within {CONNECT_TIMEOUT_S:g} s; check network and power"
        )
    return f"{address.url}: cannot connect to {where} ({_reason(error)}); check network, address and power"


def _open_sentence(path: str, line: LineSettings, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO}:
        return f"{path}: there is no such port; is the adapter plugged in? (ls /dev/serial/by-id)"
    if number in {errno.EACCES, errno.EPERM}:
        return f"{path}: this user may not open the port; add the user to the group that owns it (dialout)"
    if number in {errno.EAGAIN, errno.EBUSY}:
        return f"{path}: the port is in use by another program; close that program"
    return f"{path}: cannot be opened with {line} ({_reason(error)})"


def make_link(url: str, profile: Profile, clock: Clock) -> Link:
    """The link that ``url`` means for an instrument of this ``profile``; still closed.

    Raises:
        ProfileError: the URL is wrong, or does not fit the profile; the sentence says which does.
    """
    address = parse_url(url)
    if profile.dialect == "modbus" and address.framing is None:
        fitting = "modbus-rtu:/dev/…" if address.path else "modbus://host:port (Modbus TCP)"
        also = "" if address.path else " or modbus-rtu+tcp://host:port (RTU frames through a serial server)"
        msg = f"url: found {url!r}, but profile {profile.name} speaks Modbus; write {fitting}{also}"
        raise ProfileError(msg)
    if profile.dialect != "modbus" and address.framing is not None:
        fitting = "serial:/dev/…" if address.path else "tcp://host:port"
        msg = f"url: found {url!r}, but profile {profile.name} speaks {profile.dialect}; write {fitting}"
        raise ProfileError(msg)
    if address.path:
        return SerialLink(address, line_settings(address, profile.line), clock)
    return TcpLink(address, clock)
