"""A document without pages as a table for people: every place in which something stands, in its order.

Nothing is understood here and nothing left out, so that what an importer understood can be compared with it.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from calibration.certificates.findings import Findings, prefixed_name
from calibration.certificates.native import parse_native
from calibration.certificates.rows import Row
from calibration.certificates.safe_xml import parse_xml
from calibration.certificates.workbook.grid import read_sheets
from calibration.sentences import Sentence

MOST_ROWS = 3000
LONGEST = 400
"""Characters of one text; the rest is in the document itself."""


def xml_rows(data: bytes, file_name: str) -> tuple[Row, ...]:
    """Every element of an XML document that has a text or attributes.

    Raises:
        CertificateError: not safe to read.
    """
    return _first(_elements(parse_xml(data, file_name), ""))


def workbook_rows(data: bytes, file_name: str) -> tuple[Row, ...]:
    """Every cell of a workbook or CSV file that is not empty.

    Raises:
        CertificateError: not safe to read, or damaged.
    """
    sheets = read_sheets(data, file_name, Findings(file_name))
    cells = (cell for sheet in sheets.values() for row in sheet.rows for cell in row if cell.text)
    return _first(Row(cell.place, visible(cell.text)) for cell in cells)


def native_rows(data: bytes, file_name: str) -> tuple[Row, ...]:
    """Every key of a native file.

    Raises:
        CertificateError: it is not TOML.
    """
    return _first(_keys(parse_native(data, file_name), ""))


def visible(text: str) -> str:
    """A text on one line, cut where it is long; a sign stands for what cannot be seen or misleads the eye."""
    line = " ".join(text.split())
    shown = "".join("\ufffd" if unicodedata.category(c)[0] == "C" else c for c in line[:LONGEST])
    return shown if len(line) <= LONGEST else f"{shown} …"


def _first(rows: Iterable[Row]) -> tuple[Row, ...]:
    several = iter(rows)
    found = tuple(islice(several, MOST_ROWS))
    left = sum(1 for _ in several)
    if not left:
        return found
    more = Sentence("{count} more places stand in the document itself", count=left)
    return (*found, Row("…", more))


def _elements(root: etree._Element, place: str) -> Iterator[Row]:
    """Depth first, without recursion: a document of strangers may be nested deeply."""
    waiting = [(root, place)]
    while waiting:
        element, path = waiting.pop()
        text = " ".join([element.text or "", *(child.tail or "" for child in element)])
        attributes = ((etree.QName(key).localname, str(value)) for key, value in element.items())
        about = " ".join(f'{name}="{value}"' for name, value in attributes)
        if text.strip() or about:
            yield Row(f"/{path}" if path else "//", visible(text), visible(about))
        total, seen = Counter(child.tag for child in element), Counter[Any]()
        below = []
        for child in element:
            seen[child.tag] += 1
            number = f"[{seen[child.tag]}]" if total[child.tag] > 1 else ""
            below.append((child, f"{path}/{prefixed_name(child)}{number}"))
        waiting.extend(reversed(below))


def _keys(value: object, place: str) -> Iterator[Row]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _keys(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value, start=1):
            yield from _keys(inner, f"{place}[{number}]")
    else:
        yield Row(place, visible(str(value)))
