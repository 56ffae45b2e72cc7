"""What the rows of a site mean for its alerts: causes, folding, states that are unknown. No database."""

from decimal import Decimal

import pytest

from daq.watch.holds import HoldNow
from daq.watch.notebook import Fact
from daq.watch.register_watch import RegisterNow
from drivers.reading import EventKind, Quality
from tests.daq.watch.alert_site import HEAD, LIMIT, NOON_NS, QUIET, S, site_settings
from tests.daq.watch.papers import certificate_of
from tests.daq.watch.pure_site import PureSite, lone, names_of

HOT = QUIET + LIMIT
SERVER = "tcp://192.0.2.9:{port}"


@pytest.fixture
def site(tmp_path):
    """Make a site: names or number of instruments, their rules, and where they hang."""

    def make(names=1, rules=QUIET, **more):
        names = names_of(names) if isinstance(names, int) else names
        return PureSite(tmp_path, site_settings(names, **more), rules)

    return make


# ---- values


@pytest.mark.parametrize("trouble", [EventKind.SILENT, EventKind.LINK_LOST, EventKind.REFUSED])
def test_a_fault_does_not_clear_a_limit_alert(site, trouble):
    watched = site(rules=HOT)
    watched.seconds(1, ("H-01", "31.0"))
    watched.seconds(50, ("H-01", "20.0"))
    watched.event(trouble, "H-01", "sensor-fault: no sensor")
    watched.seconds(100)
    watched.seconds(59, ("H-01", "20.0"))
    assert "hot|H-01/temperature" in watched.open()  # the off-delay began anew
    watched.seconds(3, ("H-01", "20.0"))
    assert "hot|H-01/temperature" not in watched.open()


def test_silence_does_not_clear_a_limit_alert(site):
    watched = site(rules=HOT)
    watched.seconds(1, ("H-01", "31.0"))
    watched.seconds(1, ("H-01", "20.0"))
    watched.seconds(3600, each=60)
    watched.seconds(59, ("H-01", "20.0"))
    assert "hot|H-01/temperature" in watched.open()


def test_a_reading_that_is_not_to_be_trusted_does_not_clear_a_limit_alert(site):
    watched = site(rules=HOT)
    watched.seconds(1, ("H-01", "31.0"))
    watched.seconds(100, ("H-01", "0.0"), quality=Quality.UNDER_RANGE)
    assert "hot|H-01/temperature" in watched.open()


def test_a_certificate_that_ends_does_not_make_a_limit_alert_well(site):
    watched = site(rules=QUIET + LIMIT.replace("indication = true", "").replace("30", "25"))
    watched.papers["H-01", "temperature"] = (certificate_of("H-01", NOON_NS, days=10 / 86_400),)
    watched.seconds(2, ("H-01", "26.0"))
    facts = watched.last("hot|H-01/temperature").facts
    assert facts["value"] == pytest.approx(25.8, abs=0.1)
    assert facts["U"] == pytest.approx(0.2, abs=0.1)
    watched.seconds(300, ("H-01", "20.0"))
    assert "hot|H-01/temperature" in watched.open()


def test_a_rule_outside_of_its_schedule_says_nothing(site):
    watched = site(rules=HOT + 'schedule = "Mon-Fri 08:00-12:01"\n')
    watched.seconds(5, ("H-01", "31.0"))
    watched.seconds(60, ("H-01", "31.0"))
    watched.now_ns += 20 * 3600 * S
    watched.seconds(1, ("H-01", "31.0"))
    assert [turn for _, turn in watched.turns("hot")] == ["raised", "cleared", "raised"]


def test_what_was_off_at_night_and_shows_the_same_in_the_morning_is_not_stuck(site):
    rule = LIMIT.replace("hot", "hung").replace('kind = "limit"', 'kind = "stuck"\nfor_s = 60')
    watched = site(2, QUIET + rule.partition("high = ")[0])
    watched.seconds(20, ("H-01", "20.0"))
    watched.seconds(16 * 3600, ("H-02", "20.0"), each=3600)
    watched.seconds(60, ("H-01", "20.0"))
    assert watched.turns("hung") == []
    watched.seconds(1, ("H-01", "20.0"))
    assert watched.turns("hung") == [("hung|H-01/temperature", "raised")]
    watched.seconds(600)  # silence does not make it well
    watched.seconds(20, ("H-01", "20.0"))
    assert watched.turns("hung") == [("hung|H-01/temperature", "raised")]


