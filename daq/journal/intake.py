"""The door of the journal: what it takes, under which channel, and at which time."""

import math
import re
import threading
from collections.abc import Iterable, Mapping, Sequence

from daq.errors import RowError, UndefinedChannelError
from daq.journal.queue import Draft, Ticket, WriteQueue
from daq.journal.rows import ChannelDefinition, JournalChannel, Series
from daq.journal.times import LATEST_NS, SeriesTimes, utc_text
from drivers.clock import Clock
from drivers.reading import Channel, Event, EventKind, Reading

LONGEST_BYTES = 1 << 20
"""No frame comes near; a longer row could fail to commit for ever and hold up all others."""

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Intake:
    """Checks items, finds their channel, places their time, and queues them in one order for all threads."""

    def __init__(
        self,
        queue: WriteQueue,
        channels: Iterable[JournalChannel],
        newest_ns: Mapping[Series, int],
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._one_order = threading.Lock()
        self._numbers = {_definition(channel): channel.id for channel in channels}
        self._tickets: dict[ChannelDefinition, Ticket] = {}
        self._current: dict[Series, int] = {}
        self._times = SeriesTimes(newest_ns)

    def append(self, items: Sequence[Reading | Event]) -> Ticket:
        """See ``Journal.append``."""
        if not items:
            return _kept()
        with self._one_order:
            for item in items:
                self._check(item)
            drafts: list[Draft] = []
            positions: list[int] = []
            for item in items:
                if isinstance(item, Reading):
                    drafts.extend(self._reading_drafts(item))
                else:
                    drafts.append(_event_draft(item))
                positions.append(len(drafts) - 1)
            return self._queue.put(drafts, positions)

    def define(self, definition: ChannelDefinition) -> Ticket:
        """See ``Journal.define_channel``; the ticket is kept once the definition is on the disk."""
        with self._one_order:
            if definition not in self._numbers:
                channel = definition.numbered(max(self._numbers.values(), default=0) + 1)
                event = Event(
                    EventKind.CHANNEL_DEFINED,
                    channel.instrument,
                    self._clock.now_ns(),
                    channel.as_json(),
                    channel.name,
                )
                _check_event(event)
                self._tickets[definition] = self._queue.put([_event_draft(event, channel)], [0])
                self._numbers[definition] = channel.id
            series = (definition.instrument, definition.channel.name, definition.channel.unit)
            self._current[series] = self._numbers[definition]
            return self._tickets.get(definition) or _kept()

    def _check(self, item: Reading | Event) -> None:
        if isinstance(item, Event):
            if item.kind is EventKind.CHANNEL_DEFINED:
                raise RowError("A channel is defined by define_channel, not by an event.")
            _check_event(item)
            return
        what = f"The reading {item.text!r} of {item.instrument} {item.channel}"
        if (item.instrument, item.channel, item.unit) not in self._current:
            raise UndefinedChannelError(
                f"{what} in {item.unit} has no channel yet: define_channel comes before the first reading."
            )
        if not _DECIMAL.fullmatch(item.text) or not math.isfinite(item.value):
            raise RowError(f"{what} is not a finite decimal number; a failure is an event, never a number.")
        _check_row(what, item.t_ns, [item.text], item.frame)

    def _reading_drafts(self, reading: Reading) -> list[Draft]:
        """The reading at its place in time, after the event that its time tells of, if any."""
        series = (reading.instrument, reading.channel, reading.unit)
        channel_id = self._current[series]
        t_ns, stepped_from_ns = self._times.place(series, reading.t_ns)
        # SQLite stores -0.0 as 0.0; the sign stays in the text
        values = (channel_id, t_ns, reading.value + 0.0, reading.text, int(reading.quality), reading.frame)
        drafts = [Draft(is_reading=True, values=values)]
        if stepped_from_ns is not None:
            drafts.insert(0, _event_draft(_clock_step(stepped_from_ns, reading.t_ns)))
        return drafts


def _definition(channel: JournalChannel) -> ChannelDefinition:
    return ChannelDefinition(
        channel.instrument,
        Channel(channel.name, channel.quantity, channel.unit),
        channel.profile,
        channel.serial_number,
        channel.firmware,
    )


def _kept() -> Ticket:
    ticket = Ticket()
    ticket.acknowledge(())
    return ticket


def _clock_step(from_ns: int, to_ns: int) -> Event:
    text = (
        f"The clock stepped back by {(from_ns - to_ns) / 1e9:.3f} s, from {utc_text(from_ns)} to "
        f"{utc_text(to_ns)}; until it has caught up, readings get the last time + 1 ms."
    )
    return Event(EventKind.CLOCK_STEP, "", to_ns, text)


def _event_draft(event: Event, defines: JournalChannel | None = None) -> Draft:
    values = (event.t_ns, event.kind.value, event.instrument, event.channel, event.text, event.frame)
    return Draft(is_reading=False, values=values, defines=defines)


def _check_event(event: Event) -> None:
    texts = [event.instrument, event.channel, event.text]
    _check_row(f"The event {event.kind.value} of {event.instrument!r}", event.t_ns, texts, event.frame)


def _check_row(what: str, t_ns: int, texts: Sequence[str], frame: bytes) -> None:
    if not 0 < t_ns < LATEST_NS:
        raise RowError(f"{what} has the time {t_ns} ns, which is outside 1970 to 2255; set the clock.")
    try:
        longest = max(len(frame), *(len(text.encode()) for text in texts))
    except UnicodeEncodeError as error:
        raise RowError(f"{what} holds text that is not Unicode ({error.reason}).") from error
    if longest > LONGEST_BYTES:
        raise RowError(f"{what} is {longest} bytes long; the journal takes up to {LONGEST_BYTES}.")
