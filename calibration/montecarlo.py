"""Propagation of distributions by a Monte Carlo method (JCGM 101:2008), and the check of the linear result.

The number of trials is fixed, or adapts until the results are stable in the digits that are asked for (7.9).
The generator is named and its seed recorded: the same seed gives the same result to the last bit.
"""

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, level_of_confidence
from calibration.coverage import coverage_factor
from calibration.distributions import Distribution, Member, NormalBlock
from calibration.errors import ValueRefusedError
from calibration.rounding import round_to_digits
from calibration.uncertain import Uncertain, correlated, independent, propagate

GENERATOR = f"NumPy {np.__version__} PCG64"
"""What draws the numbers; another release may draw others from the same seed."""

Model = Callable[..., npt.ArrayLike]
"""Takes the inputs by name as arrays of trials, gives the output for every trial."""


class Interval(enum.StrEnum):
    """Which coverage interval (JCGM 101, 7.7)."""

    SYMMETRIC = "probabilistically symmetric"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run.

    Raises:
        ValueRefusedError: a level outside (0, 1), digits other than 1 or 2, too few trials for the level.
    """

    seed: int
    level: float = 0.95
    interval: Interval = Interval.SYMMETRIC
    digits: int = 2
    """Significant digits of u that are to be stable, and that the linear result is compared in."""
    trials: int | None = None
    """A fixed number; None adapts it."""
    most_trials: int = 10_000_000
    """Where the adaptive procedure gives up, and says so."""

    def __post_init__(self) -> None:
        level_of_confidence(self.level)
        if self.digits not in (1, 2):
            raise ValueRefusedError(f"{self.digits} digits cannot be made stable; ask for 1 or 2")
        needed = math.ceil(100 / (1 - self.level))
        for name, trials in (("trials", self.trials), ("most_trials", self.most_trials)):
            if trials is not None and trials < needed:
                raise ValueRefusedError(
                    f"{name} is {trials}; a level of {self.level} needs {needed} at least"
                )


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What the trials gave, in the unit of the output."""

    y: float
    u: float
    low: float
    high: float
    trials: int
    stable: bool | None
    """True: stable in the digits asked for; False: gave up before; None: a fixed number of trials."""
    settings: Settings
    generator: str = GENERATOR


@dataclass(frozen=True, slots=True)
class Linear:
    """The law of propagation of uncertainty with the same inputs (JCGM 100), in the unit of the output."""

    y: float
    u: float
    dof: float
    k: float

    @property
    def low(self) -> float:
        """Lower end, y - k u."""
        return self.y - self.k * self.u

    @property
    def high(self) -> float:
        """Upper end, y + k u."""
        return self.y + self.k * self.u


@dataclass(frozen=True, slots=True)
class Validated:
    """The linear result against the trials (JCGM 101, 8.1)."""

    linear: Linear
    monte_carlo: MonteCarlo
    tolerance: float
    """delta: half a unit of the last digit of u that is asked for."""

    @property
    def d_low(self) -> float:
        """Distance of the lower ends."""
        return abs(self.linear.low - self.monte_carlo.low)

    @property
    def d_high(self) -> float:
        """Distance of the upper ends."""
        return abs(self.linear.high - self.monte_carlo.high)

    @property
    def valid(self) -> bool:
        """True: both ends agree within the tolerance, so the linear result may be reported."""
        return self.d_low <= self.tolerance and self.d_high <= self.tolerance

    @property
    def reported(self) -> Linear | MonteCarlo:
        """The linear result where it is valid, otherwise that of the trials."""
        return self.linear if self.valid else self.monte_carlo


def monte_carlo(model: Model, inputs: Mapping[str, Distribution], settings: Settings) -> MonteCarlo:
    """Propagate distributions through a model.

    Args:
        model: called with every input by name as an array of shape (trials,); returns that shape.
        inputs: what is known of each; members of one block are drawn together.
        settings: seed, level, kind of interval, trials.

    Raises:
        ValueRefusedError: no inputs, or the model gives something not finite, of another shape, or constant.
    """
    return _run(model, inputs, settings, fraction_of_tolerance=1.0)


def validate(model: Model, inputs: Mapping[str, Distribution], settings: Settings) -> Validated:
    """Linear propagation, checked by Monte Carlo; ``reported`` is whichever may be reported (JCGM 101, 8).

    An adaptive run is made stable to a fifth of the tolerance of the comparison, so that a difference is one
    of the methods and not of the draw.

    Args:
        model: as for ``monte_carlo``, and analytic: it is also called with complex numbers.
        inputs: as for ``monte_carlo``.
        settings: as for ``monte_carlo``; ``digits`` set the tolerance.

    Raises:
        ValueRefusedError: as for ``monte_carlo``, or a model that does not carry complex numbers.
    """
    drawn = _run(model, inputs, settings, fraction_of_tolerance=0.2)
    return Validated(
        _linear(model, inputs, settings.level), drawn, numerical_tolerance(drawn.u, settings.digits)
    )


