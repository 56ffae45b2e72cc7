"""Everything the operator's hand did, in order: with the seed and the time it makes the bench.

The state at any moment follows from it, before and after, however often and by whomever it is asked.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

from drivers.errors import HandError
from drivers.sims.bench import Bench
from drivers.sims.moves import Words, after


@dataclass(frozen=True, slots=True)
class Script:
    """The moves so far; a further one makes a new script."""

    seed: int = 0
    times_s: tuple[float, ...] = ()
    moves: tuple[Words, ...] = ()
    states: tuple[Bench, ...] = ()
    """The bench right after each move."""

    @property
    def end_s(self) -> float:
        """Time of the last move."""
        return self.times_s[-1] if self.times_s else 0.0

    def then(self, t_s: float, words: Words) -> "Script":
        """With one more move.

        Raises:
            HandError: it cannot be done, or would come before the last one.
        """
        if not self.end_s <= t_s < math.inf:
            raise HandError(f"{t_s:.6f} s is not after the last move, at {self.end_s:.6f} s")
        state = after(self.at(t_s), words)
        return Script(self.seed, (*self.times_s, t_s), (*self.moves, words), (*self.states, state))

    def at(self, t_s: float) -> Bench:
        """The bench at that time; it was set up at 0 s."""
        done = bisect_right(self.times_s, t_s)
        return (self.states[done - 1] if done else Bench(self.seed)).at(t_s)
