"""What whoever works on certificates has at hand, and how documents come into the records."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from daq.records.blobs import BlobStore
from daq.records.register_tables import documents
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import DOCUMENTS
from drivers.clock import Clock

NS_PER_S = 1_000_000_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Register:
    """The records of one laboratory with their documents, its clock and its days."""

    engine: Engine
    clock: Clock
    blobs: BlobStore
    zone: ZoneInfo

    def today(self) -> datetime.date:
        """The laboratory's day."""
        return self.day_of(self.clock.now_ns())

    def day_of(self, t_ns: int) -> datetime.date:
        """The laboratory's day of a time in UTC."""
        return datetime.datetime.fromtimestamp(t_ns // NS_PER_S, self.zone).date()

    def start_of(self, day: datetime.date) -> int:
        """The first moment of a day of the laboratory: UTC since 1970, in ns."""
        midnight = datetime.datetime.combine(day, datetime.time(), self.zone)
        return int(midnight.timestamp()) * NS_PER_S

    def end_of(self, day: datetime.date) -> int:
        """The first moment after a day of the laboratory."""
        return self.start_of(day + datetime.timedelta(days=1))


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A file whose bytes are in the blob store, before or after the records know it."""

    sha256: str
    name: str
    """As it was uploaded, for people; never a path."""
    media_type: str
    size: int


def note_document(connection: Connection, actor: Actor, document: StoredDocument, t_ns: int) -> None:
    """Let the records know a document; one that they know stays as it is."""
    known = select(documents.c.sha256).where(documents.c.sha256 == document.sha256)
    if connection.execute(known).first() is not None:
        return
    values = {
        "sha256": document.sha256,
        "name": printable(document.name),
        "media_type": document.media_type,
        "size": document.size,
        "t_ns": t_ns,
        "account": actor.account,
    }
    keep(connection, actor, NewRow(DOCUMENTS, values, "add"), t_ns)


def printable(name: str) -> str:
    """The last part of a file name, without what cannot be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    return shown[:LONGEST_NAME] or "unnamed"


def one_line(text: str) -> str:
    """What a person typed, as the audit trail takes it."""
    return " ".join(text.split())
