"""Probability of conformity, and the risks of consumer and producer (JCGM 106:2012).

Specific risk concerns one result: what is the probability that this decision is wrong. Global risk concerns a
process: how often are items accepted that do not conform (consumer's) and rejected that do (producer's).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from calibration.checks import FloatArray, degrees_of_freedom, finite_number, positive_number
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.limits import Limits


class Process(Protocol):
    """What is known of the items of a process; a frozen distribution of ``scipy.stats`` is one."""

    def pdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability density."""
        ...

    def cdf(self, x: float) -> float:
        """Distribution function."""
        ...

    def ppf(self, q: npt.ArrayLike) -> FloatArray:
        """Quantile."""
        ...

    def isf(self, q: npt.ArrayLike) -> FloatArray:
        """Quantile from above."""
        ...


@dataclass(frozen=True, slots=True)
class Conformity:
    """Probability that the value lies within the limits, and beyond them; each exact in its own tail."""

    inside: float
    outside: float


def probability_of_conformity(
    y: float, u: float, limits: Limits, dof: float = math.inf, bounds: Limits | None = None
) -> Conformity:
    """Probability that the measurand conforms, given one result (JCGM 106:2012, clause 7).

    With both limits both tails count, whatever the width of the tolerance. A result with finite degrees of
    freedom has a scaled and shifted t distribution. Where the measurand cannot lie beyond ``bounds`` (a
    roundness is not negative) its distribution is truncated there.

    Args:
        y: value, in the unit of the limits.
        u: standard uncertainty, in the unit of the limits.
        limits: tolerance limits.
        dof: effective degrees of freedom of u.
        bounds: physical bounds of the measurand, in the unit of the limits.

    Raises:
        ValueRefusedError: y not finite, u not positive, dof below 1, or no probability within the bounds.
    """
    finite_number("y", y)
    positive_number("u", u)
    degrees_of_freedom("y", dof)

    def below(x: float) -> float:
        return _distribution_function((x - y) / u, dof)

    def above(x: float) -> float:
        return _distribution_function((y - x) / u, dof)

    floor, ceiling = (bounds.low, bounds.high) if bounds else (-math.inf, math.inf)
    low, high = max(limits.low, floor), min(limits.high, ceiling)
    possible = 1.0 if bounds is None else 1.0 - below(floor) - above(ceiling)
    if possible <= 0:
        raise ValueRefusedError(f"the result {y} with u = {u} lies beyond what the measurand can be")
    if low > high:
        return Conformity(0.0, 1.0)
    outside = (below(low) - below(floor) + above(high) - above(ceiling)) / possible
    if outside < 0.5:
        return Conformity(1.0 - outside, outside)
    inside = (above(low) - above(high) if low > y else below(high) - below(low)) / possible
    return Conformity(inside, 1.0 - inside)


def with_prior(y: float, u: float, prior_value: float, prior_u: float) -> tuple[float, float]:
    """What is known of an item after a measurement, where its process was known before (JCGM 106:2012).

    Both normal: the mean weighted by the inverse variances.

    Args:
        y: result.
        u: its standard uncertainty, in the unit of y.
        prior_value: mean of the process, in the unit of y.
        prior_u: standard deviation of the process, in the unit of y.

    Returns:
        Value and standard uncertainty, for ``probability_of_conformity``.

    Raises:
        ValueRefusedError: a value not finite, a u not positive.
    """
    weight, prior_weight = positive_number("u", u) ** -2, positive_number("u of the process", prior_u) ** -2
    total = weight + prior_weight
    known = finite_number("y", y) * weight + finite_number("mean of the process", prior_value) * prior_weight
    return known / total, total**-0.5


