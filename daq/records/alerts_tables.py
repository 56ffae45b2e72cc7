"""Alerts and the messages about them: their tables as they are now; ``migrations`` makes them so.

Several sites may share the records, so every row belongs to one. Bodies are JSON as text.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from daq.records.base import BIG, metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("site", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("nature", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("cause_id", BIG, ForeignKey("alerts.id")),
    Column("since_ns", BIG, nullable=False),
    Column("raised_ns", BIG, nullable=False),
    Column("times", Integer, nullable=False),
    Column("acknowledged_ns", BIG),
    Column("acknowledged_by", Text),
    Column("escalated_ns", BIG),
    Column("cleared_ns", BIG),
    Column("body", Text, nullable=False),
    CheckConstraint("nature IN ('value', 'health')", name="known_nature"),
    CheckConstraint("severity IN ('info', 'warning', 'alarm')", name="known_severity"),
    CheckConstraint("(acknowledged_ns IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"),
    Index(
        "ix_alerts_open",
        "site",
        "key",
        unique=True,
        sqlite_where=text("cleared_ns IS NULL"),
        postgresql_where=text("cleared_ns IS NULL"),
    ),
    Index("ix_alerts_site", "site", "raised_ns"),
    sqlite_strict=True,
)
"""How each alert stands; of one cause (``key``: rule and source) at most one is open. ``cause_id`` is the
alert that it is folded under, ``body`` what is known: value, U, limit, unit, titles."""

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("alert_id", BIG, ForeignKey("alerts.id"), nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint(
        "kind IN ('raised', 'cleared', 'escalated', 'folded', 'unfolded', 'unshelved')", name="known_kind"
    ),
    Index("ix_alert_events_alert_id", "alert_id"),
    sqlite_strict=True,
)
"""What the service ``watch`` made of an alert, append-only."""

alert_acts = Table(
    "alert_acts",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("alert_id", BIG, ForeignKey("alerts.id"), nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("until_ns", BIG),
    CheckConstraint("kind IN ('acknowledged', 'shelved', 'unshelved')", name="known_kind"),
    Index("ix_alert_acts_alert_id", "alert_id"),
    sqlite_strict=True,
)
"""What people did about an alert, append-only, each with its entry in the audit trail."""

shelves = Table(
    "shelves",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("site", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("act_id", BIG, ForeignKey("alert_acts.id"), nullable=False),
    Column("until_ns", BIG, nullable=False),
    Column("ended_ns", BIG),
    Index(
        "ix_shelves_open",
        "site",
        "key",
        unique=True,
        sqlite_where=text("ended_ns IS NULL"),
        postgresql_where=text("ended_ns IS NULL"),
    ),
    sqlite_strict=True,
)
"""Causes that nobody is told of for a time; ``act_id`` tells who wants it so, and why."""

messages = Table(
    "messages",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("site", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_ns", BIG, nullable=False),
    Column("settled_ns", BIG),
    CheckConstraint("state IN ('waiting', 'delivered', 'not-needed')", name="known_state"),
    Index("ix_messages_key", "site", "target", "key", unique=True),
    Index("ix_messages_state", "site", "state"),
    sqlite_strict=True,
)
"""The outbox: what is to be said to whom, until it is. ``key`` makes that nothing is queued twice."""

message_alerts = Table(
    "message_alerts",
    metadata,
    Column("message_id", BIG, ForeignKey("messages.id"), primary_key=True),
    Column("alert_id", BIG, ForeignKey("alerts.id"), primary_key=True),
    Column("phase", Text, nullable=False),
    CheckConstraint("phase IN ('raised', 'escalated', 'cleared')", name="known_phase"),
    Index("ix_message_alerts_alert_id", "alert_id"),
    sqlite_strict=True,
)
"""Which alerts a message tells of, and that they are raised, escalated or cleared; append-only."""

message_tries = Table(
    "message_tries",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("message_id", BIG, ForeignKey("messages.id"), nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("delivered", Integer, nullable=False),
    Column("words", Text, nullable=False),
    CheckConstraint("delivered IN (0, 1)", name="delivered_or_not"),
    Index("ix_message_tries_message_id", "message_id"),
    sqlite_strict=True,
)
"""Every try to deliver a message, and what came of it in the other side's words; append-only."""

watch_places = Table(
    "watch_places",
    metadata,
    Column("site", Text, primary_key=True),
    Column("seq", BIG, nullable=False),
    Column("revision", BIG, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)
"""How far the service ``watch`` of a site has the journal, and what its rules remember at that row."""
