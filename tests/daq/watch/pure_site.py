"""A watcher without journal and records: rows and moments go in, changes of alerts come out."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from calibration.certificates.model import Certificate
from daq.journal import EventRow, JournalChannel, ReadingRow, Row
from daq.lab.checks.findings import CheckFinding
from daq.settings import Settings
from daq.watch.holds import HoldNow
from daq.watch.ledger import Transition, Turn
from daq.watch.notebook import Fact
from daq.watch.place import site_map
from daq.watch.register_watch import RegisterNow
from daq.watch.rule_file import load_rulebook
from daq.watch.watcher import Surroundings, Watcher
from drivers.reading import EventKind, Quality
from tests.daq.watch.alert_site import METHODS, NOON_NS, PROFILES, S

UNITS = {"temperature": "degC", "humidity": "%RH"}


class PureSite:
    """Every instrument has a temperature and a humidity; time moves only in ``seconds``."""

    def __init__(self, folder: Path, settings: Settings, rules: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        own = folder / "alerts.toml"
        own.write_text(rules, encoding="utf-8")
        self.settings = settings
        self.book = load_rulebook(own, METHODS, [each.name for each in settings.notify])
        self.now_ns = NOON_NS
        self.channels: dict[int, JournalChannel] = {}
        for entry in settings.instruments:
            for name, unit in UNITS.items():
                number = len(self.channels) + 1
                channel = JournalChannel(number, entry.name, name, name, unit, entry.profile, "", "")
                self.channels[number] = channel
        self.papers: dict[tuple[str, str], tuple[Certificate, ...]] = {}
        self.facts: list[Fact] = []
        self.holds: list[HoldNow] = []
        self.register = RegisterNow()
        self.checks: Sequence[CheckFinding] | None = []
        self.transitions: list[Transition] = []
        self._seq = itertools.count(1)
        self.watcher = self._made({})

    def _made(self, state: dict[str, Any]) -> Watcher:
        site = site_map(self.settings, PROFILES)
        return Watcher(self.book, site, self.settings.site.timezone, state, self.now_ns)

    def restart(self) -> None:
        """Only what ``as_json`` keeps is left."""
        self.watcher = self._made(self.watcher.as_json())
        self.watcher.settle(self.channels, self.now_ns)
        self.transitions += self.watcher.drain()

    def row(self, instrument: str, text: str, channel: str = "temperature", **more: Any) -> ReadingRow:
        """A reading now."""
        number = next(c.id for c in self.channels.values() if (c.instrument, c.name) == (instrument, channel))
        quality = more.get("quality", Quality.GOOD)
        t_ns = more.get("t_ns", self.now_ns)
        return ReadingRow(next(self._seq), number, t_ns, float(text), text, quality, b"")

    def take(self, *rows: Row) -> None:
        self.watcher.take(rows, self.channels, self.papers)

    def event(self, kind: EventKind, instrument: str, text: str = "", channel: str = "") -> None:
        self.take(EventRow(next(self._seq), self.now_ns, kind, instrument, channel, text))

    def look(self) -> None:
        channels = tuple(self.channels.values())
        around = Surroundings(channels, self.papers, self.facts, self.holds, self.register, self.checks)
        self.watcher.look(self.now_ns, around)
        self.transitions += self.watcher.drain()

    def seconds(self, number: int, *readings: tuple[str, str], each: int = 1, **more: Any) -> None:
        """So many seconds pass, and every ``each`` of them all of ``readings`` come."""
        for _ in range(number // each):
            self.now_ns += each * S
            self.take(*(self.row(instrument, text, **more) for instrument, text in readings))
            self.look()

    def turns(self, rule: str | None = None) -> list[tuple[str, str]]:
        """What became of alerts: the key and the turn, in order."""
        return [
            ("|".join(each.key), each.turn.value) for each in self.transitions if rule in (None, each.key[0])
        ]

    def open(self) -> list[str]:
        """Keys of alerts that are raised, not cleared, and not folded."""
        found: dict[str, bool] = {}
        for each in self.transitions:
            key = "|".join(each.key)
            if each.turn is Turn.CLEARED:
                found.pop(key)
            else:
                found[key] = each.turn is Turn.FOLDED
        return sorted(key for key, folded in found.items() if not folded)

    def last(self, key: str, turn: str = "raised") -> Transition:
        """The newest change of that kind."""
        return [each for each in self.transitions if "|".join(each.key) == key and each.turn.value == turn][
            -1
        ]


def lone(name: str = "B-01") -> dict[str, Any]:
    """An instrument that hangs on nothing that another one hangs on."""
    return {"name": name, "url": "tcp://192.0.2.200:4001", "profile": "renke-rs-ws-n01"}


def names_of(number: int) -> Sequence[str]:
    return [f"H-{n:02d}" for n in range(1, number + 1)]
