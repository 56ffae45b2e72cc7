"""What ``hengliang verify`` asks about the records: the audit trail, and whether they follow from it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from daq.records.database import reading
from daq.security import people
from daq.security.audit_verification import AuditVerification, verify


@dataclass(frozen=True, slots=True)
class RecordsVerification:
    """Whether the records are what people made of them."""

    audit: AuditVerification
    findings: tuple[str, ...]
    """One sentence for each record that was changed past the audit trail."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was written."""
        return self.audit.ok and not self.findings

    @property
    def sentence(self) -> str:
        """What was found, one line each."""
        return "\n".join((self.audit.sentence, *self.findings))


def verify_records(engine: Engine, heads: Path | None = None) -> RecordsVerification:
    """Verify the audit trail, with the exported ``heads`` if given, and compare the records with it.

    Raises:
        RecordsError: the database cannot be read.
        JournalDamagedError: a line of ``heads`` is not a head.
    """
    audit = verify(engine, heads)
    with reading(engine) as connection:
        return RecordsVerification(audit, people.unaudited(connection))
