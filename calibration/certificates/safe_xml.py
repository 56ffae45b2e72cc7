"""XML of strangers: decoded here, parsed without DTD, entities and network, within limits.

The reader of a document sees one tree without comments and processing instructions, so no value can be split
by them. Measured behaviour of the parser: docs/certificate-dcc.md.
"""

import codecs
import re

from lxml import etree

from calibration.certificates.file_names import too_long
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about, made

MAX_BYTES = 12 * 2**20
MAX_TAGS = 400_000
"""Start and end tags together."""
MAX_ATTRIBUTES = 100_000
MAX_DEPTH = 100

_ENCODINGS = {
    "utf-8", "us-ascii", "ascii", "gb2312", "gbk", "gb18030", "iso-8859-1", "iso-8859-15", "windows-1252",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARCHIVES = (
    (b"PK\x03\x04", Sentence("a ZIP archive or workbook")),
    (b"\x1f\x8b", Sentence("gzip data")),
    (b"%PDF", Sentence("a PDF")),
)
_DECLARED = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_TOO_LARGE = re.compile(r"XML_PARSE_HUGE|too big|too long|limit exceeded", re.I)
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_xml(data: bytes, file_name: str, *, whole: bool = False) -> etree._Element:
    """The root element of a document that is safe to read.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.
        whole: with its comments and processing instructions, as a signature covers them; not for reading.

    Raises:
        CertificateError: too large, too deep, an encoding that is not accepted, a DOCTYPE or entity, not
            well-formed; with the line where there is one.
    """
    text = _decoded(data, file_name)
    _check_prolog(text, file_name)
    if text.count("<") > MAX_TAGS:
        raise _refused(file_name, "more than {most} tags; a certificate has a few thousand", most=MAX_TAGS)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=not whole,
        remove_pis=not whole,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise _syntax_refused(file_name, error) from error
    _check_tree(root, file_name)
    return root


def _refused(file_name: str, message: str, /, **facts: object) -> CertificateError:
    return CertificateError((about(file_name, made(message, facts)),))


def _syntax_refused(file_name: str, error: etree.XMLSyntaxError) -> CertificateError:
    """What libxml2 says, but for its own limits, of which it speaks to programmers."""
    said = " ".join((error.msg or "").split())
    if "Excessive depth" in said:
        return _refused(
            file_name, "line {line}: nested deeper than {most} elements", line=error.lineno, most=MAX_DEPTH
        )
    if _TOO_LARGE.search(said):
        return _refused(
            file_name,
            "line {line}: a text, comment or attribute of more than 10 MB; no certificate has one",
            line=error.lineno,
        )
    return _refused(file_name, "not well-formed XML: {msg}", msg=said)


def _decoded(data: bytes, file_name: str) -> str:
    if not data.strip():
        raise _refused(file_name, "the file is empty")
    if len(data) > MAX_BYTES:
        raise _refused(file_name, too_long(len(data), MAX_BYTES))
    for start, kind in _ARCHIVES:
        if data.startswith(start):
            raise _refused(
                file_name, "not XML but {kind}; upload what is in it, under its own name", kind=kind
            )
    mark = next((encoding for start, encoding in _BOMS if data.startswith(start)), "")
    if mark == "utf-32":
        raise _refused(file_name, "encoded in UTF-32; save it as UTF-8")
    head = data[:400].decode(mark or "latin-1", errors="replace")
    declared = _DECLARED.search(head)
    written = declared[1].lower() if declared else ""
    if mark and written not in ("", mark):
        raise _refused(
            file_name,
            "its byte order mark says {mark}, its declaration {written}",
            mark=mark,
            written=written,
        )
    encoding = mark or written or "utf-8"
    if encoding not in _ENCODINGS | {mark}:
        raise _refused(
            file_name,
            "encoding {encoding} is not accepted; save it as UTF-8, UTF-16 or GB 18030",
            encoding=repr(encoding),
        )
    try:
        # a superset of both others, and what software in China means when it writes gb2312
        text = data.decode("gb18030" if encoding in ("gbk", "gb2312") else encoding)
    except UnicodeDecodeError as error:
        raise _refused(
            file_name,
            "not {encoding} text: {reason} at byte {start}; the file is damaged",
            encoding=encoding,
            reason=error.reason,
            start=error.start,
        ) from error
    return _without_illegal_characters(text.removeprefix("\ufeff"), file_name)


def _without_illegal_characters(text: str, file_name: str) -> str:
    illegal = _ILLEGAL.search(text)
    if illegal:
        line = text.count("\n", 0, illegal.start()) + 1
        raise _refused(
            file_name,
            "line {line}: character U+{code} is not allowed in XML; file damaged",
            line=line,
            code=f"{ord(illegal[0]):04X}",
        )
    if not text.lstrip().startswith("<"):
        raise _refused(file_name, "not XML: it begins with {text}", text=repr(text.lstrip()[:20]))
    return text


def _check_prolog(text: str, file_name: str) -> None:
    """A document type can only stand before the root element, among comments and processing instructions."""
    position = 0
    while True:
        while text[position : position + 1].isspace():
            position += 1
        for start, end in (("<?", "?>"), ("<!--", "-->")):
            if text.startswith(start, position):
                found = text.find(end, position + len(start))
                position = found + len(end) if found >= 0 else len(text)
                break
        else:
            break
    if text.startswith("<!", position):
        raise _refused(
            file_name,
            "it has a DOCTYPE, which can define entities or name files to fetch; certificates need none: "
            "nothing of it was read, ask the laboratory for the file without it",
        )


def _check_tree(root: etree._Element, file_name: str) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise _refused(file_name, "it has a DOCTYPE; certificates need none, and none is read")
    depth = attributes = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag is etree.Entity:
            raise _refused(file_name, "line {line}: an entity that nothing defines", line=element.sourceline)
        depth += 1 if event == "start" else -1
        attributes += len(element.attrib) if event == "start" else 0
        if attributes > MAX_ATTRIBUTES:
            raise _refused(
                file_name, "more than {most} attributes; a certificate has a few hundred", most=MAX_ATTRIBUTES
            )
        if depth > MAX_DEPTH:
            raise _refused(
                file_name,
                "line {line}: nested deeper than {most} elements",
                line=element.sourceline,
                most=MAX_DEPTH,
            )
