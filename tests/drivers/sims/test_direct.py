"""Instruments without wires: the real drivers ask twins directly, in a time that is in hand."""

import pytest

from drivers.errors import LinkTimeoutError
from drivers.instrument import Instrument, InstrumentSettings
from drivers.reading import EventKind, Quality
from drivers.sims.direct import DirectLink
from drivers.sims.hand import Hand
from drivers.sims.laboratory import DEVIATIONS, bare_instruments, laboratory_instruments
from tests.clocks import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def hand(clock):
    return Hand(clock)


@pytest.fixture
def instruments(clock, hand):
    """Drivers of the five instruments, by name."""
    found = {}
    for bare in bare_instruments(hand):
        entry = bare.instrument
        settings = InstrumentSettings(entry.name, bare.profile.unit_id, entry.serial_number, simulated=True)
        link = DirectLink(entry.url, bare.twin, clock)
        found[entry.name] = Instrument(settings, bare.profile, link, clock)
    return found


def test_every_instrument_answers_its_real_driver(instruments, clock):
    assert list(instruments) == [one.name for one in laboratory_instruments()]
    clock.pass_time(20)
    for instrument in instruments.values():
        readings = instrument.poll().readings
        assert readings
        assert all(Quality.SIMULATED in one.quality and one.frame for one in readings)
        assert {one.t_ns for one in readings} == {clock.now_ns()}


def test_the_balance_weighs_what_the_hand_puts_on_it(instruments, hand, clock):
    hand.do("put weight-100g balance")
    (moving,) = instruments["B-01"].poll().readings
    assert moving.quality.stable is False
    clock.pass_time(15)
    (still,) = instruments["B-01"].poll().readings
    error_g = DEVIATIONS["B-01"].offset_g + 100 * DEVIATIONS["B-01"].per_g
    assert still.quality.stable
    assert still.value == pytest.approx(100.000031 + error_g, abs=2e-4)
    assert still.frame == f"S S {still.text:>10} g\r\n".encode()


def test_what_the_twin_says_by_itself_is_told_as_on_a_wire(instruments, hand, clock):
    instruments["B-01"].poll()
    hand.do("print balance")
    clock.pass_time(15)
    (event,) = instruments["B-01"].poll().events
    assert event.kind is EventKind.UNSOLICITED
    assert event.frame.startswith(b"S S ")


def test_silence_is_told_at_once(clock, hand):
    bare = bare_instruments(hand)[0]
    link = DirectLink(bare.instrument.url, bare.twin, clock)
    link.open()
    with pytest.raises(LinkTimeoutError, match="no answer within 2 s"):
        link.read_frame(len, 2.0)
    assert clock.monotonic_s() == 1000.0
