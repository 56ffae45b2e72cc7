"""What was recorded: the journal and its copy, in numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from daq.journal import JournalChannel, JournalReader
from daq.lab.meaning import meaning
from daq.records.certificates import ByChannel
from daq.stream.reconcile import Reconciliation

_END_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ChannelSummary:
    """One channel and its newest reading."""

    name: str
    readings: int
    last_raw: str
    last_value: float | None
    U: float | None
    k: float | None
    unit: str
    certificate: str | None
    state: str
    quality: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole journal, and how much of it the time-series database has."""

    channels: tuple[ChannelSummary, ...]
    journal_rows: int
    readings: int
    verified: bool
    copy: Reconciliation | None
    """None where the site has no time-series database."""

    @property
    def lost(self) -> int:
        """Readings that the journal has and the database neither has nor refused openly."""
        if self.copy is None:
            return 0
        return self.copy.missing + self.readings - self.copy.journal_rows

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return {
            "channels": [
                {
                    "name": each.name,
                    "readings": each.readings,
                    "last_raw": each.last_raw,
                    "last_value": each.last_value,
                    "U": each.U,
                    "k": each.k,
                    "unit": each.unit,
                    "certificate": each.certificate,
                    "state": each.state,
                    "quality": each.quality,
                }
                for each in self.channels
            ],
            "journal_rows": self.journal_rows,
            "readings": self.readings,
            "verified": self.verified,
            "points_accepted": self.copy.server_rows if self.copy else None,
            "points_rejected": self.copy.rejected if self.copy else None,
            "lost": self.lost,
        }


def channel_summaries(reader: JournalReader, certificates: ByChannel) -> Iterator[ChannelSummary]:
    """Every channel of the journal that has readings, by instrument and name."""
    channels = sorted(reader.channels().values(), key=lambda channel: (channel.instrument, channel.name))
    for channel in channels:
        readings = sum(reader.count_by_hour(channel.id, 0, _END_NS).values())
        if readings:
            yield _channel_summary(reader, channel, readings, certificates)


def _channel_summary(
    reader: JournalReader, channel: JournalChannel, readings: int, certificates: ByChannel
) -> ChannelSummary:
    rows = reader.latest(channel.id, 1)
    (last,) = meaning(channel, rows, certificates.get((channel.instrument, channel.name), ()))
    return ChannelSummary(
        name=f"{channel.instrument}/{channel.name}",
        readings=readings,
        last_raw=last.row.raw_text,
        last_value=last.value,
        U=last.U,
        k=last.k,
        unit=last.certificate.value_unit if last.value is not None and last.certificate else channel.unit,
        certificate=last.certificate.number if last.certificate else None,
        state=last.state.value,
        quality=last.row.quality.words,
    )


def summarize(
    reader: JournalReader, certificates: ByChannel, verified: bool, copy: Reconciliation | None
) -> Summary:
    """All of it, once nothing writes any more."""
    channels = tuple(channel_summaries(reader, certificates))
    readings = sum(channel.readings for channel in channels)
    return Summary(channels, reader.head().seq, readings, verified, copy)
