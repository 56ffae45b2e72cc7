"""What a press takes, and what it refuses: readings of the journal only, each once, with all reasons."""

from dataclasses import replace

import pytest

from daq.errors import StepRefusedError
from daq.journal import JournalReader
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.printed import Printed, PrintKey, presses_since
from daq.lab.sessions.readings import Asked, has_come_to_rest
from daq.lab.sessions.starting import Allowed, override, start_session
from daq.lab.sessions.steps import At, confirm
from daq.security.people import Role
from daq.settings import StabilityEntry
from drivers.profiles import load_profiles
from drivers.reading import Event, EventKind, Quality
from drivers.registry import make_dialect
from tests.daq.lab.register.laboratory import certificate_text
from tests.daq.lab.sessions.bench import CHEN, walk

DAY_S = 86_400


def press(bench, session, step, portion=1, **more):
    token = more.pop("token", f"p{next(bench.tokens)}")
    return capture(bench.bench, CHEN, Press(at=At(session, step, portion), token=token, **more))


def refused(bench, *where, **more):
    with pytest.raises(StepRefusedError) as error:
        press(bench, *where, **more)
    return str(error.value)


def at_the_load(bench):
    """The daily check, with the balance to be loaded."""
    session = bench.start("balance-daily-check")
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "load")
    return session


def drying(bench, **changes):
    """A sample whose dish is to be weighed."""
    bench.check_balance()
    session = bench.start("direct-drying-gb-5009-3-1", **changes)
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "dish")
    return session


def test_the_capture_is_the_row_of_the_journal_with_value_and_certificate(bench):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    found = press(bench, session, "load")
    (one,) = found.captures
    with JournalReader.open(bench.bench.journal) as reader:
        row = reader.latest(one.channel_id, 1)[0]
    assert (one.seq, one.t_ns, one.raw_text, one.frame) == (row.seq, row.t_ns, "200.0003", row.frame)
    assert one.frame == b"S S 200.0003 g\r\n"
    assert one.value == pytest.approx(200.00005, abs=1e-4)
    assert one.u > 0
    assert one.certificate == "1.1"
    assert found.state.captures[-1] == one


def test_the_same_request_again_gets_the_same_capture(bench):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    first = press(bench, session, "load", token="once")
    bench.say("B-01", "mass", "200.0004")
    again = press(bench, session, "load", token="once")
    assert again.captures == first.captures
    assert len(bench.state(session).captures) == len(first.state.captures)


def test_a_reading_is_captured_once(bench):
    """Ten readings of a repeatability are ten rows of the journal."""
    session = bench.start("balance-repeatability")
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "load")
    bench.say("B-01", "mass", "100.0001")
    press(bench, session, "load")
    assert "captured already" in refused(bench, session, "load")
    bench.say("B-01", "mass", "100.0001")
    assert press(bench, session, "load").captures[0].turn == 2


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (Quality.UNSTABLE, "B-01 is not stable yet"),
        (Quality.OVER_RANGE, "B-01 is over its range"),
        (Quality.UNDER_RANGE, "B-01 is under its range"),
        (Quality.SENSOR_FAULT, "marked sensor-fault"),
        (Quality.SIMULATED, "B-01 is simulated"),
        (Quality.UNKNOWN_STABILITY, "B-01 is not stable yet"),
    ],
)
def test_a_reading_that_is_not_good_is_refused(bench, quality, words):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003", quality)
    assert words in refused(bench, session, "load")


def test_a_simulated_reading_enters_where_everything_is_simulated(bench):
    bench.bench = replace(bench.bench, rules=replace(bench.bench.rules, simulated=True))
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003", Quality.SIMULATED)
    assert press(bench, session, "load").captures[0].quality is Quality.SIMULATED


def test_an_old_reading_is_refused_with_its_age(bench):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    bench.pass_time(90)
    assert "The last reading of B-01 is 1 min 30 s old" in refused(bench, session, "load")


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (EventKind.REFUSED, "overload: above the range", "B-01 is over its range"),
        (EventKind.REFUSED, "busy: no stability in time", "B-01 gives no indication now: busy"),
        (EventKind.LINK_LOST, "cable pulled", "The line to B-01 is interrupted."),
        (EventKind.SILENT, "no answer to SI", "B-01 does not answer."),
        (EventKind.PROTOCOL_ERROR, "5 bytes", "What B-01 sends cannot be understood."),
        (EventKind.WRONG_SERIAL_NUMBER, "says B2", "Another instrument answers in the place of B-01"),
    ],
)
def test_no_reading_of_before_an_overload_or_a_lost_line(bench, kind, text, words):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    bench.journal.append([Event(kind, "B-01", bench.clock.now_ns(), text)]).wait(5)
    assert words in refused(bench, session, "load")


