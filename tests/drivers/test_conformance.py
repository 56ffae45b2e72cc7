"""The seven rules for bad days, each over every dialect and every wire it runs on.

Every reply of a sim carries another value, so it shows at once if a reply is taken for the answer to another
question; ``Rig.poll`` checks that of every reading in every test here.
"""

import contextlib
import time
from decimal import Decimal

import pytest

from drivers.clock import SystemClock
from drivers.errors import InstrumentError, LinkError, LinkTimeoutError, ProtocolError, SerialNumberError
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import make_link
from drivers.reading import EventKind, Quality
from drivers.sims.faults import Cut, Dead, Garbage, HalfLine, Late, Replaced, Rule, WrongReply
from drivers.sims.registers import Bus
from drivers.sims.twins import client_url
from drivers.sims.wire import SimServer
from tests.drivers.sims.bench import CASES, QUIET_S, SERIAL_NUMBER, TIMEOUT_S, Case, Source, rig, tag_of

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_line = pytest.mark.parametrize(
    "case", [case for case in CASES if not case.is_modbus], ids=lambda case: case.name
)
JUST_LATE_S = TIMEOUT_S + QUIET_S / 2
"""Arrives while the wire is given its quiet time."""
VERY_LATE_S = TIMEOUT_S + 3 * QUIET_S
"""Arrives when the quiet time has passed, and the fence is all that protects."""


def first(fault, case: Case) -> tuple[Rule, ...]:
    return (Rule(fault, replies=range(1), request=case.value_request),)


@every_case
def test_a_good_day(case, tmp_path):
    with rig(case, tmp_path, SERIAL_NUMBER if case.has_identity else "") as bench:
        identity = bench.instrument.connect()
        assert identity.serial_number == (SERIAL_NUMBER if case.has_identity else "")
        for _ in range(3):
            poll = bench.poll()
            assert [reading.channel for reading in poll.readings] == list(case.channels)
            assert poll.events == ()
            for reading in poll.readings:
                assert Decimal(reading.text) == 10 + Decimal(bench.twin.log[-1][1]) / 100
                assert Quality.SIMULATED in reading.quality
                assert reading.frame


@every_case
@pytest.mark.parametrize("late_s", [JUST_LATE_S, VERY_LATE_S], ids=["just", "very"])
def test_rule_1_a_late_reply_never_answers_the_next_question(case, late_s, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(Late(late_s), case))
        with pytest.raises(LinkTimeoutError):
            bench.poll()
        late_tag = bench.twin.log[-1][1]
        poll = bench.poll_until_it_answers()
        assert all(tag_of(reading) > late_tag for reading in poll.readings)
        assert bench.poll_until_it_answers().readings


@every_case
def test_rule_1_an_instrument_that_is_late_again_and_again(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm((Rule(Late(JUST_LATE_S), replies=range(2), request=case.value_request),))
        for _ in range(2):
            assert bench.poll_until_it_answers().readings


@every_case
def test_rule_1_half_a_reply_is_no_reply_and_is_not_glued_to_the_next(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(HalfLine(), case))
        with pytest.raises(InstrumentError) as caught:
            bench.poll()
        assert caught.value.frame, "what came is evidence"
        assert bench.poll_until_it_answers().readings


@every_case
def test_rule_2_the_answer_to_another_question_is_no_value(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(WrongReply(case.other_request), case))
        with contextlib.suppress(InstrumentError):
            assert not bench.poll().readings
        wrong_tag = next(tag for request, tag in bench.twin.log if request == case.other_request)
        poll = bench.poll_until_it_answers()
        assert all(tag_of(reading) > wrong_tag for reading in poll.readings)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.startswith("rtu")], ids=lambda case: case.name
)
@pytest.mark.parametrize("fault", [Dead(), Late(JUST_LATE_S)], ids=["dead", "late"])
def test_rule_4_one_bad_unit_on_a_line_leaves_the_others_their_values(case, fault, tmp_path):
    units = (1, 2, 3)
    twin = case.make_twin(Source())
    twin.inner = Bus([case.make_twin(twin.source, unit_id=unit).inner for unit in units])
    plan = (Rule(fault, replies=range(1, 3), request="\x02"),)
    clock, profile = SystemClock(), case.profile
    with SimServer(twin, case.listen.format(base=tmp_path), plan) as server:
        link = make_link(client_url(profile, server.url), profile, clock)
        instruments = {
            unit: Instrument(InstrumentSettings(f"T-{unit}", unit_id=unit), profile, link, clock)
            for unit in units
        }
        answers = dict.fromkeys(units, 0)
        try:
            for _ in range(5):
                for unit, instrument in instruments.items():
                    before = len(twin.log)
                    with contextlib.suppress(LinkError):
                        for reading in instrument.poll().readings:
                            assert tag_of(reading) in [tag for _, tag in twin.log[before:]]
                            assert reading.instrument == f"T-{unit}"
                            answers[unit] += 1
        finally:
            link.close()
    # of 5 rounds and two channels; the bad unit misses one or two rounds, the others none
    assert answers[1] >= 8
    assert answers[3] >= 8
    assert 4 <= answers[2] < 10


