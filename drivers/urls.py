"""URLs of instruments: which wire, which framing, which line settings."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from pydantic import TypeAdapter, ValidationError

from drivers.errors import ProfileError
from drivers.profiles import LineSettings

MODBUS_TCP_PORT = 502


class Framing(enum.StrEnum):
    """How a Modbus message is wrapped."""

    RTU = "rtu"
    MBAP = "mbap"


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """An instrument's URL, taken apart: either ``path`` (serial) or ``host`` and ``port``."""

    url: str
    framing: Framing | None
    """How Modbus messages are wrapped; None where the instrument speaks text."""
    path: str = ""
    host: str = ""
    port: int = 0
    line: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    """Line settings that the URL overrules."""


_SERIAL_SCHEMES = {"serial:": None, "modbus-rtu:": Framing.RTU}
_TCP_SCHEMES = {"tcp": None, "modbus": Framing.MBAP, "modbus-rtu+tcp": Framing.RTU}
URL_FORMS = (
    "/dev/…, serial:/dev/…?baudrate=9600&bytesize=8&parity=N&stopbits=1, tcp://host:port, "
    "modbus://host:port, modbus-rtu:/dev/…, modbus-rtu+tcp://host:port"
)


def parse_url(url: str) -> LinkAddress:
    """Take the URL of an instrument apart.

    Raises:
        ProfileError: what is wrong with it, and which forms there are.
    """
    scheme, separator, _ = url.partition("://")
    if separator and scheme in _TCP_SCHEMES:
        return _tcp_address(url, _TCP_SCHEMES[scheme])
    if url.startswith("/"):
        return _serial_address(url, url, None)
    for prefix, framing in _SERIAL_SCHEMES.items():
        if url.startswith(prefix):
            return _serial_address(url, url.removeprefix(prefix), framing)
    msg = f"url: found {url!r}; allowed are {URL_FORMS}"
    raise ProfileError(msg)


def _tcp_address(url: str, framing: Framing | None) -> LinkAddress:
    try:
        parts = urlsplit(url)
        port = parts.port or (MODBUS_TCP_PORT if framing is Framing.MBAP else 0)
    except ValueError as error:
        msg = f"url: found {url!r}: {error}; a port is a number from 1 to 65535"
        raise ProfileError(msg) from error
    if not parts.hostname or not port:
        msg = f"url: found {url!r}; host and port are needed, such as {parts.scheme}://192.168.1.20:4001"
        raise ProfileError(msg)
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        msg = f"url: found {url!r}; nothing may follow the port ({parts.scheme}://{parts.hostname}:{port})"
        raise ProfileError(msg)
    return LinkAddress(url, framing, host=parts.hostname, port=port)


def _serial_address(url: str, rest: str, framing: Framing | None) -> LinkAddress:
    path, _, query = rest.partition("?")
    if not path or path.startswith("//"):
        msg = f"url: found {url!r}; the port's path is needed, such as serial:/dev/ttyUSB0"
        raise ProfileError(msg)
    pairs = parse_qsl(query, keep_blank_values=True)
    line = {key: int(value) if value.isdecimal() else value for key, value in pairs}
    address = LinkAddress(url, framing, path=path, line=MappingProxyType(line))
    line_settings(address, LineSettings())
    return address


def line_settings(address: LinkAddress, default: LineSettings) -> LineSettings:
    """The settings of the serial line: the profile's, overruled by the URL.

    Raises:
        ProfileError: a setting that does not exist or may not have this value.
    """
    try:
        return TypeAdapter(LineSettings).validate_python(
            {name: getattr(default, name) for name in LineSettings.__slots__} | dict(address.line)
        )
    except ValidationError as error:
        found = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
        allowed = ", ".join(LineSettings.__slots__)
        msg = f"url: found {address.url!r}: {found} (settings are {allowed})"
        raise ProfileError(msg) from error
