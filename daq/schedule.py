"""Times of the week, as a site writes them: ``Mon-Fri 08:00-18:00; Sat 08:00-12:00``."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTES_A_DAY = 24 * 60
WANTED = "times of a week, such as Mon-Fri 08:00-18:00; Sat 08:00-12:00"
_SPAN = re.compile(r"(?:(?P<days>[A-Za-z,-]+) +)?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """From one time of day to another, on some days; one that ends earlier than it begins passes midnight."""

    days: frozenset[int]
    """On which it begins; 0 is Monday."""
    start_min: int
    end_min: int

    def contains(self, day: int, minute: int) -> bool:
        """Whether a minute of a day of the week is in it."""
        if self.start_min < self.end_min:
            return day in self.days and self.start_min <= minute < self.end_min
        today = day in self.days and minute >= self.start_min
        return today or ((day - 1) % 7 in self.days and minute < self.end_min)


@lru_cache(maxsize=256)
def spans_of(text: str) -> tuple[Span, ...]:
    """The spans of a schedule; none for an empty text.

    Raises:
        ValueError: it is written in another way.
    """
    return tuple(_span(part.strip()) for part in text.split(";")) if text.strip() else ()


def is_within(text: str, t_ns: int, timezone: str) -> bool:
    """Whether a moment is in one of the spans, in local time; in an empty schedule no moment is."""
    local = datetime.fromtimestamp(t_ns // 1_000_000_000, ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    return any(span.contains(local.weekday(), minute) for span in spans_of(text))


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(WANTED)
    start, end = _minutes(match["start"]), _minutes(match["end"])
    if start in (end, MINUTES_A_DAY):
        raise ValueError(WANTED)
    return Span(_days(match["days"]) if match["days"] else frozenset(range(7)), start, end)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(WANTED)
        length = (DAYS.index(last) - DAYS.index(first)) % 7 if dash else 0
        found.update((DAYS.index(first) + step) % 7 for step in range(length + 1))
    return frozenset(found)


def _minutes(text: str) -> int:
    minutes = int(text[:2]) * 60 + int(text[3:])
    if int(text[3:]) > 59 or minutes > MINUTES_A_DAY:
        raise ValueError(WANTED)
    return minutes


def _checked(text: str) -> str:
    spans_of(text)
    return text


ScheduleText = Annotated[str, AfterValidator(_checked)]
"""A schedule in a file of configuration."""
