"""Dataclasses as JSON and back, by their type hints: what comes out of a process that is not trusted.

Only values of the types that the receiver names can arrive; ``pickle`` would run whatever the sender says.
"""

import base64
import dataclasses
import datetime
import enum
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A dataclass, and everything in it, as JSON has it; decimal numbers stay text with all their digits."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.date):  # and datetime
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value


def typed(kind: type[T], value: Any) -> T:
    """A dataclass from what ``plain`` made of it.

    Args:
        kind: the dataclass.
        value: from JSON.

    Raises:
        TypeError, ValueError, KeyError, ArithmeticError: something else than such a dataclass.
    """
    found: T = _typed(kind, value)
    return found


def _typed(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (one for one in arguments if one is not types.NoneType)
        return None if value is None else _typed(inner, value)
    if origin is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is ... else arguments
        return tuple(_typed(one, part) for one, part in zip(kinds, value, strict=True))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{key: _typed(hints[key], part) for key, part in value.items()})
    if issubclass(hint, tuple):  # such as Words
        (base,) = hint.__orig_bases__
        return hint(_typed(base, value))
    return _scalar(hint, value)


_FROM_TEXT: dict[Any, Callable[[str], Any]] = {
    bytes: lambda text: base64.b64decode(text, validate=True),
    datetime.date: datetime.date.fromisoformat,
    datetime.datetime: datetime.datetime.fromisoformat,
}


def _scalar(hint: Any, value: Any) -> Any:
    if hint is str and isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be shown or stored
    if hint in (bool, int) and type(value) is hint:
        return value
    if hint is float and type(value) in (int, float):
        return float(value)
    if issubclass(hint, enum.IntFlag) and type(value) is int:
        return hint(value)
    if hint not in (bool, int, float, str) and isinstance(value, str):
        return _FROM_TEXT.get(hint, hint)(value)  # by default an enumeration or a decimal number
    raise TypeError(f"found {value!r:.40}, wanted {hint.__name__}")
