"""Which committed reading a press takes, or why it takes none.

Only rows of the journal are taken: what is captured was committed with its bytes before anybody saw it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from daq.journal import EventRow, JournalChannel, JournalReader, ReadingRow
from daq.lab.methods.parts import Severity
from daq.lab.sessions.bench import BenchRules
from daq.lab.sessions.remarks import Remark, refuse, remark
from daq.lab.sessions.timers import span_text
from daq.settings import StabilityEntry
from drivers.reading import EventKind, Outcome, Quality

MOST_ROWS = 2_000
"""Readings of a channel that are looked at: 10 a second for more than three minutes."""
READINGS, OVER_S, STEPS = 5, 5.0, 2
"""Stability without a flag where the site has no rule: so many readings over so long within so many steps."""
SECOND_NS = 1_000_000_000
EMPTY_STEPS = 20
"""An empty pan shows no more than so many steps: zero, and what it has drifted."""
UNSTABLE = "unstable"
MASS = "mass"

NO_INDICATION = {
    EventKind.REFUSED: "no-indication",
    EventKind.LINK_LOST: "line-lost",
    EventKind.SILENT: "silent",
    EventKind.PROTOCOL_ERROR: "garbled",
    EventKind.WRONG_SERIAL_NUMBER: "wrong-serial-number",
}
"""Events after which an instrument has no indication, and the reason as it is told."""
_FAULTS = Quality.STALE | Quality.COMM_FAULT | Quality.SENSOR_FAULT


@dataclass(frozen=True, slots=True)
class Asked:
    """The reading that is wanted."""

    role: str
    instrument: str
    """``B-01``, or with its channel ``T-01/ch3``."""
    quantity: str
    pressed_ns: int
    unstable: Severity | None = "block"
    """What an unstable one does; None where the quantity is slow and stability is not asked for."""

    @property
    def name(self) -> str:
        """The instrument without its channel."""
        return self.instrument.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading that may be captured."""

    channel: JournalChannel
    row: ReadingRow
    stability: str
    """How it was found stable: ``flag``, or the rule; ``unstable`` where the method only warns, or empty."""
    remarks: tuple[Remark, ...] = ()


def take_reading(reader: JournalReader, asked: Asked, rules: BenchRules) -> Taken:
    """The newest committed reading, if it is one that may be captured.

    Raises:
        StepRefusedError: there is none, it is old, not stable, over range …: every reason.
    """
    channel = find_channel(reader, asked)
    rows = reader.latest(channel.id, MOST_ROWS)
    event = reader.latest_event(asked.name)
    blocks = list(_state(asked, rows, event, rules))
    if blocks:
        raise refuse(blocks)
    stability = _stability(asked, channel, rows, rules)
    if stability != UNSTABLE:
        return Taken(channel, rows[-1], stability)
    found = (remark("unstable", instrument=asked.name),)
    if asked.unstable == "block":
        raise refuse(found)
    return Taken(channel, rows[-1], stability, found)


def find_channel(reader: JournalReader, asked: Asked) -> JournalChannel:
    """The channel of an instrument that measures a quantity, as it is defined now.

    Raises:
        StepRefusedError: there is none, or there are several and none was named.
    """
    _, _, wanted = asked.instrument.partition("/")
    own = [one for one in reader.channels().values() if one.instrument == asked.name]
    fitting = [one for one in own if one.quantity == asked.quantity and wanted in ("", one.name)]
    if not fitting:
        facts = {"instrument": asked.instrument, "quantity": asked.quantity, "role": asked.role}
        code = "no-channel" if own else "no-reading"
        raise refuse([remark(code, **facts)])
    names = sorted({one.name for one in fitting})
    if len(names) > 1:
        facts = {"instrument": asked.name, "quantity": asked.quantity, "channels": ", ".join(names)}
        raise refuse([remark("which-channel", example=f"{asked.name}/{names[0]}", **facts)])
    return max(fitting, key=lambda one: _newest_ns(reader, one))


