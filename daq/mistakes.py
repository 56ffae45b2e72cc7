"""A mistake in a file of configuration as a sentence: file, key, what was found, what is allowed."""

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]
"""Keys and positions from the top of the file down."""


def sentence_of(where: str, document: Any, detail: ErrorDetails, allowed: Sequence[str]) -> str:
    """One mistake that pydantic found in ``document``, which was read from ``where``.

    Args:
        where: the file.
        document: its tables.
        detail: one of ``ValidationError.errors()``.
        allowed: keys that may stand where an unknown one stands.
    """
    place = detail["loc"]
    key = key_of(place)
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), allowed, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"{where}: {key}: unknown key; {hint}allowed here: {', '.join(allowed)}"
    if detail["type"] == "missing":
        return f"{where}: {key}: is missing"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {key}: found {found_at(document, place)!r}; {message[0].lower()}{message[1:]}"


def key_of(place: Place) -> str:
    """``instrument[2].period_s``: a place in the file, counted from 1."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def found_at(document: Any, place: Place) -> Any:
    """What stands there; where nothing does, what is around it."""
    value = document
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return value
    return value
