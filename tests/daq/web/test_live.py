"""The board: what a channel's state is, whatever happened before."""

import pytest

from daq.journal import JournalChannel, ReadingRow
from daq.web.live.board import Board, certificate_now
from daq.web.live.facts import CertificateState, ChannelNow, ChannelState, FactKind
from daq.web.live.plan import ChannelPlan
from drivers.reading import EventKind, Outcome, Quality

DAY = 86_400_000_000_000


def balance(feeder) -> ChannelNow:
    return feeder.board.site().instrument("B-01").channels[0]


def kinds(feeder) -> set[FactKind]:
    return {fact.kind for fact in feeder.board.site().facts}


@pytest.mark.parametrize(
    ("quality", "state", "reason"),
    [
        (Quality.GOOD, ChannelState.STABLE, ""),
        (Quality.UNSTABLE, ChannelState.SETTLING, ""),
        (Quality.UNKNOWN_STABILITY, ChannelState.LIVE, ""),
        (Quality.GOOD | Quality.SIMULATED, ChannelState.STABLE, ""),
        (Quality.OVER_RANGE, ChannelState.ALARM, "over-range"),
        (Quality.UNDER_RANGE | Quality.UNSTABLE, ChannelState.ALARM, "under-range"),
        (Quality.SENSOR_FAULT, ChannelState.ALARM, "sensor-fault"),
        (Quality.COMM_FAULT, ChannelState.LOST, "comm-fault"),
        (Quality.STALE, ChannelState.STALE, "stale"),
    ],
)
def test_quality_of_a_fresh_reading_tells_the_state(feeder, quality, state, reason):
    feeder.read("50.1234", quality)
    assert (balance(feeder).state, balance(feeder).reason) == (state, reason)


def test_instrument_without_reading_waits(feeder):
    instrument = feeder.board.site().instrument("B-01")
    assert instrument.channels == ()
    assert instrument.state is ChannelState.WAITING


def test_channel_is_known_before_its_first_reading(feeder):
    feeder.board.know([JournalChannel(1, "B-01", "mass", "mass", "g", "balance", "", "")])
    assert balance(feeder).state is ChannelState.WAITING


def test_channel_of_another_profile_or_instrument_is_not_shown(feeder):
    feeder.board.know(
        [
            JournalChannel(1, "B-01", "mass", "mass", "g", "an older profile", "", ""),
            JournalChannel(2, "gone", "mass", "mass", "g", "balance", "", ""),
        ]
    )
    assert feeder.board.site().instrument("B-01").channels == ()
    assert feeder.board.site().instrument("gone") is None


@pytest.mark.parametrize(("age_s", "state"), [(3.0, ChannelState.STABLE), (3.1, ChannelState.STALE)])
def test_reading_is_stale_after_three_periods(feeder, clock, age_s, state):
    feeder.read("50.1234")
    clock.pass_s(age_s)
    assert balance(feeder).state is state


def test_slow_instrument_is_stale_after_three_of_its_own_periods(feeder, clock):
    feeder.read("22.4", channel_id=2)
    clock.pass_s(5.9)
    assert feeder.board.site().instrument("H-01").channels[0].state is ChannelState.STABLE
    clock.pass_s(0.2)
    assert feeder.board.site().instrument("H-01").channels[0].state is ChannelState.STALE


def test_reading_from_the_future_grows_old_all_the_same(feeder, clock):
    """After the clock was set back an hour, times run on from the last one: age counts from the arrival."""
    feeder.read("50.1234")
    clock.t_ns -= 3600 * 1_000_000_000
    clock.s += 3.1
    assert balance(feeder).state is ChannelState.STALE
    assert balance(feeder).age_s == pytest.approx(3.1)


@pytest.mark.parametrize(
    "kind",
    [EventKind.LINK_LOST, EventKind.SILENT, EventKind.PROTOCOL_ERROR, EventKind.WRONG_SERIAL_NUMBER],
)
def test_lost_instrument_is_lost_at_once_and_says_why(feeder, kind):
    feeder.read("50.1234")
    feeder.happen(kind, "the cable is out")
    channel = balance(feeder)
    assert (channel.state, channel.reason, channel.detail) == (ChannelState.LOST, kind, "the cable is out")
    assert channel.outdated
    assert FactKind.LOST in kinds(feeder)


def test_lost_instrument_stays_lost_however_long(feeder, clock):
    feeder.read("50.1234")
    feeder.happen(EventKind.LINK_LOST)
    clock.pass_s(86_400)
    assert balance(feeder).state is ChannelState.LOST


