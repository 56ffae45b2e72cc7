"""The real service, as a process of its own: it raises, tells, survives kill -9 and records that are away."""

import json
import multiprocessing
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import tomli_w
from sqlalchemy import select
from typer.testing import CliRunner

from daq.cli import app
from daq.errors import RecordsError
from daq.journal import ChannelDefinition, Journal
from daq.records.alerts import watch_place
from daq.records.alerts_tables import alerts, messages
from daq.records.database import make_engine, reading, records_url
from daq.settings import load_settings
from daq.watch.notebook import read_notebook
from daq.watch.persevere import POLL_S
from daq.watch.telling import GATHER_S
from daq.watch_wiring import run_watch
from daq.wiring import DataFiles
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading
from tests.daq.watch.alert_site import LIMIT, QUIET, S
from tests.daq.watch.peers import HttpReceiver

ROOT = Path(__file__).resolve().parents[3]
CLOCK = SystemClock()
KILLS = 8
LIMIT_S = 40

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class RealSite:
    """``site.toml``, rules, a target, a journal that the test writes."""

    def __init__(self, folder, receiver, **more):
        self.data = folder / "data"
        self.path = folder / "site.toml"
        (folder / "alerts.toml").write_text(QUIET + MESSAGES + LIMIT, encoding="utf-8")
        (folder / "target.url").write_text(f"json://127.0.0.1:{receiver.port}/?rto=1&cto=1")
        instruments = [
            {"name": f"H-{n:02d}", "url": f"modbus://192.0.2.{n}:502", "profile": "renke-rs-ws-n01"}
            for n in range(1, KILLS + 1)
        ]
        document = {
            "site": {"id": "real", "name_zh": "站", "name_en": "Site"},
            "alerts": {"rules_file": "alerts.toml"},
            "notify": [{"name": "web", "url_file": "target.url", "languages": ["en"]}],
            "instrument": instruments,
            **more,
        }
        self.path.write_text(tomli_w.dumps(document), encoding="utf-8")
        self.settings = load_settings(self.path)
        self.files = DataFiles(self.data)
        self.records = make_engine(records_url(self.data))

    @contextmanager
    def acquiring(self):
        with Journal.open(self.files.journal, CLOCK) as journal:
            for entry in self.settings.instruments:
                channel = Channel("temperature", "temperature", "degC")
                journal.define_channel(ChannelDefinition(entry.name, channel, entry.profile, "", ""))
            try:
                yield journal
            finally:
                self.records.dispose()

    def hot(self, journal, instrument, ago_s=0.0):
        t_ns = CLOCK.now_ns() - round(ago_s * S)
        journal.append([Reading(instrument, "temperature", "31.0", "degC", t_ns, Quality.GOOD, b"x")]).wait(
            10
        )
        return t_ns

    def rows(self, table):
        try:
            with reading(self.records) as connection:
                return connection.execute(select(table)).all()
        except RecordsError:
            return []  # they are not made yet, or away

    def place(self):
        try:
            with reading(self.records) as connection:
                return watch_place(connection, "real")
        except RecordsError:
            return None


MESSAGES = """
[messages]
at_most = 100
digest_from = 100
sign_of_life = "08:00"
"""


def wait_for(condition, what, limit_s=LIMIT_S):
    end_s = time.monotonic() + limit_s
    while not (found := condition()):
        if time.monotonic() > end_s:
            pytest.fail(f"not within {limit_s} s: {what}")
        time.sleep(0.05)
    return found


def hot_alerts(site):
    return [row for row in site.rows(alerts) if row.rule == "hot"]


