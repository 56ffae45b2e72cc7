"""A weighing bottle with its sample: warm, drying, cooling, taking up water. Closed forms, no steps of time.

Heat goes from the heater to the oven's air and from the air to the dish by Newton's law. Water leaves by a
first-order law with the heat received, ``dw/dt = -w (T - COLD_DEGC) / (HOT_DEGC - COLD_DEGC) / drying_s``: an
exponential with a gentle start, and the dry mass as its asymptote.
"""

import math
from dataclasses import dataclass, replace

HOT_DEGC = 105.0
"""At this temperature a sample's water falls to 1/e within its ``drying_s``."""
COLD_DEGC = 20.0
"""At this temperature nothing dries."""
WARMING_S = 720.0
"""Time constant of a dish in the oven."""
COOLING_S = 480.0
"""In the room's air, and on a pan."""
DESICCATOR_S = 360.0
"""In the desiccator, on its cold porcelain plate: from 104 degC to within 0.6 K of the room in 30 min."""
UPTAKE_S = 500_000.0
"""Under its lid in the room a dried sample takes up water towards what it held: 0.05 mg a minute at first."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A quantity on its way to a target: ``target + (value - target) exp(-t / constant_s)``."""

    value: float
    target: float
    constant_s: float

    def after(self, seconds: float) -> "Approach":
        """The same, later."""
        left = math.exp(-seconds / self.constant_s)
        return replace(self, value=self.target + (self.value - self.target) * left)

    def towards(self, target: float, constant_s: float) -> "Approach":
        """From where it is now to another target."""
        return Approach(self.value, target, constant_s)


@dataclass(frozen=True, slots=True)
class Body:
    """What can be put on a pan: a dish with its lid and sample, or a weight. Masses are true ones."""

    vessel_g: float
    degc: float
    dry_g: float = 0.0
    water_g: float = 0.0
    room_water_g: float = 0.0
    """What the sample holds when it lies in the room's air for ever."""
    drying_s: float = 3600.0

    @property
    def mass_g(self) -> float:
        """All of it."""
        return self.vessel_g + self.dry_g + self.water_g

    def in_oven(self, seconds: float, air: Approach) -> "Body":
        """After that time with its lid off in an oven whose air is ``air`` at the beginning."""
        degc, degc_s = _follow(self.degc, air, WARMING_S, seconds)
        heat_s = (degc_s - COLD_DEGC * seconds) / (HOT_DEGC - COLD_DEGC)
        return replace(self, degc=degc, water_g=self.water_g * math.exp(-heat_s / self.drying_s))

    def in_desiccator(self, seconds: float, air: Approach) -> "Body":
        """After that time in a desiccator that stands in a room whose air is ``air`` at the beginning."""
        degc, _ = _follow(self.degc, air, DESICCATOR_S, seconds)
        return replace(self, degc=degc)

    def in_room(self, seconds: float, air: Approach) -> "Body":
        """After that time under its lid in the room, on the bench or on a pan."""
        degc, _ = _follow(self.degc, air, COOLING_S, seconds)
        water = Approach(self.water_g, self.room_water_g, UPTAKE_S).after(seconds)
        return replace(self, degc=degc, water_g=water.value)


def _follow(degc: float, air: Approach, constant_s: float, seconds: float) -> tuple[float, float]:
    """Temperature after ``seconds`` of a body in ``air``, and its integral over that time in degC s.

    ``dT/dt = (air(t) - T) / constant_s`` has the solution ``target + lag exp(-t/air.constant_s) + own
    exp(-t/constant_s)``; the two constants differ.
    """
    lag = (air.value - air.target) * air.constant_s / (air.constant_s - constant_s)
    own = degc - air.target - lag
    lag_left = math.exp(-seconds / air.constant_s)
    own_left = math.exp(-seconds / constant_s)
    integral = (
        air.target * seconds + lag * air.constant_s * (1 - lag_left) + own * constant_s * (1 - own_left)
    )
    return air.target + lag * lag_left + own * own_left, integral
