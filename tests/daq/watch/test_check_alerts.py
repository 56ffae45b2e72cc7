"""Alerts from intermediate checks: one for each plan and point, in two languages, over when it is well."""

import pytest

from daq.i18n.speech import Speech
from daq.lab.alert_words import AlertWords
from daq.lab.alerts import active_alerts
from daq.lab.checks.findings import DRIFTING, CheckFinding
from daq.records.alerts import Alert
from daq.records.database import changing, records_url
from daq.records.migrations import open_records
from daq.watch.alert_turns import AlertTurns
from daq.watch.check_watch import HOUR_NS, CheckWatch
from tests.clocks import HandClock
from tests.daq.lab.checks.bench import (
    PLAN,
    START_NS,
    a_check,
    at_day,
    do_checks,
    plan_checks,
    populate,
)
from tests.daq.watch.alert_site import site_settings
from tests.daq.watch.pure_site import PureSite

DRIFT = {
    "equipment": "H-01",
    "plan": "H-01-daily",
    "point": "20 degC",
    "since": "2026-05-01",
    "action": "2026-07-01",
    "expected": "2026-08-01",
}


def finding(code, point="20 degC"):
    return CheckFinding(code, "H-01", "temperature", f"{code} {point}", DRIFT | {"point": point, "due": "-"})


@pytest.fixture
def local(tmp_path):
    with open_records(records_url(tmp_path / "data")) as engine:
        populate(engine)
        yield engine


@pytest.fixture
def site(tmp_path):
    return PureSite(tmp_path, site_settings(["H-01"]), "")


def test_every_plan_and_point_is_one_alert_until_it_is_well(site):
    site.checks = [finding("check-overdue"), finding("check-overdue", "30 degC"), finding("check-failed")]
    site.look()
    site.look()
    place = "H-01/temperature/H-01-daily"
    overdue = [f"check-overdue|{place} 20 degC", f"check-overdue|{place} 30 degC"]
    assert [key for key in site.open() if key.startswith("check")] == [
        f"check-failed|{place} 20 degC",
        *overdue,
    ]
    site.restart()
    site.checks = [finding("check-overdue", "30 degC")]
    site.look()
    assert [key for key in site.open() if key.startswith("check")] == overdue[1:]


def test_while_checks_cannot_be_judged_nothing_is_cleared(site):
    site.checks = [finding("check-failed")]
    site.look()
    site.checks = None
    site.look()
    assert [key for key in site.open() if key.startswith("check-failed")]


def test_a_drift_is_told_with_its_date_in_both_languages(site, tmp_path):
    site.checks = [finding(DRIFTING)]
    site.look()
    with open_records(records_url(tmp_path)) as engine:
        with changing(engine) as connection:
            turns = AlertTurns(site.settings.site.id, site.book, site.watcher._site.entries)
            turns.apply(connection, [one for one in site.transitions if one.key[0].startswith("check")])
        (listed,) = active_alerts(engine, site.settings.site.id)
    alert: Alert = listed.alert
    assert (alert.instrument, alert.channel, alert.nature) == ("H-01", "temperature", "value")
    english, chinese = (AlertWords(Speech(name, "UTC"), site.settings) for name in ("en", "zh_CN"))
    assert "Act before 2026-07-01" in english.what(alert)
    assert "请在 2026-07-01 前处理" in chinese.what(alert)


def test_the_records_are_asked_again_after_a_check_and_when_an_hour_is_over(local):
    clock = HandClock(START_NS)
    watch = CheckWatch(local, clock)
    plan_checks(local, PLAN)
    assert [one.code for one in watch.now()] == ["check-never-done"]
    do_checks(local, a_check(START_NS))
    assert [one.code for one in watch.now()] == ["check-never-done"]  # looked at a moment ago
    clock.pass_time(6)
    assert list(watch.now()) == []
    clock.pass_time((at_day(2) - START_NS + HOUR_NS) // 1_000_000_000)
    assert [one.code for one in watch.now()] == ["check-overdue"]
