"""Running times of a session: timers, and temperatures that are held."""

from dataclasses import dataclass
from decimal import Decimal

from daq.lab.methods.steps import Hold, PlainStep, Timer
from daq.lab.sessions.events import Place
from daq.lab.sessions.progress import Run

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS


@dataclass(frozen=True, slots=True)
class TimerView:
    """One running time."""

    place: Place
    is_hold: bool
    """Whether a temperature is held; its band is checked when it is stopped."""
    started_ns: int
    elapsed_ns: int
    minimum_ns: int | None
    maximum_ns: int | None

    @property
    def remaining_ns(self) -> int | None:
        """Until it may be stopped: 0 when it may; None where a person decides."""
        return None if self.minimum_ns is None else max(0, self.minimum_ns - self.elapsed_ns)

    @property
    def is_over(self) -> bool:
        """Whether it has run longer than allowed."""
        return self.maximum_ns is not None and self.elapsed_ns > self.maximum_ns


def timer_view(run: Run, step: PlainStep, now_ns: int) -> TimerView:
    """A run as of ``now_ns``; the clock of the wall may have been set back, so it is never negative."""
    minimum_ns, maximum_ns = bounds_ns(step)
    elapsed_ns = max(0, now_ns - run.started.t_ns)
    return TimerView(run.place, isinstance(step, Hold), run.started.t_ns, elapsed_ns, minimum_ns, maximum_ns)


def bounds_ns(step: PlainStep) -> tuple[int | None, int | None]:
    """Shortest and longest time of a step, where the method says them."""
    if isinstance(step, Timer):
        return _ns(step.minimum_min, MINUTE_NS), _ns(step.maximum_min, MINUTE_NS)
    if isinstance(step, Hold):
        return _ns(step.minimum_h, HOUR_NS), _ns(step.maximum_h, HOUR_NS)
    return None, None


def span_text(span_ns: int) -> str:
    """A time as it is said in remarks: ``4 h 58 min``, ``29 min 30 s``, ``12 s``."""
    seconds = round(span_ns / 1e9)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def _ns(figure: Decimal | None, unit_ns: int) -> int | None:
    return None if figure is None else int(figure * unit_ns)
