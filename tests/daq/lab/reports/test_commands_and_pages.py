"""Reports as people get them: at the console, and from the pages of a running service."""

import datetime
import http.cookiejar
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from contextlib import closing

import pytest
import tomli_w
from argon2 import PasswordHasher
from typer.testing import CliRunner

from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Severity
from daq.cli import app
from daq.records import schema
from daq.records.database import changing, make_engine, records_url
from daq.security.passwords import PasswordKeeper
from tests.daq.lab.papers.looking import shown
from tests.daq.lab.reports.conftest import CHECK, COMPUTED, REVIEWED, SHORT
from tests.daq.lab.reports.office import LABORATORY

PASSWORD = "forty green pheasants"


@pytest.fixture
def site(folder, tmp_path):
    """The site's configuration beside its data; everybody has the same password."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    instrument = {"name": "B-01", "url": "tcp://127.0.0.1:9", "profile": "mettler-toledo-mt-sics"}
    about = {
        "site": {"id": "t", "name_zh": "检验检测中心", "name_en": "Laboratory"},
        "laboratory": LABORATORY,
        "web": {"port": port},
        "instrument": [instrument],
    }
    (tmp_path / "site.toml").write_text(tomli_w.dumps(about), encoding="utf-8")
    keeper = PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    engine = make_engine(records_url(folder))
    with changing(engine) as connection:
        connection.execute(schema.people.update().values(password_hash=keeper.hash(PASSWORD)))
    engine.dispose()
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def hengliang(site, folder, tmp_path):
    runner = CliRunner()

    def call(*arguments, by="", code=0):
        words = [*arguments, "--data", folder]
        words += ["--site", tmp_path / "site.toml"] if arguments[0] != "verify" else []
        words += ["--by", by] if by else []
        result = runner.invoke(app, [str(word) for word in words], input=f"{PASSWORD}\n")
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_a_report_is_issued_opened_and_verified_at_the_console(hengliang, tmp_path):
    assert "no report yet" in hengliang("report", "list")
    refused = hengliang("report", "issue", COMPUTED, by="li.jun", code=1)
    assert "is not reviewed by a second person yet" in refused
    issued = hengliang("report", "issue", REVIEWED, by="li.jun")
    assert "-0001  version 1  S-2026-0002  HL-2026-0157  14.0 %  pass" in issued
    (listed,) = json.loads(hengliang("report", "list", "--json"))
    assert listed["results"][0]["verdicts"] == ["pass"]
    file = tmp_path / "report.pdf"
    assert str(file) in hengliang("report", "open", listed["number"], "--language", "en", "--to", file)
    assert "This laboratory issued this file." in hengliang("verify", file)
    assert "This laboratory issued this file." in hengliang("verify", "--report", file)
    file.write_bytes(file.read_bytes()[:-2000])
    assert "no PDF that can be read" in hengliang("verify", file, code=1)
    assert "no paper in de; there is zh_CN, en" in hengliang(
        "report", "open", listed["number"], "--language", "de", code=1
    )
    assert "There is no report HL-1999-1" in hengliang("report", "open", "HL-1999-1", code=1)


def test_raw_record_evidence_and_dcc_are_files(hengliang, tmp_path):
    hengliang("report", "raw", COMPUTED, "--to", tmp_path / "raw.pdf")
    assert "非最终记录" in shown((tmp_path / "raw.pdf").read_bytes())
    hengliang("report", "evidence", SHORT, "--to", tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        assert "SHA256SUMS" in archive.namelist()
    refused = hengliang("certificate", "dcc", COMPUTED, "--to", tmp_path / "x.xml", code=1)
    assert "is not reviewed by a second person yet" in refused
    assert "cannot be written" in hengliang(
        "report", "raw", SHORT, "--to", tmp_path / "no" / "raw.pdf", code=1
    )


def test_a_check_becomes_a_certificate_that_our_own_importer_takes(hengliang, tmp_path):
    hengliang("session", "review", CHECK, by="wang.fang")
    said = hengliang("certificate", "dcc", CHECK, "--to", tmp_path / "own.xml")
    assert "enter it as any other certificate" in said
    document = read_dcc((tmp_path / "own.xml").read_bytes(), "own.xml", datetime.date(2099, 1, 1))
    assert document.administrative.number == CHECK
    assert not [one for one in document.findings if one.severity is Severity.ERROR]


class Browser:
    """Keeps cookies and follows where it is sent."""

    def __init__(self, url):
        self._url = url
        handler = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(handler)

    def get(self, path):
        try:
            with self._opener.open(f"{self._url}{path}", timeout=20) as answer:
                return answer.status, answer.headers, answer.read(), urllib.parse.urlsplit(answer.url).path
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read(), path

    def sign_in(self, account):
        form = urllib.parse.urlencode({"account": account, "password": PASSWORD, "next": "/me"})
        self._opener.open(f"{self._url}/sign-in", form.encode(), timeout=20).close()


@pytest.fixture
def browser(site, folder, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "daq", "web", "--site", "site.toml", "--data", str(folder)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    browser = Browser(site)
    while True:
        try:
            browser.get("/healthz")
            break
        except urllib.error.URLError:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.1)
    yield browser
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert "Traceback" not in output, output


def test_pages_give_the_papers_to_who_is_signed_in(hengliang, browser):
    number = json.loads(hengliang("report", "issue", REVIEWED, "--json", by="li.jun").splitlines()[-1])[
        "number"
    ]
    for path in (f"/session/{REVIEWED}/report.pdf", f"/session/{REVIEWED}/evidence.zip", "/reports"):
        assert browser.get(path)[3] == "/sign-in"
    browser.sign_in("inspector")
    for language in ("zh_CN", "en"):
        status, headers, pdf, _ = browser.get(f"/session/{REVIEWED}/report.pdf?version=1&language={language}")
        assert (status, headers["Content-Type"]) == (200, "application/pdf")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"] == f"inline; filename*=UTF-8''{number}-{language}.pdf"
        assert number in shown(pdf)
    said = {
        "raw-record.pdf": b"%PDF",
        "session.xlsx": b"PK",
        "captures.csv": b"\xef\xbb\xbf",
        "results.csv": b"\xef\xbb\xbf",
        "evidence.zip": b"PK",
    }
    for name, begins in said.items():
        status, headers, data, _ = browser.get(f"/session/{REVIEWED}/{name}")
        assert (status, data[: len(begins)]) == (200, begins), name
        kind = "inline" if name.endswith("pdf") else "attachment"
        assert headers["Content-Disposition"].startswith(kind)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert f"reports/{number}-v1-en.pdf" in archive.namelist()
    assert browser.get("/equipment/B-01/label.pdf")[2].startswith(b"%PDF")
    for missing in (
        f"/session/{REVIEWED}/report.pdf?version=2",
        f"/session/{SHORT}/report.pdf",
        f"/session/{REVIEWED}/passwords.csv",
        "/session/S-1999-0001/raw-record.pdf",
    ):
        assert browser.get(missing)[0] == 404, missing
    assert browser.get("/equipment/X-9/label.pdf")[0] == 409
    for page in ("/reports", "/reports?q=14.0", f"/session/{REVIEWED}", f"/session/{COMPUTED}"):
        status, _, html, _ = browser.get(page)
        assert status == 200, page
        assert (number in html.decode()) == (page != f"/session/{COMPUTED}"), page
    assert number not in browser.get("/reports?q=somebody%20else")[2].decode()
