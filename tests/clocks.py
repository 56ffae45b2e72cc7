"""A clock that tests hand in."""


class HandClock:
    """Time that moves only when told to, or when somebody sleeps."""

    def __init__(self, now_ns: int = 1_790_000_000_000_000_000) -> None:
        self._now_ns = now_ns
        self._monotonic_s = 1000.0

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def sleep(self, duration_s: float) -> None:
        self.pass_time(duration_s)

    def pass_time(self, duration_s: float) -> None:
        self._monotonic_s += duration_s
        self._now_ns += round(duration_s * 1e9)

    def step_wall_clock(self, by_s: float) -> None:
        """The wall clock is set; monotonic time knows nothing of it."""
        self._now_ns += round(by_s * 1e9)
