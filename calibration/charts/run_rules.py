"""Runs rules of control charts: Nelson's eight, Western Electric's four, and the patterns they are made of.

Values are z, in standard deviations from the centre line. A rule names the point that completes its pattern,
counted from 0, and goes on doing so while the pattern lasts. All inequalities are strict: a point on a limit
is not beyond it, and a point on the centre line breaks a run. Rules of the kind m of n ask that the
completing point itself is beyond the limit.

Sources: Nelson, Journal of Quality Technology 16 (1984) 237; Western Electric, Statistical Quality Control
Handbook (1956). Nelson's rule 8 is read as: eight points with none within one sigma, on whichever sides.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.charts.rule_chains import Memory, arl_of_rules
from calibration.checks import FloatArray, finite
from calibration.errors import ValueRefusedError

Flags = npt.NDArray[np.bool_]


class Side(enum.Enum):
    """Where the points of a zone rule lie."""

    SAME = "beyond the limit, all on one side"
    EITHER = "beyond the limit, on whichever side"
    WITHIN = "within the limit"


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """``needed`` of ``window`` consecutive points in a zone, the last of them included."""

    name: str
    needed: int
    window: int
    limit: float
    """In standard deviations."""
    side: Side = Side.SAME

    def completed(self, z: FloatArray) -> Flags:
        """Shape (…, n), as z: whether a point completes the pattern."""
        found = np.zeros(z.shape, dtype=np.bool_)
        for inside in self.zones(z):
            counts = of_last(inside, self.window)
            found |= inside & (counts >= self.needed)
        return found

    @property
    def edges(self) -> tuple[float, ...]:
        """Where its zones end."""
        return -self.limit, self.limit

    @property
    def start(self) -> Memory:
        """For each of its zones, which of the last points lay in it, as bits: none."""
        return (0,) * (2 if self.side is Side.SAME else 1)

    def after(self, memory: Memory, z: float) -> Memory | None:
        """What is remembered after a point; None where it completes the pattern."""
        remembered = []
        for bits, inside in zip(memory, self.zones(np.array(z)), strict=True):
            if inside and bits.bit_count() + 1 >= self.needed:
                return None
            remembered.append(self._useful(bits << 1 | int(inside)))
        return tuple(remembered)

    def zones(self, z: FloatArray) -> tuple[Flags, ...]:
        """Which points lie in each of its zones: one zone, or one on each side."""
        if self.side is Side.SAME:
            return z > self.limit, z < -self.limit
        return (np.abs(z) > self.limit if self.side is Side.EITHER else np.abs(z) < self.limit,)

    def _useful(self, bits: int) -> int:
        """Without the points that no completion can need any more, so that the chain has fewer states."""
        kept = 0
        for age in range(self.window - 1):
            ahead = range(1, self.window - age)
            if any((bits & ((1 << self.window - s) - 1)).bit_count() + s >= self.needed for s in ahead):
                kept |= bits & 1 << age
        return kept


class Order(enum.Enum):
    """How consecutive points follow each other."""

    TREND = "each above the one before, or each below"
    ALTERNATING = "up and down in turn"


@dataclass(frozen=True, slots=True)
class OrderRule:
    """``window`` points in an order; equal neighbours break it."""

    name: str
    window: int
    order: Order

    def completed(self, z: FloatArray) -> Flags:
        """Shape (…, n), as z: whether a point completes the pattern."""
        signs = np.sign(np.diff(z, axis=-1))
        if self.order is Order.ALTERNATING:
            signs[..., 1::2] *= -1
        found = np.zeros(z.shape, dtype=np.bool_)
        steps = self.window - 1
        for sign in (1, -1):
            found[..., 1:] |= of_last(signs == sign, steps) == steps
        return found


@dataclass(frozen=True, slots=True)
class SwingRule:
    """Two neighbours beyond the limit on opposite sides."""

    name: str
    limit: float
    window: int = 2

    def completed(self, z: FloatArray) -> Flags:
        """Shape (…, n), as z: whether a point completes the pattern."""
        sides = self._side(z)
        found = np.zeros(z.shape, dtype=np.bool_)
        found[..., 1:] = sides[..., 1:] * sides[..., :-1] < 0
        return found

    @property
    def edges(self) -> tuple[float, ...]:
        """Where its zones end."""
        return -self.limit, self.limit

    @property
    def start(self) -> Memory:
        """The side on which the last point was beyond the limit: none."""
        return (0,)

    def after(self, memory: Memory, z: float) -> Memory | None:
        """What is remembered after a point; None where it completes the pattern."""
        side = int(self._side(np.array(z)))
        return None if side * memory[0] < 0 else (side,)

    def _side(self, z: FloatArray) -> npt.NDArray[np.int8]:
        return (z > self.limit).astype(np.int8) - (z < -self.limit).astype(np.int8)


Rule = ZoneRule | OrderRule | SwingRule

NELSON: tuple[Rule, ...] = (
    ZoneRule("Nelson 1", 1, 1, 3, Side.EITHER),
    ZoneRule("Nelson 2", 9, 9, 0),
    OrderRule("Nelson 3", 6, Order.TREND),
    OrderRule("Nelson 4", 14, Order.ALTERNATING),
    ZoneRule("Nelson 5", 2, 3, 2),
    ZoneRule("Nelson 6", 4, 5, 1),
    ZoneRule("Nelson 7", 15, 15, 1, Side.WITHIN),
    ZoneRule("Nelson 8", 8, 8, 1, Side.EITHER),
)
WESTERN_ELECTRIC: tuple[Rule, ...] = (
    ZoneRule("Western Electric 1", 1, 1, 3, Side.EITHER),
    ZoneRule("Western Electric 2", 2, 3, 2),
    ZoneRule("Western Electric 3", 4, 5, 1),
    ZoneRule("Western Electric 4", 8, 8, 0),
)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that are applied together: more of them find more, and alarm falsely more often.

    Raises:
        ValueRefusedError: no rules.
    """

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueRefusedError("a chart without rules never alarms; choose one at least")

    @property
    def window(self) -> int:
        """Number of points that the longest rule looks at."""
        return max(rule.window for rule in self.rules)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one point: a number."""
        return ()

    def alarms(self, z: FloatArray) -> Flags:
        """Shape (…, n), as z: whether a point completes any of the rules."""
        found = np.zeros(z.shape, dtype=np.bool_)
        for rule in self.rules:
            found |= rule.completed(z)
        return found

    def arl(self, shift: float = 0.0, spread: float = 1.0) -> float:
        """Average run length by Markov chain; see ``run_lengths.Chart``.

        Raises:
            ValueRefusedError: a rule about the order of points is among them (Nelson 3, 4): zones do not
                tell its run length, ``drawn_lengths.drawn_arl`` estimates it.
        """
        machines = []
        for rule in self.rules:
            if isinstance(rule, OrderRule):
                raise ValueRefusedError(
                    f"{rule.name} looks at the order of points: zones do not tell its run length, draw it"
                )
            machines.append(rule)
        return arl_of_rules(tuple(machines), shift, spread)


def completions(z: npt.ArrayLike, rules: Sequence[Rule]) -> Mapping[str, tuple[int, ...]]:
    """Which points complete which rules.

    Args:
        z: n points, (x - centre)/sigma, in the order of time, of one baseline.
        rules: such as ``NELSON`` or ``WESTERN_ELECTRIC``.

    Returns:
        For every rule by name the indices, counted from 0, of the points that complete it.

    Raises:
        ValueRefusedError: a point that is not finite.
    """
    points = finite("z", z)
    return {rule.name: tuple(int(i) for i in np.flatnonzero(rule.completed(points))) for rule in rules}


def of_last(counts: npt.NDArray[np.generic], window: int) -> npt.NDArray[np.intp]:
    """Sum of the last ``window`` numbers at every place of the last axis; nothing before the first."""
    sums = np.cumsum(counts, axis=-1, dtype=np.intp)
    before = np.concatenate([np.zeros_like(sums[..., :1]), sums], axis=-1)
    places = np.arange(1, sums.shape[-1] + 1)
    return np.asarray(sums - before[..., np.maximum(places - window, 0)])
