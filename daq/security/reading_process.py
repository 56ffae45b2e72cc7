"""The confined process that reads one document of a stranger: a request and bytes in, what was found out.

Its parent (``uploads``) believes nothing of it but the types of the answer. The libraries are loaded when a
document needs them, so that each costs only its own.
"""

import dataclasses
import datetime
import enum
import hashlib
import io
import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from calibration.certificates.imported import Finding, Imported, Severity
from calibration.certificates.pdf.located import ImportedPdf
from calibration.certificates.pdf.text import Segment
from calibration.certificates.rows import Row
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about
from daq.security.carried import plain, typed
from daq.security.confinement import MEMORY_BYTES, confine
from daq.security.document_kinds import DocumentKind
from daq.security.signature_report import SignatureReport, Signer, not_verifiable, unsigned

MOST_PIXELS = 40_000_000
"""Of the picture of a page: A3 at 400 dpi has 31 million."""


class Task(enum.StrEnum):
    """What is wanted of a document."""

    READ = "read"
    PICTURE = "picture"
    WORDS = "words"
    ROWS = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted, and what it is checked against."""

    task: Task
    kind: DocumentKind
    file_name: str
    now: datetime.datetime
    """Aware, in the zone of the laboratory."""
    schema_dir: str = ""
    trust_dir: str = ""
    signers: tuple[Signer, ...] = ()
    page: int = 1
    dpi: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found out, as far as the task asked for it."""

    refused: tuple[str, ...] = ()
    """A sentence for each reason."""
    imported: Imported | None = None
    imported_pdf: ImportedPdf | None = None
    signature: SignatureReport | None = None
    picture: bytes = b""
    """PNG."""
    words: tuple[Segment, ...] = ()
    rows: tuple[Row, ...] = ()


def main() -> None:
    """Answer one request; the argument is the number of seconds that it may take."""
    confine(math.ceil(float(sys.argv[1])))
    request = typed(Request, json.loads(sys.stdin.buffer.readline()))
    found = answer(request, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(plain(found)).encode())


def answer(request: Request, data: bytes) -> Answer:
    """What the task gives, or why it was refused."""
    try:
        return _TASKS[request.task](request, data)
    except CertificateError as error:
        return Answer(refused=error.mistakes)
    except MemoryError:
        sentence = Sentence(
            "reading it takes more than {mib} MiB; no certificate does", mib=MEMORY_BYTES >> 20
        )
    except Exception as error:  # noqa: BLE001 - the edge of a process: libraries raise anything
        sentence = Sentence(
            "it cannot be read ({kind}): damaged, or of a form that is not foreseen; ask the laboratory for "
            "it again, or key its values in",
            kind=type(error).__name__,
        )
    return Answer(refused=(about(request.file_name, sentence),))


def _read(request: Request, data: bytes) -> Answer:
    return _READERS[request.kind](request, data)


def _dcc(request: Request, data: bytes) -> Answer:
    from calibration.certificates.dcc.importer import read_dcc
    from daq.security.document_signatures import identified, verify_signature
    from daq.security.trust_store import TrustStore, load_trust_store

    store = load_trust_store(Path(request.trust_dir)) if request.trust_dir else TrustStore()
    verified = verify_signature(data, request.file_name, store, request.now)
    if verified.report.refusal:
        sentence = about(request.file_name, verified.report.refusal)
        return Answer(refused=(sentence,), signature=verified.report)
    schema_dir = Path(request.schema_dir) if request.schema_dir else None
    imported = read_dcc(verified.signed or data, request.file_name, request.now.date(), schema_dir)
    report = identified(verified, imported.administrative, request.signers)
    problems = [Finding(Severity.WARNING, "trust store", sentence) for sentence in store.problems]
    order = list(Severity)
    findings = [*report.findings(), *problems, *imported.findings]
    whole = dataclasses.replace(  # the signed part cannot say these of the whole
        imported,
        file_sha256=hashlib.sha256(data).hexdigest(),
        signatures=int(report.is_signed),
        findings=tuple(sorted(findings, key=lambda finding: order.index(finding.severity))),
    )
    return Answer(imported=whole, signature=report)


def _pdf(request: Request, data: bytes) -> Answer:
    from calibration.certificates.pdf.importer import read_pdf

    imported = read_pdf(data, request.file_name, request.now.date())
    report = unsigned()
    if imported.signatures:
        sealed = Sentence("sealed or signed {count} times inside the PDF", count=imported.signatures)
        report = not_verifiable(sealed)
    return Answer(imported_pdf=imported, signature=report)


def _workbook(request: Request, data: bytes) -> Answer:
    from calibration.certificates.workbook.importer import read_workbook

    found = read_workbook(data, request.file_name, request.now.date())
    return Answer(imported=found, signature=unsigned())


def _native(request: Request, data: bytes) -> Answer:
    from calibration.certificates.native_document import read_native_document

    return Answer(imported=read_native_document(data, request.file_name), signature=unsigned())


def _picture(request: Request, data: bytes) -> Answer:
    """A page as PNG, as a reader of PDF shows it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    page = document[_index(request, len(document))]
    if not all(page.get_size()):  # a crop box beside the page counts for nothing
        page.set_cropbox(*page.get_mediabox())
    width, height = page.get_size()
    if width * height * (request.dpi / 72) ** 2 > MOST_PIXELS:
        sentence = Sentence(
            "page {page} is too large for a picture of {dpi} dpi", page=request.page, dpi=request.dpi
        )
        raise CertificateError((about(request.file_name, sentence),))
    png = io.BytesIO()
    page.render(scale=request.dpi / 72).to_pil().save(png, "PNG")
    return Answer(picture=png.getvalue())


def _words(request: Request, data: bytes) -> Answer:
    """Every word of a page with its place."""
    from calibration.certificates.pdf.reading import open_pdf

    pages = open_pdf(data, request.file_name).pages
    page = pages[_index(request, len(pages))]
    return Answer(words=tuple(segment for line in page.lines for segment in line.segments))


def _rows(request: Request, data: bytes) -> Answer:
    """Everything in a document without pages, place by place."""
    from calibration.certificates.readable import native_rows, workbook_rows, xml_rows

    readers = {DocumentKind.DCC: xml_rows, DocumentKind.NATIVE: native_rows}
    return Answer(rows=readers.get(request.kind, workbook_rows)(data, request.file_name))


def _index(request: Request, count: int) -> int:
    if not 1 <= request.page <= count:
        sentence = Sentence("there is no page {page}; it has {count}", page=request.page, count=count)
        raise CertificateError((about(request.file_name, sentence),))
    return request.page - 1


_TASKS: dict[Task, Callable[[Request, bytes], Answer]] = {
    Task.READ: _read,
    Task.PICTURE: _picture,
    Task.WORDS: _words,
    Task.ROWS: _rows,
}
_READERS: dict[DocumentKind, Callable[[Request, bytes], Answer]] = {
    DocumentKind.DCC: _dcc,
    DocumentKind.PDF: _pdf,
    DocumentKind.WORKBOOK: _workbook,
    DocumentKind.CSV: _workbook,
    DocumentKind.NATIVE: _native,
}

if __name__ == "__main__":
    main()
