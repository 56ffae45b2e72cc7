"""From alerts to the outbox: escalation, shelves that are over, messages to be written, the sign of life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from daq.records.alerts import Alert, Shelf, count_unacknowledged, open_alerts, open_shelves
from daq.records.messages import (
    RAISED,
    SIGN_OF_LIFE,
    NewMessage,
    drop_signs_of_life,
    failing_targets,
    queue_message,
    refusing_targets,
    told,
    written_between,
)
from daq.schedule import is_within
from daq.security.audit import Json
from daq.settings import NotifyEntry, Settings
from daq.watch.alert_turns import escalate, take_down
from daq.watch.rule_file import Rulebook
from daq.watch.rules import NS_PER_S
from daq.watch.telling import WINDOW_S, Situation, Teller, Telling
from daq.watch.wording import Life, Writer

AFTER_REFUSAL_S = 1800
"""A target that refused a message gets another one after so long: it may take that."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as readings and as the clock have it."""

    at_ns: int
    now_ns: int
    seq: int
    """Newest row of the journal that was taken in."""
    heard: int
    """Instruments that are not lost."""


@dataclass(slots=True)
class PostMemory:
    """What has to outlive a restart, beside alerts and messages."""

    untold: set[int] = field(default_factory=set)
    """Alerts that are over, and of which somebody may still have to be told."""
    known_ns: dict[str, int] = field(default_factory=dict)
    """Since when each target is one."""
    life: dict[str, list[Any]] = field(default_factory=dict)
    """Day and row of the last sign of life, by target."""

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """What ``as_json`` gave."""
        return cls(set(state.get("untold", ())), dict(state.get("known_ns", {})), dict(state.get("life", {})))

    def as_json(self) -> dict[str, Json]:
        """For the records."""
        return {"untold": sorted(self.untold), "known_ns": dict(self.known_ns), "life": dict(self.life)}


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done at a moment."""

    escalated: tuple[Alert, ...]
    over: tuple[Shelf, ...]
    tellings: tuple[Telling, ...]
    signs: tuple[NotifyEntry, ...]
    newcomers: tuple[str, ...]

    def __bool__(self) -> bool:
        return any((self.escalated, self.over, self.tellings, self.signs, self.newcomers))


class Post:
    """Writes messages for one site."""

    def __init__(self, settings: Settings, book: Rulebook) -> None:
        self._site = settings.site.id
        self._zone = ZoneInfo(settings.site.timezone)
        self._targets = settings.notify
        self._instruments = len(settings.instruments)
        self._book = book
        self._timezone = settings.site.timezone
        self._teller = Teller(book, settings.notify, settings.site.timezone)
        self._writer = Writer(settings)

    def work(self, connection: Connection, moment: Moment, memory: PostMemory) -> Work:
        """What is to be done now; forgets alerts that are over and told."""
        alerts = open_alerts(connection, self._site, memory.untold)
        shelves = open_shelves(connection, self._site)
        newcomers = tuple(target.name for target in self._targets if target.name not in memory.known_ns)
        now = self._situation(connection, moment, alerts, memory)
        memory.untold -= {alert.id for alert in alerts if self._teller.is_settled(alert, now)}
        return Work(
            tuple(alert for alert in alerts if self._is_overdue(alert, now)),
            tuple(shelf for shelf in shelves.values() if shelf.until_ns <= moment.now_ns),
            tuple(self._teller.tellings(now)) if alerts else (),
            tuple(target for target in self._targets if self._is_sign_due(target, moment.now_ns, memory)),
            newcomers,
        )

    def do(self, connection: Connection, moment: Moment, memory: PostMemory, revision: int) -> None:
        """Do it, in the transaction of ``changing``; ``revision`` is the one of this transaction."""
        for name in (target.name for target in self._targets):
            memory.known_ns.setdefault(name, moment.now_ns)
        work = self.work(connection, moment, memory)
        for alert in work.escalated:
            escalate(connection, self._book, alert, moment.at_ns)
        for shelf in work.over:
            take_down(connection, self._site, shelf, moment.now_ns)
        for number, telling in enumerate(work.tellings):
            text = self._writer.telling(telling)
            phases = {alert.id: phase for alert, phase in telling.parts}
            key = f"{revision}/{number}"
            name = telling.target.name
            new = NewMessage(name, key, telling.kind, text.subject, text.body, phases)
            queue_message(connection, self._site, new, moment.now_ns)
        for target in work.signs:
            self._sign(connection, target, moment, memory)

    def _situation(
        self, connection: Connection, moment: Moment, alerts: Sequence[Alert], memory: PostMemory
    ) -> Situation:
        start_ns = moment.now_ns - WINDOW_S * NS_PER_S
        return Situation(
            at_ns=moment.at_ns,
            now_ns=moment.now_ns,
            alerts=alerts,
            told=told(connection, [alert.id for alert in alerts]),
            shelved=frozenset(open_shelves(connection, self._site)),
            written=written_between(connection, self._site, start_ns, moment.now_ns),
            failing=self._failing(connection, moment.now_ns),
            known_ns=memory.known_ns,
        )

    def _failing(self, connection: Connection, now_ns: int) -> set[str]:
        refusing = refusing_targets(connection, self._site, now_ns - AFTER_REFUSAL_S * NS_PER_S)
        return failing_targets(connection, self._site) | refusing

    def _is_overdue(self, alert: Alert, now: Situation) -> bool:
        """Whether nobody acknowledged in time, counted from when people were told; noted once."""
        minutes = self._book.severity(alert.severity).escalate_after_min
        is_waiting = alert.state == "raised" and alert.escalated_ns is None and alert.cause_id is None
        if minutes is None or not is_waiting or alert.key in now.shelved:
            return False
        named = [now.told.get((alert.id, target.name)) for target in self._targets]
        starts = [said.times_ns[-1] for said in named if said is not None and said.phase == RAISED]
        if starts:
            return now.now_ns - min(starts) >= minutes * 60 * NS_PER_S
        if any(self._teller.wanted(alert, target, now) for target in self._targets):
            return False  # somebody is still to be told, after a quiet night for instance
        return now.at_ns - alert.raised_ns >= minutes * 60 * NS_PER_S

    def _is_sign_due(self, target: NotifyEntry, now_ns: int, memory: PostMemory) -> bool:
        local = self._local(now_ns)
        last = memory.life.get(target.name)
        if target.escalation or f"{local:%H:%M}" < self._book.messages.sign_of_life:
            return False
        if target.schedule and not is_within(target.schedule, now_ns, self._timezone):
            return False
        return last is None or str(last[0]) < f"{local:%Y-%m-%d}"

    def _sign(self, connection: Connection, target: NotifyEntry, moment: Moment, memory: PostMemory) -> None:
        day = f"{self._local(moment.now_ns):%Y-%m-%d}"
        last = memory.life.get(target.name)
        memory.life[target.name] = [day, moment.seq]
        if last is None:
            return  # the first day of a target is not a whole one
        life = Life(
            open=len([alert for alert in open_alerts(connection, self._site) if alert.cause_id is None]),
            unacknowledged=count_unacknowledged(connection, self._site),
            heard=moment.heard,
            instruments=self._instruments,
            rows=moment.seq - int(last[1]),
        )
        text = self._writer.sign_of_life(target, life)
        drop_signs_of_life(connection, self._site, target.name, moment.now_ns)
        key = f"{SIGN_OF_LIFE} {day}"
        new = NewMessage(target.name, key, SIGN_OF_LIFE, text.subject, text.body, {})
        queue_message(connection, self._site, new, moment.now_ns)

    def _local(self, now_ns: int) -> datetime:
        return datetime.fromtimestamp(now_ns // NS_PER_S, self._zone)
