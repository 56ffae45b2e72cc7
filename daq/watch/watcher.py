"""What is watched, as one state: rows of the journal and moments of time in, changes of alerts out. Pure.

Everything that a restart must not lose is in ``as_json``; the same rows give the same changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calibration.certificates.model import Certificate, in_force
from daq.journal import EventRow, JournalChannel, ReadingRow, Row
from daq.lab.checks.findings import CheckFinding
from daq.lab.meaning import Meant, meaning
from daq.lab.reasons import LOST_KINDS
from daq.records.certificates import ByChannel
from daq.security.audit import Json
from daq.watch.hearing import Hearing
from daq.watch.holds import HoldNow
from daq.watch.ledger import LOOK_GAP_S, Key, Ledger, Transition
from daq.watch.lost import LostWatch
from daq.watch.notebook import Fact
from daq.watch.place import SiteMap
from daq.watch.register_watch import NOTHING_SPECIAL, RegisterNow
from daq.watch.rule_file import Rulebook
from daq.watch.rule_parts import (
    CertificateDue,
    ChannelRule,
    CheckFound,
    ClockStep,
    Disagreement,
    Duty,
    Fault,
    Hold,
    Limit,
    Lost,
    Stale,
    Stopped,
    ValueRule,
)
from daq.watch.rules import NS_PER_S, Judged, Sample, Seen, Verdict, judge, sample_of
from drivers.reading import EventKind

DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is so at a moment, beside the journal."""

    channels: Sequence[JournalChannel] = ()
    certificates: ByChannel | None = None
    """None: not looked at this time."""
    facts: Sequence[Fact] = ()
    """What the regular duties found last."""
    holds: Sequence[HoldNow] = ()
    register: RegisterNow = NOTHING_SPECIAL
    checks: Sequence[CheckFinding] | None = None
    """What is not as it should be with checks; None: not known at this time."""


