"""Signing in at a running service, as a browser and as somebody else's page would."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.security.accounts import Accounts
from daq.web.entrance import local_address
from drivers.clock import SystemClock
from tests.daq.security.staff import LI_PASSWORD, WU_PASSWORD, populate
from tests.daq.web.test_app import SITE


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    (folder / "site.toml").write_text(SITE.format(port=port), encoding="utf-8")
    with open_records(records_url(folder / "data")) as engine:
        populate(Accounts(engine, SystemClock()))
    process = subprocess.Popen(
        [sys.executable, "-m", "daq", "web", "--site", "site.toml", "--data", "data"],
        cwd=folder,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            httpx.get(f"{url}/healthz", trust_env=False)
            break
        except httpx.TransportError:
            assert process.poll() is None
            time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.fixture
def browser(web):
    with httpx.Client(base_url=web, trust_env=False) as client:
        yield client


def sign_in(browser, password=LI_PASSWORD, next_page="/audit", **headers):
    form = {"account": "li.wei", "password": password, "next": next_page}
    return browser.post("/sign-in", data=form, headers=headers)


def test_a_page_asks_who_it_is_and_leads_back(browser):
    answer = browser.get("/audit?account=li.wei")
    assert answer.status_code == 303
    place = urlsplit(answer.headers["location"])
    assert (place.path, parse_qs(place.query)) == ("/sign-in", {"next": ["/audit?account=li.wei"]})


def test_signed_in_until_signed_out(browser):
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    page = browser.get("/audit")
    assert page.status_code == 200
    assert "人 li.wei" in page.text
    kept = browser.cookies["hengliang"]
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/audit", headers={"Cookie": f"hengliang={kept}"}).status_code == 303


def test_a_wrong_password_is_told_and_gives_nothing(browser):
    answer = sign_in(browser, "wrong")
    assert answer.headers["location"].startswith("/sign-in?")
    assert "set-cookie" not in answer.headers
    assert "账号与密码不符" in browser.get(answer.headers["location"]).text


def test_the_form_of_another_site_is_refused(browser):
    assert sign_in(browser, Origin="http://evil.example").status_code == 403


def test_no_other_site_may_frame_a_page(browser):
    assert browser.get("/").headers["x-frame-options"] == "DENY"


def test_live_values_need_no_sign_in(browser):
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "",
        "/a\r\nb",
        "/a\\b",
        "javascript:1",
    ],
)
def test_signing_in_leads_nowhere_else(address):
    assert local_address(address) == "/"


def test_signing_in_leads_back(browser):
    assert local_address("/audit?record=person/li.wei&from=2026-01-01") == (
        "/audit?record=person/li.wei&from=2026-01-01"
    )


def token_of(browser):
    answer = browser.post("/api/v1/sign-in", data={"account": "wu.fang", "password": WU_PASSWORD})
    return answer.json()["token"]


def test_a_program_signs_in_by_token_or_with_each_request(browser):
    assert browser.get("/api/v1/samples").status_code == 401
    bearer = {"Authorization": f"Bearer {token_of(browser)}"}
    assert browser.get("/api/v1/samples", headers=bearer).status_code == 200
    assert browser.get("/api/v1/samples", auth=("wu.fang", WU_PASSWORD)).status_code == 200
    assert browser.get("/api/v1/samples", auth=("wu.fang", "wrong")).status_code == 401
    assert browser.get("/api/v1/samples", headers={"Authorization": "Basic ?"}).status_code == 401


def test_the_cookie_of_a_page_reads_and_never_writes(browser):
    sign_in(browser)
    assert browser.get("/api/v1/samples").status_code == 200
    body = {"number": "S-1", "product_zh": "黄连"}
    assert browser.post("/api/v1/samples", json=body).status_code == 401


def test_documents_need_a_sign_in(browser):
    assert browser.get(f"/documents/{'0' * 64}").status_code == 401
    sign_in(browser)
    assert browser.get(f"/documents/{'0' * 64}").status_code == 404
    assert browser.get("/documents/..%2f..%2fetc%2fpasswd").status_code == 404
