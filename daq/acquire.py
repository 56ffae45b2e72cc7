"""One plain thread owns one link: it asks its instruments in turn and hands every reply to the journal."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from daq.journal import ChannelDefinition
from drivers.clock import Clock
from drivers.errors import InstrumentError, LinkError, LinkTimeoutError, SerialNumberError
from drivers.instrument import Instrument
from drivers.profiles import Profile
from drivers.reading import Channel, Event, EventKind, Identity, Reading

LONGEST_BACK_OFF_S = 30.0
FIRST_BACK_OFF_S = 0.5
LOOK_S = 1.0
PATIENCE_S = 8.0

log = structlog.get_logger()


class Record(Protocol):
    """Where readings and events go: the journal."""

    def append(self, items: Sequence[Reading | Event]) -> object:
        """Queue ``items`` for the next commit."""
        ...

    def define_channel(self, definition: ChannelDefinition) -> None:
        """Make a channel known before its first reading."""
        ...


@dataclass(slots=True)
class Seat:
    """One instrument on a link: when it is asked next, and how it fared last."""

    instrument: Instrument
    profile: Profile
    name: str
    period_s: float
    next_s: float = 0.0
    back_off_s: float = 0.0
    connected: bool = False
    identity: Identity | None = None
    trouble: EventKind | None = None
    failures: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    """Outcome by channel that has been recorded and still lasts."""
    defined: set[tuple[str, str]] = field(default_factory=set)


class LinkWorker:
    """Asks the instruments of one link in turn; an instrument that fails is asked ever more seldom.

    Every change of state is one event: a silent instrument is recorded once when it falls silent and once
    when it answers again, not at every attempt.
    """

    def __init__(self, url: str, seats: Sequence[Seat], record: Record, clock: Clock) -> None:
        self.url = url
        self._seats = list(seats)
        self._record = record
        self._clock = clock
        self._link_lost = False
        self._link_back_off_s = 0.0
        self._link_next_s = 0.0

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop`` is set; the body of the link's thread."""
        while not stop.is_set():
            try:
                pause_s = self.step()
            except Exception:
                # the edge of the thread: a defect in one driver must not end the others' day
                log.exception("acquisition failed, trying again", url=self.url)
                pause_s = LONGEST_BACK_OFF_S
            stop.wait(pause_s)

    def step(self) -> float:
        """Ask the one instrument that is due, if any; returns the seconds until the next one is."""
        now_s = self._clock.monotonic_s()
        seat = min(self._seats, key=self._due_s)
        if self._due_s(seat) > now_s:
            return self._due_s(seat) - now_s
        self._ask(seat)
        soonest_s = min(self._due_s(seat) for seat in self._seats)
        return max(0.0, soonest_s - self._clock.monotonic_s())

    def _due_s(self, seat: Seat) -> float:
        return max(seat.next_s, self._link_next_s)

    def _ask(self, seat: Seat) -> None:
        now_s = self._clock.monotonic_s()
        on_time_s = seat.next_s + seat.period_s
        seat.next_s = (
            on_time_s if on_time_s > now_s else now_s + seat.period_s
        )  # what was missed is not caught up
        try:
            if not seat.connected:
                self._identify(seat, seat.instrument.connect())
            poll = seat.instrument.poll()
        except LinkTimeoutError as error:
            self._failed(seat, EventKind.SILENT, error)
        except LinkError as error:
            self._lost(error)
        except SerialNumberError as error:
            self._failed(seat, EventKind.WRONG_SERIAL_NUMBER, error)
        except InstrumentError as error:
            self._failed(seat, EventKind.PROTOCOL_ERROR, error)
        else:
            self._answered(seat)
            self._keep(seat, poll.readings, poll.events)

    def _identify(self, seat: Seat, identity: Identity) -> None:
        seat.connected = True
        if seat.identity == identity:
            return
        seat.identity = identity
        seat.defined.clear()
        parts = (identity.model, f"serial number {identity.serial_number or 'not told'}", identity.firmware)
        self._event(EventKind.IDENTIFIED, seat.name, ", ".join(part for part in parts if part))

    def _answered(self, seat: Seat) -> None:
        if self._link_lost:
            self._link_lost = False
            self._link_back_off_s = self._link_next_s = 0.0
            for each in self._seats:
                self._event(EventKind.LINK_UP, each.name, f"{self.url} is back")
        if seat.trouble is not None:
            self._event(
                EventKind.ANSWERING, seat.name, f"answers again after {seat.failures} failed attempts"
            )
        seat.trouble = None
        seat.failures = 0
        seat.back_off_s = 0.0

    def _failed(self, seat: Seat, kind: EventKind, error: InstrumentError) -> None:
        """The link is there, the instrument is not: only this one waits longer."""
        seat.failures += 1
        seat.back_off_s = _longer(seat.back_off_s)
        seat.next_s = self._clock.monotonic_s() + max(seat.period_s, seat.back_off_s)
        seat.connected = False
        if seat.trouble is not kind:
            seat.trouble = kind
            self._event(kind, seat.name, str(error), error.frame)

    def _lost(self, error: LinkError) -> None:
        """The link itself is gone: all its instruments wait."""
        self._link_back_off_s = _longer(self._link_back_off_s)
        self._link_next_s = self._clock.monotonic_s() + self._link_back_off_s
        for seat in self._seats:
            seat.connected = False
            if not self._link_lost:
                self._event(EventKind.LINK_LOST, seat.name, str(error), error.frame)
        self._link_lost = True

    def _keep(self, seat: Seat, readings: Sequence[Reading], events: Sequence[Event]) -> None:
        for reading in readings:
            self._define(seat, reading)
            seat.refused.pop(reading.channel, None)
        items: list[Reading | Event] = [event for event in events if self._is_new(seat, event)]
        items.extend(readings)
        if items:
            self._record.append(items)

    def _is_new(self, seat: Seat, event: Event) -> bool:
        """A refusal that lasts is recorded once; everything else each time."""
        if event.kind is not EventKind.REFUSED:
            return True
        outcome = event.text.partition(":")[0]
        if seat.refused.get(event.channel) == outcome:
            return False
        seat.refused[event.channel] = outcome
        return True

    def _define(self, seat: Seat, reading: Reading) -> None:
        key = (reading.channel, reading.unit)
        if key in seat.defined:
            return
        quantity = next(
            (c.quantity for c in seat.profile.channels if c.name == reading.channel), reading.channel
        )
        identity = seat.identity or Identity()
        self._record.define_channel(
            ChannelDefinition(
                instrument=seat.name,
                channel=Channel(reading.channel, quantity, reading.unit),
                profile=seat.profile.name,
                serial_number=identity.serial_number,
                firmware=identity.firmware,
            )
        )
        seat.defined.add(key)

    def _event(self, kind: EventKind, instrument: str, text: str, frame: bytes = b"") -> None:
        log.info(kind.value, instrument=instrument, text=text)
        self._record.append([Event(kind, instrument, self._clock.now_ns(), text, frame=frame)])


def _longer(back_off_s: float) -> float:
    return min(LONGEST_BACK_OFF_S, 2 * back_off_s if back_off_s else FIRST_BACK_OFF_S)


def acquire(workers: Sequence[LinkWorker], trouble: Callable[[], str | None], stop: threading.Event) -> None:
    """Run every link in its own thread until ``stop``.

    A thread that waits for a full disk when ``stop`` comes is left to the journal's close, which frees it.

    Args:
        workers: one for each link.
        trouble: why the journal cannot commit now, if so; told once per change.
        stop: ends all.
    """
    threads = [
        threading.Thread(target=worker.run, args=(stop,), name=f"link {worker.url}") for worker in workers
    ]
    for thread in threads:
        thread.start()
    told: str | None = None
    while not stop.wait(LOOK_S):
        if (now := trouble()) != told:
            log.warning("the journal can be written again" if now is None else now)
            told = now
    for thread in threads:
        thread.join(PATIENCE_S / len(threads))