def test_several_channels_are_compared_with_one_and_that_not_with_itself(site):
    rule = """
[[rule]]
name = "two"
kind = "disagreement"
title_zh = "a"
title_en = "a"
action_zh = "a"
action_en = "a"
severity = "alarm"
quantity = "temperature"
against = "H-02/temperature"
apart = 0.5
unit = "degC"
"""
    watched = site(3, QUIET + rule)
    watched.seconds(5, ("H-02", "20.0"), ("H-01", "21.0"), ("H-03", "20.2"))
    assert watched.open() == ["two|H-01/temperature"]
    assert ("two", "H-02/temperature") not in watched.watcher.ledger.standings


def test_two_redundant_channels_are_compared_while_both_come(site):
    rule = """
[[rule]]
name = "two"
kind = "disagreement"
title_zh = "a"
title_en = "a"
action_zh = "a"
action_en = "a"
severity = "alarm"
channels = "H-01/temperature"
against = "H-02/temperature"
unit = "degC"
"""
    watched = site(2, QUIET + rule)
    for name in ("H-01", "H-02"):
        watched.papers[name, "temperature"] = (certificate_of(name, NOON_NS, days=100),)
    watched.seconds(5, ("H-02", "20.0"), ("H-01", "20.1"))
    watched.seconds(5, ("H-02", "20.0"), ("H-01", "21.0"))
    assert watched.open() == ["two|H-01/temperature"]
    facts = watched.last("two|H-01/temperature").facts
    assert facts["difference"] == pytest.approx(1.0, abs=0.02)
    assert facts["allowed"] == pytest.approx(2**0.5 * facts["U"], rel=0.01)
    watched.seconds(100, ("H-01", "20.0"))  # the other is silent: nothing is known
    assert "two|H-01/temperature" in watched.open()


def test_a_temperature_is_watched_while_a_session_holds_it(site):
    watched = site(["O-01"])
    watched.papers["O-01", "temperature"] = (certificate_of("O-01", NOON_NS, days=100),)
    watched.seconds(2, ("O-01", "25.0"))
    watched.holds = [HoldNow("S-2026-0001", "first-drying", "O-01", (Decimal(100), Decimal(105)))]
    watched.seconds(960, ("O-01", "25.0"), each=2)
    assert watched.open() == ["oven-hold|O-01/temperature"]
    assert watched.last("oven-hold|O-01/temperature").facts["low"] == "100"
    watched.holds = [HoldNow("S-2026-0001", "first-drying", "O-01/humidity", (Decimal(100), None))]
    watched.seconds(1)
    assert watched.open() == []


# ---- instruments


def test_one_lost_instrument_is_an_alert_about_it(site):
    watched = site(2)
    watched.seconds(1, ("H-01", "20.0"), ("H-02", "20.0"))
    watched.event(EventKind.SILENT, "H-01", "no answer within 1 s")
    watched.seconds(16, ("H-02", "20.0"))
    assert watched.open() == ["instrument-lost|H-01"]
    assert watched.last("instrument-lost|H-01").facts["reason"] == "silent"
    watched.event(EventKind.ANSWERING, "H-01")
    watched.seconds(70, ("H-01", "20.0"), ("H-02", "20.0"))
    assert watched.turns() == [("instrument-lost|H-01", "raised"), ("instrument-lost|H-01", "cleared")]


def test_a_loose_cable_that_is_back_within_the_delay_is_no_alert(site):
    watched = site(2)
    for _ in range(5):
        watched.event(EventKind.LINK_LOST, "H-01")
        watched.seconds(8, ("H-02", "20.0"))
        watched.seconds(20, ("H-01", "20.0"), ("H-02", "20.0"))
    assert watched.turns() == []


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        (SERVER, "host 192.0.2.9"),
        ("modbus-rtu:/dev/ttyUSB0?baudrate=4800", "link modbus-rtu:/dev/ttyUSB0?baudrate=4800"),
    ],
)
def test_instruments_behind_one_cause_are_one_alert(site, url, cause):
    watched = site(5, url=url, beside=[lone()])
    for name in names_of(5):
        watched.event(EventKind.LINK_LOST, name, f"{name} gone")
        watched.seconds(2, ("B-01", "20.0"))
    watched.seconds(20, ("B-01", "20.0"))
    assert watched.turns() == [(f"instrument-lost|{cause}", "raised")]
    facts = watched.last(f"instrument-lost|{cause}").facts
    assert facts["instruments"] == names_of(5)
    assert facts["sentence"] == "H-01 gone"


