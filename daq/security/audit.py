"""The audit trail: who did what to which record, when, from where and why; append-only and hash-chained.

A row is written in the same transaction as the change it tells of: both are committed, or neither. Its digest
is SHA-256 over the digest of the row before it and all of its own columns, so that a row that was altered,
deleted, inserted or moved is found (``audit_verification``).
"""

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, select

from calibration.sentences import Sentence
from daq.errors import AuditError
from daq.i18n import N_
from daq.records import schema

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]

LATEST_NS = 9_000_000_000_000_000_000
"""The year 2255: what 64 bits hold."""
LONGEST_TEXT = 2_000
"""Characters of who, where, what and why; values may be longer."""

_NUMBERS = struct.Struct(">qq")
_LENGTH = struct.Struct(">q")
_ABSENT = _LENGTH.pack(-1)
_NAMES = {
    "account": Sentence("account"),
    "origin": Sentence("origin"),
    "action": Sentence("action"),
    "record": Sentence("record"),
    "reason": Sentence("reason"),
    "value": Sentence("value"),
}
"""What an entry is made of."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where."""

    account: str
    origin: str
    """``console …`` or ``web`` with the address; nobody types it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one record."""

    action: str
    record: str
    """``person/li.wei``: kind and key."""
    old: Json = None
    """The whole record before, as JSON; None where there was none, or nothing changes."""
    new: Json = None
    """The whole record after, as JSON; None where nothing changes."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the trail as it stands there; ``old`` and ``new`` are JSON text."""

    seq: int
    t_ns: int
    account: str
    origin: str
    action: str
    record: str
    old: str | None
    new: str | None
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which rows to read; what is None does not matter."""

    account: str | None = None
    record: str | None = None
    from_ns: int | None = None
    until_ns: int | None = None
    """Exclusive."""
    after_seq: int = 0
    """For the next page: ``seq`` of the last row of the one before."""
    before_seq: int | None = None
    """Exclusive; for the page before."""


def append(connection: Connection, actor: Actor, change: Change, t_ns: int) -> AuditRow:
    """Write one row at the end of the trail, in the transaction of ``changing`` that writes the change.

    Raises:
        AuditError: a text that is empty, too long, or not writable; a time outside 1970 to 2255.
    """
    old, new = _json(change.old), _json(change.new)
    for name, text in (
        ("account", actor.account),
        ("origin", actor.origin),
        ("action", change.action),
        ("record", change.record),
    ):
        _demand_text(name, text)
        if not text:
            raise AuditError(N_("The audit trail takes no entry without its {name}."), name=_NAMES[name])
    _demand_text("reason", change.reason)
    if not 0 <= t_ns <= LATEST_NS:
        raise AuditError(
            N_("The audit trail takes no time {t_ns} ns: it is outside 1970 to 2255; set the clock."),
            t_ns=t_ns,
        )
    seq, previous = connection.execute(select(schema.audit_head.c.seq, schema.audit_head.c.sha256)).one()
    row = AuditRow(
        seq + 1,
        t_ns,
        actor.account,
        actor.origin,
        change.action,
        change.record,
        old,
        new,
        change.reason,
        sha256="",
    )
    try:
        row = replace(row, sha256=link_of(previous, row))
    except ValueError as error:
        raise AuditError(
            N_("The end of the audit trail's chain is damaged; run hengliang verify.")
        ) from error
    connection.execute(schema.audit.insert(), asdict(row))
    connection.execute(schema.audit_head.update().values(seq=row.seq, sha256=row.sha256))
    return row


def read(connection: Connection, query: AuditQuery, limit: int) -> list[AuditRow]:
    """Rows of the trail in their order, at most ``limit``."""
    statement = _asked(query).order_by(schema.audit.c.seq).limit(limit)
    return [AuditRow(*found) for found in connection.execute(statement)]


def read_newest(connection: Connection, query: AuditQuery, limit: int) -> list[AuditRow]:
    """The newest rows of the trail, newest first, at most ``limit``."""
    statement = _asked(query).order_by(schema.audit.c.seq.desc()).limit(limit)
    return [AuditRow(*found) for found in connection.execute(statement)]


def _asked(query: AuditQuery) -> Select[Any]:
    column = schema.audit.c
    statement = select(schema.audit).where(column.seq > query.after_seq)
    if query.before_seq is not None:
        statement = statement.where(column.seq < query.before_seq)
    if query.account is not None:
        statement = statement.where(column.account == query.account)
    if query.record is not None:
        statement = statement.where(column.record == query.record)
    if query.from_ns is not None:
        statement = statement.where(column.t_ns >= query.from_ns)
    if query.until_ns is not None:
        statement = statement.where(column.t_ns < query.until_ns)
    return statement


def link_of(previous: str, row: AuditRow) -> str:
    """The digest of ``row`` after the digest ``previous``: 64 hexadecimal digits.

    Raises:
        ValueError: a column holds what nothing of this program has written there.
    """
    try:
        parts = [bytes.fromhex(previous), _NUMBERS.pack(row.seq, row.t_ns)]
        texts = (row.account, row.origin, row.action, row.record, row.old, row.new, row.reason)
        parts.extend(_ABSENT if text is None else _counted(text) for text in texts)
    except (struct.error, AttributeError, TypeError) as error:
        msg = f"row {row.seq} cannot be read"
        raise ValueError(msg) from error
    return hashlib.sha256(b"".join(parts)).hexdigest()


def as_text(value: Json) -> str:
    """JSON as the trail keeps it: one spelling for one value.

    Raises:
        AuditError: a number that is not finite, or something that is not JSON.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except (ValueError, TypeError) as error:
        raise AuditError(
            N_("The audit trail takes only JSON with finite numbers: {error}."), error=error
        ) from error


def _counted(text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    return _LENGTH.pack(len(data)) + data


def _json(value: Json) -> str | None:
    if value is None:
        return None
    text = as_text(value)
    _demand_unicode("value", text)
    return text


def _demand_text(name: str, text: str) -> None:
    """One line that every page and terminal shows as it is: no entry can look like two."""
    _demand_unicode(name, text)
    if len(text) > LONGEST_TEXT:
        raise AuditError(
            N_("The {name} is {length} characters long; {longest} are allowed."),
            name=_NAMES[name],
            length=len(text),
            longest=LONGEST_TEXT,
        )
    bad = next((sign for sign in text if not sign.isprintable()), None)
    if bad is not None:
        raise AuditError(
            N_("The {name} has a character that cannot be printed (U+{code}); leave it out."),
            name=_NAMES[name],
            code=f"{ord(bad):04X}",
        )


def _demand_unicode(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise AuditError(
            N_("The {name} is not Unicode text: {reason}."), name=_NAMES[name], reason=error.reason
        ) from error
