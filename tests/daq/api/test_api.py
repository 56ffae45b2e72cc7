"""A LIMS leads a session over the interface: the same rules, the same sentences, as JSON."""

import secrets

from daq.lab.methods.loading import load_methods
from tests.daq.api.conftest import PASSWORD
from tests.daq.lab.sessions.bench import ROLES, figures, next_task, prepare

API = "/api/v1"
PNG = b"\x89PNG\r\n\x1a\n and a picture"


def word(account, role):
    return {"account": account, "password": PASSWORD, "role": role}


def start(client, method, **more):
    made = client.post(f"{API}/sessions", json={"method": method, **more})
    assert made.status_code == 200, made.text
    return made.json()["session"]


def roles_of(client, method, scope="session"):
    (found,) = [one for one in client.get(f"{API}/methods").json() if one["name"] == method]
    return {one["role"]: ROLES[one["role"]] for one in found["roles"] if one["scope"] == scope}


def do(client, bench, session, task):
    """One step, asked for as a program does."""
    base = f"{API}/sessions/{session}"
    where = {"step": task.place.step, "portion": task.place.portion}
    if task.action == "capture":
        asked = {**where, "token": secrets.token_hex(8)}
        return client.post(f"{base}/captures", json=asked)
    if task.action == "attach":
        return client.post(f"{base}/pictures", data=where, files={"file": ("scale.png", PNG)})
    body = {"action": task.action, **where}
    if task.action == "enter":
        method = client.get(base).json()["method"]
        value = figures(load_methods()[method], task.place.portion, task.step.into)[0]
        body |= {"value": str(value), "reason": "read by eye"}
    return client.post(f"{base}/steps", json=body)


def walk(client, bench, session):
    while (state := bench.state(session)).tasks:
        task = next_task(state)
        prepare(bench, session, task)
        done = do(client, bench, session, task)
        assert done.status_code == 200, done.text


def test_a_sample_from_its_label_to_the_reviewed_result(client, bench):
    bench.check_balance()
    made = client.post(f"{API}/samples", json={"number": "HL-2026-0200", "product_zh": "干辣椒"})
    assert made.json()["version"] == 1
    method = "spices-distillation-gb-5009-3-3"
    session = start(
        client,
        method,
        sample="https://lims.example/s/HL-2026-0200",
        limit="chili-gbt-30382",
        roles=roles_of(client, method),
    )
    walk(client, bench, session)
    assert client.post(f"{API}/sessions/{session}/finish").json()["stage"] == "finished"
    signed = client.post(f"{API}/sessions/{session}/sign", json=word("chen.yu", "technician"))
    assert signed.json()["signed"]["meaning"] == "performed"
    reviewed = client.post(
        f"{API}/sessions/{session}/review", json={"signature": word("li.jun", "quality-manager")}
    )
    assert reviewed.json()["stage"] == "reviewed"
    (result,) = client.get(f"{API}/sessions/{session}/results").json()
    assert result["reported"] == "11.9"
    assert result["verdicts"][0]["decision"] == "fail"
    assert [one["session"] for one in client.get(f"{API}/sessions?sample=HL-2026-0200").json()] == [session]
    still_open = client.get(f"{API}/sessions").json()
    assert [one["method"] for one in still_open] == ["balance-daily-check"]  # signed, and not reviewed


def test_a_check_with_weights_and_a_strike(client, bench):
    method = "balance-daily-check"
    session = start(client, method, roles=roles_of(client, method))
    base = f"{API}/sessions/{session}"
    for role, name in roles_of(client, method, "portion").items():
        chosen = client.post(f"{base}/instruments", json={"role": role, "portion": 1, "instrument": name})
        assert chosen.status_code == 200, chosen.text
    walk(client, bench, session)
    events = client.get(f"{base}/events").json()
    last = next(one["n"] for one in reversed(events) if one["kind"] == "captured")
    struck = client.post(f"{base}/strikes", json={"n": last, "reason": "wrong weight"}).json()
    assert struck["tasks"][0]["step"] == "load"
    assert struck["captures"][-1]["struck"] == "wrong weight"
    assert client.post(f"{base}/notes", json={"text": "door was open"}).status_code == 200
    added = client.post(f"{base}/portions", json={"action": "add"}).json()
    assert added["portions"] == [1, 2]
    given_up = {"action": "abandon", "portion": 2, "reason": "not needed"}
    assert client.post(f"{base}/portions", json=given_up).json()["portions"] == [1]
    cancelled = client.post(f"{base}/cancel", json={"reason": "tomorrow"}).json()
    assert cancelled["stage"] == "cancelled"


