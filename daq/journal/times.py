"""Times that strictly increase, whatever the clock of the machine does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from daq.journal.rows import Series

MINIMUM_STEP_NS = 1_000_000
"""Time-series servers keep milliseconds: two readings of a series in one of them would become one point."""
LATEST_NS = 9_000_000_000_000_000_000
"""The year 2255: what 64 bits hold, with room for corrections."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_text(t_ns: int) -> str:
    """UTC as people read it, to the millisecond: ``2026-11-23T08:15:30.250Z``."""
    moment = _EPOCH + timedelta(microseconds=t_ns // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class SeriesTimes:
    """Gives every reading of a series a time at least 1 ms after the one before it.

    A clock that stepped back is told once, by the first series that sees it; the other series then see the
    same step. Until the clock has caught up, readings get the last time + 1 ms.
    """

    def __init__(self, newest_ns: Mapping[Series, int]) -> None:
        """Start from the newest time of each series in the journal."""
        self._placed_ns = dict(newest_ns)
        self._given_ns = dict(newest_ns)
        self._steps = 0
        self._steps_seen: dict[Series, int] = {}

    def place(self, series: Series, t_ns: int) -> tuple[int, int | None]:
        """The time to write for ``t_ns``, and the time the clock stepped back from if this is a new step."""
        last_given_ns = self._given_ns.get(series, t_ns)
        stepped_from_ns = None
        if t_ns < last_given_ns and self._steps_seen.get(series, 0) == self._steps:
            self._steps += 1
            stepped_from_ns = last_given_ns
        self._given_ns[series] = t_ns
        self._steps_seen[series] = self._steps
        if series in self._placed_ns:
            t_ns = max(t_ns, self._placed_ns[series] + MINIMUM_STEP_NS)
        self._placed_ns[series] = t_ns
        return t_ns, stepped_from_ns
