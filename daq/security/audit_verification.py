"""Whether the audit trail is what was written, and the export of its head out of the database."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from calibration.sentences import Sentence
from daq.journal.heads import ExportedHead, HeadsFile, read_heads
from daq.journal.rows import EMPTY, Head
from daq.records import schema
from daq.records.database import reading
from daq.security.audit import AuditRow, Json, as_text, link_of

AUDIT_HEADS_FILE = "audit-heads.jsonl"
"""In the data directory; whoever rewrites the whole trail must alter this file and every copy of it too."""

PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """Whether the trail is as it was written."""

    ok: bool
    rows: int
    """Rows that are as they were written, from the first on."""
    head: Head
    """End of the chain over these rows."""
    first_bad: int | None
    """Number of the first row that is not; None where there is none, or only the head is wrong."""
    sentence: Sentence


class _NotAsWrittenError(Exception):
    def __init__(self, first_bad: int | None, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.first_bad = first_bad


def verify(engine: Engine, heads: Path | None = None) -> AuditVerification:
    """Recompute the chain from the first row; compare it with its end, and with the exported ``heads``.

    A row that was rewritten together with its digest shows in the row after it, the last one in the head.

    Raises:
        RecordsError: the database cannot be read.
        JournalDamagedError: a line of ``heads`` is not a head.
    """
    exported = read_heads(heads) if heads is not None else []
    walk = _Walk(exported)
    try:
        with reading(engine) as connection:
            walk.rows(connection)
            walk.end(connection)
    except _NotAsWrittenError as error:
        return AuditVerification(False, walk.head.seq, walk.head, error.first_bad, error.sentence)
    sentence = Sentence(
        "All {rows} entries of the audit trail are as they were written; {heads} exported heads agree; head "
        "{sha256}.",
        rows=walk.head.seq,
        heads=len(exported),
        sha256=walk.head.sha256,
    )
    return AuditVerification(True, walk.head.seq, walk.head, None, sentence)


def export_head(engine: Engine, heads: Path, t_ns: int) -> Head:
    """Append the present end of the chain to ``heads`` and wait for the disk; daily, and copied elsewhere.

    Raises:
        RecordsError: the database cannot be read.
        OSError: the file cannot be written.
    """
    with reading(engine) as connection:
        seq, sha256 = connection.execute(select(schema.audit_head.c.seq, schema.audit_head.c.sha256)).one()
    file = HeadsFile(heads)
    file.drop_torn_line()
    file.export(Head(seq, sha256), t_ns)
    return Head(seq, sha256)


def changed_past_the_trail(
    connection: Connection, kind: str, states: Mapping[str, Json]
) -> tuple[Sentence, ...]:
    """Where records of one kind are not as the audit trail left them: a sentence for each, in their order.

    ``states`` holds every record of the kind under its name in the trail (``kind/key``), in the form that
    its changes have as ``new``.
    """
    audited = _last_states(connection, kind)
    altered = [
        Sentence(
            "{record} was changed past the audit trail: it is not as its last entry left it.", record=record
        )
        for record, state in sorted(states.items())
        if as_text(state) != audited.get(record)
    ]
    gone = sorted(audited.keys() - states.keys())
    return (
        *altered,
        *(Sentence("{record} was deleted past the audit trail.", record=record) for record in gone),
    )


def _last_states(connection: Connection, kind: str) -> dict[str, str]:
    column = schema.audit.c
    of_kind = column.record.startswith(f"{kind}/", autoescape=True) & column.new.is_not(None)
    newest = select(func.max(column.seq)).where(of_kind).group_by(column.record)
    rows = connection.execute(select(column.record, column.new).where(column.seq.in_(newest)))
    return {record: new for record, new in rows}  # noqa: C416 rows are not pairs to the type checker


class _Walk:
    """Goes through the trail once."""

    def __init__(self, exported: list[ExportedHead]) -> None:
        self.head = EMPTY
        self._exported = deque(exported)

    def rows(self, connection: Connection) -> None:
        self._compare()
        in_order = select(schema.audit).order_by(schema.audit.c.seq)
        with connection.execute(in_order, execution_options={"yield_per": PAGE_ROWS}) as found:
            for columns in found:
                self._row(AuditRow(*columns))
                self._compare()

    def _row(self, row: AuditRow) -> None:
        expected = self.head.seq + 1
        if row.seq > expected:
            gone = (
                Sentence("Entry {first} is", first=expected)
                if row.seq == expected + 1
                else Sentence("Entries {first} to {last} are", first=expected, last=row.seq - 1)
            )
            raise _NotAsWrittenError(expected, Sentence("{gone} missing from the audit trail.", gone=gone))
        if row.seq < expected:
            raise _NotAsWrittenError(
                row.seq, Sentence("Entry {seq} of the audit trail was inserted.", seq=row.seq)
            )
        try:
            link = link_of(self.head.sha256, row)
        except ValueError:
            link = ""
        if link != row.sha256:
            raise _NotAsWrittenError(
                row.seq,
                Sentence(
                    "Entry {seq} of the audit trail is not as it was written, or the one before it was "
                    "replaced together with its digest.",
                    seq=row.seq,
                ),
            )
        self.head = Head(row.seq, link)

    def end(self, connection: Connection) -> None:
        found = connection.execute(select(schema.audit_head.c.seq, schema.audit_head.c.sha256)).first()
        if found is None:
            raise _NotAsWrittenError(None, Sentence("The end of the audit trail's chain was deleted."))
        stored = Head(*found)
        if stored.seq > self.head.seq:
            raise self._cut_off(stored.seq, Sentence("the end of its chain"))
        if stored.seq < self.head.seq:
            raise _NotAsWrittenError(
                stored.seq + 1,
                Sentence("Entry {seq} of the audit trail was inserted behind its end.", seq=stored.seq + 1),
            )
        if stored != self.head:
            raise _NotAsWrittenError(
                self.head.seq or None,
                Sentence(
                    "The last entry of the audit trail ({seq}) was replaced together with its digest, or the "
                    "end of the chain was altered.",
                    seq=self.head.seq,
                ),
            )
        if self._exported:
            raise self._cut_off(self._exported[-1].head.seq, Sentence("an exported head"))

    def _cut_off(self, seq: int, witness: Sentence) -> _NotAsWrittenError:
        first = self.head.seq + 1
        return _NotAsWrittenError(
            first,
            Sentence(
                "Entries {first} to {seq} of the audit trail were cut off: {witness} knows of them.",
                first=first,
                seq=seq,
                witness=witness,
            ),
        )

    def _compare(self) -> None:
        """Every exported head up to here must be one that the chain went through."""
        while self._exported and self._exported[0].head.seq <= self.head.seq:
            exported = self._exported.popleft()
            if exported.head != self.head:
                raise _NotAsWrittenError(
                    self.head.seq or None,
                    Sentence(
                        "The audit trail was rewritten: entries up to {seq} do not give the head that was "
                        "exported on {utc} (line {line}).",
                        seq=self.head.seq,
                        utc=exported.utc,
                        line=exported.line,
                    ),
                )
