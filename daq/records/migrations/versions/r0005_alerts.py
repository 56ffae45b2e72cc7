"""Alerts and the messages about them."""

import sqlalchemy as sa
from alembic import op

from daq.records.migrations.append_only import append_only

revision = "0005"
down_revision = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _alerts()
    _shelves()
    _messages()
    op.create_table(
        "watch_places",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("seq", _BIG, nullable=False),
        sa.Column("revision", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_watch_places"),
        sqlite_strict=True,
    )
    append_only("alert_events", "alert_acts", "message_alerts", "message_tries")


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("cause_id", _BIG),
        sa.Column("since_ns", _BIG, nullable=False),
        sa.Column("raised_ns", _BIG, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("acknowledged_ns", _BIG),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("escalated_ns", _BIG),
        sa.Column("cleared_ns", _BIG),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.CheckConstraint("nature IN ('value', 'health')", name=op.f("ck_alerts_known_nature")),
        sa.CheckConstraint("severity IN ('info', 'warning', 'alarm')", name=op.f("ck_alerts_known_severity")),
        sa.CheckConstraint(
            "(acknowledged_ns IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_alerts_acknowledged_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["alerts.id"], name="fk_alerts_cause_id"),
        sqlite_strict=True,
    )
    _unique_while_open("alerts", "cleared_ns")
    op.create_index("ix_alerts_site", "alerts", ["site", "raised_ns"])
    op.create_table(
        "alert_events",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("alert_id", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_events"),
        sa.CheckConstraint(
            "kind IN ('raised', 'cleared', 'escalated', 'folded', 'unfolded', 'unshelved')",
            name=op.f("ck_alert_events_known_kind"),
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_events_alert_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_alert_events_alert_id", "alert_events", ["alert_id"])
    op.create_table(
        "alert_acts",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("alert_id", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("until_ns", _BIG),
        sa.PrimaryKeyConstraint("id", name="pk_alert_acts"),
        sa.CheckConstraint(
            "kind IN ('acknowledged', 'shelved', 'unshelved')", name=op.f("ck_alert_acts_known_kind")
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_acts_alert_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_alert_acts_alert_id", "alert_acts", ["alert_id"])


def _shelves() -> None:
    op.create_table(
        "shelves",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("act_id", _BIG, nullable=False),
        sa.Column("until_ns", _BIG, nullable=False),
        sa.Column("ended_ns", _BIG),
        sa.PrimaryKeyConstraint("id", name="pk_shelves"),
        sa.ForeignKeyConstraint(["act_id"], ["alert_acts.id"], name="fk_shelves_act_id"),
        sqlite_strict=True,
    )
    _unique_while_open("shelves", "ended_ns")


def _unique_while_open(table: str, end: str) -> None:
    where = sa.text(f"{end} IS NULL")
    op.create_index(
        f"ix_{table}_open", table, ["site", "key"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_ns", _BIG, nullable=False),
        sa.Column("settled_ns", _BIG),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'not-needed')", name=op.f("ck_messages_known_state")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_messages_key", "messages", ["site", "target", "key"], unique=True)
    op.create_index("ix_messages_state", "messages", ["site", "state"])
    op.create_table(
        "message_alerts",
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("alert_id", _BIG, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "alert_id", name="pk_message_alerts"),
        sa.CheckConstraint(
            "phase IN ('raised', 'escalated', 'cleared')", name=op.f("ck_message_alerts_known_phase")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_alerts_message_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_message_alerts_alert_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_message_alerts_alert_id", "message_alerts", ["alert_id"])
    op.create_table(
        "message_tries",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_tries"),
        sa.CheckConstraint("delivered IN (0, 1)", name=op.f("ck_message_tries_delivered_or_not")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_tries_message_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_message_tries_message_id", "message_tries", ["message_id"])
