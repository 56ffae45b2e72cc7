"""Equipment, certificates and their documents; who is signed in."""

import sqlalchemy as sa
from alembic import op

from daq.records.migrations.append_only import append_only

revision = "0003"
down_revision = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_documents()
    _make_equipment()
    _make_certificates()
    _make_certificate_parts()
    _make_sign_ins()
    append_only(
        "documents",
        "equipment",
        "equipment_log",
        "certificates",
        "certificate_steps",
        "certificate_links",
    )


def _make_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_documents"),
        sqlite_strict=True,
    )


def _make_equipment() -> None:
    op.create_table(
        "equipment",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_equipment"),
        sqlite_strict=True,
    )
    op.create_table(
        "equipment_log",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_log"),
        sqlite_strict=True,
    )
    op.create_index("ix_equipment_log_equipment", "equipment_log", ["equipment"])


def _make_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_certificates"),
        sa.ForeignKeyConstraint(
            ["document_sha256"], ["documents.sha256"], name="fk_certificates_document_sha256"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_certificates_number", "certificates", ["number"])
    op.create_index("ix_certificates_equipment", "certificates", ["equipment", "channel"])
    op.create_index("ix_certificates_document_sha256", "certificates", ["document_sha256"])


def _make_certificate_parts() -> None:
    op.create_table(
        "certificate_steps",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("certificate_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("from_ns", _BIG),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_steps"),
        sa.ForeignKeyConstraint(
            ["certificate_id", "version"],
            ["certificates.id", "certificates.version"],
            name="fk_certificate_steps_certificate_id",
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'entered', 'checked', 'in-force', 'superseded', 'suspended', 'revoked', "
            "'returned')",
            name=op.f("ck_certificate_steps_known_state"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_certificate_steps_certificate_id", "certificate_steps", ["certificate_id", "version"])
    op.create_table(
        "certificate_links",
        sa.Column("certificate_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("upstream_id", _BIG),
        sa.Column("upstream_version", sa.Integer()),
        sa.PrimaryKeyConstraint("certificate_id", "version", "position", name="pk_certificate_links"),
        sa.ForeignKeyConstraint(
            ["certificate_id", "version"],
            ["certificates.id", "certificates.version"],
            name="fk_certificate_links_certificate_id",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_certificate_links_upstream_id", "certificate_links", ["upstream_id", "upstream_version"]
    )
    op.create_index("ix_certificate_links_number", "certificate_links", ["number"])


def _make_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("t_ns", _BIG, nullable=False),
        sa.Column("seen_ns", _BIG, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sign_ins"),
        sqlite_strict=True,
    )
