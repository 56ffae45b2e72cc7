"""What kind of document the bytes of an upload are: by the bytes, never by the name."""

import enum
import re

from calibration.errors import CertificateError

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
    (b"\x1f\x8b", "gzip data; upload what is in it"),
    (b"BZh", "bzip2 data; upload what is in it"),
    (b"\xfd7zXZ", "xz data; upload what is in it"),
    (b"7z\xbc\xaf", "a 7-Zip archive; upload what is in it"),
    (b"Rar!", "a RAR archive; upload what is in it"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.xls, .doc); save it as .xlsx, or print it into a PDF"),
    (b"{\\rtf", "a text in RTF; print it into a PDF"),
    (b"\x89PNG", "a picture; put the scan into a PDF"),
    (b"\xff\xd8\xff", "a picture; put the scan into a PDF"),
    (b"II*\x00", "a picture; put the scan into a PDF"),
    (b"MM\x00*", "a picture; put the scan into a PDF"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
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
    if refusal:
        raise CertificateError((f"{file_name}: {refusal}",))
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
    sentence = "no document of a kind that is read: DCC in XML, workbook (XLSX, CSV), PDF, native TOML"
    raise CertificateError((f"{file_name}: {sentence}",))


def too_large(file_name: str, size: int) -> str:
    """The sentence for a file with more bytes than any kind may have."""
    return f"{file_name}: {size} bytes; allowed are {MOST_BYTES} ({MOST_BYTES >> 20} MiB)"


def _refusal(data: bytes) -> str:
    """Why it is none of the kinds, whatever else it is; empty if it may be one."""
    if not data.strip():
        return "the file is empty"
    for start, what in _FOREIGN:
        if data.startswith(start):
            return f"it is {what}; read are DCC in XML, workbooks (XLSX, CSV), PDF and native TOML"
    if data.find(_PDF, 1, _PDF_HEAD + len(_PDF)) > 0:
        return "a PDF inside another kind of file; ask the laboratory for the document itself"
    return ""


def _ascii_head(data: bytes) -> bytes:
    """The beginning of a text as far as it is ASCII in UTF-8, UTF-16, UTF-32 or GB 18030."""
    head = data[:_HEAD]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip()