def test_reading_after_the_loss_ends_it(feeder):
    feeder.happen(EventKind.LINK_LOST)
    feeder.read("50.1234")
    assert balance(feeder).state is ChannelState.STABLE
    assert FactKind.LOST not in kinds(feeder)


def test_link_that_is_back_does_not_make_the_old_number_new(feeder):
    feeder.read("50.1234")
    feeder.happen(EventKind.LINK_LOST)
    feeder.happen(EventKind.LINK_UP)
    assert balance(feeder).state is ChannelState.STALE


def test_refusal_is_an_alarm_with_its_outcome(feeder):
    feeder.read("50.1234")
    feeder.happen(EventKind.REFUSED, f"{Outcome.OVERLOAD}: more than 220 g", channel="mass")
    channel = balance(feeder)
    assert (channel.state, channel.reason, channel.detail) == (
        ChannelState.ALARM,
        "overload",
        "more than 220 g",
    )
    assert FactKind.ALARM in kinds(feeder)


def test_refusal_of_one_channel_leaves_the_other(feeder):
    feeder.read("22.4", channel_id=2)
    feeder.read("51.0", channel_id=3)
    feeder.happen(EventKind.REFUSED, "sensor-fault: open circuit", "H-01", "temperature")
    temperature, humidity = feeder.board.site().instrument("H-01").channels
    assert temperature.state is ChannelState.ALARM
    assert humidity.state is ChannelState.STABLE


def test_events_that_change_nothing_change_nothing(feeder):
    feeder.read("50.1234")
    for kind in (EventKind.CLOCK_STEP, EventKind.UNSOLICITED, EventKind.CHANNEL_DEFINED, EventKind.RECOVERED):
        feeder.happen(kind, "text")
    assert balance(feeder).state is ChannelState.STABLE


def test_new_start_of_acquisition_forgets_old_troubles(feeder):
    feeder.read("50.1234")
    feeder.happen(EventKind.LINK_LOST)
    feeder.happen(EventKind.STARTED, instrument="")
    assert balance(feeder).state is ChannelState.STABLE


def test_stopped_acquisition_is_told_until_it_starts(feeder):
    feeder.read("50.1234")
    feeder.happen(EventKind.STOPPED, instrument="")
    assert FactKind.STOPPED in kinds(feeder)
    feeder.happen(EventKind.STARTED, instrument="")
    assert FactKind.STOPPED not in kinds(feeder)


def test_journal_that_does_not_grow_is_told(feeder, clock):
    feeder.read("50.1234")
    clock.pass_s(10)
    assert FactKind.NOT_GROWING not in kinds(feeder)
    clock.pass_s(0.1)
    assert FactKind.NOT_GROWING in kinds(feeder)


