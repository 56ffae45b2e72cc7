"""What a review of a calibration interval looks at: line, En, budget, advice, for one chart.

The laboratory decides; every part is there as far as its evidence is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, select

from calibration.certificates.model import Certificate, Contribution
from calibration.drift.drift_watch import Finding
from calibration.drift.interval_of_family import Target
from calibration.drift.intervals import Advice, Bounds, Staircase
from calibration.errors import CalibrationError
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.certificates.interval import PermissibleError, interval_look
from daq.lab.checks.control import ControlChart
from daq.lab.checks.drift import (
    CertifiedChange,
    DriftFinding,
    changes_between,
    checks_since_adjustment,
    component_of_line,
    drift_of,
)
from daq.lab.checks.interval_advice import IntervalPolicy
from daq.lab.checks.records import RecordedCheck
from daq.records.register_tables import equipment_log

DAY_NS = 86_400 * 10**9
LEAST_REACH = 0.25
"""Part of the interval over which there is evidence at least, before a line speaks of all of it."""
_BOUNDS = Bounds(90, 1_095)
POLICY = IntervalPolicy(_BOUNDS, Staircase(_BOUNDS), Target(0.95))
"""Three months to three years, with the factors of ILAC-G24 / OIML D 10, method 1."""


@dataclass(frozen=True, slots=True, eq=False)
class CertifiedPair:
    """Two certificates in a row, and what the instrument did between them at the point."""

    earlier: Certificate
    later: Certificate
    change: CertifiedChange


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Review:
    """One chart; None or empty for what has no evidence."""

    drift: DriftFinding | None = None
    checks: int = 0
    certificates: int = 0
    """How many of each the line goes through: those since the last adjustment."""
    component: Contribution | None = None
    """The drift over ``interval_days``, for the uncertainty budget."""
    pairs: tuple[CertifiedPair, ...] = ()
    interval_days: int = 0
    """The present one, of the last certificate."""
    advice: tuple[Advice, ...] = ()
    refusals: tuple[CheckError | CalibrationError, ...] = field(default=())
    """Why a part is not there although there is evidence."""


def review(
    connection: Connection, chart: ControlChart, certificates: Sequence[Certificate], now_ns: int
) -> Review:
    """Everything that is known of one instrument at one point.

    Args:
        connection: of the records.
        chart: of the point.
        certificates: of the channel, in any order; a version that was in force twice counts once.
        now_ns: UTC.
    """
    known = sorted({one.number: one for one in certificates}.values(), key=lambda one: one.calibrated_on)
    refusals: list[CheckError | CalibrationError] = []
    days = _interval_days(known)
    checks = checks_since_adjustment(chart) if any(one.counted for one in chart.baselines) else ()
    own = _since_adjustment(connection, known, checks)
    drift = _drift(chart, checks, own, refusals)
    return Review(
        drift=drift,
        checks=len(checks),
        certificates=len(own),
        component=None if drift is None or not days else _component(chart, drift, days, refusals),
        pairs=_pairs(chart, known, refusals),
        interval_days=days,
        advice=_advice(chart, known, (days, now_ns), refusals),
        refusals=tuple(refusals),
    )


def _interval_days(known: Sequence[Certificate]) -> int:
    if not known:
        return 0
    return round((known[-1].valid_until_ns - known[-1].in_force_from_ns) / DAY_NS)


def _since_adjustment(
    connection: Connection, known: Sequence[Certificate], checks: Sequence[RecordedCheck]
) -> list[Certificate]:
    """Certificates from the day of the last adjustment on."""
    number = checks[-1].detail.adjustment if checks else ""
    if not number:
        return list(known)
    asked = select(equipment_log.c.t_ns).where(equipment_log.c.id == int(number))
    day = datetime.fromtimestamp(connection.execute(asked).scalar_one() // 10**9, UTC).date()
    return [one for one in known if one.calibrated_on >= day]


def _drift(
    chart: ControlChart,
    checks: Sequence[RecordedCheck],
    certificates: Sequence[Certificate],
    refusals: list[CheckError | CalibrationError],
) -> DriftFinding | None:
    if len(checks) + len(certificates) <= 2:
        return None
    try:
        return drift_of(chart.plan, chart.point.id, checks, certificates)
    except (CheckError, CalibrationError) as error:
        refusals.append(error)
        return None


def _component(
    chart: ControlChart, drift: DriftFinding, days: int, refusals: list[CheckError | CalibrationError]
) -> Contribution | None:
    """What the drift adds to the budget: by the line of all, or of the drift that the chart has found."""
    found = chart.assessment
    if found is not None and found.finding is Finding.DRIFTING and found.line is not None:
        lines = (drift, replace(drift, line=found.line))
        return max((component_of_line(line, days) for line in lines), key=lambda one: one.u)
    reach = float(np.ptp(drift.line.fit.x))
    if reach >= LEAST_REACH * days:
        return component_of_line(drift, days)
    sentence = N_("No component of drift for the uncertainty budget: {reach} days do not tell of {days}.")
    refusals.append(CheckError(sentence, reach=f"{reach:.0f}", days=days))
    return None


def _pairs(
    chart: ControlChart, known: Sequence[Certificate], refusals: list[CheckError | CalibrationError]
) -> tuple[CertifiedPair, ...]:
    found = []
    for earlier, later in pairwise(known):
        try:
            changes = changes_between(earlier, later, [float(chart.point.nominal)])
        except (CheckError, CalibrationError) as error:
            refusals.append(error)
        else:
            found += [CertifiedPair(earlier, later, change) for change in changes]
    return tuple(found)


def _advice(
    chart: ControlChart,
    known: Sequence[Certificate],
    when: tuple[int, int],
    refusals: list[CheckError | CalibrationError],
) -> tuple[Advice, ...]:
    days, now_ns = when
    if not known or not days:
        return ()
    limits = [PermissibleError(float(chart.point.nominal), float(chart.point.mpe))]
    today = datetime.fromtimestamp(now_ns // 10**9, chart.plan.zone).date()
    try:
        return interval_look(known, limits, POLICY, days, today).advice
    except CalibrationError as error:
        refusals.append(error)
        return ()
