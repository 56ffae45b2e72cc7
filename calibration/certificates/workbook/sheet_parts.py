"""What the reader of workbooks does not tell of a sheet: what is merged, hidden or beyond the limits.

Found in the parts of the file themselves, since the reader unfolds merged cells and stops at the limits.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter

from calibration.certificates.safe_xml import parse_xml
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about

MOST_ROWS = 2000
MOST_COLUMNS = 50
BEYOND = Sentence(
    "something stands beyond {rows} rows and {columns} columns, where nothing is read",
    rows=MOST_ROWS,
    columns=MOST_COLUMNS,
)
_MOST_NAMED = 20

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=[\"']([A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_FILLED = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']{0,40})[\"']")
_YES = {"1", "true"}


@dataclass(frozen=True, slots=True)
class SheetPart:
    """Of one sheet: what a person sees otherwise than a program."""

    merged: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Places: rows ``4:4``, columns ``E:E``; the whole sheet is an empty text."""
    beyond: str = ""
    """The first filled cell below or beside the limits."""


def sheet_parts(parts: Mapping[str, bytes], file_name: str) -> dict[str, SheetPart]:
    """The sheets of a workbook by their names.

    Args:
        parts: of the archive, by their names in it.
        file_name: for the sentences.

    Raises:
        CertificateError: no workbook.
    """
    if "xl/workbook.xml" not in parts:
        sentence = Sentence("a ZIP archive that is no workbook; save it as .xlsx")
        raise CertificateError((about(file_name, sentence),))
    targets = {}
    relations = parts.get("xl/_rels/workbook.xml.rels", b"<none/>")
    for relation in parse_xml(relations, file_name):
        target = relation.get("Target", "").removeprefix("/").removeprefix("xl/")
        targets[relation.get("Id", "")] = f"xl/{target}"
    found = {}
    for sheet in parse_xml(parts["xl/workbook.xml"], file_name).iter("{*}sheet"):
        own = next((v for k, v in sheet.attrib.items() if etree.QName(k).localname == "id"), "")
        part = parts.get(targets.get(str(own), ""), b"")
        is_hidden = sheet.get("state", "visible") != "visible"
        found[sheet.get("name", "")] = _of_part(part, is_hidden=is_hidden)
    return found


def _of_part(part: bytes, *, is_hidden: bool) -> SheetPart:
    if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        part = part.decode("utf-16", errors="replace").encode()
    merged = tuple(text.decode("ascii") for text in _MERGED.findall(part)[:_MOST_NAMED])
    hidden = [""] if is_hidden else []
    rows = [row for row in map(_attributes, _ROW.findall(part)) if row.get("hidden") in _YES]
    hidden += [f"{row['r']}:{row['r']}" for row in rows if "r" in row]
    for column in map(_attributes, _COLUMN.findall(part)):
        first, last = column.get("min", ""), column.get("max", "")
        if column.get("hidden") in _YES and first.isdecimal() and last.isdecimal():
            ends = (min(int(end), MOST_COLUMNS + 1) for end in (first, last))
            hidden.append(":".join(get_column_letter(end) for end in ends))
    return SheetPart(merged, tuple(hidden[:_MOST_NAMED]), _beyond(part))


def _beyond(part: bytes) -> str:
    for cell in map(_attributes, _FILLED.findall(part)):
        place = _PLACE.fullmatch(cell.get("r", ""))
        if place and (int(place[2]) > MOST_ROWS or column_index_from_string(place[1]) > MOST_COLUMNS):
            return place[0]
    return ""


def _attributes(text: bytes) -> dict[str, str]:
    return {key.decode(): value.decode("ascii", "replace") for key, value in _ATTRIBUTE.findall(text)}
