"""The thread of a link: schedule, back-off, and one event for each change of state.

The instruments here play a script, because 30 s of back-off cannot be waited for; real sims on real wires are
in ``tests/drivers/test_conformance.py`` and ``tests/system``.
"""

import itertools
import threading

import pytest
import structlog

from daq.acquire import LinkWorker, Seat, acquire
from drivers.errors import LinkError, LinkTimeoutError, ProtocolError, SerialNumberError
from drivers.instrument import Poll
from drivers.profiles import load_profiles
from drivers.reading import Event, EventKind, Identity, Quality, Reading
from tests.clocks import HandClock

BALANCE = load_profiles()["mettler-toledo-mt-sics"]


class Played:
    """An instrument that does what its script says, one entry an attempt; the last one for ever."""

    def __init__(self, name, clock, script):
        self.name = name
        self.clock = clock
        self.script = script
        self.attempts = []
        self.connects = 0
        self.identity = Identity("XS205DU", "B1", "1.0")

    def connect(self):
        self.connects += 1
        return self.identity

    def poll(self):
        self.attempts.append(self.clock.monotonic_s())
        what = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(what):
            what = what()
        if isinstance(what, Exception):
            if isinstance(what, LinkTimeoutError):
                self.clock.pass_time(0.2)
            raise what
        return Poll(*what)


class Notes:
    """Stands in for the journal: keeps what it is given."""

    def __init__(self):
        self.items = []
        self.definitions = []

    def append(self, items):
        self.items.extend(items)

    def define_channel(self, definition):
        self.definitions.append(definition)

    def kinds(self, instrument=None):
        return [
            item.kind.value
            for item in self.items
            if isinstance(item, Event) and instrument in (None, item.instrument)
        ]

    def readings(self):
        return [item for item in self.items if isinstance(item, Reading)]


def mass(name, clock, text="1.0000", unit="g"):
    return (Reading(name, "mass", text, unit, clock.now_ns(), Quality.GOOD, b"S S 1.0000 g\r\n"),), ()


def refusal(name, outcome):
    return (), (Event(EventKind.REFUSED, name, 0, f"{outcome}: take the load off", channel="mass"),)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def notes():
    return Notes()


def bench(clock, notes, period_s=1.0, **scripts):
    instruments = {name: Played(name, clock, script) for name, script in scripts.items()}
    seats = [Seat(instrument, BALANCE, name, period_s) for name, instrument in instruments.items()]
    return LinkWorker("tcp://bench", seats, notes, clock), instruments


def run_for(worker, clock, duration_s):
    end_s = clock.monotonic_s() + duration_s
    while clock.monotonic_s() < end_s:
        clock.pass_time(max(0.001, min(worker.step(), end_s - clock.monotonic_s())))


def test_every_instrument_is_asked_at_its_period(clock, notes):
    worker, instruments = bench(clock, notes, a=[mass("a", clock)], b=[mass("b", clock)])
    run_for(worker, clock, 10)
    assert len(instruments["a"].attempts) == len(instruments["b"].attempts) == 10
    assert instruments["a"].connects == 1
    assert notes.kinds() == ["identified", "identified"]


def test_a_channel_is_defined_once_and_again_for_a_new_unit_or_another_instrument(clock, notes):
    script = [
        mass("a", clock),
        mass("a", clock),
        mass("a", clock, unit="mg"),
        ProtocolError("?"),
        mass("a", clock),
    ]
    worker, instruments = bench(clock, notes, a=script)
    run_for(worker, clock, 2.5)
    instruments["a"].identity = Identity("XS205DU", "B2", "1.0")
    run_for(worker, clock, 10)
    assert [(d.channel.unit, d.serial_number) for d in notes.definitions] == [
        ("g", "B1"),
        ("mg", "B1"),
        ("g", "B2"),
    ]
    assert notes.kinds("a").count("identified") == 2


def test_one_silent_instrument_does_not_slow_the_others(clock, notes):
    worker, instruments = bench(
        clock, notes, dead=[LinkTimeoutError("nobody answers")], alive=[mass("alive", clock)]
    )
    run_for(worker, clock, 300)
    pauses = [b - a for a, b in itertools.pairwise(instruments["dead"].attempts)]
    assert max(pauses) <= 32
    assert pauses[-1] >= 30
    assert len(instruments["alive"].attempts) >= 297
    assert notes.kinds("dead") == ["identified", "silent"], "told once, not at every attempt"


