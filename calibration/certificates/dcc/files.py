"""Files inside a certificate: named, measured and hashed, never opened or executed here."""

import base64
import binascii
import hashlib
import re

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dsi import text_of
from calibration.certificates.file_names import shown_name
from calibration.certificates.findings import Findings, place_of
from calibration.certificates.imported import EmbeddedFile
from calibration.errors import CertificateError
from calibration.sentences import Sentence

MOST_FILES = 20
MOST_BYTES = 8 * 2**20
"""In one file."""

_BASE64_SPACE = re.compile(r"[ \t\r\n]+")
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-shellscript"),
)
_ACTIVE_TEXT = (
    (re.compile(rb"<svg", re.I), "image/svg+xml"),
    (re.compile(rb"<!doctype html|<(html|head|body|script|iframe)\b", re.I), "text/html"),
)
_TEXT_HEAD = 1024
_ALIASES = {"image/jpg": "image/jpeg", "application/x-pdf": "application/pdf"}
_BINARY = {mime_type for _, mime_type in _MAGIC}
_WELCOME = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "text/plain",
    "text/csv",
    "text/xml",
    "application/xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def read_files(document: Document) -> tuple[EmbeddedFile, ...]:
    """Every embedded file, in the order of the document.

    Raises:
        CertificateError: too many or too large files, or base64 that is damaged.
    """
    findings = document.findings
    found = [
        _file(data, findings)
        for data in document.root.iter(f"{DCC}dataBase64")
        if data.getparent() is not None
    ]
    if len(found) > MOST_FILES:
        findings.refuse(
            "",
            "found {count} embedded files; allowed are {most}",
            count=len(found),
            most=MOST_FILES,
        )
    if findings.refusals:
        raise CertificateError(findings.refusals)
    return tuple(file for file in found if file is not None)


def _file(data: etree._Element, findings: Findings) -> EmbeddedFile | None:
    text = _BASE64_SPACE.sub("", text_of(data))
    if len(text) * 3 // 4 > MOST_BYTES:
        findings.refuse(data, "an embedded file of more than {most} bytes is not accepted", most=MOST_BYTES)
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        findings.refuse(data, "the embedded file is no base64, so it is damaged; ask for the document again")
        return None
    block = data.getparent()
    if block is None:
        return None
    mime_type = text_of(block.find(f"{DCC}mimeType")).lower()
    name = _name(text_of(block.find(f"{DCC}fileName")), block, findings)
    _check_type(mime_type, content, block, findings)
    return EmbeddedFile(
        name=name,
        mime_type=mime_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        place=place_of(block),
        content=content,
    )


def _name(written: str, block: etree._Element, findings: Findings) -> str:
    shown = shown_name(written)
    if shown != written:
        findings.warn(
            block,
            "found the file name {written}; it is shown as {shown}",
            written=repr(written[:80]),
            shown=repr(shown),
        )
    return shown


def _sniffed(content: bytes) -> str:
    """The type by the first bytes; of texts only those that a browser would run."""
    for start, kind in _MAGIC:
        if content.startswith(start):
            return kind
    head = content[:_TEXT_HEAD]
    return next((kind for pattern, kind in _ACTIVE_TEXT if pattern.search(head)), "")


def _check_type(mime_type: str, content: bytes, block: etree._Element, findings: Findings) -> None:
    mime_type = _ALIASES.get(mime_type, mime_type)
    actual = _sniffed(content)
    if (actual and actual != mime_type) or (not actual and mime_type in _BINARY):
        findings.warn(
            block,
            "a file called {mime_type} is {actual} by its first bytes; do not open it, ask the laboratory",
            mime_type=repr(mime_type),
            actual=actual or Sentence("none"),
        )
    elif mime_type not in _WELCOME:
        findings.warn(
            block,
            "found a file of type {mime_type}; it is kept, and only handed out as a download",
            mime_type=repr(mime_type[:60]),
        )
