"""A journal in an empty directory, a clock in the hand, and readings to write."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daq.journal import ChannelDefinition, Journal, JournalReader, Row
from drivers.reading import Channel, Quality, Reading

START_NS = 1_795_392_000_000_000_000
"""2026-11-23T00:00:00Z."""


class HandClock:
    """A clock that goes only when it is told to."""

    def __init__(self, now_ns: int = START_NS) -> None:
        self.ns = now_ns

    def now_ns(self) -> int:
        return self.ns

    def monotonic_s(self) -> float:
        return self.ns / 1e9

    def sleep(self, duration_s: float) -> None:
        self.ns += round(duration_s * 1e9)


@dataclass
class Bench:
    """One data directory, and what a test does to it."""

    path: Path
    clock: HandClock
    mass: ChannelDefinition

    def open(self) -> Journal:
        """The journal with the channel of mass defined."""
        journal = Journal.open(self.path, self.clock)
        journal.define_channel(self.mass)
        return journal

    def reading(self, text: str, t_ns: int | None = None) -> Reading:
        """A reading of mass, by default 1 s after the one before."""
        if t_ns is None:
            self.clock.sleep(1.0)
            t_ns = self.clock.ns
        frame = f"S S {text:>10} g\r\n".encode()
        return Reading("B-01", "mass", text, "g", t_ns, Quality.GOOD, frame)

    def rows(self) -> list[Row]:
        """Everything that is committed."""
        with JournalReader.open(self.path) as reader:
            return reader.read_since(0, 1_000_000)

    def written(self, readings: int) -> Path:
        """A closed journal with so many readings."""
        with self.open() as journal:
            for number in range(readings):
                journal.append([self.reading(f"{number}.0010")])
        return self.path

    def image(self, folder: Path) -> "Bench":
        """The files as a power cut would leave them now."""
        shutil.copytree(self.path.parent, folder)
        return Bench(folder / self.path.name, HandClock(self.clock.ns), self.mass)


@pytest.fixture(scope="session")
def make_bench() -> Callable[[Path], Bench]:
    """An own data directory in a folder."""
    definition = ChannelDefinition("B-01", Channel("mass", "mass", "g"), "mettler-ms", "B123456789", "4.10")
    return lambda folder: Bench(folder / "data" / "journal.db", HandClock(), definition)


@pytest.fixture
def bench(tmp_path: Path, make_bench: Callable[[Path], Bench]) -> Bench:
    return make_bench(tmp_path)


@pytest.fixture
def journal(bench: Bench) -> Iterator[Journal]:
    with bench.open() as journal:
        yield journal
