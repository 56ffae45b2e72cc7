"""What happened at the bench, in order, for a LIMS: the audit trail's entries about samples and sessions.

The feed is the truth: it is read from any number on, as often as anybody likes. A webhook is a push of it.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from daq.journal.times import utc_text
from daq.records.schema import audit

KINDS = ("sample", "method-step", "session", "session-event", "capture", "result", "report")
"""Kinds of record that the feed tells of."""
MOST = 1000


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One thing that happened."""

    seq: int
    """Strictly increasing; ``after`` of the next page."""
    t_ns: int
    account: str
    action: str
    kind: str
    record: str
    """``session-event/S-2026-0001.7``."""
    content: Any
    """The whole row as it was written."""

    def as_json(self) -> dict[str, Any]:
        """As it is sent."""
        return {
            "seq": self.seq,
            "t": utc_text(self.t_ns),
            "t_ns": self.t_ns,
            "account": self.account,
            "action": self.action,
            "kind": self.kind,
            "record": self.record,
            "content": self.content,
        }


def events_after(connection: Connection, after: int, limit: int) -> tuple[FeedEvent, ...]:
    """What happened after an event, in order, at most ``limit``."""
    of_bench = or_(*(audit.c.record.startswith(f"{kind}/", autoescape=True) for kind in KINDS))
    rows = connection.execute(
        select(audit).where((audit.c.seq > after) & of_bench).order_by(audit.c.seq).limit(min(limit, MOST))
    )
    return tuple(
        FeedEvent(
            seq=row.seq,
            t_ns=row.t_ns,
            account=row.account,
            action=row.action,
            kind=row.record.partition("/")[0],
            record=row.record,
            content=None if row.new is None else json.loads(row.new),
        )
        for row in rows
    )
