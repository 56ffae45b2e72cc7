"""One writing process: an exclusive lock on a file beside the journal."""

import fcntl
import os
from pathlib import Path

from calibration.sentences import Sentence
from daq.errors import JournalLockedError
from daq.i18n import N_


class WriterLock:
    """Held from opening to closing; the kernel frees it when the process dies, however it dies.

    The file names the writer. A clean close empties it, so whatever is found in it says that the writer
    before was not closed.
    """

    def __init__(self, file: Path, holder: str) -> None:
        """Take the lock for ``holder``, a few words.

        Raises:
            JournalLockedError: another process, or another journal of this one, holds it.
            OSError: the file cannot be opened or written.
        """
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._lock(file)
            self.previous = self._read()
            """Who held it before without closing; empty after a clean close."""
            self._write(holder)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self, *, clean: bool) -> None:
        """Let the next writer in; ``clean`` when everything that was taken is committed."""
        try:
            if clean:
                self._write("")
        finally:
            os.close(self._descriptor)

    def leave(self) -> None:
        """Let go without having opened the journal: the trace of the writer before stays."""
        try:
            self._write(self.previous)
        finally:
            os.close(self._descriptor)

    def _lock(self, file: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalLockedError(
                N_(
                    "The journal in {folder} is already being written by {holder}; stop that acquisition, or "
                    "choose another data directory."
                ),
                folder=file.parent,
                holder=self._read() or Sentence("a process"),
            ) from None

    def _read(self) -> str:
        return os.pread(self._descriptor, 200, 0).decode(errors="replace").strip()

    def _write(self, text: str) -> None:
        data = text.encode()
        os.pwrite(self._descriptor, data, 0)
        os.ftruncate(self._descriptor, len(data))
        os.fsync(self._descriptor)
