"""The Modbus twin: registers by the profile's own map, the specification's exceptions, silence for others."""

import math
import struct
from decimal import Decimal

import pytest

from drivers.modbus import ReadRequest, encode_request, parse
from drivers.profiles import load_profiles
from drivers.register_map import Block, Fault, RegisterChannel, RegisterMap, Span
from drivers.sims.registers import Bus, EitherFraming, RegistersTwin, encode_channel
from drivers.urls import Framing

ROOM = RegisterMap(
    1,
    (Block(3, 0, 2),),
    (
        RegisterChannel("humidity", "humidity", "%RH", 0, "int16", scale="0.1"),
        RegisterChannel("temperature", "temperature", "degC", 1, "int16", scale="0.1"),
    ),
)
COURSES = {"humidity": lambda _: 65.8, "temperature": lambda _: -10.1}


def room(framing: Framing = Framing.RTU, unit_id: int = 1) -> RegistersTwin:
    return RegistersTwin(ROOM, COURSES, framing, unit_id)


def test_renkes_own_example_frame():
    """Renke's hex example: 65.8 %RH and -10.1 degC are 0292 FF9B."""
    assert room().answer(bytes.fromhex("010300000002c40b"), 0.0) == bytes.fromhex("010304 0292 ff9b 5a3d")


def test_modbus_tcp_answers_with_the_transaction_of_the_question():
    reply = room(Framing.MBAP).answer(bytes.fromhex("002a00000006 010300000002"), 0.0)
    assert reply == bytes.fromhex("002a00000007 010304 0292 ff9b")


def ask(twin: RegistersTwin | Bus, unit_id: int, function: int, address: int, count: int) -> int | tuple:
    reply = twin.answer(encode_request(Framing.RTU, ReadRequest(unit_id, function, address, count)), 0.0)
    if not reply:
        return ()
    message = parse(Framing.RTU, reply)
    return message.exception_code or message.registers


@pytest.mark.parametrize(
    ("function", "address", "count", "answer"),
    [
        (3, 1, 1, (0xFF9B,)),
        (3, 1, 2, 2),
        (3, 2, 1, 2),
        (3, 0xFFFF, 1, 2),
        (4, 0, 2, 2),
        (3, 0, 125, 2),
    ],
)
def test_addresses_outside_the_map_are_exception_02(function, address, count, answer):
    assert ask(room(), 1, function, address, count) == answer


def test_other_functions_and_counts_are_exceptions_01_and_03():
    write = bytes.fromhex("010600000001480a")
    assert parse(Framing.RTU, room().answer(write, 0.0)).exception_code == 1
    too_many = bytes.fromhex("000100000006 0103 0000 007e")
    assert parse(Framing.MBAP, room(Framing.MBAP).answer(too_many, 0.0)).exception_code == 3


@pytest.mark.parametrize("framing", list(Framing))
def test_another_unit_and_broken_frames_meet_silence(framing):
    request = encode_request(framing, ReadRequest(7, 3, 0, 2, 1))
    assert room(framing).answer(request, 0.0) == b""
    assert room(framing).answer(request[:-1] + b"\xff", 0.0) in {b"", room(framing).answer(request, 0.0)}
    assert room(framing).answer(b"\x01\x03", 0.0) == b""


def test_noise_on_an_rtu_line_is_cut_off_together():
    request = bytes.fromhex("010300000002c40b")
    assert room().cut(request) == 8
    assert room().cut(request[:7]) == 0
    assert room().cut(b"\x00" + request) == 9
    assert room().answer(b"\x00" + request, 0.0) == b""


def test_several_units_share_one_line():
    line = Bus(
        [room(unit_id=1), RegistersTwin(ROOM, {**COURSES, "humidity": lambda _: 40.0}, Framing.RTU, 2)]
    )
    assert ask(line, 1, 3, 0, 1) == (658,)
    assert ask(line, 2, 3, 0, 1) == (400,)
    assert ask(line, 3, 3, 0, 1) == ()
    assert line.spontaneous(0.0) == b""
    assert line.cut(bytes.fromhex("010300000002c40b")) == 8


def channel(kind: str, **settings) -> RegisterChannel:
    return RegisterChannel("t", "temperature", "degC", 0, kind, **settings)


@pytest.mark.parametrize(
    ("made", "value", "words"),
    [
        (channel("int16", scale="0.1"), 105.04, (1050,)),
        (channel("int32"), -2.0, (0xFFFF, 0xFFFE)),
        (channel("uint32", word_order="little"), 65537.0, (1, 1)),
        (channel("float32"), 30.5612, (0x41F4, 0x7AE1)),  # a step of the module is 0.01
        (channel("float32", word_order="little"), 30.56, (0x7AE1, 0x41F4)),  # Vaisala: low word first
        (channel("uint16", span=Span(Decimal(-50), Decimal(150), 2)), 50.0, (0x8000,)),  # ADAM-6015
        (channel("uint16", span=Span(Decimal(-50), Decimal(150), 2)), 200.0, (0xFFFF,)),
        (channel("int16", faults=(Fault(-9999, "sensor-fault", "sensor error"),)), None, (0xD8F1,)),
        (
            channel(
                "int16",
                faults=(Fault(-32767, "underload", "below"), Fault(32768, "sensor-fault", "open")),
            ),
            None,
            (0x8000,),
        ),
        (channel("int16", error_below=-32000), None, (-32001 % 65536,)),
    ],
)
def test_values_and_broken_sensors_take_the_registers_of_the_map(made, value, words):
    assert encode_channel(made, value) == words


def test_a_broken_float_sensor_is_nan():
    words = encode_channel(channel("float32"), None)
    assert math.isnan(struct.unpack(">f", struct.pack(">2H", *words))[0])


@pytest.mark.parametrize(("value", "course"), [(None, "no sign"), (4000.0, "too large")])
def test_what_has_no_place_in_the_registers_is_exception_04(value, course):
    twin = RegistersTwin(ROOM, {**COURSES, "temperature": lambda _: value}, Framing.RTU, 1)
    assert ask(twin, 1, 3, 0, 2) == 4, course
    assert ask(twin, 1, 3, 0, 1) == (658,)


def test_every_modbus_profile_has_a_twin_that_fills_its_blocks():
    for profile in load_profiles().values():
        if isinstance(profile.options, RegisterMap):
            courses = {each.name: (lambda _: 20.0) for each in profile.channels}
            twin = RegistersTwin(profile.options, courses, Framing.RTU, profile.unit_id)
            for block in profile.options.blocks:
                words = ask(twin, profile.unit_id, block.function, block.address, block.count)
                assert isinstance(words, tuple), profile.name
                assert len(words) == block.count
                assert any(words)


def test_a_twin_of_either_framing_answers_in_the_framing_it_was_asked_in():
    twin = EitherFraming(room(Framing.RTU), room(Framing.MBAP))
    rtu, mbap = bytes.fromhex("010300000002c40b"), bytes.fromhex("002a00000006 010300000002")
    assert twin.cut(rtu) == 8
    assert twin.cut(rtu[:7]) == 0
    assert twin.cut(mbap + mbap) == 12
    assert twin.cut(mbap[:11]) == 0
    assert twin.answer(rtu, 0.0) == bytes.fromhex("010304 0292 ff9b 5a3d")
    assert twin.answer(mbap, 0.0) == bytes.fromhex("002a00000007 010304 0292 ff9b")
    assert twin.answer(b"no request", 0.0) == b""
    assert twin.spontaneous(0.0) == b""
