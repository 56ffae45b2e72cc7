"""What a server may answer to a batch, and what it means."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daq.errors import StreamError
from daq.stream.influx import InfluxWriter, Verdict
from daq.stream.points import DataPoint, Series
from daq.stream.trouble import Trouble
from daq.timeseries_server import LocalVictoriaMetrics
from tests.daq.stream.conftest import settings_for

POINT = DataPoint(
    seq=1,
    t_ns=1_790_000_000_123_456_789,
    series=Series("mass", "B-01", "mass", "g"),
    tags={"site": "lab", "instrument": "B-01", "channel": "mass", "unit": "g"},
    fields={"raw": 100.25, "seq": 1, "quality": 0},
)


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives the same bytes to everyone; its URL, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                connection, _ = server.accept()
                with connection:
                    request = connection.recv(65536)
                    if request == b"end":
                        return
                    asked.append(request)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", asked
        finally:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"end")
            thread.join()


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("answer", "verdict", "trouble", "words"),
    [
        (http("204 No Content"), Verdict.ACCEPTED, None, ""),
        (
            http("400 Bad Request", b'{"code":"invalid","message":"unable to parse\\n line 1"}'),
            Verdict.REFUSED,
            None,
            "unable to parse line 1",
        ),
        (http("422 Unprocessable Entity", b"dropped=1"), Verdict.REFUSED, None, "dropped=1"),
        (http("413 Too Large"), Verdict.REFUSED, None, "Too Large"),
        (
            http("401 Unauthorized", b'{"message":"unauthorized access"}'),
            Verdict.KEEP,
            Trouble.TOKEN,
            "token",
        ),
        (http("403 Forbidden", b"[1]"), Verdict.KEEP, Trouble.TOKEN, "(403: [1])"),
        (http("404 Not Found", b"no bucket"), Verdict.KEEP, Trouble.NOT_FOUND, "(no bucket)"),
        (http("500 Oh"), Verdict.KEEP, Trouble.BUSY, "(500: Oh)"),
        (http("503 Busy"), Verdict.KEEP, Trouble.BUSY, "(503: Busy)"),
        (http("405 No"), Verdict.KEEP, Trouble.UNEXPECTED, "answers 405"),
        (http("200 OK", "<html>登录</html>".encode()), Verdict.KEEP, Trouble.UNEXPECTED, "answers 200"),
        (http("500 Oh", "内部错误".encode("gbk")), Verdict.KEEP, Trouble.UNEXPECTED, "UTF-8"),
        (http("302 Found", b"", "Location: http://127.0.0.1:9/"), Verdict.KEEP, Trouble.UNEXPECTED, "302"),
        (b"", Verdict.KEEP, Trouble.UNREACHABLE, "cannot be reached"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Verdict.KEEP, Trouble.UNREACHABLE, "cannot be reached"),
    ],
)
def test_every_answer_has_its_verdict(
    answer: bytes, verdict: Verdict, trouble: Trouble | None, words: str
) -> None:
    with answering(answer) as (url, asked), InfluxWriter(settings_for(url)) as writer:
        given = writer.send([POINT])
    assert (given.verdict, given.trouble) == (verdict, trouble)
    assert words in given.words
    assert "\n" not in given.words
    assert len(asked) == 1  # nothing is repeated behind our back
    if verdict is Verdict.KEEP:
        assert given.words.startswith(url)


@pytest.mark.parametrize(
    ("header", "pause_s"),
    [
        ("Retry-After: 17", 17.0),
        ("Retry-After: 999999", 3600.0),
        ("Retry-After: -3", 0.0),
        ("Retry-After: Mon, 23 Nov 2026 05:00:00 GMT", 0.0),
        ("X: y", 0.0),
    ],
)
def test_retry_after_is_honoured_up_to_an_hour(header: str, pause_s: float) -> None:
    with answering(http("429 Slow", b"", header)) as (url, _), InfluxWriter(settings_for(url)) as writer:
        assert writer.send([POINT]).retry_after_s == pause_s


def test_the_request_is_that_of_the_write_api(tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    token_file.write_text(" secret-1 \n")
    with (
        answering(http("204 No Content")) as (url, asked),
        InfluxWriter(settings_for(f"{url}/base/", token_file=token_file)) as writer,
    ):
        writer.send([POINT])
        token_file.write_text("secret-2")
        writer.send([POINT])
    request = asked[0].decode("latin-1")
    assert request.startswith("POST /base/api/v2/write?org=lab&bucket=hengliang&precision=ns HTTP/1.1\r\n")
    assert "Authorization: Token secret-1\r\n" in request
    assert "Content-Encoding: gzip\r\n" in request
    assert b"Authorization: Token secret-2\r\n" in asked[1]


def test_a_refused_connection_is_kept_and_says_what_to_do() -> None:
    with InfluxWriter(settings_for("http://127.0.0.1:9")) as writer:
        answer = writer.send([POINT])
    assert (answer.verdict, answer.trouble) == (Verdict.KEEP, Trouble.UNREACHABLE)
    assert "(Connection refused)" in answer.words
    assert "start it, or correct timeseries.url" in answer.words


def test_an_unknown_host_is_kept() -> None:
    with InfluxWriter(settings_for("http://no-such-host.invalid:8428")) as writer:
        assert writer.send([POINT]).trouble is Trouble.UNREACHABLE


def test_a_silent_server_is_too_slow() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        InfluxWriter(settings_for(f"http://127.0.0.1:{server.getsockname()[1]}"), timeout_s=0.1) as writer,
    ):
        answer = writer.send([POINT])
    assert (answer.verdict, answer.trouble) == (Verdict.KEEP, Trouble.TOO_SLOW)


def test_plain_http_where_tls_is_expected() -> None:
    with (
        answering(http("204 No Content")) as (url, _),
        InfluxWriter(settings_for(url.replace("http:", "https:")), timeout_s=2) as writer,
    ):
        answer = writer.send([POINT])
    assert answer.trouble is Trouble.UNREACHABLE
    assert "TLS" in answer.words


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("", "is empty")])
def test_a_token_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    token_file = tmp_path / "token"
    if text is not None:
        token_file.write_text(text)
    with InfluxWriter(settings_for("http://127.0.0.1:9", token_file=token_file)) as writer:
        answer = writer.send([POINT])
        assert answer.trouble is Trouble.TOKEN
        assert f"The token file {token_file} {words}" in answer.words
        with pytest.raises(StreamError, match=words):
            writer.started_s()


@pytest.mark.parametrize(
    ("answer", "started_s"),
    [
        (http("200 OK", b"# HELP x\nprocess_start_time_seconds 1.79e+09\nx 1\n"), 1.79e9),
        (http("200 OK", b"x 1\n"), None),
        (http("401 Unauthorized"), None),
        (http("404 Not Found"), None),
    ],
)
def test_the_start_of_a_server(answer: bytes, started_s: float | None) -> None:
    with answering(answer) as (url, _), InfluxWriter(settings_for(url)) as writer:
        assert writer.started_s() == started_s


@pytest.mark.parametrize("answer", [http("503 Busy"), b"", http("200 OK", b"\xff")])
def test_a_server_that_cannot_be_asked_for_its_start(answer: bytes) -> None:
    with (
        answering(answer) as (url, _),
        InfluxWriter(settings_for(url)) as writer,
        pytest.raises(StreamError, match="does not say when it started"),
    ):
        writer.started_s()


@pytest.mark.peer
def test_victoria_metrics_tells_its_start(victoria: LocalVictoriaMetrics, writer: InfluxWriter) -> None:
    assert (writer.started_s() or 0) > 1.79e9


@pytest.mark.peer
def test_a_wrong_path_at_victoria_metrics_is_refused_for_every_point(victoria: LocalVictoriaMetrics) -> None:
    with InfluxWriter(settings_for(f"{victoria.url}/wrong")) as writer:
        answer = writer.send([POINT])
    assert answer.verdict is Verdict.REFUSED
    assert "unsupported path" in answer.words
