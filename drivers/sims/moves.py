"""What the operator's hand can do on the simulated bench: each move gives a new bench."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.errors import HandError
from drivers.sims.bench import (
    BATH,
    BENCH,
    DISH,
    HUMIDITY,
    OVEN,
    PLACES,
    REACTION_S,
    ROOM,
    BalanceState,
    Bench,
)
from drivers.sims.dishes import Body
from drivers.sims.physics import uniform

SETTABLE = {OVEN: (20.0, 300.0), BATH: (5.0, 95.0), ROOM: (0.0, 45.0), HUMIDITY: (5.0, 98.0)}
DOOR_DEGC = 45.0
"""Where the oven's air ends with its door open."""
DOOR_OPEN_S = 200.0
DOOR_CLOSED_S = 90.0
"""Time constants of the oven's air: away with the door open, and back."""
DOOR_GLANCE_S = 8.0
"""How long a closed door is opened to put something in or to take something out."""
REMEMBERED_S = 10.0
"""After this time a pan has settled, and the step of its load is forgotten."""
MOST_THINGS = 20

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What can be filled into a dish."""

    moisture_percent: float
    drying_s: float


MATERIALS = {
    "coptis": Material(14.045, 2200.0),
    "coptis-slices": Material(11.32, 2200.0),
    "coptis-coarse": Material(12.71, 6000.0),
    "chili": Material(9.26, 1500.0),
    "water-shield": Material(95.1, 700.0),
    "ash": Material(0.0, 3600.0),
}
"""3 g of ``coptis`` are constant after 5 h + 1 h, and 14.04 % is found; ``coptis-coarse`` takes 5 h + 3 h."""


def put(bench: Bench, words: Words) -> Bench:
    """Lay things somewhere; for a closed oven its door is open for a moment."""
    *names, place = words
    if place not in PLACES:
        raise HandError(f"there is no place {place!r} here: there are {', '.join(PLACES)}")
    moved = {name: bench.body(name) for name in names}
    concerned = {place, *(bench.places.get(name, BENCH) for name in names)}
    there = replace(
        bench,
        bodies={**bench.bodies, **moved},
        places={**bench.places, **dict.fromkeys(names, place)},
    )
    if OVEN in concerned and not bench.door_is_open:
        there = _with_air(there, OVEN, DOOR_DEGC, DOOR_OPEN_S)
        let_out = {**there.air, OVEN: there.air[OVEN].after(DOOR_GLANCE_S)}
        there = _with_air(replace(there, air=let_out), OVEN, there.oven_set_degc, DOOR_CLOSED_S)
    return _settling(bench, there, concerned)


def take(bench: Bench, words: Words) -> Bench:
    """Lay things back on the bench, wherever they were."""
    return put(bench, (*words, BENCH))


def fill(bench: Bench, words: Words) -> Bench:
    """Sample into a clean dish; without a mass about 3 g, as a spatula meets them."""
    name, material = words[:2]
    if material not in MATERIALS:
        raise HandError(f"there is no material {material!r} here: there are {', '.join(MATERIALS)}")
    spatula_g = round(2.8 + 0.5 * uniform(bench.seed, words, bench.t_s), 5)
    mass_g = number(words[2], 0.001, 100.0) if len(words) > 2 else spatula_g
    body, what = _dish(bench, name), MATERIALS[material]
    if body.dry_g > 0:
        raise HandError(f"{name} is filled already: empty it first")
    water_g = mass_g * what.moisture_percent / 100
    filled = Body(body.vessel_g, body.degc, mass_g - water_g, water_g, water_g, what.drying_s)
    return _with_body(bench, name, filled)


def empty(bench: Bench, words: Words) -> Bench:
    """Empty and clean a dish."""
    body = _dish(bench, words[0])
    return _with_body(bench, words[0], Body(body.vessel_g, body.degc))


def open_door(bench: Bench, words: Words) -> Bench:
    """Open the oven."""
    _demand_door(words[0])
    return replace(_with_air(bench, OVEN, DOOR_DEGC, DOOR_OPEN_S), door_is_open=True)


def close_door(bench: Bench, words: Words) -> Bench:
    """Close the oven."""
    _demand_door(words[0])
    return replace(_with_air(bench, OVEN, bench.oven_set_degc, DOOR_CLOSED_S), door_is_open=False)


def set_air(bench: Bench, words: Words) -> Bench:
    """Give a thermostat or the air conditioning another target."""
    name = words[0]
    if name not in SETTABLE:
        raise HandError(f"{name!r} cannot be set: {', '.join(SETTABLE)} can")
    target = number(words[1], *SETTABLE[name])
    if name == OVEN:
        bench = replace(bench, oven_set_degc=target)
        if bench.door_is_open:
            return bench
    return _with_air(bench, name, target, REACTION_S)


def draught(bench: Bench, words: Words) -> Bench:
    """Let air blow about a balance, or shut the window."""
    name, on = words
    if on not in {"on", "off"}:
        raise HandError(f"draught {name}: found {on!r}; on and off are understood")
    return _with_balance(bench, name, replace(bench.balance(name), in_draught=on == "on"))


def drift(bench: Bench, words: Words) -> Bench:
    """Let a balance's indication creep from now on; 0 ends it, and leaves what it has come to."""
    name, rate = words
    state = replace(bench.balance(name), drift_g_per_h=number(rate, -10.0, 10.0))
    return _with_balance(bench, name, state)


