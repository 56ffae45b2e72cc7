"""For a browser: a real journal that the test feeds, the real web service, the system's Chromium."""

import datetime
import itertools
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from daq.journal import ChannelDefinition, Journal
from daq.lab.certificates.register import Register
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.security.people import NewPerson, Role
from drivers.clock import SystemClock
from drivers.reading import Channel, Event, EventKind, Quality, Reading
from tests.daq.entered import put_text_in_force, register_of

SHOTS = Path(__file__).parent / "shots"
S = 1_000_000_000

INSTRUMENTS = (
    ("B-01", "分析天平", "Analytical balance", "天平室", "Balance room", "mettler-toledo-mt-sics"),
    ("B-02", "精密天平", "Precision balance", "前处理室", "Preparation room", "sartorius-sbi"),
    ("M-01", "卤素水分仪", "Moisture analyser", "前处理室", "Preparation room", "sartorius-ma-moisture"),
    ("H-01", "温湿度变送器", "Climate transmitter", "天平室", "Balance room", "renke-rs-ws-n01"),
    ("O-01", "烘箱测温", "Oven thermometers", "烘干室", "Oven room", "pt100-2ch-float"),
)
CHANNELS = {
    ("B-01", "mass"): ("mass", "g"),
    ("B-02", "mass"): ("mass", "g"),
    ("M-01", "moisture"): ("moisture", "%M"),
    ("H-01", "temperature"): ("temperature", "degC"),
    ("H-01", "humidity"): ("humidity", "%RH"),
    ("O-01", "temperature-1"): ("temperature", "degC"),
    ("O-01", "temperature-2"): ("temperature", "degC"),
}
URLS = {"renke-rs-ws-n01": "modbus-rtu+tcp", "pt100-2ch-float": "modbus"}
PROFILES = {name: profile for name, *_, profile in INSTRUMENTS}

CERTIFICATE = """
format = "hengliang-certificate-1"
[certificate]
number = "{number}"
kind = "calibration"
laboratory = "重庆市计量质量检测研究院"
calibrated_on = {start}
in_force_from = {start}T00:00:00+08:00
valid_until = {end}T00:00:00+08:00
level = 0.9545
entered_by = "李梅"
checked_by = "王强"
[equipment]
name = "{instrument}"
serial_number = "{instrument}-SN"
channel = "{channel}"
quantity = "{quantity}"
unit = "{unit}"
[in_use]
resolution = {resolution}
repeatability = {resolution}
repeatability_dof = 9
[curve]
kind = "polynomial"
unit = "{unit}"
coefficients = [{resolution}]
covariance = [[{variance}]]
range = [-1.0, 220.0]
gives = "correction"
[[standard]]
certificate = "CNAS-L0001-2026-0078"
"""
RULES = """
[[rule]]
name = "instrument-lost"
kind = "lost"
title_zh = "仪器断线"
title_en = "Instrument lost"
action_zh = "检查电源、网线与串口线。"
action_en = "Look at power, network and serial cable."
severity = "warning"
on_delay_s = 1
off_delay_s = 1
folds = ["readings-stale"]
"""
CERTIFICATES = (
    # number, instrument, channel, days until it ends, resolution
    ("2026-0311", "B-01", "mass", 98, 0.0001),
    ("2026-0412", "M-01", "moisture", 132, 0.01),
    ("RH2025-1187", "H-01", "temperature", 12, 0.1),
    ("RH2025-1187", "H-01", "humidity", 12, 0.1),
    ("T2025-0660", "O-01", "temperature-1", -3, 0.01),
)


def write_site(folder: Path, port: int) -> None:
    """``site.toml`` of five instruments."""
    lines = [
        '[site]\nid = "test"\nname_zh = "石柱县检验检测中心"',
        'name_en = "Shizhu county testing laboratory"',
        f"[web]\nport = {port}",
    ]
    for number, (name, zh, en, room_zh, room_en, profile) in enumerate(INSTRUMENTS):
        lines += [
            f'[[instrument]]\nname = "{name}"\ntitle_zh = "{zh}"\ntitle_en = "{en}"',
            f'room_zh = "{room_zh}"\nroom_en = "{room_en}"\nprofile = "{profile}"\nsimulated = true',
            f'url = "{URLS.get(profile, "tcp")}://127.0.0.1:{4001 + number}"',
        ]
    lines.append('[alerts]\nrules_file = "alerts.toml"')
    (folder / "alerts.toml").write_text(RULES, encoding="utf-8")
    (folder / "site.toml").write_text("\n".join(lines), encoding="utf-8")


def enter_certificates(register: Register) -> None:
    """One is due, one has expired, two are missing."""
    today = datetime.datetime.now(datetime.UTC).date()
    for number, instrument, channel, days, resolution in CERTIFICATES:
        quantity, unit = CHANNELS[instrument, channel]
        text = CERTIFICATE.format(
            number=number,
            instrument=instrument,
            channel=channel,
            quantity=quantity,
            unit=unit,
            resolution=resolution,
            variance=resolution**2,
            start=today - datetime.timedelta(days=200),
            end=today + datetime.timedelta(days=days + 1),
        )
        put_text_in_force(register, text)


PASSWORD = "eight calm herons"
GIVEN = "given by the admin"
PEOPLE = (
    ("wang.fang", "王芳", Role.METROLOGIST),
    ("li.jun", "李军", Role.QUALITY_MANAGER),
    ("chen.yu", "陈宇", Role.TECHNICIAN),
)


def enter_people(accounts: Accounts) -> None:
    """An administrator, and one person of each role, each with an own password."""
    admin = NewPerson("zhou.li", "周立", frozenset({Role.ADMINISTRATOR}))
    accounts.add_first_administrator(admin, PASSWORD, "tests")
    for account, name, role in PEOPLE:
        accounts.add(Actor("zhou.li", "tests"), NewPerson(account, name, frozenset({role})), GIVEN)
        accounts.change_password(Credentials(account, GIVEN, "tests"), PASSWORD)


