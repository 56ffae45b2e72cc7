"""The simulated laboratory in the past: its bench under the hand, acquired by the real acquisition.

Nothing is made up here: the hand moves dishes at its simulated bench, twins answer in their dialects, link
workers ask them and write the journal. Only the clock is in hand, and no wire is between.
"""

from collections.abc import Sequence
from pathlib import Path

from daq.acquire import LinkWorker, Seat
from daq.journal import ChannelDefinition, Journal, Ticket
from drivers.instrument import Instrument, InstrumentSettings
from drivers.profiles import Profile
from drivers.reading import Event, Reading
from drivers.sims.bench import OVEN
from drivers.sims.direct import DirectLink
from drivers.sims.hand import Hand
from drivers.sims.laboratory import BareInstrument, bare_instruments

NS_PER_S = 1_000_000_000
LOOK_NS = 60 * NS_PER_S
"""How often the oven is read while something is in it: a longer silence would be a gap."""
THERMOMETER = "O-01"


class PastClock:
    """Stands where it is put; it only goes on."""

    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """UTC since 1970 in integer nanoseconds."""
        return self._now_ns

    def monotonic_s(self) -> float:
        """The same in seconds."""
        return self._now_ns / NS_PER_S

    def sleep(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds pass at once."""
        self.go_on(self._now_ns + round(duration_s * NS_PER_S))

    def go_on(self, to_ns: int) -> None:
        """Stand at a later time; an earlier one changes nothing."""
        self._now_ns = max(self._now_ns, to_ns)


class _Committed:
    """The journal, and the promise for what was written last."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last: Ticket | None = None

    def append(self, items: Sequence[Reading | Event]) -> Ticket:
        self._last = self._journal.append(items)
        return self._last

    def define_channel(self, definition: ChannelDefinition) -> None:
        self._journal.define_channel(definition)

    def wait(self) -> None:
        if self._last is not None:
            self._last.wait()


class PastBench:
    """The bench and its instruments as they were: whoever works there passes the time."""

    def __init__(self, folder: Path, clock: PastClock, journal: Journal) -> None:
        """Args: ``folder`` is the demo's; the hand's script there is what the running demo goes on with."""
        self.clock = clock
        self._hand = Hand(clock, folder)
        self._record = _Committed(journal)
        self._looked_ns = 0
        self._workers = {one.instrument.name: self._worker(one) for one in bare_instruments(self._hand)}

    def do(self, words: str, then_s: float = 0.0) -> None:
        """Let the hand do something, and some time pass."""
        self._hand.do(words)
        self.wait(then_s)

    def wait(self, duration_s: float) -> None:
        """Let some time pass."""
        self.go_on(self.clock.now_ns() + round(duration_s * NS_PER_S))

    def is_filled(self, dish: str) -> bool:
        """Whether there is a sample in a dish."""
        return self._hand.bench().body(dish).dry_g > 0

    def hear(self, *instruments: str) -> None:
        """Ask instruments once; their readings are on the disk."""
        for name in instruments:
            self._workers[name].step()
        self.settle()

    def settle(self) -> None:
        """Wait until all that was heard is on the disk."""
        self._record.wait()

    def go_on(self, to_ns: int) -> None:
        """Let time pass; the oven is read as long as something is in it."""
        while self._hand.bench().on(OVEN) and self._looked_ns + LOOK_NS <= to_ns:
            self._looked_ns = max(self._looked_ns + LOOK_NS, self.clock.now_ns())
            self.clock.go_on(self._looked_ns)
            self._workers[THERMOMETER].step()
        self.clock.go_on(to_ns)

    def _worker(self, bare: BareInstrument) -> LinkWorker:
        entry, profile = bare.instrument, bare.profile
        link = DirectLink(entry.url, bare.twin, self.clock)
        instrument = Instrument(_settings(bare, profile), profile, link, self.clock)
        seat = Seat(instrument, profile, entry.name, period_s=0.0)
        return LinkWorker(entry.url, [seat], self._record, self.clock)


def _settings(bare: BareInstrument, profile: Profile) -> InstrumentSettings:
    entry = bare.instrument
    return InstrumentSettings(entry.name, profile.unit_id, entry.serial_number, simulated=True)
