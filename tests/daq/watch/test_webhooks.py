"""What happened at the bench is pushed to a LIMS that really listens: signed, in order, for ever."""

import hashlib
import hmac
import http.server
import json
import threading

import pytest
from sqlalchemy import select

from daq.errors import SettingsError
from daq.lab.feed import events_after
from daq.records.bench_tables import webhook_cursors
from daq.records.database import reading
from daq.settings import WebhookEntry
from daq.watch.webhooks import (
    LOOK_S,
    SIGNATURE_HEADER,
    TIME_HEADER,
    Hook,
    Sender,
    load_hooks,
    sending,
)
from tests.daq.lab.sessions.conftest import bench, furnished, site  # noqa: F401

KEY = b"a key that both sides know"


class Lims(http.server.ThreadingHTTPServer):
    """Takes what is signed rightly; says another status while ``status`` is set."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.seen = []
        self.asked = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/events"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers[TIME_HEADER].encode() + b"." + body
        right = "sha256=" + hmac.new(KEY, signed, hashlib.sha256).hexdigest()
        status = self.server.status if self.headers[SIGNATURE_HEADER] == right else 401
        if status == 200:
            self.server.seen += [one["seq"] for one in json.loads(body)["events"]]
        self.server.asked.set()
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def lims():
    with Lims() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sender(bench, lims):  # noqa: F811
    made = Sender(bench.engine, Hook(lims.url, KEY), bench.clock)
    yield made
    made.close()


def feed(bench):  # noqa: F811
    with reading(bench.engine) as connection:
        return [one.seq for one in events_after(connection, 0, 1000)]


def cursor(bench):  # noqa: F811
    with reading(bench.engine) as connection:
        return connection.execute(select(webhook_cursors)).one()


def test_everything_comes_in_order_and_then_nothing(bench, lims, sender):  # noqa: F811
    bench.check_balance()
    while sender.step() == 0.0:
        pass
    assert lims.seen == feed(bench)
    assert lims.seen == sorted(set(lims.seen))
    assert sender.step() == LOOK_S
    assert (cursor(bench).seq, cursor(bench).trouble) == (lims.seen[-1], "")


def test_what_is_refused_is_tried_again_with_longer_pauses_for_ever(bench, lims, sender):  # noqa: F811
    lims.status = 500
    pauses = [sender.step() for _ in range(12)]
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == 300.0
    assert cursor(bench).trouble == "answered 500"
    assert lims.seen == []
    lims.status = 200
    while sender.step() == 0.0:
        pass
    assert lims.seen == feed(bench)


def test_a_redirect_is_not_followed(bench, lims, sender):  # noqa: F811
    lims.status = 302
    assert sender.step() > 0
    assert cursor(bench).trouble == "answered 302"


def test_another_key_is_refused_by_the_lims(bench, lims):  # noqa: F811
    stranger = Sender(bench.engine, Hook(lims.url, b"some other key of ours"), bench.clock)
    stranger.step()
    stranger.close()
    assert cursor(bench).trouble == "answered 401"


def test_a_new_process_goes_on_where_the_last_one_was(bench, lims, sender):  # noqa: F811
    while sender.step() == 0.0:
        pass
    before = list(lims.seen)
    session = bench.start("balance-daily-check")
    again = Sender(bench.engine, Hook(lims.url, KEY), bench.clock)
    while again.step() == 0.0:
        pass
    again.close()
    assert lims.seen == feed(bench)
    assert len(lims.seen) > len(before)
    assert session


def test_one_lims_that_is_away_does_not_delay_another(bench, lims):  # noqa: F811
    away = Hook("http://127.0.0.1:9/nobody", KEY)
    with sending(bench.engine, [away, Hook(lims.url, KEY)], bench.clock):
        assert lims.asked.wait(20)
    with reading(bench.engine) as connection:
        troubles = {row.url: row.trouble for row in connection.execute(select(webhook_cursors))}
    assert troubles.get(lims.url, "") == ""


def test_a_defect_ends_neither_the_thread_nor_the_others(bench, lims, monkeypatch):  # noqa: F811
    failures = iter([RuntimeError("a defect")])
    step = Sender.step

    def failing(self):
        for error in failures:
            raise error
        return step(self)

    monkeypatch.setattr(Sender, "step", failing)
    monkeypatch.setattr("daq.watch.webhooks.LOOK_S", 0.01)
    with sending(bench.engine, [Hook(lims.url, KEY)], bench.clock):
        assert lims.asked.wait(20)


def test_keys_are_read_from_files_and_are_long_enough(tmp_path):
    good, short = tmp_path / "good", tmp_path / "short"
    good.write_bytes(KEY + b"\n")
    short.write_bytes(b"1234")
    entry = WebhookEntry(url="https://lims.example/events", key_file=good)
    assert load_hooks([entry]) == (Hook("https://lims.example/events", KEY),)
    assert KEY.decode() not in repr(load_hooks([entry]))
    with pytest.raises(SettingsError) as error:
        load_hooks(
            [
                WebhookEntry(url="https://lims.example/1", key_file=tmp_path / "none"),
                WebhookEntry(url="https://lims.example/2", key_file=short),
            ]
        )
    assert "webhook[1].key_file" in error.value.mistakes[0]
    assert "holds 4 bytes" in error.value.mistakes[1]
