"""Rows of the outbox: what is to be said to whom, and every try to say it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from daq.records.alerts_tables import alerts, message_alerts, message_tries, messages

RAISED = "raised"
ESCALATED = "escalated"
CLEARED = "cleared"
"""What a message says of an alert."""
SIGN_OF_LIFE = "sign-of-life"
WAITING = "waiting"
DELIVERED = "delivered"
NOT_NEEDED = "not-needed"
REFUSED = "The robot refuses: "
"""How the words of a try begin where a chat robot answered and does not take this message."""
_REFUSED_BY_STATUS = re.compile(r"\berror=4(?!08|25|29)\d\d\b")
"""As Apprise tells of a web service's answer; 408, 425 and 429 ask to come again."""
LONGEST_WAIT_NS = 600 * 1_000_000_000
"""Between two tries of one message."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something that is said to one target."""

    id: int
    target: str
    kind: str
    """``raised``, ``escalated``, ``cleared``, ``digest`` or ``sign-of-life``."""
    t_ns: int
    """When it was written."""
    subject: str
    body: str
    state: str
    tries: int
    due_ns: int
    settled_ns: int | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be put into the outbox."""

    target: str
    key: str
    """Of one target none comes twice."""
    kind: str
    subject: str
    body: str
    phases: Mapping[int, str]
    """What it says of which alerts, by number."""


@dataclass(frozen=True, slots=True)
class MessageTry:
    """One try to deliver a message."""

    t_ns: int
    delivered: bool
    words: str
    """What came of it, without secrets."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one target was told of one alert."""

    phase: str
    """The last thing."""
    times_ns: tuple[int, ...]
    """When each message was written."""


def queue_message(connection: Connection, site: str, new: NewMessage, now_ns: int) -> int:
    """Put a message into the outbox; returns its number."""
    row = {
        "site": site,
        "target": new.target,
        "key": new.key,
        "kind": new.kind,
        "t_ns": now_ns,
        "subject": new.subject,
        "body": new.body,
        "state": WAITING,
        "tries": 0,
        "due_ns": now_ns,
    }
    number = int(connection.execute(messages.insert().returning(messages.c.id), row).scalar_one())
    if new.phases:
        connection.execute(
            message_alerts.insert(),
            [{"message_id": number, "alert_id": id_, "phase": phase} for id_, phase in new.phases.items()],
        )
    return number


def told(connection: Connection, alert_ids: Collection[int]) -> dict[tuple[int, str], Told]:
    """What was said of alerts, by alert and target; a message that was not needed was not said."""
    rows = connection.execute(
        select(message_alerts.c.alert_id, messages.c.target, message_alerts.c.phase, messages.c.t_ns)
        .join(messages, messages.c.id == message_alerts.c.message_id)
        .where(message_alerts.c.alert_id.in_(list(alert_ids)), messages.c.state != NOT_NEEDED)
        .order_by(messages.c.id)
    )
    found: dict[tuple[int, str], Told] = {}
    for alert_id, target, phase, t_ns in rows:
        before = found.get((alert_id, target))
        found[alert_id, target] = Told(phase, (*(before.times_ns if before else ()), t_ns))
    return found


def written_between(connection: Connection, site: str, from_ns: int, to_ns: int) -> dict[str, int]:
    """Number of messages about alerts that were written from ``from_ns`` to ``to_ns``, by target."""
    column = messages.c
    rows = connection.execute(
        select(column.target, func.count().label("number"))
        .where(column.site == site, column.t_ns > from_ns, column.t_ns <= to_ns)
        .where(column.kind != SIGN_OF_LIFE, column.state != NOT_NEEDED)
        .group_by(column.target)
    )
    return {row.target: row.number for row in rows}


def failing_targets(connection: Connection, site: str) -> set[str]:
    """Targets that a message waits for after a try that failed, and that did not answer with a refusal."""
    return {target for target, words in _last_words(connection, site) if not is_refusal(words)}


def refusing_targets(connection: Connection, site: str, since_ns: int) -> set[str]:
    """Targets that refused a message which still waits, and for which another was written since then.

    What is refused may be the one message or every one: now and then another finds that out.
    """
    refusing = {target for target, words in _last_words(connection, site) if is_refusal(words)}
    column = messages.c
    written = select(column.target).where(
        column.site == site, column.t_ns > since_ns, column.state == WAITING
    )
    return refusing & set(connection.execute(written.distinct()).scalars())