def test_where_everything_is_lost_it_is_the_site(site):
    watched = site(3)
    for name in names_of(3):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(100)
    assert watched.turns() == [("instrument-lost|site", "raised")]  # and acquisition has not stopped


def test_a_larger_cause_takes_the_smaller_one_in(site):
    watched = site(
        2, url="tcp://192.0.2.9:4001", beside=[{**lone(), "url": "tcp://192.0.2.9:4002"}, lone("B-02")]
    )
    for name in names_of(2):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(30, ("B-01", "20.0"), ("B-02", "20.0"))
    assert watched.open() == ["instrument-lost|link tcp://192.0.2.9:4001"]
    watched.event(EventKind.LINK_LOST, "B-01")
    watched.seconds(30, ("B-02", "20.0"))
    assert watched.open() == ["instrument-lost|host 192.0.2.9"]


def test_an_earlier_loss_folds_under_the_cause_and_stands_for_itself_when_that_is_over(site):
    watched = site(3, url=SERVER, beside=[lone()])
    watched.event(EventKind.LINK_LOST, "H-01")
    watched.seconds(60, ("H-02", "20.0"), ("H-03", "20.0"), ("B-01", "20.0"))
    for name in ("H-02", "H-03"):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(20, ("B-01", "20.0"))
    assert watched.open() == ["instrument-lost|host 192.0.2.9"]
    for name in ("H-02", "H-03"):
        watched.event(EventKind.LINK_UP, name)
    watched.seconds(200, ("H-02", "20.0"), ("H-03", "20.0"), ("B-01", "20.0"))
    assert watched.open() == ["instrument-lost|H-01"]
    assert [turn for key, turn in watched.turns() if key.endswith("H-01")] == ["raised", "folded", "unfolded"]


def test_a_slow_recovery_raises_nothing_new(site):
    watched = site(4, url=SERVER, beside=[lone()])
    for name in names_of(4):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(20, ("B-01", "20.0"))
    back = []
    for name in names_of(4):
        watched.event(EventKind.LINK_UP, name)
        back.append((name, "20.0"))
        watched.seconds(20, *back, ("B-01", "20.0"))
    watched.seconds(80, *back, ("B-01", "20.0"))
    cause = "instrument-lost|host 192.0.2.9"
    assert watched.turns() == [(cause, "raised"), (cause, "cleared")]


def test_what_is_not_back_after_the_others_is_a_case_of_its_own(site):
    watched = site(3, url=SERVER, beside=[lone()])
    for name in names_of(3):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(20, ("B-01", "20.0"))
    for name in names_of(2):
        watched.event(EventKind.LINK_UP, name)
    watched.seconds(300, ("H-01", "20.0"), ("H-02", "20.0"), ("B-01", "20.0"))
    assert watched.open() == ["instrument-lost|H-03"]


def test_a_silent_acquisition_is_one_alert_and_stale_readings_fold_under_it(site):
    watched = site(2)
    watched.seconds(2, ("H-01", "20.0"), ("H-02", "20.0"))
    watched.seconds(60, ("H-02", "20.0"))
    assert watched.open() == ["readings-stale|H-01"]
    watched.seconds(60)
    assert watched.open() == ["acquisition-stopped|acquisition"]
    watched.seconds(60, ("H-01", "20.0"), ("H-02", "20.0"))
    assert watched.open() == []
    assert ("readings-stale|H-02", "raised") not in watched.turns()


def test_acquisition_that_was_asked_to_end_has_stopped_and_its_start_makes_it_well(site):
    watched = site()
    watched.seconds(2, ("H-01", "20.0"))
    watched.event(EventKind.STOPPED, "")
    watched.seconds(31)
    assert watched.open() == ["acquisition-stopped|acquisition"]
    watched.event(EventKind.STARTED, "")
    watched.seconds(12, ("H-01", "20.0"))
    assert watched.open() == []


def test_a_stale_instrument_that_is_then_lost_is_one_alert(site):
    watched = site(2)
    watched.seconds(30, ("H-02", "20.0"))
    assert watched.open() == ["readings-stale|H-01"]
    watched.event(EventKind.LINK_LOST, "H-01")
    watched.seconds(20, ("H-02", "20.0"))
    assert watched.open() == ["instrument-lost|H-01"]


