"""Who is heard: what the rows of the journal say of links, instruments and acquisition. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from daq.journal import EventRow
from daq.lab.reasons import LOST_KINDS, WELL_KINDS
from daq.security.audit import Json
from daq.watch.place import SiteMap
from daq.watch.rules import NS_PER_S, Judged, Sample, Verdict
from drivers.reading import EventKind

NOT_GROWING_S = 10.0
"""A journal that has not grown for so long, and for three of the longest periods: nobody writes it."""


@dataclass(slots=True)
class Ear:
    """What was heard of one instrument last."""

    heard_ns: int
    """Newest sign of life; at first, when the watch began."""
    lost: dict[str, Json] | None = None
    """Kind, sentence and time of the event that told of the loss."""
    faults: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Reason, sentence and time by channel; the channel is empty for the whole instrument."""


class Hearing:
    """All instruments of a site."""

    def __init__(self, site: SiteMap, state: Mapping[str, Any], began_ns: int) -> None:
        """Go on from ``state``, which ``as_json`` gave."""
        self._site = site
        known = state.get("ears", {})
        self.ears = {
            name: Ear(*known[name]) if name in known else Ear(began_ns) for name in sorted(site.entries)
        }
        self.stopped_ns: int = state.get("stopped_ns", 0)
        """When acquisition was asked to end; 0 while it runs."""
        self.away: frozenset[str] = frozenset()
        """Instruments that are not there: nobody misses them."""
        self.grown_ns: int = state.get("grown_ns", began_ns)
        """Time of the newest row."""

    def as_json(self) -> dict[str, Json]:
        """For the records."""
        ears = {name: [ear.heard_ns, ear.lost, ear.faults] for name, ear in self.ears.items()}
        return {"ears": ears, "stopped_ns": self.stopped_ns, "grown_ns": self.grown_ns}

    @property
    def lost(self) -> frozenset[str]:
        """Instruments that cannot be heard or understood."""
        return frozenset(name for name, ear in self.ears.items() if ear.lost is not None) - self.away

    def take_sample(self, instrument: str, channel: str, sample: Sample) -> None:
        """A reading came: the instrument is there, and the channel has a value unless its flags say no."""
        self.grown_ns = max(self.grown_ns, sample.t_ns)
        ear = self.ears.get(instrument)
        if ear is None:
            return
        ear.heard_ns = max(ear.heard_ns, sample.t_ns)
        ear.lost = None
        self.stopped_ns = 0
        ear.faults.pop("", None)
        if sample.is_trusted:
            ear.faults.pop(channel, None)
        else:
            words = sample.quality.words
            if ear.faults.get(channel, {}).get("reason") != words:  # what began as another may turn worse
                ear.faults[channel] = {"reason": words, "sentence": "", "t_ns": sample.t_ns}

    def take_event(self, row: EventRow) -> None:
        """Something that is not a number."""
        self.grown_ns = max(self.grown_ns, row.t_ns)
        if row.kind is EventKind.STARTED:
            self.stopped_ns = 0
            for ear in self.ears.values():
                ear.lost, ear.faults, ear.heard_ns = None, {}, max(ear.heard_ns, row.t_ns)
        elif row.kind is EventKind.STOPPED:
            self.stopped_ns = row.t_ns
        if row.instrument in self.ears:
            self._take_event_of(self.ears[row.instrument], row)

    def _take_event_of(self, ear: Ear, row: EventRow) -> None:
        if row.kind in LOST_KINDS:
            ear.lost = {"reason": row.kind.value, "sentence": row.text, "t_ns": row.t_ns}
        elif row.kind in WELL_KINDS:
            ear.lost = None
            ear.heard_ns = max(ear.heard_ns, row.t_ns)
        elif row.kind is EventKind.REFUSED:
            reason, _, sentence = row.text.partition(":")
            ear.heard_ns = max(ear.heard_ns, row.t_ns)
            ear.faults[row.channel] = {
                "reason": reason.strip(),
                "sentence": sentence.strip(),
                "t_ns": row.t_ns,
            }

    def is_lost(self, instrument: str) -> Judged:
        """Whether an instrument cannot be heard or understood."""
        lost = self.ears[instrument].lost
        if lost is None or instrument in self.away:
            return Judged(Verdict.WELL, {})
        return Judged(Verdict.BAD, lost)

    def is_stale(self, instrument: str, at_ns: int) -> Judged:
        """Whether its readings no longer come and nothing says why."""
        ear = self.ears[instrument]
        if instrument in self.away:
            return Judged(Verdict.WELL, {})
        if ear.lost is not None:
            return Judged(Verdict.UNKNOWN, {})
        if ear.faults or not self._is_old(instrument, at_ns):  # a refusal that lasts is told once
            return Judged(Verdict.WELL, {})
        if self.is_stopped(at_ns).verdict is Verdict.BAD:
            return Judged(Verdict.UNKNOWN, {})  # the cause has its own alert
        return Judged(Verdict.BAD, {"last_ns": ear.heard_ns})

    def is_stopped(self, at_ns: int) -> Judged:
        """Whether nobody writes the journal."""
        if self.stopped_ns:
            return Judged(Verdict.BAD, {"last_ns": self.stopped_ns})
        waiting = [
            name
            for name, ear in self.ears.items()
            if ear.lost is None and not ear.faults and name not in self.away
        ]
        patience_s = max(NOT_GROWING_S, 3 * self._site.longest_period_s)
        quiet = at_ns - self.grown_ns > patience_s * NS_PER_S
        if quiet and waiting and all(self._is_old(name, at_ns) for name in waiting):
            return Judged(Verdict.BAD, {"last_ns": self.grown_ns})
        return Judged(Verdict.WELL, {})

    def fault(self, instrument: str, channel: str, reasons: tuple[str, ...]) -> Judged:
        """Whether a channel has no value to be trusted, for one of the reasons."""
        ear = self.ears[instrument]
        fault = ear.faults.get(channel) or ear.faults.get("")
        if fault is None:
            return Judged(Verdict.UNKNOWN if ear.lost is not None else Verdict.WELL, {})
        named = set(str(fault["reason"]).split("+")) & set(reasons)
        return Judged(Verdict.BAD if named else Verdict.UNKNOWN, fault)

    def _is_old(self, instrument: str, at_ns: int) -> bool:
        age_ns = at_ns - self.ears[instrument].heard_ns
        return age_ns > self._site.entries[instrument].stale_after_s * NS_PER_S
