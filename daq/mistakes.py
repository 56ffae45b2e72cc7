"""A mistake in a file of configuration as a sentence: file, key, what was found, what is allowed."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from calibration.sentences import Sentence, verbatim
from daq.i18n import N_

_PLACE = re.compile(r"\{(\w+)\}")

Place = tuple[int | str, ...]
"""Keys and positions from the top of the file down."""

_DEMANDS = (
    N_("input should be a valid string"),
    N_("input should be a valid integer"),
    N_("input should be a valid number"),
    N_("input should be a valid boolean"),
    N_("input should be a valid tuple"),
    N_("input should be a valid dictionary or instance of {class_name}"),
    N_("input should be {expected}"),
    N_("input should be greater than {gt}"),
    N_("input should be greater than or equal to {ge}"),
    N_("input should be less than {lt}"),
    N_("input should be less than or equal to {le}"),
    N_("string should match pattern '{pattern}'"),
    N_("string should have at least {min_length} character"),
)
"""What pydantic demands, in its words; any other demand is told in English in every language."""


def sentence_of(where: str, document: Any, detail: ErrorDetails, allowed: Sequence[str]) -> Sentence:
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
        hint = Sentence("did you mean {key}? ", key=repr(near[0])) if near else ""
        return Sentence(
            "{file}: {key}: unknown key; {hint}allowed here: {allowed}",
            file=where,
            key=key,
            hint=hint,
            allowed=", ".join(allowed),
        )
    if detail["type"] == "missing":
        return Sentence("{file}: {key}: is missing", file=where, key=key)
    return Sentence(
        "{file}: {key}: found {found}; {demand}",
        file=where,
        key=key,
        found=repr(found_at(document, place)),
        demand=demand_of(detail),
    )


def demand_of(detail: ErrorDetails) -> Sentence:
    """What should stand there instead, as it goes on after a semicolon."""
    facts = detail.get("ctx", {})
    said = getattr(facts.get("error"), "args", ("",))[0]
    if isinstance(said, Sentence):
        return said
    words = detail["msg"].removeprefix("Value error, ")
    words = f"{words[0].lower()}{words[1:]}"
    for message in _DEMANDS:
        if set(facts) >= set(_PLACE.findall(message)) and message.format(**facts) == words:
            return Sentence(message, **facts)
    return verbatim(words)


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
