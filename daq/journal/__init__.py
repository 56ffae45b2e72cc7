"""The journal: the one copy of every reading and event that is the record (``docs/journal.md``).

``Journal`` writes, in one process; ``JournalReader`` reads committed rows, anywhere; ``verify`` tells whether
they are what was written.
"""

from daq.journal.queue import Ticket
from daq.journal.reader import JournalReader
from daq.journal.rows import ChannelDefinition, EventRow, Head, JournalChannel, ReadingRow, Row, Span
from daq.journal.verification import Verification, verify
from daq.journal.writer import Journal

__all__ = [
    "ChannelDefinition",
    "EventRow",
    "Head",
    "Journal",
    "JournalChannel",
    "JournalReader",
    "ReadingRow",
    "Row",
    "Span",
    "Ticket",
    "Verification",
    "verify",
]
