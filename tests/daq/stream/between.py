"""A real HTTP server that stands between the stream and the time-series database, and has bad days."""

import gzip
import http.client
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Trick:
    """What happens to one write request; without anything it is passed on."""

    status: int = 0
    """Answered in place of the server."""
    words: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    """Before the answer, after the server has the points."""
    reset: bool = False
    """The server has the points, and the connection is reset before the answer."""


PASS = Trick()
Judge = Callable[[list[str]], Trick]


class Between:
    """Passes everything on to ``upstream``; ``tricks`` are played on the next write requests, one each."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.tricks: deque[Trick] = deque()
        self.judge: Judge = lambda lines: PASS
        self.writes: list[list[str]] = []
        """The lines of every write request, in order, whatever became of it."""
        self.accepted: list[str] = []
        """The lines that the server said yes to, in order, whether the answer came through or not."""
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(str(self.upstream.hostname), self.upstream.port, timeout=10)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def _handler(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*between.ask("GET", self.path, b"", {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            lines = plain.decode().splitlines()
            between.writes.append(lines)
            between.paths.append(self.path)
            between.headers.append(dict(self.headers))
            trick = between.tricks.popleft() if between.tricks else between.judge(lines)
            if trick.status:
                time.sleep(trick.delay_s)
                self._answer(trick.status, trick.words.encode(), trick.headers)
                return
            try:
                status, words = between.ask("POST", self.path, plain, {})
            except OSError:
                self._answer(502, b"no server behind")
                return
            if status == http.HTTPStatus.NO_CONTENT:
                between.accepted += lines
            if trick.reset:
                self._reset()
            else:
                time.sleep(trick.delay_s)
                self._answer(status, words)

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            try:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                if status != http.HTTPStatus.NO_CONTENT:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if status != http.HTTPStatus.NO_CONTENT:
                    self.wfile.write(body)
            except OSError:
                pass  # whoever asked has given up

        def _reset(self) -> None:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
