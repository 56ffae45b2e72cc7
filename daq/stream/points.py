"""One reading as one point of the time-series database."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from daq.journal import JournalChannel
from daq.lab.meaning import Meant


class Series(NamedTuple):
    """What tells one series of a site from another; a new serial number or firmware continues the series."""

    quantity: str
    instrument: str
    channel: str
    unit: str

    @classmethod
    def of(cls, channel: JournalChannel) -> "Series":
        """The series that the readings of ``channel`` go to."""
        return cls(channel.quantity, channel.instrument, channel.name, channel.unit)

    def __str__(self) -> str:
        return f"{self.instrument} {self.channel} ({self.quantity}, {self.unit})"


@dataclass(frozen=True, slots=True)
class DataPoint:
    """What is sent for one row of the journal."""

    seq: int
    t_ns: int
    series: Series
    tags: Mapping[str, str]
    fields: Mapping[str, float | int | str]

    @property
    def measurement(self) -> str:
        """The quantity: ``mass``, ``temperature`` …"""
        return self.series.quantity


def data_points(site: str, channel: JournalChannel, meant: Sequence[Meant]) -> list[DataPoint]:
    """The points of readings of one channel.

    Fields: ``raw`` as indicated; where a certificate gives a value in the channel's unit, ``value`` and its
    ``u`` and ``U`` in that unit, ``k`` and ``certificate``; ``seq`` of the journal; ``quality`` as flags. A
    number that is not finite is left out: it cannot be sent, and it is no measured value.
    """
    series = Series.of(channel)
    tags = {"site": site, "instrument": series.instrument, "channel": series.channel, "unit": series.unit}
    return [DataPoint(one.row.seq, one.row.t_ns, series, tags, _fields(one, series.unit)) for one in meant]


def _fields(meant: Meant, unit: str) -> dict[str, float | int | str]:
    row = meant.row
    numbers: dict[str, float | None] = {"raw": row.raw}
    # a series has one unit: a value in another one (ohm turned into degC) does not belong into it
    if meant.certificate is not None and meant.certificate.value_unit == unit:
        numbers |= {"value": meant.value, "u": meant.u, "U": meant.U, "k": meant.k}
    fields: dict[str, float | int | str] = {
        name: number for name, number in numbers.items() if number is not None and math.isfinite(number)
    }
    fields |= {"seq": row.seq, "quality": int(row.quality)}
    if "value" in fields and meant.certificate is not None:
        fields["certificate"] = meant.certificate.number
    return fields
