"""CUSUM and regression together: the chart says that an instrument has moved, the line when it will matter.

A regression that is asked again after every check finds a slope by chance before long. So it is asked only
after the CUSUM has alarmed, whose false alarms are known, and at 99 %. A step has no date: it is told from a
drift by which of the two describes the checks better (least squares, change point and size free in both).
"""

import enum
import math
from dataclasses import dataclass, replace

from calibration.charts.baselines import Baseline
from calibration.charts.control_charts import PhaseOne, Trust, phase_one
from calibration.charts.cusum import Alarm, Cusum, CusumChart, cusum
from calibration.charts.run_lengths import Performance, performance
from calibration.checks import FloatArray, positive_number
from calibration.drift.line import DriftLine, Forecast, drift_line, forecast
from calibration.errors import ValueRefusedError
from calibration.influences import not_negative

LEAST_OF_LINE = 5
"""Checks since the change before a line is drawn through them."""
LEVEL_OF_SLOPE = 0.99


@dataclass(frozen=True, slots=True)
class Plan:
    """How one point of an instrument is watched.

    Raises:
        ValueRefusedError: mpe not positive, rounding negative, or a phase I that cannot be tested.
    """

    mpe: float
    """Maximum permissible error, in the unit of the errors."""
    design: Cusum
    """With h from ``run_lengths.limit_for`` and the length of phase I: few checks need a wider interval."""
    phase_one: int = 30
    """Number of checks that make the limits."""
    rounding_u: float = 0.0
    """Standard uncertainty of the rounding of one check; see ``control_charts.individuals``."""

    def __post_init__(self) -> None:
        positive_number("MPE", self.mpe)
        not_negative("rounding_u", self.rounding_u)
        if self.phase_one < 4:
            raise ValueRefusedError(f"limits from {self.phase_one} checks cannot be tested; plan 4 at least")

    @property
    def performance(self) -> Performance:
        """False alarms and power of the chart, with limits from this phase I."""
        return performance(self.design, self.phase_one)


class Finding(enum.StrEnum):
    """What the checks of a baseline say."""

    LEARNING = "too few checks for limits"
    UNTRUSTED = "the first checks give no limits to be trusted"
    IN_CONTROL = "in control"
    MOVED = "moved, and no drift to be seen"
    DRIFTING = "drifting"


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """The finding and what stands behind it; indices count the checks of the baseline from 0."""

    finding: Finding
    phase_one: PhaseOne
    chart: CusumChart | None = None
    """Of the checks after phase I, or after the chart was started anew."""
    alarm: Alarm | None = None
    line: DriftLine | None = None
    """Through the checks since the drift began, in days of the baseline; None where it was a step."""
    forecast: Forecast | None = None
    """When the MPE is met, in days of the baseline; None without a significant slope."""


def assess(baseline: Baseline, plan: Plan, anew_at: int = 0) -> Assessment:
    """Judge the checks of one baseline, all that there are until now.

    Args:
        baseline: one only; see ``baselines``.
        plan: how it is watched.
        anew_at: index of the first check after a person found no cause for an alarm: the chart starts there
            again from 0, with the same limits.

    Raises:
        ValueRefusedError: all checks of phase I are alike and the plan knows no rounding.
    """
    days, errors = baseline.days, baseline.errors
    trial = phase_one(errors[: plan.phase_one], plan.rounding_u, least=plan.phase_one)
    if trial.limits is None:
        return Assessment(Finding.LEARNING, trial)
    if trial.trust is not Trust.TRUSTED:
        return Assessment(Finding.UNTRUSTED, trial)
    first = max(anew_at, plan.phase_one)
    chart = cusum(errors[first:], trial.limits.centre, trial.limits.sigma, plan.design)
    if chart.first is None:
        return Assessment(Finding.IN_CONTROL, trial, chart)
    alarm = replace(chart.first, index=chart.first.index + first, since=chart.first.since + first)
    start = _start_of_drift(days, errors - trial.limits.centre, first)
    if start is None or len(errors) - start < LEAST_OF_LINE:
        return Assessment(Finding.MOVED, trial, chart, alarm)
    line = drift_line(days[start:], errors[start:], level=LEVEL_OF_SLOPE)
    date = forecast(line, plan.mpe)
    finding = Finding.MOVED if date is None else Finding.DRIFTING
    return Assessment(finding, trial, chart, alarm, line, date)


def _start_of_drift(days: FloatArray, apart: FloatArray, first: int) -> int | None:
    """Index of the first check of the drift; None where a step describes the departures better."""
    most, drifts_from = -math.inf, None
    for k in range(first, len(days) - 1):
        since, lasting = apart[k:], days[k:] - days[k - 1]
        by_step = float(since.sum()) ** 2 / len(since)  # what each takes off the sum of squares
        by_drift = float(lasting @ since) ** 2 / float(lasting @ lasting)
        if by_step > most:
            most, drifts_from = by_step, None
        if by_drift > most:
            most, drifts_from = by_drift, k
    return drifts_from
