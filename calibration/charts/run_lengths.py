"""How long a control chart runs until it alarms: average run lengths (ARL), in control and after a shift.

Integral equations of Page (CUSUM: Lucas and Crosier 1982) and Crowder (EWMA: 1987; Lucas and Saccucci 1990),
solved at Gauss-Legendre nodes. All lengths are in units of the chart's standard deviation, and counted in
checks from the start of the chart.

Limits that were estimated from a short baseline alarm more often than the published ARL says, because the
centre and the standard deviation of the baseline are themselves uncertain; ``false_alarm_rate`` averages
over that.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi

from calibration.checks import FloatArray, finite_number, positive_number
from calibration.errors import ValueRefusedError
from calibration.influences import not_negative

LONGEST = 1e12
"""A run length beyond this is infinite here: the equations do not determine it in double precision."""

_DENSITY = 1 / math.sqrt(2 * math.pi)


class Chart(Protocol):
    """A chart whose average run length can be computed."""

    def arl(self, shift: float = 0.0, spread: float = 1.0) -> float:
        """Average number of checks until an alarm.

        Args:
            shift: of the mean from the centre line, in standard deviations of the chart.
            spread: true standard deviation over the one of the chart.
        """
        ...


@dataclass(frozen=True, slots=True)
class Performance:
    """What a chart costs and what it finds; it belongs next to the chart."""

    arl0: float
    """Checks between false alarms if centre and standard deviation were exactly known."""
    at_shift: tuple[tuple[float, float], ...]
    """(shift in standard deviations, average number of checks until the alarm)."""
    baseline: int | None
    """Number of checks the limits were estimated from; None: taken as known."""
    checks_per_false_alarm: float
    """As ``arl0``, with centre and standard deviation estimated from the baseline."""


SHIFTS = (0.5, 1.0, 1.5, 2.0, 3.0)


def performance(chart: Chart, baseline: int | None = None) -> Performance:
    """False alarms and power of a chart.

    Args:
        chart: a design, such as ``Cusum(k=0.5, h=5)``.
        baseline: number of checks that centre and moving range were estimated from; None if they are known.

    Raises:
        ValueRefusedError: a baseline of fewer than 3 checks.
    """
    arl0 = chart.arl()
    return Performance(
        arl0=arl0,
        at_shift=tuple((shift, chart.arl(shift)) for shift in SHIFTS),
        baseline=baseline,
        checks_per_false_alarm=_checks_per_false_alarm(chart, baseline),
    )


def false_alarm_rate(chart: Chart, baseline: int) -> float:
    """False alarms per check, on average over charts whose limits come from a baseline of so many checks.

    The centre is the mean, the standard deviation MRbar/d2 of independent normal checks; the chart starts
    anew after each alarm.

    Args:
        chart: the design.
        baseline: number of checks in the baseline.

    Raises:
        ValueRefusedError: fewer than 3 checks.
    """
    dof = moving_range_dof(baseline)
    unit = chi.mean(dof)
    nodes, weights = _legendre(float(chi.ppf(1e-7, dof)), float(chi.ppf(1 - 1e-7, dof)), 12)
    weights = weights * chi.pdf(nodes, dof)
    offsets, chances = np.polynomial.hermite_e.hermegauss(7)
    chances = chances / chances.sum()
    rate = 0.0
    for node, weight in zip(nodes, weights, strict=True):
        estimate = float(node / unit)  # of sigma, over sigma
        for offset, chance in zip(offsets[offsets >= 0], chances[offsets >= 0], strict=True):
            shift = float(offset) / math.sqrt(baseline) / estimate
            sides = 1 if offset == 0 else 2  # every chart here treats both sides alike
            rate += sides * float(weight * chance) / chart.arl(shift, 1 / estimate)
    return rate


def _checks_per_false_alarm(chart: Chart, baseline: int | None) -> float:
    if baseline is None:
        return chart.arl()
    rate = false_alarm_rate(chart, baseline)
    return 1 / rate if rate > 0 else math.inf


def moving_range_dof(count: int) -> float:
    """Degrees of freedom of MRbar/d2 of so many independent normal checks: chi of the same relative spread.

    About 0.6 (count - 1): the price for not being misled by a shift within the baseline.

    Raises:
        ValueRefusedError: fewer than 3 checks.
    """
    if count < 3:
        raise ValueRefusedError(
            f"a baseline of {count} checks has no scatter to speak of; 3 or more are needed"
        )
    ranges = count - 1
    own = 2 * (1 - 2 / math.pi)
    neighbours = 4 / math.pi * (math.sqrt(3) / 2 + math.pi / 12 - 1)
    square = (own * ranges + 2 * neighbours * (ranges - 1)) / ranges**2 * math.pi / 4
    return float(brentq(lambda dof: chi.var(dof) / chi.mean(dof) ** 2 - square, 0.5, 10.0 * count))


def limit_for(
    chart: Callable[[float], Chart], checks_per_false_alarm: float, baseline: int | None = None
) -> float:
    """The limit at which a chart alarms falsely once in so many checks: h of a CUSUM, L of an EWMA.

    Args:
        chart: makes a design of its limit, as ``lambda h: Cusum(k=0.5, h=h)``.
        checks_per_false_alarm: such as 370, that of three standard deviations on both sides.
        baseline: number of checks that the limits are estimated from; None if they are known.

    Raises:
        ValueRefusedError: a number that no limit between 0.1 and 50 reaches.
    """
    wanted = positive_number("checks per false alarm", checks_per_false_alarm)

    def excess(limit: float) -> float:
        return math.log(min(_checks_per_false_alarm(chart(limit), baseline), LONGEST) / wanted)

    low, high = 0.1, 1.0
    while excess(high) < 0:
        low, high = high, 1.5 * high
        if high > 50:
            raise ValueRefusedError(
                f"no limit up to 50 standard deviations gives {wanted:g} checks per false alarm; "
                "ask for fewer, or take a longer baseline"
            )
    if excess(low) > 0:
        raise ValueRefusedError(
            f"{wanted:g} checks per false alarm: even the narrowest limit alarms less often"
        )
    return float(brentq(excess, low, high, xtol=1e-6))


def shewhart_arl(multiple: float, shift: float = 0.0) -> float:
    """Single points beyond +-multiple standard deviations.

    Raises:
        ValueRefusedError: multiple not positive, shift not finite.
    """
    positive_number("multiple", multiple)
    finite_number("shift", shift)
    return _bounded(1 / max(float(ndtr(-multiple - shift) + ndtr(shift - multiple)), 1e-300))


def cusum_arl(k: float, h: float, shift: float = 0.0, head_start: float = 0.0) -> float:
    """Tabular CUSUM, both sides (Lucas and Crosier 1982).

    Args:
        k: reference value.
        h: decision interval.
        shift: of the mean.
        head_start: where both sums start, 0 to h/2: h/2 is the fast initial response.

    Raises:
        ValueRefusedError: k negative, h not positive, a head start outside.
    """
    not_negative("k", k)
    positive_number("h", h)
    if not 0 <= head_start <= h / 2:
        raise ValueRefusedError(f"a head start of {head_start:g} lies outside 0 to h/2 = {h / 2:g}")
    upper, ahead_upper = _one_sided(k, h, finite_number("shift", shift), head_start)
    lower, ahead_lower = _one_sided(k, h, -shift, head_start)
    if math.isinf(upper) and math.isinf(lower):
        return math.inf
    if math.isinf(upper):
        upper, lower, ahead_upper, ahead_lower = lower, upper, ahead_lower, ahead_upper
    # from sums that start at s: (U(s) L + L(s) U - U L) / (U + L), with U(s) = U ahead_upper
    return _bounded(upper * (ahead_upper + ahead_lower - 1) / (1 + upper / lower))


def _one_sided(k: float, h: float, shift: float, start: float) -> tuple[float, float]:
    """ARL of the upper sum from 0, and from ``start`` relative to it."""
    nodes, weights = _legendre(0.0, h, 12 + math.ceil(1.5 * h))
    at = np.concatenate([[0.0], nodes])
    kernel = np.empty((len(at), len(at)))
    kernel[:, 0] = ndtr(k - at - shift)
    kernel[:, 1:] = weights * _normal(nodes + k - at[:, None] - shift)
    lengths = _solved(kernel)
    if lengths is None:
        return math.inf, 1.0
    ahead = (
        1
        + lengths[0] * ndtr(k - start - shift)
        + lengths[1:] @ (weights * _normal(nodes + k - start - shift))
    )
    return float(lengths[0]), float(ahead / lengths[0])


def ewma_arl(weight: float, multiple: float, shift: float = 0.0, *, time_varying: bool = False) -> float:
    """EWMA, both sides (Crowder 1987); with time-varying limits by recursion from the steady state.

    Args:
        weight: lambda, above 0 and up to 1.
        multiple: L, in standard deviations of the EWMA.
        shift: of the mean.
        time_varying: whether the limits start narrow, with the spread of the first averages.

    Raises:
        ValueRefusedError: lambda outside, L not positive, shift not finite.
    """
    finite_number("shift", shift)
    rest = 1 - weight_of_newest(weight)
    limit = positive_number("L", multiple) * math.sqrt(weight / (2 - weight))
    unit, weights = _legendre(-1.0, 1.0, 12 + math.ceil(3 * multiple / math.sqrt(weight * (2 - weight))))

    def onwards(at: FloatArray, half: float) -> FloatArray:
        return np.asarray(
            weights * half * _normal((unit * half - rest * at[:, None]) / weight - shift) / weight
        )

    lengths = _solved(onwards(unit * limit, limit))
    if lengths is None:
        return math.inf
    half = limit
    if time_varying and rest > 0:
        steps = math.ceil(math.log(1e-10) / (2 * math.log(rest)))
        for i in range(steps, 0, -1):
            now = limit * math.sqrt(1 - rest ** (2 * i))
            lengths, half = 1 + onwards(unit * now, half) @ lengths, now
    return _bounded(1 + float((onwards(np.zeros(1), half) @ lengths)[0]))


def weight_of_newest(weight: float) -> float:
    """The weight lambda of an EWMA, checked.

    Raises:
        ValueRefusedError: not above 0, or above 1.
    """
    if not 0 < weight <= 1:
        raise ValueRefusedError(f"lambda is {weight:g}; it must lie above 0, and at most at 1")
    return weight


def _solved(kernel: FloatArray) -> FloatArray | None:
    """Lengths L = 1 + kernel L; None where they are too long to be determined."""
    try:
        lengths = np.asarray(np.linalg.solve(np.eye(len(kernel)) - kernel, np.ones(len(kernel))), np.float64)
    except np.linalg.LinAlgError:
        return None
    return lengths if np.all((lengths > 0) & (lengths < LONGEST)) else None


def _bounded(length: float) -> float:
    return length if length < LONGEST else math.inf


def _normal(z: FloatArray) -> FloatArray:
    return np.asarray(_DENSITY * np.exp(-z * z / 2))


@functools.lru_cache(maxsize=128)
def _unit_legendre(count: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def _legendre(low: float, high: float, count: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = _unit_legendre(count)
    return (low + high) / 2 + (high - low) / 2 * nodes, (high - low) / 2 * weights
