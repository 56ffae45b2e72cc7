"""Documents of strangers: gated, then read in a confined process of their own, whatever their format.

The process (``reading_process``) has 1 GiB of memory, a few seconds, no network, no file that it may write
and no descriptor but its pipes; what it answers arrives as values of known types (``carried``). It is the
only place where bytes of strangers are parsed; the importers in ``calibration`` know nothing of it.
"""

import contextlib
import datetime
import enum
import hashlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.certificates.file_names import shown_name
from calibration.certificates.imported import EmbeddedFile, Imported, Severity
from calibration.certificates.pdf.text import Segment
from calibration.certificates.rows import Row
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about
from daq.security.carried import plain, typed
from daq.security.confinement import MEMORY_BYTES
from daq.security.document_kinds import MOST_BYTES, DocumentKind, kind_of, too_large
from daq.security.reading_process import Answer, Request, Task
from daq.security.signature_report import SignatureReport, Signer
from daq.settings import CertificatesSettings

WALL_SECONDS = 8.0
"""For one document; with the start of the program it costs less than 10 s."""
MOST_ANSWER_BYTES = 64 * 2**20
MOST_AT_ONCE = 2
"""Processes; further documents wait, so that many uploads take no more memory than two."""

_AT_ONCE = threading.BoundedSemaphore(MOST_AT_ONCE)
_MODULE = "daq.security.reading_process"
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_DIED = Sentence(
    "reading it takes more than {seconds} s or {mib} MiB; no certificate does. Ask the laboratory for a "
    "plain file, or key its values in",
    seconds=f"{WALL_SECONDS:g}",
    mib=MEMORY_BYTES >> 20,
)
_ANY_TIME = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
"""For what a document says at any time."""
_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, RecursionError)


