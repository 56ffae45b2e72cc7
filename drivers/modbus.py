"""Modbus messages as bytes: the one file that touches pymodbus, and uses it as a codec.

Frames go over the project's own links, so that time-out, poison, drain, echo and reconnect are the same for
every dialect (docs/decisions). Sources: Modbus Application Protocol V1.1b3; Modbus over Serial Line V1.02;
Modbus Messaging on TCP/IP V1.0b.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

from drivers.errors import ProtocolError
from drivers.links import Cut
from drivers.reading import Outcome
from drivers.urls import Framing

READ_FUNCTIONS = (3, 4)
LINE_NOISE = (0x00, 0xFF)
"""What a bus without bias resistors adds at turnaround: one such byte before the frame."""
EXCEPTION_NAMES = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge, still working",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
_CRC_BYTES = 2
_MBAP_BYTES = 7
_REQUEST_PDU_BYTES = 5
_EXCEPTION_PDU_BYTES = 2

_framers = {
    Framing.RTU: FramerRTU(DecodePDU(is_server=False)),
    Framing.MBAP: FramerSocket(DecodePDU(is_server=False)),
}
_requests = {3: ReadHoldingRegistersRequest, 4: ReadInputRegistersRequest}
_replies = {3: ReadHoldingRegistersResponse, 4: ReadInputRegistersResponse}


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A question for ``count`` registers from ``address`` on (function 3 or 4)."""

    unit_id: int
    function: int
    address: int
    count: int
    transaction_id: int = 0
    """Only MBAP carries it."""

    def __str__(self) -> str:
        last = self.address + self.count - 1
        return f"function {self.function}, registers {self.address} to {last}"


@dataclass(frozen=True, slots=True)
class Message:
    """One sound frame, taken apart.

    At most one of ``request``, ``registers``, ``exception_code`` is there; none of them in a sound message of
    another function than reading registers.
    """

    unit_id: int
    function: int
    transaction_id: int
    request: ReadRequest | None = None
    registers: tuple[int, ...] = ()
    exception_code: int = 0


def crc_fits(frame: bytes) -> bool:
    """Whether the last two bytes are the CRC-16 of those before."""
    crc = FramerRTU.compute_CRC(frame[:-_CRC_BYTES]).to_bytes(_CRC_BYTES, "big")
    return len(frame) > _CRC_BYTES and frame[-_CRC_BYTES:] == crc


# --- the asking side ---------------------------------------------------------------------------------------


def encode_request(framing: Framing, request: ReadRequest) -> bytes:
    """The frame that asks."""
    pdu = _requests[request.function](
        dev_id=request.unit_id,
        transaction_id=request.transaction_id,
        address=request.address,
        count=request.count,
    )
    return _frame(framing, pdu)


def reply_cut(framing: Framing, request: ReadRequest) -> Cut:
    """Finds the end of the reply to ``request``.

    On RTU, one noise byte in front of a frame that answers this request to the last bit is cut off as a frame
    of its own: unit, function, byte count and CRC leave no doubt where the reply begins.
    """
    return _mbap_cut if framing is Framing.MBAP else _RtuReplyCut(request)


def check_reply(framing: Framing, request: ReadRequest, frame: bytes) -> Message:
    """The reply to ``request``, with ``count`` registers, or an exception of this unit.

    Raises:
        ProtocolError: not a sound frame, or a reply to another question (``AMBIGUOUS`` where only the number
            of registers differs).
    """
    message = parse(framing, frame)
    if message.unit_id != request.unit_id:
        msg = f"unit {message.unit_id} answered instead of unit {request.unit_id}"
        raise ProtocolError(msg, frame, Outcome.WRONG_UNIT_ID)
    if message.transaction_id != request.transaction_id and framing is Framing.MBAP:
        expected = f"transaction {request.transaction_id}"
        msg = f"the reply belongs to transaction {message.transaction_id}, not to {expected}"
        raise ProtocolError(msg, frame)
    if message.function != request.function:
        msg = f"the reply is to function {message.function}, asked was function {request.function}"
        raise ProtocolError(msg, frame)
    if not message.exception_code and len(message.registers) != request.count:
        msg = f"{len(message.registers)} registers came, asked were {request.count}"
        raise ProtocolError(msg, frame, Outcome.AMBIGUOUS)
    return message


# --- the answering side, for sims --------------------------------------------------------------------------


