"""The rules, evaluated: a pure function of what a rule remembers, the next reading and its time.

Three verdicts: well, bad, unknown. Unknown never clears an alert, and never counts as time that was well.
"""

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from calibration.correction import State
from daq.journal import JournalChannel
from daq.lab.meaning import Meant
from daq.security.audit import Json
from daq.watch import windows
from daq.watch.rule_file import Band
from daq.watch.rule_parts import Disagreement, Hold, Limit, Noise, Rate, Step, Stuck, ValueRule, ZeroDrift
from drivers.reading import Quality

NS_PER_S = 1_000_000_000
UNTRUSTED = (
    Quality.OVER_RANGE | Quality.UNDER_RANGE | Quality.STALE | Quality.COMM_FAULT | Quality.SENSOR_FAULT
)
"""Flags of a reading that no value is judged by."""


class Verdict(enum.Enum):
    """What is said of one moment."""

    WELL = "well"
    BAD = "bad"
    UNKNOWN = "unknown"


class Change(enum.Enum):
    """What becomes of an alert."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading with its meaning, as rules see it."""

    path: str
    """``INSTRUMENT/CHANNEL``."""
    quantity: str
    unit: str
    seq: int
    t_ns: int
    raw: float
    text: str
    quality: Quality
    value: float | None
    """Corrected, in ``value_unit``; None without certificate in force."""
    U: float | None
    k: float | None
    value_unit: str

    @property
    def is_trusted(self) -> bool:
        """Whether the instrument stands by it."""
        return not self.quality & UNTRUSTED


