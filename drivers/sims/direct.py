"""A link that ends in a twin: what is written is answered at once, and no wire is between."""

import math

from drivers.clock import Clock
from drivers.errors import LinkTimeoutError
from drivers.links import Cut
from drivers.sims.twin import Twin


class DirectLink:
    """A ``Link`` to one twin, in the time of the clock that is handed in."""

    def __init__(self, url: str, twin: Twin, clock: Clock) -> None:
        """Args: ``url`` is where the twin would listen; it tells the framing."""
        self.url = url
        self.openings = 0
        self.last_activity_s = -math.inf
        self.owed_quiet_s = 0.0
        self.is_open = False
        self._twin = twin
        self._clock = clock
        self._asked = b""
        self._replies = b""

    def open(self) -> None:
        """Open it."""
        self.is_open = True
        self.openings += 1

    def close(self) -> None:
        """Close it."""
        self.is_open = False
        self._asked = self._replies = b""

    def poison(self, quiet_s: float) -> None:
        """Close it; what answers at once owes no silence."""
        self.close()

    def write(self, data: bytes) -> None:
        """Ask the twin."""
        self._asked += data
        while length := self._twin.cut(self._asked):
            request, self._asked = self._asked[:length], self._asked[length:]
            self._replies += self._twin.answer(request, self._clock.monotonic_s())
        self.last_activity_s = self._clock.monotonic_s()

    def read_frame(self, cut: Cut, timeout_s: float) -> bytes:
        """The next whole frame, or silence: nothing will come later."""
        length = cut(self._replies)
        if not length:
            part, self._replies = self._replies, b""
            raise LinkTimeoutError(f"{self.url}: no answer within {timeout_s:g} s", part)
        frame, self._replies = self._replies[:length], self._replies[length:]
        return frame

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        """What was not read, and what the twin says by itself."""
        gone = self._replies + self._twin.spontaneous(self._clock.monotonic_s())
        self._replies, self.owed_quiet_s = b"", 0.0
        return gone