def acceptance_limits(
    u: float, limits: Limits, p_required: float, dof: float = math.inf
) -> tuple[float, float]:
    """The values between which the probability of conformity is at least ``p_required``.

    Exact for two limits, however narrow the tolerance; for one limit the guard band is the quantile times u.

    Args:
        u: standard uncertainty, in the unit of the limits.
        limits: tolerance limits.
        p_required: probability of conformity that acceptance needs, above 0.5 and below 1.
        dof: effective degrees of freedom of u.

    Returns:
        Lower and upper acceptance limit, infinite where the specification has no limit on that side.

    Raises:
        ValueRefusedError: bad arguments, or no value at all reaches ``p_required``.
    """
    if not 0.5 < p_required < 1:
        raise ValueRefusedError(f"the probability of conformity {p_required} must lie between 0.5 and 1")
    positive_number("u", u)
    band = u * float(special.stdtrit(dof, p_required) if math.isfinite(dof) else special.ndtri(p_required))
    if limits.lower is None or limits.upper is None:
        return limits.low + band, limits.high - band
    middle = (limits.low + limits.high) / 2

    def shortfall(y: float) -> float:
        return probability_of_conformity(y, u, limits, dof).inside - p_required

    if shortfall(middle) < 0:
        raise ValueRefusedError(
            f"{limits.specification}: no value is accepted with a probability of conformity of {p_required}; "
            f"u = {u:g} {limits.unit} is too large for this tolerance"
        )
    upper = float(optimize.brentq(shortfall, middle, limits.high + band, xtol=1e-12 * (u + abs(middle))))
    return 2 * middle - upper, upper


@dataclass(frozen=True, slots=True)
class GlobalRisk:
    """Risks over a process, as fractions of all items measured."""

    consumer: float
    """R_C: accepted and not conforming."""
    producer: float
    """R_P: rejected and conforming."""
    accepted: float
    """Probability that an item is accepted."""
    out_of_tolerance: float
    """Probability that an item does not conform."""

    @property
    def conditional_consumer(self) -> float:
        """Probability that an accepted item does not conform: R_C divided by the share accepted."""
        return self.consumer / self.accepted

    @property
    def conditional_producer(self) -> float:
        """Probability that a rejected item conforms."""
        return self.producer / (1 - self.accepted)


def global_risk(process: Process, u: float, tolerance: Limits, acceptance: Limits) -> GlobalRisk:
    """Consumer's and producer's risk of a process that is measured and judged (JCGM 106:2012, clause 9).

    Args:
        process: distribution of the true values of the items, in the unit of the limits.
        u: standard uncertainty of the measuring system (normal, without bias), in the unit of the limits.
        tolerance: within these an item conforms.
        acceptance: within these a measured value is accepted; the tolerance limits for simple acceptance.

    Raises:
        ValueRefusedError: u not positive, or limits in different units.
    """
    positive_number("u", u)
    if tolerance.unit != acceptance.unit:
        raise ValueRefusedError(f"tolerance in {tolerance.unit} and acceptance in {acceptance.unit}")

    def accepted(eta: FloatArray) -> FloatArray:
        low, high = (acceptance.low - eta) / u, (acceptance.high - eta) / u
        # the difference of the smaller tails keeps the digits of small probabilities
        flip = low > 0
        inside = special.ndtr(np.where(flip, -low, high)) - special.ndtr(np.where(flip, -high, low))
        return np.asarray(inside)

    def rejected(eta: FloatArray) -> FloatArray:
        return np.asarray(
            special.ndtr((acceptance.low - eta) / u) + special.ndtr((eta - acceptance.high) / u)
        )

    edges = _edges(process, u, tolerance, acceptance)
    outside, inside = _parts(edges, tolerance)
    consumer = _integral(process, accepted, outside)
    producer = _integral(process, rejected, inside)
    total = consumer + _integral(process, accepted, inside)
    out = float(process.cdf(tolerance.low)) + 1.0 - float(process.cdf(tolerance.high))
    return GlobalRisk(consumer, producer, total, out)


def guard_band_for_consumer_risk(
    process: Process, u: float, tolerance: Limits, target: float, conditional: bool = False
) -> float:
    """The guard band that brings the global consumer's risk down to ``target`` (JCGM 106:2012, clause 9).

    Args:
        process: distribution of the true values, in the unit of the limits.
        u: standard uncertainty of the measuring system, in the unit of the limits.
        tolerance: limits; the band narrows each that exists.
        target: R_C that is allowed, as a fraction of all items.
        conditional: the target is the share of the accepted items instead.

    Returns:
        w in the unit of the limits; 0 where simple acceptance already keeps the target.

    Raises:
        ValueRefusedError: the target is not between 0 and 1, or no guard band reaches it.
    """
    if not 0 < target < 1:
        raise ValueRefusedError(f"the target of the consumer's risk is {target}; it must be between 0 and 1")

    def excess(band: float) -> float:
        risk = global_risk(process, u, tolerance, tolerance.narrowed(Decimal(band)))
        return (risk.conditional_consumer if conditional else risk.consumer) - target

    if excess(0.0) <= 0:
        return 0.0
    width = tolerance.high - tolerance.low
    largest = width / 2 * (1 - 1e-9) if math.isfinite(width) else 12 * u
    if excess(largest) > 0:
        raise ValueRefusedError(f"{tolerance.specification}: no guard band brings the risk down to {target}")
    return float(optimize.brentq(excess, 0.0, largest, xtol=1e-12 * u))


