"""What people do about alerts: roles, comments, the audit trail; on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import select

from daq.errors import AlertError, NoSuchRecordError, NotPermittedError, RecordsError
from daq.lab.alerts import (
    AlertDesk,
    acknowledge,
    active_alerts,
    alert_detail,
    past_alerts,
    shelve,
    unshelve,
)
from daq.records.alerts import Shelf, add_alert, change_alert, count_unacknowledged, end_shelf
from daq.records.alerts_tables import alert_acts
from daq.records.database import changing, reading
from daq.records.schema import audit
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.verification import verify_records
from tests.clocks import HandClock
from tests.daq.entered import insert_person

STAFF = {
    "technician": Role.TECHNICIAN,
    "metrologist": Role.METROLOGIST,
    "quality": Role.QUALITY_MANAGER,
    "admin": Role.ADMINISTRATOR,
    "inspector": Role.INSPECTOR,
}


@pytest.fixture
def desk(engine):
    with changing(engine) as connection:
        for account, role in STAFF.items():
            insert_person(connection, account, {role}, 1)
    return AlertDesk(engine, HandClock(), "t")


def actor(account):
    return Actor(account, "web 192.0.2.7")


def raised(desk, number=1, **more):
    columns = {
        "site": "t",
        "key": f"hot|H-{number:02d}/temperature",
        "rule": "hot",
        "kind": "limit",
        "nature": "value",
        "severity": "alarm",
        "instrument": f"H-{number:02d}",
        "channel": "temperature",
        "since_ns": number,
        "raised_ns": number,
        "times": 1,
        "body": {"title_zh": "超限"},
        **more,
    }
    with changing(desk.engine) as connection:
        return add_alert(connection, columns)


def test_an_acknowledgement_is_who_when_and_what_with_its_entry_in_the_trail(desk):
    number = raised(desk)
    alert = acknowledge(desk, actor("technician"), number, "  空调已报修，\n 先用二号天平室 ")
    assert (alert.state, alert.acknowledged_by, alert.acknowledged_ns) == (
        "acknowledged",
        "technician",
        desk.clock.now_ns(),
    )
    (act,) = alert_detail(desk.engine, "t", number).acts
    assert act.comment == "空调已报修， 先用二号天平室"
    with reading(desk.engine) as connection:
        (row,) = connection.execute(select(audit).where(audit.c.action == "alert acknowledged")).all()
    assert (row.account, row.origin, row.reason) == ("technician", "web 192.0.2.7", act.comment)
    assert '"comment":"空调已报修， 先用二号天平室"' in row.new
    assert verify_records(desk.engine).ok


@pytest.mark.parametrize(
    ("nature", "may_acknowledge", "may_shelve"),
    [
        ("value", {"technician", "metrologist", "quality"}, {"metrologist", "quality"}),
        ("health", {"technician", "metrologist", "quality", "admin"}, {"metrologist", "quality", "admin"}),
    ],
)
def test_roles(desk, nature, may_acknowledge, may_shelve):
    for number, account in enumerate([*STAFF, "nobody"], 1):
        alert = raised(desk, number, nature=nature)
        for act, allowed in (
            (lambda who, id_: shelve(desk, who, id_, 1, "x"), may_shelve),
            (lambda who, id_: unshelve(desk, who, id_, "x"), may_shelve),
            (lambda who, id_: acknowledge(desk, who, id_, "x"), may_acknowledge),
        ):
            if account in allowed:
                act(actor(account), alert)
            else:
                with pytest.raises(NotPermittedError):
                    act(actor(account), alert)
    assert verify_records(desk.engine).ok


def test_what_is_refused_is_said_and_changes_nothing(desk):
    number, other = raised(desk), raised(desk, 2, site="elsewhere")
    who = actor("metrologist")
    for act, sentence in (
        (lambda: acknowledge(desk, who, number, " \n "), "Say in a few words what is done about it."),
        (lambda: acknowledge(desk, who, number, "x" * 501), "The comment may have up to 500 characters."),
        (lambda: acknowledge(desk, who, 999, "x"), "There is no alert 999 at this site."),
        (lambda: acknowledge(desk, who, other, "x"), f"There is no alert {other} at this site."),
        (
            lambda: shelve(desk, who, number, 0, "x"),
            "A shelf holds more than 0 and at most 168 hours, not 0.",
        ),
        (lambda: shelve(desk, who, number, float("nan"), "x"), "not nan"),
        (lambda: unshelve(desk, who, number, "x"), f"Alert {number} is not shelved."),
        (lambda: alert_detail(desk.engine, "t", other), f"There is no alert {other} at this site."),
    ):
        with pytest.raises((AlertError, NoSuchRecordError)) as caught:
            act()
        assert sentence in str(caught.value)
    detail = alert_detail(desk.engine, "t", number)
    assert detail.acts == ()
    assert detail.alert.state == "raised"


def test_only_the_first_acknowledges(desk):
    number = raised(desk)
    acknowledge(desk, actor("technician"), number, "first")
    with pytest.raises(AlertError, match="technician acknowledged alert"):
        acknowledge(desk, actor("quality"), number, "second")
    shelve(desk, actor("quality"), number, 1, "x")
    with pytest.raises(AlertError, match="is shelved already"):
        shelve(desk, actor("quality"), number, 1, "x")


def test_what_is_urgent_comes_first(desk):
    info = raised(desk, 1, severity="info")
    seen = raised(desk, 2)
    older = raised(desk, 3)
    newer = raised(desk, 4)
    shelved = raised(desk, 5)
    folded = raised(desk, 6, cause_id=newer)
    over = raised(desk, 7, cleared_ns=9)
    acknowledge(desk, actor("technician"), seen, "x")
    shelve(desk, actor("quality"), shelved, 1, "x")
    listed = active_alerts(desk.engine, "t")
    assert [each.alert.id for each in listed] == [newer, older, seen, info, shelved]
    assert [each.dependants for each in listed] == [1, 0, 0, 0, 0]
    assert [alert.id for alert in alert_detail(desk.engine, "t", newer).dependants] == [folded]
    past = [each.alert.id for each in past_alerts(desk.engine, "t", limit=3)]
    assert past == [over, folded, shelved]
    assert [each.alert.id for each in past_alerts(desk.engine, "t", before_id=shelved)] == [
        newer,
        older,
        seen,
        info,
    ]
    with reading(desk.engine) as connection:
        assert count_unacknowledged(connection, "t") == 4


def test_an_act_that_was_altered_past_the_trail_is_found(desk):
    number = raised(desk)
    acknowledge(desk, actor("technician"), number, "seen")
    with pytest.raises(RecordsError, match="never changed"), changing(desk.engine) as connection:
        connection.execute(alert_acts.update().values(account="quality"))
    name = {"sqlite": "alert_acts_keeps_values", "postgresql": "alert_acts_append_only ON alert_acts"}
    with changing(desk.engine) as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name[desk.engine.dialect.name]}")
        connection.execute(alert_acts.update().values(account="quality"))
    assert not verify_records(desk.engine).ok


def test_one_cause_has_one_open_alert_and_one_shelf(desk):
    number = raised(desk)
    with pytest.raises(RecordsError):
        raised(desk)
    shelve(desk, actor("quality"), number, 1, "x")
    with changing(desk.engine) as connection:
        change_alert(connection, number, cleared_ns=5)
    again = raised(desk)
    with pytest.raises(AlertError, match="is shelved already"):
        shelve(desk, actor("quality"), again, 1, "x")
    with changing(desk.engine) as connection:
        end_shelf(connection, Shelf(1, "", 0), 7)
    shelve(desk, actor("quality"), again, 1, "x")