def sample_of(channel: JournalChannel, meant: Meant) -> Sample:
    """A reading of the journal as a sample."""
    corrected = meant.state is State.CORRECTED and meant.certificate is not None
    row = meant.row
    return Sample(
        path=f"{channel.instrument}/{channel.name}",
        quantity=channel.quantity,
        unit=channel.unit,
        seq=row.seq,
        t_ns=row.t_ns,
        raw=row.raw,
        text=row.raw_text,
        quality=row.quality,
        value=meant.value,
        U=meant.U,
        k=meant.k,
        value_unit=meant.certificate.value_unit if corrected and meant.certificate else channel.unit,
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and the figures behind it."""

    verdict: Verdict
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule remembers of one source; every time is that of a reading, so a restart changes nothing."""

    active: bool = False
    bad_since_ns: int = 0
    """Since when it has been bad without interruption; 0 while it is not."""
    well_since_ns: int = 0
    """Since when an active one has been well without interruption; 0 while it is not."""
    seen_ns: int = 0
    memory: Any = None
    """What the kind of rule needs, plain JSON."""

    def as_json(self) -> list[Json]:
        """For the records."""
        return [self.active, self.bad_since_ns, self.well_since_ns, self.seen_ns, self.memory]


@dataclass(frozen=True, slots=True)
class Delays:
    """How long something has to last."""

    on_ns: int
    off_ns: int
    gap_ns: int
    """Longer without a reading, and time that was well begins anew."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule is judged by."""

    sample: Sample
    other: Sample | None = None
    """Newest reading of the channel that this one is compared with."""
    band: Band = (None, None)
    fresh_ns: int | None = None
    """A longer pause before it is silence; None where that does not matter."""


def advance(
    standing: Standing, verdict: Verdict, t_ns: int, delays: Delays
) -> tuple[Standing, Change | None]:
    """One verdict later: on-delay, off-delay, and what they make of the alert."""
    quiet_ns = t_ns - standing.seen_ns
    seen = replace(standing, seen_ns=t_ns)
    if not standing.active:
        if verdict is Verdict.UNKNOWN:
            return seen, None
        if verdict is Verdict.WELL:
            return replace(seen, bad_since_ns=0), None
        since_ns = standing.bad_since_ns or t_ns
        if t_ns - since_ns < delays.on_ns:
            return replace(seen, bad_since_ns=since_ns), None
        return replace(seen, active=True, bad_since_ns=since_ns, well_since_ns=0), Change.RAISED
    if verdict is not Verdict.WELL:
        return replace(seen, well_since_ns=0), None
    interrupted = quiet_ns > delays.gap_ns or not standing.well_since_ns
    well_since_ns = t_ns if interrupted else standing.well_since_ns
    if t_ns - well_since_ns < delays.off_ns:
        return replace(seen, well_since_ns=well_since_ns), None
    return replace(seen, active=False, bad_since_ns=0, well_since_ns=0), Change.CLEARED


def judge(rule: ValueRule, standing: Standing, seen: Seen) -> tuple[Judged | None, Any]:
    """What a reading says under a rule, and what the rule remembers afterwards.

    Returns:
        None for a reading that decides nothing, such as one in the middle of a sub-interval.
    """
    sample = seen.sample
    if not sample.is_trusted:
        return Judged(Verdict.UNKNOWN, {"quality": sample.quality.words}), standing.memory
    if isinstance(rule, Limit | Hold):
        return _limit(rule, standing, seen), None
    if isinstance(rule, Disagreement):
        return _disagreement(rule, seen), None
    if isinstance(rule, Stuck):
        return _stuck(rule, standing, seen)
    if sample.unit != rule.unit:
        return _wrong_unit(sample, rule.unit, sample.unit), standing.memory
    if isinstance(rule, Step):
        return _windowed(rule, standing, sample, 2)
    if isinstance(rule, ZeroDrift) and _written(abs(sample.raw)) > rule.idle_within:
        return Judged(Verdict.UNKNOWN, {}), None  # something is on the pan: the zero is not seen
    if isinstance(rule, ZeroDrift) and sample.quality.stable is False:
        return None, standing.memory
    return _windowed(rule, standing, sample, 1)


def _limit(rule: Limit | Hold, standing: Standing, seen: Seen) -> Judged:
    sample = seen.sample
    by_indication = isinstance(rule, Limit) and rule.indication
    value = sample.raw if by_indication or sample.value is None else sample.value
    unit = sample.unit if by_indication else sample.value_unit
    wanted = rule.unit if isinstance(rule, Limit) else "degC"
    if unit != wanted:
        return _wrong_unit(sample, wanted, unit)
    low, high = seen.band
    facts = {**_facts(sample, by_indication), "low": _text(low), "high": _text(high)}
    inside = rule.deadband if isinstance(rule, Limit) and standing.active else Decimal(0)
    below = low is not None and _written(value) < low + inside
    above = high is not None and _written(value) > high - inside
    if below or above:
        return Judged(Verdict.BAD, facts)
    is_known = by_indication or sample.value is not None
    return Judged(Verdict.WELL if is_known else Verdict.UNKNOWN, facts)


def _disagreement(rule: Disagreement, seen: Seen) -> Judged:
    one, other = seen.sample, seen.other
    if other is None or not other.is_trusted:
        return Judged(Verdict.UNKNOWN, {})
    if one.value is None or other.value is None or one.U is None or other.U is None:
        units, difference = (one.unit, other.unit), abs(one.raw - other.raw)
        allowed = float(rule.apart)
        well = Verdict.UNKNOWN  # what is not corrected may agree by accident
    else:
        units, difference = (one.value_unit, other.value_unit), abs(one.value - other.value)
        allowed = float(rule.apart) + math.hypot(one.U, other.U)
        well = Verdict.WELL
    for unit in units:
        if unit != rule.unit:
            return _wrong_unit(one, rule.unit, unit)
    facts = _facts(one, one.value is None)
    facts.update(difference=difference, allowed=allowed, unit=rule.unit, other=other.path)
    is_bad = _written(difference) > _written(allowed) and (well is Verdict.WELL or rule.apart > 0)
    return Judged(Verdict.BAD if is_bad else well, facts)


def _stuck(rule: Stuck, standing: Standing, seen: Seen) -> tuple[Judged, Any]:
    sample = seen.sample
    text, since_ns = standing.memory or ("", 0)
    was_silent = seen.fresh_ns is not None and sample.t_ns - standing.seen_ns > seen.fresh_ns
    if text != sample.text or (was_silent and not standing.active):  # off at night, and as it was before
        return Judged(Verdict.WELL, {}), [sample.text, sample.t_ns]
    facts: dict[str, Json] = {**_facts(sample, True), "unchanged_since_ns": since_ns}
    is_bad = sample.t_ns - since_ns >= rule.for_s * NS_PER_S
    return Judged(Verdict.BAD if is_bad else Verdict.WELL, facts), standing.memory


def _windowed(
    rule: Rate | Step | Noise | ZeroDrift, standing: Standing, sample: Sample, spans: int
) -> tuple[Judged | None, Any]:
    """Judged whenever a sub-interval is complete, over ``spans`` windows in a row."""
    part_ns = max(1, rule.window_s * NS_PER_S // windows.PARTS)
    parts = windows.PARTS * spans
    before: Sequence[windows.Bucket] = standing.memory or []
    judged = None
    if windows.begins_part(before, sample.t_ns, part_ns):
        full = windows.is_full(before, int(before[-1][0]), part_ns, parts)
        judged = _judged_window(rule, before, sample, full)
    return judged, windows.with_reading(before, sample.t_ns, sample.raw, part_ns, parts)


def _judged_window(
    rule: Rate | Step | Noise | ZeroDrift, window: Sequence[windows.Bucket], sample: Sample, full: bool
) -> Judged:
    facts: dict[str, Json] = {**_facts(sample, True), "window_s": rule.window_s}
    if isinstance(rule, Rate):
        change = windows.range_of(window)  # a part of the window may already be too much
        verdict = _verdict(_written(change) > rule.most, full)
        return Judged(verdict, {**facts, "change": change, "most": _text(rule.most)})
    if not full:
        return Judged(Verdict.UNKNOWN, facts)
    if isinstance(rule, Step):
        middle = window[-1][0] - (windows.PARTS - 1) * (rule.window_s * NS_PER_S // windows.PARTS)
        late = [bucket for bucket in window if bucket[0] >= middle]
        early = [bucket for bucket in window if bucket[0] < middle]
        change = windows.mean_of(late) - windows.mean_of(early) if early else 0.0
        verdict = _verdict(_written(abs(change)) > rule.most, bool(early))
        return Judged(verdict, {**facts, "change": change, "most": _text(rule.most)})
    if isinstance(rule, Noise):
        s = windows.deviation_of(window)
        is_bad = _written(s) < rule.least or (rule.most is not None and _written(s) > rule.most)
        return Judged(
            _verdict(is_bad, True), {**facts, "s": s, "least": _text(rule.least), "most": _text(rule.most)}
        )
    zero = windows.mean_of(window)
    return Judged(
        _verdict(_written(abs(zero)) > rule.limit, True), {**facts, "zero": zero, "most": _text(rule.limit)}
    )


def _written(number: float) -> Decimal:
    """A computed number as a person would write it: in binary 0.1 is more than the limit 0.1."""
    return Decimal(f"{number:.12g}")


def _verdict(is_bad: bool, is_known: bool) -> Verdict:
    if is_bad:
        return Verdict.BAD
    return Verdict.WELL if is_known else Verdict.UNKNOWN


def _wrong_unit(sample: Sample, wanted: str, found: str) -> Judged:
    """Nothing can be said, and a person has to know: a limit nobody judges is no limit."""
    return Judged(Verdict.BAD, {**_facts(sample, True), "wanted_unit": wanted, "found_unit": found})


def _facts(sample: Sample, by_indication: bool) -> dict[str, Json]:
    if by_indication or sample.value is None:
        return {"seq": sample.seq, "indication": sample.text, "unit": sample.unit}
    return {
        "seq": sample.seq,
        "value": sample.value,
        "U": sample.U,
        "k": sample.k,
        "unit": sample.value_unit,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
