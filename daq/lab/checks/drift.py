"""Drift of an instrument: the line through its errors, the date at which it meets the MPE, what it costs.

Errors come from certificates and from checks since the last adjustment. The standards behind them are the
same error in many of them, so they go into the line with their covariance. ``control`` asks for a date only
after the CUSUM has alarmed; the line here is what a person looks at, tested at 95 %.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calibration.certificates.model import Certificate, Contribution, Gives
from calibration.charts.baselines import NS_PER_DAY
from calibration.drift.en_score import EnScore, en_of_difference
from calibration.drift.line import (
    DriftLine,
    Forecast,
    drift_from_history,
    drift_from_line,
    drift_line,
    forecast,
    shared_covariance,
)
from calibration.uncertain import Uncertain, covariance_matrix
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.control import ControlChart
from daq.lab.checks.plans import CheckPlan
from daq.lab.checks.records import RecordedCheck

FARTHEST_DAYS = 36_525.0
"""A date more than a hundred years off is none."""
_K = 2.0


@dataclass(frozen=True, slots=True)
class DatedForecast:
    """When a drift meets the MPE, UTC in ns; None for a date more than a hundred years off."""

    limit: float
    """The one of +-MPE that the line runs towards."""
    action_ns: int | None
    """The prediction limit (one-sided) of one more error meets it: act before."""
    expected_ns: int | None
    """The line itself meets it."""
    latest_ns: int | None
    """The other prediction limit meets it: the end of the band."""
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class DriftFinding:
    """A line through errors, and what it says."""

    line: DriftLine
    """In days since ``origin_ns``."""
    origin_ns: int
    sources: tuple[str, ...]
    """Where each error comes from, in the order of the line: ``certificate 17.2``, ``check 33``."""
    forecast: DatedForecast | None
    """None where the slope is not significant: the control chart watches."""


@dataclass(frozen=True, slots=True)
class CertifiedChange:
    """What an instrument did between two calibrations, at one indication."""

    at: float
    change: float
    """Later minus earlier error, in the unit of the values."""
    U: float
    """k = 2, without what both share."""
    score: EnScore


def forecast_of(chart: ControlChart) -> DatedForecast | None:
    """The forecast of a chart, where its CUSUM has alarmed and a drift describes the checks since then."""
    found = chart.assessment
    if found is None or found.forecast is None:
        return None
    return _dated(found.forecast, chart.baselines[-1].comparable.checks[0].t_ns)


def checks_since_adjustment(chart: ControlChart) -> tuple[RecordedCheck, ...]:
    """The checks of a chart that count and that came after the last adjustment, whatever else changed."""
    counted = [chart.checks[i] for baseline in chart.baselines for i in baseline.counted]
    return tuple(c for c in counted if c.detail.adjustment == counted[-1].detail.adjustment)


def drift_of(
    plan: CheckPlan, point: str, checks: Sequence[RecordedCheck], certificates: Sequence[Certificate]
) -> DriftFinding:
    """The line through certificates and checks of one point, with the covariance of their standards.

    Checks share the value of their check standard as long as its certificate is the same; certificates share
    the standards that they name. That a check standard and the instrument were calibrated with one and the
    same standard is not seen.

    Args:
        plan: of the checks.
        point: of it.
        checks: since the last adjustment, without those that a person left out.
        certificates: of the instrument, since the last adjustment.

    Raises:
        CheckError: a certificate that gives values in another unit than the plan's.
        FitError: fewer than 3 errors, or all at one time.
        OutOfRangeError: a certificate that does not reach the point.
    """
    planned = plan.point(point)
    known = [_certified_error(one, plan.unit, float(planned.nominal)) for one in certificates]
    times = [_calibrated_ns(one) for one in certificates] + [check.t_ns for check in checks]
    errors = [error.value for error in known] + [check.error for check in checks]
    covariance = np.zeros((len(errors), len(errors)))
    if known:
        covariance[: len(known), : len(known)] = covariance_matrix(known)
    if checks:
        covariance[len(known) :, len(known) :] = shared_covariance(
            [max(check.u_own, plan.rounding_u(planned)) for check in checks],
            [check.detail.standard_certificate or check.detail.standard for check in checks],
            [check.detail.u_reference for check in checks],
        )
    origin_ns = min(times, default=0)
    days = [(t_ns - origin_ns) / NS_PER_DAY for t_ns in times]
    line = drift_line(days, errors, covariance)
    date = forecast(line, float(planned.mpe))
    sources = [f"certificate {one.number}" for one in certificates] + [f"check {one.id}" for one in checks]
    return DriftFinding(line, origin_ns, tuple(sources), None if date is None else _dated(date, origin_ns))


def changes_between(
    earlier: Certificate, later: Certificate, indications: Iterable[float]
) -> tuple[CertifiedChange, ...]:
    """What an instrument did between two certificates, with En (k = 2), where both have a curve.

    Standards that both name are shared: their error cancels in the change.

    Args:
        earlier: of one channel.
        later: of the same.
        indications: in the unit of the channel; those outside of either curve are left out.

    Raises:
        CheckError: the certificates give different things, or in different units.
    """
    if (earlier.gives, earlier.unit, earlier.value_unit) != (later.gives, later.unit, later.value_unit):
        raise CheckError(
            N_("The certificates {earlier} and {later} cannot be compared: they give different things."),
            earlier=earlier.number,
            later=later.number,
        )
    low, high = max(earlier.curve.low, later.curve.low), min(earlier.curve.high, later.curve.high)
    found = []
    for at in indications:
        if low <= at <= high:
            change = earlier.curve.forward(at) - later.curve.forward(at)  # error = -correction, or -value
            found.append(CertifiedChange(at, change.value, _K * change.u, en_of_difference(change, _K)))
    return tuple(found)


def component_of_line(finding: DriftFinding, days: float) -> Contribution:
    """The drift since the calibration for the uncertainty budget, from a line: one error in all readings.

    Args:
        finding: the line.
        days: for which readings are to be covered: the interval until the next calibration.

    Raises:
        ValueRefusedError: days negative.
    """
    return _contribution(drift_from_line(finding.line, days))


def component_of_history(certificates: Sequence[Certificate], at: float) -> Contribution:
    """The same from the largest change between successive certificates at one indication, rectangular.

    Args:
        certificates: three or more are better than two; in the order of time, without adjustments between.
        at: indication.

    Raises:
        CheckError: certificates that cannot be compared.
        ValueRefusedError: fewer than two certificates that reach the indication.
    """
    changes = [one.change for pair in pairwise(certificates) for one in changes_between(*pair, [at])]
    return _contribution(drift_from_history(changes), "rectangular")


def _contribution(drift: Uncertain, distribution: str = "normal") -> Contribution:
    return Contribution("drift since calibration", drift.u, True, drift.dof, distribution)


def _certified_error(certificate: Certificate, unit: str, at: float) -> Uncertain:
    if certificate.value_unit != unit or certificate.unit != unit:
        raise CheckError(
            N_("The certificate {number} gives {found}, and the checks are in {unit}."),
            number=certificate.number,
            found=certificate.value_unit,
            unit=unit,
        )
    curve = certificate.curve.forward(at)
    return -curve if certificate.gives is Gives.CORRECTION else at - curve


def _calibrated_ns(certificate: Certificate) -> int:
    day = certificate.calibrated_on
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp()) * 10**9


def _dated(found: Forecast, origin_ns: int) -> DatedForecast:
    def date_ns(days: float) -> int | None:
        return None if days > FARTHEST_DAYS else origin_ns + round(days * NS_PER_DAY)

    action_ns, expected_ns = date_ns(found.action_days), date_ns(found.expected_days)
    return DatedForecast(found.limit, action_ns, expected_ns, date_ns(found.latest_days), found.level)
