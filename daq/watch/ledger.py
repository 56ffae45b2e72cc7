"""How every rule stands about every source, and what has changed since it was asked last. Pure."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from daq.schedule import is_within
from daq.security.audit import Json
from daq.watch.rule_file import Rulebook
from daq.watch.rule_parts import AnyRule
from daq.watch.rules import NS_PER_S, Change, Delays, Judged, Standing, Verdict, advance

LOOK_GAP_S = 300.0
"""Longer without a look at how things are, and time that was well begins anew."""

Key = tuple[str, str]
"""Name of the rule, and the source: a channel, an instrument, a link, a duty."""


class Turn(enum.StrEnum):
    """What becomes of an alert."""

    RAISED = "raised"
    CLEARED = "cleared"
    FOLDED = "folded"
    UNFOLDED = "unfolded"


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of one alert."""

    key: Key
    turn: Turn
    t_ns: int
    """Time of the reading, event or moment that decided."""
    since_ns: int = 0
    """Since when it is bad."""
    facts: Mapping[str, Json] | None = None
    cause: Key | None = None
    """Under which alert it is folded."""


class Ledger:
    """The memory of all rules."""

    def __init__(self, book: Rulebook, timezone: str, state: Mapping[str, Any]) -> None:
        """Go on from ``state``, which ``as_json`` gave."""
        self.book = book
        self.rules: dict[str, AnyRule] = {rule.name: rule for rule in book.rules}
        self._timezone = timezone
        self.standings: dict[Key, Standing] = {
            _key(text): Standing(*row) for text, row in state.get("standings", {}).items()
        }
        self.open: set[Key] = {_key(text) for text in state.get("open", ())}
        """Alerts that are raised and not cleared."""
        self.causes: dict[Key, Key] = {
            _key(text): _key(cause) for text, cause in state.get("causes", {}).items()
        }
        self._transitions: list[Transition] = []
        self.is_dirty = False
        """Whether something changed that the rows of the journal alone would not bring back."""

    def as_json(self) -> dict[str, Json]:
        """For the records."""
        return {
            "standings": {_text(key): standing.as_json() for key, standing in self.standings.items()},
            "open": sorted(_text(key) for key in self.open),
            "causes": {_text(key): _text(cause) for key, cause in self.causes.items()},
        }

    def drain(self) -> list[Transition]:
        """The changes since the last call, in their order."""
        found, self._transitions, self.is_dirty = self._transitions, [], False
        return found

    def standing(self, key: Key) -> Standing:
        """How a rule stands about a source."""
        return self.standings.get(key, Standing())

    def holds(self, rule: AnyRule, t_ns: int) -> bool:
        """Whether the rule's schedule covers the moment."""
        return not rule.schedule or is_within(rule.schedule, t_ns, self._timezone)

    def note(self, key: Key, judged: Judged, t_ns: int, gap_s: float) -> None:
        """Take in what a reading says, and raise or clear the alert if that decides it."""
        self._follow(key, self._advance(key, judged.verdict, t_ns, gap_s), judged, t_ns)

    def look(self, key: Key, judged: Judged, at_ns: int) -> None:
        """The same for what is so at a moment."""
        self._follow(key, self.moment(key, judged.verdict, at_ns), judged, at_ns)

    def moment(self, key: Key, verdict: Verdict, at_ns: int) -> Change | None:
        """Take in what is so at a moment; what becomes of the alert is the caller's."""
        before = self.standing(key)
        change = self._advance(key, verdict, at_ns, LOOK_GAP_S)
        after = self.standing(key)
        if (before.bad_since_ns, before.well_since_ns) != (after.bad_since_ns, after.well_since_ns):
            self.is_dirty = True
        return change

    def _advance(self, key: Key, verdict: Verdict, t_ns: int, gap_s: float) -> Change | None:
        rule, before = self.rules[key[0]], self.standing(key)
        if not self.holds(rule, t_ns):
            self.standings[key] = replace(before, active=False, bad_since_ns=0, well_since_ns=0)
            return Change.CLEARED if before.active else None
        delays = Delays(rule.on_delay_s * NS_PER_S, rule.off_delay_s * NS_PER_S, round(gap_s * NS_PER_S))
        self.standings[key], change = advance(before, verdict, t_ns, delays)
        return change

    def _follow(self, key: Key, change: Change | None, judged: Judged, t_ns: int) -> None:
        if change is Change.RAISED:
            self.raise_alert(key, t_ns, self.standing(key).bad_since_ns, judged.facts)
        elif change is Change.CLEARED:
            self.clear_alert(key, t_ns, judged.facts)

    def remember(self, key: Key, memory: Any, t_ns: int) -> None:
        """What a rule keeps of a reading."""
        self.standings[key] = replace(self.standing(key), memory=memory, seen_ns=t_ns)

    def interrupt(self, keys: Iterable[Key]) -> None:
        """Time that was well begins anew: nothing is known for the moment."""
        for key in keys:
            if key in self.standings:
                self.standings[key] = replace(self.standings[key], well_since_ns=0)

    def raise_alert(self, key: Key, t_ns: int, since_ns: int, facts: Mapping[str, Json]) -> None:
        """There is an alert from now on."""
        if key not in self.open:
            self.open.add(key)
            self._transitions.append(Transition(key, Turn.RAISED, t_ns, since_ns, facts))

    def clear_alert(self, key: Key, t_ns: int, facts: Mapping[str, Json]) -> None:
        """There is none any more."""
        if key in self.open:
            self.open.discard(key)
            self.causes.pop(key, None)
            self._transitions.append(Transition(key, Turn.CLEARED, t_ns, facts=facts))

    def withdraw(self, key: Key, t_ns: int, why: str) -> None:
        """Forget a source that nothing is said of any more."""
        self.clear_alert(key, t_ns, {"withdrawn": why})
        self.standings.pop(key, None)
        self.is_dirty = True

    def fold(self, causes: Mapping[Key, Key], t_ns: int) -> None:
        """Fold alerts under those that explain them; ``causes`` are all such pairs of open ones."""
        for key in sorted(self.causes.keys() - causes.keys()):
            del self.causes[key]
            self._transitions.append(Transition(key, Turn.UNFOLDED, t_ns))
        for key, cause in sorted(causes.items()):
            if self.causes.get(key) != cause:
                self.causes[key] = cause
                self._transitions.append(Transition(key, Turn.FOLDED, t_ns, cause=cause))


def _text(key: Key) -> str:
    return f"{key[0]}|{key[1]}"


def _key(text: str) -> Key:
    rule, _, source = text.partition("|")
    return rule, source
