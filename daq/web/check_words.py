"""Intermediate checks and nonconforming work as a laboratory speaks of them."""

from calibration.baselines import Change
from calibration.control_charts import Trust
from calibration.drift_watch import Finding
from daq.i18n import N_
from daq.lab.chart_designs import ChartKind
from daq.lab.check_dates import Standing
from daq.lab.due_calendar import DueKind
from daq.lab.nonconformity import Decision, ItemState, State

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
    Decision.WITHDRAWN: N_("withdrawn"),
    Decision.RETEST: N_("tested again"),
}
ITEM_STATES = {
    ItemState.PENDING: ("○", N_("to be decided")),
    ItemState.DECIDED: ("◐", N_("decided by one person")),
    ItemState.CONFIRMED: ("●", N_("decided by two people")),
}
KINDS = {"capture": N_("capture"), "result": N_("result"), "report": N_("report")}