class Feed:
    """Writes readings of every instrument four times a second, but for those that are muted."""

    def __init__(self, journal: Journal) -> None:
        self.muted: set[str] = set()
        self.frame = b"S S    50.1234 g\r\n"
        self._journal = journal
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        for (instrument, channel), (quantity, unit) in CHANNELS.items():
            serial = "" if instrument in ("H-01", "O-01") else f"{instrument}-SN"
            definition = ChannelDefinition(
                instrument, Channel(channel, quantity, unit), PROFILES[instrument], serial, "1.0"
            )
            journal.define_channel(definition)

    def start(self) -> None:
        now_ns = time.time_ns()
        for age_s in range(700, 0, -1):
            self._journal.append(self._readings(now_ns - age_s * S))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def happen(self, kind: EventKind, instrument: str, text: str, channel: str = "") -> None:
        self._journal.append([Event(kind, instrument, time.time_ns(), text, channel)]).wait(10)

    def _run(self) -> None:
        while not self._stop.wait(0.25):
            self._journal.append(self._readings(time.time_ns())).wait(10)

    def _readings(self, t_ns: int) -> list[Reading]:
        return [
            Reading(instrument, channel, text, CHANNELS[instrument, channel][1], t_ns, quality, self.frame)
            for (instrument, channel), (text, quality) in indications(t_ns / S).items()
            if instrument not in self.muted
        ]


def indications(t_s: float) -> dict[tuple[str, str], tuple[str, Quality]]:
    """What the instruments show at a time: a pan being loaded, a drying curve, a room, an oven."""
    simulated, phase, wave = Quality.SIMULATED, t_s % 90, math.sin(t_s * 7.3)
    load = 0.0 if phase < 20 else 50.1234
    age_s = phase if phase < 20 else phase - 20
    mass = load + 3 * math.exp(-age_s / 0.8) * math.cos(3 * age_s) + 0.0002 * wave
    moving = Quality.UNSTABLE if age_s < 5 else Quality.GOOD
    oven = 105 + 1.2 * math.sin(t_s / 60)
    unknown = simulated | Quality.UNKNOWN_STABILITY
    return {
        ("B-01", "mass"): (f"{mass:.4f}", simulated | moving),
        ("B-02", "mass"): (f"{812.36 + 0.02 * wave:.2f}", simulated),
        ("M-01", "moisture"): (
            f"{11.4 * (1 - math.exp(-(t_s % 1200) / 260)):.2f}",
            simulated | Quality.UNSTABLE,
        ),
        ("H-01", "temperature"): (f"{22.4 + 0.3 * math.sin(t_s / 400) + 0.05 * wave:.1f}", unknown),
        ("H-01", "humidity"): (f"{51 + 2 * math.sin(t_s / 700) + 0.1 * wave:.1f}", unknown),
        ("O-01", "temperature-1"): (f"{oven:.5f}", unknown),
        ("O-01", "temperature-2"): (f"{60 + 0.02 * wave:.6f}", unknown),
    }


class Laboratory:
    """Feed, service and where they are."""

    def __init__(self, folder: Path, port: int, feed: Feed) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.feed = feed
        self._process: subprocess.Popen[bytes] | None = None

    def start_web(self) -> None:
        arguments = ("--site", str(self.folder / "site.toml"), "--data", str(self.folder / "data"))
        log = (self.folder / "web.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "daq", "web", *arguments],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        for _ in itertools.count():
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except OSError:
                if self._process.poll() is not None:
                    raise AssertionError((self.folder / "web.log").read_text(encoding="utf-8")) from None
                time.sleep(0.1)

    def stop_web(self) -> int:
        """End the service as a supervisor does; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGTERM)
        return process.wait(20)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """One for each file of tests: what one of them does is not seen by the others."""
    folder = tmp_path_factory.mktemp("laboratory")
    port = free_port()
    write_site(folder, port)
    with open_records(records_url(folder / "data")) as engine:
        enter_people(Accounts(engine, SystemClock()))
        enter_certificates(register_of(engine, folder / "data", SystemClock()))
    with Journal.open(folder / "data" / "journal.db", SystemClock()) as journal:
        feed = Feed(journal)
        feed.start()
        laboratory = Laboratory(folder, port, feed)
        try:
            laboratory.start_web()
            yield laboratory
        finally:
            laboratory.stop_web()
            feed.stop()


@pytest.fixture(scope="session")
def chromium(need_program: Callable[[str], str]) -> Iterator[Browser]:
    path = need_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, laboratory: Laboratory) -> Iterator[Visit]:
    """Open pages as one person; at the end nothing was fetched from elsewhere and nothing went wrong."""
    with _person(chromium, laboratory) as visit:
        yield visit


@contextmanager
def _person(chromium: Browser, laboratory: Laboratory) -> Iterator[Visit]:
    context = chromium.new_context(reduced_motion="reduce")
    troubles: list[str] = []
    requests: list[str] = []

    def open_page(
        path: str = "/", width: int = 1366, height: int = 768, *, expect_troubles: bool = False
    ) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("request", lambda request: requests.append(request.url))
        if not expect_troubles:
            page.on("console", lambda message: _note(troubles, message.type, message.text))
            page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(laboratory.url + path)
        page.wait_for_selector(".clock")
        return page

    yield open_page
    context.close()
    assert troubles == []
    assert [url for url in requests if not url.startswith((laboratory.url, "data:"))] == []


def _note(troubles: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        troubles.append(f"{kind}: {text}")


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a picture for a person to look at."""

    def keep(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return keep