ERRORS = [
    ("GET", "sessions/S-2026-9999", None, 404, "There is no session S-2026-9999."),
    ("GET", "samples/none", None, 404, "There is no sample none"),
    ("POST", "sessions", {"method": "none"}, 404, "There is no method none"),
    ("POST", "sessions", {"method": "balance-daily-check"}, 409, "No instrument is chosen for balance."),
    ("POST", "sessions", {"method": "x", "colour": 1}, 422, "colour"),
    ("POST", "methods", {"name": "x", "document": "= 1"}, 422, "x.toml: is not a TOML file"),
    ("POST", "samples", {"number": "a/b", "product_zh": "x"}, 409, "cannot be a sample's number"),
    ("POST", "sessions/S-2026-9999/recalculate", {"reason": "x"}, 403, "it takes the role"),
]


def test_errors_are_sentences_with_a_status(client):
    for method, path, body, status, words in ERRORS:
        answer = client.request(method, f"{API}/{path}", json=body)
        assert answer.status_code == status, answer.text
        assert words in answer.text


def test_a_refusal_has_every_reason_with_code_and_facts(client):
    answer = client.post(f"{API}/sessions", json={"method": "balance-daily-check"})
    (reason,) = answer.json()["reasons"]
    assert reason["facts"] == {"role": "balance"}
    assert reason["message"] == "No instrument is chosen for {role}."


def test_nobody_is_let_in_without_saying_who(client):
    for path in ("sessions", "samples", "methods", "events"):
        assert client.get(f"{API}/{path}", headers={"x-account": ""}).status_code == 401


def test_a_wrong_password_signs_nothing(client, bench):
    session = bench.start("balance-daily-check")
    wrong = word("chen.yu", "technician") | {"password": "wrong"}
    assert client.post(f"{API}/sessions/{session}/sign", json=wrong).status_code == 401


def test_an_override_takes_two_people_in_one_request(client, bench):
    session = start(
        client,
        "water-shield-dried-solids",
        sample="HL-2026-0157",
        roles=roles_of(client, "water-shield-dried-solids"),
        overrides=[
            {
                "code": "instrument",
                "subject": "balance/B-01",
                "reason": "the check is done in the evening",
                "first": word("chen.yu", "technician"),
                "second": word("li.jun", "quality-manager"),
            }
        ],
    )
    (override,) = client.get(f"{API}/sessions/{session}").json()["overrides"]
    assert [one["account"] for one in override["people"]] == ["chen.yu", "li.jun"]


def test_a_method_is_imported_and_approved_over_the_interface(client, bench):
    (old,) = [
        one for one in client.get(f"{API}/methods").json() if one["name"] == "water-shield-dried-solids"
    ]
    whole = client.get(f"{API}/methods/{old['name']}/{old['version'][:12]}").json()
    changed = {"name": old["name"], "document": whole["document"] + "\n# read again\n"}
    new = client.post(f"{API}/methods", json=changed, headers={"x-account": "wang.fang"}).json()
    assert (new["state"], new["version"] != old["version"]) == ("imported", True)
    steps = f"{API}/methods/{new['name']}/{new['version']}/steps"
    for account, role, state in (
        ("wang.fang", "metrologist", "entered"),
        ("li.jun", "quality-manager", "approved"),
    ):
        signed = client.post(steps, json={"state": state, "signature": word(account, role)})
        assert signed.json()["state"] == state


def test_the_feed_is_read_page_by_page_to_its_end(client, bench):
    bench.check_balance()
    seen, after = [], 0
    while True:
        page = client.get(f"{API}/events", params={"after": after, "limit": 7}).json()
        if not page["events"]:
            break
        seen += page["events"]
        after = page["next"]
    numbers = [one["seq"] for one in seen]
    assert numbers == sorted(set(numbers))
    kinds = {one["kind"] for one in seen}
    assert {"sample", "session", "session-event", "capture", "result"} <= kinds
    assert not kinds & {"person", "certificate", "equipment"}


def test_a_picture_must_be_one(client, bench):
    session = bench.start("spices-distillation-gb-5009-3-3") if bench.check_balance() else ""
    answer = client.post(
        f"{API}/sessions/{session}/pictures",
        data={"step": "receiver-picture", "portion": 1},
        files={"file": ("scale.png", b"#!/bin/sh")},
    )
    assert answer.status_code == 409
    assert "A picture is a JPEG or PNG file" in answer.json()["sentence"]
