"""Readings per second of ``calibration.correction.correct`` against its limits, side by side in one run.

The workload: a cubic with a 4x4 covariance, resolution and repeatability. The bare NumPy expression computes
value, u and U with a fixed k = 2; ``correct`` also finds the certificate in force, checks range and unit, and
takes k from the effective degrees of freedom of every reading. GTC and ``uncertainties`` propagate one
reading at a time, on fewer readings: their time per reading does not depend on how many there are.
"""

import datetime
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calibration.certificates.model import Certificate, Gives, Kind
from calibration.correction import correct
from calibration.curves import Polynomial

B = (0.0012, 1.00021, -3.1e-07, 1.7e-10)
V = (
    (1.6e-07, -6.4e-09, 4.8e-11, -1.2e-13),
    (-6.4e-09, 4.0e-10, -3.8e-12, 1.08e-14),
    (4.8e-11, -3.8e-12, 4.0e-14, -1.188e-16),
    (-1.2e-13, 1.08e-14, -1.188e-16, 3.6e-19),
)
RESOLUTION, REPEATABILITY, REPEATABILITY_DOF = 0.001, 0.0007, 9.0
DAY_NS = 86_400 * 10**9

LIMITS = {"bare NumPy expression": 1 / 2, "GTC": 2000.0, "uncertainties": 1500.0}
"""At least this many times their speed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One competitor."""

    name: str
    readings_per_s: float
    ratio: float
    """Speed of ``correct`` divided by its speed."""
    limit: float

    @property
    def holds(self) -> bool:
        return self.ratio >= self.limit


@dataclass(frozen=True, slots=True)
class Result:
    readings: int
    readings_per_s: float
    lines: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        return all(line.holds for line in self.lines)


def run(readings: int = 100_000, rounds: int = 40) -> Result:
    """Measure everything in one run, correct and bare expression in turns; medians."""
    raw = np.random.default_rng(1).uniform(0.0, 100.0, readings)
    certificate = _certificate()
    t_ns = certificate.in_force_from_ns + np.arange(readings) * 1000
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(rounds):
        ours.append(_seconds(lambda: correct(raw, t_ns, "g", [certificate])))
        bare.append(_seconds(lambda: _bare(raw)))
    speed = readings / statistics.median(ours)
    others = {
        "bare NumPy expression": readings / statistics.median(bare),
        "GTC": _speed_of(_gtc(), raw[:1000]),
        "uncertainties": _speed_of(_uncertainties(), raw[:1000]),
    }
    lines = tuple(Line(name, other, speed / other, LIMITS[name]) for name, other in others.items())
    return Result(readings, speed, lines)


def table(result: Result) -> str:
    """The result as text, one competitor a line."""
    head = f"correct(): {result.readings_per_s:,.0f} readings/s ({result.readings:,} readings at once)\n"
    rows = [
        f"{line.name:24}{line.readings_per_s:>16,.0f}/s   correct() is {line.ratio:>9,.2f} times as fast, "
        f"at least {line.limit:,.1f} is needed: {'holds' if line.holds else 'DOES NOT HOLD'}"
        for line in result.lines
    ]
    return head + "\n".join(rows)


def _certificate() -> Certificate:
    return Certificate(
        number="benchmark",
        equipment="B-00",
        serial_number="0",
        channel="mass",
        quantity="mass",
        unit="g",
        laboratory="",
        kind=Kind.CALIBRATION,
        calibrated_on=datetime.date(2026, 1, 1),
        in_force_from_ns=0,
        valid_until_ns=DAY_NS,
        curve=Polynomial.from_powers(B, V, 0.0, 100.0),
        gives=Gives.VALUE,
        value_unit="g",
        resolution=RESOLUTION,
        repeatability=REPEATABILITY,
        repeatability_dof=REPEATABILITY_DOF,
        file_sha256="",
        entered_by="",
        checked_by="",
    )


def _bare(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What one would write by hand: the variance of the curve as one polynomial, everything by Horner."""
    value = B[0] + x * (B[1] + x * (B[2] + x * B[3]))
    slope = B[1] + x * (2 * B[2] + x * 3 * B[3])
    w = VARIANCE
    curve = w[0] + x * (w[1] + x * (w[2] + x * (w[3] + x * (w[4] + x * (w[5] + x * w[6])))))
    u = np.sqrt(np.maximum(curve, 0) + slope**2 * (RESOLUTION**2 / 12 + REPEATABILITY**2))
    return value, u, 2 * u


VARIANCE = [sum(V[i][k - i] for i in range(4) if 0 <= k - i < 4) for k in range(7)]


def _gtc() -> Callable[[float], object]:
    import GTC

    u = [math.sqrt(V[i][i]) for i in range(4)]
    b = GTC.multiple_ureal(list(B), u, math.inf)
    for i in range(4):
        for j in range(i):
            GTC.set_correlation(V[i][j] / u[i] / u[j], b[i], b[j])

    def one(raw: float) -> object:
        x = GTC.ureal(raw, REPEATABILITY, REPEATABILITY_DOF) + GTC.ureal(0, RESOLUTION / math.sqrt(12))
        y = b[0] + x * (b[1] + x * (b[2] + x * b[3]))
        return GTC.value(y), GTC.uncertainty(y), GTC.dof(y)

    return one


def _uncertainties() -> Callable[[float], object]:
    import uncertainties

    b = uncertainties.correlated_values(B, V)

    def one(raw: float) -> object:
        x = uncertainties.ufloat(raw, math.hypot(REPEATABILITY, RESOLUTION / math.sqrt(12)))
        y = b[0] + x * (b[1] + x * (b[2] + x * b[3]))
        return y.nominal_value, y.std_dev

    return one


def _speed_of(one: Callable[[float], object], raw: np.ndarray) -> float:
    values = raw.tolist()
    rounds = [_seconds(lambda: [one(x) for x in values]) for _ in range(3)]
    return len(values) / min(rounds)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(table(run()))
