"""A technician at the simulated bench, with dishes, oven and desiccator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.sims.hand import Hand

HOUR_S = 3600.0
COOLING_S = 1800.0
SETTLING_S = 15.0


@dataclass
class Determination:
    """One of the parallels, masses in g as the balance said them."""

    dish: str
    empty: float = 0.0
    wet: float = 0.0
    dry: list[float] = field(default_factory=list)

    @property
    def moisture_percent(self) -> float:
        return (self.wet - self.dry[-1]) / (self.wet - self.empty) * 100


@dataclass
class Technician:
    """Leads parallels through the oven, side by side."""

    hand: Hand
    wait: Callable[[float], None]
    """Lets so many seconds of the bench's time pass."""
    read: Callable[[], float]
    """What balance B-01 shows, in g."""

    def weigh(self, dish: str) -> float:
        self.hand.do(f"put {dish} balance")
        self.wait(SETTLING_S)
        return self.read()

    def weigh_in(self, dishes: Sequence[str], material: str, sample_g: float) -> list[Determination]:
        """Each dish empty, then with its sample."""
        determinations = []
        for dish in dishes:
            one = Determination(dish, empty=self.weigh(dish))
            self.hand.do(f"fill {dish} {material} {sample_g}")
            self.wait(SETTLING_S)
            one.wet = self.read()
            self.hand.do(f"take {dish}")
            determinations.append(one)
        return determinations

    def dry(self, determinations: Sequence[Determination], hours: float) -> None:
        """Into the oven together, into the desiccator together, and on the balance one by one."""
        dishes = " ".join(one.dish for one in determinations)
        self.hand.do(f"put {dishes} oven")
        self.wait(hours * HOUR_S)
        self.hand.do(f"put {dishes} desiccator")
        self.wait(COOLING_S)
        for one in determinations:
            one.dry.append(self.weigh(one.dish))
            self.hand.do(f"put {one.dish} desiccator")

    def moisture(self, material: str, sample_g: float = 3.0) -> list[Determination]:
        """Coptis moisture in duplicate: 5 h, then hour by hour until two weighings differ by at most 5 mg."""
        both = self.weigh_in(("dish1", "dish2"), material, sample_g)
        self.dry(both, 5)
        self.dry(both, 1)
        while any(one.dry[-2] - one.dry[-1] > 0.005 for one in both):
            self.dry(both, 1)
        return both
