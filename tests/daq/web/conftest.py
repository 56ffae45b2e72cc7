"""A site, its channels and certificates, and time in the hand of the test."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from calibration.certificates.model import Certificate, Gives, Kind
from calibration.curves import Polynomial
from daq.journal import EventRow, JournalChannel, ReadingRow
from daq.settings import Settings
from daq.web.live.board import Board
from drivers.reading import EventKind, Quality

S = 1_000_000_000
DAY = 86_400 * S
NOON_NS = 1_795_406_400 * S  # 2026-11-23T04:00:00Z: noon in Shanghai


@dataclass
class HandClock:
    """Stands still until it is moved."""

    t_ns: int = NOON_NS
    s: float = 1000.0

    def now_ns(self) -> int:
        return self.t_ns

    def monotonic_s(self) -> float:
        return self.s

    def sleep(self, duration_s: float) -> None:
        self.pass_s(duration_s)

    def pass_s(self, duration_s: float) -> None:
        self.s += duration_s
        self.t_ns += round(duration_s * S)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def settings() -> Settings:
    instruments = [
        {"name": "B-01", "title_zh": "分析天平", "title_en": "Analytical balance", "room_zh": "天平室",
         "room_en": "Balance room", "url": "tcp://127.0.0.1:1", "profile": "balance"},
        {"name": "H-01", "title_zh": "温湿度", "title_en": "Climate", "url": "tcp://127.0.0.1:2",
         "profile": "climate", "period_s": 2.0},
    ]  # fmt: skip
    site = {"id": "test", "name_zh": "检验检测中心", "name_en": "Testing laboratory"}
    return Settings.model_validate({"site": site, "instrument": instruments, "timeseries": None})


CHANNELS = {
    1: JournalChannel(1, "B-01", "mass", "mass", "g", "balance", "SN-1", "2.10"),
    2: JournalChannel(2, "H-01", "temperature", "temperature", "degC", "climate", "", ""),
    3: JournalChannel(3, "H-01", "humidity", "humidity", "%RH", "climate", "", ""),
    4: JournalChannel(4, "B-01", "mass", "mass", "mg", "balance", "SN-1", "2.10"),
}


@pytest.fixture
def make_certificate() -> Callable[..., Certificate]:
    """A certificate of B-01: correction +0.0003 g, u = 0.0002 g, from 30 days ago for a year."""

    def make(**changes: Any) -> Certificate:
        parts: dict[str, Any] = {
            "number": "2026-0311",
            "equipment": "B-01",
            "serial_number": "SN-1",
            "channel": "mass",
            "quantity": "mass",
            "unit": "g",
            "laboratory": "重庆市计量质量检测研究院",
            "kind": Kind.CALIBRATION,
            "calibrated_on": datetime.date(2026, 10, 20),
            "in_force_from_ns": NOON_NS - 30 * DAY,
            "valid_until_ns": NOON_NS + 335 * DAY,
            "curve": Polynomial.from_powers([0.0003], [[4e-8]], 0.0, 200.0),
            "gives": Gives.CORRECTION,
            "value_unit": "g",
            "resolution": 0.0,
            "repeatability": 0.0,
            "repeatability_dof": 9.0,
            "traceable_to": ("CNAS-2026-1",),
            "file_sha256": "0" * 64,
            "entered_by": "李梅",
            "checked_by": "王强",
        }
        return Certificate(**{**parts, **changes})

    return make


@dataclass
class Feeder:
    """Writes rows as the journal would hand them out, and feeds them to a board."""

    board: Board
    clock: HandClock
    certificates: dict[tuple[str, str], tuple[Certificate, ...]] = field(default_factory=dict)
    seq: int = 0

    def read(
        self, text: str, quality: Quality = Quality.GOOD, channel_id: int = 1, frame: bytes = b""
    ) -> None:
        self.seq += 1
        row = ReadingRow(self.seq, channel_id, self.clock.now_ns(), float(text), text, quality, frame)
        self.board.feed([row], CHANNELS, self.certificates)

    def happen(self, kind: EventKind, text: str = "", instrument: str = "B-01", channel: str = "") -> None:
        self.seq += 1
        row = EventRow(self.seq, self.clock.now_ns(), kind, instrument, channel, text)
        self.board.feed([row], CHANNELS, self.certificates)


@pytest.fixture
def feeder(settings: Settings, clock: HandClock) -> Feeder:
    return Feeder(Board(settings, clock), clock)
