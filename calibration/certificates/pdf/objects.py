"""What a PDF has in it besides pages: programs, actions, embedded files, seals.

Every object is looked at, also those in compressed object streams, whatever way its names are escaped.
What costs too much ends with the limited process in which documents of strangers are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral

from calibration.sentences import Sentence

MOST_OBJECTS = 50_000
MOST_NODES = 2_000_000
"""Keys and elements of all objects together."""
MOST_FILES = 20
MOST_FILE_BYTES = 8 * 2**20
"""Of all embedded files together."""

_KEYS = {
    "JS": Sentence("a program (JavaScript)"),
    "JavaScript": Sentence("a program (JavaScript)"),
    "AA": Sentence("actions that start by themselves (AA)"),
    "XFA": Sentence("an XFA form, which shows other numbers than its pages"),
    "RichMediaContent": Sentence("rich media"),
}
_ACTIONS = {
    "JavaScript": Sentence("a program (JavaScript)"),
    "Launch": Sentence("an action that starts another program (Launch)"),
    "SubmitForm": Sentence("an action that sends data away (SubmitForm)"),
    "ImportData": Sentence("an action that fetches data (ImportData)"),
    "GoToR": Sentence("an action that opens another file (GoToR)"),
    "GoToE": Sentence("an action that opens an embedded file (GoToE)"),
    "Rendition": Sentence("rich media"),
    "Movie": Sentence("rich media"),
    "Sound": Sentence("rich media"),
}
_SUBTYPES = {"RichMedia", "Movie", "Sound", "Screen", "3D"}
_XML_STARTS = (b"<?xml", b"<dcc:", b"<digitalCalibrationCertificate", b"\xef\xbb\xbf<")


class TooMuchError(Exception):
    """More of something than a certificate has; the sentence says of what."""

    def __init__(self, message: str, /, **facts: object) -> None:
        super().__init__(Sentence(message, **facts))


@dataclass(slots=True)
class Inside:
    """What was found."""

    dangers: list[Sentence] = field(default_factory=list)
    """Why the document is refused."""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    """Embedded XML: names, which are for people, and bytes."""
    seals: int = 0


def look_inside(document: PDFDocument) -> Inside:
    """Everything of a document that is not its pages.

    Raises:
        TooMuchError: too many objects or files, or too large ones.
    """
    inside = Inside()
    seen: set[int] = set()
    nodes = 0
    for xref in document.xrefs:
        for node in _nodes(xref.get_trailer()):
            _look_at(node, inside)
        for number in xref.get_objids():
            if number in seen:
                continue
            seen.add(number)
            if len(seen) > MOST_OBJECTS:
                raise TooMuchError(
                    "more than {most} objects; a certificate has a few hundred", most=MOST_OBJECTS
                )
            for node in _nodes(_object(document, number)):
                nodes += len(node)
                if nodes > MOST_NODES:
                    raise TooMuchError("more than {most} entries in its objects", most=MOST_NODES)
                _look_at(node, inside)
    inside.dangers = list(dict.fromkeys(inside.dangers))
    return inside


def _object(document: PDFDocument, number: int) -> object:
    try:
        return document.getobj(number)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the library raises anything; a damaged object has nothing to show
        return None


def _nodes(top: object) -> Iterator[dict[str, object]]:
    """Every dictionary inside an object, without following references."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if isinstance(node, PDFStream):
            node = node.attrs
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _name(value: object) -> str:
    value = resolve1(value) if isinstance(value, PDFObjRef) else value
    name = value.name if isinstance(value, PSLiteral) else ""
    return name if isinstance(name, str) else name.decode("latin-1")


def _look_at(node: dict[str, object], inside: Inside) -> None:
    inside.dangers.extend(what for key, what in _KEYS.items() if key in node)
    opening = node.get("OpenAction")
    opening = resolve1(opening) if isinstance(opening, PDFObjRef) else opening
    if isinstance(opening, dict) and _name(opening.get("S")) != "GoTo":
        inside.dangers.append(Sentence("an action that starts when it is opened (OpenAction)"))
    action = _name(node.get("S"))
    if action in _ACTIONS:
        inside.dangers.append(_ACTIONS[action])
    if _name(node.get("Subtype")) in _SUBTYPES:
        inside.dangers.append(Sentence("rich media"))
    if "EF" in node:
        _embedded(node, inside)
    if "ByteRange" in node and "Contents" in node:
        inside.seals += 1


def _embedded(specification: dict[str, object], inside: Inside) -> None:
    name = _text(specification.get("UF") or specification.get("F"))
    streams = resolve1(specification.get("EF"))
    stream = resolve1(streams.get("UF") or streams.get("F")) if isinstance(streams, dict) else None
    content = stream.get_data() if isinstance(stream, PDFStream) else b""
    size = len(content) + sum(len(other) for _, other in inside.files)
    if size > MOST_FILE_BYTES or len(inside.files) >= MOST_FILES:
        raise TooMuchError(
            "more than {most} embedded files, or more than {bytes} bytes",
            most=MOST_FILES,
            bytes=MOST_FILE_BYTES,
        )
    if content.lstrip().startswith(_XML_STARTS):
        inside.files.append((name, content))
    else:
        inside.dangers.append(Sentence("an embedded file that is not the XML of a certificate"))


def _text(value: object) -> str:
    value = resolve1(value) if isinstance(value, PDFObjRef) else value
    if not isinstance(value, bytes):
        return str(value or "")
    encoding = "utf-16" if value[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
    return value.decode(encoding, errors="replace")
