"""Intermediate checks and nonconforming work: their tables as they are now; ``migrations`` makes them so.

All are append-only. JSON stands in ``body`` as text, in the one spelling of the audit trail.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from daq.records.base import BIG, FLOAT, metadata

check_plans = Table(
    "check_plans",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_check_plans_equipment", "equipment"),
    sqlite_strict=True,
)
"""How an instrument is checked; the last version is the one that counts."""

checks = Table(
    "checks",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("plan", Text, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("point", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("entered_ns", BIG, nullable=False),
    Column("session", Text),
    Column("account", Text, nullable=False),
    Column("indication", FLOAT, nullable=False),
    Column("reference", FLOAT, nullable=False),
    Column("error", FLOAT, nullable=False),
    Column("expanded_u", FLOAT, nullable=False),
    Column("unit", Text, nullable=False),
    Column("mpe", FLOAT, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("passed IN (0, 1)", name="passed_or_not"),
    ForeignKeyConstraint(("plan", "plan_version"), ("check_plans.name", "check_plans.version")),
    UniqueConstraint("plan", "point", "t_ns", name="uq_checks_plan"),
    Index("ix_checks_equipment", "equipment", "t_ns"),
    Index("ix_checks_session", "session"),
    sqlite_strict=True,
)
"""One point of one check; ``t_ns`` is when it was measured. ``expanded_u`` is U of the error."""

check_baselines = Table(
    "check_baselines",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("plan", Text, nullable=False),
    Column("point", Text, nullable=False),
    Column("check_id", BIG, ForeignKey("checks.id"), nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("kind IN ('new-baseline', 'chart-anew', 'left-out')", name="known_kind"),
    Index("ix_check_baselines_plan", "plan", "point"),
    sqlite_strict=True,
)
"""What a person decided about a chart, at one check; what conditions say is seen without it."""

nonconformities = Table(
    "nonconformities",
    metadata,
    Column("number", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("state IN ('open', 'resumed', 'closed')", name="known_state"),
    Index("ix_nonconformities_equipment", "equipment"),
    sqlite_strict=True,
)
"""``NC-2026-001``: nonconforming work (ISO/IEC 17025:2017, 7.10); the last version is how it stands.

``open``: the instrument gives no results; ``resumed``: it does again, and what stood on it is being decided.
"""

nonconformity_items = Table(
    "nonconformity_items",
    metadata,
    Column("number", Text, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("kind IN ('capture', 'result', 'report')", name="known_kind"),
    ForeignKeyConstraint(("number", "version"), ("nonconformities.number", "nonconformities.version")),
    UniqueConstraint("number", "kind", "record", name="uq_nonconformity_items_number"),
    Index("ix_nonconformity_items_record", "record"),
    sqlite_strict=True,
)
"""What stood on the instrument, listed by that version; ``t_ns`` is when it was measured or issued."""

nonconformity_steps = Table(
    "nonconformity_steps",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("number", Text, nullable=False),
    Column("item", Integer, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("step IN ('decided', 'confirmed', 'returned')", name="known_step"),
    ForeignKeyConstraint(("number", "item"), ("nonconformity_items.number", "nonconformity_items.item")),
    Index("ix_nonconformity_steps_number", "number", "item"),
    sqlite_strict=True,
)
"""The way of one item to its decision, in order: one signature decides, another confirms or returns."""
