"""Random sessions of every method that ships, against GTC and against draws with NumPy (JCGM 100, 101)."""

import dataclasses
import math
from dataclasses import dataclass, field
from decimal import Decimal

import GTC
import numpy as np
import pytest

from calibration.influences import Repeatability
from calibration.rounding import round_to_place
from calibration.uncertain import Uncertain
from daq.lab.methods.steps import Enter, Read, RepeatUntil, Weigh
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Plate
from tests.daq.lab.results.bench import (
    BALANCE_PLATE,
    METHODS,
    Session,
    certificate,
    text_of,
    weight,
)
from tests.daq.lab.results.oracle import Draws, Gtc, of_session

SIZES = {"g": 1e-4, "degC": 0.05, "%M": 0.1}
"""Of corrections, steps and spread."""
SETTING_TO_ZERO = {
    "coptis-extractives-chp-2201": {"m"},
    "spices-distillation-gb-5009-3-3": {"m"},
    "balance-daily-check": {"I"},
}
"""Weighings that count from a zero which the method sets, in methods whose result has an uncertainty."""
PROPAGATED = [
    name
    for name, method in METHODS.items()
    if any(result.uncertainty == "propagated" for result in method.procedure.results)
]


@dataclass
class Bench:
    """One laboratory of random instruments, and the oracles that see the same."""

    rng: np.random.Generator
    kinds: tuple[Gtc | Draws, ...]
    lines: dict = field(default_factory=dict)

    def line(self, role, unit):
        """The certificate of the instrument in a role."""
        if (role, unit) not in self.lines:
            size = SIZES[unit]
            factor = self.rng.normal(size=(2, 2)) * size * np.array([[1.0], [0.01]])
            self.lines[role, unit] = certificate(
                f"I-{role}",
                unit,
                coefficients=self.rng.normal(size=2) * size * np.array([1.0, 0.001]),
                covariance=factor @ factor.T,
                s=float(self.rng.uniform(0.3, 2) * size),
                d=size,
                record=f"{len(self.lines) + 1}.1",
                number=f"C-{role}-{unit[-1]}",
            )
        return self.lines[role, unit]

    def plate(self, line):
        """The same figures for indications that are taken uncorrected."""
        return Plate(
            name=line.equipment,
            unit=line.unit,
            resolution=Decimal(str(line.resolution)),
            verified=BALANCE_PLATE.verified if line.unit == "g" else None,
            repeatability=Repeatability(line.repeatability, line.repeatability_dof),
        )


class Course:
    """One session near the method's worked example, as the product and as the oracles see it."""

    def __init__(self, bench, name, earlier=None):
        self.bench = bench
        self.method = METHODS[name]
        self.session = Session(self.method, f"S-{name}")
        self.zeroed = SETTING_TO_ZERO.get(name, set())
        self.about = {"standards": {}, "instruments": {}, "earlier": {}}
        procedure = self.method.procedure
        self.common = [{} for _ in bench.kinds]
        self.rows = [[{} for _ in procedure.example.portions] for _ in bench.kinds]
        for one in procedure.inputs:
            numbers = [procedure.example.session] if one.scope == "session" else procedure.example.portions
            for place, figures in enumerate(numbers):
                portion = 0 if one.scope == "session" else place + 1
                values = self.take(one, portion, figures[one.name], earlier)
                for k, value in enumerate(values):
                    (self.rows[k][place] if portion else self.common[k])[one.name] = value
        self.outcomes = compute_results(self.session.given(**self.about))
        self.oracles = [
            of_session(procedure, common, rows, kind)
            for kind, common, rows in zip(bench.kinds, self.common, self.rows, strict=True)
        ]

    def take(self, one, portion, figure, earlier):
        if one.origin == "step":
            return self.captured(one, portion, figure)
        if one.origin == "reference":
            self.about["standards"].setdefault(one.role, {})[portion] = weight(figure, name=f"W-{portion}")
            return [float(figure) + kind.normal(2e-5) for kind in self.bench.kinds]
        if one.origin == "earlier-result":
            self.about["earlier"][one.name] = earlier.outcomes[0]
            return [values["X_mean", 0] for values in earlier.oracles]
        self.about["instruments"].setdefault(one.role, {})[0] = self.bench.plate(
            self.bench.line(one.role, "g")
        )
        return [float(figure)] * len(self.bench.kinds)

    def captured(self, one, portion, figure):
        step = self.step(one)
        figures = figure if isinstance(figure, tuple) else (figure,)
        if isinstance(step, Enter):
            text = text_of(float(figure) + self.bench.rng.uniform(0, 0.2), one.unit)
            self.session.enter(one.name, portion, text)
            return [float(text)] * len(self.bench.kinds)
        line = self.bench.line(step.role, one.unit)
        self.about["instruments"].setdefault(step.role, {})[0] = self.bench.plate(line)
        zero = [kind.half_width(line.resolution / 2) for kind in self.bench.kinds]
        found = [[] for _ in self.bench.kinds]
        for each in figures:
            text = text_of(float(each) * self.bench.rng.uniform(1, 1.00001), one.unit)
            self.weigh(one, portion, text, line)
            for k, kind in enumerate(self.bench.kinds):
                x = kind.reading(float(text), line, corrected=not one.indication)
                found[k].append(x + zero[k] if one.name in self.zeroed else x)
        return found if one.times > 1 else [several[0] for several in found]

    def weigh(self, one, portion, text, line):
        loop = next(
            (s for s in self.method.procedure.steps if isinstance(s, RepeatUntil) and s.of == one.name), None
        )
        if loop is not None:  # the first mass after drying; the second is smaller, and counts
            self.session.read(one.name, portion, text_of(float(text) + 0.0001, one.unit), line)
        self.session.read(one.name, portion, text, line, step=loop.steps[-1].id if loop else None)

    def step(self, one):
        return next(
            s for s in self.session.steps() if isinstance(s, Weigh | Read | Enter) and s.into == one.name
        )


