"""Alerts for other programs: the same rules and the same sentences as at the console."""

import pytest
from sqlalchemy import select

from daq.records.alerts import add_alert
from daq.records.database import changing, reading
from daq.records.schema import audit

API = "/api/v1/alerts"


@pytest.fixture
def alert(bench):
    columns = {
        "site": "t",
        "key": "hot|H-01/temperature",
        "rule": "hot",
        "kind": "limit",
        "nature": "value",
        "severity": "alarm",
        "instrument": "H-01",
        "channel": "temperature",
        "since_ns": 1,
        "raised_ns": 1,
        "times": 1,
        "body": {"facts": {"value": 31.24, "U": 0.2, "k": 2.0, "unit": "degC", "low": None, "high": "30"}},
    }
    with changing(bench.engine) as connection:
        return add_alert(connection, columns)


def test_who_is_not_known_sees_nothing(client, alert):
    for path in ("", f"/{alert}"):
        answer = client.get(API + path, headers={"x-account": ""})
        assert (answer.status_code, answer.json()["sentence"]) == (401, "Sign in first.")
    assert (
        client.post(
            f"{API}/{alert}/acknowledge", json={"comment": "x"}, headers={"x-account": ""}
        ).status_code
        == 401
    )


def test_an_alert_is_listed_acknowledged_and_shelved(client, bench, alert):
    (listed,) = client.get(API).json()
    assert (listed["id"], listed["state"]) == (alert, "raised")
    assert listed["what_zh"] == "31.24 ± 0.20\u2009°C (k=2.00)，上限 30\u2009°C"
    assert listed["what_en"] == "31.24 ± 0.20\u2009°C (k=2.00); at most 30\u2009°C"
    done = client.post(f"{API}/{alert}/acknowledge", json={"comment": "空调已报修"}).json()
    assert (done["state"], done["acts"][0]["comment"]) == ("acknowledged", "空调已报修")
    shelf = {"hours": 2, "reason": "施工"}
    refused = client.post(f"{API}/{alert}/shelve", json=shelf)
    assert (refused.status_code, refused.json()["error"]) == (403, "NotPermittedError")
    kept = client.post(f"{API}/{alert}/shelve", json=shelf, headers={"x-account": "wang.fang"}).json()
    assert kept["shelved_until_ns"] == bench.bench.clock.now_ns() + 7200 * 10**9
    again = client.post(f"{API}/{alert}/unshelve", json={"reason": "x"}, headers={"x-account": "wang.fang"})
    assert again.json()["shelved_until_ns"] is None
    with reading(bench.engine) as connection:
        rows = connection.execute(select(audit.c.account).where(audit.c.record.like("alert-act/%"))).scalars()
        assert rows.all() == ["chen.yu", "wang.fang", "wang.fang"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("99", None, 404),
        ("99/acknowledge", {"comment": "x"}, 404),
        ("{alert}/acknowledge", {"comment": " "}, 409),
        ("{alert}/acknowledge", {"coment": "x"}, 422),
        ("{alert}/unshelve", {"reason": "x"}, 409),
        ("{alert}/shelve", {"reason": "x", "hours": 1000}, 409),
        ("many", None, 422),
    ],
)
def test_what_cannot_be_done_is_told(client, alert, path, body, status):
    address = f"{API}/{path.format(alert=alert)}"
    who = {"x-account": "wang.fang"}
    answer = (
        client.get(address, headers=who) if body is None else client.post(address, json=body, headers=who)
    )
    assert answer.status_code == status, answer.text


def test_history_comes_in_pages(client, bench, alert):
    assert [one["id"] for one in client.get(f"{API}?history=true&limit=1").json()] == [alert]
    assert client.get(f"{API}?history=true&before={alert}").json() == []
    assert client.get(f"{API}?limit=0").status_code == 422