def test_stability_without_a_flag_takes_readings_within_two_steps(bench):
    session = at_the_load(bench)
    for text in ("200.0003", "200.0005", "200.0004", "200.0003", "200.0003", "200.0004"):
        bench.say("B-01", "mass", text, Quality.UNKNOWN_STABILITY)
        bench.pass_time(1)
    bench.pass_time(-0.5)
    assert press(bench, session, "load")
    assert bench.events(session)[-1].body["stability"] == "5 readings over 5 s"


def test_a_site_may_set_its_own_rule_of_stability(bench):
    rule = StabilityEntry(quantity="mass", unit="g", band=0.01, readings=2, over_s=1)
    bench.bench = replace(bench.bench, rules=replace(bench.bench.rules, stability=(rule,)))
    session = at_the_load(bench)
    for text in ("200.0003", "200.0083"):
        bench.say("B-01", "mass", text, Quality.UNKNOWN_STABILITY)
        bench.pass_time(1)
    assert press(bench, session, "load").captures[0].raw_text == "200.0083"


def test_tare_needs_a_stable_zero(bench):
    session = bench.start("balance-daily-check")
    confirm(bench.bench, CHEN, At(session, "level", 0))
    bench.say("B-01", "mass", "0.0123")
    assert "B-01 shows 0.0123 g, not zero. Press tare" in refused(bench, session, "zero")
    bench.say("B-01", "mass", "-0.0001")
    assert press(bench, session, "zero").captures[0].raw_text == "-0.0001"


def test_another_instrument_is_refused(bench):
    session = at_the_load(bench)
    bench.say("B-02", "mass", "200.0003")
    bench.say("B-01", "mass", "200.0003")
    asked = refused(bench, session, "load", instrument="B-02")
    assert asked == "This step needs B-01, and the reading asked for is of B-02."


def test_a_portion_at_another_step_refuses(bench):
    session = at_the_load(bench)
    assert "it is load" in refused(bench, session, "zero")
    assert "There is no portion 7" in refused(bench, session, "load", portion=7)
    with pytest.raises(StepRefusedError, match="another action: capture"):
        confirm(bench.bench, CHEN, At(session, "load", 1))


def test_too_little_sample_is_stopped_unless_two_people_allow_it(bench):
    session = drying(bench)
    bench.say_room()
    bench.say("B-01", "mass", "30.0000")
    press(bench, session, "dish")
    bench.pass_time(1)
    bench.say_room()
    bench.say("B-01", "mass", "31.9000")
    sentence = refused(bench, session, "dish-and-sample")
    assert sentence.startswith("The mass taken is 1.9")
    assert sentence.endswith("less than 2 g.")
    people = (
        bench.signature("chen.yu", OVERRIDE, Role.TECHNICIAN),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )
    allowed = Allowed("mass-low", "dish-and-sample/1", "no more was delivered", people)
    override(bench.bench, session, allowed)
    found = press(bench, session, "dish-and-sample")
    assert [one.code for one in found.remarks] == ["mass-low"]
    said = [one.remark.sentence for one in found.state.deviations]
    assert "Allowed by chen.yu and li.jun although refused: no more was delivered" in said


def test_nobody_can_allow_an_unstable_reading(bench):
    session = at_the_load(bench)
    people = (
        bench.signature("chen.yu", OVERRIDE, Role.TECHNICIAN),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )
    with pytest.raises(Exception, match="unstable cannot be allowed by anybody"):
        override(bench.bench, session, Allowed("unstable", "load/1", "hurry", people))


def test_the_room_outside_of_its_band_is_kept_with_the_weighing(bench):
    session = drying(bench)
    bench.ambient["H-01", "temperature"] = ("31.2", "degC")
    bench.say_room()
    bench.say("B-01", "mass", "30.0000")
    found = press(bench, session, "dish")
    assert [one.sentence for one in found.remarks] == [
        "temperature 31.20 degC is outside 15 degC to 30 degC."
    ]
    assert bench.events(session)[-1].body["room"]["humidity"]["value"] == "51.00"


