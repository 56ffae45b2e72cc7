"""Reading a TOML table strictly: every mistake is a sentence, and all of them are found in one go.

A getter that finds a mistake notes it and returns a stand-in, so that the reader can go on; nothing that was
read may be used before ``mistakes`` is seen to be empty.
"""

import datetime
import difflib
import math
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from calibration.sentences import Sentence, about, either, made

_UNSEEN = object()
_UNSEEABLE = {"Cc", "Cf", "Cs"}
"""Control and format characters: NUL, changes of the direction of writing."""


class Table:
    """One table of the file, and where it stands."""

    def __init__(self, file_name: str, place: str, content: dict[str, Any], mistakes: list[Sentence]) -> None:
        self._file_name = file_name
        self._place = place
        self._content = content
        self._mistakes = mistakes
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._content

    @property
    def count(self) -> int:
        """How many mistakes were noted so far in the whole file."""
        return len(self._mistakes)

    def mistake(self, key: str, message: str, /, **facts: object) -> None:
        """Note a mistake at a key of this table, or at the table itself where the key is empty."""
        sentence = made(message, facts)
        self._mistakes.append(about(self._file_name, sentence, self._inside(key)))

    def _inside(self, key: str) -> str:
        return ".".join(part for part in (self._place, key) if part)

    def found(self, key: str, allowed: Sentence) -> None:
        """Note that a key holds something else than what is allowed."""
        self._found(key, shown(self._content[key]), allowed)

    def _found(self, key: str, what: object, allowed: Sentence) -> None:
        self.mistake(key, "found {found}; allowed is {allowed}", found=what, allowed=allowed)

    def _get(self, key: str, allowed: Sentence) -> Any:
        self._asked.add(key)
        if key not in self._content:
            self.mistake(key, "is missing; needed is {allowed}", allowed=allowed)
            return _UNSEEN
        return self._content[key]

    def text(self, key: str) -> str:
        """A text that is not empty, of characters that can be seen."""
        allowed = Sentence("a text in quotes")
        value = self._get(key, allowed)
        if isinstance(value, str) and value.strip():
            if any(unicodedata.category(c) in _UNSEEABLE and c not in "\n\t" for c in value):
                self.found(key, Sentence("a text without invisible characters"))
            return value.strip()
        if value is not _UNSEEN:
            self.found(key, allowed)
        return ""

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """One of several words; the first one stands in for a mistake."""
        words = either(f'"{word}"' for word in allowed)
        value = self._get(key, words)
        if value in allowed:
            return str(value)
        if value is not _UNSEEN:
            self.found(key, words)
        return allowed[0]

    def decimal(
        self, key: str, allowed: Sentence, valid: Callable[[Decimal], bool] = Decimal.is_finite
    ) -> Decimal:
        """A number with the digits that were written."""
        value = self._get(key, allowed)
        number = as_decimal(value)
        if number is not None and valid(number):
            return number
        if value is not _UNSEEN:
            self.found(key, allowed)
        return Decimal(1)

    def positive(self, key: str, what: Sentence) -> Decimal:
        """A finite number above 0."""
        allowed = Sentence("{what}, a number greater than 0", what=what)
        return self.decimal(key, allowed, lambda n: n.is_finite() and n > 0)

    def coverage_factor(self, key: str) -> Decimal:
        """The factor by which an expanded uncertainty is larger than a standard one: 1 or more."""
        allowed = Sentence("{what}, a number of 1 or more", what=Sentence("a coverage factor"))
        return self.decimal(key, allowed, lambda n: n.is_finite() and n >= 1)

    def whole(self, key: str, what: Sentence) -> int:
        """An integer of 0 or more."""
        value = self._get(key, what)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is not _UNSEEN:
            self.found(key, what)
        return 0

    def dof(self, key: str) -> float:
        """Degrees of freedom: 1 or more, or inf."""
        allowed = Sentence("degrees of freedom, 1 or more, or inf")
        return float(self.decimal(key, allowed, lambda n: n >= 1))

    def flag(self, key: str) -> bool:
        """Either true or false."""
        allowed = either(("true", "false"))
        value = self._get(key, allowed)
        if not isinstance(value, bool) and value is not _UNSEEN:
            self.found(key, allowed)
        return value is True

    def date(self, key: str) -> datetime.date:
        """A date without time."""
        allowed = Sentence("a date such as 2026-03-02")
        value = self._get(key, allowed)
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        if value is not _UNSEEN:
            self.found(key, allowed)
        return datetime.date.min

    def moment(self, key: str) -> datetime.datetime:
        """A date and time with its zone."""
        allowed = Sentence("a date and time with its zone, such as 2026-03-05T00:00:00+08:00")
        value = self._get(key, allowed)
        if isinstance(value, datetime.datetime) and value.tzinfo is not None:
            return value
        if value is not _UNSEEN:
            self.found(key, allowed)
        return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    def numbers(self, key: str, allowed: Sentence) -> list[Decimal]:
        """A list of finite numbers, at least one."""
        value = self._get(key, allowed)
        row = decimals(value)
        if row:
            return row
        if value is not _UNSEEN:
            self.found(key, allowed)
        return []

    def interval(self, key: str, what: Sentence) -> tuple[float, float]:
        """Two numbers, the second greater than the first."""
        allowed = Sentence("two numbers, {what}", what=what)
        ends = [float(end) for end in self.numbers(key, allowed)]
        if len(ends) == 2 and ends[0] < ends[1]:
            return ends[0], ends[1]
        if ends:
            self._found(key, ends, allowed)
        return 0.0, 1.0

    def matrix(self, key: str, size: int) -> list[list[Decimal]]:
        """A square list of lists of finite numbers."""
        allowed = Sentence("{size} lists of {size} numbers each", size=size)
        value = self._get(key, allowed)
        rows = [decimals(row) for row in value] if isinstance(value, list) else []
        if len(rows) == size and all(len(row) == size for row in rows):
            return rows
        if value is not _UNSEEN:
            found = ", ".join(str(len(row)) for row in rows) or "no"
            what = Sentence("{count} lists, of {found} numbers", count=len(rows), found=found)
            self._found(key, what, allowed)
        return []

    def table(self, key: str) -> "Table":
        """A table inside this one; an empty one stands in for a mistake, without further ones."""
        allowed = Sentence("the table [{key}]", key=key)
        value = self._get(key, allowed)
        if isinstance(value, dict):
            return Table(self._file_name, self._inside(key), value, self._mistakes)
        if value is not _UNSEEN:
            self.found(key, allowed)
        return Table(self._file_name, self._inside(key), {}, [])

    def tables(self, key: str) -> list["Table"]:
        """All tables [[key]]; none if the key is not there."""
        self._asked.add(key)
        value = self._content.get(key, [])
        if not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            self.found(key, Sentence("tables [[{key}]]", key=key))
            return []
        return [
            Table(self._file_name, f"{self._inside(key)}[{i}]", item, self._mistakes)
            for i, item in enumerate(value, start=1)
        ]

    def says(self, key: str, word: str) -> bool:
        """Whether the key holds this word instead of a number."""
        self._asked.add(key)
        return self._content.get(key) == word

    def refuse_unknown(self, *optional: str) -> None:
        """Note every key that nobody asked for, and that is not optional."""
        allowed = sorted(self._asked | set(optional))
        for key in self._content:
            if key not in allowed:
                self.mistake(key, _unknown(key, allowed))


def _unknown(key: str, allowed: Sequence[str]) -> Sentence:
    near, known = difflib.get_close_matches(key, allowed, 1), ", ".join(allowed)
    if near:
        hint = near[0]
        return Sentence("unknown key; did you mean {near}? allowed here: {known}", near=hint, known=known)
    return Sentence("unknown key; allowed here: {known}", known=known)


def as_decimal(value: object) -> Decimal | None:
    """A TOML number as it was written; None if it is none, not a number, or beyond what a float holds."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite():
        return None if number.is_nan() else number
    nearest = float(number)
    return None if math.isinf(nearest) or (nearest == 0 and number != 0) else number


def decimals(value: object) -> list[Decimal]:
    """A list of finite numbers; empty if it is anything else."""
    row = [as_decimal(item) for item in value] if isinstance(value, list) else []
    numbers = [number for number in row if number is not None and number.is_finite()]
    return numbers if len(numbers) == len(row) else []


def shown(value: object) -> str:
    """What was found, short enough for a sentence."""
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict | list):
        text = f"a {'table' if isinstance(value, dict) else 'list'} of {len(value)}"
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
