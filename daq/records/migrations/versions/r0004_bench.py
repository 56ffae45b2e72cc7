"""Methods, samples, sessions, captures, results and reports."""

import sqlalchemy as sa
from alembic import op

from daq.records.migrations.append_only import append_only

revision = "0004"
down_revision = "0003"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FLOAT: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_samples()
    _make_methods()
    _make_sessions()
    _make_captures()
    _make_results()
    _make_reports()
    append_only(
        "samples",
        "methods",
        "method_steps",
        "sessions",
        "session_events",
        "captures",
        "results",
        "result_captures",
        "result_certificates",
        "reports",
    )


def _make_samples() -> None:
    op.create_table(
        "samples",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "version", name="pk_samples"),
        sqlite_strict=True,
    )


def _make_methods() -> None:
    op.create_table(
        "methods",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_methods"),
        sqlite_strict=True,
    )
    op.create_table(
        "method_steps",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_method_steps"),
        sa.CheckConstraint(
            "state IN ('imported', 'entered', 'approved', 'withdrawn')",
            name=op.f("ck_method_steps_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["name", "version"], ["methods.name", "methods.version"], name="fk_method_steps_name"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_method_steps_name", "method_steps", ["name"])


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("method_version", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.CheckConstraint(
            "purpose IN ('sample', 'check')",
            name=op.f("ck_sessions_known_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["method", "method_version"], ["methods.name", "methods.version"], name="fk_sessions_method"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_sessions_sample", "sessions", ["sample"])
    op.create_index("ix_sessions_t_ns", "sessions", ["t_ns"])
    op.create_table(
        "session_events",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", "n", name="pk_session_events"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_session_events_session"),
        sqlite_strict=True,
    )


def _make_captures() -> None:
    op.create_table(
        "captures",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("portion", sa.Integer(), nullable=False),
        sa.Column("into_input", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_id", _BIG, nullable=False),
        sa.Column("seq", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("raw", _FLOAT, nullable=False),
        sa.Column("raw_text", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.Column("value", _FLOAT),
        sa.Column("u", _FLOAT),
        sa.Column("value_unit", sa.Text(), nullable=False),
        sa.Column("certificate_id", _BIG),
        sa.Column("certificate_version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
        sa.ForeignKeyConstraint(
            ["session", "n"], ["session_events.session", "session_events.n"], name="fk_captures_session"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_captures_certificate_id", "captures", ["certificate_id", "certificate_version"])
    op.create_index("ix_captures_instrument", "captures", ["instrument", "t_ns"])
    op.create_index("ix_captures_session", "captures", ["session"])


def _make_results() -> None:
    op.create_table(
        "results",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("value", _FLOAT, nullable=False),
        sa.Column("u", _FLOAT),
        sa.Column("k", _FLOAT),
        sa.Column("expanded_u", _FLOAT),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_results"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_results_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_results_session", "results", ["session"])
    op.create_table(
        "result_captures",
        sa.Column("result_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("capture_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("sensitivity", _FLOAT, nullable=False),
        sa.PrimaryKeyConstraint("result_id", "version", "capture_id", name="pk_result_captures"),
        sa.ForeignKeyConstraint(
            ["result_id", "version"], ["results.id", "results.version"], name="fk_result_captures_result_id"
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name="fk_result_captures_capture_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_result_captures_capture_id", "result_captures", ["capture_id"])
    op.create_table(
        "result_certificates",
        sa.Column("result_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("certificate_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("certificate_version", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint(
            "result_id", "version", "certificate_id", "certificate_version", name="pk_result_certificates"
        ),
        sa.ForeignKeyConstraint(
            ["result_id", "version"],
            ["results.id", "results.version"],
            name="fk_result_certificates_result_id",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_result_certificates_certificate_id",
        "result_certificates",
        ["certificate_id", "certificate_version"],
    )


def _make_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("check_code", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "version", name="pk_reports"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_reports_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_session", "reports", ["session"])
    op.create_table(
        "webhook_cursors",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seq", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_webhook_cursors"),
        sqlite_strict=True,
    )
