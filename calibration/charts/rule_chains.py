"""Average run lengths of runs rules, by a Markov chain over zones (Champ and Woodall 1987).

Each rule is a small machine: what it remembers of the points before, and whether the next point completes it.
All rules together are one chain; its states are found by walking on from the start.
"""

import functools
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu
from scipy.special import ndtr

from calibration.checks import finite_number, positive_number

Memory = tuple[int, ...]

_LONGEST = 1e12


class ZoneMachine(Protocol):
    """A rule that looks at the zones of points only; hashable, as what is walked once is kept."""

    @property
    def edges(self) -> tuple[float, ...]:
        """Where its zones end, in standard deviations from the centre line."""
        ...

    @property
    def start(self) -> Memory:
        """What it remembers before the first point."""
        ...

    def after(self, memory: Memory, z: float) -> Memory | None:
        """What it remembers after a point; None where the point completes the rule."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """All states, and where each zone leads; steps that complete a rule are left out."""

    edges: npt.NDArray[np.float64]
    states: int
    source: npt.NDArray[np.intp]
    target: npt.NDArray[np.intp]
    zone: npt.NDArray[np.intp]


def arl_of_rules(rules: tuple[ZoneMachine, ...], shift: float = 0.0, spread: float = 1.0) -> float:
    """Average number of points until one of the rules is complete.

    Args:
        rules: applied together.
        shift: of the mean from the centre line, in standard deviations of the chart.
        spread: true standard deviation over the one of the chart.

    Raises:
        ValueRefusedError: shift not finite, or spread not positive.
    """
    walk = _walk(rules)
    ends = (walk.edges - finite_number("shift", shift)) / positive_number("spread", spread)
    chances = np.diff(np.concatenate([[0.0], ndtr(ends), [1.0]]))
    matrix = csc_array((chances[walk.zone], (walk.source, walk.target)), shape=(walk.states, walk.states))
    try:
        lengths = splu((eye_array(walk.states) - matrix).tocsc()).solve(np.ones(walk.states))
    except RuntimeError:  # exactly singular: in double precision no rule is ever complete
        return math.inf
    arl = float(lengths[0])
    return arl if 0 < arl < _LONGEST else math.inf


@functools.lru_cache(maxsize=32)
def _walk(rules: tuple[ZoneMachine, ...]) -> _Walk:
    edges = np.unique([edge for rule in rules for edge in rule.edges])
    points = np.concatenate([[edges[0] - 1], (edges[1:] + edges[:-1]) / 2, [edges[-1] + 1]]).tolist()
    start = tuple(rule.start for rule in rules)
    numbers = {start: 0}
    waiting = [start]
    steps: list[tuple[int, int, int]] = []
    moves = [functools.cache(rule.after) for rule in rules]
    while waiting:
        state = waiting.pop()
        for zone, z in enumerate(points):
            after = [move(memory, z) for move, memory in zip(moves, state, strict=True)]
            known = tuple(memory for memory in after if memory is not None)
            if len(known) < len(rules):
                continue
            if known not in numbers:
                numbers[known] = len(numbers)
                waiting.append(known)
            steps.append((numbers[state], numbers[known], zone))
    source, target, zone_of = np.array(steps, dtype=np.intp).reshape(-1, 3).T
    return _Walk(edges, len(numbers), source, target, zone_of)
