"""Registers to decimal text: types, word orders, scales, faults, and which block an unasked reply is."""

import math
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import modbus
from drivers.dialects.base import Answer
from drivers.dialects.registers import Registers, read_channel, shortest_decimal
from drivers.modbus import ReadRequest
from drivers.profiles import load_profiles
from drivers.reading import Indication, Outcome, Quality, Refusal
from drivers.register_map import Block, Fault, RegisterChannel, RegisterMap, Span
from drivers.registry import make_dialect
from drivers.urls import Framing


def channel(**keys) -> RegisterChannel:
    return RegisterChannel(name="t", quantity="temperature", unit="degC", address=0, **keys)


def words_of(data: bytes) -> list[int]:
    return list(struct.unpack(f">{len(data) // 2}H", data))


@pytest.mark.parametrize(
    ("keys", "words", "text"),
    [
        ({"type": "int16", "scale": "0.1"}, [658], "65.8"),
        ({"type": "int16", "scale": "0.1"}, [65435], "-10.1"),
        ({"type": "int16", "scale": "0.1"}, [0], "0.0"),
        ({"type": "int16", "scale": "0.01"}, [0xFFFF], "-0.01"),
        ({"type": "uint16"}, [0xFFFF], "65535"),
        ({"type": "int16", "scale": "10"}, [12], "120"),
        ({"type": "int16", "scale": "0.00390625"}, [1], "0.00390625"),
        ({"type": "int32", "scale": "0.1"}, [0, 1050], "105.0"),
        ({"type": "int32", "scale": "0.1", "word_order": "little"}, [1050, 0], "105.0"),
        ({"type": "int32", "scale": "0.001"}, [0xFFFF, 0xFFFF], "-0.001"),
        ({"type": "uint32"}, [0xFFFF, 0xFFFF], "4294967295"),
        ({"type": "float32"}, [0x41C2, 0x0000], "24.25"),
        ({"type": "float32", "word_order": "little"}, [0x7AE1, 0x41F4], "30.56"),
        ({"type": "float32"}, [0xC2C8, 0x0000], "-100"),
    ],
)
def test_values_have_exact_decimal_text(keys, words, text):
    result = read_channel(channel(**keys), words)
    assert result == Indication("t", text, "degC", Quality.UNKNOWN_STABILITY)


@given(raw=st.integers(-32768, 32767), decimals=st.integers(0, 6))
def test_a_scaled_integer_is_exact(raw, decimals):
    scale = "1" if decimals == 0 else "0." + "0" * (decimals - 1) + "1"
    result = read_channel(channel(type="int16", scale=scale), [raw & 0xFFFF])
    assert isinstance(result, Indication)
    assert Decimal(result.text) == Decimal(raw).scaleb(-decimals)
    assert result.text.lstrip("-").replace(".", "").lstrip("0") == str(abs(raw)).lstrip("0")


@given(data=st.binary(min_size=4, max_size=4))
def test_float_text_is_the_shortest_that_is_the_same_float32(data):
    (value,) = struct.unpack(">f", data)
    text = shortest_decimal(data)
    if not math.isfinite(value):
        assert text == ""
        return
    assert struct.pack(">f", float(text)) == data
    assert "e" not in text.lower()
    digits = len(Decimal(text).normalize().as_tuple().digits)
    for fewer in range(1, digits):
        shorter = float(f"{value:.{fewer}g}")
        assert abs(shorter) > 3.5e38 or struct.pack(">f", shorter) != data


@pytest.mark.parametrize("bits", ["7fc00000", "ffc00000", "7f800000", "ff800000"])
def test_nan_and_infinity_are_unavailable(bits):
    result = read_channel(channel(type="float32"), words_of(bytes.fromhex(bits)))
    assert isinstance(result, Refusal)
    assert result.outcome is Outcome.UNAVAILABLE


def test_fault_values_compare_bits_signed_or_not():
    for raw in (0xD8F1, -9999):
        fault = Fault(raw, "sensor-fault", "sensor open")
        result = read_channel(channel(type="int16", faults=(fault,)), [0xD8F1])
        assert result == Refusal(Outcome.SENSOR_FAULT, "sensor open (register holds 0xD8F1)", "t")


def test_error_numbers_lie_below_a_bound():
    ranged = channel(type="int16", scale="0.1", error_below=-32000)
    assert read_channel(ranged, [0x82FB]) == Refusal(
        Outcome.DEVICE_ERROR, "error number 5 (register holds -32005)", "t"
    )
    lowest = read_channel(ranged, [-32000 & 0xFFFF])
    assert isinstance(lowest, Indication)
    assert lowest.text == "-3200.0"


def test_a_span_is_linear_and_its_ends_give_no_value():
    ranged = channel(type="uint16", span=Span(Decimal(-50), Decimal(150), 2))
    readings = [read_channel(ranged, [raw]) for raw in (0, 1, 32768, 65534, 65535)]
    under, *inside, over = readings
    assert [each.text for each in inside] == ["-50.00", "50.00", "150.00"]
    assert [each.quality for each in inside] == [Quality.UNKNOWN_STABILITY] * 3
    assert [under.outcome, over.outcome] == [Outcome.UNDERLOAD, Outcome.OVERLOAD]
    assert "at or beyond an end of its range, -50 to 150 degC" in over.detail