@every_line
def test_rule_3_another_serial_number_refuses_data(case, tmp_path):
    with rig(case, tmp_path, serial_number="B-OTHER") as bench:
        with pytest.raises(SerialNumberError, match=f"says serial number {SERIAL_NUMBER}.*says B-OTHER"):
            bench.instrument.connect()
        for _ in range(2):
            with pytest.raises(SerialNumberError):
                bench.instrument.poll()


@every_line
def test_rule_3_an_instrument_exchanged_while_the_wire_was_away_is_noticed(case, tmp_path):
    with rig(case, tmp_path, SERIAL_NUMBER) as bench:
        assert bench.poll().readings
        bench.server.arm((Rule(Cut(0.2), replies=range(1)),))
        bench.twin.inner = case.make_twin(bench.twin.source, serial_number="B-OTHER").inner
        with pytest.raises(LinkError):
            bench.poll()
        with pytest.raises(SerialNumberError):
            while True:
                with contextlib.suppress(LinkError):
                    assert not bench.poll().readings
                time.sleep(0.02)


@every_line
def test_rule_3_an_exchanged_instrument_does_not_slip_in_when_its_number_is_lost(case, tmp_path):
    with rig(case, tmp_path, SERIAL_NUMBER) as bench:
        assert bench.poll().readings
        bench.twin.inner = case.make_twin(bench.twin.source, serial_number="B-OTHER").inner
        lost = Rule(Dead(), replies=range(2), request=case.serial_request)
        bench.server.arm((Rule(Dead(), replies=range(1), request=case.value_request), lost))
        for _ in range(3):
            with contextlib.suppress(InstrumentError):
                assert not bench.poll().readings


@every_case
def test_rule_5_dead_and_back(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm((Rule(Dead(), replies=range(2)),))
        with pytest.raises(LinkTimeoutError):
            bench.poll()
        assert bench.poll_until_it_answers().readings


@every_case
def test_rule_5_cut_and_back(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm((Rule(Cut(0.2), replies=range(1)),))
        with pytest.raises(LinkError):
            bench.poll()
        with pytest.raises(LinkError):
            bench.poll()
        assert bench.poll_until_it_answers().readings


@every_case
def test_rule_6_garbage_is_no_value(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(Garbage(), case))
        with pytest.raises((ProtocolError, LinkTimeoutError)) as caught:
            bench.poll()
        assert any(byte >= 0x80 for byte in caught.value.frame)
        assert bench.poll_until_it_answers().readings


@every_line
def test_rule_6_overload_is_an_event_and_the_wire_stays_trusted(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(Replaced(case.overload), case))
        poll = bench.poll()
        assert not poll.readings
        assert [event.kind for event in poll.events] == [EventKind.REFUSED]
        assert "overload" in poll.events[0].text
        assert poll.events[0].frame == case.overload
        asked = len(bench.requests())
        assert bench.poll().readings
        assert len(bench.requests()) == asked + 1, "a refusal needs no fence"


@every_line
def test_rule_6_a_decimal_comma_is_read_once_and_ambiguity_refused(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        bench.server.arm(first(Replaced(case.decimal_comma), case))
        (reading,) = bench.instrument.poll().readings
        assert reading.text == case.decimal_comma_text
        assert reading.frame == case.decimal_comma
        bench.server.arm(first(Replaced(case.ambiguous), case))
        with contextlib.suppress(ProtocolError):
            assert not bench.instrument.poll().readings
        assert bench.poll_until_it_answers().readings


@every_line
def test_lines_nobody_asked_for_are_reported_and_not_used(case, tmp_path):
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        reply = case.decimal_comma
        bench.server.arm(first(Replaced(case.unasked + reply), case))
        poll = bench.instrument.poll()
        assert [reading.frame for reading in poll.readings] == [reply]
        assert [(event.kind, event.frame) for event in poll.events] == [(EventKind.UNSOLICITED, case.unasked)]
        assert bench.poll().readings


@every_case
def test_an_old_value_that_comes_between_two_polls_is_reported_and_not_used(case, tmp_path):
    """Somebody presses the print key, or a reply comes a second time."""
    with rig(case, tmp_path) as bench:
        old = bench.poll_until_it_answers().readings[0].frame
        bench.poll_until_it_answers()
        bench.twin.unasked = old
        while bench.twin.unasked:
            time.sleep(0.01)
        time.sleep(0.02)  # until it has come through the wire
        poll = bench.poll_until_it_answers()
        assert poll.readings
        assert (EventKind.UNSOLICITED, old) in [(event.kind, event.frame) for event in poll.events]


@every_case
def test_a_storm_of_faults_gives_no_wrong_value(case, tmp_path):
    storm = (Late(JUST_LATE_S), WrongReply(case.other_request), HalfLine(), Cut(0.05))
    with rig(case, tmp_path) as bench:
        bench.poll_until_it_answers()
        rules = tuple(
            Rule(fault, replies=range(index, index + 1), request=case.value_request)
            for index, fault in enumerate(storm)
        )
        bench.server.arm(rules)
        for _ in range(2):
            assert bench.poll_until_it_answers().readings
