"""People, their roles, and attempts to sign in that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_KEEP_PEOPLE = {
    "sqlite": (
        "CREATE TRIGGER people_stay BEFORE DELETE ON people "
        "BEGIN SELECT RAISE(ABORT, 'people are deactivated, never deleted'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION people_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'people are deactivated, never deleted'; END $$",
        "CREATE TRIGGER people_stay BEFORE DELETE OR TRUNCATE ON people "
        "FOR EACH STATEMENT EXECUTE FUNCTION people_stay()",
    ),
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_by", sa.Text(), nullable=False),
        sa.Column("created_ns", _BIG, nullable=False),
        sa.Column("deactivated_ns", _BIG),
        sa.PrimaryKeyConstraint("account", name="pk_people"),
        sqlite_strict=True,
    )
    op.create_table(
        "person_roles",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "role", name="pk_person_roles"),
        sa.CheckConstraint(
            "role IN ('technician', 'metrologist', 'quality-manager', 'administrator', 'inspector')",
            name=op.f("ck_person_roles_known_role"),
        ),
        sa.ForeignKeyConstraint(["account"], ["people.account"], name="fk_person_roles_account"),
        sqlite_strict=True,
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_ins"),
        sqlite_strict=True,
    )
    op.create_index("ix_failed_sign_ins_account", "failed_sign_ins", ["account"])
    for statement in _KEEP_PEOPLE[op.get_context().dialect.name]:
        op.execute(statement)
