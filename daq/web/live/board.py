"""The board: rows of the journal in, the state of every channel out. Pure: clock and rows are handed in."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from calibration.certificates.model import Certificate, in_force
from daq.journal import EventRow, JournalChannel, ReadingRow
from daq.lab.meaning import Meant, meaning
from daq.lab.reasons import LOST_KINDS, WELL_KINDS
from daq.records.certificates import ByChannel
from daq.settings import STALE_PERIODS, InstrumentEntry, Settings
from daq.web.digits import decimals, number
from daq.web.live.facts import (
    CertificateNow,
    CertificateState,
    ChannelNow,
    ChannelState,
    Fact,
    FactKind,
    InstrumentNow,
    SiteNow,
)
from daq.web.live.plan import ChannelPlan, Plans
from daq.web.live.trend import NS_PER_S, Point, Trend
from drivers.clock import Clock
from drivers.reading import EventKind, Quality

NS_PER_DAY = 86_400 * NS_PER_S
DUE_DAYS = 30
RECENT = 20
QUIET_S = 10.0
"""A journal that has not grown for so long, and for three of the longest periods, is worth a word."""

BAD_QUALITY = {
    Quality.COMM_FAULT: (ChannelState.LOST, "comm-fault"),
    Quality.SENSOR_FAULT: (ChannelState.ALARM, "sensor-fault"),
    Quality.OVER_RANGE: (ChannelState.ALARM, "over-range"),
    Quality.UNDER_RANGE: (ChannelState.ALARM, "under-range"),
    Quality.STALE: (ChannelState.STALE, "stale"),
}


def _patience_ns(entry: InstrumentEntry) -> int:
    return round(entry.stale_after_s * NS_PER_S)


@dataclass(slots=True)
class _Channel:
    """What is remembered of one channel of one instrument."""

    channel: JournalChannel
    recent: deque[Meant] = field(default_factory=lambda: deque(maxlen=RECENT))
    trend: Trend = field(default_factory=Trend)
    places: int = 0
    received_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: ChannelState
    reason: str = ""
    detail: str = ""
    since_ns: int = 0
    by_event: bool = False


class Board:
    """The newest state of every channel of a site."""

    def __init__(self, settings: Settings, clock: Clock, plans: Plans | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._plans = plans or {}
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._events: dict[tuple[str, str], EventRow] = {}
        """The newest event that tells a state, by instrument and channel; the channel is empty for all."""
        self._identities: dict[str, str] = {}
        self._certificates: ByChannel = {}
        self._stopped_ns = 0
        self._grown_s = clock.monotonic_s()
        self._rows = 0

    def know(self, channels: Iterable[JournalChannel]) -> None:
        """Make channels known before their first reading; of one name the newest counts."""
        for channel in sorted(channels, key=lambda channel: channel.id):
            entry = self._settings.instrument(channel.instrument)
            seat = self._channels.get((channel.instrument, channel.name))
            if entry is None or entry.profile != channel.profile or (seat is not None and seat.recent):
                continue
            self._channels[channel.instrument, channel.name] = _Channel(channel)

    def feed(
        self,
        rows: Sequence[ReadingRow | EventRow],
        channels: Mapping[int, JournalChannel],
        certificates: ByChannel,
    ) -> None:
        """Take in rows of the journal, in the order of ``seq``."""
        self._certificates = certificates
        if not rows:
            return
        self._grown_s = self._clock.monotonic_s()
        self._rows = rows[-1].seq
        by_channel: dict[int, list[ReadingRow]] = {}
        for row in rows:
            if isinstance(row, ReadingRow):
                by_channel.setdefault(row.channel_id, []).append(row)
            else:
                self._take_event(row)
        for channel_id in sorted(by_channel, key=lambda each: by_channel[each][-1].seq):
            self._take_readings(channels[channel_id], by_channel[channel_id])

    def _take_readings(self, channel: JournalChannel, rows: Sequence[ReadingRow]) -> None:
        if self._settings.instrument(channel.instrument) is None:
            return
        key = (channel.instrument, channel.name)
        seat = self._channels.get(key)
        if seat is None or seat.channel.id != channel.id:
            # another unit or another serial number: nothing of the old belongs beside the new
            seat = self._channels[key] = _Channel(channel)
        seat.received_s = self._clock.monotonic_s()
        most_digits = self._plan(key).most_digits
        for meant in meaning(channel, rows, self._certificates.get(key, ())):
            value = meant.row.raw if meant.value is None else meant.value
            seat.trend.add(Point(meant.row.t_ns, value, meant.U))
            seat.recent.appendleft(meant)
            seat.places = max(seat.places, len(number(meant, most_digits)))
        self._stopped_ns = 0

    def _take_event(self, row: EventRow) -> None:
        if row.kind is EventKind.STARTED:
            self._events.clear()
            self._stopped_ns = 0
        elif row.kind is EventKind.STOPPED:
            self._stopped_ns = row.t_ns
        elif row.kind in LOST_KINDS or row.kind in WELL_KINDS or row.kind is EventKind.REFUSED:
            self._events[row.instrument, row.channel] = row
        if row.kind is EventKind.IDENTIFIED:
            self._identities[row.instrument] = row.text

    def series(self, instrument: str, channel: str, since_ns: int) -> list[Point]:
        """The readings of a channel from ``since_ns`` on, at most one hour, at most two a second."""
        seat = self._channels.get((instrument, channel))
        return seat.trend.since(since_ns) if seat else []

    def site(self) -> SiteNow:
        """Everything the pages show, at this moment."""
        now_ns = self._clock.now_ns()
        instruments = tuple(self._instrument(entry, now_ns) for entry in self._settings.instruments)
        facts = (*self._quiet(), *_trouble_facts(instruments), *_certificate_facts(instruments))
        return SiteNow(now_ns, instruments, facts, self._rows)

    def _quiet(self) -> list[Fact]:
        if self._stopped_ns:
            return [Fact(FactKind.STOPPED, number=self._stopped_ns)]
        longest_s = max(entry.period_s for entry in self._settings.instruments)
        quiet_s = self._clock.monotonic_s() - self._grown_s
        if quiet_s > max(QUIET_S, STALE_PERIODS * longest_s):
            return [Fact(FactKind.NOT_GROWING, number=quiet_s)]
        return []

    def _instrument(self, entry: InstrumentEntry, now_ns: int) -> InstrumentNow:
        keys = [key for key in self._channels if key[0] == entry.name]
        seats = [self._channels[key] for key in sorted(keys, key=lambda key: self._plan(key).rank)]
        channels = tuple(self._channel(entry, seat, now_ns) for seat in seats)
        verdict = self._judge(entry, None)
        simulated = entry.simulated or any(
            Quality.SIMULATED in seat.recent[0].row.quality for seat in seats if seat.recent
        )
        return InstrumentNow(
            entry=entry,
            channels=channels,
            state=verdict.state,
            reason=verdict.reason,
            detail=verdict.detail,
            since_ns=verdict.since_ns,
            identity=self._identities.get(entry.name, ""),
            simulated=simulated,
        )

    def _channel(self, entry: InstrumentEntry, seat: _Channel, now_ns: int) -> ChannelNow:
        meant = seat.recent[0] if seat.recent else None
        verdict = self._judge(entry, seat)
        most_digits = self._plan((entry.name, seat.channel.name)).most_digits
        digits = decimals(meant, most_digits) if meant else 0
        return ChannelNow(
            channel=seat.channel,
            state=verdict.state,
            reason=verdict.reason,
            detail=verdict.detail,
            since_ns=verdict.since_ns,
            outdated=verdict.by_event,
            age_s=self._age_s(seat) if meant else 0.0,
            meant=meant,
            recent=tuple(seat.recent),
            certificate=certificate_now(self._certificates.get((entry.name, seat.channel.name), ()), now_ns),
            trend=seat.trend.line(now_ns, _patience_ns(entry), 10.0**-digits),
            number=number(meant, most_digits) if meant else "",
            decimals=digits,
            places=seat.places,
        )

    def _plan(self, key: tuple[str, str]) -> ChannelPlan:
        return self._plans.get(key, ChannelPlan())

    def _newest_ns(self, entry: InstrumentEntry) -> int:
        """Time of the newest reading of any channel of an instrument."""
        seats = (seat for (name, _), seat in self._channels.items() if name == entry.name)
        return max((seat.recent[0].row.t_ns for seat in seats if seat.recent), default=0)

    def _age_s(self, seat: _Channel) -> float:
        """By the reading's own time and by when it came: a clock that stepped back must not hide its age."""
        by_time_s = (self._clock.now_ns() - seat.recent[0].row.t_ns) / NS_PER_S
        return max(by_time_s, self._clock.monotonic_s() - seat.received_s)

    def _judge(self, entry: InstrumentEntry, seat: _Channel | None) -> _Verdict:
        """The newest of a channel's reading and the events about it tells its state."""
        row = seat.recent[0].row if seat and seat.recent else None
        events = self._events_since(entry.name, seat, row.seq if row else 0)
        for event in events:
            # an instrument that answers again may still refuse this channel
            verdict = _by_event(event)
            if verdict is not None:
                return verdict
        row_ns = row.t_ns if row else 0
        if seat is not None and self._newest_ns(entry) > row_ns + _patience_ns(entry):
            return _Verdict(ChannelState.IDLE, since_ns=row_ns)
        if seat is None or row is None:
            return _Verdict(ChannelState.WAITING)
        if events or self._age_s(seat) > entry.stale_after_s:
            return _Verdict(ChannelState.STALE, since_ns=row_ns)
        return replace(_by_quality(row.quality), since_ns=row_ns)

    def _events_since(self, instrument: str, seat: _Channel | None, seq: int) -> list[EventRow]:
        """Events of a channel and of its whole instrument that are newer than ``seq``, newest first."""
        keys = {(instrument, ""), (instrument, seat.channel.name if seat else "")}
        events = [self._events[key] for key in keys if key in self._events]
        newer = [event for event in events if event.seq > seq]
        return sorted(newer, key=lambda event: event.seq, reverse=True)


