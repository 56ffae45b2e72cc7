"""The results of a session by other programs: GTC, and draws with NumPy. Shares no mathematics with daq.

The formulas are read as Python here; the certificate is a straight line of corrections whose coefficients,
covariance, rounding and repeatability are known numbers.
"""

from fractions import Fraction
from typing import ClassVar

import GTC
import numpy as np

from daq.lab.methods.steps import Enter, RepeatUntil


def formulas(procedure, session, portions, functions):
    """Values of all formulas: of the sample by name, of portions by (name, number)."""
    found = {}
    rows = [dict(session) | dict(own) for own in portions]
    for formula in procedure.formulas:
        code = formula.expression.replace("^", "**")
        if formula.scope == "portion":
            for number, row in enumerate(rows, 1):
                row[formula.name] = eval(code, dict(functions), row)
                found[formula.name, number] = row[formula.name]
        else:
            names = {name for row in rows for name in row} - set(session)
            together = dict(session) | {name: [row[name] for row in rows] for name in names}
            session = session | {formula.name: eval(code, dict(functions), together)}
            found[formula.name, 0] = session[formula.name]
    return found


def mean(*values):
    several = values[0] if isinstance(values[0], list) else values
    return sum(several) / len(several)


def flat(values):
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


class Gtc:
    """Uncertain numbers of GTC; repeated readings under one certificate are one ensemble."""

    functions: ClassVar = {
        "mean": mean,
        "max": lambda *v: max(flat(v), key=GTC.value),
        "min": lambda *v: min(flat(v), key=GTC.value),
        "sd": lambda *v: float(np.std([GTC.value(one) for one in flat(v)], ddof=1)),
        "sqrt": GTC.sqrt,
    }

    def __init__(self):
        self.lines = {}
        self.waiting = {}

    def half_width(self, a):
        return GTC.ureal(0, a / 3**0.5)

    def normal(self, u):
        return GTC.ureal(0, u)

    def reading(self, raw, certificate, corrected):
        """An indication, with what the certificate adds to it if it is corrected."""
        x = raw + GTC.ureal(0, certificate.resolution / 12**0.5) + self._drawn(certificate)
        return x + self._correction(x, certificate) if corrected else x

    def _correction(self, x, certificate):
        key = certificate.number
        if key not in self.lines:
            (c0, c1), v = certificate.curve.powers()
            line = GTC.multiple_ureal([c0, c1], [v[0, 0] ** 0.5, v[1, 1] ** 0.5], df=certificate.curve.dof)
            GTC.set_correlation(v[0, 1] / (v[0, 0] * v[1, 1]) ** 0.5, *line)
            self.lines[key] = line
        c0, c1 = self.lines[key]
        return c0 + c1 * x

    def _drawn(self, certificate):
        """One draw of the ensemble: all readings know their spread from the same estimate."""
        if certificate.number not in self.waiting:
            many = 60
            s, dof = [certificate.repeatability] * many, certificate.repeatability_dof
            self.waiting[certificate.number] = GTC.multiple_ureal([0.0] * many, s, df=dof)
        return self.waiting[certificate.number].pop()


class Draws:
    """Arrays of draws with NumPy."""

    functions: ClassVar = {
        "mean": mean,
        "max": lambda *v: np.max(np.stack(np.broadcast_arrays(*flat(v))), axis=0),
        "min": lambda *v: np.min(np.stack(np.broadcast_arrays(*flat(v))), axis=0),
        "sd": lambda *v: np.std(np.stack(np.broadcast_arrays(*flat(v))), axis=0, ddof=1),
        "sqrt": np.sqrt,
    }

    def __init__(self, seed, trials=40_000):
        self.rng = np.random.default_rng(seed)
        self.trials = trials
        self.lines = {}

    def half_width(self, a):
        return self.rng.uniform(-a, a, self.trials)

    def normal(self, u):
        return self.rng.normal(0, u, self.trials)

    def reading(self, raw, certificate, corrected):
        d = certificate.resolution
        x = raw + self.rng.uniform(-d / 2, d / 2, self.trials) + self.normal(certificate.repeatability)
        if not corrected:
            return x
        key = certificate.number
        if key not in self.lines:
            c, v = certificate.curve.powers()
            self.lines[key] = self.rng.multivariate_normal(c, v, self.trials).T
        c0, c1 = self.lines[key]
        return x + c0 + c1 * x


def of_session(procedure, session, portions, kind):
    """All formulas with the half-widths of steps and constants added; inputs are numbers of ``kind``."""
    session, portions = dict(session), [dict(own) for own in portions]
    for step in procedure.steps:
        if isinstance(step, RepeatUntil) and step.in_uncertainty:
            criterion = kind.half_width(float(step.limit_mg) / 1000)
            for own in portions:
                own[step.of] = own[step.of] + criterion
        elif isinstance(step, Enter):
            for own in [session, *portions]:
                if step.into in own:
                    own[step.into] = own[step.into] + kind.half_width(float(step.half_width))
    for constant in procedure.constants:
        value = float(Fraction(constant.value))
        session[constant.name] = value + (
            kind.half_width(float(constant.half_width)) if constant.half_width else 0.0
        )
    return formulas(procedure, session, portions, kind.functions)