def course(name, bench):
    earlier = None
    if name == "coptis-extractives-chp-2201":  # takes the moisture of the same sample, by the same balance
        earlier = Course(bench, "coptis-moisture-chp-0832-2")
    return Course(bench, name, earlier)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", PROPAGATED)
def test_random_sessions_of_the_shipped_methods_against_gtc(name, seed):
    found = course(name, Bench(np.random.default_rng(seed), (Gtc(),)))
    for outcome in found.outcomes:
        theirs = found.oracles[0][outcome.formula, outcome.portion]
        if outcome.u is None:
            assert float(outcome.value) == pytest.approx(float(theirs), rel=1e-8)
            continue
        assert float(outcome.value) == pytest.approx(GTC.value(theirs), rel=1e-9, abs=outcome.u * 1e-6)
        assert outcome.u == pytest.approx(GTC.uncertainty(theirs), rel=1e-8)
        assert 1 / outcome.dof == pytest.approx(1 / GTC.dof(theirs), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", PROPAGATED)
def test_random_sessions_of_the_shipped_methods_against_draws(name):
    found = course(name, Bench(np.random.default_rng(50), (Draws(51),)))
    for outcome in found.outcomes:
        if outcome.u is not None:
            draws = found.oracles[0][outcome.formula, outcome.portion]
            assert outcome.u == pytest.approx(float(np.std(draws)), rel=0.02)
            assert float(outcome.value) == pytest.approx(
                float(np.mean(draws)), abs=6 * outcome.u / math.sqrt(len(draws))
            )


class Exactly(Course):
    """The method's worked example as a session: certificates without corrections, readings as written."""

    def weigh(self, one, portion, text, line):
        figures = self.method.procedure.example.portions[portion - 1][one.name]
        several = figures if isinstance(figures, tuple) else (figures,)
        done = sum(
            capture.into == one.name and capture.portion == portion for capture in self.session.captures
        )
        super().weigh(one, portion, str(several[done % len(several)]), line)


@pytest.mark.parametrize("name", METHODS)
def test_every_shipped_method_gives_its_worked_example_as_a_session(name):
    bench = Bench(np.random.default_rng(1), ())
    for step in METHODS[name].procedure.instruments:
        for unit in SIZES:
            bench.lines[step.role, unit] = certificate(f"I-{step.role}", unit, record="1.1")
    if name in ("balance-eccentricity", "balance-repeatability"):  # whose examples take 1 mg at any load
        plate = bench.plate(bench.line("balance", "g"))
        bench.plate = lambda _: dataclasses.replace(plate, verified=None, mpe=Decimal("0.001"))
    earlier = None
    if name == "coptis-extractives-chp-2201":
        wet = Course(Bench(np.random.default_rng(2), ()), "coptis-moisture-chp-0832-2")
        tenth = dataclasses.replace(wet.outcomes[0], value=Decimal(10), uncertain=Uncertain(10.0))
        earlier = dataclasses.make_dataclass("Earlier", ["outcomes", "oracles"])((tenth,), ())
    found = Exactly(bench, name, earlier)
    example = METHODS[name].procedure.example
    for outcome in found.outcomes:
        written = example.gives[outcome.formula]
        if outcome.portion in (0, 1) and not found.session.entries:
            assert round_to_place(outcome.value, int(written.as_tuple().exponent)) == written
