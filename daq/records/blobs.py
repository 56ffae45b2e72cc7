"""Documents by their content: a file's name is the SHA-256 of its bytes, so it can never become another."""

import hashlib
import os
import tempfile
from pathlib import Path

from daq.errors import BlobError
from daq.i18n import N_

BLOBS_FOLDER = "blobs"
_DIGITS = frozenset("0123456789abcdef")
_LENGTH = 64


class BlobStore:
    """Files below one folder, readable by their owner only; several processes may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their SHA-256 when they are on the disk. The same bytes are kept once.

        Raises:
            BlobError: they cannot be written, or other bytes lie under their name.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists():
            self.get(sha256)
            return sha256
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, data)
        except OSError as error:
            raise BlobError(
                N_("{path} cannot be written ({words}): the document was not kept."),
                path=path,
                words=error.strerror,
            ) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, compared with their name.

        Raises:
            BlobError: they are not there, cannot be read, or are not those that were put there.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise BlobError(
                N_("The document {sha256} is not there: {path} is missing."), sha256=sha256, path=path
            ) from error
        except OSError as error:
            words = error.strerror
            raise BlobError(N_("{path} cannot be read ({words})."), path=path, words=words) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobError(
                N_("The document {sha256} was altered: {path} has other bytes. Restore it from a copy."),
                sha256=sha256,
                path=path,
            )
        return data

    def _path(self, sha256: str) -> Path:
        if len(sha256) != _LENGTH or not _DIGITS.issuperset(sha256):
            raise BlobError(N_("{sha256} is no SHA-256 of a document."), sha256=repr(sha256))
        return self._folder / sha256[:2] / sha256[2:]


def _write(path: Path, data: bytes) -> None:
    """All of the bytes under the name, or nothing, even after a power cut."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