def test_what_answers_again_says_after_how_many_attempts(clock, notes):
    script = [LinkTimeoutError("x"), LinkTimeoutError("x"), LinkTimeoutError("x"), mass("a", clock)]
    worker, instruments = bench(clock, notes, a=script)
    run_for(worker, clock, 30)
    assert notes.kinds() == ["identified", "silent", "answering"]
    (back,) = [item for item in notes.items if isinstance(item, Event) and item.kind is EventKind.ANSWERING]
    assert back.text == "answers again after 3 failed attempts"
    assert instruments["a"].connects == 4, "after a failure the instrument is identified anew"


def test_a_lost_link_rests_as_a_whole_and_comes_back_for_all(clock, notes):
    back_s = clock.monotonic_s() + 12

    def ask(name):
        return LinkError("refused") if clock.monotonic_s() < back_s else mass(name, clock)

    worker, instruments = bench(clock, notes, a=[lambda: ask("a")], b=[lambda: ask("b")])
    run_for(worker, clock, 40)
    attempts = sorted(instruments["a"].attempts + instruments["b"].attempts)
    assert [round(b - a, 2) for a, b in itertools.pairwise(attempts[:6])] == [0.5, 1, 2, 4, 8]
    for name in ("a", "b"):
        assert [kind for kind in notes.kinds(name) if kind != "identified"] == ["link-lost", "link-up"]


def test_a_failure_keeps_its_bytes(clock, notes):
    worker, _ = bench(clock, notes, a=[ProtocolError("garbage", b"\xff\xfe"), mass("a", clock)])
    run_for(worker, clock, 3)
    (event,) = [
        item for item in notes.items if isinstance(item, Event) and item.kind is EventKind.PROTOCOL_ERROR
    ]
    assert event.frame == b"\xff\xfe"


def test_a_wrong_serial_number_gives_no_reading(clock, notes):
    worker, instruments = bench(clock, notes, a=[mass("a", clock)])

    def connect():
        raise SerialNumberError("found B2, the register says B1")

    instruments["a"].connect = connect
    run_for(worker, clock, 100)
    assert notes.readings() == []
    assert notes.kinds() == ["wrong-serial-number"]


def test_a_refusal_that_lasts_is_one_event_and_a_new_one_another(clock, notes):
    over, under = refusal("a", "overload"), refusal("a", "underload")
    worker, _ = bench(clock, notes, a=[over, over, over, under, mass("a", clock), over, over])
    run_for(worker, clock, 7)
    texts = [item.text.partition(":")[0] for item in notes.items if isinstance(item, Event)]
    assert texts == ["serial", "overload", "underload", "overload"] or texts[1:] == [
        "overload",
        "underload",
        "overload",
    ]
    assert len(notes.readings()) == 1


def test_a_defect_in_a_driver_does_not_end_the_thread(clock, notes):
    worker, _ = bench(clock, notes, a=[ZeroDivisionError("a defect"), mass("a", clock)])
    pauses = []

    class Impatient(threading.Event):
        def wait(self, timeout=None):
            pauses.append(timeout)
            clock.pass_time(timeout or 0)
            if len(pauses) == 3:
                self.set()
            return super().wait(0)

    stop = Impatient()
    with structlog.testing.capture_logs() as logs:
        worker.run(stop)
    assert "acquisition failed, trying again" in [entry["event"] for entry in logs]
    assert pauses[0] == 30
    assert notes.readings()


def test_trouble_of_the_journal_is_told_once_per_change_and_a_blocked_thread_does_not_hold_the_end(
    clock, notes, monkeypatch
):
    monkeypatch.setattr("daq.acquire.LOOK_S", 0.01)
    monkeypatch.setattr("daq.acquire.PATIENCE_S", 0.05)
    worker, _ = bench(clock, notes, a=[mass("a", clock)])
    full, freed, stop, asked = threading.Event(), threading.Event(), threading.Event(), []

    def blocked(items):
        full.set()
        freed.wait(30)

    def trouble():
        asked.append(len(asked))
        if len(asked) == 6:
            stop.set()
        return "the disk is full" if 2 <= len(asked) < 5 else None

    notes.append = blocked
    with structlog.testing.capture_logs() as logs:
        acquire([worker], trouble, stop)
        assert full.wait(10)
        still_blocked = [thread for thread in threading.enumerate() if thread.name.startswith("link ")]
        freed.set()
        for thread in still_blocked:
            thread.join(10)
    told = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert told == ["the disk is full", "the journal can be written again"]
    assert len(still_blocked) == 1