class Watcher:
    """All rules over all channels of a site."""

    def __init__(
        self, book: Rulebook, site: SiteMap, timezone: str, state: Mapping[str, Any], began_ns: int
    ) -> None:
        """Go on from ``state``, which ``as_json`` gave; ``began_ns`` is now."""
        self._book = book
        self._site = site
        self.ledger = Ledger(book, timezone, state)
        self.hearing = Hearing(site, state.get("hearing", {}), began_ns)
        lost = next((rule for rule in book.rules if isinstance(rule, Lost)), None)
        self._lost = LostWatch(lost, site, state.get("lost", {})) if lost else None
        self._posts: dict[int, tuple[ValueRule, ...]] = {}
        self._compared = frozenset(rule.against for rule in book.rules if isinstance(rule, Disagreement))
        self._newest: dict[str, Sample] = {}
        self._holds: Sequence[HoldNow] = ()

    def as_json(self) -> dict[str, Json]:
        """For the records."""
        lost = self._lost.as_json() if self._lost else {}
        return {**self.ledger.as_json(), "hearing": self.hearing.as_json(), "lost": lost}

    def settle(self, channels: Mapping[int, JournalChannel], at_ns: int) -> None:
        """After a start: let go of sources that the rules and the site no longer have."""
        kept = {(channel.instrument, channel.name): channel for channel in channels.values()}
        for key in sorted(self.ledger.standings.keys() | self.ledger.open):
            if not self._is_known(key, kept):
                self.ledger.withdraw(key, at_ns, "the rule or its source is no longer there")

    def take(
        self, rows: Sequence[Row], channels: Mapping[int, JournalChannel], certificates: ByChannel
    ) -> None:
        """Rows of the journal, in the order of ``seq``."""
        meant = _meant(rows, channels, certificates)
        for row in rows:
            if isinstance(row, EventRow):
                self._take_event(row)
            else:
                self._take_reading(channels[row.channel_id], meant[row.seq])

    def look(self, at_ns: int, around: Surroundings) -> None:
        """A moment passes: what did not come is noticed, too."""
        self._holds = around.holds
        self.hearing.away = around.register.away
        for rule in self._book.rules:
            if isinstance(rule, Stopped | Stale | ClockStep | Duty):
                self._look_at_service(rule, around, at_ns)
            elif isinstance(rule, Fault):
                self._look_at_faults(rule, around.channels, at_ns)
            elif isinstance(rule, CertificateDue) and around.certificates is not None:
                self._look_at_certificates(rule, around, at_ns)
            elif isinstance(rule, CheckFound) and around.checks is not None:
                self._look_at_checks(rule, around.checks, at_ns)
            elif isinstance(rule, Hold):
                self._end_holds(rule, at_ns)
        if self._lost:
            self._lost.look(self.hearing, self.ledger, at_ns)
        self._end_schedules(at_ns)
        self.ledger.fold(self._causes(), at_ns)

    def drain(self) -> list[Transition]:
        """The changes of alerts since the last call."""
        return self.ledger.drain()

    def _take_event(self, row: EventRow) -> None:
        self.hearing.take_event(row)
        if row.kind is EventKind.CLOCK_STEP:
            for rule in self._book.rules:
                if isinstance(rule, ClockStep):
                    judged = Judged(Verdict.BAD, {"sentence": row.text, "to_ns": row.t_ns})
                    self.ledger.note((rule.name, "clock"), judged, row.t_ns, LOOK_GAP_S)
        elif row.kind in LOST_KINDS or row.kind is EventKind.REFUSED:
            path = f"{row.instrument}/{row.channel}"
            keys = [key for key in self.ledger.standings if key[1].startswith(path)]
            self.ledger.interrupt(keys)

    def _take_reading(self, channel: JournalChannel, meant: Meant) -> None:
        sample = sample_of(channel, meant)
        self.hearing.take_sample(channel.instrument, channel.name, sample)
        if sample.path in self._compared:
            self._newest[sample.path] = sample
        entry = self._site.entries.get(channel.instrument)
        if entry is None:
            return
        for rule in self._rules_of(channel):
            seen = self._seen(rule, sample, entry.stale_after_s)
            if seen is None:
                continue
            key = (rule.name, sample.path)
            judged, memory = judge(rule, self.ledger.standing(key), seen)
            if judged is not None:
                self.ledger.note(key, judged, sample.t_ns, entry.stale_after_s)
            self.ledger.remember(key, memory, sample.t_ns)

    def _seen(self, rule: ValueRule, sample: Sample, fresh_s: float) -> Seen | None:
        if isinstance(rule, Limit):
            band = self._book.band(rule, sample.quantity)
            return None if band == (None, None) else Seen(sample, band=band)
        if isinstance(rule, Hold):
            hold = next((each for each in self._holds if each.is_of(sample.path)), None)
            return Seen(sample, band=hold.band) if hold else None
        if isinstance(rule, Disagreement):
            if sample.path == rule.against:
                return None  # one of several that are compared with it
            other = self._newest.get(rule.against)
            is_fresh = other is not None and sample.t_ns - other.t_ns <= fresh_s * NS_PER_S
            return Seen(sample, other=other if is_fresh else None)
        return Seen(sample, fresh_ns=round(fresh_s * NS_PER_S))

    def _rules_of(self, channel: JournalChannel) -> tuple[ValueRule, ...]:
        if channel.id not in self._posts:
            self._posts[channel.id] = tuple(
                rule
                for rule in self._book.rules
                if isinstance(rule, ValueRule) and self._is_about(rule, channel)
            )
        return self._posts[channel.id]

    def _is_about(self, rule: ChannelRule, channel: JournalChannel) -> bool:
        kind = self._site.kinds.get(channel.instrument, "")
        return channel.instrument in self._site.entries and rule.is_about(
            f"{channel.instrument}/{channel.name}", kind, channel.quantity
        )

    def _look_at_service(
        self, rule: Stopped | Stale | ClockStep | Duty, around: Surroundings, at_ns: int
    ) -> None:
        hearing, ledger = self.hearing, self.ledger
        if isinstance(rule, Stopped):
            ledger.look((rule.name, "acquisition"), hearing.is_stopped(at_ns), at_ns)
        elif isinstance(rule, Stale):
            for name in self._site.entries:
                ledger.look((rule.name, name), hearing.is_stale(name, at_ns), at_ns)
        elif isinstance(rule, ClockStep):
            ledger.look((rule.name, "clock"), Judged(Verdict.WELL, {}), at_ns)
        else:
            ledger.look((rule.name, rule.duty), _of_duty(rule, around.facts), at_ns)

    def _look_at_faults(self, rule: Fault, channels: Sequence[JournalChannel], at_ns: int) -> None:
        for channel in channels:
            if self._is_about(rule, channel):
                judged = self.hearing.fault(channel.instrument, channel.name, rule.reasons)
                self.ledger.look((rule.name, f"{channel.instrument}/{channel.name}"), judged, at_ns)

    def _look_at_certificates(self, rule: CertificateDue, around: Surroundings, at_ns: int) -> None:
        """Of channels that the journal knows, and of those that have a certificate and never said a word."""
        known = around.certificates or {}
        quantities = {key: several[0].quantity for key, several in known.items() if several}
        quantities |= {(channel.instrument, channel.name): channel.quantity for channel in around.channels}
        for (instrument, name), quantity in sorted(quantities.items()):
            path = f"{instrument}/{name}"
            kind = self._site.kinds.get(instrument, "")
            if instrument not in self._site.entries or not rule.is_about(path, kind, quantity):
                continue
            begun = [each for each in known.get((instrument, name), ()) if each.in_force_from_ns <= at_ns]
            if rule.days is None:
                is_bad = not begun and instrument not in around.register.exempt
            else:
                is_bad = bool(begun) and in_force(known[instrument, name], at_ns + rule.days * DAY_NS) is None
            self.ledger.look((rule.name, path), _of_certificates(begun, is_bad), at_ns)

    def _look_at_checks(self, rule: CheckFound, findings: Sequence[CheckFinding], at_ns: int) -> None:
        """One alert for each plan and point; what is no longer found is well."""
        bad: dict[Key, list[CheckFinding]] = {}
        for one in findings:
            if rule.is_about(one.code, one.facts.get("plan", "")):
                place = f"{one.facts['plan']} {one.facts.get('point', '')}".strip()
                bad.setdefault((rule.name, f"{one.equipment}/{one.channel}/{place}"), []).append(one)
        known = [key for key in self.ledger.standings if key[0] == rule.name]
        for key in sorted({*known, *bad}):
            self.ledger.look(key, _of_checks(bad.get(key, ())), at_ns)

    def _end_holds(self, rule: Hold, at_ns: int) -> None:
        for key in [key for key in self.ledger.standings if key[0] == rule.name]:
            if not any(hold.is_of(key[1]) for hold in self._holds):
                self.ledger.withdraw(key, at_ns, "the temperature is no longer held")

    def _end_schedules(self, at_ns: int) -> None:
        for key in sorted(self.ledger.open):
            rule = self.ledger.rules.get(key[0])
            if rule is not None and not self.ledger.holds(rule, at_ns):
                self.ledger.withdraw(key, at_ns, "outside of the rule's schedule")

    def _causes(self) -> dict[Key, Key]:
        found = self._lost.causes(self.ledger) if self._lost else {}
        for cause in sorted(self.ledger.open):
            rule = self.ledger.rules[cause[0]]
            for key in self.ledger.open:
                explains = key[1] == cause[1] or isinstance(rule, Stopped)
                if key[0] in rule.folds and explains:
                    found.setdefault(key, cause)
        return found

    def _is_known(self, key: Key, channels: Mapping[tuple[str, str], JournalChannel]) -> bool:
        rule = self.ledger.rules.get(key[0])
        if rule is None:
            return False
        if isinstance(rule, ChannelRule):
            instrument, _, name = key[1].partition("/")
            channel = channels.get((instrument, name))
            if channel is None:  # a certificate may be of a channel that never said a word
                return isinstance(rule, CertificateDue) and instrument in self._site.entries
            return self._is_about(rule, channel)
        if isinstance(rule, Lost):
            return key[1] in self._site.entries or any(node.name == key[1] for node in self._site.nodes)
        return not isinstance(rule, Stale) or key[1] in self._site.entries