def test_an_unconfirmed_channel_gives_no_value():
    result = read_channel(channel(type="int16", unconfirmed="compare it first"), [300])
    assert result == Refusal(Outcome.AMBIGUOUS, "compare it first", "t")


def dialect_of(blocks, channels, framing=Framing.RTU) -> Registers:
    return Registers(RegisterMap(1, tuple(blocks), tuple(channels)), 1, framing)


def reply(function: int, words: list[int]) -> bytes:
    return modbus.encode_reply(Framing.RTU, ReadRequest(1, function, 0, len(words)), words)


def one(name: str, address: int, **keys) -> RegisterChannel:
    return RegisterChannel(name, "temperature", "degC", address, **{"type": "int16", **keys})


def test_a_reply_without_its_request_is_matched_by_function_and_count():
    two = dialect_of([Block(3, 0, 2), Block(4, 0, 1)], [one("a", 0), one("b", 1), one("c", 0, function=4)])
    assert [each.channel for each in two.decode(reply(3, [1, 2])).indications] == ["a", "b"]
    assert [each.channel for each in two.decode(reply(4, [1])).indications] == ["c"]
    assert [each.channel for each in two.decode(reply(3, [1])).indications] == ["a"], (
        "shorter than the only block"
    )
    assert two.decode(reply(3, [1, 2, 3])).outcome is Outcome.AMBIGUOUS
    same = dialect_of([Block(3, 0, 1), Block(3, 9, 1)], [one("a", 0), one("b", 9)])
    assert same.decode(reply(3, [1])).outcome is Outcome.AMBIGUOUS


def test_a_shorter_reply_must_end_on_a_whole_channel():
    floats = dialect_of([Block(3, 0, 4)], [one("a", 0, type="float32"), one("b", 2, type="float32")])
    assert [each.text for each in floats.decode(reply(3, [0x41C2, 0])).indications] == ["24.25"]
    for count in (1, 3):
        assert floats.decode(reply(3, [0] * count)).outcome is Outcome.AMBIGUOUS


def test_one_channel_may_be_refused_while_the_others_read():
    profile = load_profiles()["vaisala-hmp110-integer"]
    frame = modbus.encode_reply(Framing.RTU, ReadRequest(240, 3, 0x0100, 2), [0x8000, 2345])
    decoded = make_dialect(profile).decode(frame)
    assert decoded.outcome is Outcome.OK
    assert [(each.channel, each.text) for each in decoded.indications] == [("temperature", "23.45")]
    assert [(each.channel, each.outcome) for each in decoded.refusals] == [("humidity", Outcome.UNAVAILABLE)]


def test_the_unit_id_is_the_profile_s_unless_another_is_given():
    profile = load_profiles()["vaisala-hmp-float"]
    frame = bytes.fromhex("f003047ae141f46205")
    assert make_dialect(profile).decode(frame).indications[0].text == "30.56"
    assert make_dialect(profile, 1).decode(frame).outcome is Outcome.WRONG_UNIT_ID


def test_on_the_wire_the_question_tells_the_block():
    blocks, channels = [Block(3, 0, 1), Block(3, 9, 1)], [one("a", 0), one("b", 9)]
    dialect = dialect_of(blocks, channels)
    first, second = dialect.questions()
    assert [each.channel for each in dialect.interpret(second, reply(3, [7])).indications] == ["b"]
    assert dialect.answers(first, reply(3, [7])) is Answer.YES
    assert dialect.answers(first, reply(3, [7, 8])) is Answer.WRONG
    assert dialect.answers(first, reply(4, [7])) is Answer.WRONG
    assert dialect.answers(first, b"\x00") is Answer.FOREIGN
    assert (
        dialect.answers(first, modbus.encode_exception(Framing.RTU, ReadRequest(1, 3, 0, 1), 6)) is Answer.YES
    )
    assert dialect.interpret(first, reply(3, [7, 8])).outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize("counts", [(2,), (1,), (1, 2), (4,), (125,), (2, 1)])
def test_the_fence_has_another_length_than_every_block(counts):
    blocks = [Block(3, 200 * index, count) for index, count in enumerate(counts)]
    channels = [one(f"c{index}", 200 * index) for index in range(len(counts))]
    dialect = dialect_of(blocks, channels)
    (fence,) = dialect.identity_questions()
    count = modbus.decode_request(Framing.RTU, fence.request).count
    assert 1 <= count <= 125
    assert count not in counts
    for block in blocks:
        late = reply(3, [0] * block.count)
        assert dialect.answers(fence, late) is Answer.FOREIGN
        for question in dialect.questions():
            assert dialect.answers(question, reply(3, [0] * count)) is Answer.WRONG


def test_modbus_tcp_needs_no_fence_because_every_question_has_its_own_id():
    dialect = dialect_of([Block(3, 0, 1)], [one("a", 0)], Framing.MBAP)
    assert dialect.identity_questions() == ()
    (first,), (second,) = dialect.questions(), dialect.questions()
    assert first.request[:2] != second.request[:2]


def test_transaction_ids_begin_again_after_the_last():
    dialect = dialect_of([Block(3, 0, 1)], [one("a", 0)], Framing.MBAP)
    dialect._transaction_id = 0xFFFF
    (question,) = dialect.questions()
    assert question.request[:2] == b"\x00\x01"
