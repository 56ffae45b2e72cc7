"""People and the audit trail: their tables as they are now; ``migrations`` makes them so.

Times are UTC in integer nanoseconds. Digests are hexadecimal. Account names are never changed and never used
again, so they stand for the person everywhere.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from daq.records.base import BIG, metadata

people = Table(
    "people",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_by", Text, nullable=False),
    Column("created_ns", BIG, nullable=False),
    Column("deactivated_ns", BIG),
    sqlite_strict=True,
)
"""``password_by`` is the account that set the password: nobody signs with one that another person set."""

person_roles = Table(
    "person_roles",
    metadata,
    Column("account", Text, ForeignKey(people.c.account), primary_key=True),
    Column("role", Text, primary_key=True),
    CheckConstraint(
        "role IN ('technician', 'metrologist', 'quality-manager', 'administrator', 'inspector')",
        name="known_role",
    ),
    sqlite_strict=True,
)

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("t_ns", BIG, nullable=False),
    Column("origin", Text, nullable=False),
    Index("ix_failed_sign_ins_account", "account"),
    sqlite_strict=True,
)
"""Attempts since the last success, for the brake; also of names that nobody has."""

audit = Table(
    "audit",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("t_ns", BIG, nullable=False),
    Column("account", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Index("ix_audit_t_ns", "t_ns"),
    Index("ix_audit_account", "account"),
    Index("ix_audit_record", "record"),
    sqlite_strict=True,
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BIG, nullable=False),
    Column("sha256", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_strict=True,
)
"""The end of the hash chain of ``audit``, in one row."""