def numerical_tolerance(u: float, digits: int) -> float:
    """delta: with u = c * 10^l, c an integer of so many digits, half of 10^l (JCGM 101, 7.9.2).

    Args:
        u: standard uncertainty in any unit, positive.
        digits: significant digits that count.

    Raises:
        ValueRefusedError: u is zero or not finite.
    """
    exponent = round_to_digits(u, digits).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def coverage_interval(values: npt.ArrayLike, level: float, interval: Interval) -> tuple[float, float]:
    """Ends of the coverage interval of drawn values (JCGM 101, 7.7).

    The ends of the shortest interval are poorly determined, because the minimum is flat: compare lengths.

    Args:
        values: shape (M,), in any order.
        level: coverage probability.
        interval: symmetric in probability, or shortest.

    Raises:
        ValueRefusedError: fewer values than the level needs.
    """
    return _interval(np.sort(np.asarray(values, dtype=np.float64)), level_of_confidence(level), interval)


def _interval(ordered: FloatArray, level: float, interval: Interval) -> tuple[float, float]:
    count = len(ordered)
    covered = math.floor(level * count + 0.5)
    if not 0 < covered < count:
        raise ValueRefusedError(f"{count} values are too few for a coverage probability of {level}")
    if interval is Interval.SHORTEST:
        first = int(np.argmin(ordered[covered:] - ordered[: count - covered]))
    else:
        first = (count - covered + 1) // 2 - 1
    return float(ordered[first]), float(ordered[first + covered])


def _run(
    model: Model, inputs: Mapping[str, Distribution], settings: Settings, fraction_of_tolerance: float
) -> MonteCarlo:
    if not inputs:
        raise ValueRefusedError("a model without inputs has nothing to propagate")
    generator = np.random.Generator(np.random.PCG64(settings.seed))
    if settings.trials is not None:
        return _summary(_trials(model, inputs, generator, settings.trials), settings, stable=None)
    batch = max(math.ceil(100 / (1 - settings.level)), 10_000)
    batches: list[FloatArray] = []
    rows = np.empty((max(settings.most_trials // batch, 2), 4))
    for count in range(1, len(rows) + 1):
        values = np.sort(_trials(model, inputs, generator, batch))
        batches.append(values)
        ends = _interval(values, settings.level, settings.interval)
        rows[count - 1] = float(values.mean()), float(values.std(ddof=1)), *ends
        if count >= 2 and _is_stable(rows[:count], batch, settings.digits, fraction_of_tolerance):
            return _summary(np.concatenate(batches), settings, stable=True)
    return _summary(np.concatenate(batches), settings, stable=False)


def _is_stable(rows: FloatArray, batch: int, digits: int, fraction_of_tolerance: float) -> bool:
    """Twice the standard deviation of the mean of y, u and both ends is within the tolerance (7.9.4)."""
    count = len(rows)
    within = (batch - 1) * np.sum(rows[:, 1] ** 2)
    between = batch * np.sum((rows[:, 0] - rows[:, 0].mean()) ** 2)
    u = math.sqrt((within + between) / (count * batch - 1))
    spread = 2 * np.std(rows, axis=0, ddof=1) / math.sqrt(count)
    return bool(np.all(spread <= fraction_of_tolerance * numerical_tolerance(u, digits)))


def _trials(
    model: Model, inputs: Mapping[str, Distribution], generator: np.random.Generator, trials: int
) -> FloatArray:
    blocks: dict[int, FloatArray] = {}
    drawn: dict[str, FloatArray] = {}
    for name, quantity in inputs.items():
        if isinstance(quantity, Member):
            key = id(quantity.block)
            if key not in blocks:
                blocks[key] = quantity.block.draw(generator, trials)
            drawn[name] = blocks[key][quantity.index]
        else:
            drawn[name] = quantity.draw(generator, trials)
    with np.errstate(all="ignore"):  # what is not finite is refused below, with the inputs that did it
        values = np.asarray(model(**drawn), dtype=np.float64)
    if values.shape != (trials,):
        raise ValueRefusedError(f"the model gives shape {values.shape} for {trials} trials of each input")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        where = ", ".join(f"{name} = {array[bad[0]]:g}" for name, array in drawn.items())
        raise ValueRefusedError(f"the model gives {values[bad[0]]} for {where}")
    return values


def _summary(values: FloatArray, settings: Settings, stable: bool | None) -> MonteCarlo:
    u = float(values.std(ddof=1))
    if u == 0:
        raise ValueRefusedError("the model gives the same value in every trial: no input reaches the output")
    low, high = _interval(np.sort(values), settings.level, settings.interval)
    return MonteCarlo(float(values.mean()), u, low, high, len(values), stable, settings)


def _linear(model: Model, inputs: Mapping[str, Distribution], level: float) -> Linear:
    blocks: dict[int, tuple[Uncertain, ...]] = {}
    quantities: list[Uncertain] = []
    for name, quantity in inputs.items():
        if isinstance(quantity, Member):
            quantities.append(_members(quantity.block, blocks)[quantity.index])
        else:
            quantities.append(independent(quantity.value, quantity.u, name, dof=quantity.dof))

    def by_name(*values: complex) -> complex:
        return complex(np.asarray(model(**dict(zip(inputs, values, strict=True))), np.complex128).item())

    y = propagate(by_name, quantities)
    return Linear(y.value, y.u, y.dof, coverage_factor(level, y.dof))


def _members(block: NormalBlock, known: dict[int, tuple[Uncertain, ...]]) -> tuple[Uncertain, ...]:
    if id(block) not in known:
        known[id(block)] = correlated(
            block.values, block.root @ block.root.T, "correlated inputs", dof=block.dof
        )
    return known[id(block)]
