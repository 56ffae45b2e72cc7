"""The service as a supervisor and a stranger on the network see it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

SITE = """
[site]
id = "test"
name_zh = "检验检测中心"
name_en = "Testing laboratory"
[web]
port = {port}
[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:4001"
profile = "mettler-toledo-mt-sics"
"""


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    (folder / "site.toml").write_text(SITE.format(port=port), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "daq", "web", "--site", "site.toml", "--data", "data"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def get(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running service, without any journal."""
    folder = tmp_path_factory.mktemp("site")
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    process = start(folder, port)
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            get(f"{url}/healthz")
            break
        except urllib.error.URLError:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.1)
    yield url, folder
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert "Traceback" not in output
    assert process.returncode == 0


def test_health_without_journal(web):
    status, _, body = get(f"{web[0]}/healthz")
    assert (status, json.loads(body)) == (200, {"status": "waiting", "journal_rows": 0, "channels": {}})


def test_page_waits_for_acquisition_in_the_sites_language(web):
    status, _, body = get(f"{web[0]}/")
    assert status == 200
    assert "等待采集" in body
    assert "尚无读数" in body


@pytest.mark.parametrize(
    ("query", "cookies"),
    [
        ("lang=en", ["lang=en"]),
        ("lang=en&theme=dark", ["lang=en", "theme=dark"]),
        ("lang=tlh", []),
        ("theme=%0d%0aX-Evil:1", []),
    ],
)
def test_choice_becomes_a_cookie(web, query, cookies):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    opener = urllib.request.build_opener(Stay)
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(f"{web[0]}/instrument/B-01?{query}&span=3600", timeout=10)
    with caught.value as answer:
        assert answer.code == 303
        assert answer.headers["location"] == "/instrument/B-01?span=3600"
        kept = [value.partition(";")[0] for value in answer.headers.get_all("set-cookie", [])]
    assert kept == cookies


@pytest.mark.parametrize("cookie", ["lang=en", "lang=en; theme=dark"])
def test_cookie_tells_language(web, cookie):
    assert "Waiting for acquisition" in get(f"{web[0]}/", Cookie=cookie)[2]


def test_unknown_cookie_is_passed_over(web):
    assert "等待采集" in get(f"{web[0]}/", Cookie="lang=../../etc; theme=pink")[2]


def test_name_in_the_address_cannot_become_markup(web):
    body = get(f"{web[0]}/instrument/%3Cscript%3Ealert(1)%3C%2Fscript%3E")[2]
    assert "<script>alert(1)" not in body


def test_page_of_another_site_may_not_listen(web):
    address = f"{web[0]}/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert get(address, Origin=web[0])[0] != 400
    status, _, body = get(address, Origin="http://elsewhere.example")
    assert status == 400
    assert "origin" in body.lower()


def test_a_page_that_is_silent_for_some_seconds_is_not_cut_off(web):
    url, _ = web
    _, _, body = get(f"{url}/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    assert json.loads(body.removeprefix("0"))["pingTimeout"] >= 8000


def test_nothing_is_written_but_in_the_data_directory(web):
    assert {path.name for path in web[1].iterdir()} <= {"site.toml", "data"}


def test_no_documentation_of_the_machinery_is_served(web):
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert get(f"{web[0]}{path}")[0] == 404


def test_port_in_use_is_one_sentence_and_an_exit_code(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        process = start(tmp_path, port)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in output
    assert "[web]" in output
    assert "Traceback" not in output
