"""The Modbus codec: Modbus Application Protocol V1.1b3, Serial Line V1.02, TCP/IP V1.0b; vendors' frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import modbus
from drivers.errors import ProtocolError
from drivers.modbus import Message, ReadRequest
from drivers.reading import Outcome
from drivers.urls import Framing

RENKE = ReadRequest(1, 3, 0, 2)
RENKE_REQUEST = bytes.fromhex("010300000002c40b")
RENKE_REPLY = bytes.fromhex("0103040292ff9b5a3d")
NO_ADDRESS = bytes.fromhex("018302c0f1")
OTHER_UNIT = bytes.fromhex("0203040292ff9b693d")

requests = st.builds(
    ReadRequest,
    unit_id=st.integers(1, 247),
    function=st.sampled_from([3, 4]),
    address=st.integers(0, 0xFFFF),
    count=st.integers(1, 125),
    transaction_id=st.integers(1, 0xFFFF),
)
framings = st.sampled_from(Framing)


def test_the_vendor_s_own_frames():
    assert modbus.encode_request(Framing.RTU, RENKE) == RENKE_REQUEST
    assert modbus.check_reply(Framing.RTU, RENKE, RENKE_REPLY).registers == (658, 65435)
    assert modbus.encode_reply(Framing.RTU, RENKE, [658, 65435]) == RENKE_REPLY
    assert modbus.encode_exception(Framing.RTU, RENKE, 2) == NO_ADDRESS


def test_modbus_tcp_example():
    request = ReadRequest(1, 3, 0, 2, 1)
    assert modbus.encode_request(Framing.MBAP, request).hex() == "000100000006010300000002"
    reply = bytes.fromhex("0001000000070103040292ff9b")
    assert modbus.check_reply(Framing.MBAP, request, reply) == Message(1, 3, 1, registers=(658, 65435))


@given(framing=framings, request=requests, data=st.data())
def test_what_one_side_encodes_the_other_decodes(framing, request, data):
    asked = modbus.encode_request(framing, request)
    understood = modbus.decode_request(framing, asked)
    expected_id = request.transaction_id if framing is Framing.MBAP else 0
    assert (understood.unit_id, understood.function) == (request.unit_id, request.function)
    assert (understood.address, understood.count) == (request.address, request.count)
    assert understood.transaction_id == expected_id
    words = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=request.count, max_size=request.count))
    reply = modbus.encode_reply(framing, understood, words)
    assert modbus.check_reply(framing, understood, reply).registers == tuple(words)
    assert modbus.request_cut(framing)(asked + b"\x01") == len(asked)
    assert modbus.reply_cut(framing, understood)(reply + b"\x01\x02") == len(reply)


@given(framing=framings, request=requests, data=st.data())
def test_a_reply_is_cut_when_and_only_when_it_is_whole(framing, request, data):
    words = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=request.count, max_size=request.count))
    reply = modbus.encode_reply(framing, request, words)
    cut = modbus.reply_cut(framing, request)
    assert [cut(reply[:length]) for length in range(len(reply) + 1)] == [0] * len(reply) + [len(reply)]


@given(frame=st.binary(max_size=300), framing=framings, request=requests)
def test_any_bytes_are_a_message_or_a_protocol_error(frame, framing, request):
    for parse in (modbus.parse_any, lambda each: modbus.parse(framing, each)):
        try:
            assert isinstance(parse(frame), Message)
        except ProtocolError as error:
            assert error.outcome is not Outcome.OK
    assert 0 <= modbus.reply_cut(framing, request)(frame) <= len(frame)
    assert 0 <= modbus.request_cut(framing)(frame) <= len(frame)


@pytest.mark.parametrize(
    ("frame", "outcome"),
    [
        (RENKE_REPLY[:-1] + b"\x3e", Outcome.BAD_CHECKSUM),
        (RENKE_REQUEST + RENKE_REPLY, Outcome.ECHO),
        (RENKE_REQUEST + NO_ADDRESS, Outcome.ECHO),
        (b"\x00" + RENKE_REPLY, Outcome.NOISE),
        (b"\xff\xff" + RENKE_REPLY, Outcome.NOISE),
        (b"\x00" + NO_ADDRESS, Outcome.NOISE),
        (RENKE_REPLY[:6], Outcome.INCOMPLETE),
        (b"", Outcome.INCOMPLETE),
        (b"\x01\x03", Outcome.INCOMPLETE),
        (RENKE_REPLY + RENKE_REPLY, Outcome.MALFORMED),
        (bytes.fromhex("0001000000070103040292ff"), Outcome.INCOMPLETE),
        (bytes.fromhex("0001000000070103040292ff9b00"), Outcome.MALFORMED),
        (
            bytes.fromhex("000100000006010300000002") + bytes.fromhex("0001000000070103040292ff9b"),
            Outcome.ECHO,
        ),
    ],
)
def test_broken_frames_have_named_outcomes(frame, outcome):
    with pytest.raises(ProtocolError) as caught:
        modbus.parse_any(frame)
    assert caught.value.outcome is outcome
    assert caught.value.frame == frame


@pytest.mark.parametrize("function", [1, 2, 5, 6, 15, 16])
def test_sound_messages_of_other_functions_carry_nothing(function):
    body = bytes((1, function)) + bytes.fromhex("00010001")
    frame = body + modbus.FramerRTU.compute_CRC(body).to_bytes(2, "big")
    assert modbus.parse_any(frame) == Message(1, function, 0)
    with pytest.raises(ProtocolError, match="not a read request"):
        modbus.decode_request(Framing.RTU, frame)


@pytest.mark.parametrize(
    ("reply", "outcome", "sentence"),
    [
        (OTHER_UNIT, Outcome.WRONG_UNIT_ID, "unit 2 answered instead of unit 1"),
        (modbus.encode_reply(Framing.RTU, ReadRequest(1, 4, 0, 2), [1, 2]), Outcome.MALFORMED, "function 4"),
        (modbus.encode_reply(Framing.RTU, RENKE, [1]), Outcome.AMBIGUOUS, "1 registers came, asked were 2"),
        (RENKE_REPLY[:-1] + b"\x3e", Outcome.BAD_CHECKSUM, "CRC"),
    ],
)
def test_a_reply_to_another_question_is_an_error(reply, outcome, sentence):
    with pytest.raises(ProtocolError, match=sentence) as caught:
        modbus.check_reply(Framing.RTU, RENKE, reply)
    assert caught.value.outcome is outcome


def test_a_reply_of_another_transaction_is_an_error():
    late = modbus.encode_reply(Framing.MBAP, ReadRequest(1, 3, 0, 2, 6), [1, 2])
    with pytest.raises(ProtocolError, match="transaction 6, not to transaction 7"):
        modbus.check_reply(Framing.MBAP, ReadRequest(1, 3, 0, 2, 7), late)


def test_rtu_frames_on_a_modbus_tcp_link_are_named():
    cut = modbus.reply_cut(Framing.MBAP, RENKE)
    assert cut(RENKE_REPLY) == len(RENKE_REPLY)
    with pytest.raises(ProtocolError, match=r"RTU frames, write modbus-rtu\+tcp"):
        modbus.check_reply(Framing.MBAP, RENKE, RENKE_REPLY)


def test_one_noise_byte_before_the_exact_answer_is_cut_off_alone():
    cut = modbus.reply_cut(Framing.RTU, RENKE)
    for noise in (b"\x00", b"\xff"):
        assert cut(noise + RENKE_REPLY) == 1
        assert cut(noise + NO_ADDRESS) == 1
        assert cut(noise + RENKE_REPLY[:-1]) == 0
    assert cut(b"\x55" + RENKE_REPLY) == 0, "not what a floating bus adds"
    assert cut(b"\x00\x00" + RENKE_REPLY) == 0, "two bytes are not one"
    assert cut(b"\x00" + OTHER_UNIT) == 0, "not the answer to this request"


def test_the_beginning_of_an_echo_is_waited_for():
    cut = modbus.reply_cut(Framing.RTU, RENKE)
    assert [cut(RENKE_REQUEST[:length]) for length in range(9)] == [0] * 9


def test_a_broken_frame_with_the_expected_head_ends_where_it_should():
    cut = modbus.reply_cut(Framing.RTU, RENKE)
    assert cut(RENKE_REPLY[:-1] + b"\x00") == len(RENKE_REPLY)
    assert cut(NO_ADDRESS[:-1] + b"\x00") == len(NO_ADDRESS)
    assert cut(b"\x09" * 40) == 0
