"""Westgard multirules (Westgard, Barry, Hunt and Groth, Clinical Chemistry 27 (1981) 493).

Which variant is meant must be said: whether rules look at each level by itself (within), at all levels of a
run together (across), or at both as the original does; and whether 1_2s only warns, or also opens the gate
for the other rules, as in the original. Across levels a rule looks at one run, or at whole runs back.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.charts.run_rules import Flags, Order, OrderRule, Rule, Side, SwingRule, ZoneRule, of_last
from calibration.checks import FloatArray
from calibration.errors import ValueRefusedError

WARNING = ZoneRule("1_2s", 1, 1, 2, Side.EITHER)
RULES: tuple[Rule, ...] = (
    ZoneRule("1_3s", 1, 1, 3, Side.EITHER),
    ZoneRule("2_2s", 2, 2, 2),
    SwingRule("R_4s", 2),
    ZoneRule("4_1s", 4, 4, 1),
    ZoneRule("10_x", 10, 10, 0),
)
"""Those of 1981, in the order in which they are named for a rejection. For three levels take rules of 3 and
12 values: ``ZoneRule("3_1s", 3, 3, 1)``, ``ZoneRule("12_x", 12, 12, 0)``."""
SEVEN_TREND = OrderRule("7_T", 7, Order.TREND)
"""Seven steadily rising or falling: a later addition, within levels only."""


class Scope(enum.StrEnum):
    """What the rules look at together."""

    WITHIN = "within levels"
    ACROSS = "across levels"
    BOTH = "within and across levels"


class RunDecision(enum.StrEnum):
    """What is done with a run."""

    ACCEPT = "accept"
    WARNING = "warning"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """A run's decision, and the first rule that rejects it."""

    decision: RunDecision
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Westgard:
    """A stated variant.

    Raises:
        ValueRefusedError: no rules or levels, one level across levels, or a rule that is not defined across
            this number of levels.
    """

    levels: int
    """Number of control materials in each run."""
    scope: Scope
    gated: bool
    """True: the rules count only in a run with a 1_2s warning (the original); False: in every run."""
    rules: tuple[Rule, ...] = RULES

    def __post_init__(self) -> None:
        if self.levels < 1 or not self.rules:
            raise ValueRefusedError("multirules need one level and one rule at least")
        if self.scope is Scope.WITHIN:
            return
        if self.levels < 2:
            raise ValueRefusedError("one level has nothing across levels: state 'within levels'")
        for rule in self.rules:
            if isinstance(rule, ZoneRule) and rule.window > self.levels and rule.window % self.levels:
                shorter = rule.window - rule.window % self.levels
                raise ValueRefusedError(
                    f"{rule.name} across {self.levels} levels: {rule.window} values are no whole runs; take "
                    f"a rule of {shorter} or {shorter + self.levels} values, or state 'within levels'"
                )

    @property
    def window(self) -> int:
        """Number of runs that the longest rule looks at."""
        return max(rule.window for rule in self.rules)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one run."""
        return (self.levels,)

    def alarms(self, z: FloatArray) -> Flags:
        """Shape (…, n) for z of shape (…, n, levels): whether a run is rejected."""
        found = np.zeros(z.shape[:-1], dtype=np.bool_)
        for rule in self.rules:
            found |= self.completed(rule, z)
        return found & self.warnings(z) if self.gated else found

    def warnings(self, z: FloatArray) -> Flags:
        """Shape (…, n): whether any level of a run is beyond two sigma (1_2s)."""
        return np.asarray(WARNING.completed(z).any(axis=-1))

    def completed(self, rule: Rule, z: FloatArray) -> Flags:
        """Shape (…, n): whether a run completes a rule in this scope, gate or no gate."""
        found = np.zeros(z.shape[:-1], dtype=np.bool_)
        if self.scope is not Scope.ACROSS or isinstance(rule, OrderRule):
            found |= rule.completed(np.swapaxes(z, -1, -2)).any(axis=-2)
        if self.scope is not Scope.WITHIN and not isinstance(rule, OrderRule):
            found |= self._across(rule, z)
        return found

    def _across(self, rule: ZoneRule | SwingRule, z: FloatArray) -> Flags:
        if isinstance(rule, SwingRule):
            return np.asarray((z > rule.limit).any(axis=-1) & (z < -rule.limit).any(axis=-1))
        found = np.zeros(z.shape[:-1], dtype=np.bool_)
        for inside in rule.zones(z):
            here = inside.sum(axis=-1)
            found |= (here > 0) & (of_last(here, max(1, rule.window // self.levels)) >= rule.needed)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class WestgardChart:
    """What every run was decided to be."""

    plan: Westgard
    completed: Mapping[str, tuple[int, ...]]
    """For 1_2s and every rule, the runs that complete it, counted from 0; before the gate."""
    verdicts: tuple[RunVerdict, ...]


def westgard(z: npt.ArrayLike, plan: Westgard) -> WestgardChart:
    """Decide every run.

    Args:
        z: shape (n, levels), in standard deviations of each level's own mean; for one level (n,) will do.
        plan: the variant.

    Raises:
        ValueRefusedError: another number of levels, or a value that is not finite.
    """
    runs = np.array(z, dtype=np.float64)
    if plan.levels == 1 and runs.ndim == 1:
        runs = runs[:, np.newaxis]
    if runs.ndim != 2 or runs.shape[1] != plan.levels:
        raise ValueRefusedError(
            f"z has shape {runs.shape}; a value is needed of {plan.levels} levels in every run"
        )
    for run, level in np.argwhere(~np.isfinite(runs)):
        raise ValueRefusedError(
            f"z[{run + 1}], level {level + 1} is {runs[run, level]}; it must be a finite number"
        )
    warnings = plan.warnings(runs)
    completed = {rule.name: plan.completed(rule, runs) for rule in plan.rules}
    verdicts = []
    for run, warned in enumerate(warnings):
        broken = next((name for name, flags in completed.items() if flags[run]), "")
        if broken and (warned or not plan.gated):
            verdicts.append(RunVerdict(RunDecision.REJECT, broken))
        else:
            verdicts.append(RunVerdict(RunDecision.WARNING if warned else RunDecision.ACCEPT))
    flags_by_name = {WARNING.name: warnings, **completed}
    return WestgardChart(
        plan=plan,
        completed={name: tuple(map(int, np.flatnonzero(flags))) for name, flags in flags_by_name.items()},
        verdicts=tuple(verdicts),
    )
