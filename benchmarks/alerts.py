"""How long after the deciding reading an alert stands in the records: ``python -m benchmarks.alerts``.

The real service ``watch`` follows a journal in which 40 thermometers are read once a second; one after the
other, at odd moments, crosses its limit. The clock starts when the reading is taken and ends when the alert
is there for everybody to read, looked for every 10 ms. Pages show it at their next look, within a second.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, select

from daq.journal import ChannelDefinition, Journal
from daq.records.alerts import watch_place
from daq.records.alerts_tables import alerts
from daq.records.database import make_engine, reading, records_url
from daq.records.migrations import open_records
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading

LIMIT_S = 5.0
INSTRUMENTS = 40
SEED = 20261123
RULES = """
disabled = ["certificate-missing", "room-temperature", "room-gradient"]
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
CLOCK = SystemClock()
NAMES = tuple(f"H-{number:02}" for number in range(1, INSTRUMENTS + 1))


class Room:
    """Thermometers that are read once a second; those in ``hot`` show too much."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._hot: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        for name in NAMES:
            channel = Channel("temperature", "temperature", "degC")
            journal.define_channel(ChannelDefinition(name, channel, "renke-rs-ws-n01", "", ""))

    @contextmanager
    def read(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def cross(self, name: str) -> int:
        """The limit is crossed now; UTC ns of the reading that says so."""
        self._hot.add(name)
        return self._take(name)

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            for name in NAMES:
                self._take(name)

    def _take(self, name: str) -> int:
        t_ns = CLOCK.now_ns()
        text = "31.0" if name in self._hot else "22.0"
        self._journal.append([Reading(name, "temperature", text, "degC", t_ns, Quality.GOOD, b"")]).wait(10)
        return t_ns


def write_site(folder: Path) -> Path:
    """``site.toml`` and its rules."""
    lines = ['[site]\nid = "bench"\nname_zh = "站"\nname_en = "Site"', '[alerts]\nrules_file = "alerts.toml"']
    lines += [
        f'[[instrument]]\nname = "{name}"\nurl = "modbus://192.0.2.{number}:502"\nprofile = "renke-rs-ws-n01"'
        for number, name in enumerate(NAMES, 1)
    ]
    (folder / "alerts.toml").write_text(RULES, encoding="utf-8")
    site = folder / "site.toml"
    site.write_text("\n".join(lines), encoding="utf-8")
    return site


@contextmanager
def watching(site: Path, data: Path, records: Engine) -> Iterator[None]:
    """The service, once it follows the journal."""
    command = [sys.executable, "-m", "daq", "watch", "--site", str(site), "--data", str(data)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while True:
            with reading(records) as connection:
                if watch_place(connection, "bench") is not None:
                    break
            if process.poll() is not None:
                raise SystemExit(f"the watch ended with {process.returncode}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def delay_s(records: Engine, room: Room, name: str) -> float:
    """From the reading to the alert, as another process sees it."""
    t_ns = room.cross(name)
    question = select(alerts.c.id).where(alerts.c.instrument == name, alerts.c.rule == "hot")
    while True:
        with reading(records) as connection:
            if connection.execute(question).first() is not None:
                return (CLOCK.now_ns() - t_ns) / 1e9
        time.sleep(0.01)


def measure() -> list[float]:
    """Seconds, one for each thermometer."""
    odd = random.Random(SEED)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        site, data = write_site(folder), folder / "data"
        with open_records(records_url(data)):
            pass
        records = make_engine(records_url(data))
        delays_s = []
        with Journal.open(data / "journal.db", CLOCK) as journal:
            room = Room(journal)
            with room.read(), watching(site, data, records):
                for name in NAMES:
                    time.sleep(odd.uniform(0.2, 1.2))
                    delays_s.append(delay_s(records, room, name))
        records.dispose()
    return delays_s


def main() -> None:
    delays_s = sorted(measure())
    print(
        json.dumps(
            {
                "alerts": len(delays_s),
                "median_s": round(statistics.median(delays_s), 3),
                "longest_s": round(delays_s[-1], 3),
                "limit_s": LIMIT_S,
            }
        )
    )


if __name__ == "__main__":
    main()
