"""What happens on the bench, apart from any dialect: pans, a drying run, an oven, a room.

Every state is a function of the seed and of the time alone. Asking twice, or a thousand times in between,
changes nothing, so a test may ask for any moment, and two runs of one seed are one story.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Protocol

NOISE_STEP_S = 0.1
"""Noise holds still this long, as a display does between two updates."""

SETTLING_S = 0.35
"""Time constant with which a pan's oscillation is damped."""
OSCILLATION_S = 0.6

Course = Callable[[float], float | None]
"""A quantity over time in s; None while its sensor is broken."""

_NORMAL = NormalDist()


def uniform(*key: object) -> float:
    """A number strictly between 0 and 1 that belongs to ``key`` for ever."""
    digest = blake2b(repr(key).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2**64


def noise(now_s: float, *key: object) -> float:
    """Standard normal noise at ``now_s``, held for ``NOISE_STEP_S``."""
    return _NORMAL.inv_cdf(uniform(*key, math.floor(now_s / NOISE_STEP_S)))


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the load cell sees, before zero and tare."""

    mass_g: float
    stable: bool


def swing(steps: Iterable[tuple[float, float]], now_s: float) -> tuple[float, float]:
    """How far a pan is from its load, and how far it still moves, both in g: a damped oscillation.

    Args:
        steps: time in s and change of the load in g; those to come do not count.
        now_s: when.
    """
    off_g = moving_g = 0.0
    for time_s, step_g in steps:
        if time_s <= now_s:
            since_s = now_s - time_s
            damping = math.exp(-since_s / SETTLING_S)
            off_g -= step_g * damping * math.cos(math.tau * since_s / OSCILLATION_S)
            moving_g += abs(step_g) * damping
    return off_g, moving_g


class Pan(Protocol):
    """The pan of a balance."""

    def at(self, now_s: float) -> Weighing:
        """The load at ``now_s`` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class StillPan:
    """A load that nobody touches; ``stable=False`` is a draught that never ends."""

    mass_g: float = 0.0
    stable: bool = True

    def at(self, now_s: float) -> Weighing:
        """The same at any time."""
        return Weighing(self.mass_g, self.stable)


@dataclass(frozen=True, slots=True)
class Routine:
    """What an operator does on a pan, over and over: vessel on, portions in, everything off."""

    vessel_g: float
    portion_g: float
    """The usual portion; each one differs from it by up to a quarter."""
    portion_times_s: tuple[float, ...]
    vessel_on_s: float
    vessel_off_s: float
    cycle_s: float

    def steps(self, seed: int, cycle: int) -> Iterator[tuple[float, float]]:
        """Time in s since the first cycle began, and change of load in g, of one cycle."""
        start_s = cycle * self.cycle_s
        yield start_s + self.vessel_on_s, self.vessel_g
        total_g = self.vessel_g
        for index, time_s in enumerate(self.portion_times_s):
            portion_g = self.portion_g * (0.75 + 0.5 * uniform(seed, "portion", cycle, index))
            total_g += portion_g
            yield start_s + time_s, portion_g
        yield start_s + self.vessel_off_s, -total_g


BOTTLE = Routine(21.5327, 0.72, (16.0, 21.0, 26.0, 31.0), vessel_on_s=2.0, vessel_off_s=76.0, cycle_s=88.0)
"""Analytical balance: a weighing bottle, then powdered coptis by the spatula, 2 g to 5 g in all."""

BATCH = Routine(312.46, 245.0, (12.0, 24.0, 36.0), vessel_on_s=3.0, vessel_off_s=64.0, cycle_s=75.0)
"""Precision balance: a tray, then rhizomes by the handful."""


@dataclass(frozen=True, slots=True)
class OperatedPan:
    """A pan that an operator loads; it settles as a damped oscillation, and its zero drifts slowly."""

    routine: Routine
    digit_g: float
    """The smallest step of the display: noise and drift are some digits, stable is less than one."""
    seed: int = 0
    drift_s: float = 2700.0

    def at(self, now_s: float) -> Weighing:
        """Load and stability at ``now_s``; the operator begins at 0 s."""
        cycle = math.floor(now_s / self.routine.cycle_s)
        steps = [
            step
            for one in range(max(cycle - 1, 0), cycle + 1)
            for step in self.routine.steps(self.seed, one)
            if step[0] <= now_s
        ]
        off_g, moving_g = swing(steps, now_s)
        mass_g = sum(step_g for _, step_g in steps) + off_g
        drift_g = 2 * self.digit_g * math.sin(math.tau * now_s / self.drift_s)
        noise_g = 0.35 * self.digit_g * noise(now_s, self.seed, "pan")
        return Weighing(mass_g + drift_g + noise_g, moving_g < self.digit_g)


@dataclass(frozen=True, slots=True)
class Drying:
    """State of a moisture analyser."""

    phase: str
    """``empty``, ``weighing``, ``drying`` or ``result``."""
    phase_s: float
    """Seconds since the phase began."""
    mass_g: float
    stable: bool
    moisture_percent: float
    """Loss so far, in % of the wet mass."""
    heater_degc: float


class DryingRuns(Protocol):
    """A moisture analyser's chamber."""

    def at(self, now_s: float) -> Drying:
        """The state at ``now_s`` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class DryingRun:
    """One sample of coptis after the other, dried in minutes instead of a quarter of an hour.

    The heater approaches its target with a lag, and the loss follows the heat received, so the curve starts
    gently, steepens and flattens until it reaches the final moisture exactly when the run ends.
    """

    seed: int = 0
    first_moisture_percent: float = 11.32
    sample_g: float = 3.4253
    target_degc: float = 105.0
    room_degc: float = 24.0
    empty_s: float = 3.0
    weighing_s: float = 6.0
    drying_s: float = 150.0
    result_s: float = 30.0
    heating_s: float = 12.0
    loss_s: float = 28.0

    @property
    def cycle_s(self) -> float:
        """From one sample to the next."""
        return self.empty_s + self.weighing_s + self.drying_s + self.result_s

    def final_percent(self, run: int) -> float:
        """Final moisture of a run: the first as told, each later one its own."""
        if run == 0:
            return self.first_moisture_percent
        return self.first_moisture_percent + 1.2 * (uniform(self.seed, "moisture", run) - 0.5)

    def wet_g(self, run: int) -> float:
        """Mass of the sample before drying."""
        return self.sample_g * (1.0 if run == 0 else 0.9 + 0.2 * uniform(self.seed, "sample", run))

    def loss_fraction(self, since_s: float) -> float:
        """Part of the final loss reached ``since_s`` seconds into the drying, from 0 to 1."""
        return self._evaporated(min(max(since_s, 0.0), self.drying_s)) / self._evaporated(self.drying_s)

    def _evaporated(self, since_s: float) -> float:
        heat_s = since_s - self.heating_s * (1 - math.exp(-since_s / self.heating_s))
        return 1 - math.exp(-heat_s / self.loss_s)

    def at(self, now_s: float) -> Drying:
        """The state at ``now_s``; the first pan is empty at 0 s."""
        run, in_run_s = divmod(now_s, self.cycle_s)
        wet_g = self.wet_g(int(run))
        jitter_g = 0.0002 * noise(now_s, self.seed, "chamber")
        if in_run_s < self.empty_s:
            return Drying("empty", in_run_s, jitter_g, True, 0.0, self.room_degc)
        in_run_s -= self.empty_s
        if in_run_s < self.weighing_s:
            swing = math.exp(-in_run_s / 0.35)
            mass_g = wet_g * (1 - swing * math.cos(math.tau * in_run_s / 0.6)) + jitter_g
            return Drying("weighing", in_run_s, mass_g, wet_g * swing < 0.001, 0.0, self.room_degc)
        in_run_s -= self.weighing_s
        percent = self.final_percent(int(run)) * self.loss_fraction(in_run_s)
        rise_degc = (self.target_degc - self.room_degc) * (1 - math.exp(-in_run_s / self.heating_s))
        ended = in_run_s >= self.drying_s
        return Drying(
            "result" if ended else "drying",
            in_run_s - self.drying_s if ended else in_run_s,
            wet_g * (1 - percent / 100),
            ended,
            percent,
            self.room_degc + rise_degc,
        )


@dataclass(frozen=True, slots=True)
class Oven:
    """A drying oven whose thermostat switches at two edges: an endless cycle of two exponentials."""

    seed: int = 0
    low_degc: float = 104.3
    high_degc: float = 105.6
    heater_degc: float = 170.0
    """Where it would end with the heater always on."""
    room_degc: float = 24.0
    time_constant_s: float = 2400.0
    noise_degc: float = 0.02

    def _span_s(self, begin: float, end: float, towards: float) -> float:
        return self.time_constant_s * math.log((towards - begin) / (towards - end))

    def at(self, now_s: float) -> float:
        """Temperature in degC; heating begins at 0 s from the lower edge."""
        heating_s = self._span_s(self.low_degc, self.high_degc, self.heater_degc)
        cooling_s = self._span_s(self.high_degc, self.low_degc, self.room_degc)
        in_cycle_s = now_s % (heating_s + cooling_s)
        if in_cycle_s < heating_s:
            start, towards, since_s = self.low_degc, self.heater_degc, in_cycle_s
        else:
            start, towards, since_s = self.high_degc, self.room_degc, in_cycle_s - heating_s
        value = towards + (start - towards) * math.exp(-since_s / self.time_constant_s)
        return value + self.noise_degc * noise(now_s, self.seed, "oven")


@dataclass(frozen=True, slots=True)
class Wave:
    """A quantity that swings about its middle: a slow day, the faster swing of a control, a little noise."""

    middle: float
    day: float = 0.0
    """Amplitude over 86 400 s, in the quantity's unit like all amplitudes here."""
    swing: float = 0.0
    swing_s: float = 600.0
    noise: float = 0.0
    key: str = ""
    seed: int = 0

    def at(self, now_s: float) -> float:
        """The value at ``now_s``."""
        slow = self.day * math.sin(math.tau * now_s / 86_400.0)
        fast = self.swing * math.sin(math.tau * now_s / self.swing_s)
        return self.middle + slow + fast + self.noise * noise(now_s, self.seed, self.key)


def room_temperature(seed: int = 0) -> Wave:
    """Balance room in degC: air conditioned, a slow day curve."""
    return Wave(22.4, day=0.9, swing=0.18, swing_s=780.0, noise=0.03, key="room", seed=seed)


def room_humidity(seed: int = 0) -> Wave:
    """Balance room in %RH; falls when the temperature rises."""
    return Wave(51.2, day=-3.5, swing=-0.7, swing_s=780.0, noise=0.12, key="humidity", seed=seed)


def water_bath(seed: int = 0) -> Wave:
    """A controlled water bath in degC."""
    return Wave(60.0, swing=0.04, swing_s=95.0, noise=0.008, key="bath", seed=seed)