def _meant(
    rows: Sequence[Row], channels: Mapping[int, JournalChannel], certificates: ByChannel
) -> dict[int, Meant]:
    """Every reading with its meaning, by ``seq``."""
    by_channel: dict[int, list[ReadingRow]] = {}
    for row in rows:
        if isinstance(row, ReadingRow):
            by_channel.setdefault(row.channel_id, []).append(row)
    found = {}
    for channel_id, readings in by_channel.items():
        channel = channels[channel_id]
        own = certificates.get((channel.instrument, channel.name), ())
        found.update({each.row.seq: each for each in meaning(channel, readings, own)})
    return found


def _of_certificates(begun: Sequence[Certificate], is_bad: bool) -> Judged:
    facts: dict[str, Json] = {}
    if begun:
        last = max(begun, key=lambda each: each.valid_until_ns)
        facts = {"number": last.number, "until_ns": last.valid_until_ns}
    return Judged(Verdict.BAD if is_bad else Verdict.WELL, facts)


def _of_duty(rule: Duty, facts: Sequence[Fact]) -> Judged:
    about = [fact for fact in facts if fact.duty == rule.duty]
    bad: list[Json] = [
        {"message": fact.message or fact.sentence, "parts": fact.parts if fact.message else {}}
        for fact in about
        if not fact.ok
    ]
    if bad:
        return Judged(Verdict.BAD, {"sentences": bad})
    return Judged(Verdict.WELL if about else Verdict.UNKNOWN, {})


def _of_checks(found: Sequence[CheckFinding]) -> Judged:
    sentences: list[Json] = [{"message": one.message, "parts": dict(one.facts)} for one in found]
    return Judged(Verdict.BAD, {"sentences": sentences}) if found else Judged(Verdict.WELL, {})