def is_refusal(words: str) -> bool:
    """Whether a try was answered, and the answer was that this is not taken, now or later."""
    return words.startswith(REFUSED) or _REFUSED_BY_STATUS.search(words) is not None


def _last_words(connection: Connection, site: str) -> list[tuple[str, str]]:
    """Target of each message that waits after a failed try, and what came of the last one."""
    last = (
        select(message_tries.c.words)
        .where(message_tries.c.message_id == messages.c.id)
        .order_by(message_tries.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    column = messages.c
    asked = select(column.target, last).where(column.site == site, column.state == WAITING, column.tries > 0)
    return [(target, words or "") for target, words in connection.execute(asked)]


def due_messages(connection: Connection, site: str, target: str, now_ns: int) -> list[Message]:
    """Messages to one target that are to be tried now, the oldest first.

    One that is due later than any back-off is long was queued before the clock was set back.
    """
    column = messages.c
    is_due = (column.due_ns <= now_ns) | (column.due_ns > now_ns + LONGEST_WAIT_NS)
    where = (column.site == site, column.target == target, column.state == WAITING, is_due)
    return _messages(connection, select(messages).where(*where).order_by(column.id))


def messages_of(connection: Connection, alert_id: int) -> list[Message]:
    """All messages that tell of an alert, in order."""
    joined = select(messages).join(message_alerts, message_alerts.c.message_id == messages.c.id)
    return _messages(connection, joined.where(message_alerts.c.alert_id == alert_id).order_by(messages.c.id))


def tries_of(connection: Connection, message_id: int) -> list[MessageTry]:
    """All tries to deliver a message, in order."""
    column = message_tries.c
    rows = connection.execute(
        select(message_tries).where(column.message_id == message_id).order_by(column.id)
    )
    return [MessageTry(row.t_ns, bool(row.delivered), row.words) for row in rows]


def record_try(connection: Connection, message: Message, tried: MessageTry, due_ns: int) -> None:
    """Keep what came of a try; a message that was not delivered is due again at ``due_ns``."""
    connection.execute(
        message_tries.insert(),
        {
            "message_id": message.id,
            "t_ns": tried.t_ns,
            "delivered": int(tried.delivered),
            "words": tried.words,
        },
    )
    values: dict[str, Any] = {"tries": message.tries + 1, "due_ns": due_ns}
    if tried.delivered:
        values |= {"state": DELIVERED, "settled_ns": tried.t_ns}
    connection.execute(messages.update().where(messages.c.id == message.id).values(**values))


def drop_needless(connection: Connection, site: str, now_ns: int) -> int:
    """Give up waiting messages of alerts that were all acknowledged since; returns how many."""
    open_phase = (
        select(message_alerts.c.message_id)
        .join(alerts, alerts.c.id == message_alerts.c.alert_id)
        .where(alerts.c.acknowledged_ns.is_(None) | (message_alerts.c.phase == CLEARED))
    )
    about_alerts = select(message_alerts.c.message_id)
    column = messages.c
    return connection.execute(
        update(messages)
        .where(column.site == site, column.state == WAITING)
        .where(column.id.in_(about_alerts), column.id.not_in(open_phase))
        .values(state=NOT_NEEDED, settled_ns=now_ns)
    ).rowcount


def drop_signs_of_life(connection: Connection, site: str, target: str, now_ns: int) -> None:
    """Yesterday's sign of life that still waits is no longer one."""
    column = messages.c
    connection.execute(
        update(messages)
        .where(column.site == site, column.target == target)
        .where(column.kind == SIGN_OF_LIFE, column.state == WAITING)
        .values(state=NOT_NEEDED, settled_ns=now_ns)
    )


def _messages(connection: Connection, statement: Select[Any]) -> list[Message]:
    return [
        Message(
            row.id,
            row.target,
            row.kind,
            row.t_ns,
            row.subject,
            row.body,
            row.state,
            row.tries,
            row.due_ns,
            row.settled_ns,
        )
        for row in connection.execute(statement)
    ]
