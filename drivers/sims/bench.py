"""The simulated bench at one moment: what lies where, how warm, how wet, and what becomes of it alone."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.errors import HandError
from drivers.sims.dishes import Approach, Body
from drivers.sims.physics import uniform

BENCH, OVEN, DESICCATOR = "bench", "oven", "desiccator"
BALANCES = ("B-01", "B-02")
PLACES = (BENCH, OVEN, DESICCATOR, *BALANCES)

ROOM, HUMIDITY, BATH = "room", "humidity", "bath"
USUAL = {OVEN: 103.6, BATH: 60.0, ROOM: 22.4, HUMIDITY: 51.2}
"""What thermostats and air conditioning keep, in degC and %RH."""
REACTION_S = 600.0
"""Time constant with which they go to a new target."""

DISH = re.compile(r"dish([1-9][0-9]?)")
WEIGHTS_G = {
    "weight-1g": 1.000004,
    "weight-10g": 10.000011,
    "weight-20g": 19.999993,
    "weight-50g": 50.000018,
    "weight-100g": 100.000031,
    "weight-200g": 199.999962,
    "weight-500g": 500.00012,
    "weight-1000g": 999.99983,
    "weight-2000g": 2000.0,
}
"""Up to 1 kg as the certificate of W-01 in ``config/demo`` has them."""


@dataclass(frozen=True, slots=True)
class BalanceState:
    """What the hand did to one balance."""

    touched_s: float = -math.inf
    """When something was last done there."""
    in_draught: bool = False
    drift_g_per_h: float = 0.0
    drift_g: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    """Time in s and change of the load in g, of the last few changes."""


def _usual_air() -> dict[str, Approach]:
    return {name: Approach(value, value, REACTION_S) for name, value in USUAL.items()}


@dataclass(frozen=True, slots=True)
class Bench:
    """The state at one moment."""

    seed: int = 0
    t_s: float = 0.0
    bodies: Mapping[str, Body] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each body lies."""
    air: Mapping[str, Approach] = field(default_factory=_usual_air)
    oven_set_degc: float = USUAL[OVEN]
    door_is_open: bool = False
    balances: Mapping[str, BalanceState] = field(
        default_factory=lambda: {name: BalanceState() for name in BALANCES}
    )

    def at(self, t_s: float) -> "Bench":
        """The same bench at another moment, if nobody touches it."""
        seconds = t_s - self.t_s
        bodies = {name: self._later(name, body, seconds) for name, body in self.bodies.items()}
        balances = {
            name: replace(each, drift_g=each.drift_g + each.drift_g_per_h * seconds / 3600)
            for name, each in self.balances.items()
        }
        air = {name: each.after(seconds) for name, each in self.air.items()}
        return replace(self, t_s=t_s, bodies=bodies, balances=balances, air=air)

    def _later(self, name: str, body: Body, seconds: float) -> Body:
        place = self.places[name]
        if place == OVEN:
            return body.in_oven(seconds, self.air[OVEN])
        if place == DESICCATOR:
            return body.in_desiccator(seconds, self.air[ROOM])
        return body.in_room(seconds, self.air[ROOM])

    def body(self, name: str) -> Body:
        """A dish or a weight; one that was never touched stands clean and cool on the bench.

        Raises:
            HandError: there is no such thing.
        """
        if name in self.bodies:
            return self.bodies[name]
        room_degc = self.air[ROOM].value
        if dish := DISH.fullmatch(name):
            return Body(round(20.0 + 6.0 * uniform(self.seed, "dish", int(dish[1])), 5), room_degc)
        if name in WEIGHTS_G:
            return Body(WEIGHTS_G[name], room_degc)
        raise HandError(f"there is no {name!r} here: there are dish1 to dish99 and {', '.join(WEIGHTS_G)}")

    def on(self, place: str) -> tuple[Body, ...]:
        """What lies there."""
        return tuple(body for name, body in self.bodies.items() if self.places[name] == place)

    def load_g(self, balance: str) -> float:
        """True mass of what lies on a pan."""
        return math.fsum(body.mass_g for body in self.on(balance))

    def balance(self, name: str) -> BalanceState:
        """What was done to a balance.

        Raises:
            HandError: no such balance.
        """
        if name not in self.balances:
            raise HandError(f"{name!r} is no balance here: there are {', '.join(self.balances)}")
        return self.balances[name]
