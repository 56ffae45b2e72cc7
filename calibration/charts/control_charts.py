"""Shewhart chart of individuals, and what a baseline must show before its limits are trusted (phase I).

sigma comes from the differences of neighbours, MRbar/d2 with d2 = 2/sqrt(pi): a shift within the baseline
hardly enters it, as it would the overall standard deviation. Limits from checks that follow each other's
error mean nothing, so the correlation of neighbours is tested first.
"""

import enum
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from calibration.charts.noise import without_noise
from calibration.charts.run_lengths import shewhart_arl
from calibration.checks import FloatArray, finite, positive_number
from calibration.errors import ValueRefusedError
from calibration.influences import not_negative
from calibration.rounding import decimal_of

D2 = 2 / math.sqrt(math.pi)
"""Mean of a moving range of two, in standard deviations: 1.128."""
D4 = 1 + 3 * math.sqrt(math.pi / 2 - 1)
"""Upper limit of a moving range of two over its mean: 3.267."""

LEAST_CHECKS = 20
"""Checks before a baseline may have limits (20 to 25 subgroups are usual, ISO 7870-2 [R])."""
SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True)
class Shewhart:
    """Single points against limits.

    Raises:
        ValueRefusedError: multiple not positive.
    """

    multiple: float = 3.0
    """Of sigma."""

    def __post_init__(self) -> None:
        positive_number("multiple of sigma", self.multiple)

    def arl(self, shift: float = 0.0, spread: float = 1.0) -> float:
        """Average run length; see ``run_lengths.Chart``."""
        return shewhart_arl(self.multiple / spread, shift / spread)


@dataclass(frozen=True, slots=True)
class Individuals:
    """Centre and limits from a baseline, in the unit of the values."""

    centre: float
    sigma: float
    """Standard deviation of one check."""
    mean_moving_range: float
    count: int
    """Number of values behind them."""
    design: Shewhart

    @property
    def upper(self) -> float:
        """Upper control limit."""
        return self.centre + self.design.multiple * self.sigma

    @property
    def lower(self) -> float:
        """Lower control limit."""
        return self.centre - self.design.multiple * self.sigma

    @property
    def upper_moving_range(self) -> float:
        """Upper control limit of the moving range, D4 MRbar; of three standard deviations."""
        return D4 * self.mean_moving_range

    def z(self, values: npt.ArrayLike) -> FloatArray:
        """Values in standard deviations from the centre line, for the rules; on a limit what is written so.

        Raises:
            ValueRefusedError: a value that is not finite.
        """
        return without_noise((finite("values", values) - self.centre) / self.sigma)


def individuals(
    values: npt.ArrayLike, rounding_u: float = 0.0, design: Shewhart | None = None
) -> Individuals:
    """Centre and limits from values, however few; ``phase_one`` says whether they may be used.

    Args:
        values: n values in the order of time.
        rounding_u: standard uncertainty of the rounding of one value: d/sqrt(12) for an indication, d/sqrt(6)
            for a net weighing, which is rounded twice. Where it is given, sigma is the root mean square of
            successive differences over sqrt(2), as moving ranges are too small where d is about sigma, and
            not below it; 0 for values that are not digital, and sigma = MRbar/d2.
        design: multiple of the limits; without one 3.

    Raises:
        ValueRefusedError: fewer than 2 values, not finite, rounding negative, or all alike and no rounding.
    """
    checks = finite("values", values)
    if len(checks) < 2:
        raise ValueRefusedError(f"{len(checks)} values have no moving range; 2 or more are needed")
    steps = np.diff(checks)
    mean_range = float(np.abs(steps).mean())
    sigma = mean_range / D2
    if not_negative("rounding_u", rounding_u) > 0:
        sigma = max(math.sqrt(float(steps @ steps) / len(steps) / 2), rounding_u)
    if sigma == 0:
        raise ValueRefusedError(
            f"all {len(checks)} values are {checks[0]:g}: rounding hides the scatter; give u of the rounding"
        )
    # in decimal, as the digits are written: a check on the centre line must not fall beside it
    centre = float(sum(map(decimal_of, checks.tolist())) / len(checks))
    return Individuals(centre, sigma, mean_range, len(checks), design or Shewhart())


@dataclass(frozen=True, slots=True)
class LagOne:
    """Correlation of each value with the next."""

    r: float
    p: float
    """Probability of a correlation so far from that of independent values by chance."""

    @property
    def significant(self) -> bool:
        """Whether p is below 5 %: limits from these values mean nothing."""
        return self.p < SIGNIFICANCE


def lag_one(values: npt.ArrayLike) -> LagOne:
    """Test whether neighbours are correlated (Moran 1948: mean -1/n, variance (n - 2)^2/(n^2 (n - 1))).

    Args:
        values: n values in the order of time, 4 or more; values that are all alike have no correlation.

    Raises:
        ValueRefusedError: fewer than 4, or not finite.
    """
    checks = finite("values", values)
    count = len(checks)
    if count < 4:
        raise ValueRefusedError(
            f"{count} values cannot show a correlation of neighbours; 4 or more are needed"
        )
    apart = checks - checks.mean()
    if np.ptp(checks) == 0:
        return LagOne(0.0, 1.0)
    r = float(apart[1:] @ apart[:-1]) / float(apart @ apart)
    z = (r + 1 / count) * count * math.sqrt(count - 1) / (count - 2)
    return LagOne(r, 2 * float(ndtr(-abs(z))))


class Trust(enum.StrEnum):
    """Whether limits may be used."""

    TRUSTED = "trusted"
    TOO_FEW = "too few checks"
    CORRELATED = "neighbouring checks are correlated"
    OUT_OF_CONTROL = "checks far out"


@dataclass(frozen=True, slots=True)
class PhaseOne:
    """A baseline on trial."""

    trust: Trust
    limits: Individuals | None
    """None while there are too few checks; not to be used unless trusted."""
    lag_one: LagOne | None
    beyond: tuple[int, ...]
    """Indices of checks that lie further out than chance allows (5 % for the baseline as a whole)."""


def phase_one(
    values: npt.ArrayLike,
    rounding_u: float = 0.0,
    design: Shewhart | None = None,
    least: int = LEAST_CHECKS,
) -> PhaseOne:
    """Limits of a baseline, and whether they may be trusted.

    Nothing is left out by itself: a check far out needs a cause before it is taken out by a person.

    Args:
        values: the first checks of one baseline, in the order of time.
        rounding_u: see ``individuals``.
        design: multiple of the limits; without one 3.
        least: number of checks below which there are no limits, 4 or more.

    Raises:
        ValueRefusedError: a value that is not finite, ``least`` below 4, or all alike and no rounding.
    """
    if least < 4:
        raise ValueRefusedError(f"limits from {least} checks cannot be tested; ask for 4 at least")
    checks = finite("values", values)
    if len(checks) < least:
        return PhaseOne(Trust.TOO_FEW, None, None, ())
    limits = individuals(checks, rounding_u, design)
    neighbours = lag_one(checks)
    trial = float(ndtri(1 - SIGNIFICANCE / (2 * len(checks))))
    beyond = tuple(int(i) for i in np.flatnonzero(np.abs(limits.z(checks)) > trial))
    trust = Trust.TRUSTED
    if neighbours.significant:
        trust = Trust.CORRELATED
    elif beyond:
        trust = Trust.OUT_OF_CONTROL
    return PhaseOne(trust, limits, neighbours, beyond)
