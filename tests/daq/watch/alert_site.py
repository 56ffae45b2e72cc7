"""A site that is watched in tests: a real journal, real records, a clock in the hand."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from calibration.certificates.model import Certificate
from daq.journal import ChannelDefinition, Journal
from daq.lab.checks.findings import CheckFinding
from daq.lab.methods.loading import load_methods
from daq.records.alerts import Alert, events_of, open_alerts
from daq.records.alerts_tables import alerts, messages
from daq.records.database import reading
from daq.settings import Settings
from daq.watch.engine import AlertEngine, Site, Sources
from daq.watch.holds import HoldNow
from daq.watch.notebook import Fact
from daq.watch.place import site_map
from daq.watch.register_watch import RegisterNow
from daq.watch.rule_file import Rulebook, load_rulebook
from drivers.profiles import load_profiles
from drivers.reading import Channel, Event, EventKind, Quality, Reading
from tests.clocks import HandClock

_NUMBERS = itertools.count()
"""Tests share one database: each has its own site in it."""
NOON_NS = int(datetime(2026, 11, 24, 4, tzinfo=UTC).timestamp()) * 10**9
"""Tuesday, 12:00 in Shanghai."""
S = 10**9
METHODS = load_methods()
PROFILES = load_profiles()

QUIET = 'disabled = ["certificate-missing", "room-temperature", "room-gradient"]\n'
"""The instruments of most tests have no certificates, and temperatures that no room has."""

HEAD = """
[messages]
at_most = 10
digest_from = 4
sign_of_life = "08:00"
"""

LIMIT = """
[[rule]]
name = "hot"
kind = "limit"
title_zh = "温度超限"
title_en = "Too hot"
action_zh = "检查。"
action_en = "Look."
severity = "alarm"
channels = "*/temperature"
high = 30
unit = "degC"
indication = true
"""


@dataclass
class Papers:
    """Certificates by channel, as tests put them."""

    by_channel: dict[tuple[str, str], tuple[Certificate, ...]] = field(default_factory=dict)

    def load(self) -> Mapping[tuple[str, str], tuple[Certificate, ...]]:
        return self.by_channel


def site_settings(
    names: Sequence[str],
    url: str = "tcp://192.0.2.{n}:4001",
    beside: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> Settings:
    """A site of thermo-hygrometers; ``beside`` are further instruments."""
    instruments = [
        {
            "name": name,
            "url": url.format(n=n, port=4001 + n),
            "profile": "renke-rs-ws-n01",
            "unit_id": n + 1,
            "title_zh": "温湿度变送器",
            "title_en": "Thermo-hygrometer",
            "room_zh": "天平室",
            "room_en": "Balance room",
        }
        for n, name in enumerate(names)
    ]
    site = {"id": f"t{next(_NUMBERS)}", "name_zh": "试验站", "name_en": "Test site"}
    return Settings.model_validate({"site": site, "instrument": [*instruments, *beside], **more})


def target(name: str = "mail", **more: Any) -> dict[str, Any]:
    return {"name": name, "url_file": Path("none"), "languages": ("en",), **more}


class Watched:
    """One site, its journal open, and an engine that can be thrown away and made anew."""

    def __init__(self, folder: Path, records: Engine, settings: Settings, rules: str = "") -> None:
        self.records = records
        self.settings = settings
        self.clock = HandClock(NOON_NS)
        self.papers = Papers()
        self.facts: list[Fact] = []
        self.holds: list[HoldNow] = []
        self.checks: list[CheckFinding] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "journal.db"
        rules_file = folder / "alerts.toml"
        rules_file.write_text(rules or QUIET, encoding="utf-8")
        self.book: Rulebook = load_rulebook(rules_file, METHODS, [entry.name for entry in settings.notify])
        self.journal: Journal | None = None
        self.engine = self._made()

    def _made(self) -> AlertEngine:
        site = Site(self.settings, site_map(self.settings, PROFILES), self.book, self.path)
        sources = Sources(
            self.papers, lambda: self.facts, lambda: self.holds, RegisterNow, lambda: self.checks
        )
        return AlertEngine(self.records, site, sources, self.clock)

    @contextmanager
    def acquiring(self, *before: tuple[str, str]) -> Iterator["Watched"]:
        """The journal is open and has the channels, and the watch has begun after ``before``."""
        with Journal.open(self.path, self.clock) as journal:
            self.journal = journal
            for entry in self.settings.instruments:
                for name, unit in (("temperature", "degC"), ("humidity", "%RH")):
                    journal.define_channel(
                        ChannelDefinition(entry.name, Channel(name, name, unit), entry.profile, "", "")
                    )
            self.read_all(*before)
            self.step()
            try:
                yield self
            finally:
                self.engine.close()

    def restart(self) -> None:
        """All that is in memory is gone."""
        self.engine.close()
        self.engine = self._made()

    def step(self) -> None:
        while self.engine.step():
            pass

    def read_all(self, *readings: tuple[str, str]) -> None:
        """One reading of the temperature of each instrument, now."""
        if readings and self.journal is not None:
            now_ns = self.clock.now_ns()
            rows = [
                Reading(name, "temperature", text, "degC", now_ns, Quality.GOOD, b"x")
                for name, text in readings
            ]
            self.journal.append(rows).wait(10)

    def series(self, instrument: str, texts: Sequence[str], apart_s: float) -> None:
        """Readings of the past seconds, the last one now, written at once."""
        start_ns = self.clock.now_ns() - round((len(texts) - 1) * apart_s * S)
        rows = [
            Reading(
                instrument, "temperature", text, "degC", start_ns + round(n * apart_s * S), Quality.GOOD, b"x"
            )
            for n, text in enumerate(texts)
        ]
        assert self.journal is not None
        self.journal.append(rows).wait(10)

    def events(self, kind: EventKind, *instruments: str) -> None:
        """One event of each instrument, now."""
        if self.journal is not None:
            now_ns = self.clock.now_ns()
            self.journal.append([Event(kind, name, now_ns, "gone") for name in instruments]).wait(10)

    def seconds(self, number: int, *readings: tuple[str, str]) -> None:
        """So many seconds pass; each second every one of ``readings`` comes, and the engine steps."""
        for _ in range(number):
            self.clock.pass_time(1)
            self.read_all(*readings)
            self.step()

    def alerts(self, rule: str | None = None) -> list[Alert]:
        """Every alert there ever was."""
        with reading(self.records) as connection:
            ids = connection.execute(
                select(alerts.c.id).where(alerts.c.site == self.settings.site.id)
            ).scalars()
            found = open_alerts(connection, self.settings.site.id, list(ids))
        return [alert for alert in found if rule in (None, alert.rule)]

    def kinds(self, alert: Alert) -> list[str]:
        """What happened to an alert."""
        with reading(self.records) as connection:
            return [event.kind for event in events_of(connection, alert.id)]

    def said(self, target_name: str = "mail") -> list[tuple[str, str]]:
        """Kind and subject of every message to a target."""
        with reading(self.records) as connection:
            rows = connection.execute(
                select(messages.c.kind, messages.c.subject)
                .where(messages.c.site == self.settings.site.id, messages.c.target == target_name)
                .order_by(messages.c.id)
            )
            return [(row.kind, row.subject) for row in rows]
