"""Modbus instruments: registers to decimal text, by the map in their profile."""

import struct
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from drivers import modbus
from drivers.dialects.base import Answer, Question, refused
from drivers.errors import ProtocolError
from drivers.modbus import Message, ReadRequest
from drivers.reading import Decoded, Indication, Outcome, Quality, Refusal
from drivers.register_map import MOST_REGISTERS, OUTCOME_OF, Block, RegisterChannel, RegisterMap, Span
from drivers.urls import Framing

_FULL_SCALE = 0xFFFF
_BEYOND = {0: Outcome.UNDERLOAD, _FULL_SCALE: Outcome.OVERLOAD}
_HIGHEST_TRANSACTION = 0xFFFF
_SIGNIFICANT_DIGITS = range(1, 10)
"""Nine always tell two float32 apart (IEEE 754)."""


class Registers:
    """A Modbus instrument over any link; ``framing`` None only decodes."""

    def __init__(self, registers: RegisterMap, unit_id: int, framing: Framing | None) -> None:
        self._map = registers
        self._unit_id = unit_id
        self._framing = framing
        self._transaction_id = 0

    def questions(self) -> tuple[Question, ...]:
        """One request for each block of the map, each with a transaction id of its own."""
        return tuple(self._question(block) for block in self._map.blocks)

    def identity_questions(self) -> tuple[Question, ...]:
        """Few of these instruments can tell who they are; on RTU, a question whose answer is no value's.

        An RTU reply carries no id. So the wire is proved by a read with another number of registers than any
        block has: a late answer cannot be mistaken for its answer, nor its answer for a value.
        """
        if self._framing is not Framing.RTU:
            return ()
        block = self._map.blocks[0]
        counts = {each.count for each in self._map.blocks}
        below = block.count - 1
        count = below if below and below not in counts else max(counts) % MOST_REGISTERS + 1
        fence = self._question(Block(block.function, block.address, count))
        return (replace(fence, is_optional=True, may_be_silent=True),)

    def decode(self, frame: bytes) -> Decoded:
        """What one frame means without its request: which block it is follows from function and count."""
        try:
            message = modbus.parse(self._framing, frame) if self._framing else modbus.parse_any(frame)
        except ProtocolError as error:
            return refused(error.outcome, str(error))
        if message.exception_code:
            return self._exception(message)
        if not message.registers:
            return Decoded(outcome=Outcome.REQUEST)
        if message.unit_id != self._unit_id:
            msg = f"unit {message.unit_id} answered instead of unit {self._unit_id}"
            return refused(Outcome.WRONG_UNIT_ID, msg)
        block = self._block_of(message)
        if block is None:
            msg = (
                f"{len(message.registers)} registers of function {message.function} fit no block, or several"
            )
            return refused(Outcome.AMBIGUOUS, msg)
        return self._read(block, message.registers)

    def answers(self, question: Question, frame: bytes) -> Answer:
        """By unit id, function, register count, CRC, transaction id; one stray byte in front is foreign."""
        if len(frame) == 1:
            return Answer.FOREIGN
        try:
            self._checked(question, frame)
        except ProtocolError as error:
            is_late = question.may_be_silent and error.outcome is Outcome.AMBIGUOUS
            return Answer.FOREIGN if is_late else Answer.WRONG
        return Answer.YES

    def interpret(self, question: Question, frame: bytes) -> Decoded:
        """The registers of the block that was asked for."""
        try:
            request, message = self._checked(question, frame)
        except ProtocolError as error:
            return refused(error.outcome, str(error))
        if message.exception_code:
            return self._exception(message)
        asked = (request.function, request.address, request.count)
        for block in self._map.blocks:
            if (block.function, block.address, block.count) == asked:
                return self._read(block, message.registers)
        return refused(Outcome.AMBIGUOUS, f"no block of the map is {request}")

    def _question(self, block: Block) -> Question:
        framing = self._framing or Framing.RTU
        self._transaction_id = self._transaction_id % _HIGHEST_TRANSACTION + 1
        tid = self._transaction_id if framing is Framing.MBAP else 0
        request = ReadRequest(self._unit_id, block.function, block.address, block.count, tid)
        return Question(
            modbus.encode_request(framing, request), modbus.reply_cut(framing, request), str(request)
        )

    def _checked(self, question: Question, frame: bytes) -> tuple[ReadRequest, Message]:
        framing = self._framing or Framing.RTU
        request = modbus.decode_request(framing, question.request)
        return request, modbus.check_reply(framing, request, frame)

    def _exception(self, message: Message) -> Decoded:
        code = message.exception_code
        name = modbus.EXCEPTION_NAMES.get(code, "not in the standard")
        whom = "" if message.unit_id == self._unit_id else f" of unit {message.unit_id}"
        return refused(Outcome.EXCEPTION, f"exception {code} ({name}){whom} to function {message.function}")

    def _block_of(self, message: Message) -> Block | None:
        count = len(message.registers)
        same_function = [block for block in self._map.blocks if block.function == message.function]
        same_count = [block for block in same_function if block.count == count]
        if len(same_count) == 1:
            return same_count[0]
        if same_count or len(same_function) != 1 or count > same_function[0].count:
            return None
        block = same_function[0]
        shorter = Block(block.function, block.address, count)
        is_cut = any(
            channel.function == block.function and channel.address < shorter.end < channel.end
            for channel in self._map.channels
        )
        return None if is_cut or not self._map.channels_of(shorter) else shorter

    def _read(self, block: Block, words: Sequence[int]) -> Decoded:
        indications: list[Indication] = []
        refusals: list[Refusal] = []
        for channel in self._map.channels_of(block):
            start = channel.address - block.address
            result = read_channel(channel, words[start : start + channel.width])
            if isinstance(result, Indication):
                indications.append(result)
            else:
                refusals.append(result)
        outcome = Outcome.OK if indications else refusals[0].outcome
        return Decoded(tuple(indications), tuple(refusals), outcome)


