"""One method from the bytes of its TOML file; every mistake in one report: file, key, found, allowed."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from daq.errors import HengliangError
from daq.lab.methods.parts import (
    SYMBOL,
    WORD,
    Confidence,
    Constant,
    Example,
    Fact,
    Formula,
    Input,
    Instrument,
    Part,
    Reference,
    Text,
    Titled,
)
from daq.lab.methods.results import Determinations, Digits, Equivalence, Limit, Result, SampleMass
from daq.lab.methods.steps import STEP_TYPES, RepeatUntil, Step

_BRACKETS = "; a table of which there may be several has two brackets each time: [[limit]], [[step]]"
_PATTERNS = {
    WORD: "lower-case letters, digits, dots and dashes are allowed, up to 61, such as first-drying",
    SYMBOL: "a letter a-z or A-Z is needed, then letters, digits and _, up to 31, such as m1",
}
_MESSAGES = {
    "too_short": "at least one is needed",
    "too_long": "there are too many",
    "string_too_short": "a text is needed",
    "tuple_type": "a list is needed, such as [15, 30]",
    "list_type": "a list is needed",
    "model_type": "a table of keys is needed",
    "mapping_type": "a table of names and numbers is needed",
    "dict_type": "a table of names and numbers is needed",
    "decimal_type": "a number is needed",
    "decimal_parsing": "a number is needed",
    "string_type": "a text in quotation marks is needed",
    "bool_type": "true or false is needed",
    "int_type": "a whole number is needed",
}
"""What is allowed, by the parser's kind of mistake."""
_KINDS_OF_FIGURE = ("decimal", "tuple[decimal, ...]")
"""What pydantic puts behind the key of a figure that may be one number or several."""