def request_cut(framing: Framing) -> Cut:
    """Finds the end of a read request; on RTU every request that is read here has 8 bytes."""
    return _mbap_cut if framing is Framing.MBAP else _rtu_request_cut


def decode_request(framing: Framing, frame: bytes) -> ReadRequest:
    """The question in ``frame``.

    Raises:
        ProtocolError: not a sound frame, or not a read request.
    """
    message = parse(framing, frame)
    if message.request is None:
        msg = f"function {message.function} is not a read request"
        raise ProtocolError(msg, frame)
    return message.request


def encode_reply(framing: Framing, request: ReadRequest, registers: Sequence[int]) -> bytes:
    """The frame that answers ``request`` with ``registers`` (each 0 to 65535)."""
    pdu = _replies[request.function](
        dev_id=request.unit_id, transaction_id=request.transaction_id, registers=list(registers)
    )
    return _frame(framing, pdu)


def encode_exception(framing: Framing, request: ReadRequest | Message, code: int) -> bytes:
    """The frame that refuses ``request`` with an exception ``code``."""
    pdu = ExceptionResponse(request.function, code, request.unit_id, request.transaction_id)
    return _frame(framing, pdu)


def _frame(framing: Framing, pdu: ModbusPDU) -> bytes:
    return bytes(_framers[framing].buildFrame(pdu))


# --- both sides --------------------------------------------------------------------------------------------


def parse(framing: Framing, frame: bytes) -> Message:
    """Take one whole frame apart.

    Raises:
        ProtocolError: with the outcome that says what is wrong with the bytes.
    """
    return _parse_mbap(frame) if framing is Framing.MBAP else _parse_rtu(frame)


def parse_any(frame: bytes) -> Message:
    """Take a frame apart whose framing is not known: it must be sound in exactly one.

    Raises:
        ProtocolError: with the outcome that says what is wrong with the bytes.
    """
    sound: list[Message] = []
    errors: dict[Framing, ProtocolError] = {}
    for framing in Framing:
        try:
            sound.append(parse(framing, frame))
        except ProtocolError as error:
            errors[framing] = error
    if len(sound) > 1:
        msg = "the bytes are a sound frame both as RTU and as Modbus TCP"
        raise ProtocolError(msg, frame, Outcome.AMBIGUOUS)
    if sound:
        return sound[0]
    looks_like_mbap = frame[2:4] == b"\0\0" and frame[7:8] and frame[7] & 0x7F in READ_FUNCTIONS
    raise errors[Framing.MBAP if looks_like_mbap else Framing.RTU]


def _parse_rtu(frame: bytes) -> Message:
    if len(frame) < 1 + _EXCEPTION_PDU_BYTES + _CRC_BYTES:
        msg = f"{len(frame)} bytes are too few for a frame"
        raise ProtocolError(msg, frame, Outcome.INCOMPLETE)
    if crc_fits(frame):
        return _parse_pdu(frame, frame[1:-_CRC_BYTES], frame[0], 0)
    outcome, sentence = _what_is_wrong(frame)
    raise ProtocolError(sentence, frame, outcome)


def _what_is_wrong(frame: bytes) -> tuple[Outcome, str]:
    request_bytes = 1 + _REQUEST_PDU_BYTES + _CRC_BYTES
    if len(frame) > request_bytes and crc_fits(frame[:request_bytes]):
        return Outcome.ECHO, "the request itself comes back in front of the reply (RS-485 echo)"
    length = _rtu_reply_length(frame)
    if 0 < length < len(frame) and crc_fits(frame[:length]):
        return Outcome.MALFORMED, f"{len(frame) - length} bytes stand after the end of the frame"
    if any(_is_sound_rtu(frame[skip:]) for skip in range(1, 4)):
        return Outcome.NOISE, "stray bytes stand before a sound frame; check termination and bias of the bus"
    if len(frame) < length:
        return Outcome.INCOMPLETE, f"{len(frame)} bytes came of {length}"
    return Outcome.BAD_CHECKSUM, "the CRC does not fit the bytes; check baud rate, parity and wiring"


def _is_sound_rtu(frame: bytes) -> bool:
    try:
        return crc_fits(frame) and bool(_parse_pdu(frame, frame[1:-_CRC_BYTES], frame[0], 0))
    except ProtocolError:
        return False


