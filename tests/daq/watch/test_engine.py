"""The watch on a real journal and real records: what a process that dies leaves behind, and what goes on."""

import pytest
from sqlalchemy import select

from daq.errors import AlertError, RecordsError
from daq.journal import Journal
from daq.records.alerts_tables import alert_events, message_alerts, message_tries, messages
from daq.records.database import changing, reading
from daq.watch.notebook import Fact
from drivers.reading import EventKind
from tests.daq.watch.alert_site import LIMIT, NOON_NS, QUIET, S, Watched, site_settings, target

HOT = QUIET + LIMIT


def is_open(site):
    return [alert.key for alert in site.alerts() if alert.is_open]


def test_an_alert_is_raised_by_the_step_after_the_deciding_reading(watch):
    site = watch(site_settings(["H-01"]), HOT)
    site.seconds(2, ("H-01", "29.9"))
    site.seconds(1, ("H-01", "30.1"))  # a step a second: 5 s are long
    (alert,) = site.alerts()
    assert alert.raised_ns == alert.since_ns == site.clock.now_ns()
    assert (alert.nature, alert.severity, alert.state) == ("value", "alarm", "raised")
    assert (alert.instrument, alert.channel) == ("H-01", "temperature")
    assert (alert.body["facts"]["indication"], alert.body["facts"]["high"]) == ("30.1", "30")
    for _ in range(31):
        site.clock.pass_time(2)
        site.read_all(("H-01", "29.9"))
        site.step()
    (alert,) = site.alerts()
    assert alert.state == "cleared"
    assert site.kinds(alert) == ["raised", "cleared"]


def test_what_was_before_the_first_start_is_not_judged(tmp_path, shared_records):
    site = Watched(tmp_path, shared_records, site_settings(["H-01"]), HOT)
    with site.acquiring(("H-01", "99.0")):
        site.seconds(2, ("H-01", "20.0"))
        assert site.alerts() == []


def test_a_journal_that_begins_later_is_judged_from_its_first_row(tmp_path, shared_records):
    site = Watched(tmp_path, shared_records, site_settings(["H-01"]), HOT)
    site.step()
    assert not site.path.exists()
    site.restart()
    site.clock.pass_time(1)
    with site.acquiring(("H-01", "31.0")):
        assert is_open(site) == ["hot|H-01/temperature"]


def test_what_comes_back_within_ten_minutes_is_the_same_alert(watch):
    site = watch(site_settings(["H-01"]), HOT + "off_delay_s = 0\n")
    for reading_ in ("31.0", "20.0", "31.0"):
        site.seconds(1, ("H-01", reading_))
    (alert,) = site.alerts()
    assert (alert.times, alert.state) == (2, "raised")
    site.seconds(1, ("H-01", "20.0"))
    site.clock.pass_time(601)
    site.seconds(1, ("H-01", "31.0"))
    assert len(site.alerts("hot")) == 2


def test_folded_alerts_name_their_cause(watch):
    settings = site_settings(["H-01", "H-02"], "tcp://192.0.2.9:{port}")
    site = watch(settings)
    site.events(EventKind.LINK_LOST, "H-01")
    for _ in range(10):
        site.clock.pass_time(3)
        site.read_all(("H-02", "20.0"))
        site.step()
    site.events(EventKind.LINK_LOST, "H-02")
    for _ in range(6):
        site.clock.pass_time(4)
        site.step()
    first, cause = site.alerts()
    assert (first.key, cause.key) == ("instrument-lost|H-01", "instrument-lost|host 192.0.2.9")
    assert first.cause_id == cause.id
    assert site.kinds(first) == ["raised", "folded"]


def test_what_a_duty_found_is_said_in_chinese(watch):
    site = watch(site_settings(["H-01"], notify=[target(languages=("zh_CN",))]))
    figures = {"free": "1.0", "folder": "/d", "used": "97%"}
    message = "{free} GB free on the disk of {folder} ({used} used)"
    site.facts = [Fact.said("disk", False, message, NOON_NS, **figures)]
    site.step()
    site.clock.pass_time(16)
    site.step()
    assert site.said() == [("raised", "【报警】磁盘快满 · 试验站")]
    with reading(site.records) as connection:
        statement = select(messages.c.body).where(messages.c.site == site.settings.site.id)
        body = connection.execute(statement).scalar_one()
    assert "情况：磁盘快满 · /d 所在磁盘剩余 1.0 GB（已用 97%）" in body
    assert "处理：清理磁盘或扩容；磁盘满后采集会停住等待。" in body


