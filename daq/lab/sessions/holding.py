"""Whether a temperature was held within its band for a time: read back from the journal, row by row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from calibration.units import convert
from daq.journal import JournalChannel, JournalReader
from daq.lab.meaning import Meant, meaning
from daq.lab.methods.steps import Hold
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.capture_values import captured, channel_certificates
from daq.lab.sessions.events import Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.objections import Objection
from daq.lab.sessions.readings import SECOND_NS, Asked, find_channel
from daq.lab.sessions.remarks import ALLOWED_AS, Remark, remark
from daq.lab.sessions.timers import span_text
from daq.security.audit import Json

QUANTITY = "temperature"
LEAST_GAP_NS = 60_000_000_000
"""Silence up to this is no gap; of a slower instrument, several of its periods."""
PAGE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Band:
    """What is to be held, where, and by which instrument."""

    step: Hold
    place: Place
    instrument: str
    is_allowed: bool
    """Two people have allowed the instrument although its certificate ended."""
    zone: ZoneInfo
    """Of the site, whose time people read."""

    @property
    def name(self) -> str:
        """The instrument without its channel."""
        return self.instrument.partition("/")[0]

    @property
    def words(self) -> dict[str, str]:
        """For remarks."""
        return {
            "instrument": self.name,
            "low": f"{self.step.low_degC} degC",
            "high": f"{self.step.high_degC} degC",
        }

    def holds(self, value: float) -> bool:
        """Whether a temperature in degC is within the band, limits included."""
        return float(self.step.low_degC) <= value <= float(self.step.high_degC)


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something was not as it should be."""

    from_ns: int
    to_ns: int
    worst: float | None = None
    """The temperature farthest from the band, in degC; None where there was none."""

    @property
    def duration_ns(self) -> int:
        """How long it was."""
        return self.to_ns - self.from_ns


@dataclass(frozen=True, slots=True)
class Extreme:
    """One reading of the time with what it means."""

    channel: JournalChannel
    meant: Meant

    @property
    def value(self) -> float:
        """Corrected where a certificate is in force, otherwise as indicated; in degC."""
        if self.meant.value is None or self.meant.certificate is None:
            return _in_degc(self.meant.row.raw, self.channel.unit)
        return _in_degc(self.meant.value, self.meant.certificate.value_unit)


@dataclass(frozen=True, slots=True)
class Held:
    """What the journal says about the time."""

    place: Place
    readings: int
    lowest: Extreme | None
    highest: Extreme | None
    inside_ns: int
    """How long it was within the band; times without readings do not count."""
    excursions: tuple[Span, ...]
    gaps: tuple[Span, ...]

    def as_json(self) -> dict[str, Json]:
        """For the event."""
        return {
            "readings": self.readings,
            "lowest": None if self.lowest is None else self.lowest.value,
            "highest": None if self.highest is None else self.highest.value,
            "inside_ns": self.inside_ns,
            "excursions": [_span_json(one) for one in self.excursions],
            "gaps": [_span_json(one) for one in self.gaps],
        }

    def captures(self, session: str) -> tuple[Capture, ...]:
        """The lowest and the highest reading, as evidence with its bytes and certificate."""
        found = [one for one in (self.lowest, self.highest) if one is not None]
        if len(found) == 2 and found[0].meant.row.seq == found[1].meant.row.seq:
            found = found[:1]
        return tuple(captured(session, self.place, "", one.channel, one.meant) for one in found)


def held_between(reader: JournalReader, bench: Bench, band: Band, times_ns: tuple[int, int]) -> Held:
    """Read the temperature channel of a time back, corrected by the certificates in force.

    Raises:
        StepRefusedError: the instrument has no temperature channel in the journal, or several.
    """
    from_ns, to_ns = times_ns
    channel = find_channel(reader, Asked(band.step.role, band.instrument, QUANTITY, to_ns))
    certificates = channel_certificates(bench.certificates, channel, to_ns if band.is_allowed else None)
    watch = _Watch(band, channel, max(LEAST_GAP_NS, bench.rules.stale_after(band.name)), from_ns)
    rows = reader.readings_between(channel.id, from_ns, to_ns + 1)
    while page := list(islice(rows, PAGE_ROWS)):
        watch.see(meaning(channel, page, certificates))
    return watch.end(to_ns)


