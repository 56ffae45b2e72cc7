"""Everything with a date, as a list and as RFC 5545 wants it, read back by a calendar's own parser."""

from dataclasses import replace
from datetime import date

import icalendar
import pytest

from daq.i18n.speech import Speech
from daq.lab.checks.due_calendar import DueKind, calendar_feed, due_items
from daq.lab.checks.plans import save_plan
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.nonconforming.course import EVALUATED, close, evaluate, open_nonconformity
from daq.lab.nonconforming.records import Cause, Evaluation, Suspect
from daq.records.database import changing, reading
from tests.daq.lab.checks.bench import PLAN
from tests.daq.lab.register.conftest import laboratory  # noqa: F401 a fixture
from tests.daq.lab.register.laboratory import DAY_NS, SHANGHAI, START_NS, certificate_text

ENGLISH, CHINESE = Speech("en", "Asia/Shanghai"), Speech("zh_CN", "Asia/Shanghai")
DAILY = replace(PLAN, name="B-01-daily", equipment="B-01")


@pytest.fixture
def dated(laboratory):  # noqa: F811
    """A certificate until 5 March 2027, a check that was never done, work that is not conforming."""
    laboratory.in_force()
    with changing(laboratory.engine) as connection:
        save_plan(connection, laboratory.actor("wang.fang"), DAILY, "as planned", START_NS)
        suspect = Suspect("B-01", "mass", START_NS, START_NS)
        cause = Cause(kind="observation", record="", suspect=suspect, text="dropped")
        by = laboratory.actor("li.jun")
        open_nonconformity(connection, by, cause, (), (START_NS + 60 * 10**9, SHANGHAI))
    return laboratory


def listed(dated, at_ns):
    with reading(dated.engine) as connection:
        return due_items(connection, SHANGHAI, at_ns)


def test_everything_with_a_date_is_listed_the_earliest_first(dated):
    found = listed(dated, START_NS + 2 * DAY_NS)
    assert [(one.kind, one.record, one.day, one.is_late) for one in found] == [
        (DueKind.NONCONFORMITY, "NC-2026-001", date(2026, 3, 5), True),
        (DueKind.CHECK, "B-01-daily", date(2026, 3, 7), True),
        (DueKind.CERTIFICATE, "1.1", date(2027, 3, 4), False),
    ]
    for days, is_late in ((364, False), (365, True)):
        later = {one.kind: one for one in listed(dated, START_NS + days * DAY_NS)}
        assert later[DueKind.CERTIFICATE].is_late is is_late


def test_a_day_that_was_set_counts_and_closed_work_has_none(dated):
    words = Evaluation("none", "looked at", "none needed", "nobody", "2026-03-31")
    with changing(dated.engine) as connection:
        evaluate(connection, dated.signature("li.jun", EVALUATED), "NC-2026-001", words)
    assert [(one.record, one.day) for one in listed(dated, START_NS)][1] == (
        "NC-2026-001",
        date(2026, 3, 31),
    )
    with changing(dated.engine) as connection:
        close(connection, dated.signature("li.jun", "closed"), "NC-2026-001", "nothing stood on it")
    assert [one.record for one in listed(dated, START_NS)] == ["B-01-daily", "1.1"]


def test_a_newer_certificate_takes_the_place_of_the_one_before(dated):
    text = "LX-2027-0003"
    later = certificate_text(text, {"valid_until = 2027-03-05": "valid_until = 2028-03-05"})
    dated.clock.pass_time(86_400)
    dated.in_force(later)
    assert [one.title_en for one in listed(dated, START_NS) if one.kind is DueKind.CERTIFICATE] == [text]


def test_retired_equipment_has_no_dates(dated):
    with reading(dated.engine) as connection:
        now = find_equipment(connection, "B-01")
    retired = replace(now.about, state=EquipmentState.RETIRED)
    change = EquipmentChange("B-01", now.version, retired, "worn out")
    change_equipment(dated.engine, dated.clock, dated.actor("wang.fang"), change)
    assert [one.kind for one in listed(dated, START_NS)] == [DueKind.NONCONFORMITY]


def test_the_feed_is_an_icalendar_that_says_it_in_either_language(dated):
    found = listed(dated, START_NS + 2 * DAY_NS)
    feed = calendar_feed(found, ENGLISH)
    assert feed == calendar_feed(found, ENGLISH)
    calendar = icalendar.Calendar.from_ical(feed)
    events = calendar.walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == [
        "B-01: nonconforming work NC-2026-001 to be decided",
        "B-01: intermediate check due, Daily check of the balance",
        "B-01: last day of certificate LX-2026-0417",
    ]
    assert [str(event["UID"]) for event in events] == [
        "nonconformity-NC-2026-001@hengliang",
        "check-B-01-daily@hengliang",
        "certificate-1.1@hengliang",
    ]
    last = events[-1]
    assert (last.decoded("DTSTART"), last.decoded("DTEND")) == (date(2027, 3, 4), date(2027, 3, 5))
    assert calendar["VERSION"] == "2.0"
    assert "PRODID" in calendar
    assert all("DTSTAMP" in event for event in events)
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    chinese = icalendar.Calendar.from_ical(calendar_feed(found, CHINESE))
    assert str(chinese.walk("VEVENT")[1]["SUMMARY"]) == "B-01：期间核查到期，天平日常核查"


def test_what_people_wrote_cannot_break_the_calendar(dated):
    tricky = replace(DAILY, title_en="a; b, c\\nEND:VEVENT")
    with changing(dated.engine) as connection:
        save_plan(connection, dated.actor("wang.fang"), tricky, "other words", START_NS)
    calendar = icalendar.Calendar.from_ical(calendar_feed(listed(dated, START_NS), ENGLISH))
    events = calendar.walk("VEVENT")
    assert len(events) == 3
    assert "B-01: intermediate check due, a; b, c\\nEND:VEVENT" in [str(one["SUMMARY"]) for one in events]
    assert calendar_feed((), ENGLISH).startswith(b"BEGIN:VCALENDAR")


def test_a_person_who_subscribes_to_two_sites_has_the_days_of_both(dated):
    found = listed(dated, START_NS)
    north, south = (
        {
            str(event["UID"])
            for event in icalendar.Calendar.from_ical(calendar_feed(found, ENGLISH, site)).walk("VEVENT")
        }
        for site in ("north", "south")
    )
    assert len(north) == len(found)
    assert not north & south
    assert all(uid.endswith("@north.hengliang") for uid in north)
