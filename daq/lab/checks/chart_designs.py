"""Which chart watches a check, and what it costs: the choice as it stands in a plan, and its false alarms.

Limits are widened for the number of checks they are estimated from: the published run lengths assume that
centre and standard deviation are exactly known, and 30 checks do not tell them so well.
"""

import enum
import functools
from dataclasses import dataclass

from calibration.charts.control_charts import Shewhart
from calibration.charts.cusum import Cusum
from calibration.charts.drawn_lengths import drawn_arl
from calibration.charts.ewma import Ewma
from calibration.charts.run_lengths import limit_for, performance
from calibration.charts.run_rules import NELSON, WESTERN_ELECTRIC, OrderRule, Rule, RuleSet
from calibration.charts.westgard import RULES, SEVEN_TREND, Scope, Westgard
from calibration.errors import ValueRefusedError

RULES_BY_NAME: dict[str, Rule] = {rule.name: rule for rule in (*NELSON, *WESTERN_ELECTRIC)}
WESTGARD_BY_NAME: dict[str, Rule] = {rule.name: rule for rule in (*RULES, SEVEN_TREND)}

DRAWN_RUNS = 4_000
DRAWN_SEED = 20_260_714


class ChartKind(enum.StrEnum):
    """The charts a plan may choose from; several may watch one check."""

    INDIVIDUALS = "individuals"
    RUNS = "runs"
    WESTGARD = "westgard"
    CUSUM = "cusum"
    EWMA = "ewma"


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """One chart of a plan.

    Raises:
        ValueRefusedError: rules where the chart has none, no rules where it needs them, or one not known.
    """

    kind: ChartKind
    rules: tuple[str, ...] = ()
    """Of ``runs`` and ``westgard``, by name: ``Nelson 2``, ``4_1s``."""
    k: float = 0.5
    """Of the CUSUM: half of the shift that is to be found quickly, in standard deviations."""
    head_start: float = 0.0
    """Of the CUSUM: 0.5 is the fast initial response."""
    weight: float = 0.2
    """Of the EWMA: what the newest check counts."""
    scope: Scope = Scope.WITHIN
    """Of Westgard's rules: what they look at together, where the plan has several points."""
    gated: bool = False
    """Of Westgard's rules: whether they count only in a run with a 1_2s warning."""

    def __post_init__(self) -> None:
        known = _known_rules(self.kind)
        if bool(known) != bool(self.rules):
            need = "needs rules" if known else "has no rules"
            raise ValueRefusedError(f"the chart {self.kind.value} {need}")
        for name in self.rules:
            if name not in known:
                raise ValueRefusedError(
                    f"the chart {self.kind.value} has no rule {name!r}; its rules are {', '.join(known)}"
                )


@dataclass(frozen=True, slots=True)
class Demand:
    """What is wanted of the charts of a plan."""

    checks_per_false_alarm: float = 370.0
    """Of a chart whose limits can be chosen; 370 is what three standard deviations promise."""
    baseline: int = 30
    """Number of checks that make the limits."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a chart costs and what it finds; it belongs next to the chart."""

    checks_per_false_alarm: float
    arl0: float
    """The same if centre and standard deviation were exactly known: what tables promise."""
    at_shift: tuple[tuple[float, float], ...]
    """(shift in standard deviations, average number of checks until the alarm); empty where drawn."""
    drawn: bool
    """Drawn at random for exactly known limits, because the order of points has no equation."""


Design = Shewhart | Cusum | Ewma | RuleSet | Westgard


@functools.lru_cache(maxsize=512)
def design_of(choice: ChartChoice, demand: Demand, levels: int = 1) -> Design:
    """The chart itself, its limits found for the demand.

    Args:
        choice: the plan's.
        demand: false alarms and baseline.
        levels: number of points that are checked together, for Westgard's rules.

    Raises:
        ValueRefusedError: no limit gives so few false alarms, or rules that these levels do not have.
    """
    wanted, baseline = demand.checks_per_false_alarm, demand.baseline
    match choice.kind:
        case ChartKind.INDIVIDUALS:
            return Shewhart(limit_for(Shewhart, wanted, baseline))
        case ChartKind.CUSUM:
            return cusum_of(choice, demand)
        case ChartKind.EWMA:
            return Ewma(choice.weight, limit_for(lambda m: Ewma(choice.weight, m), wanted, baseline))
        case ChartKind.RUNS:
            return RuleSet(tuple(RULES_BY_NAME[name] for name in choice.rules))
        case ChartKind.WESTGARD:
            rules = tuple(WESTGARD_BY_NAME[name] for name in choice.rules)
            return Westgard(levels, choice.scope, choice.gated, rules)


@functools.lru_cache(maxsize=512)
def cusum_of(choice: ChartChoice, demand: Demand) -> Cusum:
    """A plan's CUSUM.

    Raises:
        ValueRefusedError: as ``design_of``.
    """
    wanted, baseline = demand.checks_per_false_alarm, demand.baseline
    h = limit_for(lambda limit: Cusum(choice.k, limit, choice.head_start), wanted, baseline)
    return Cusum(choice.k, h, choice.head_start)


@functools.lru_cache(maxsize=512)
def price_of(choice: ChartChoice, demand: Demand, levels: int = 1) -> Price:
    """False alarms and power of a plan's chart.

    Raises:
        ValueRefusedError: as ``design_of``.
    """
    design = design_of(choice, demand, levels)
    if isinstance(design, Westgard) or (isinstance(design, RuleSet) and _looks_at_order(design)):
        arl = drawn_arl(design, DRAWN_SEED, runs=DRAWN_RUNS).arl
        return Price(arl, arl, (), drawn=True)
    found = performance(design, demand.baseline)
    return Price(found.checks_per_false_alarm, found.arl0, found.at_shift, drawn=False)


def price_together(prices: tuple[Price, ...]) -> float:
    """Checks per false alarm of several charts at once: at least so many, if none alarms with another."""
    return 1 / sum(1 / price.checks_per_false_alarm for price in prices)


def _known_rules(kind: ChartKind) -> dict[str, Rule]:
    if kind is ChartKind.RUNS:
        return RULES_BY_NAME
    return WESTGARD_BY_NAME if kind is ChartKind.WESTGARD else {}


def _looks_at_order(design: RuleSet) -> bool:
    return any(isinstance(rule, OrderRule) for rule in design.rules)