def test_a_sensor_fault_is_its_own_alert_until_a_value_comes(site):
    watched = site()
    watched.seconds(2, ("H-01", "20.0"))
    watched.event(EventKind.REFUSED, "H-01", "sensor-fault: burnt out", "temperature")
    watched.seconds(60)  # the refusal that lasts is recorded once: that is no silence
    assert watched.open() == ["sensor-fault|H-01/temperature"]
    facts = watched.last("sensor-fault|H-01/temperature").facts
    assert (facts["reason"], facts["sentence"]) == ("sensor-fault", "burnt out")
    watched.seconds(70, ("H-01", "20.0"))
    assert watched.open() == []


def test_flags_of_a_reading_are_a_fault_too_and_a_busy_instrument_is_none(site):
    watched = site(2)
    watched.event(EventKind.REFUSED, "H-02", "busy: weighing", "temperature")
    watched.seconds(20, ("H-01", "850.0"), quality=Quality.SENSOR_FAULT | Quality.SIMULATED)
    assert watched.open() == ["sensor-fault|H-01/temperature"]


def test_a_flag_that_turns_into_a_fault_is_told(site):
    watched = site()
    watched.seconds(5, ("H-01", "120.0"), quality=Quality.OVER_RANGE)
    assert watched.open() == []
    watched.seconds(20, ("H-01", "850.0"), quality=Quality.OVER_RANGE | Quality.SENSOR_FAULT)
    assert watched.open() == ["sensor-fault|H-01/temperature"]


def test_a_clock_that_was_set_back_is_told_for_an_hour(site):
    watched = site()
    watched.event(EventKind.CLOCK_STEP, "", "from 12:00 to 10:00")
    watched.seconds(3540, ("H-01", "20.0"), each=2)
    assert watched.open() == ["clock-stepped|clock"]
    watched.seconds(100, ("H-01", "20.0"), each=2)
    assert watched.open() == []


def test_an_instrument_that_was_sent_away_is_not_missed(site):
    watched = site(3, url=SERVER, beside=[lone()])
    watched.register = RegisterNow(away=frozenset({"H-01"}))
    watched.event(EventKind.LINK_LOST, "H-01")
    watched.seconds(60, ("H-02", "20.0"), ("H-03", "20.0"), ("B-01", "20.0"))
    assert watched.turns() == []
    for name in ("H-02", "H-03"):
        watched.event(EventKind.LINK_LOST, name)
    watched.seconds(20, ("B-01", "20.0"))
    assert watched.open() == ["instrument-lost|host 192.0.2.9"]
    assert watched.last("instrument-lost|host 192.0.2.9").facts["instruments"] == ["H-02", "H-03"]
    watched.register = RegisterNow()  # and it is still not there
    for name in ("H-02", "H-03"):
        watched.event(EventKind.LINK_UP, name)
    watched.seconds(240, ("H-02", "20.0"), ("H-03", "20.0"), ("B-01", "20.0"))
    assert watched.open() == ["instrument-lost|H-01"]


# ---- the service itself


def test_what_a_duty_found_is_an_alert_until_it_is_done_and_finds_nothing(site):
    watched = site()
    watched.facts = [Fact("journal", True, "fine", NOON_NS)]
    watched.seconds(2, ("H-01", "20.0"))
    assert watched.open() == []
    watched.facts = [Fact("journal", False, "row 7 was altered", NOON_NS), Fact("journal", True, "", NOON_NS)]
    watched.seconds(2, ("H-01", "20.0"))
    assert watched.open() == ["journal-damaged|journal"]
    watched.facts = []
    watched.seconds(100, ("H-01", "20.0"))
    assert watched.open() == ["journal-damaged|journal"]
    watched.facts = [Fact("journal", True, "fine", NOON_NS)]
    watched.seconds(62, ("H-01", "20.0"))
    assert watched.open() == []


