"""The last minutes of a channel in a few numbers: means and spreads by sub-interval, so that little is kept.

A window is a list of buckets ``[start_ns, n, mean, m2]``, plain JSON, where ``m2`` is the sum of squared
deviations from the mean (Welford's recurrence; combined as in Chan, Golub and LeVeque 1979).
"""

import math
from collections.abc import Sequence

Bucket = list[float]
PARTS = 12
"""Sub-intervals of a window."""
LEAST_PARTS = PARTS // 2 + 1
"""So many of them have readings, or nothing is said."""


def with_reading(window: Sequence[Bucket], t_ns: int, x: float, part_ns: int, parts: int) -> list[Bucket]:
    """The window with one more reading; what is older than ``parts`` sub-intervals is let go."""
    start = t_ns // part_ns * part_ns
    kept = [list(bucket) for bucket in window if start - parts * part_ns < bucket[0] <= start]
    if not kept or kept[-1][0] != start:
        kept.append([start, 0, 0.0, 0.0])
    _, n, mean, m2 = kept[-1]
    n += 1
    delta = x - mean
    mean += delta / n
    kept[-1] = [start, n, mean, m2 + delta * (x - mean)]
    return kept


def begins_part(window: Sequence[Bucket], t_ns: int, part_ns: int) -> bool:
    """Whether a reading at ``t_ns`` is the first of a sub-interval: then the one before it is complete."""
    return bool(window) and window[-1][0] != t_ns // part_ns * part_ns


def is_full(window: Sequence[Bucket], t_ns: int, part_ns: int, parts: int) -> bool:
    """Whether the window reaches back far enough, and half of its sub-intervals have readings."""
    start = t_ns // part_ns * part_ns
    return len(window) > parts // PARTS * (LEAST_PARTS - 1) and window[0][0] <= start - (parts - 1) * part_ns


def mean_of(window: Sequence[Bucket]) -> float:
    """Mean of all readings."""
    return _combined(window)[1]


def deviation_of(window: Sequence[Bucket]) -> float:
    """Standard deviation of all readings, n - 1; 0 for fewer than two."""
    n, _, m2 = _combined(window)
    return math.sqrt(m2 / (n - 1)) if n > 1 else 0.0


def range_of(window: Sequence[Bucket]) -> float:
    """Largest difference of two sub-intervals' means."""
    means = [bucket[2] for bucket in window]
    return max(means) - min(means)


def _combined(window: Sequence[Bucket]) -> tuple[float, float, float]:
    n, mean, m2 = 0.0, 0.0, 0.0
    for _, count, other, spread in window:
        delta = other - mean
        total = n + count
        mean += delta * count / total
        m2 += spread + delta * delta * n * count / total
        n = total
    return n, mean, m2
