"""Sessions at the bench, method to report: their tables as they are now; ``migrations`` makes them so.

All but ``webhook_cursors`` are append-only. JSON stands in ``body`` as text, in the one spelling of the audit
trail. A certificate version is named by its two numbers, as the register of certificates has them.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from daq.records.base import BIG, FLOAT, metadata

samples = Table(
    "samples",
    metadata,
    Column("number", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)

methods = Table(
    "methods",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    sqlite_strict=True,
)
"""``version`` is the SHA-256 of ``document``, the bytes of the file."""

method_steps = Table(
    "method_steps",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("state IN ('imported', 'entered', 'approved', 'withdrawn')", name="known_state"),
    ForeignKeyConstraint(("name", "version"), ("methods.name", "methods.version")),
    Index("ix_method_steps_name", "name"),
    sqlite_strict=True,
)
"""The life of a method's version, in order; the last row is its state. Two people sign: entered, approved."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("method", Text, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("sample", Text),
    Column("purpose", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    CheckConstraint("purpose IN ('sample', 'check')", name="known_purpose"),
    ForeignKeyConstraint(("method", "method_version"), ("methods.name", "methods.version")),
    Index("ix_sessions_sample", "sample"),
    Index("ix_sessions_t_ns", "t_ns"),
    sqlite_strict=True,
)
"""``S-2026-0001``; ``sample`` is empty for a check of an instrument."""

session_events = Table(
    "session_events",
    metadata,
    Column("session", Text, ForeignKey("sessions.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)
"""What happened in a session, numbered from 1; its state is a fold over these rows, and stored nowhere."""

captures = Table(
    "captures",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("session", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("portion", Integer, nullable=False),
    Column("into_input", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("channel_id", BIG, nullable=False),
    Column("seq", BIG, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("raw", FLOAT, nullable=False),
    Column("raw_text", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("frame", LargeBinary, nullable=False),
    Column("value", FLOAT),
    Column("u", FLOAT),
    Column("value_unit", Text, nullable=False),
    Column("certificate_id", BIG),
    Column("certificate_version", Integer),
    ForeignKeyConstraint(("session", "n"), ("session_events.session", "session_events.n")),
    Index("ix_captures_session", "session"),
    Index("ix_captures_instrument", "instrument", "t_ns"),
    Index("ix_captures_certificate_id", "certificate_id", "certificate_version"),
    sqlite_strict=True,
)
"""Readings as they were taken into a session by its event ``n``; striking one out is a later event."""

results = Table(
    "results",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("session", Text, ForeignKey("sessions.id"), nullable=False),
    Column("formula", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("value", FLOAT, nullable=False),
    Column("u", FLOAT),
    Column("k", FLOAT),
    Column("expanded_u", FLOAT),
    Column("verdict", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_results_session", "session"),
    sqlite_strict=True,
)
"""``expanded_u`` is U: SQLite does not tell ``u`` and ``U`` apart. ``verdict`` is empty without a limit."""

result_captures = Table(
    "result_captures",
    metadata,
    Column("result_id", BIG, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("capture_id", BIG, ForeignKey("captures.id"), primary_key=True, autoincrement=False),
    Column("sensitivity", FLOAT, nullable=False),
    ForeignKeyConstraint(("result_id", "version"), ("results.id", "results.version")),
    Index("ix_result_captures_capture_id", "capture_id"),
    sqlite_strict=True,
)

result_certificates = Table(
    "result_certificates",
    metadata,
    Column("result_id", BIG, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("certificate_id", BIG, primary_key=True, autoincrement=False),
    Column("certificate_version", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(("result_id", "version"), ("results.id", "results.version")),
    Index("ix_result_certificates_certificate_id", "certificate_id", "certificate_version"),
    sqlite_strict=True,
)

reports = Table(
    "reports",
    metadata,
    Column("number", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("session", Text, ForeignKey("sessions.id"), nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("document_sha256", Text, nullable=False),
    Column("check_code", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_reports_session", "session"),
    sqlite_strict=True,
)

webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("url", Text, primary_key=True),
    Column("seq", BIG, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("trouble", Text, nullable=False),
    sqlite_strict=True,
)
"""How far a LIMS has taken the events (``seq`` of the audit trail); changed, as a cursor is."""