class Verdict(enum.StrEnum):
    """What may be done with a document."""

    USABLE = "usable"
    FINDINGS = "findings"
    """After a person has looked at its findings and settled them."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What came of an upload: either ``imported``, or ``refused`` with a sentence for each reason."""

    file_name: str
    """As the uploader calls it, for people only: without path and invisible characters."""
    sha256: str
    size: int
    kind: DocumentKind | None
    """None where not even that is known."""
    imported: Imported | None = None
    """An ``ImportedPdf``, with the place of every cell, where it is a PDF."""
    signature: SignatureReport | None = None
    """None where it was refused before anybody looked."""
    refused: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Notes ask for nothing; errors and warnings do."""
        if self.imported is None:
            return Verdict.REFUSED
        asks = any(finding.severity is not Severity.NOTE for finding in self.imported.findings)
        return Verdict.FINDINGS if asks else Verdict.USABLE


def examine_file(path: Path, against: CertificatesSettings, now: datetime.datetime) -> Examined:
    """The same of a file, of which no more is read than a document may have; see ``examine``."""
    name, size = shown_name(path.name), 0
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        refusal = about(name, Sentence("cannot be read: {error}", error=error.strerror))
        return Examined(file_name=name, sha256="", size=size, kind=None, refused=(refusal,))
    if len(data) > MOST_BYTES:
        refusal = too_large(name, size)
        return Examined(file_name=name, sha256="", size=size, kind=None, refused=(refusal,))
    return examine(data, path.name, against, now)


def examine(data: bytes, file_name: str, against: CertificatesSettings, now: datetime.datetime) -> Examined:
    """Everything that the bytes of an uploaded document say.

    Args:
        data: the bytes.
        file_name: as the uploader calls it; for the sentences, never a path.
        against: schemas, trust store and signers of the site.
        now: aware, in the zone of the laboratory: nothing can be dated later, signatures are verified at it.
    """
    name = shown_name(file_name)
    known: dict[str, Any] = {
        "file_name": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }
    try:
        kind = kind_of(data, name)
    except CertificateError as error:
        return Examined(**known, kind=None, refused=error.mistakes)
    request = Request(
        task=Task.READ,
        kind=kind,
        file_name=name,
        now=now,
        schema_dir=str(against.schema_dir or ""),
        trust_dir=str(against.trust_dir or ""),
        signers=tuple(Signer(one.laboratory, one.subject, one.sha256) for one in against.signers),
    )
    found = _answer(request, data)
    imported = found.imported_pdf or found.imported
    refused = found.refused or (() if imported else (about(name, _DIED),))
    return Examined(
        **known,
        kind=kind,
        imported=None if refused else imported,
        signature=found.signature,
        refused=refused,
    )


def picture_of_page(data: bytes, page: int, dpi: int) -> bytes:
    """A page of a PDF as a PNG picture.

    Args:
        data: the bytes of the PDF.
        page: counted from 1.
        dpi: pixels for each inch; a box in pt has its place at ``dpi / 72`` times its edges.

    Raises:
        CertificateError: no PDF, no such page, too large a picture, or damaged.
    """
    return _of_page(data, Task.PICTURE, page, dpi).picture


def words_of_page(data: bytes, page: int) -> tuple[Segment, ...]:
    """The words of a page of a PDF with their places, for pointing at one of them on its picture.

    Args:
        data: the bytes of the PDF.
        page: counted from 1.

    Raises:
        CertificateError: no PDF, no such page, refused or damaged.
    """
    return _of_page(data, Task.WORDS, page, 0).words


def rows_of_document(data: bytes) -> tuple[Row, ...]:
    """Everything in a document without pages, place by place, for comparing what was understood of it.

    Args:
        data: the bytes of a DCC, workbook, CSV or native file.

    Raises:
        CertificateError: a PDF, refused or damaged.
    """
    kind = kind_of(data, "document")
    if kind is DocumentKind.PDF:
        raise CertificateError((Sentence("a PDF has pages: look at these"),))
    return _asked(Request(task=Task.ROWS, kind=kind, file_name="document", now=_ANY_TIME), data).rows


def file_in_document(data: bytes, sha256: str) -> EmbeddedFile:
    """A file inside a document with its bytes; where a signature holds, of what is signed.

    Args:
        data: the bytes of the document.
        sha256: of the file, as its import says.

    Raises:
        CertificateError: there is no such file in it, or the document is refused.
    """
    request = Request(task=Task.READ, kind=kind_of(data, "document"), file_name="document", now=_ANY_TIME)
    found = _asked(request, data)
    imported = found.imported_pdf or found.imported
    for file in imported.files if imported is not None else ():
        if file.sha256 == sha256 == hashlib.sha256(file.content).hexdigest():
            return file
    raise CertificateError((Sentence("there is no such file in the document"),))


def _of_page(data: bytes, task: Task, page: int, dpi: int) -> Answer:
    if kind_of(data, "page") is not DocumentKind.PDF:
        raise CertificateError((Sentence("only a PDF has pages to be shown"),))
    kind = DocumentKind.PDF
    return _asked(Request(task=task, kind=kind, file_name="PDF", now=_ANY_TIME, page=page, dpi=dpi), data)


def _asked(request: Request, data: bytes) -> Answer:
    found = _answer(request, data)
    if found.refused:
        raise CertificateError(found.refused)
    return found


def _answer(request: Request, data: bytes) -> Answer:
    """The answer of the confined process; ``refused`` where it died of the document."""
    head = json.dumps(plain(request)).encode() + b"\n"
    environment = {
        "PATH": os.defpath,
        "HOME": _PACKAGE_ROOT.anchor,  # otherwise the interpreter asks the system whose it is
        "PYTHONPATH": str(_PACKAGE_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve memory of its own
    }
    if "SYSTEMROOT" in os.environ:  # Windows starts nothing without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    with (
        _AT_ONCE,
        subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(WALL_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_PACKAGE_ROOT.anchor,
            env=environment,
        ) as process,
    ):
        end = threading.Timer(WALL_SECONDS, process.kill)
        feeder = threading.Thread(target=_feed, args=(process, head + data))
        end.start()
        feeder.start()
        try:
            said = process.stdout.read(MOST_ANSWER_BYTES + 1) if process.stdout else b""
        finally:
            process.kill()
            feeder.join()
            end.cancel()
    try:
        return typed(Answer, json.loads(said[:MOST_ANSWER_BYTES]))
    except _UNREADABLE:
        return Answer(refused=(about(request.file_name, _DIED),))


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    """Hand over the document; a process that died of it breaks the pipe, and its silence says so."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(data)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
