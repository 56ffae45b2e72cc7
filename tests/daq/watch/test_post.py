"""From alerts to the outbox on real records: escalation, shelves, the sign of life, acknowledgement."""

import pytest
from sqlalchemy import select

from daq.lab.alerts import AlertDesk, acknowledge, active_alerts, alert_detail, shelve, unshelve
from daq.records.alerts_tables import messages, shelves
from daq.records.database import changing, reading
from daq.records.messages import Message, MessageTry, drop_needless, record_try
from daq.security.audit import Actor
from daq.security.people import Role
from tests.daq.entered import insert_person
from tests.daq.watch.alert_site import LIMIT, NOON_NS, QUIET, S, site_settings, target

WU = Actor("wu.fang", "console")
HOT = QUIET + LIMIT
NIGHT = """
[severity.warning]
quiet = "12:00-13:10"
escalate_after_min = 10
"""


@pytest.fixture(scope="module", autouse=True)
def staff(shared_records):
    with changing(shared_records) as connection:
        insert_person(connection, "wu.fang", {Role.TECHNICIAN, Role.METROLOGIST}, NOON_NS)


def desk(site):
    return AlertDesk(site.records, site.clock, site.settings.site.id)


def minutes(site, number, text):
    for _ in range(number):
        site.clock.pass_time(60)
        site.series("H-01", [text] * 20, apart_s=3)
        site.step()


def test_what_nobody_acknowledges_is_escalated_once(watch):
    head = target("head", escalation=True)
    site = watch(site_settings(["H-01"], notify=[target(), head]), HOT)
    minutes(site, 30, "31.0")
    assert site.said("head") == []
    minutes(site, 10, "31.0")
    assert [kind for kind, _ in site.said()] == ["raised", "escalated"]
    assert [kind for kind, _ in site.said("head")] == ["escalated"]
    assert site.said("head")[0][1] == "[nobody has acknowledged] Too hot · H-01 · Test site"
    assert site.kinds(site.alerts()[0]) == ["raised", "escalated"]


def test_who_acknowledges_is_not_reminded_and_hears_of_the_end(watch):
    head = target("head", escalation=True)
    site = watch(site_settings(["H-01"], notify=[target(), head]), HOT)
    minutes(site, 2, "31.0")
    (alert,) = site.alerts()
    acknowledge(desk(site), WU, alert.id, "空调已报修")
    minutes(site, 40, "31.0")
    assert site.alerts()[0].escalated_ns is None
    minutes(site, 3, "20.0")
    assert [kind for kind, _ in site.said()] == ["raised", "cleared"]
    assert site.said("head") == []