def press(bench: Bench, words: Words) -> Bench:
    """A key of a balance: all that the bench sees of it is that somebody is there."""
    return _with_balance(bench, words[0], replace(bench.balance(words[0]), touched_s=bench.t_s))


@dataclass(frozen=True, slots=True)
class Verb:
    """One word of command."""

    usage: str
    least: int
    most: int
    """How many words follow."""
    act: Callable[[Bench, Words], Bench]


VERBS = {
    "put": Verb("put THING… PLACE", 2, MOST_THINGS, put),
    "take": Verb("take THING…", 1, MOST_THINGS, take),
    "fill": Verb("fill DISH MATERIAL [GRAMS]", 2, 3, fill),
    "empty": Verb("empty DISH", 1, 1, empty),
    "open": Verb("open oven", 1, 1, open_door),
    "close": Verb("close oven", 1, 1, close_door),
    "set": Verb("set oven|bath|room|humidity VALUE", 2, 2, set_air),
    "draught": Verb("draught BALANCE on|off", 2, 2, draught),
    "drift": Verb("drift BALANCE GRAMS_PER_HOUR", 2, 2, drift),
    "tare": Verb("tare BALANCE", 1, 1, press),
    "zero": Verb("zero BALANCE", 1, 1, press),
    "print": Verb("print BALANCE", 1, 1, press),
}


def after(bench: Bench, words: Words) -> Bench:
    """The bench after the hand has done this.

    Raises:
        HandError: it cannot be done, or is not understood.
    """
    verb = VERBS.get(words[0]) if words else None
    if verb is None:
        raise HandError(f"{' '.join(words)[:40]!r} is not understood: `help` tells the words")
    if not verb.least <= len(words) - 1 <= verb.most:
        raise HandError(f"{words[0]} is written as: {verb.usage}")
    return verb.act(bench, words[1:])


def number(text: str, low: float, high: float) -> float:
    """A number that somebody typed.

    Raises:
        HandError: it is none, or beyond what makes sense.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise HandError(f"found {text[:40]!r} where a number from {low:g} to {high:g} is expected")
    return value


def _dish(bench: Bench, name: str) -> Body:
    body = bench.body(name)
    if not DISH.fullmatch(name):
        raise HandError(f"{name} is no dish")
    if bench.places.get(name) == OVEN:
        raise HandError(f"{name} is in the oven: take it out first")
    return body


def _demand_door(name: str) -> None:
    if name != OVEN:
        raise HandError(f"{name!r} has no door: the oven has one")


def _with_air(bench: Bench, name: str, target: float, constant_s: float) -> Bench:
    return replace(bench, air={**bench.air, name: bench.air[name].towards(target, constant_s)})


def _with_balance(bench: Bench, name: str, state: BalanceState) -> Bench:
    return replace(bench, balances={**bench.balances, name: state})


def _with_body(bench: Bench, name: str, body: Body) -> Bench:
    place = bench.places.get(name, BENCH)
    there = replace(bench, bodies={**bench.bodies, name: body}, places={**bench.places, name: place})
    return _settling(bench, there, {place})


def _settling(before: Bench, bench: Bench, places: set[str]) -> Bench:
    """Each balance among the places has been touched, and settles from the change of its load."""
    for name in places & bench.balances.keys():
        state = bench.balances[name]
        recent = [step for step in state.steps if bench.t_s - step[0] < REMEMBERED_S]
        recent.append((bench.t_s, bench.load_g(name) - before.load_g(name)))
        bench = _with_balance(bench, name, replace(state, touched_s=bench.t_s, steps=tuple(recent)))
    return bench
