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
from string import Formatter
from typing import Any, TypeVar

from calibration.sentences import Sentence, verbatim

T = TypeVar("T")
_DEEPEST = 8
"""Sentences inside of one another."""


def plain(value: Any) -> Any:
    """A dataclass, and everything in it, as JSON has it.

    Decimal numbers stay text with all their digits, sentences keep their message and their facts.
    """
    if isinstance(value, Sentence):
        return {
            "message": value.message,
            "facts": {place: plain(fact) for place, fact in value.facts.items()},
        }
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
    if hint in (str, Sentence):
        told, _ = _told(value)
        return verbatim(told) if hint is Sentence else told
    if issubclass(hint, tuple):  # such as Words
        (base,) = hint.__orig_bases__
        return hint(_typed(base, value))
    return _scalar(hint, value)


_FROM_TEXT: dict[Any, Callable[[str], Any]] = {
    bytes: lambda text: base64.b64decode(text, validate=True),
    datetime.date: datetime.date.fromisoformat,
    datetime.datetime: datetime.datetime.fromisoformat,
}


def _told(value: Any, deep: int = 0) -> tuple[str, int]:
    """A text, which may be a sentence, and of how many characters it was made.

    Its places are plain names, and it is not blown up by what stands in them.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode(), len(value)  # no half of a surrogate pair
    facts = {place: _told(fact, deep + 1) for place, fact in value["facts"].items()}
    message, made_of = _told(value["message"], _DEEPEST)
    made_of += sum(size for _, size in facts.values())
    longest = 2 * made_of
    for _, place, form, change in Formatter().parse(message):
        if place is not None:
            longest -= len(facts[place][0])
            if form or change or not place.isidentifier():
                raise ValueError(f"{place!r:.40} is no place of a sentence")
    if deep >= _DEEPEST or longest < 0:
        raise ValueError("sentences that blow up")
    return Sentence(message, **{place: text for place, (text, _) in facts.items()}), made_of


def _scalar(hint: Any, value: Any) -> Any:
    if hint in (bool, int) and type(value) is hint:
        return value
    if hint is float and type(value) in (int, float):
        return float(value)
    if issubclass(hint, enum.IntFlag) and type(value) is int:
        return hint(value)
    if hint not in (bool, int, float) and isinstance(value, str):
        return _FROM_TEXT.get(hint, hint)(value)  # by default an enumeration or a decimal number
    raise TypeError(f"found {value!r:.40}, wanted {hint.__name__}")
