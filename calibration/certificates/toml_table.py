"""Reading a TOML table strictly: every mistake is a sentence, and all of them are found in one go.

A getter that finds a mistake notes it and returns a stand-in, so that the reader can go on; nothing that was
read may be used before ``mistakes`` is seen to be empty.
"""

import datetime
import difflib
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

_UNSEEN = object()


class Table:
    """One table of the file, and where it stands."""

    def __init__(self, file_name: str, place: str, content: dict[str, Any], mistakes: list[str]) -> None:
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

    def mistake(self, key: str, sentence: str) -> None:
        """Note a mistake at a key of this table, or at the table itself where the key is empty."""
        place = self._inside(key)
        self._mistakes.append(": ".join(part for part in (self._file_name, place, sentence) if part))

    def _inside(self, key: str) -> str:
        return ".".join(part for part in (self._place, key) if part)

    def found(self, key: str, allowed: str) -> None:
        """Note that a key holds something else than what is allowed."""
        self.mistake(key, f"found {shown(self._content[key])}; allowed is {allowed}")

    def _get(self, key: str, allowed: str) -> Any:
        self._asked.add(key)
        if key not in self._content:
            self.mistake(key, f"is missing; needed is {allowed}")
            return _UNSEEN
        return self._content[key]

    def text(self, key: str) -> str:
        """A text that is not empty."""
        allowed = "a text in quotes"
        value = self._get(key, allowed)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not _UNSEEN:
            self.found(key, allowed)
        return ""

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """One of several words; the first one stands in for a mistake."""
        words = " or ".join(f'"{word}"' for word in allowed)
        value = self._get(key, words)
        if value in allowed:
            return str(value)
        if value is not _UNSEEN:
            self.found(key, words)
        return allowed[0]

    def decimal(
        self, key: str, allowed: str, valid: Callable[[Decimal], bool] = Decimal.is_finite
    ) -> Decimal:
        """A number with the digits that were written."""
        value = self._get(key, allowed)
        number = as_decimal(value)
        if number is not None and valid(number):
            return number
        if value is not _UNSEEN:
            self.found(key, allowed)
        return Decimal(1)

    def positive(self, key: str, what: str) -> Decimal:
        """A finite number above 0."""
        return self.decimal(key, f"{what}, a number greater than 0", lambda n: n.is_finite() and n > 0)

    def whole(self, key: str, what: str) -> int:
        """An integer of 0 or more."""
        value = self._get(key, what)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is not _UNSEEN:
            self.found(key, what)
        return 0

    def dof(self, key: str) -> float:
        """Degrees of freedom: 1 or more, or inf."""
        return float(self.decimal(key, "degrees of freedom, 1 or more, or inf", lambda n: n >= 1))

    def flag(self, key: str) -> bool:
        """Either true or false."""
        value = self._get(key, "true or false")
        if not isinstance(value, bool) and value is not _UNSEEN:
            self.found(key, "true or false")
        return value is True

    def date(self, key: str) -> datetime.date:
        """A date without time."""
        allowed = "a date such as 2026-03-02"
        value = self._get(key, allowed)
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        if value is not _UNSEEN:
            self.found(key, allowed)
        return datetime.date.min

    def moment(self, key: str) -> datetime.datetime:
        """A date and time with its zone."""
        allowed = "a date and time with its zone, such as 2026-03-05T00:00:00+08:00"
        value = self._get(key, allowed)
        if isinstance(value, datetime.datetime) and value.tzinfo is not None:
            return value
        if value is not _UNSEEN:
            self.found(key, allowed)
        return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    def numbers(self, key: str, allowed: str) -> list[Decimal]:
        """A list of finite numbers, at least one."""
        value = self._get(key, allowed)
        row = decimals(value)
        if row:
            return row
        if value is not _UNSEEN:
            self.found(key, allowed)
        return []

    def interval(self, key: str, what: str) -> tuple[float, float]:
        """Two numbers, the second greater than the first."""
        allowed = f"two numbers, {what}"
        ends = [float(end) for end in self.numbers(key, allowed)]
        if len(ends) == 2 and ends[0] < ends[1]:
            return ends[0], ends[1]
        if ends:
            self.mistake(key, f"found {ends}; allowed is {allowed}")
        return 0.0, 1.0

    def matrix(self, key: str, size: int) -> list[list[Decimal]]:
        """A square list of lists of finite numbers."""
        allowed = f"{size} lists of {size} numbers each"
        value = self._get(key, allowed)
        rows = [decimals(row) for row in value] if isinstance(value, list) else []
        if len(rows) == size and all(len(row) == size for row in rows):
            return rows
        if value is not _UNSEEN:
            found = ", ".join(str(len(row)) for row in rows) or "no"
            self.mistake(key, f"found {len(rows)} lists, of {found} numbers; allowed is {allowed}")
        return []

    def table(self, key: str) -> "Table":
        """A table inside this one; an empty one stands in for a mistake, without further ones."""
        value = self._get(key, f"the table [{key}]")
        if isinstance(value, dict):
            return Table(self._file_name, self._inside(key), value, self._mistakes)
        if value is not _UNSEEN:
            self.found(key, f"the table [{key}]")
        return Table(self._file_name, self._inside(key), {}, [])

    def tables(self, key: str) -> list["Table"]:
        """All tables [[key]]; none if the key is not there."""
        self._asked.add(key)
        value = self._content.get(key, [])
        if not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            self.found(key, f"tables [[{key}]]")
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
                near = difflib.get_close_matches(key, allowed, 1)
                hint = f"did you mean {near[0]}? " if near else ""
                self.mistake(key, f"unknown key; {hint}allowed here: {', '.join(allowed)}")


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