def test_certificates_are_due_at_90_30_and_0_days_and_the_later_folds_the_earlier(site):
    watched = site(rules=HEAD)
    watched.papers["H-01", "temperature"] = (certificate_of("H-01", NOON_NS, days=91),)
    watched.papers["H-01", "humidity"] = (certificate_of("H-01", NOON_NS, days=900),)
    found = []
    for days in (0, 2, 60, 30):
        watched.now_ns += days * 86_400 * S
        watched.seconds(10, ("H-01", "20.0"))
        found += [[key.partition("|")[0] for key in watched.open() if "certificate" in key]]
    assert found == [[], ["certificate-90"], ["certificate-30"], ["certificate-ended"]]
    successor = certificate_of("H-01", watched.now_ns, days=400)
    watched.papers["H-01", "temperature"] += (successor,)
    watched.seconds(2, ("H-01", "20.0"))
    assert [key for key in watched.open() if "certificate" in key] == []


def test_a_certificate_of_a_channel_that_never_said_a_word_is_watched_too(site):
    watched = site(rules=QUIET)
    watched.papers["H-01", "pressure"] = (certificate_of("H-01", NOON_NS, days=20),)
    watched.papers["X-99", "temperature"] = (certificate_of("X-99", NOON_NS, days=20),)  # not of this site
    watched.seconds(1, ("H-01", "20.0"))
    watched.restart()
    watched.seconds(1, ("H-01", "20.0"))
    assert watched.turns() == [
        ("certificate-90|H-01/pressure", "raised"),
        ("certificate-30|H-01/pressure", "raised"),
        ("certificate-90|H-01/pressure", "folded"),
    ]


def test_a_channel_without_any_certificate_is_told(site):
    watched = site(rules=HEAD)
    watched.papers["H-01", "humidity"] = (certificate_of("H-01", NOON_NS, days=900),)
    watched.seconds(1, ("H-01", "20.0"))
    assert watched.open() == ["certificate-missing|H-01/temperature"]
    watched.register = RegisterNow(exempt=frozenset({"H-01"}))
    watched.seconds(1, ("H-01", "20.0"))
    assert watched.open() == []


# ---- restarts


@pytest.mark.parametrize("every", [1, 5, 1000])
def test_a_restart_at_any_moment_changes_nothing(site, every):
    """The same day, told by a watcher that lives and by one that dies every few seconds."""
    watched = site(4, HOT + "on_delay_s = 10\noff_delay_s = 20\n", url=SERVER, beside=[lone()])
    story = {
        5: [(EventKind.LINK_LOST, "H-01")],
        40: [(EventKind.LINK_LOST, name) for name in names_of(4)[1:]],
        90: [(EventKind.LINK_UP, name) for name in names_of(4)],
        120: [(EventKind.REFUSED, "H-02")],
    }
    for second in range(240):
        for kind, name in story.get(second, ()):
            watched.event(kind, name, "sensor-fault: x")
        gone = {"H-01": (5, 90), "H-02": (120, 240)}
        heard = [
            name
            for name in names_of(4)
            if not any(begin <= second < end for begin, end in (gone.get(name, (40, 90)), (40, 90)))
        ]
        hot = "31.0" if 100 <= second < 150 else "20.0"
        watched.seconds(1, *((name, hot) for name in heard), ("B-01", "20.0"))
        if second % every == 0:
            watched.restart()
    cause = "instrument-lost|host 192.0.2.9"
    lost = [turn for turn in watched.turns() if turn[0].startswith("instrument-lost")]
    assert lost == [
        ("instrument-lost|H-01", "raised"),
        (cause, "raised"),
        ("instrument-lost|H-01", "folded"),
        ("instrument-lost|H-01", "cleared"),
        (cause, "cleared"),
    ]
    hot = [(key, turn) for key, turn in watched.turns() if key.startswith("hot|H-01")]
    assert hot == [("hot|H-01/temperature", "raised"), ("hot|H-01/temperature", "cleared")]
    assert watched.open() == [
        "hot|H-02/temperature",
        "sensor-fault|H-02/humidity",
        "sensor-fault|H-02/temperature",
    ]


def test_sources_that_the_site_no_longer_has_are_let_go(site):
    watched = site(2, HOT)
    watched.seconds(1, ("H-01", "31.0"), ("H-02", "31.0"))
    watched.event(EventKind.SILENT, "H-02")
    watched.seconds(16, ("H-01", "31.0"))
    instruments = watched.settings.instruments[:1]
    watched.settings = watched.settings.model_copy(update={"instruments": instruments})
    watched.restart()
    watched.seconds(1, ("H-01", "31.0"))
    assert watched.open() == ["hot|H-01/temperature"]
