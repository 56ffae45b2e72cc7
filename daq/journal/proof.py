"""Whether one row is what was written: its digest, its channel, its time, its value."""

import json
import sqlite3
import struct
from dataclasses import fields
from typing import cast

from calibration.sentences import Sentence
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

    def __init__(self, seq: int | None, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence
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
                seq,
                Sentence(
                    "{words} was altered: {what}.",
                    words=self._words(columns),
                    what=_what_differs(raw, raw_text),
                ),
            )
        series = self._series.get(channel_id)
        if series is None:
            raise NotAsWrittenError(
                seq, Sentence("{words} belongs to no channel defined before it.", words=self._words(columns))
            )
        if raw != float(raw_text):
            raise NotAsWrittenError(
                seq,
                Sentence(
                    "{words} has the value {raw}, which is not its text.",
                    words=self._words(columns),
                    raw=repr(raw),
                ),
            )
        last_ns = self._newest_ns.get(series)
        if last_ns is not None and t_ns < last_ns + MINIMUM_STEP_NS:
            raise NotAsWrittenError(
                seq,
                Sentence(
                    "{words} is not later than the reading before it ({time}).",
                    words=self._words(columns),
                    time=utc_text(last_ns),
                ),
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
                Sentence(
                    "Row {seq}, the event {kind} of {instrument} at {moment}, was altered: time, kind, name, "
                    "text, frame or digest is not what was written.",
                    seq=seq,
                    kind=repr(kind),
                    instrument=repr(instrument),
                    moment=_moment(t_ns),
                ),
            )
        if kind == EventKind.CHANNEL_DEFINED:
            self._check_channel(seq, text)
        return canonical

    def _check_channel(self, seq: int, text: str) -> None:
        defined = JournalChannel(**json.loads(text))
        row = self._connection.execute("SELECT * FROM channel WHERE id = ?", (defined.id,)).fetchone()
        name = Sentence(
            "Channel {id} ({channel}, defined by row {seq})",
            id=defined.id,
            channel=f"{defined.instrument} {defined.name}",
            seq=seq,
        )
        if row is None:
            raise NotAsWrittenError(seq, Sentence("{name} was deleted.", name=name))
        for field, value in zip(fields(JournalChannel), row, strict=True):
            written = getattr(defined, field.name)
            if value != written:
                raise NotAsWrittenError(
                    seq,
                    Sentence(
                        "{name} was altered: {field} is {value}, was {written}.",
                        name=name,
                        field=field.name,
                        value=repr(value),
                        written=repr(written),
                    ),
                )
        self._series[defined.id] = defined.series

    def _words(self, columns: ReadingColumns) -> Sentence:
        seq, channel_id, t_ns, _, raw_text, _, _ = columns
        name = " ".join(self._series.get(channel_id, ("channel", str(channel_id)))[:2])
        return Sentence(
            "Row {seq}, the reading {text} of {name} at {time},",
            seq=seq,
            text=repr(raw_text),
            name=name,
            time=_moment(t_ns),
        )


def _what_differs(raw: object, raw_text: object) -> Sentence:
    try:
        agree = raw == float(cast(str, raw_text))
    except (ValueError, TypeError):
        agree = False
    if not agree:
        return Sentence("its value {raw} is not its text", raw=repr(raw))
    return Sentence("channel, time, value, quality, frame or digest is not what was written")


def _moment(t_ns: object) -> str:
    return utc_text(t_ns) if isinstance(t_ns, int) else repr(t_ns)
