"""What the instruments see of the bench: a pan under the hand, and the air that the hand has changed."""

from dataclasses import dataclass

from drivers.sims.bench import ROOM, USUAL, Bench
from drivers.sims.hand import Hand
from drivers.sims.physics import Course, Pan, Weighing, noise, swing

PATIENCE_S = 900.0
"""So long after the last touch of an empty pan, the routine of the demo takes over again."""
CONVECTION_G_PER_K = 1e-4
"""A warm dish heats the air about it, which rises and lifts it: it seems lighter."""
TREMBLING_G_PER_K = 2e-5
"""And never quite the same: standard deviation of that."""
DRAUGHT_DIGITS = 6.0


@dataclass(frozen=True, slots=True)
class Deviation:
    """Error of a balance's indication, as its certificate tells it."""

    offset_g: float = 0.0
    per_g: float = 0.0


@dataclass(frozen=True, slots=True)
class SteeredPan:
    """The pan of a balance: what the hand has put there, or the demo's routine while no hand is near."""

    hand: Hand
    name: str
    digit_g: float
    deviation: Deviation = Deviation()
    routine: Pan | None = None

    def at(self, now_s: float) -> Weighing:
        """Load and stability now; ``now_s`` is the routine's time, the bench has its own."""
        bench = self.hand.bench()
        state = bench.balance(self.name)
        if self.routine is not None and not bench.on(self.name) and bench.t_s > state.touched_s + PATIENCE_S:
            seen = self.routine.at(now_s)
        else:
            seen = self._seen(bench)
        mass_g = seen.mass_g + state.drift_g
        if not state.in_draught:
            return Weighing(mass_g, seen.stable)
        mass_g += DRAUGHT_DIGITS * self.digit_g * noise(bench.t_s, bench.seed, self.name, "draught")
        return Weighing(mass_g, stable=False)

    def _seen(self, bench: Bench) -> Weighing:
        load_g = bench.load_g(self.name)
        off_g, moving_g = swing(bench.balance(self.name).steps, bench.t_s)
        room_degc = bench.air[ROOM].value
        warm_k = sum(body.degc - room_degc for body in bench.on(self.name))
        trembling_g = TREMBLING_G_PER_K * abs(warm_k)
        noise_g = (0.35 * self.digit_g + trembling_g) * noise(bench.t_s, bench.seed, self.name)
        mass_g = load_g + off_g - CONVECTION_G_PER_K * warm_k + noise_g
        error_g = self.deviation.offset_g + self.deviation.per_g * load_g
        is_still = moving_g < self.digit_g and trembling_g < 0.4 * self.digit_g
        return Weighing(mass_g + error_g, is_still)


def steered(hand: Hand, name: str, usual: Course) -> Course:
    """A quantity of the bench's air: its usual course, and what the hand has made of it."""

    def course(_: float) -> float | None:
        bench = hand.bench()
        value = usual(bench.t_s)
        return None if value is None else value + bench.air[name].value - USUAL[name]

    return course
