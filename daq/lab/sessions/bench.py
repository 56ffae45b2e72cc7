"""What a bench works with: records, journal, certificates, the rules of the site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from daq.records.certificates import ByChannel, ByEquipment
from daq.settings import Settings, StabilityEntry
from drivers.clock import Clock

STALE_PERIODS = 3


class Certificates(Protocol):
    """The certificates that count, as ``RecordedCertificates`` has them."""

    def load(self) -> ByChannel:
        """Of instruments, by instrument and channel."""
        ...

    def measures(self) -> ByEquipment:
        """Of weights, by equipment."""
        ...


@dataclass(frozen=True, slots=True)
class BenchRules:
    """What captures are held to where the method does not say it."""

    stale_after_s: float = 5.0
    periods_s: Mapping[str, float] = field(default_factory=dict)
    """How often each instrument is asked."""
    stability: tuple[StabilityEntry, ...] = ()
    simulated: bool = False
    """Every instrument of the site is simulated: then, and only then, simulated readings are taken."""

    def stale_after(self, instrument: str) -> int:
        """How old a reading of an instrument may be when it is captured, in ns."""
        return round(max(self.stale_after_s, STALE_PERIODS * self.periods_s.get(instrument, 0.0)) * 1e9)

    def stability_of(self, quantity: str, unit: str) -> StabilityEntry | None:
        """The site's own rule for a kind of channel, if it has one."""
        return next((one for one in self.stability if (one.quantity, one.unit) == (quantity, unit)), None)


def bench_rules(settings: Settings) -> BenchRules:
    """The rules of a site."""
    return BenchRules(
        stale_after_s=settings.bench.stale_after_s,
        periods_s={entry.name: entry.period_s for entry in settings.instruments},
        stability=settings.bench.stability,
        simulated=all(entry.simulated for entry in settings.instruments),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One site's bench; any thread may work with it."""

    engine: Engine
    clock: Clock
    journal: Path
    """``journal.db``."""
    certificates: Certificates
    rules: BenchRules
    zone: ZoneInfo
