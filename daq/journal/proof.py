"""Whether one row is what was written: its digest, its channel, its time, its value."""

import json
import sqlite3
import struct
from dataclasses import fields
from typing import cast

from daq.journal.rows import (
    EventColumns,
    JournalChannel,
    ReadingColumns,
    Series,
    canonical_event,
    canonical_reading,
    digest_of,
)
from daq.journal.times import MINIMUM_STEP_NS, utc_text
from drivers.reading import EventKind


class NotAsWrittenError(Exception):
    """Found while verifying: the first thing that is not as it was written."""

    def __init__(self, seq: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.seq = seq


class RowProof:
    """Checks rows in order of their numbers, and remembers what later rows depend on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._series: dict[int, Series] = {}
        self._newest_ns: dict[Series, int] = {}

    @property
    def channel_ids(self) -> set[int]:
        """The channels that were defined so far."""
        return set(self._series)

    def reading(self, columns: ReadingColumns, digest: bytes) -> bytes:
        """The canonical bytes of a reading that is as it was written.

        Raises:
            NotAsWrittenError: it is not.
        """
        seq, channel_id, t_ns, raw, raw_text, _, _ = columns
        try:
            canonical = canonical_reading(columns)
        except (struct.error, TypeError, AttributeError):
            canonical = b""
        if digest_of(canonical) != digest:
            raise NotAsWrittenError(
                seq, f"{self._words(columns)} was altered: {_what_differs(raw, raw_text)}."
            )
        series = self._series.get(channel_id)
        if series is None:
            raise NotAsWrittenError(seq, f"{self._words(columns)} belongs to no channel defined before it.")
        if raw != float(raw_text):
            raise NotAsWrittenError(
                seq, f"{self._words(columns)} has the value {raw!r}, which is not its text."
            )
        last_ns = self._newest_ns.get(series)
        if last_ns is not None and t_ns < last_ns + MINIMUM_STEP_NS:
            raise NotAsWrittenError(
                seq, f"{self._words(columns)} is not later than the reading before it ({utc_text(last_ns)})."
            )
        self._newest_ns[series] = t_ns
        return canonical

    def event(self, columns: EventColumns, digest: bytes) -> bytes:
        """The canonical bytes of an event that is as it was written.

        Raises:
            NotAsWrittenError: it is not, or the channel it defined was altered.
        """
        seq, t_ns, kind, instrument, _, text, _ = columns
        try:
            canonical = canonical_event(columns)
        except (struct.error, TypeError):
            canonical = b""
        if digest_of(canonical) != digest:
            raise NotAsWrittenError(
                seq,
                f"Row {seq}, the event {kind!r} of {instrument!r} at {_moment(t_ns)}, was altered: time, "
                "kind, name, text, frame or digest is not what was written.",
            )
        if kind == EventKind.CHANNEL_DEFINED:
            self._check_channel(seq, text)
        return canonical

    def _check_channel(self, seq: int, text: str) -> None:
        defined = JournalChannel(**json.loads(text))
        row = self._connection.execute("SELECT * FROM channel WHERE id = ?", (defined.id,)).fetchone()
        name = f"Channel {defined.id} ({defined.instrument} {defined.name}, defined by row {seq})"
        if row is None:
            raise NotAsWrittenError(seq, f"{name} was deleted.")
        for field, value in zip(fields(JournalChannel), row, strict=True):
            written = getattr(defined, field.name)
            if value != written:
                raise NotAsWrittenError(
                    seq, f"{name} was altered: {field.name} is {value!r}, was {written!r}."
                )
        self._series[defined.id] = defined.series

    def _words(self, columns: ReadingColumns) -> str:
        seq, channel_id, t_ns, _, raw_text, _, _ = columns
        name = " ".join(self._series.get(channel_id, ("channel", str(channel_id)))[:2])
        return f"Row {seq}, the reading {raw_text!r} of {name} at {_moment(t_ns)},"


def _what_differs(raw: object, raw_text: object) -> str:
    try:
        agree = raw == float(cast(str, raw_text))
    except (ValueError, TypeError):
        agree = False
    if not agree:
        return f"its value {raw!r} is not its text"
    return "channel, time, value, quality, frame or digest is not what was written"


def _moment(t_ns: object) -> str:
    return utc_text(t_ns) if isinstance(t_ns, int) else repr(t_ns)