def has_come_to_rest(reader: JournalReader, asked: Asked, rules: BenchRules, since_ns: int) -> bool:
    """Whether the instrument has moved since a time and is at rest now: then it captures by itself.

    Whoever puts nothing on the balance moves nothing, so the load of before is not captured again; and a pan
    from which a dish was taken comes to rest too, but nobody wants its zero.

    Raises:
        StepRefusedError: there is no such channel.
    """
    channel = find_channel(reader, asked)
    rows = reader.latest(channel.id, MOST_ROWS)
    later = [row for row in rows if row.t_ns >= since_ns]
    if not later or _state(asked, rows, reader.latest_event(asked.name), rules):
        return False
    if _stability(asked, channel, rows, rules) == UNSTABLE:
        return False
    newest = Decimal(later[-1].raw_text)
    step = step_of(later[-1].raw_text)
    if asked.quantity == MASS and newest <= EMPTY_STEPS * step:
        return False
    reach = STEPS * step
    return any(row.quality.stable is False or abs(Decimal(row.raw_text) - newest) > reach for row in later)


def step_of(raw_text: str) -> Decimal:
    """One step of the last digit of an indication."""
    return Decimal(1).scaleb(int(Decimal(raw_text).as_tuple().exponent))


def is_settled(rows: Sequence[ReadingRow], rule: StabilityEntry | None) -> bool:
    """Whether the newest readings have come to rest, by the rule of the site or the usual one.

    The newest ones are taken that are as many and span as long as the rule wants; they lie within its band.
    """
    readings, over_s = (rule.readings, rule.over_s) if rule else (READINGS, OVER_S)
    newest = rows[-1]
    band = Decimal(str(rule.band)) if rule else STEPS * step_of(newest.raw_text)
    values: list[Decimal] = []
    for row in reversed(rows):
        if row.quality & (_FAULTS | Quality.UNSTABLE | Quality.OVER_RANGE | Quality.UNDER_RANGE):
            return False
        values.append(Decimal(row.raw_text))
        if max(values) - min(values) > band:
            return False
        if len(values) >= readings and newest.t_ns - row.t_ns >= over_s * SECOND_NS:
            return True
    return False


def _newest_ns(reader: JournalReader, channel: JournalChannel) -> int:
    rows = reader.latest(channel.id, 1)
    return rows[0].t_ns if rows else -1


def _state(
    asked: Asked, rows: Sequence[ReadingRow], event: EventRow | None, rules: BenchRules
) -> tuple[Remark, ...]:
    """Why the newest reading cannot be taken at all."""
    if not rows:
        return (remark("no-reading", instrument=asked.name),)
    newest = rows[-1]
    if event is not None and event.seq > newest.seq and event.kind in NO_INDICATION:
        return (_no_indication(asked, event),)
    found = []
    age_ns = asked.pressed_ns - newest.t_ns
    if age_ns > rules.stale_after(asked.name):
        found.append(remark("stale", instrument=asked.name, age=span_text(age_ns)))
    if Quality.OVER_RANGE in newest.quality:
        found.append(remark("over-range", instrument=asked.name))
    if Quality.UNDER_RANGE in newest.quality:
        found.append(remark("under-range", instrument=asked.name))
    if newest.quality & _FAULTS:
        found.append(remark("fault", instrument=asked.name, quality=newest.quality.words))
    if Quality.SIMULATED in newest.quality and not rules.simulated:
        found.append(remark("simulated", instrument=asked.name))
    return tuple(found)


def _no_indication(asked: Asked, event: EventRow) -> Remark:
    outcome = event.text.partition(":")[0]
    if event.kind is EventKind.REFUSED and outcome in (Outcome.OVERLOAD, Outcome.UNDERLOAD):
        code = "over-range" if outcome == Outcome.OVERLOAD else "under-range"
        return remark(code, instrument=asked.name)
    return remark(NO_INDICATION[event.kind], instrument=asked.name, why=event.text)


def _stability(asked: Asked, channel: JournalChannel, rows: Sequence[ReadingRow], rules: BenchRules) -> str:
    stable = rows[-1].quality.stable
    if asked.unstable is None:
        return ""
    if stable is True:
        return "flag"
    rule = rules.stability_of(channel.quantity, channel.unit)
    if stable is None and is_settled(rows, rule):
        readings, over_s = (rule.readings, rule.over_s) if rule else (READINGS, OVER_S)
        return f"{readings} readings over {span_text(round(over_s * SECOND_NS))}"
    return UNSTABLE