def test_a_clock_that_was_set_back_stops_no_delay(watch):
    site = watch(site_settings(["H-01"]), HOT)
    site.seconds(3, ("H-01", "20.0"))
    site.clock.step_wall_clock(-7200)
    site.seconds(2, ("H-01", "20.0"))
    assert is_open(site) == ["clock-stepped|clock"]
    for _ in range(10):
        site.clock.pass_time(5)
        site.step()
    assert is_open(site) == ["clock-stepped|clock", "acquisition-stopped|acquisition"]


def test_after_a_long_absence_everything_is_judged_in_its_own_time(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    site.seconds(2, ("H-01", "20.0"))
    site.engine.close()
    site.clock.pass_time(300)
    site.series("H-01", ["31.0" if 100 <= second < 110 else "20.0" for second in range(300)], apart_s=1)
    raised_ns = site.clock.now_ns() - 199 * S
    site.restart()
    site.step()
    (alert,) = site.alerts()
    assert alert.raised_ns == raised_ns
    assert alert.state == "cleared"
    assert [kind for kind, _ in site.said()] == ["cleared"]  # it came and went: said once


def test_a_delay_that_began_before_a_kill_goes_on_after_it(watch):
    site = watch(site_settings(["H-01", "H-02"]))
    site.seconds(1, ("H-01", "20.0"), ("H-02", "20.0"))
    site.events(EventKind.SILENT, "H-01")
    site.seconds(10, ("H-02", "20.0"))  # of 15
    site.restart()
    site.seconds(5, ("H-02", "20.0"))
    assert is_open(site) == []
    site.seconds(1, ("H-02", "20.0"))
    assert is_open(site) == ["instrument-lost|H-01"]


def test_a_commit_that_fails_is_made_up_for(watch):
    site = watch(site_settings(["H-01"]), HOT)
    site.seconds(2, ("H-01", "20.0"))
    with changing(site.records) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON alert_events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    site.clock.pass_time(1)
    site.read_all(("H-01", "31.0"))
    for _ in range(3):
        with pytest.raises(RecordsError, match="disk is full"):
            site.engine.step()
    assert site.alerts() == []
    with changing(site.records) as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    site.step()
    (alert,) = site.alerts()
    assert site.kinds(alert) == ["raised"]


def test_two_processes_cannot_watch_one_site(watch):
    site = watch(site_settings(["H-01"]), HOT)
    site.seconds(1, ("H-01", "20.0"))
    other = site._made()
    other.step()
    with pytest.raises(AlertError, match="Another process watches the site"):
        site.clock.pass_time(31)
        site.engine.step()
    other.close()


def test_a_journal_that_was_put_back_is_read_from_its_end(watch, tmp_path):
    site = watch(site_settings(["H-01"]), HOT)
    site.seconds(5, ("H-01", "20.0"))
    site.engine.close()
    site.path = tmp_path / "other" / "journal.db"
    with Journal.open(site.path, site.clock):
        site.restart()
        site.step()
    assert site.alerts() == []
    site.engine.close()


def test_what_was_written_is_never_changed(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    site.seconds(20, ("H-01", "31.0"))
    for table in (alert_events, message_alerts, message_tries):
        with pytest.raises(RecordsError, match="never changed"), changing(site.records) as connection:
            if table is message_tries:
                row = {"message_id": 1, "t_ns": 1, "delivered": 0, "words": ""}
                connection.execute(table.insert(), row)
            connection.execute(table.update().values({table.primary_key.columns[0].name: 99}))


# ---- PostgreSQL too


def test_both_kinds_of_records_tell_one_story(tmp_path, engine):
    """Raised, told, gone, come back, restarted: the same on SQLite and PostgreSQL."""
    rules = HOT + "off_delay_s = 15\n"
    site = Watched(tmp_path / "site", engine, site_settings(["H-01", "H-02"], notify=[target()]), rules)
    with site.acquiring():
        for turn in range(40):
            site.clock.pass_time(3)
            site.read_all(("H-01", "31.0" if turn in (3, 20) else "20.0"), ("H-02", "20.0"))
            site.step()
            if turn % 10 == 0:
                site.restart()
        (alert,) = site.alerts()
        assert (alert.times, alert.state) == (2, "cleared")
        assert site.kinds(alert) == ["raised", "cleared", "raised", "cleared"]
        assert [kind for kind, _ in site.said()] == ["raised", "cleared"]
