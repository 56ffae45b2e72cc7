"""Who is to be told of what now: alerts as they stand against what was said before. Pure.

It looks at states, not at changes: after a restart, outage or quiet night it says once what was not said.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from daq.records.alerts import Alert
from daq.records.messages import CLEARED, ESCALATED, RAISED, Told
from daq.schedule import is_within
from daq.settings import NotifyEntry
from daq.watch.rule_file import Rulebook
from daq.watch.rules import NS_PER_S

GATHER_S = 15
"""After an alert is raised nobody is told for so long: then its cause is known, and what belongs to it."""
WINDOW_S = 600
ONE_ALERT_IN_A_WINDOW = 2
"""Messages about one alert to one target within ten minutes."""
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so now."""

    at_ns: int
    """Of readings and events: the newest moment that is known."""
    now_ns: int
    """Of the clock."""
    alerts: Sequence[Alert]
    told: Mapping[tuple[int, str], Told]
    shelved: Collection[str]
    """Causes that nobody is told of."""
    written: Mapping[str, int]
    """Messages to each target within the last ten minutes."""
    failing: Collection[str]
    """Targets that a message waits for: they get no more until they can be reached."""
    known_ns: Mapping[str, int]
    """Since when each target is one: it is not told of what was over before."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to be written."""

    target: NotifyEntry
    kind: str
    parts: tuple[tuple[Alert, str], ...]
    """Alerts, and what is said of each."""


class Teller:
    """Decides by the site's rules and its list of targets."""

    def __init__(self, book: Rulebook, targets: Sequence[NotifyEntry], timezone: str) -> None:
        self._book = book
        self._targets = targets
        self._timezone = timezone

    def tellings(self, now: Situation) -> list[Telling]:
        """The messages to be written at this moment."""
        found = []
        for target in self._targets:
            if target.name in now.failing or not self._takes_messages(target, now.now_ns):
                continue
            due = [
                (alert, phase)
                for alert in now.alerts
                if (phase := self.wanted(alert, target, now)) and self._is_time(alert, target, now)
            ]
            found += self._packed(target, due, now.written.get(target.name, 0))
        return found

    def is_settled(self, alert: Alert, now: Situation) -> bool:
        """Whether an alert is over and nobody has to be told any more, also when it comes off its shelf."""
        unshelved = replace(now, shelved=())
        return not alert.is_open and not any(
            self.wanted(alert, target, unshelved) for target in self._targets
        )

    def wanted(self, alert: Alert, target: NotifyEntry, now: Situation) -> str | None:
        """What a target does not know yet of an alert, sooner or later to be told."""
        who = alert.body.get("who") or ()
        if alert.cause_id is not None or alert.key in now.shelved or alert.severity not in target.severities:
            return None
        if who and target.name not in who and not target.escalation:
            return None
        said = now.told.get((alert.id, target.name))
        phase = _phase(alert)
        if said is None:
            if target.escalation and phase != ESCALATED:
                return None
            is_old = not alert.is_open and alert.raised_ns < now.known_ns.get(target.name, 0)
            return None if alert.acknowledged_ns is not None or is_old else phase
        if said.phase == phase:
            return None
        if alert.acknowledged_ns is not None and phase != CLEARED and said.phase != CLEARED:
            return None  # who took it on need not be told of it again, unless it was said to be over
        if phase == RAISED and said.phase == ESCALATED:
            return None
        return phase

    def _takes_messages(self, target: NotifyEntry, now_ns: int) -> bool:
        return not target.schedule or is_within(target.schedule, now_ns, self._timezone)

    def _is_time(self, alert: Alert, target: NotifyEntry, now: Situation) -> bool:
        if now.at_ns - alert.raised_ns < GATHER_S * NS_PER_S:
            return False
        if is_within(self._book.severity(alert.severity).quiet, now.now_ns, self._timezone):
            return False
        said = now.told.get((alert.id, target.name))
        start_ns = now.now_ns - WINDOW_S * NS_PER_S
        recent = [t_ns for t_ns in said.times_ns if start_ns < t_ns <= now.now_ns] if said else []
        return len(recent) < ONE_ALERT_IN_A_WINDOW

    def _packed(self, target: NotifyEntry, due: Sequence[tuple[Alert, str]], written: int) -> list[Telling]:
        """One message each, or one digest where there are many or it is the last one that is allowed."""
        rules = self._book.messages
        room = rules.at_most - written
        if not due or room < 1:
            return []
        if len(due) == 1 or (len(due) < rules.digest_from and len(due) < room):
            return [Telling(target, phase, ((alert, phase),)) for alert, phase in due]
        return [Telling(target, DIGEST, tuple(due))]


def _phase(alert: Alert) -> str:
    if not alert.is_open:
        return CLEARED
    return ESCALATED if alert.escalated_ns is not None and alert.acknowledged_ns is None else RAISED