def test_certificate_in_force_corrects_the_value(feeder, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("50.1234")
    meant = balance(feeder).meant
    assert meant.value == pytest.approx(50.1237)
    assert meant.U == pytest.approx(0.0004, rel=0.01)


def test_another_unit_starts_a_new_series(feeder):
    feeder.read("50.1234")
    feeder.read("50123.4", channel_id=4)
    channel = balance(feeder)
    assert channel.channel.unit == "mg"
    assert [meant.row.raw_text for meant in channel.recent] == ["50123.4"]
    assert len(feeder.board.series("B-01", "mass", 0)) == 1


def test_last_twenty_readings_newest_first(feeder, clock):
    for number in range(30):
        feeder.read(f"{number}.0")
        clock.pass_s(1)
    assert [meant.row.raw for meant in balance(feeder).recent] == [float(n) for n in range(29, 9, -1)]


def test_room_for_the_number_never_shrinks(feeder):
    for text in ("0.0001", "-100.0001", "0.0001"):
        feeder.read(text)
    assert balance(feeder).places == len("-100.0001")


def test_simulated_readings_show_even_if_the_site_does_not_say_so(feeder):
    feeder.read("50.1234", Quality.SIMULATED)
    assert feeder.board.site().instrument("B-01").simulated
    assert not feeder.board.site().instrument("H-01").simulated


def test_readings_of_an_instrument_that_left_the_site_are_passed_over(feeder, settings):
    feeder.board._settings = settings.model_copy(update={"instruments": settings.instruments[1:]})
    feeder.read("50.1234")
    assert feeder.board.site().instrument("B-01") is None


@pytest.mark.parametrize(
    ("days", "state", "left"),
    [
        (30, CertificateState.VALID, 30),
        (29.99, CertificateState.DUE, 29),
        (0.5, CertificateState.DUE, 0),
        (0, CertificateState.EXPIRED, 0),
        (-3, CertificateState.EXPIRED, 3),
    ],
)
def test_days_of_a_certificate(make_certificate, clock, days, state, left):
    certificate = make_certificate(valid_until_ns=clock.t_ns + round(days * DAY))
    now = certificate_now((certificate,), clock.t_ns)
    assert (now.state, now.days_left, now.certificate) == (state, left, certificate)


def test_certificate_of_tomorrow_is_not_in_force(make_certificate, clock):
    certificate = make_certificate(in_force_from_ns=clock.t_ns + DAY)
    now = certificate_now((certificate,), clock.t_ns)
    assert (now.state, now.days_left) == (CertificateState.NOT_YET, 1)


def test_no_certificate(clock):
    assert certificate_now((), clock.t_ns).state is CertificateState.NONE


def test_strip_names_each_instrument_once(feeder, make_certificate, clock):
    feeder.certificates["B-01", "mass"] = (make_certificate(valid_until_ns=clock.t_ns + 12 * DAY),)
    feeder.read("50.1234")
    feeder.read("22.4", channel_id=2)
    feeder.read("51.0", channel_id=3)
    facts = {fact.kind: fact for fact in feeder.board.site().facts}
    assert facts[FactKind.CERTIFICATE_DUE].instruments == ("B-01",)
    assert facts[FactKind.CERTIFICATE_DUE].number == 12
    assert facts[FactKind.CERTIFICATE_NONE].instruments == ("H-01",)


def climate(feeder):
    return feeder.board.site().instrument("H-01").channels


def test_channel_that_the_instrument_shows_no_more_is_idle(feeder, clock):
    """A moisture analyser that dries tells no mass: nothing is wrong, and the old mass is not a value."""
    feeder.read("22.4", channel_id=2)
    for _ in range(4):
        clock.pass_s(2)
        feeder.read("51.0", channel_id=3)
    assert [channel.state for channel in climate(feeder)] == [ChannelState.IDLE, ChannelState.STABLE]
    clock.pass_s(600)
    assert [channel.state for channel in climate(feeder)] == [ChannelState.IDLE, ChannelState.STALE]
    feeder.read("22.5", channel_id=2)
    assert climate(feeder)[0].state is ChannelState.STABLE


def test_refused_channel_is_never_idle(feeder, clock):
    """Its refusal is recorded once; the link may come and go meanwhile, and the other channel go on."""
    feeder.read("22.4", channel_id=2)
    feeder.happen(EventKind.REFUSED, "sensor-fault: open circuit", "H-01", "temperature")
    feeder.happen(EventKind.LINK_LOST, "out", "H-01")
    feeder.happen(EventKind.LINK_UP, "back", "H-01")
    for _ in range(4):
        clock.pass_s(2)
        feeder.read("51.0", channel_id=3)
    assert [channel.state for channel in climate(feeder)] == [ChannelState.ALARM, ChannelState.STABLE]


def test_channels_stand_in_the_order_of_the_profile(settings, clock):
    plans = {("H-01", "temperature"): ChannelPlan(0), ("H-01", "humidity"): ChannelPlan(1)}
    board = Board(settings, clock, plans)
    names = ("humidity", "temperature")
    board.know(JournalChannel(i, "H-01", name, name, "1", "climate", "", "") for i, name in enumerate(names))
    shown = board.site().instrument("H-01").channels
    assert [channel.channel.name for channel in shown] == ["temperature", "humidity"]


def test_tail_of_a_float_is_not_shown(settings, clock):
    """60.030746 is all that a float32 holds of 60.03; its first six digits are sure."""
    board = Board(settings, clock, {("H-01", "temperature"): ChannelPlan(0, 6)})
    channel = JournalChannel(2, "H-01", "temperature", "temperature", "degC", "climate", "", "")
    shown = []
    for seq, text in enumerate(("60.030746", "105.32256", "0.5", "-0.0307461", "1234567.5"), start=1):
        row = ReadingRow(seq, 2, clock.now_ns() + seq, float(text), text, Quality.GOOD, b"")
        board.feed([row], {2: channel}, {})
        shown.append(board.site().instrument("H-01").channels[0].number)
    assert shown == ["60.0307", "105.323", "0.5", "\u22120.03075", "1234568"]