def hold_objections(band: Band, held: Held, minimum_ns: int | None) -> list[Objection]:
    """What speaks against the time, with its figures."""
    found: list[Remark] = []
    if held.gaps:
        found.append(_silence(band, held.gaps))
    if held.excursions:
        total = span_text(sum(one.duration_ns for one in held.excursions))
        worst = f"{_worst(band, (one.worst for one in held.excursions)):.2f} degC"
        found.append(remark("hold-excursion", duration=total, worst=worst, **band.words))
    if minimum_ns is not None and held.inside_ns < minimum_ns:
        inside, minimum = span_text(held.inside_ns), span_text(minimum_ns)
        found.append(remark("hold-short", inside=inside, minimum=minimum, **band.words))
    subject = f"{band.place.step}/{band.place.portion}"
    return [Objection(one, band.step.outside, ALLOWED_AS.get(one.code, one.code), subject) for one in found]


def _silence(band: Band, gaps: Sequence[Span]) -> Remark:
    """All gaps of the time in one sentence; each by itself stands in the event."""
    longest = max(gaps, key=lambda one: one.duration_ns)
    facts: dict[str, str | int] = {
        "instrument": band.name,
        "duration": span_text(sum(one.duration_ns for one in gaps)),
        "since": datetime.fromtimestamp(longest.from_ns // SECOND_NS, band.zone).isoformat(" "),
    }
    if len(gaps) == 1:
        return Remark("hold-gap", facts)
    return Remark("hold-gaps", facts | {"count": len(gaps), "longest": span_text(longest.duration_ns)})


class _Watch:
    """Goes through the readings once, in order of time."""

    def __init__(self, band: Band, channel: JournalChannel, gap_ns: int, from_ns: int) -> None:
        self._band = band
        self._channel = channel
        self._gap_ns = gap_ns
        self._last_ns = from_ns
        self._was_inside = True  # what was before the first reading, it tells
        self._readings = 0
        self._lowest: Extreme | None = None
        self._highest: Extreme | None = None
        self._inside_ns = 0
        self._excursion: Span | None = None
        self._excursions: list[Span] = []
        self._gaps: list[Span] = []

    def see(self, readings: Sequence[Meant]) -> None:
        for one in readings:
            self._reading(Extreme(self._channel, one))

    def end(self, to_ns: int) -> Held:
        self._pass_to(to_ns, is_inside=self._was_inside)
        self._close(self._last_ns)
        return Held(
            self._band.place,
            self._readings,
            self._lowest,
            self._highest,
            self._inside_ns,
            tuple(self._excursions),
            tuple(self._gaps),
        )

    def _reading(self, reading: Extreme) -> None:
        t_ns, value = reading.meant.row.t_ns, reading.value
        is_inside = self._band.holds(value)
        since_ns = self._last_ns
        if self._pass_to(t_ns, is_inside=is_inside):
            self._close(since_ns)
            since_ns = t_ns
        if is_inside:
            self._close(t_ns)
        else:
            self._open(since_ns, value)
        self._readings += 1
        self._lowest = reading if self._lowest is None or value < self._lowest.value else self._lowest
        self._highest = reading if self._highest is None or value > self._highest.value else self._highest
        self._last_ns, self._was_inside = t_ns, is_inside

    def _pass_to(self, t_ns: int, *, is_inside: bool) -> bool:
        """Whether the time up to now is a gap; otherwise it counts where both ends are within the band."""
        if t_ns - self._last_ns > self._gap_ns:
            self._gaps.append(Span(self._last_ns, t_ns))
            return True
        if is_inside and self._was_inside:
            self._inside_ns += t_ns - self._last_ns
        return False

    def _open(self, from_ns: int, value: float) -> None:
        if self._excursion is None:
            self._excursion = Span(from_ns, from_ns, value)
        worst = _worst(self._band, (self._excursion.worst, value))
        self._excursion = replace(self._excursion, worst=worst)

    def _close(self, to_ns: int) -> None:
        if self._excursion is not None:
            self._excursions.append(replace(self._excursion, to_ns=to_ns))
            self._excursion = None


def _worst(band: Band, values: Iterable[float | None]) -> float:
    """The temperature farthest from the middle of the band."""
    middle = float(band.step.low_degC + band.step.high_degC) / 2
    return max((value for value in values if value is not None), key=lambda value: abs(value - middle))


def _in_degc(value: float, unit: str) -> float:
    return value if unit == "degC" else convert(value, unit, "degC")


def _span_json(span: Span) -> dict[str, Json]:
    return {"from_ns": span.from_ns, "to_ns": span.to_ns, "worst": span.worst}
