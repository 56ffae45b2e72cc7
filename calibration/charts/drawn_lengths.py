"""Average run lengths drawn at random, for rules that no chain of zones describes (Nelson 3 and 4, levels).

The generator is named and its seed recorded: the same seed gives the same figure.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from calibration.charts.run_rules import Flags
from calibration.checks import FloatArray, finite_number, positive_number
from calibration.errors import ValueRefusedError
from calibration.montecarlo import GENERATOR

_BLOCK = 256
_MOST = 400_000_000
"""Points in all: beyond it a chart alarms too seldom to be drawn."""


class Rules(Protocol):
    """A chart that looks back over so many points, ``RuleSet`` or ``Westgard``."""

    @property
    def window(self) -> int:
        """Number of points the longest rule looks at."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one point: () for a number, (levels,) for a run."""
        ...

    def alarms(self, z: FloatArray) -> Flags:
        """Shape (…, n) for z of shape (…, n, *shape)."""
        ...


@dataclass(frozen=True, slots=True)
class DrawnArl:
    """An average run length with its standard error."""

    arl: float
    standard_error: float
    runs: int
    seed: int
    generator: str = GENERATOR


def drawn_arl(
    chart: Rules, seed: int, shift: float = 0.0, spread: float = 1.0, runs: int = 10_000
) -> DrawnArl:
    """Average number of independent normal points until the first alarm.

    Args:
        chart: the rules.
        seed: of NumPy's PCG64.
        shift: of the mean from the centre line, in standard deviations of the chart.
        spread: true standard deviation over the one of the chart.
        runs: how many charts are started.

    Raises:
        ValueRefusedError: fewer than 2 runs, a number that cannot be used, or a chart that alarms too seldom.
    """
    if runs < 2:
        raise ValueRefusedError(f"{runs} runs have no scatter; draw 2 or more")
    finite_number("shift", shift)
    positive_number("spread", spread)
    generator = np.random.Generator(np.random.PCG64(seed))
    back = chart.window - 1
    alive = np.arange(runs)
    lengths = np.zeros(runs)
    seen = np.empty((runs, 0, *chart.shape))
    passed = drawn = 0
    while alive.size:
        drawn += len(alive) * _BLOCK
        if drawn > _MOST:
            raise ValueRefusedError(
                f"{len(alive)} of {runs} charts have not alarmed after {passed} points: draw fewer runs"
            )
        new = generator.normal(shift, spread, (len(alive), _BLOCK, *chart.shape))
        points = np.concatenate([seen, new], axis=1)
        alarms = chart.alarms(points)[:, seen.shape[1] :]
        ended = alarms.any(axis=1)
        lengths[alive[ended]] = passed + 1 + alarms[ended].argmax(axis=1)
        passed += _BLOCK
        alive = alive[~ended]
        seen = points[~ended, max(points.shape[1] - back, 0) :]
    error = float(lengths.std(ddof=1)) / math.sqrt(runs)
    return DrawnArl(float(lengths.mean()), error, runs, seed)
