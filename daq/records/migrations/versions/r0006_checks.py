"""Intermediate checks and nonconforming work."""

import sqlalchemy as sa
from alembic import op

from daq.records.migrations.append_only import append_only

revision = "0006"
down_revision = "0005"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FLOAT: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_plans()
    _make_checks()
    _make_baselines()
    _make_nonconformities()
    _make_items()
    _make_steps()
    append_only(
        "check_plans",
        "checks",
        "check_baselines",
        "nonconformities",
        "nonconformity_items",
        "nonconformity_steps",
    )


def _make_plans() -> None:
    op.create_table(
        "check_plans",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_check_plans"),
        sqlite_strict=True,
    )
    op.create_index("ix_check_plans_equipment", "check_plans", ["equipment"])


def _make_checks() -> None:
    op.create_table(
        "checks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("entered_ns", _BIG, nullable=False),
        sa.Column("session", sa.Text()),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("indication", _FLOAT, nullable=False),
        sa.Column("reference", _FLOAT, nullable=False),
        sa.Column("error", _FLOAT, nullable=False),
        sa.Column("expanded_u", _FLOAT, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("mpe", _FLOAT, nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.CheckConstraint("passed IN (0, 1)", name=op.f("ck_checks_passed_or_not")),
        sa.ForeignKeyConstraint(
            ["plan", "plan_version"],
            ["check_plans.name", "check_plans.version"],
            name="fk_checks_plan",
        ),
        sa.UniqueConstraint("plan", "point", "t_ns", name="uq_checks_plan"),
        sqlite_strict=True,
    )
    op.create_index("ix_checks_equipment", "checks", ["equipment", "t_ns"])
    op.create_index("ix_checks_session", "checks", ["session"])


def _make_baselines() -> None:
    op.create_table(
        "check_baselines",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("check_id", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_baselines"),
        sa.CheckConstraint(
            "kind IN ('new-baseline', 'chart-anew', 'left-out')", name=op.f("ck_check_baselines_known_kind")
        ),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_check_baselines_check_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_check_baselines_plan", "check_baselines", ["plan", "point"])


def _make_nonconformities() -> None:
    op.create_table(
        "nonconformities",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "version", name="pk_nonconformities"),
        sa.CheckConstraint(
            "state IN ('open', 'resumed', 'closed')", name=op.f("ck_nonconformities_known_state")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_nonconformities_equipment", "nonconformities", ["equipment"])


def _make_items() -> None:
    op.create_table(
        "nonconformity_items",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "item", name="pk_nonconformity_items"),
        sa.CheckConstraint(
            "kind IN ('capture', 'result', 'report')", name=op.f("ck_nonconformity_items_known_kind")
        ),
        sa.ForeignKeyConstraint(
            ["number", "version"],
            ["nonconformities.number", "nonconformities.version"],
            name="fk_nonconformity_items_number",
        ),
        sa.UniqueConstraint("number", "kind", "record", name="uq_nonconformity_items_number"),
        sqlite_strict=True,
    )
    op.create_index("ix_nonconformity_items_record", "nonconformity_items", ["record"])


def _make_steps() -> None:
    op.create_table(
        "nonconformity_steps",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_nonconformity_steps"),
        sa.CheckConstraint(
            "step IN ('decided', 'confirmed', 'returned')", name=op.f("ck_nonconformity_steps_known_step")
        ),
        sa.ForeignKeyConstraint(
            ["number", "item"],
            ["nonconformity_items.number", "nonconformity_items.item"],
            name="fk_nonconformity_steps_number",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_nonconformity_steps_number", "nonconformity_steps", ["number", "item"])
