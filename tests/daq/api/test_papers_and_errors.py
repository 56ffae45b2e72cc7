"""What another program gets besides sessions: reports and papers, and every error in one form."""

import zipfile
from io import BytesIO

import pytest

from tests.daq.api.conftest import PASSWORD
from tests.daq.api.test_api import API, roles_of, start, word
from tests.daq.lab.papers.looking import need_chinese_font
from tests.daq.lab.reports.office import quick
from tests.daq.lab.sessions.bench import act, prepare

FORM = {"error", "sentence", "reasons"}


def test_a_reviewed_session_becomes_a_report_that_is_listed_and_downloaded(client, bench):
    need_chinese_font()
    session = quick(bench)
    early = client.get(f"{API}/sessions/{session}/papers/report.pdf")
    assert (early.status_code, early.json()["sentence"]) == (404, f"No such report of {session} was issued.")
    made = client.post(f"{API}/sessions/{session}/report", json=word("wang.fang", "metrologist"))
    assert made.status_code == 200, made.text
    number = made.json()["number"]
    assert client.get(f"{API}/reports").json() == [made.json()]
    assert client.get(f"{API}/reports/{number}").json() == made.json()
    for language in ("zh_CN", "en"):
        pdf = client.get(f"{API}/sessions/{session}/papers/report.pdf", params={"language": language})
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF-")
        assert number in pdf.headers["content-disposition"]
    again = client.post(f"{API}/sessions/{session}/report", json=word("wang.fang", "metrologist"))
    assert (again.status_code, again.json()["error"]) == (409, "PaperError")


def test_every_paper_of_a_session_can_be_had(client, bench):
    need_chinese_font()
    session = quick(bench)
    papers = f"{API}/sessions/{session}/papers"
    assert client.get(f"{papers}/raw-record.pdf").content.startswith(b"%PDF-")
    assert zipfile.ZipFile(BytesIO(client.get(f"{papers}/session.xlsx").content)).testzip() is None
    assert client.get(f"{papers}/captures.csv").content.startswith(b"\xef\xbb\xbf")
    assert client.get(f"{papers}/results.csv").status_code == 200
    assert zipfile.ZipFile(BytesIO(client.get(f"{papers}/evidence.zip").content)).namelist()
    assert client.get(f"{papers}/report.docx").status_code == 404


def test_who_took_part_in_the_work_issues_no_report(client, bench):
    session = quick(bench)
    refused = client.post(f"{API}/sessions/{session}/report", json=word("chen.yu", "technician"))
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "sentence"),
    [
        ("post", "samples", {"json": {"number": "X-1"}}, 422, "product_zh: is missing"),
        (
            "post",
            "samples",
            {"json": {"number": "X", "product_zh": "x", "lott": ""}},
            422,
            "lott: unknown key",
        ),
        ("post", "samples", {"content": b"{bad"}, 422, "the body is not JSON"),
        ("get", "events?after=abc", {}, 422, "after: Input should be a valid integer"),
        ("get", "nothing", {}, 404, "There is no GET /api/v1/nothing."),
        ("put", "samples", {"json": {}}, 404, "There is no PUT /api/v1/samples."),
        ("delete", "sessions/S-2026-0001", {}, 404, "There is no DELETE /api/v1/sessions/S-2026-0001."),
    ],
)
def test_every_error_has_one_form(client, method, path, more, status, sentence):
    answer = client.request(method, f"{API}/{path}", headers={"content-type": "application/json"}, **more)
    assert answer.status_code == status
    assert sentence in answer.json()["sentence"]
    assert {"error", "sentence"} <= set(answer.json()) <= FORM


def test_a_password_is_never_sent_back(client, bench):
    session = quick(bench, signed=False)
    body = {"account": "chen.yu", "password": [PASSWORD], "role": "technician"}
    refused = client.post(f"{API}/sessions/{session}/sign", json=body)
    assert refused.status_code == 422
    assert PASSWORD not in refused.text


def test_a_refusal_says_by_code_what_it_is_and_what_two_people_may_allow(client, bench):
    method = "coptis-moisture-chp-0832-2"
    asked = {"sample": "HL-2026-0157", "roles": roles_of(client, method)}
    refused = client.post(f"{API}/sessions", json={"method": method, **asked}).json()
    assert [one["code"] for one in refused["reasons"]] == ["not-checked"]
    assert refused["allow"] == [{"code": "instrument", "subject": "balance/B-01"}]
    override = refused["allow"][0] | {
        "reason": "the check is done in the evening",
        "first": word("chen.yu", "technician"),
        "second": word("li.jun", "quality-manager"),
    }
    assert start(client, method, overrides=[override], **asked)


def test_a_token_answers_for_its_own_capture_only(client, bench):
    bench.check_balance()
    session = bench.start("balance-repeatability")
    captures = f"{API}/sessions/{session}/captures"
    while (task := bench.state(session).task(1) or bench.state(session).task(0)).action != "capture":
        act(bench, session, task)
    prepare(bench, session, task)
    asked = {"step": task.place.step, "portion": task.place.portion, "token": "lims-1"}
    first = client.post(captures, json=asked)
    assert first.status_code == 200, first.text
    assert client.post(captures, json=asked).json()["captures"] == first.json()["captures"]
    elsewhere = client.post(captures, json=asked | {"step": "another"})
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (409, "BenchError")
    assert "This token made the capture of" in elsewhere.json()["sentence"]
    for token in ("", "x" * 201):
        assert client.post(captures, json=asked | {"token": token}).status_code == 422
