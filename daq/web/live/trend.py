"""The last hour of one channel, thinned so that a spike is never lost, and its line as a drawing."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NS_PER_S = 1_000_000_000
KEPT_S = 3600
KEPT_STEP_NS = NS_PER_S
SPANS_S = ((120, 1), (600, 5))
"""What a card's trend may span and its step, both in seconds: the short one until there is more to show."""
WIDTH, HEIGHT = 300.0, 40.0
MARGIN = 3.0


@dataclass(frozen=True, slots=True)
class Point:
    """One reading in a chart."""

    t_ns: int
    value: float
    """Corrected where a certificate applies, otherwise as indicated."""
    U: float | None
    """Expanded uncertainty; None where the value is not corrected."""


@dataclass(frozen=True, slots=True)
class Line:
    """A trend ready to be drawn in a box of ``WIDTH`` by ``HEIGHT``."""

    path: str
    """An SVG path; it is broken where readings are missing."""
    span_s: int


def thin(points: Iterable[Point], step_ns: int) -> list[Point]:
    """Of each time step keep the lowest and the highest point, in their order."""
    kept: list[Point] = []
    group: list[Point] = []
    for point in points:
        if group and point.t_ns // step_ns != group[0].t_ns // step_ns:
            kept.extend(_extremes(group))
            group = []
        group.append(point)
    kept.extend(_extremes(group))
    return kept


def _extremes(group: list[Point]) -> list[Point]:
    if len(group) < 3:
        return group
    low = min(group, key=lambda point: point.value)
    high = max(group, key=lambda point: point.value)
    return sorted({low, high}, key=lambda point: point.t_ns)


class Trend:
    """Points of the last hour, at most two a second."""

    def __init__(self) -> None:
        self._points: deque[Point] = deque()

    def add(self, point: Point) -> None:
        """Add the newest point; what is older than an hour goes."""
        points = self._points
        points.append(point)
        group: list[Point] = []
        while points and points[-1].t_ns // KEPT_STEP_NS == point.t_ns // KEPT_STEP_NS:
            group.append(points.pop())
        points.extend(_extremes(group[::-1]))
        while points[0].t_ns < point.t_ns - KEPT_S * NS_PER_S:
            points.popleft()

    def since(self, t_ns: int) -> list[Point]:
        """The points from ``t_ns`` on, oldest first."""
        newest_first: list[Point] = []
        for point in reversed(self._points):
            if point.t_ns < t_ns:
                break
            newest_first.append(point)
        return newest_first[::-1]

    def line(self, now_ns: int, gap_ns: int, resolution: float) -> Line:
        """The trend up to ``now_ns``.

        Args:
            now_ns: UTC; the right edge, rounded up to a whole step.
            gap_ns: a pause longer than this breaks the line.
            resolution: one unit of the last digit: the height is at least ten of them, so that a still
                pan does not look like a storm.
        """
        old = bool(self._points) and self._points[0].t_ns < now_ns - SPANS_S[0][0] * NS_PER_S
        span_s, step_s = SPANS_S[1 if old else 0]
        step_ns = step_s * NS_PER_S
        end_ns = (now_ns // step_ns + 1) * step_ns
        start_ns = end_ns - span_s * NS_PER_S
        points = [point for point in thin(self.since(start_ns), step_ns) if point.t_ns <= end_ns]
        low = min((point.value for point in points), default=0.0)
        high = max((point.value for point in points), default=0.0)
        spare = max(0.0, 10 * resolution - (high - low)) / 2
        frame = _Frame(start_ns, end_ns, low - spare, high + spare)
        pieces = split(points, gap_ns + 2 * step_ns)
        return Line(" ".join(frame.path(piece) for piece in pieces), span_s)


def split(points: Sequence[Point], gap_ns: int) -> list[list[Point]]:
    """Pieces of ``points`` that no pause longer than ``gap_ns`` interrupts."""
    pieces: list[list[Point]] = []
    for point in points:
        if not pieces or point.t_ns - pieces[-1][-1].t_ns > gap_ns:
            pieces.append([])
        pieces[-1].append(point)
    return pieces


@dataclass(frozen=True, slots=True)
class _Frame:
    start_ns: int
    end_ns: int
    low: float
    high: float

    def path(self, piece: Sequence[Point]) -> str:
        places = [self._place(point) for point in piece]
        head, *tail = places if len(places) > 1 else places * 2  # a single reading is a dot
        return f"M{head}" + "".join(f"L{place}" for place in tail)

    def _place(self, point: Point) -> str:
        x = (point.t_ns - self.start_ns) / (self.end_ns - self.start_ns) * WIDTH
        height = self.high - self.low
        share = (point.value - self.low) / height if height > 0 else 0.5
        return f"{x:.1f} {HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN):.1f}"
