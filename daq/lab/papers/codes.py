"""Check codes: content as canonical JSON, its SHA-256, and 16 characters of it that a person can type.

The JSON is attached to the paper, the code is printed on it. Whoever has the file recomputes the code;
whoever has the paper only asks the laboratory, which has kept the code.
"""

import base64
import dataclasses
import datetime
import enum
import hashlib
import math
from decimal import Decimal
from typing import Any

from daq.security.audit import Json, as_text

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that nothing is misread."""
_FROM_RFC_4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_BYTES = 10
_NOT_PRINTED = frozenset({"logo"})


def json_of(content: object, kind: str) -> str:
    """A paper's content as canonical JSON: sorted keys, no white space, decimals as text, bytes as hex.

    Args:
        content: a dataclass of ``content``; the picture of its head is left out.
        kind: what it is, such as ``hengliang-report-1``; becomes the key ``kind``.
    """
    value = _plain(content)
    if not isinstance(value, dict):
        msg = f"a paper's content is a dataclass, not {type(content).__name__}"
        raise TypeError(msg)
    return as_text({"kind": kind, **value})


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in _NOT_PRINTED
        }
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def sha256_of(report_json: Json) -> str:
    """SHA-256 of the canonical form of a paper's JSON, 64 hexadecimal digits."""
    return hashlib.sha256(as_text(report_json).encode()).hexdigest()


def check_code(report_json: Json) -> str:
    """The first 80 bits of ``sha256_of`` for people: ``7K2M-9QXR-T4WD-0HBE``."""
    first = bytes.fromhex(sha256_of(report_json))[:_BYTES]
    text = base64.b32encode(first).decode().translate(_FROM_RFC_4648)
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