def test_a_room_that_says_nothing_is_kept_too(bench):
    session = drying(bench)
    bench.pass_time(600)
    bench.say("B-01", "mass", "30.0000")
    codes = [one.code for one in press(bench, session, "dish").remarks]
    assert codes == ["room-unknown", "room-unknown"]


def expire(bench):
    """The year of the balance's certificate passes, and nobody noticed."""
    bench.pass_time(366 * DAY_S)


def test_an_expired_certificate_blocks_the_sample_and_allows_the_check(bench):
    session = drying(bench)
    expire(bench)
    bench.say_room()
    bench.say("B-01", "mass", "30.0000")
    assert "B-01: certificate LX-2026-0417 ended on 2027-03-04" in refused(bench, session, "dish")
    with pytest.raises(StepRefusedError, match="ended on 2027-03-04"):
        bench.start("water-shield-dried-solids")
    check = bench.start("balance-repeatability")
    walk(bench, check)
    assert bench.state(check).is_through
    assert "certificate-ended" in {one.remark.code for one in bench.state(check).deviations}


def test_two_people_let_an_expired_balance_weigh_and_it_is_printed(bench):
    expire(bench)
    people = (
        bench.signature("chen.yu", OVERRIDE, Role.TECHNICIAN),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )
    allowed = Allowed("instrument", "balance/B-01", "the new certificate is on its way", people)
    order = bench.order("direct-drying-gb-5009-3-1")
    session = start_session(bench.bench, CHEN, order, (allowed,)).header.id
    walk(bench, session)
    state = bench.state(session)
    (one,) = state.overrides
    assert (one.subject, one.reason) == ("balance/B-01", "the new certificate is on its way")
    assert [account for account, _ in one.people] == ["chen.yu", "li.jun"]
    weighed = [capture for capture in state.captures if capture.into]
    assert {capture.certificate for capture in weighed} == {"1.1"}
    assert all(capture.value is not None for capture in weighed)
    bench.complete(session)


def test_one_person_twice_is_not_two(bench):
    session = drying(bench)
    twice = (bench.signature("li.jun", OVERRIDE), bench.signature("li.jun", OVERRIDE))
    with pytest.raises(Exception, match="another person"):
        override(bench.bench, session, Allowed("mass-low", "dish/1", "x", twice))


def test_the_print_key_takes_the_reading_that_says_the_same(bench):
    session = at_the_load(bench)
    dialect = make_dialect(load_profiles()["mettler-toledo-mt-sics"])
    bench.say("B-01", "mass", "200.0003")
    printed = Event(
        EventKind.UNSOLICITED, "B-01", bench.clock.now_ns(), "12 bytes", frame=b"S S   200.0003 g\r\n"
    )
    bench.journal.append([printed]).wait(5)
    bench.say("B-01", "mass", "200.0004")
    with JournalReader.open(bench.bench.journal) as reader:
        (pressed,), seq = presses_since(reader, "B-01", dialect, 0)
        assert presses_since(reader, "B-01", dialect, seq) == ((), seq)
    found = press(bench, session, "load", by="print-key", printed=pressed)
    assert found.captures[0].raw_text == "200.0003"
    assert bench.events(session)[-1].body["printed"]["seq"] == pressed.seq


def test_the_print_key_takes_nothing_that_was_not_polled(bench):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    dialect = make_dialect(load_profiles()["mettler-toledo-mt-sics"])
    printed = Event(EventKind.UNSOLICITED, "B-01", bench.clock.now_ns(), "", frame=b"S S 100.0000 g\r\n")
    bench.journal.append([printed]).wait(5)
    with JournalReader.open(bench.bench.journal) as reader:
        (pressed,), _ = presses_since(reader, "B-01", dialect, 0)
    sentence = refused(bench, session, "load", printed=pressed)
    assert sentence.startswith("B-01 printed 100.0000 g, and no reading near it says the same: nothing")


def print_key(bench, text: str) -> None:
    """Somebody presses the print key, and the line is found on the wire."""
    frame = f"S S   {text} g\r\n".encode()
    bench.journal.append([Event(EventKind.UNSOLICITED, "B-01", bench.clock.now_ns(), "", frame=frame)]).wait(
        5
    )


def heard(bench, key: PrintKey, since_ns: int = 0) -> str | None:
    """What the print key has pressed for by now."""
    asked = Asked("balance", "B-01", "mass", bench.clock.now_ns())
    dialect = make_dialect(load_profiles()["mettler-toledo-mt-sics"])
    with JournalReader.open(bench.bench.journal) as reader:
        printed = key.hear(reader, asked, dialect, since_ns)
    return printed and printed.text


