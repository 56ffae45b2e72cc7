"""The time of a simulated laboratory that runs faster than the wall's, and is never ahead of it.

It is kept in a file of the laboratory's data, so all services agree on it to the nanosecond. Each line begins
a stretch: from ``wall_ns`` on, the time is ``site_ns + factor * (wall - wall_ns)``, or the wall's if that is
less. No line is ever changed, so the file tells for good which time was which.
"""

import json
import threading
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from drivers.clock import Clock, SystemClock
from drivers.errors import ClockError

FASTEST = 3600.0
NOTICE_NS = 20_000_000
"""A new stretch begins this much later than it is written: until then nobody can have asked for its time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time at one speed."""

    wall_ns: int
    site_ns: int
    factor: float

    def at(self, wall_ns: int) -> int:
        """The site's time when the wall shows ``wall_ns``."""
        return min(self.site_ns + round((wall_ns - self.wall_ns) * self.factor), wall_ns)


class FastClock:
    """The time of a site; deadlines and pauses, which belong to real wires, pass at the wall's speed.

    ``now_ns`` strictly increases within a process.
    """

    def __init__(self, path: Path, wall: Clock | None = None) -> None:
        """The clock of an existing file.

        Raises:
            ClockError: there is none, or it cannot be understood.
        """
        self._path = path
        self._wall: Clock = wall or SystemClock()
        self._lock = threading.Lock()
        self._size = -1
        self._stretches: list[Stretch] = []
        self._last_ns = 0
        self._look()

    @classmethod
    def begin(cls, path: Path, start_ns: int, factor: float, wall: Clock | None = None) -> Self:
        """Make the file of a laboratory whose time begins at ``start_ns``, in the wall's past.

        Raises:
            ClockError: there is such a file already, the start is not past, or the factor is none.
        """
        wall = wall or SystemClock()
        now_ns = wall.now_ns()
        if start_ns > now_ns:
            raise ClockError(f"{path}: the time of a laboratory cannot begin in the future")
        try:
            with path.open("x", encoding="ascii") as file:
                file.write(_line(Stretch(now_ns, start_ns, _sound(factor))))
        except OSError as error:
            raise ClockError(f"{path}: cannot be made ({error.strerror}); choose another folder") from error
        return cls(path, wall)

    def set_speed(self, factor: float) -> None:
        """Run at another speed from now on; 0 stands still.

        Raises:
            ClockError: not from 0 to ``FASTEST``, or the file cannot be written.
        """
        _sound(factor)
        with self._lock:
            self._look()
            from_ns = max(self._wall.now_ns() + NOTICE_NS, self._stretches[-1].wall_ns)
            stretch = Stretch(from_ns, self._stretches[-1].at(from_ns), factor)
            try:
                with self._path.open("a", encoding="ascii") as file:
                    file.write(_line(stretch))
            except OSError as error:
                raise ClockError(f"{self._path}: cannot be written ({error.strerror})") from error

    @property
    def factor(self) -> float:
        """How fast it was told to run; it does so until it has caught up with the wall."""
        with self._lock:
            self._look()
            return self._stretches[-1].factor

    def now_ns(self) -> int:
        """The site's time, UTC since 1970 in integer nanoseconds."""
        with self._lock:
            self._look()
            wall_ns = self._wall.now_ns()
            self._last_ns = max(self._stretch(wall_ns).at(wall_ns), self._last_ns + 1)
            return self._last_ns

    def monotonic_s(self) -> float:
        """Seconds of the wall that never step back."""
        return self._wall.monotonic_s()

    def sleep(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds of the wall pass."""
        self._wall.sleep(duration_s)

    def _stretch(self, wall_ns: int) -> Stretch:
        begun = bisect_right(self._stretches, wall_ns, key=lambda stretch: stretch.wall_ns)
        return self._stretches[max(begun - 1, 0)]

    def _look(self) -> None:
        """Read the file again if it has grown."""
        try:
            if self._path.stat().st_size == self._size:
                return
            text = self._path.read_text(encoding="ascii")
            whole = text[: text.rfind("\n") + 1]  # somebody may be writing the last line
            stretches = [_stretch(line) for line in whole.splitlines()]
        except OSError as error:
            raise ClockError(f"{self._path}: cannot be read ({error.strerror})") from error
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{self._path}: is not the file of a fast clock; take another folder for the demo's data"
            raise ClockError(msg) from error
        if not stretches:
            raise ClockError(f"{self._path}: is empty; take another folder for the demo's data")
        self._stretches, self._size = stretches, len(text)


def _sound(factor: float) -> float:
    if not 0 <= factor <= FASTEST:
        raise ClockError(f"time can run 0 to {FASTEST:g} times as fast as the wall's, not {factor:g} times")
    return factor


def _stretch(line: str) -> Stretch:
    told = json.loads(line)
    return Stretch(int(told["wall_ns"]), int(told["site_ns"]), float(told["factor"]))


def _line(stretch: Stretch) -> str:
    return json.dumps(asdict(stretch)) + "\n"
