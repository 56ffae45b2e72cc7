"""What stands in the journal, and the bytes its hash chain is made of (``docs/journal.md``)."""

import hashlib
import json
import struct
from dataclasses import asdict, dataclass, field

from drivers.reading import Channel, EventKind, Quality

ReadingColumns = tuple[int, int, int, float, str, int, bytes]
"""seq, channel_id, t_ns, raw, raw_text, quality, frame."""
EventColumns = tuple[int, int, str, str, str, str, bytes]
"""seq, t_ns, kind, instrument, channel, text, frame."""

Series = tuple[str, str, str]
"""Instrument, name and unit of a channel."""

DIGEST_BYTES = 8

_READING = struct.Struct(">cqqqdqII")
_EVENT = struct.Struct(">cqqIIIII")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the hash chain: whoever keeps a copy elsewhere can tell that the journal is unchanged."""

    seq: int
    """Number of the last row; 0 for an empty journal."""
    sha256: str
    """64 hexadecimal digits over all rows up to ``seq``."""


EMPTY = Head(0, "00" * 32)


@dataclass(frozen=True, slots=True)
class ChannelDefinition:
    """What a channel is before the journal has numbered it."""

    instrument: str
    channel: Channel
    profile: str
    serial_number: str = ""
    firmware: str = ""

    def numbered(self, channel_id: int) -> "JournalChannel":
        """The same channel under its number in the journal."""
        return JournalChannel(
            channel_id,
            self.instrument,
            self.channel.name,
            self.channel.quantity,
            self.channel.unit,
            self.profile,
            self.serial_number,
            self.firmware,
        )


@dataclass(frozen=True, slots=True)
class JournalChannel:
    """One channel of one instrument as it was: another unit, serial number or firmware is another channel."""

    id: int
    instrument: str
    name: str
    quantity: str
    unit: str
    profile: str
    serial_number: str
    firmware: str

    @property
    def series(self) -> Series:
        """What downstream is one series of points, whichever balance or firmware stood behind it."""
        return self.instrument, self.name, self.unit

    def as_json(self) -> str:
        """The text of the event ``CHANNEL_DEFINED`` that puts the channel into the hash chain."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One committed reading; its unit is its channel's."""

    seq: int
    channel_id: int
    t_ns: int
    """UTC in ns; at least 1 ms after the reading before it of the same instrument, name and unit."""
    raw: float
    raw_text: str
    quality: Quality
    frame: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Readings of one channel in a time, counted."""

    count: int
    first_seq: int
    """Number of the first one; 0 where there is none."""
    last_seq: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One committed event; ``instrument`` is empty where it concerns the whole journal."""

    seq: int
    t_ns: int
    kind: EventKind
    instrument: str
    channel: str
    text: str
    frame: bytes = field(default=b"")


Row = ReadingRow | EventRow


def canonical_reading(columns: ReadingColumns) -> bytes:
    """The bytes that stand for a reading in digest and chain: every column, unambiguously."""
    seq, channel_id, t_ns, raw, raw_text, quality, frame = columns
    text = _bytes(raw_text)
    return _READING.pack(b"R", seq, channel_id, t_ns, raw, quality, len(text), len(frame)) + text + frame


def canonical_event(columns: EventColumns) -> bytes:
    """The bytes that stand for an event in digest and chain: every column, unambiguously."""
    seq, t_ns, *words, frame = columns
    parts = [_bytes(str(word)) for word in words] + [frame]
    return _EVENT.pack(b"E", seq, t_ns, *map(len, parts)) + b"".join(parts)


def digest_of(canonical: bytes) -> bytes:
    """The first 8 bytes of SHA-256: they tell which row was altered, the chain tells that one was."""
    return hashlib.sha256(canonical).digest()[:DIGEST_BYTES]


def _bytes(text: str) -> bytes:
    # text that was altered into something that is not UTF-8 is read with the same error handler
    return text.encode("utf-8", "surrogateescape")
