"""Versions of certificates as they stand in the records: each with its steps and its links."""

import enum
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from daq.errors import RegisterError
from daq.i18n import N_
from daq.records.certificate_content import Content, Form, content_from
from daq.records.register_tables import certificate_links, certificate_steps, certificates

_AT_ONCE = 400
"""Versions asked for in one statement; SQLite takes so many conditions."""


class State(enum.StrEnum):
    """Where a version stands in its life."""

    DRAFT = "draft"
    ENTERED = "entered"
    CHECKED = "checked"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a version."""

    id: int
    t_ns: int
    account: str
    role: str
    """Under which role it was signed; empty for what needs no signature."""
    state: State
    from_ns: int | None
    """In force, superseded or suspended from this moment on."""
    reason: str


@dataclass(frozen=True, slots=True)
class StandardLink:
    """The certificate of a standard that was used, as the document names it."""

    number: str
    sha256: str
    """Of the standard's certificate, if the document states it."""
    upstream: str
    """Record of that certificate, if it was in these records when this version was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one certificate; only its steps ever grow."""

    id: int
    version: int
    t_ns: int
    account: str
    number: str
    equipment: str
    channel: str
    document_sha256: str
    content: Content
    reason: str
    steps: tuple[Step, ...]
    links: tuple[StandardLink, ...]

    @property
    def record(self) -> str:
        """``17.2``: its name everywhere."""
        return f"{self.id}.{self.version}"

    @property
    def state(self) -> State:
        """Where its last step left it."""
        return self.steps[-1].state

    def last(self, state: State) -> Step | None:
        """The last step into that state."""
        return next((step for step in reversed(self.steps) if step.state is state), None)

    @property
    def entered_by(self) -> str:
        """Account of who entered it; empty before."""
        step = self.last(State.ENTERED)
        return step.account if step else ""

    @property
    def checked_by(self) -> str:
        """Account of who checked it; empty before."""
        step = self.last(State.CHECKED)
        return step.account if step else ""

    @property
    def begins_ns(self) -> int | None:
        """Since when it is in force by its first decision; None if it never was."""
        return next((step.from_ns for step in self.steps if step.state is State.IN_FORCE), None)

    @property
    def superseded_ns(self) -> int | None:
        """From when on another one counts instead, which may lie ahead; None if none does."""
        ends = (step.from_ns for step in self.steps if step.state is State.SUPERSEDED)
        return min((from_ns for from_ns in ends if from_ns is not None), default=None)

    def periods(self) -> tuple[tuple[int, int], ...]:
        """When it counts, as [from, until) in ns: not while suspended or superseded, never if revoked."""
        if self.content.due is None or any(step.state is State.REVOKED for step in self.steps):
            return ()
        superseded_ns = self.superseded_ns
        until_ns = self.content.due.until_ns
        end_ns = until_ns if superseded_ns is None else min(until_ns, superseded_ns)
        return tuple((start, min(stop, end_ns)) for start, stop in self._open() if start < min(stop, end_ns))

    def _open(self) -> Iterator[tuple[int, int]]:
        until_ns = self.content.due.until_ns if self.content.due else 0
        start: int | None = None
        for step in self.steps:
            if step.from_ns is None:
                continue
            if step.state is State.IN_FORCE and start is None:
                start = step.from_ns
            elif step.state is State.SUSPENDED and start is not None:
                yield start, step.from_ns
                start = None
        if start is not None:
            yield start, until_ns

    def counts_at(self, at_ns: int) -> bool:
        """Whether it is in force and in date at a time."""
        return any(start <= at_ns < stop for start, stop in self.periods())


def record_of(certificate_id: int, version: int) -> str:
    """The name of a version."""
    return f"{certificate_id}.{version}"


def parse_record(record: str) -> tuple[int, int]:
    """Id and version of ``17.2``.

    Raises:
        RegisterError: it is no such name.
    """
    certificate_id, dot, version = record.partition(".")
    if not (
        dot and certificate_id.isdecimal() and version.isdecimal() and record.isascii() and len(record) < 20
    ):
        raise RegisterError(
            N_("{record} names no version of a certificate; write it like 17.2."), record=repr(record)
        )
    return int(certificate_id), int(version)


def find_version(connection: Connection, record: str) -> Version:
    """One version.

    Raises:
        RegisterError: there is none.
    """
    certificate_id, version = parse_record(record)
    found = versions(connection, (certificates.c.id == certificate_id) & (certificates.c.version == version))
    if not found:
        raise RegisterError(N_("There is no certificate {record} in the records."), record=record)
    return found[0]


def versions(connection: Connection, where: ColumnElement[bool] | None = None) -> tuple[Version, ...]:
    """Versions of certificates by id and version, with everything that belongs to them.

    Args:
        connection: of ``reading`` or ``changing``.
        where: a condition on the table ``certificates``; None for all.
    """
    statement = select(certificates).order_by(certificates.c.id, certificates.c.version)
    rows = connection.execute(statement if where is None else statement.where(where)).all()
    ids = sorted({row.id for row in rows})
    steps = _by_version(connection, certificate_steps, ids)
    links = _by_version(connection, certificate_links, ids)
    return tuple(_version(row, steps[row.id, row.version], links[row.id, row.version]) for row in rows)


_Rows = dict[tuple[int, int], list[Row[tuple[object, ...]]]]


def _by_version(connection: Connection, table: Table, ids: list[int]) -> _Rows:
    found: _Rows = defaultdict(list)
    order = list(table.primary_key)
    for first in range(0, len(ids), _AT_ONCE):
        some = table.c.certificate_id.in_(ids[first : first + _AT_ONCE])
        for row in connection.execute(select(table).where(some).order_by(*order)):
            found[row.certificate_id, row.version].append(row)
    return found


def _content(text: str) -> Content:
    """The content; where somebody altered it into something else, one that nothing can be done with."""
    try:
        return content_from(text)
    except ValueError:
        return Content(form=Form.CURVE, native={}, file_name="unreadable content")


def _version(
    row: Row[tuple[object, ...]], steps: list[Row[tuple[object, ...]]], links: list[Row[tuple[object, ...]]]
) -> Version:
    return Version(
        id=row.id,
        version=row.version,
        t_ns=row.t_ns,
        account=row.account,
        number=row.number,
        equipment=row.equipment,
        channel=row.channel,
        document_sha256=row.document_sha256,
        content=_content(row.content),
        reason=row.reason,
        steps=tuple(
            Step(s.id, s.t_ns, s.account, s.role, State(s.state), s.from_ns, s.reason) for s in steps
        ),
        links=tuple(
            StandardLink(
                link.number,
                link.sha256,
                record_of(link.upstream_id, link.upstream_version) if link.upstream_id is not None else "",
            )
            for link in links
        ),
    )
