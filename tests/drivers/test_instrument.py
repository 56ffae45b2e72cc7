"""One instrument on a real wire: identity, fence, echo, noise, foreign lines, units, shared lines.

The seven rules over every dialect and wire are in ``test_conformance``; here is what one exchange does.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from drivers import modbus
from drivers.clock import SystemClock
from drivers.dialects.base import cut_line
from drivers.errors import LinkError, LinkTimeoutError, ProtocolError, SerialNumberError
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import Cut, Link, make_link
from drivers.modbus import ReadRequest
from drivers.profiles import Profile, load_profiles
from drivers.reading import EventKind, Identity, Outcome, Quality
from drivers.sims.wire import SimServer
from drivers.urls import Framing
from tests.clocks import HandClock

PROFILES = load_profiles()
RENKE_REPLY = bytes.fromhex("0103040292ff9b5a3d")
QUICK = {"timeout_s": 0.4, "quiet_s": 0.2, "min_interval_s": 0.0}


@dataclass
class Script:
    """An instrument that answers by pattern, in order; what it was asked is kept."""

    answers: Callable[[bytes], bytes]
    cut: Cut = cut_line
    asked: list[bytes] = field(default_factory=list)
    unasked: list[bytes] = field(default_factory=list)

    def answer(self, request: bytes, now_s: float) -> bytes:
        self.asked.append(request)
        return self.answers(request)

    def spontaneous(self, now_s: float) -> bytes:
        return self.unasked.pop() if self.unasked else b""


def profile(name: str, **changes) -> Profile:
    return replace(PROFILES[name], **{**QUICK, **changes})


BALANCE = profile("mettler-toledo-mt-sics")
SBI = profile("sartorius-sbi")
RENKE = profile("renke-rs-ws-n01")


def lines(table: dict[str, str]) -> Callable[[bytes], bytes]:
    """Answers by request, both without line end; several lines are parted by ``|``."""

    def answer(request: bytes) -> bytes:
        reply = table.get(request.decode("ascii").strip())
        return b"" if reply is None else (reply.replace("|", "\r\n") + "\r\n").encode("ascii")

    return answer


XS205 = {
    "I4": 'I4 A "B123456789"',
    "I2": 'I2 A "XS205DU Excellence 220.0000 g"',
    "I3": 'I3 A "3.10 10.28.0.493.142"',
    "I11": "ES",
    "SI": "S S    52.1873 g",
}


@dataclass
class Bench:
    instrument: Instrument
    server: SimServer
    script: Script
    link: Link


@contextlib.contextmanager
def bench(script: Script, kind: Profile, settings: InstrumentSettings | None = None, scheme: str = "tcp"):
    with SimServer(script, "tcp://127.0.0.1:0") as server:
        link = make_link(server.url.replace("tcp", scheme, 1), kind, SystemClock())
        try:
            chosen = settings or InstrumentSettings("B-01")
            yield Bench(Instrument(chosen, kind, link, SystemClock()), server, script, link)
        finally:
            link.close()


@contextlib.contextmanager
def rtu_bench(answers: Callable[[bytes], bytes]) -> Iterator[Bench]:
    script = Script(answers, modbus.request_cut(Framing.RTU))
    with bench(script, RENKE, InstrumentSettings("T-01"), "modbus-rtu+tcp") as each:
        yield each


def renke(request: bytes) -> bytes:
    """Its two registers, and an exception to anything longer."""
    asked = modbus.decode_request(Framing.RTU, request)
    if asked.count > 2:
        return modbus.encode_exception(Framing.RTU, asked, 2)
    return modbus.encode_reply(Framing.RTU, asked, [658, 65435][: asked.count])


# --- identity ---------------------------------------------------------------------------------------------


def test_connect_tells_who_it_is_and_asks_in_order():
    with bench(Script(lines(XS205)), BALANCE) as each:
        identity = each.instrument.connect()
        assert identity == Identity("XS205DU Excellence", "B123456789", "3.10")
        assert each.script.asked == [b"I4\r\n", b"I2\r\n", b"I3\r\n", b"I11\r\n"]


def test_a_reading_carries_value_unit_time_quality_and_bytes():
    with bench(Script(lines(XS205)), BALANCE, InstrumentSettings("B-01", simulated=True)) as each:
        before_ns = SystemClock().now_ns()
        (reading,) = each.instrument.poll().readings
        assert (reading.instrument, reading.channel) == ("B-01", "mass")
        assert (reading.text, reading.unit, reading.value) == ("52.1873", "g", 52.1873)
        assert reading.quality is Quality.SIMULATED
        assert reading.frame == b"S S    52.1873 g\r\n"
        assert before_ns < reading.t_ns <= SystemClock().now_ns()


def test_another_serial_number_than_the_register_s_refuses_data():
    settings = InstrumentSettings("B-01", serial_number="B000000000")
    with bench(Script(lines(XS205)), BALANCE, settings) as each:
        with pytest.raises(SerialNumberError, match="says serial number B123456789, the register says B0000"):
            each.instrument.poll()
        assert b"SI\r\n" not in each.script.asked
        assert not each.link.is_open


def test_the_right_serial_number_is_accepted():
    settings = InstrumentSettings("B-01", serial_number=" B123456789")
    with bench(Script(lines(XS205)), BALANCE, settings) as each:
        assert each.instrument.poll().readings


def test_the_first_identity_question_is_asked_twice():
    answers = iter((b"", b'I4 A "B123456789"\r\n', b"ES\r\n", b"ES\r\n", b"ES\r\n"))
    with bench(Script(lambda _: next(answers)), BALANCE) as each:
        assert each.instrument.connect().serial_number == "B123456789"
        assert each.script.asked[:3] == [b"I4\r\n", b"I4\r\n", b"I2\r\n"]


def test_an_instrument_that_refuses_to_say_who_it_is_has_another_profile():
    with (
        bench(Script(lines({**XS205, "I4": "ES"})), BALANCE) as each,
        pytest.raises(ProtocolError, match=r"the answer to I4 is no identity .* check the profile"),
    ):
        each.instrument.connect()


def test_an_old_sbi_balance_is_read_without_identity():
    """It does not know ESC x1_; silence is its answer, and is not asked for a second question."""
    with bench(Script(lines({"\x1bP": "+   1255.7 g  "})), SBI) as each:
        assert each.instrument.connect() == Identity()
        assert each.script.asked == [b"\x1bx1_\r\n"]
        assert each.instrument.poll().readings[0].text == "1255.7"


def test_an_sbi_balance_without_labels_is_identified():
    answers = {"\x1bx1_": "QUINTIX224-1S", "\x1bx2_": "31801165", "\x1bP": "+   1255.7 g  "}
    with bench(Script(lines(answers)), SBI) as each:
        assert each.instrument.connect() == Identity(model="QUINTIX224-1S", serial_number="31801165")


def test_silence_names_everything_to_check():
    with bench(Script(lambda _: b""), BALANCE) as each, pytest.raises(LinkTimeoutError) as caught:
        each.instrument.connect()
    what = "check power, cable, line settings and the instrument's own menu (mt-sics)"
    assert f"no answer to I4 within 0.4 s; {what}" in str(caught.value)
    with (
        rtu_bench(lambda _: b"") as each,
        pytest.raises(LinkTimeoutError, match=r"unit id 1, .*whether modbus://"),
    ):
        each.instrument.poll()


def test_garbage_names_the_line_settings():
    with (
        bench(Script(lambda _: b"\xd3\xa0\xb1\x99\x80"), BALANCE) as each,
        pytest.raises(ProtocolError, match=r"5 bytes, but no whole answer to I4 .*check baud rate") as caught,
    ):
        each.instrument.connect()
    assert caught.value.outcome is Outcome.NOT_ASCII
    assert caught.value.frame == b"\xd3\xa0\xb1\x99\x80"


# --- foreign lines ----------------------------------------------------------------------------------------


def test_what_came_before_the_question_is_reported_and_not_used():
    with bench(Script(lines(XS205)), BALANCE) as each:
        each.instrument.connect()
        each.script.unasked = [b"S S    99.9999 g\r\n"]
        while each.script.unasked:
            pass_a_tick()
        poll = each.instrument.poll()
        assert [reading.text for reading in poll.readings] == ["52.1873"]
        (event,) = poll.events
        assert (event.kind, event.frame) == (EventKind.UNSOLICITED, b"S S    99.9999 g\r\n")
        assert each.instrument.poll().events == ()


def test_a_line_that_is_just_being_printed_is_reported_whole():
    """The print key is pressed at any moment: half a line before the question would tear it in two."""
    with bench(Script(lines(XS205)), BALANCE) as each:
        each.instrument.connect()
        each.script.unasked = [b".9999 g\r\n", b"S S    99"]
        while len(each.script.unasked) == 2:
            SystemClock().sleep(0.001)
        poll = each.instrument.poll()
        assert [reading.text for reading in poll.readings] == ["52.1873"]
        assert [event.frame for event in poll.events] == [b"S S    99.9999 g\r\n"]


def test_what_follows_a_torn_line_is_no_answer_either():
    with bench(Script(lines(XS205)), BALANCE) as each:
        each.instrument.connect()
        each.script.unasked = [b".9999 g\r\nS S    88.8888 g\r\n", b"S S    99"]
        while len(each.script.unasked) == 2:
            SystemClock().sleep(0.001)
        poll = each.instrument.poll()
        assert [reading.text for reading in poll.readings] == ["52.1873"]
        assert [event.frame for event in poll.events] == [b"S S    99.9999 g\r\nS S    88.8888 g\r\n"]


def pass_a_tick() -> None:
    SystemClock().sleep(0.12)


def test_lines_in_between_are_skipped_and_reported():
    table = {**XS205, "SI": "K C 4|T S    10.0000 g|S D    52.1874 g"}
    with bench(Script(lines(table)), BALANCE) as each:
        poll = each.instrument.poll()
        assert [(reading.text, reading.quality) for reading in poll.readings] == [
            ("52.1874", Quality.UNSTABLE)
        ]
        assert [event.frame for event in poll.events] == [b"K C 4\r\n", b"T S    10.0000 g\r\n"]


def test_more_than_five_lines_in_between_are_a_fault():
    table = {**XS205, "SI": "|".join(["K C 4"] * 6 + ["S S    52.1873 g"])}
    with bench(Script(lines(table)), BALANCE) as each:
        each.instrument.connect()
        with pytest.raises(ProtocolError, match=r"6 other messages came .*switch automatic printing off"):
            each.instrument.poll()
        assert not each.link.is_open


def test_only_an_answer_to_another_question_is_no_answer():
    with bench(Script(lines({**XS205, "SI": 'I4 A "B123456789"'})), BALANCE) as each:
        each.instrument.connect()
        with pytest.raises(ProtocolError, match="1 other messages came, but no answer to SI"):
            each.instrument.poll()


def test_an_echo_of_the_request_is_no_message():
    answer = lines(XS205)
    with bench(Script(lambda request: request + answer(request)), BALANCE) as each:
        poll = each.instrument.poll()
        assert [reading.text for reading in poll.readings] == ["52.1873"]
        assert [reading.frame for reading in poll.readings] == [b"S S    52.1873 g\r\n"]
        assert poll.events == ()


# --- refusals ---------------------------------------------------------------------------------------------


def test_a_refusal_is_an_event_and_the_wire_stays_trusted():
    with bench(Script(lines({**XS205, "SI": "S +"})), BALANCE) as each:
        poll = each.instrument.poll()
        assert poll.readings == ()
        (event,) = poll.events
        assert (event.kind, event.text) == (EventKind.REFUSED, "overload: above the range")
        assert event.frame == b"S +\r\n"
        assert each.link.openings == 1
        each.script.answers = lines(XS205)
        assert each.instrument.poll().readings
        assert each.link.openings == 1


def test_an_exception_of_a_unit_does_not_poison_the_line():
    def exception(request: bytes) -> bytes:
        return modbus.encode_exception(Framing.RTU, modbus.decode_request(Framing.RTU, request), 6)

    with rtu_bench(exception) as each:
        (event,) = each.instrument.poll().events
        assert event.text == "exception: exception 6 (server device busy) to function 3"
        assert each.link.is_open
        each.script.answers = renke
        assert len(each.instrument.poll().readings) == 2
        assert each.link.openings == 1


def test_one_refused_channel_is_named():
    def half_faulty(request: bytes) -> bytes:
        asked = modbus.decode_request(Framing.MBAP, request)
        return modbus.encode_reply(Framing.MBAP, asked, [0x41C2, 0x0000, 0x7FC0, 0x0000])

    script = Script(half_faulty, modbus.request_cut(Framing.MBAP))
    with bench(script, profile("pt100-2ch-float"), scheme="modbus") as each:
        poll = each.instrument.poll()
        assert [(reading.channel, reading.text) for reading in poll.readings] == [("temperature-1", "24.25")]
        assert [(event.kind, event.channel) for event in poll.events] == [
            (EventKind.REFUSED, "temperature-2")
        ]


# --- units of lines that have none -----------------------------------------------------------------------


def test_an_unstable_line_has_the_unit_of_the_last_stable_one():
    table = {"\x1bx1_": "MSE1203S", "\x1bx2_": "SerNo.    0031801165", "\x1bP": "N     +   123.56    "}
    with bench(Script(lines(table)), SBI) as each:
        seen = []
        for line in (None, "N     +  1235.60 mg ", "N     +  1235.70    ", "Qnt   +      253 pcs", None):
            if line:
                each.script.answers = lines({**table, "\x1bP": line})
            else:
                each.script.answers = lines(table)
            (reading,) = each.instrument.poll().readings
            seen.append((reading.channel, reading.text, reading.unit, reading.quality))
        assert seen == [
            ("mass", "123.56", "g", Quality.UNSTABLE),
            ("mass", "1235.60", "mg", Quality.GOOD),
            ("mass", "1235.70", "mg", Quality.UNSTABLE),
            ("count", "253", "pcs", Quality.GOOD),
            ("count", "123.56", "pcs", Quality.UNSTABLE),
        ]
        each.link.poison(0.0)
        (reading,) = each.instrument.poll().readings
        assert (reading.channel, reading.unit) == ("mass", "g"), "a new connection knows no older unit"


# --- RTU: echo, noise, fence -----------------------------------------------------------------------------


def test_a_local_echo_on_rs485_is_stripped():
    with rtu_bench(lambda request: request + renke(request)) as each:
        poll = each.instrument.poll()
        assert [reading.text for reading in poll.readings] == ["65.8", "-10.1"]
        assert {reading.frame for reading in poll.readings} == {RENKE_REPLY}
        assert poll.events == ()


@pytest.mark.parametrize("noise", [b"\x00", b"\xff"])
def test_one_noise_byte_before_the_exact_answer_is_reported_and_skipped(noise):
    with rtu_bench(lambda request: noise + renke(request)) as each:
        poll = each.instrument.poll()
        assert {reading.frame for reading in poll.readings} == {RENKE_REPLY}
        assert {(event.kind, event.frame) for event in poll.events} == {(EventKind.UNSOLICITED, noise)}


def test_other_noise_is_a_fault():
    with rtu_bench(renke) as each:
        each.instrument.connect()
        each.script.answers = lambda request: b"\x55\x55" + renke(request)
        with pytest.raises(ProtocolError, match="no whole answer") as caught:
            each.instrument.poll()
        assert caught.value.outcome is Outcome.NOISE


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (bytes.fromhex("0203040292ff9b693d"), Outcome.WRONG_UNIT_ID),
        (RENKE_REPLY[:-1] + b"\x3e", Outcome.BAD_CHECKSUM),
        (modbus.encode_reply(Framing.RTU, ReadRequest(1, 3, 0, 1), [658]), Outcome.AMBIGUOUS),
        (modbus.encode_reply(Framing.RTU, ReadRequest(1, 4, 0, 2), [658, 1]), Outcome.MALFORMED),
    ],
)
def test_an_rtu_reply_to_another_question_is_a_protocol_error(reply, outcome):
    with rtu_bench(renke) as each:
        each.instrument.connect()
        each.script.answers = lambda _: reply
        with pytest.raises(ProtocolError) as caught:
            each.instrument.poll()
        assert caught.value.outcome is outcome
        assert not each.link.is_open


def test_a_device_that_answers_only_its_own_question_is_read():
    """It keeps silent to the fence; then the quiet time is all there is."""
    asked_for = modbus.encode_request(Framing.RTU, ReadRequest(1, 3, 0, 2))
    with rtu_bench(lambda request: RENKE_REPLY if request == asked_for else b"") as each:
        assert len(each.instrument.poll().readings) == 2


def test_a_device_that_always_answers_the_same_is_read():
    with rtu_bench(lambda _: RENKE_REPLY) as each:
        assert len(each.instrument.poll().readings) == 2


# --- several instruments on one line ---------------------------------------------------------------------


def test_a_silent_unit_costs_the_others_only_the_drain():
    def only_unit_1(request: bytes) -> bytes:
        return renke(request) if request[0] == 1 else b""

    with rtu_bench(only_unit_1) as each:
        silent = Instrument(InstrumentSettings("T-02", unit_id=2), RENKE, each.link, SystemClock())
        assert len(each.instrument.poll().readings) == 2
        with pytest.raises(LinkTimeoutError):
            silent.poll()
        assert not each.link.is_open
        assert each.link.owed_quiet_s == RENKE.quiet_s
        assert len(each.instrument.poll().readings) == 2
        assert each.link.owed_quiet_s == 0.0
        assert each.link.openings == 2


def test_the_longest_quiet_time_on_the_line_counts():
    slow_kind = replace(RENKE, quiet_s=0.35)
    with rtu_bench(lambda request: renke(request) if request[0] == 1 else b"") as each:
        slow = Instrument(InstrumentSettings("T-02", unit_id=2), slow_kind, each.link, SystemClock())
        with pytest.raises(LinkTimeoutError):
            slow.poll()
        each.instrument.poll()
        assert each.link.owed_quiet_s == 0.0


# --- a link that is only written to, on a clock in the hand ----------------------------------------------


class ReadyLink:
    """Answers at once; time stands still unless somebody sleeps."""

    url = "tcp://bench:1"
    is_open = True
    openings = 1
    owed_quiet_s = 0.0

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self._reply = b""
        self.last_activity_s = clock.monotonic_s()
        self.asked_at_s: list[float] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def poison(self, quiet_s: float) -> None:
        raise AssertionError(quiet_s)

    def write(self, data: bytes) -> None:
        self.asked_at_s.append(self._clock.monotonic_s())
        self._reply = lines(XS205)(data)
        self.last_activity_s = self._clock.monotonic_s()

    def read_frame(self, cut: Cut, timeout_s: float) -> bytes:
        return self._reply

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        return b""


def test_the_least_interval_is_kept_between_requests():
    clock = HandClock()
    link = ReadyLink(clock)
    instrument = Instrument(InstrumentSettings("B"), replace(BALANCE, min_interval_s=0.1), link, clock)
    for _ in range(3):
        instrument.poll()
    steps = [later - earlier for earlier, later in zip(link.asked_at_s, link.asked_at_s[1:], strict=False)]
    assert len(steps) == 6
    assert steps == pytest.approx([0.1] * 6)


# --- the link itself --------------------------------------------------------------------------------------


def test_a_wire_that_is_not_there_is_a_link_error_each_time_and_no_timeout():
    with bench(Script(lines(XS205)), BALANCE) as each:
        each.instrument.poll()
        each.server.stop()
        for _ in range(2):
            with pytest.raises(LinkError) as caught:
                each.instrument.poll()
            assert not isinstance(caught.value, LinkTimeoutError)
        assert re.search("nothing listens|closed the connection|lost", str(caught.value))
        each.server.start()
        assert each.instrument.poll().readings
