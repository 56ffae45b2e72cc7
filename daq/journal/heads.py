"""Heads of the hash chain, exported beside the journal: a tail that was cut off is missed by them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from daq.errors import JournalDamagedError
from daq.i18n import N_
from daq.journal.rows import Head
from daq.journal.times import utc_text


@dataclass(frozen=True, slots=True)
class ExportedHead:
    """One line of ``heads.jsonl``."""

    line: int
    head: Head
    utc: str


class HeadsFile:
    """Appends heads: at every start and close, and on the first commit of every UTC day."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._day = ""

    def export(self, head: Head, t_ns: int) -> None:
        """Append ``head`` and wait for the disk.

        Raises:
            OSError: the file cannot be written; the next export tries again.
        """
        utc = utc_text(t_ns)
        line = json.dumps({"seq": head.seq, "sha256": head.sha256, "t_ns": t_ns, "utc": utc})
        with self._file.open("ab") as stream:
            stream.write(line.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._day = utc[:10]

    def export_daily(self, head: Head, t_ns: int) -> None:
        """Export where the last one of this process is of another UTC day."""
        if utc_text(t_ns)[:10] != self._day:
            self.export(head, t_ns)

    def drop_torn_line(self) -> None:
        """Remove a last line that a power cut left without its end."""
        if not self._file.exists():
            return
        data = self._file.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.truncate(self._file, whole)


def read_heads(file: Path) -> list[ExportedHead]:
    """The exported heads by row number; a torn last line is left out.

    Raises:
        JournalDamagedError: a line is not a head.
    """
    if not file.exists():
        return []
    lines = file.read_bytes().split(b"\n")[:-1]
    heads = [_parsed(file, number, line) for number, line in enumerate(lines, start=1)]
    return sorted(heads, key=lambda exported: exported.head.seq)


def _parsed(file: Path, number: int, line: bytes) -> ExportedHead:
    try:
        fields = json.loads(line)
        return ExportedHead(number, Head(int(fields["seq"]), str(fields["sha256"])), str(fields["utc"]))
    except (ValueError, KeyError, TypeError):
        raise JournalDamagedError(
            N_("{file} line {number} is not an exported head: it was altered. Compare it with a copy."),
            file=file,
            number=number,
        ) from None