def test_a_message_that_waits_is_not_sent_after_the_acknowledgement(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    minutes(site, 1, "31.0")
    (alert,) = site.alerts()
    site_id, now_ns = site.settings.site.id, site.clock.now_ns()
    with changing(site.records) as connection:
        assert drop_needless(connection, site_id, now_ns) == 0
    acknowledge(desk(site), WU, alert.id, "seen")
    with changing(site.records) as connection:
        assert drop_needless(connection, site_id, now_ns) == 1
    (sent,) = alert_detail(site.records, site_id, alert.id).messages
    assert sent.message.state == "not-needed"
    minutes(site, 3, "20.0")
    assert len(site.said()) == 1  # nobody was told of it, so nobody is told of its end


def test_a_shelved_cause_is_raised_and_cleared_in_silence_and_comes_back(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    minutes(site, 1, "31.0")
    (alert,) = site.alerts()
    shelve(desk(site), WU, alert.id, 0.5, "改造施工")
    (listed,) = active_alerts(site.records, site.settings.site.id)
    assert listed.shelved_until_ns == site.clock.now_ns() + 1800 * S
    minutes(site, 12, "20.0")
    minutes(site, 12, "31.0")
    assert [kind for kind, _ in site.said()] == ["raised"]
    assert [alert.state for alert in site.alerts()] == ["cleared", "raised"]
    minutes(site, 20, "31.0")
    assert "unshelved" in site.kinds(site.alerts()[-1])
    # both have happened since: of the one it is said that it is over, of the other that it is there
    assert sorted(kind for kind, _ in site.said()) == ["cleared", "raised", "raised"]


def test_a_shelf_is_ended_before_its_time_with_a_reason(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    minutes(site, 1, "31.0")
    (alert,) = site.alerts()
    shelve(desk(site), WU, alert.id, 100, "x")
    unshelve(desk(site), WU, alert.id, "done")
    with reading(site.records) as connection:
        statement = select(shelves.c.ended_ns).where(shelves.c.site == site.settings.site.id)
        assert connection.execute(statement).scalars().all() == [site.clock.now_ns()]
    acts = alert_detail(site.records, site.settings.site.id, alert.id).acts
    assert [(act.kind, act.account, act.comment) for act in acts] == [
        ("shelved", "wu.fang", "x"),
        ("unshelved", "wu.fang", "done"),
    ]


def test_after_a_quiet_night_people_are_told_before_it_is_escalated(watch):
    head = target("head", escalation=True)
    rules = QUIET + LIMIT.replace('"alarm"', '"warning"') + NIGHT
    site = watch(site_settings(["H-01"], notify=[target(), head]), rules)
    minutes(site, 65, "31.0")
    assert site.said() == []
    minutes(site, 7, "31.0")
    assert [kind for kind, _ in site.said()] == ["raised"]
    minutes(site, 12, "31.0")
    assert [kind for kind, _ in site.said()] == ["raised", "escalated"]
    assert [kind for kind, _ in site.said("head")] == ["escalated"]


def test_a_sign_of_life_comes_once_a_day_and_yesterdays_is_dropped(watch):
    targets = [target(), target("night", schedule="22:00-23:00"), target("head", escalation=True)]
    site = watch(site_settings(["H-01"], notify=targets), HOT)
    for _ in range(3 * 24):
        site.clock.pass_time(3600)
        site.series("H-01", ["20.0", "20.1", "20.0"], apart_s=1)
        site.step()
        site.restart()
    assert site.said() == [("sign-of-life", "[all is watched] Test site")] * 3
    assert len(site.said("night")) == 2
    assert site.said("head") == []
    with reading(site.records) as connection:
        where = (messages.c.site == site.settings.site.id, messages.c.target == "mail")
        rows = connection.execute(select(messages).where(*where).order_by(messages.c.id)).all()
    assert [row.state for row in rows] == ["not-needed", "not-needed", "waiting"]
    assert "1 of 1 are heard" in rows[-1].body
    assert "72 rows since" in rows[-1].body


def test_after_an_outage_of_the_target_one_message_tells_how_things_stand(watch):
    site = watch(site_settings(["H-01"], notify=[target()]), HOT)
    minutes(site, 1, "31.0")
    with changing(site.records) as connection:
        row = connection.execute(select(messages).where(messages.c.site == site.settings.site.id)).one()
        message = Message(
            **{name: getattr(row, name) for name in Message.__dataclass_fields__}  # as the courier has it
        )
        record_try(connection, message, MessageTry(site.clock.now_ns(), False, "no answer"), 0)
    for _ in range(4):
        minutes(site, 12, "20.0")
        minutes(site, 12, "31.0")
    assert len(site.said()) == 1
    with changing(site.records) as connection:
        record_try(connection, message, MessageTry(site.clock.now_ns(), True, "yes"), 0)
    minutes(site, 1, "31.0")
    kinds = [kind for kind, _ in site.said()]
    assert kinds == ["raised", "digest"]


def test_a_target_that_refuses_one_message_is_told_of_other_alerts_all_the_same(watch):
    site = watch(site_settings(["H-01", "H-02"], notify=[target()]), HOT)
    minutes(site, 1, "31.0")
    with changing(site.records) as connection:
        row = connection.execute(select(messages).where(messages.c.site == site.settings.site.id)).one()
        message = Message(**{name: getattr(row, name) for name in Message.__dataclass_fields__})
        words = "The robot refuses: HTTP 200, code 310000 keywords not in content"
        record_try(connection, message, MessageTry(site.clock.now_ns(), False, words), 0)
    minutes(site, 20, "20.0")
    assert len(site.said()) == 1  # every message may be refused: none piles up
    minutes(site, 15, "20.0")
    assert [kind for kind, _ in site.said()][1:] != []
