"""Storms: many crossings and many losses are one alert and few messages, however often the watch restarts."""

import pytest

from drivers.reading import EventKind
from tests.daq.watch.alert_site import LIMIT, QUIET, site_settings, target

CROSSINGS = 1000
MINUTES_10_S = 600
SERVER = "tcp://192.0.2.9:{port}"


@pytest.mark.parametrize("rule", [LIMIT, LIMIT + "off_delay_s = 0\n"])
def test_a_thousand_crossings_in_ten_minutes_are_one_alert_and_three_messages(watch, rule):
    """Candidate goal "storm" of ``reliability.md`` D3, with a restart every 5 s."""
    site = watch(site_settings(["H-01"], notify=[target()]), QUIET + rule)
    step_s = 5.0
    for _ in range(round(MINUTES_10_S / step_s)):
        site.clock.pass_time(step_s)
        # 2,000 readings in ten minutes, each on the other side of the limit
        site.series("H-01", ["31.0", "29.0"] * 8 + ["31.0"], apart_s=0.3)
        site.restart()
        site.step()
    assert 17 / 2 * MINUTES_10_S / step_s >= CROSSINGS
    (alert,) = site.alerts()
    assert len(site.said()) <= 3
    for _ in range(15):
        site.clock.pass_time(60)
        site.series("H-01", ["20.0"] * 30, apart_s=2)
        site.restart()
        site.step()
    (alert,) = site.alerts()
    assert alert.state == "cleared"
    kinds = [kind for kind, _ in site.said()]
    assert len(kinds) <= 3
    assert (kinds[0], kinds[-1]) == ("raised", "cleared")


def test_fifty_channels_lost_by_one_cause_are_one_alert_and_one_message_over_a_hundred_restarts(watch):
    names = [f"H-{n:02d}" for n in range(25)]  # of two channels each
    site = watch(site_settings(names, SERVER, notify=[target(), target("robot")]), QUIET)
    site.read_all(*((name, "20.0") for name in names))
    site.step()
    for n in range(100):
        site.clock.pass_time(5)
        if n < 5:  # they are missed one after the other, within half a minute
            site.events(EventKind.LINK_LOST, *names[5 * n : 5 * n + 5])
        site.step()
        site.restart()
    open_now = [alert for alert in site.alerts() if alert.is_open and alert.cause_id is None]
    assert [alert.key for alert in open_now] == ["instrument-lost|host 192.0.2.9"]
    for name in ("mail", "robot"):
        (said,) = site.said(name)
        assert said[0] == "raised"


def test_fifty_instruments_lost_at_once_by_what_nobody_knows_are_one_message(watch):
    names = [f"H-{n:02d}" for n in range(51)]
    site = watch(site_settings(names, notify=[target()]), QUIET)
    site.read_all(*((name, "20.0") for name in names))
    site.step()
    site.events(EventKind.LINK_LOST, *names[:50])  # the last one is heard, so it is not the whole site
    for _ in range(20):
        site.clock.pass_time(3)
        site.read_all((names[50], "20.0"))
        site.step()
    assert [subject for _, subject in site.said()] == ["[50 alerts] Test site"]
