"""Check codes: content as canonical JSON, its SHA-256, and 16 characters of it that a person can type.

The JSON is attached to the paper, the code is printed on it. Whoever has the file recomputes the code;
whoever has the paper only asks the laboratory, which has kept the code.
"""

import base64
import hashlib
from typing import Any

from daq.lab.papers.content import RawSheet, Report
from daq.security.audit import Json, as_text
from daq.security.carried import plain, typed

ATTACHMENT = "hengliang.json"
"""Name of the attached content."""
KINDS: dict[str, type[Report] | type[RawSheet]] = {
    "hengliang-report-1": Report,
    "hengliang-raw-sheet-1": RawSheet,
}
"""What attached JSON can be, by its key ``kind``."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that nothing is misread."""
_FROM_RFC_4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_BYTES = 10


def json_of(content: Report | RawSheet) -> dict[str, Any]:
    """A paper's content as JSON: decimals as text, bytes in base 64; the picture in its head is left out."""
    kind = next(name for name, kind in KINDS.items() if isinstance(content, kind))
    value: dict[str, Any] = {"kind": kind, **plain(content)}
    del value["laboratory"]["logo"]
    return value


def content_of(paper_json: dict[str, Any]) -> Report | RawSheet:
    """The content that ``json_of`` was made of, without the picture in its head.

    Raises:
        TypeError, ValueError, KeyError, ArithmeticError: it is no paper's content.
    """
    fields = {key: value for key, value in paper_json.items() if key != "kind"}
    return typed(KINDS[paper_json["kind"]], fields)


def sha256_of(paper_json: Json) -> str:
    """SHA-256 of the canonical text of a paper's JSON (``as_text``), 64 hexadecimal digits."""
    return hashlib.sha256(as_text(paper_json).encode()).hexdigest()


def check_code(paper_json: Json) -> str:
    """The first 80 bits of ``sha256_of`` for people: ``7K2M-9QXR-T4WD-0HBE``."""
    first = bytes.fromhex(sha256_of(paper_json))[:_BYTES]
    text = base64.b32encode(first).decode().translate(_FROM_RFC_4648)
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
