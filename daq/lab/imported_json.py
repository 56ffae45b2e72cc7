"""Everything that an importer found, as JSON and back: the proposal beside the document, as it was then.

The bytes of embedded files are left out; they are in the document.
"""

import datetime
import enum
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, cast, get_args, get_origin, get_type_hints

from calibration.certificates.imported import Imported, Words
from calibration.certificates.pdf.located import ImportedPdf

MEDIA_TYPE = "application/vnd.hengliang.import+json"
_CLASSES: Mapping[str, type[Imported]] = {"Imported": Imported, "ImportedPdf": ImportedPdf}


def imported_bytes(imported: Imported) -> bytes:
    """UTF-8 JSON; the same import gives the same bytes."""
    found = {"class": type(imported).__name__, "found": _plain(imported)}
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def imported_from(data: bytes) -> Imported:
    """What ``imported_bytes`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        kept = json.loads(data)
        return cast(Imported, _made(_CLASSES[kept["class"]], kept["found"]))
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        msg = f"not what an importer found: {error}"
        raise ValueError(msg) from error


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return [list(pair) for pair in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return ""
    if isinstance(value, Decimal | datetime.date) and not isinstance(value, enum.Enum):
        return str(value)
    return value


def _made(kind: Any, value: Any) -> Any:
    """``value`` of JSON as what the annotation ``kind`` of a field promises."""
    if value is None:
        return None
    if isinstance(kind, types.UnionType):
        return _made(next(one for one in get_args(kind) if one is not type(None)), value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        several = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_made(one, item) for one, item in zip(several, value, strict=True))
    if kind is Words:
        return Words(tuple(pair) for pair in value)
    if kind is datetime.date:
        return datetime.date.fromisoformat(value)
    if kind is bytes:
        return b""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return cast(Any, kind)(**{key: _made(hints[key], item) for key, item in value.items()})
    return kind(value)