def uncertainty_ratio(U: float, limits: Limits) -> float:  # noqa: N803
    """TUR: width of the tolerance by twice the expanded uncertainty (ANSI/NCSL Z540.3).

    Args:
        U: expanded uncertainty at k = 2, in the unit of the limits.
        limits: both limits are needed.

    Raises:
        ValueRefusedError: U not positive, or a limit missing.
    """
    width = limits.high - limits.low
    if not math.isfinite(width):
        raise ValueRefusedError(f"{limits.specification}: a test uncertainty ratio needs both limits")
    return width / (2 * positive_number("U", U))


def multiplier_root_sum_square(tur: float) -> float:
    """Acceptance limit by tolerance limit sqrt(1 - 1/TUR^2) (NCSLI RP-10).

    Raises:
        OutOfRangeError: TUR below 1: nothing could be accepted.
    """
    return math.sqrt(1 - 1 / _ratio_of_at_least(tur, 1.0) ** 2)


def multiplier_expanded_uncertainty(tur: float) -> float:
    """Acceptance limit by tolerance limit for a guard band w = U: 1 - 1/TUR.

    Raises:
        OutOfRangeError: TUR below 1: nothing could be accepted.
    """
    return 1 - 1 / _ratio_of_at_least(tur, 1.0)


def multiplier_managed_risk(tur: float) -> float:
    """Acceptance limit by tolerance limit that keeps the false accepts below 2 % whatever the process.

    1 - M/TUR with M = 1.04 - exp(0.38 ln TUR - 0.54) (Dobbert; ANSI/NCSL Z540.3 Handbook, method 6); no guard
    band where M is negative, above a TUR of about 4.6.

    Raises:
        OutOfRangeError: TUR below 1.4, where the formula was not fitted.
    """
    ratio = _ratio_of_at_least(tur, 1.4)
    return 1 - max(0.0, 1.04 - math.exp(0.38 * math.log(ratio) - 0.54)) / ratio


def _ratio_of_at_least(tur: float, least: float) -> float:
    if not positive_number("TUR", tur) >= least:
        raise OutOfRangeError(
            f"the test uncertainty ratio is {tur:g}; this guard band needs {least:g} or more"
        )
    return tur


def _distribution_function(z: float, dof: float) -> float:
    return float(special.stdtr(dof, z) if math.isfinite(dof) else special.ndtr(z))


_TAILS = 10.0 ** -np.array([16, 12, 9, 6, 4, 3, 2, 1])
_STEPS = np.array([-40, -20, -12, -8, -5, -3, -1.5, 0, 1.5, 3, 5, 8, 12, 20, 40])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


def _edges(process: Process, u: float, tolerance: Limits, acceptance: Limits) -> FloatArray:
    """Where the integrand changes its character: quantiles of the process, and the limits with their blur."""
    low, high = process.ppf(_TAILS), process.isf(_TAILS)
    places = [low, high, process.ppf([0.25, 0.5, 0.75])]
    for limits in (tolerance, acceptance):
        places += [limit + u * _STEPS for limit in (limits.low, limits.high) if math.isfinite(limit)]
    joined = np.unique(np.concatenate(places))
    return np.asarray(joined[(joined >= np.min(low)) & (joined <= np.max(high)) & np.isfinite(joined)])


def _parts(edges: FloatArray, tolerance: Limits) -> tuple[FloatArray, FloatArray]:
    """Panels beyond and within the tolerance, shape (n, 2)."""
    panels = np.column_stack([edges[:-1], edges[1:]])
    middle = panels.mean(axis=1)
    within = (middle >= tolerance.low) & (middle <= tolerance.high)
    return panels[~within], panels[within]


def _integral(process: Process, share: Callable[[FloatArray], FloatArray], panels: FloatArray) -> float:
    """Gauss-Legendre on every panel of density times share."""
    half = (panels[:, 1:] - panels[:, :1]) / 2
    x = panels[:, :1] + half * (1 + _NODES)
    return float(np.sum(half * _WEIGHTS * process.pdf(x) * share(x)))