class MethodError(HengliangError):
    """A method file that cannot be used; ``mistakes`` holds one sentence for each."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Procedure(Titled):
    """A whole method file: a written procedure as data."""

    purpose: Literal["sample", "check"]
    """``check``: of an instrument; it may run on one whose certificate has expired."""
    status: Literal["draft"]
    """A file is always a draft to be checked on paper; that two people approved it stands in the records."""
    notice_zh: Text
    notice_en: Text
    coverage_level: Annotated[float, Field(gt=0.5, lt=1, strict=False)]
    sources: tuple[Reference, ...] = Field(alias="source", min_length=1)
    instruments: tuple[Instrument, ...] = Field(alias="instrument", min_length=1)
    inputs: tuple[Input, ...] = Field(alias="input", min_length=1)
    constants: tuple[Constant, ...] = Field(alias="constant", default=())
    formulas: tuple[Formula, ...] = Field(alias="formula", min_length=1)
    determinations: Determinations
    sample_mass: SampleMass | None = None
    steps: tuple[Step, ...] = Field(alias="step", min_length=1)
    results: tuple[Result, ...] = Field(alias="result", min_length=1)
    limits: tuple[Limit, ...] = Field(alias="limit", default=())
    equivalence: Equivalence | None = None
    example: Example

    def source(self, id_: str) -> Reference:
        """The source of that id, which the file was checked to have."""
        return next(one for one in self.sources if one.id == id_)

    def facts(self) -> tuple[tuple[str, Fact], ...]:
        """Every figure with its key in the file: the list to be checked on paper before approval."""
        return tuple(_facts("", self))


def _facts(key: str, value: object) -> Iterator[tuple[str, Fact]]:
    if isinstance(value, Fact):
        yield key, value
    if isinstance(value, Part):
        for name, field in type(value).model_fields.items():
            inner = f"{key}.{field.alias or name}" if key else field.alias or name
            yield from _facts(inner, getattr(value, name))
    elif isinstance(value, tuple):
        for number, one in enumerate(value, 1):
            yield from _facts(f"{key}[{number}]", one)


def read_procedure(data: bytes, where: str) -> Procedure:
    """The procedure in a file's bytes, shape and words checked; ``where`` names the file in sentences.

    Raises:
        MethodError: one sentence for each mistake: file, key, what was found, what is allowed.
    """
    try:
        document = tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = _BRACKETS if str(error).startswith(("Cannot overwrite", "Cannot declare")) else ""
        raise MethodError((f"{where}: is not a TOML file in UTF-8: {error}{hint}",)) from error
    try:
        # by way of JSON, so that strict types take a TOML array for a tuple, and decimals keep their digits
        return Procedure.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        details = [one for one in error.errors(include_url=False) if not _follows(document, one)]
        sentences = (_sentence(where, document, detail) for detail in details)
        raise MethodError(tuple(dict.fromkeys(sentences))) from error


def _follows(document: Mapping[str, Any], detail: ErrorDetails) -> bool:
    """Whether another mistake says it already: a list empty of what was wrong, a number that is no list."""
    if detail["type"] == "too_short":
        return bool(_found(document, _path(document, detail["loc"])))
    return detail["type"] == "tuple_type" and detail["loc"][-1] == _KINDS_OF_FIGURE[-1]


def _sentence(where: str, document: Mapping[str, Any], detail: ErrorDetails) -> str:
    path = _path(document, detail["loc"])
    key = key_of(path)
    if detail["type"] == "missing":
        return f"{where}: {key}: is missing"
    if detail["type"] == "extra_forbidden":
        allowed = _allowed_keys(document, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), allowed, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"{where}: {key}: unknown key; {hint}allowed here: {', '.join(allowed)}"
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"{where}: {key}.do: {_kind_of_step(document, path)}"
    found = _found(document, path)
    if str(path[-1]) == "confidence":
        allowed_marks = ", ".join(get_args(get_args(Confidence)[0]))
        why = detail["msg"].removeprefix("Value error, ") if found == "L" else f"allowed are {allowed_marks}"
        return f"{where}: {key}: found {found!r}; {why}"
    message = _message(detail)
    if isinstance(found, dict | list):
        return f"{where}: {key}: {message}"
    return f"{where}: {key}: found {str(found)!r}; {message}"


def _kind_of_step(document: Mapping[str, Any], path: tuple[int | str, ...]) -> str:
    found, in_loop = _found(document, (*path, "do")), path.count("step") > 1
    if in_loop and found == "repeat-until":
        return "found 'repeat-until'; a loop stands in no other loop: write one after the other"
    allowed = ", ".join(name for name in STEP_TYPES if not (in_loop and name == "repeat-until"))
    return (
        f"is missing; allowed are {allowed}" if found is None else f"found {found!r}; allowed are {allowed}"
    )


def _message(detail: ErrorDetails) -> str:
    """What is allowed, in the words of the guide where those of the parser are not for its readers."""
    kind = detail["type"]
    if kind == "string_pattern_mismatch":
        return _PATTERNS[detail["ctx"]["pattern"]]
    if kind.startswith("date"):
        return "a date is needed, such as 2025-10-01"
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    message = detail["msg"].removeprefix("Value error, ")
    return message[0].lower() + message[1:]


def key_of(path: Sequence[int | str]) -> str:
    """``step[2].step[1].role``: a place in the file, counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "file"


def _path(document: Mapping[str, Any], location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place in the file: what pydantic says, without the kinds of steps that it puts between."""
    path: list[int | str] = []
    for part in location:
        after_step = len(path) > 1 and path[-2] == "step" and isinstance(path[-1], int)
        if not (after_step and part in STEP_TYPES) and part not in _KINDS_OF_FIGURE:
            path.append(part)
    return tuple(path)


_TABLES: dict[str, type[Part]] = {
    "source": Reference,
    "instrument": Instrument,
    "input": Input,
    "constant": Constant,
    "formula": Formula,
    "determinations": Determinations,
    "sample_mass": SampleMass,
    "result": Result,
    "digits": Digits,
    "limit": Limit,
    "equivalence": Equivalence,
    "example": Example,
}


def _allowed_keys(document: Mapping[str, Any], path: tuple[int | str, ...]) -> list[str]:
    names = [part for part in path if isinstance(part, str)]
    table: type[Part] = Procedure
    if names and names[-1] == "step":
        table = STEP_TYPES.get(str(_found(document, (*path, "do"))), RepeatUntil)
    elif names:
        table = _TABLES[names[-1]]
    return [field.alias or name for name, field in table.model_fields.items()]


def _found(document: Mapping[str, Any], path: tuple[int | str, ...]) -> Any:
    value: Any = document
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