def _parse_mbap(frame: bytes) -> Message:
    if frame[2:4] not in {b"\0\0", b"\0", b""}:
        hint = "; these are RTU frames, write modbus-rtu+tcp://" if crc_fits(frame) else ""
        msg = f"bytes 3 and 4 are not 0 as Modbus TCP demands{hint}"
        raise ProtocolError(msg, frame)
    expected = int.from_bytes(frame[4:6], "big") + 6
    if len(frame) < max(expected, _MBAP_BYTES + _EXCEPTION_PDU_BYTES):
        msg = f"{len(frame)} bytes came of {expected}"
        raise ProtocolError(msg, frame, Outcome.INCOMPLETE)
    transaction_id = int.from_bytes(frame[:2], "big")
    message = _parse_pdu(frame, frame[_MBAP_BYTES:expected], frame[6], transaction_id)
    if len(frame) > expected:
        outcome = Outcome.ECHO if message.request else Outcome.MALFORMED
        msg = f"{len(frame) - expected} bytes stand after the end of the frame"
        raise ProtocolError(msg, frame, outcome)
    return message


def _parse_pdu(frame: bytes, pdu: bytes, unit_id: int, transaction_id: int) -> Message:
    function = pdu[0] & 0x7F if pdu else 0
    if pdu and pdu[0] & 0x80:
        if len(pdu) == _EXCEPTION_PDU_BYTES and pdu[1]:
            return Message(unit_id, function, transaction_id, exception_code=pdu[1])
    elif function not in READ_FUNCTIONS:
        if function in DecodePDU.pdu_table:
            return Message(unit_id, function, transaction_id)
    elif len(pdu) == _REQUEST_PDU_BYTES:
        address, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        request = ReadRequest(unit_id, function, address, count, transaction_id)
        return Message(unit_id, function, transaction_id, request=request)
    elif len(pdu) > _EXCEPTION_PDU_BYTES and len(pdu) == 2 + pdu[1] and pdu[1] % 2 == 0:
        decoded = DecodePDU(is_server=False).decode(pdu)
        registers = tuple(int(register) for register in decoded.registers) if decoded else ()
        return Message(unit_id, function, transaction_id, registers=registers)
    msg = f"function {function} with {len(pdu)} bytes is not a message that is known here"
    raise ProtocolError(msg, frame)


def _mbap_cut(buffer: bytes) -> int:
    if buffer[2:4] not in {b"\0\0", b"\0", b""}:
        return len(buffer)  # not Modbus TCP: its end cannot be known, and waiting helps nobody
    length = 6 + int.from_bytes(buffer[4:6], "big")
    return length if len(buffer) >= max(6, length) else 0


def _rtu_request_cut(buffer: bytes) -> int:
    length = 1 + _REQUEST_PDU_BYTES + _CRC_BYTES
    return length if len(buffer) >= length else 0


def _rtu_reply_length(buffer: bytes) -> int:
    """Length of the reply that begins here, 0 if it cannot be known (yet)."""
    if len(buffer) > 2 and buffer[1] & 0x80:
        return 1 + _EXCEPTION_PDU_BYTES + _CRC_BYTES
    if len(buffer) > 2 and buffer[1] in READ_FUNCTIONS:
        return 3 + buffer[2] + _CRC_BYTES
    return 0


class _RtuReplyCut:
    def __init__(self, request: ReadRequest) -> None:
        self._request = request
        self._asked = encode_request(Framing.RTU, request)

    def __call__(self, buffer: bytes) -> int:
        if self._is_sound(buffer):
            return _rtu_reply_length(buffer)
        if buffer[:1] and buffer[0] in LINE_NOISE and self._is_the_answer(buffer[1:]):
            return 1
        if self._asked.startswith(buffer):
            return 0  # may still become the echo of the request
        return self._length_of_broken(buffer)

    def _is_sound(self, buffer: bytes) -> bool:
        length = _rtu_reply_length(buffer)
        return 0 < length <= len(buffer) and crc_fits(buffer[:length])

    def _is_the_answer(self, buffer: bytes) -> bool:
        if not self._is_sound(buffer):
            return False
        try:
            check_reply(Framing.RTU, self._request, buffer[: _rtu_reply_length(buffer)])
        except ProtocolError:
            return False
        return True

    def _length_of_broken(self, buffer: bytes) -> int:
        """Where the head is the expected one, the frame has its length even if its CRC does not fit."""
        request = self._request
        heads = (
            bytes((request.unit_id, request.function, 2 * request.count)),
            bytes((request.unit_id, request.function | 0x80)),
        )
        length = _rtu_reply_length(buffer)
        return length if buffer.startswith(heads) and len(buffer) >= length else 0