def _by_event(event: EventRow) -> _Verdict | None:
    if event.kind in LOST_KINDS:
        return _Verdict(ChannelState.LOST, event.kind.value, event.text, event.t_ns, by_event=True)
    if event.kind is EventKind.REFUSED:
        outcome, _, sentence = event.text.partition(":")
        detail = sentence.strip() or event.text
        return _Verdict(ChannelState.ALARM, outcome.strip(), detail, event.t_ns, by_event=True)
    return None


def _by_quality(quality: Quality) -> _Verdict:
    for flag, (state, reason) in BAD_QUALITY.items():
        if flag in quality:
            return _Verdict(state, reason)
    words = {True: ChannelState.STABLE, False: ChannelState.SETTLING, None: ChannelState.LIVE}
    return _Verdict(words[quality.stable])


def certificate_now(certificates: Sequence[Certificate], now_ns: int) -> CertificateNow:
    """What the certificates of one channel are worth at ``now_ns``."""
    current = in_force(certificates, now_ns)
    if current is not None:
        days = (current.valid_until_ns - now_ns) // NS_PER_DAY
        state = CertificateState.DUE if days < DUE_DAYS else CertificateState.VALID
        return CertificateNow(state, current, days)
    past = [each for each in certificates if each.valid_until_ns <= now_ns]
    if past:
        last = max(past, key=lambda each: each.valid_until_ns)
        return CertificateNow(CertificateState.EXPIRED, last, (now_ns - last.valid_until_ns) // NS_PER_DAY)
    if certificates:
        first = min(certificates, key=lambda each: each.in_force_from_ns)
        return CertificateNow(
            CertificateState.NOT_YET, first, (first.in_force_from_ns - now_ns) // NS_PER_DAY
        )
    return CertificateNow(CertificateState.NONE)


def _trouble_facts(instruments: Sequence[InstrumentNow]) -> list[Fact]:
    facts = []
    for kind, state in ((FactKind.LOST, ChannelState.LOST), (FactKind.ALARM, ChannelState.ALARM)):
        names = tuple(each.entry.name for each in instruments if each.has(state))
        if names:
            facts.append(Fact(kind, names))
    return facts


_FACT_BY_CERTIFICATE = {
    CertificateState.EXPIRED: FactKind.CERTIFICATE_EXPIRED,
    CertificateState.NOT_YET: FactKind.CERTIFICATE_NOT_YET,
    CertificateState.NONE: FactKind.CERTIFICATE_NONE,
    CertificateState.DUE: FactKind.CERTIFICATE_DUE,
}


def _certificate_facts(instruments: Sequence[InstrumentNow]) -> list[Fact]:
    """One fact for each kind of trouble, with the instruments that have it and the fewest days."""
    names: dict[FactKind, dict[str, None]] = {}
    days: dict[FactKind, int] = {}
    for instrument in instruments:
        for channel in instrument.channels:
            kind = _FACT_BY_CERTIFICATE.get(channel.certificate.state)
            if kind is not None:
                names.setdefault(kind, {})[instrument.entry.name] = None
                left = channel.certificate.days_left
                days[kind] = min(days.get(kind, left), left)
    return [
        Fact(kind, tuple(names[kind]), days[kind]) for kind in _FACT_BY_CERTIFICATE.values() if kind in names
    ]
