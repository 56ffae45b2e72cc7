"""Time is handed in: one protocol, and the machine's own clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """What a driver may ask about time."""

    def now_ns(self) -> int:
        """UTC since 1970 in integer nanoseconds: what a reading is stamped with."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never step back: for deadlines and periods."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds pass."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now_ns(self) -> int:
        """UTC since 1970 in integer nanoseconds."""
        return time.time_ns()

    def monotonic_s(self) -> float:
        """Seconds that never step back."""
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        """Let ``duration_s`` seconds pass."""
        time.sleep(duration_s)
