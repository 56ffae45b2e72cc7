"""What the rules decided, written into the records: in the transaction that moves the watch on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from daq.records.alerts import (
    Alert,
    AlertEvent,
    Shelf,
    add_alert,
    add_event,
    change_alert,
    end_shelf,
    newest_of,
)
from daq.watch.ledger import Key, Transition, Turn
from daq.watch.rule_file import Rulebook
from daq.watch.rule_parts import VALUE_KINDS, AnyRule, ChannelRule, CheckFound
from daq.watch.rules import NS_PER_S

REOPEN_S = 600
"""A cause that comes back so soon is the same alert: a flapping value is one, not a thousand."""


class AlertTurns:
    """Applies transitions to the alerts of one site."""

    def __init__(self, site: str, book: Rulebook, instruments: Mapping[str, object]) -> None:
        self._site = site
        self._rules: dict[str, AnyRule] = {rule.name: rule for rule in book.rules}
        self._instruments = instruments

    def apply(self, connection: Connection, transitions: Sequence[Transition]) -> list[int]:
        """Write them, in their order; returns the numbers of the alerts that they touched."""
        return [
            number
            for transition in transitions
            if (number := self._apply(connection, transition)) is not None
        ]

    def _apply(self, connection: Connection, transition: Transition) -> int | None:
        alert = newest_of(connection, self._site, text_of(transition.key))
        if transition.turn is Turn.RAISED:
            return self._raise(connection, transition, alert)
        if alert is None or not alert.is_open:
            return None
        body: Mapping[str, Any] = transition.facts or {}
        if transition.turn is Turn.CLEARED:
            known = {**alert.body, "cleared": body}
            change_alert(connection, alert.id, cleared_ns=transition.t_ns, body=known)
        elif transition.turn is Turn.UNFOLDED:
            change_alert(connection, alert.id, cause_id=None)
        elif transition.cause is not None:
            cause = newest_of(connection, self._site, text_of(transition.cause))
            change_alert(connection, alert.id, cause_id=cause.id if cause else None)
            body = {"cause": cause.id if cause else None}
        add_event(connection, alert.id, AlertEvent(transition.t_ns, transition.turn, body))
        return alert.id

    def _raise(self, connection: Connection, transition: Transition, last: Alert | None) -> int:
        facts = dict(transition.facts or {})
        event = AlertEvent(transition.t_ns, Turn.RAISED, facts)
        if last is not None and _is_same(last, transition.t_ns):
            change_alert(
                connection,
                last.id,
                cleared_ns=None,
                cause_id=None,
                since_ns=transition.since_ns,
                times=last.times + 1,
                body={**last.body, "facts": facts},
            )
            add_event(connection, last.id, event)
            return last.id
        number = add_alert(connection, self._columns(transition, facts))
        add_event(connection, number, event)
        return number

    def _columns(self, transition: Transition, facts: Mapping[str, Any]) -> dict[str, Any]:
        rule = self._rules[transition.key[0]]
        instrument, _, channel = transition.key[1].partition("/")
        channel = channel.partition("/")[0]  # behind it come the plan and the point of a check
        is_channel = isinstance(rule, ChannelRule | CheckFound)
        return {
            "site": self._site,
            "key": text_of(transition.key),
            "rule": rule.name,
            "kind": rule.kind,
            "nature": "value" if rule.kind in (*VALUE_KINDS, "check") else "health",
            "severity": rule.severity,
            "instrument": instrument if is_channel or instrument in self._instruments else "",
            "channel": channel if is_channel else "",
            "since_ns": transition.since_ns,
            "raised_ns": transition.t_ns,
            "times": 1,
            "body": {
                "title_zh": rule.title_zh,
                "title_en": rule.title_en,
                "action_zh": rule.action_zh,
                "action_en": rule.action_en,
                "who": list(rule.who),
                "facts": facts,
            },
        }


def escalate(connection: Connection, book: Rulebook, alert: Alert, at_ns: int) -> None:
    """Note that nobody acknowledged an alert in time."""
    minutes = book.severity(alert.severity).escalate_after_min
    change_alert(connection, alert.id, escalated_ns=at_ns)
    add_event(connection, alert.id, AlertEvent(at_ns, "escalated", {"after_min": minutes}))


def take_down(connection: Connection, site: str, shelf: Shelf, now_ns: int) -> None:
    """End a shelf whose time is over."""
    end_shelf(connection, shelf, now_ns)
    alert = newest_of(connection, site, shelf.key)
    if alert is not None:
        add_event(connection, alert.id, AlertEvent(now_ns, "unshelved", {}))


def text_of(key: Key) -> str:
    """A key as alerts keep it."""
    return f"{key[0]}|{key[1]}"


def _is_same(last: Alert, t_ns: int) -> bool:
    return last.is_open or (last.cleared_ns is not None and t_ns - last.cleared_ns < REOPEN_S * NS_PER_S)