def test_the_service_raises_an_alert_and_tells_of_it(tmp_path):
    assert POLL_S + 1 < 5  # at most so long after the deciding reading
    with HttpReceiver(answers=(500,)).running() as receiver:
        site = RealSite(tmp_path, receiver)
        with site.acquiring() as journal:
            command = [
                sys.executable,
                "-m",
                "daq",
                "watch",
                "--site",
                str(site.path),
                "--data",
                str(site.data),
            ]
            process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
            try:
                wait_for(site.place, "the watch has begun")
                t_ns = site.hot(journal, "H-01", ago_s=GATHER_S)  # so that it may be told at once
                (alert,) = wait_for(lambda: hot_alerts(site), "the alert")
                assert alert.raised_ns == t_ns
                assert "31.0" in json.loads(alert.body)["facts"]["indication"]
                wait_for(lambda: any("Too hot" in p["title"] for _, p in receiver.taken), "the message")
            finally:
                process.send_signal(signal.SIGTERM)
                _, words = process.communicate(timeout=30)
    assert process.returncode == 0, words.decode()
    assert b"Traceback" not in words
    shown = CliRunner().invoke(
        app, ["alert", "show", str(alert.id), "--site", str(site.path), "--data", str(site.data)]
    )
    assert "message" in shown.output
    assert "delivered" in shown.output
    assert "error=500" in shown.output


def watch_until_killed(path):
    run_watch(load_settings(Path(path)), DataFiles(Path(path).parent / "data"), threading.Event())


@pytest.mark.peer
def test_kills_lose_no_alert_and_no_message_and_double_at_most_one(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.daq.watch.test_watch_process", "daq.watch.apprise_delivery"])
    chance = random.Random(20261124)
    with HttpReceiver(answers=(503, 200, 500)).running() as receiver:
        site = RealSite(tmp_path, receiver)

        def started():
            process = context.Process(target=watch_until_killed, args=(str(site.path),))
            process.start()
            return process

        with site.acquiring() as journal:
            process = started()
            wait_for(site.place, "the watch has begun")
            for entry in site.settings.instruments:
                site.hot(journal, entry.name, ago_s=60)
                process.join(chance.uniform(0.1, 1.0))
                process.kill()
                process.join()
                assert process.exitcode == -signal.SIGKILL
                process = started()
            try:
                wait_for(lambda: len(hot_alerts(site)) >= KILLS, "every alert")
                wait_for(lambda: len(_told(receiver)) >= KILLS, "every message")
                wait_for(
                    lambda: all(row.state == "delivered" for row in site.rows(messages)), "all delivered"
                )
            finally:
                process.kill()
                process.join()
        found = hot_alerts(site)
        assert sorted(row.instrument for row in found) == [e.name for e in site.settings.instruments]
        told = _told(receiver)
        assert set(told) == {e.name for e in site.settings.instruments}
        assert sum(told.values()) - KILLS <= 1


def _told(receiver):
    titles = [payload["title"] for _, payload in receiver.taken if "Too hot" in payload["title"]]
    return Counter(title.split(" · ")[1] for title in titles)


def test_the_service_goes_on_when_the_records_are_away(tmp_path, postgres_server):
    with HttpReceiver().running() as receiver, postgres_server.database() as url:
        name = url.partition("@/")[2].partition("?")[0]
        site = RealSite(tmp_path, receiver, records={"url": url})
        site.records.dispose()
        site.records = make_engine(url)
        cut_off(postgres_server, name)
        stop = threading.Event()
        with site.acquiring() as journal:
            service = threading.Thread(target=run_watch, args=(site.settings, site.files, stop))
            service.start()
            try:
                trouble = wait_for(lambda: says(site, ok=False), "the notebook says so")
                assert "cannot be used" in trouble
                postgres_server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                place = wait_for(site.place, "the watch has begun")
                cut_off(postgres_server, name)
                site.hot(journal, "H-01", ago_s=60)
                wait_for(lambda: says(site, ok=False), "the notebook says so again")
                postgres_server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                wait_for(lambda: hot_alerts(site), "the alert of that time")
                assert site.place().seq > place.seq
                assert says(site, ok=True) == "all is watched"
            finally:
                stop.set()
                service.join(30)
        assert not service.is_alive()


def cut_off(server, name):
    server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def says(site, *, ok):
    facts = [fact for fact in read_notebook(site.files.watch) if fact.duty == "alerts" and fact.ok is ok]
    return facts[0].sentence if facts else ""
