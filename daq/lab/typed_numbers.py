"""Numbers and days as people type them, in one strict spelling each: nothing is guessed.

Full-width signs of a Chinese keyboard and the minus of typesetters are the same signs. A comma is refused,
since it divides thousands here and decimals there; so is everything that only a program would write.
"""

import datetime
import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[Ee][-+]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63", "-"))
"""Hyphens, figure and short dash, minus; a long dash means "nothing"."""


def plain_number(text: str) -> str:
    """The text in plain signs, without blanks around it."""
    return unicodedata.normalize("NFKC", text).translate(_MINUS).strip()


def typed_number(text: str) -> Decimal:
    """A finite number.

    Raises:
        ValueError: it is none.
    """
    plain = plain_number(text)
    if _NUMBER.fullmatch(plain) is None:
        raise ValueError(repr(text))
    return Decimal(plain)


def typed_date(text: str) -> datetime.date:
    """A day, year first: 2026-03-02, 2026/3/2, 2026.3.2 or 2026年3月2日.

    Raises:
        ValueError: it is none, or its year does not come first.
    """
    found = _DAY.fullmatch(plain_number(text))
    if found is None:
        raise ValueError(repr(text))
    year, _, *month_and_day = found.groups()
    month, day = (int(part) for part in month_and_day if part is not None)
    return datetime.date(int(year), month, day)