def test_a_press_waits_until_a_reading_says_the_same(bench):
    """The last digit flickers: the one that was printed may be polled only afterwards."""
    key = PrintKey(bench.bench.rules, 0)
    bench.say("B-01", "mass", "200.0003")
    print_key(bench, "200.0004")
    assert heard(bench, key) is None
    assert key.waiting.text == "200.0004"
    bench.pass_time(1)
    bench.say("B-01", "mass", "200.0004", Quality.UNSTABLE)
    assert heard(bench, key) is None
    bench.pass_time(1)
    bench.say("B-01", "mass", "200.0004")
    assert heard(bench, key) == "200.0004"
    assert key.waiting is None
    assert heard(bench, key) is None


def test_a_press_does_not_wait_for_ever(bench):
    key = PrintKey(bench.bench.rules, 0)
    print_key(bench, "200.0004")
    bench.pass_time(4.9)
    assert heard(bench, key) is None
    bench.pass_time(0.2)
    assert heard(bench, key) == "200.0004"


def test_a_flicker_of_two_steps_is_no_other_load(bench):
    """The dish is taken away at once; what was polled before it differs in the last digit."""
    session = at_the_load(bench)
    key = PrintKey(bench.bench.rules, 0)
    for text in ("200.0001", "200.0006"):
        bench.say("B-01", "mass", text)
    print_key(bench, "200.0004")
    assert heard(bench, key) is None
    bench.pass_time(1)
    bench.say("B-01", "mass", "0.0000")
    assert heard(bench, key) == "200.0004"
    printed = Printed(1, bench.clock.now_ns(), "200.0004", "g")
    taken = press(bench, session, "load", by="print-key", printed=printed).captures[0]
    assert taken.raw_text == "200.0006"


def test_three_steps_are_another_load(bench):
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0001")
    printed = Printed(1, bench.clock.now_ns(), "200.0004", "g")
    assert "no reading near it says the same" in refused(bench, session, "load", printed=printed)


def test_a_press_that_waits_is_forgotten_when_the_session_goes_on(bench):
    key = PrintKey(bench.bench.rules, 0)
    print_key(bench, "200.0004")
    assert heard(bench, key) is None
    assert heard(bench, key, bench.clock.now_ns()) is None
    assert key.waiting is None
    bench.say("B-01", "mass", "200.0004")
    assert heard(bench, key) is None


def test_at_rest_only_after_it_has_moved(bench):
    session = at_the_load(bench)
    since_ns = bench.clock.now_ns()
    asked = Asked("balance", "B-01", "mass", since_ns)
    with JournalReader.open(bench.bench.journal) as reader:

        def at_rest():
            return has_come_to_rest(reader, asked, bench.bench.rules, since_ns)

        assert not at_rest()
        bench.say("B-01", "mass", "0.0000")
        assert not at_rest()  # nothing was put on
        bench.pass_time(1)
        bench.say("B-01", "mass", "180.0000", Quality.UNSTABLE)
        assert not at_rest()
        bench.pass_time(1)
        bench.say("B-01", "mass", "200.0003")
        assert at_rest()
    assert session


@pytest.mark.parametrize("shown", ["0.0000", "0.0007", "-25.1239"])
def test_a_pan_from_which_a_dish_was_taken_is_not_captured_by_itself(bench, shown):
    at_the_load(bench)
    bench.say("B-01", "mass", "25.1239")
    since_ns = bench.clock.now_ns()
    bench.pass_time(1)
    bench.say("B-01", "mass", "12.0000", Quality.UNSTABLE)
    bench.pass_time(1)
    bench.say("B-01", "mass", shown)
    asked = Asked("balance", "B-01", "mass", bench.clock.now_ns())
    with JournalReader.open(bench.bench.journal) as reader:
        assert not has_come_to_rest(reader, asked, bench.bench.rules, since_ns)


def test_a_certificate_that_was_entered_late_is_used(bench):
    """The value of a capture is by the certificate that counted at its moment, whoever asks later."""
    session = at_the_load(bench)
    bench.say("B-01", "mass", "200.0003")
    before = press(bench, session, "load").captures[0]
    moved = {"200.0003": "200.0008", "-0.25": "-0.75"}
    bench.laboratory.in_force(certificate_text("LX-2026-0999", moved), of=1)
    after = bench.state(session).captures[-1]
    assert after == before
