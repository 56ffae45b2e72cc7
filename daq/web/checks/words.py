"""Intermediate checks and nonconforming work as a laboratory speaks of them."""

from urllib.parse import urlencode

from calibration.charts.baselines import Change
from calibration.charts.control_charts import Shewhart, Trust
from calibration.charts.cusum import Cusum
from calibration.charts.ewma import Ewma
from calibration.drift.drift_watch import Finding
from daq.i18n import N_
from daq.lab.checks.chart_designs import ChartKind, Design
from daq.lab.checks.dates import Standing
from daq.lab.checks.due_calendar import DueKind
from daq.lab.checks.plans import CheckPlan
from daq.lab.nonconforming.records import Decision, ItemState, State

STANDINGS = {
    Standing.NEVER_DONE: ("✗", N_("never done")),
    Standing.FAILED: ("✗", N_("not passed")),
    Standing.ADJUSTED: ("✗", N_("adjusted since the last check")),
    Standing.OVERDUE: ("▲", N_("overdue")),
    Standing.DUE: ("◔", N_("due today")),
    Standing.PASSED: ("✓", N_("passed")),
}
"""Shape and word."""
FINDINGS = {
    Finding.LEARNING: ("◌", N_("too few checks for control limits")),
    Finding.UNTRUSTED: ("◌", N_("the first checks give no limits to be trusted")),
    Finding.IN_CONTROL: ("●", N_("in control")),
    Finding.MOVED: ("▲", N_("it has moved")),
    Finding.DRIFTING: ("▲", N_("it drifts")),
}
CHANGES = {
    Change.FIRST: N_("first check"),
    Change.CHECK_STANDARD: N_("another check standard"),
    Change.STANDARD_CERTIFICATE: N_("new certificate of the check standard"),
    Change.ADJUSTMENT: N_("adjusted"),
    Change.INSTRUMENT_CERTIFICATE: N_("new certificate"),
    Change.DECISION: N_("by decision"),
}
TRUSTS = {
    Trust.TRUSTED: N_("limits from the first {count} checks"),
    Trust.TOO_FEW: N_("no limits yet: {count} checks are too few"),
    Trust.CORRELATED: N_("no limits: neighbouring checks are correlated"),
    Trust.OUT_OF_CONTROL: N_("no limits: one of the first checks lies far out"),
}
CHARTS = {
    ChartKind.INDIVIDUALS: N_("Shewhart, individuals"),
    ChartKind.RUNS: N_("run rules"),
    ChartKind.WESTGARD: N_("Westgard rules"),
    ChartKind.CUSUM: "CUSUM",
    ChartKind.EWMA: "EWMA",
}
RULES = {
    "Nelson 1": N_("one beyond 3 standard deviations"),
    "Nelson 2": N_("9 in a row on one side of the centre"),
    "Nelson 3": N_("6 in a row rising or falling"),
    "Nelson 4": N_("14 in a row up and down in turn"),
    "Nelson 5": N_("2 of 3 beyond 2 standard deviations on one side"),
    "Nelson 6": N_("4 of 5 beyond 1 standard deviation on one side"),
    "Nelson 7": N_("15 in a row within 1 standard deviation"),
    "Nelson 8": N_("8 in a row beyond 1 standard deviation"),
    "Western Electric 1": N_("one beyond 3 standard deviations"),
    "Western Electric 2": N_("2 of 3 beyond 2 standard deviations on one side"),
    "Western Electric 3": N_("4 of 5 beyond 1 standard deviation on one side"),
    "Western Electric 4": N_("8 in a row on one side of the centre"),
    "1_3s": N_("one beyond 3 standard deviations"),
    "2_2s": N_("2 in a row beyond 2 standard deviations on one side"),
    "R_4s": N_("two of one run beyond 2 standard deviations on opposite sides"),
    "4_1s": N_("4 in a row beyond 1 standard deviation on one side"),
    "10_x": N_("10 in a row on one side of the centre"),
    "7_T": N_("7 in a row rising or falling"),
}
"""What each rule looks for, by its name."""
DECISION_RULES = {
    "simple-acceptance": N_("simple acceptance, U not subtracted"),
    "guard-band-u": N_("guard band of U"),
    "guard-band-1.5u": N_("guard band of 1.5 U"),
    "guard-band-3u": N_("guard band of 3 U"),
    "guarded-rejection-u": N_("rejection beyond the limit by more than U"),
    "iso-14253-1": N_("guard band of 0.83 U (ISO 14253-1)"),
    "non-binary-u": N_("guard band of U, with conditional statements"),
}
"""By their names in methods."""
DUE_KINDS = {
    DueKind.CERTIFICATE: N_("certificate"),
    DueKind.CHECK: N_("intermediate check"),
    DueKind.NONCONFORMITY: N_("nonconforming work"),
}
STATES = {
    State.OPEN: ("■", N_("open: the instrument gives no results")),
    State.RESUMED: ("◐", N_("instrument in use again, items open")),
    State.CLOSED: ("●", N_("closed")),
}
DECISIONS = {
    Decision.VALID: N_("valid as it is"),
    Decision.AMENDED: N_("report amended"),
    Decision.WITHDRAWN: N_("result withdrawn"),
    Decision.RETEST: N_("tested again"),
}
ITEM_STATES = {
    ItemState.PENDING: ("○", N_("to be decided")),
    ItemState.DECIDED: ("◐", N_("decided by one person")),
    ItemState.CONFIRMED: ("●", N_("decided by two people")),
}
KINDS = {"capture": N_("capture"), "result": N_("result"), "report": N_("report")}


def design_text(design: Design) -> str:
    """A chart by its figures, the same in every language: ``± 3.48 σ``, ``k = 0.5, h = 5.9``."""
    match design:
        case Shewhart():
            return f"± {design.multiple:.2f} σ"
        case Cusum():
            start = f", FIR {design.head_start:g} h" if design.head_start else ""
            return f"k = {design.k:g}, h = {design.h:.2f}{start}"
        case Ewma():
            return f"λ = {design.weight:g}, L = {design.multiple:.2f}"
        case _:
            return ", ".join(rule.name for rule in design.rules)


def start_address(plan: CheckPlan) -> str:
    """Where a check by a plan is begun, with what the plan checks; empty where no method leads through it."""
    if not plan.method:
        return ""
    checked = f"{plan.equipment}/{plan.channel}"
    asked = {"method": plan.method, "instrument": checked, "portions": len(plan.points)}
    return f"/session-new?{urlencode(asked)}"
