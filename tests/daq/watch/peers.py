"""Those who take messages: a real HTTP receiver and a real SMTP server, each with bad days."""

import email
import email.policy
import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

HANG = "hang"
"""In place of a status: the other side accepts and says nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class HttpReceiver:
    """Answers each POST with the next of ``answers``, then 200; keeps what it took."""

    def __init__(self, answers: tuple[int | str, ...] = (), words: bytes = b"") -> None:
        self.answers = deque(answers)
        self.words = words
        """Body of every answer."""
        self.asked = 0
        self.taken: list[tuple[str, dict[str, Any]]] = []
        """Path with query, and payload."""
        self.free = threading.Event()
        """Lets those go that hang."""
        self.port = free_port()

    @contextmanager
    def running(self) -> Iterator["HttpReceiver"]:
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.free.set()
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(receiver: HttpReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.asked += 1
            answer = receiver.answers.popleft() if receiver.answers else 200
            if answer == HANG:
                receiver.free.wait(20)
                self.close_connection = True
                return
            if answer == 200:
                receiver.taken.append((self.path, payload))
            self.send_response(int(answer))
            if 300 <= int(answer) < 400:
                self.send_header("Location", "/log-in")
            self.send_header("Content-Length", str(len(receiver.words)))
            self.end_headers()
            self.wfile.write(receiver.words)

        def do_GET(self) -> None:
            """The log-in page: it says 200 to whoever follows there."""
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class MailServer:
    """Answers each mail with the next of ``answers``, then 250; keeps what it took."""

    def __init__(self, answers: tuple[str, ...] = ()) -> None:
        self.answers = deque(answers)
        self.asked = 0
        self.taken: list[EmailMessage] = []
        self.port = free_port()

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        self.asked += 1
        if self.answers:
            return self.answers.popleft()
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append(message)  # type: ignore[arg-type]
        return "250 taken"

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def text_of(message: EmailMessage) -> str:
    """Subject and plain text of a mail, decoded."""
    body = message.get_body(("plain",))
    return f"{message['subject']}\n{body.get_content() if body else ''}"


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])
