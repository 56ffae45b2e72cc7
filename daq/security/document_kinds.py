"""What kind of document the bytes of an upload are: by the bytes, never by the name."""

import enum
import re

from calibration.certificates.file_names import too_long
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about

MOST_BYTES = 30 * 2**20
"""Of a PDF, the largest of them; the other readers have smaller limits of their own."""


class DocumentKind(enum.StrEnum):
    """A kind of document that is read."""

    DCC = "dcc"
    WORKBOOK = "workbook"
    CSV = "csv"
    PDF = "pdf"
    NATIVE = "native"

    @property
    def media_type(self) -> str:
        """As it is stored and handed out."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    DocumentKind.DCC: "application/xml",
    DocumentKind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DocumentKind.CSV: "text/csv",
    DocumentKind.PDF: "application/pdf",
    DocumentKind.NATIVE: "application/toml",
}
_PDF = b"%PDF-"
_PDF_HEAD = 1024
"""So far into a file readers of PDF look for its beginning."""
_HEAD = 65_536
_FOREIGN = (
    (b"\x1f\x8b", Sentence("gzip data; upload what is in it")),
    (b"BZh", Sentence("bzip2 data; upload what is in it")),
    (b"\xfd7zXZ", Sentence("xz data; upload what is in it")),
    (b"7z\xbc\xaf", Sentence("a 7-Zip archive; upload what is in it")),
    (b"Rar!", Sentence("a RAR archive; upload what is in it")),
    (
        b"\xd0\xcf\x11\xe0",
        Sentence("an old Office file (.xls, .doc); save it as .xlsx, or print it into a PDF"),
    ),
    (b"{\\rtf", Sentence("a text in RTF; print it into a PDF")),
    (b"\x89PNG", Sentence("a picture; put the scan into a PDF")),
    (b"\xff\xd8\xff", Sentence("a picture; put the scan into a PDF")),
    (b"II*\x00", Sentence("a picture; put the scan into a PDF")),
    (b"MM\x00*", Sentence("a picture; put the scan into a PDF")),
    (b"MZ", Sentence("a program")),
    (b"\x7fELF", Sentence("a program")),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TOML = re.compile(
    rb"^[ \t]*(?:format[ \t]*=|\[\[?[ \t]*[A-Za-z_][A-Za-z_.]*[ \t]*\]\]?[ \t]*(?:#.*)?\r?$)", re.M
)
_TABLE = re.compile(rb"^#|[,;\t]", re.M)


def kind_of(data: bytes, file_name: str) -> DocumentKind:
    """The kind of a document.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: empty, too large, two kinds at once, or none that is read.
    """
    if len(data) > MOST_BYTES:
        raise CertificateError((too_large(file_name, len(data)),))
    refusal = _refusal(data)
    if refusal is not None:
        raise CertificateError((about(file_name, refusal),))
    if data.startswith(_PDF):
        return DocumentKind.PDF
    if data.startswith(b"PK\x03\x04"):
        return DocumentKind.WORKBOOK
    text = _ascii_head(data)
    if text.startswith(b"<"):
        return DocumentKind.DCC
    if _TOML.search(text):
        return DocumentKind.NATIVE
    if _TABLE.search(text):
        return DocumentKind.CSV
    sentence = Sentence(
        "no document of a kind that is read: DCC in XML, workbook (XLSX, CSV), PDF, native TOML"
    )
    raise CertificateError((about(file_name, sentence),))


def too_large(file_name: str, size: int) -> Sentence:
    """The sentence for a file with more bytes than any kind may have."""
    return about(file_name, too_long(size, MOST_BYTES))


def _refusal(data: bytes) -> Sentence | None:
    """Why it is none of the kinds, whatever else it is."""
    if not data.strip():
        return Sentence("the file is empty")
    for start, what in _FOREIGN:
        if data.startswith(start):
            return Sentence(
                "it is {what}; read are DCC in XML, workbooks (XLSX, CSV), PDF and native TOML", what=what
            )
    if data.find(_PDF, 1, _PDF_HEAD + len(_PDF)) > 0:
        return Sentence("a PDF inside another kind of file; ask the laboratory for the document itself")
    return None


def _ascii_head(data: bytes) -> bytes:
    """The beginning of a text as far as it is ASCII in UTF-8, UTF-16, UTF-32 or GB 18030."""
    head = data[:_HEAD]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()