def read_channel(channel: RegisterChannel, words: Sequence[int]) -> Indication | Refusal:
    """One channel's value from its registers, exact to the last digit, or why there is none."""
    if channel.unconfirmed:
        return Refusal(Outcome.AMBIGUOUS, channel.unconfirmed, channel.name)
    ordered = words if channel.word_order == "big" else tuple(reversed(words))
    data = struct.pack(f">{len(ordered)}H", *ordered)
    if channel.type == "float32":
        return _read_float(channel, data)
    raw = int.from_bytes(data, "big", signed=channel.type.startswith("int"))
    for fault in channel.faults:
        if (fault.raw ^ raw) & ((1 << 8 * len(data)) - 1) == 0:
            detail = f"{fault.meaning} (register holds 0x{data.hex().upper()})"
            return Refusal(OUTCOME_OF[fault.outcome], detail, channel.name)
    if channel.error_below is not None and raw < channel.error_below:
        detail = f"error number {channel.error_below - raw} (register holds {raw})"
        return Refusal(Outcome.DEVICE_ERROR, detail, channel.name)
    if channel.span is not None:
        return _read_span(channel, channel.span, raw)
    text = f"{raw * Decimal(channel.scale):f}"
    return Indication(channel.name, text, channel.unit, Quality.UNKNOWN_STABILITY)


def _read_span(channel: RegisterChannel, span: Span, raw: int) -> Indication | Refusal:
    """0 to 65535 over the span; at either end the input may lie beyond it, and no value is known."""
    if raw in _BEYOND:
        detail = f"the input is at or beyond an end of its range, {span.low} to {span.high} {channel.unit}"
        return Refusal(_BEYOND[raw], detail, channel.name)
    value = span.low + raw * (span.high - span.low) / _FULL_SCALE
    text = f"{value.quantize(Decimal(1).scaleb(-span.decimals), ROUND_HALF_EVEN):f}"
    return Indication(channel.name, text, channel.unit, Quality.UNKNOWN_STABILITY)


def _read_float(channel: RegisterChannel, data: bytes) -> Indication | Refusal:
    text = shortest_decimal(data)
    if not text:
        return Refusal(Outcome.UNAVAILABLE, f"not a number (registers hold {data.hex()})", channel.name)
    return Indication(channel.name, text, channel.unit, Quality.UNKNOWN_STABILITY)


def shortest_decimal(data: bytes) -> str:
    """Shortest decimal text that is this big-endian float32 again; empty for NaN and infinities."""
    (value,) = struct.unpack(">f", data)
    for digits in _SIGNIFICANT_DIGITS:
        text = f"{value:.{digits}g}"
        try:
            if struct.pack(">f", float(text)) == data:
                return f"{Decimal(text):f}" if Decimal(text).is_finite() else ""
        except OverflowError:
            continue  # rounded up beyond the largest float32
    return ""
