"""Equipment, certificates and their documents: their tables as they are now; ``migrations`` makes them so.

All but ``sign_ins`` are append-only: rows are added, never changed. Bodies and contents are JSON as text.
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
)

from daq.records.base import BIG, metadata

documents = Table(
    "documents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BIG, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    sqlite_strict=True,
)
"""Uploaded files; their bytes lie in the blob store under the same digest."""

equipment = Table(
    "equipment",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)
"""The register: the row with the greatest version is how a piece of equipment is now."""

equipment_log = Table(
    "equipment_log",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("equipment", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_equipment_log_equipment", "equipment"),
    sqlite_strict=True,
)
"""What happened to it: maintenance, adjustment …; ``t_ns`` is when it was written down."""

certificates = Table(
    "certificates",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("document_sha256", Text, ForeignKey(documents.c.sha256), nullable=False),
    Column("content", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_certificates_number", "number"),
    Index("ix_certificates_equipment", "equipment", "channel"),
    Index("ix_certificates_document_sha256", "document_sha256"),
    sqlite_strict=True,
)
"""One row a version, whatever becomes of it; ``channel`` is empty for a standard without a wire."""

certificate_steps = Table(
    "certificate_steps",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("certificate_id", BIG, nullable=False),
    Column("version", Integer, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("from_ns", BIG),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(["certificate_id", "version"], [certificates.c.id, certificates.c.version]),
    CheckConstraint(
        "state IN ('draft', 'entered', 'checked', 'in-force', 'superseded', 'suspended', 'revoked', "
        "'returned')",
        name="known_state",
    ),
    Index("ix_certificate_steps_certificate_id", "certificate_id", "version"),
    sqlite_strict=True,
)
"""What happened to a version; ``from_ns`` is since when a state holds that has a time of its own."""

certificate_links = Table(
    "certificate_links",
    metadata,
    Column("certificate_id", BIG, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("upstream_id", BIG),
    Column("upstream_version", Integer),
    ForeignKeyConstraint(["certificate_id", "version"], [certificates.c.id, certificates.c.version]),
    Index("ix_certificate_links_upstream_id", "upstream_id", "upstream_version"),
    Index("ix_certificate_links_number", "number"),
    sqlite_strict=True,
)
"""The standards' certificates, as a version names them; ``upstream`` where these records had them then."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("seen_ns", BIG, nullable=False),
    Column("origin", Text, nullable=False),
    sqlite_strict=True,
)
"""Who is signed in at a page; of the token only its digest is kept."""
