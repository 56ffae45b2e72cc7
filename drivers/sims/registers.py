"""Twin of a Modbus instrument: the registers of a profile, filled by the profile's own map.

Source: Modbus Application Protocol V1.1b3, sections 6.3, 6.4 and 7 (exception codes).
"""

import math
import struct
from collections.abc import Mapping, Sequence
from decimal import Decimal

from drivers.errors import ProtocolError
from drivers.modbus import crc_fits, decode_request, encode_exception, encode_reply, parse, request_cut
from drivers.register_map import MOST_REGISTERS, RegisterChannel, RegisterMap
from drivers.sims.physics import Course
from drivers.urls import Framing

RTU_REQUEST_BYTES = 8
"""Unit, function, address, count, CRC."""
ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4

FLOAT_DECIMALS = 2
"""A module that sends float32 measures in steps all the same: 0.01 degC is usual for Pt100."""
_FORMATS = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}


class RegistersTwin:
    """One unit on a line: it answers its own unit id, and is silent for any other, as on a real bus."""

    def __init__(
        self, registers: RegisterMap, courses: Mapping[str, Course], framing: Framing, unit_id: int
    ) -> None:
        self.unit_id = unit_id
        self._registers = registers
        self._courses = courses
        """What each channel measures, by the channel's name."""
        self._framing = framing
        self._cut = request_cut(framing)

    def cut(self, buffer: bytes) -> int:
        """A request of this framing; bytes that are none are cut off together, for silence follows them."""
        length = self._cut(buffer)
        if length and self._framing is Framing.RTU and not crc_fits(buffer[:length]):
            return len(buffer)
        return length

    def answer(self, request: bytes, now_s: float) -> bytes:
        """The registers asked for, or an exception; silence for broken frames and other units."""
        try:
            message = parse(self._framing, request)
        except ProtocolError:
            return b""
        if message.unit_id != self.unit_id:
            return b""
        if message.request is None:
            return encode_exception(self._framing, message, ILLEGAL_FUNCTION)
        asked = decode_request(self._framing, request)
        if not 1 <= asked.count <= MOST_REGISTERS:
            return encode_exception(self._framing, asked, ILLEGAL_VALUE)
        addresses = range(asked.address, asked.address + asked.count)
        if not set(addresses) <= self._addresses(asked.function):
            return encode_exception(self._framing, asked, ILLEGAL_ADDRESS)
        words = dict.fromkeys(addresses, 0)
        for channel in self._registers.channels:
            if channel.function != asked.function or not set(_addresses_of(channel)) & words.keys():
                continue
            try:
                encoded = encode_channel(channel, self._courses[channel.name](now_s))
            except OverflowError:
                return encode_exception(self._framing, asked, DEVICE_FAILURE)
            words.update(zip(_addresses_of(channel), encoded, strict=True))
        return encode_reply(self._framing, asked, [words[address] for address in addresses])

    def spontaneous(self, now_s: float) -> bytes:
        """Nothing: a Modbus server speaks when it is asked."""
        return b""

    def _addresses(self, function: int) -> set[int]:
        blocks = [block for block in self._registers.blocks if block.function == function]
        return {address for block in blocks for address in range(block.address, block.end)}


class EitherFraming:
    """One unit that takes requests of both framings, for whoever does not know which to expect."""

    def __init__(self, rtu: RegistersTwin, mbap: RegistersTwin) -> None:
        self._rtu = rtu
        self._mbap = mbap

    def cut(self, buffer: bytes) -> int:
        """Eight bytes with a sound CRC are an RTU request, everything else is Modbus TCP."""
        if len(buffer) < RTU_REQUEST_BYTES:
            return 0
        return RTU_REQUEST_BYTES if crc_fits(buffer[:RTU_REQUEST_BYTES]) else self._mbap.cut(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """The reply in the framing of the request."""
        return (self._rtu if crc_fits(request) else self._mbap).answer(request, now_s)

    def spontaneous(self, now_s: float) -> bytes:
        """Nothing: a Modbus server speaks when it is asked."""
        return b""


class Bus:
    """Several units on one RS-485 line."""

    def __init__(self, units: Sequence[RegistersTwin]) -> None:
        self._units = units

    def cut(self, buffer: bytes) -> int:
        """All units see the same bytes."""
        return self._units[0].cut(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """The reply of the unit that was asked."""
        return b"".join(unit.answer(request, now_s) for unit in self._units)

    def spontaneous(self, now_s: float) -> bytes:
        """Nothing: a Modbus server speaks when it is asked."""
        return b""


def encode_channel(channel: RegisterChannel, value: float | None) -> tuple[int, ...]:
    """The registers that hold ``value`` (None: its sensor is broken) in the order of their addresses.

    Raises:
        OverflowError: the value, or a broken sensor, has no place in these registers.
    """
    if value is None:
        data = _fault_bytes(channel)
    elif channel.type == "float32":
        data = struct.pack(">f", round(value, FLOAT_DECIMALS))
    else:
        number = _number(channel, value)
        try:
            data = struct.pack(_FORMATS[channel.type], number)
        except struct.error as error:
            msg = f"{value} has no place in the {channel.type} of channel {channel.name}"
            raise OverflowError(msg) from error
    words = struct.unpack(f">{channel.width}H", data)
    return words[::-1] if channel.word_order == "little" else words


def _number(channel: RegisterChannel, value: float) -> int:
    if channel.span is None:
        return round(Decimal(value) / Decimal(channel.scale))
    fraction = (Decimal(value) - channel.span.low) / (channel.span.high - channel.span.low)
    return min(max(round(fraction * 65535), 0), 65535)


def _fault_bytes(channel: RegisterChannel) -> bytes:
    """What the instrument puts into the registers of a broken sensor."""
    if channel.type == "float32":
        return struct.pack(">f", math.nan)
    faults = sorted(channel.faults, key=lambda fault: fault.outcome != "sensor-fault")
    if faults:
        raw = faults[0].raw
    elif channel.error_below is not None:
        raw = channel.error_below - 1
    else:
        msg = f"channel {channel.name} knows no sign for a broken sensor"
        raise OverflowError(msg)
    return (raw % (1 << 16 * channel.width)).to_bytes(2 * channel.width, "big")


def _addresses_of(channel: RegisterChannel) -> range:
    return range(channel.address, channel.end)
