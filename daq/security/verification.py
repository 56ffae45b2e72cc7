"""What ``hengliang verify`` asks about the records: the audit trail, and whether they follow from it.

Documents are compared with their SHA-256, if it is told where they lie.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from calibration.sentences import Sentence, about, joined
from daq.errors import BlobError
from daq.records.blobs import BlobStore
from daq.records.database import reading
from daq.records.register_tables import documents
from daq.security import people
from daq.security.audit_verification import AuditVerification, verify
from daq.security.kept_rows import unaudited
from daq.security.kept_tables import KEPT_TABLES


@dataclass(frozen=True, slots=True)
class RecordsVerification:
    """Whether the records are what people made of them."""

    audit: AuditVerification
    findings: tuple[Sentence, ...]
    """One sentence for each record that was changed past the audit trail, and for each document."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was written."""
        return self.audit.ok and not self.findings

    @property
    def sentence(self) -> Sentence:
        """What was found, one line each."""
        return joined("\n", (self.audit.sentence, *self.findings))


def verify_records(
    engine: Engine, heads: Path | None = None, blobs: BlobStore | None = None
) -> RecordsVerification:
    """Verify the audit trail, compare the records with it, and the documents with their SHA-256.

    Args:
        engine: the records.
        heads: the exported ends of the audit trail, if they are to be compared too.
        blobs: where the documents lie, if their bytes are to be compared too.

    Raises:
        RecordsError: the database cannot be read.
        JournalDamagedError: a line of ``heads`` is not a head.
    """
    audit = verify(engine, heads)
    with reading(engine) as connection:
        findings = [*people.unaudited(connection)]
        for kept in KEPT_TABLES:
            findings += unaudited(connection, kept)
        if blobs is not None:
            findings += _altered_documents(connection, blobs)
    return RecordsVerification(audit, tuple(findings))


def _altered_documents(connection: Connection, blobs: BlobStore) -> Iterator[Sentence]:
    column = documents.c
    for row in connection.execute(select(column.sha256, column.name).order_by(column.t_ns, column.sha256)):
        try:
            blobs.get(row.sha256)
        except BlobError as error:
            yield about(row.name, error.sentence)
