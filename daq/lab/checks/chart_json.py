"""A control chart as JSON: for the console, for programs, for whatever draws it."""

import math
from collections.abc import Mapping

from calibration.charts.control_charts import PhaseOne
from daq.lab.checks.chart_designs import Price
from daq.lab.checks.chart_runs import Series
from daq.lab.checks.control import ChartedBaseline, ControlChart
from daq.lab.checks.drift import DatedForecast, forecast_of
from daq.lab.checks.records import RecordedCheck
from daq.security.audit import Json


def chart_as_json(chart: ControlChart) -> dict[str, Json]:
    """All of a chart: times in UTC ns, errors and limits in its unit, indices those of ``checks``."""
    together = chart.checks_per_false_alarm
    return {
        "plan": chart.plan.name,
        "equipment": chart.plan.equipment,
        "channel": chart.plan.channel,
        "point": chart.point.id,
        "unit": chart.plan.unit,
        "mpe": float(chart.point.mpe),
        "acceptance": chart.acceptance,
        "checks": [_check(check, z) for check, z in zip(chart.checks, chart.z, strict=True)],
        "baselines": [_baseline(one) for one in chart.baselines],
        "alarms": [
            {"index": one.index, "chart": one.chart.value, "rule": one.rule, "warning": one.is_warning}
            for one in chart.alarms
        ],
        "series": [_series(one) for one in chart.series],
        "marks": [
            {"check": one.check_id, "kind": one.kind, "account": one.account, "reason": one.reason}
            for one in chart.marks
        ],
        "charts": [
            {"chart": choice.kind.value, "rules": list(choice.rules), **_price(price)}
            for choice, price in chart.prices
        ],
        "checks_per_false_alarm": None if together is None else _finite(together),
        "finding": None if chart.assessment is None else chart.assessment.finding.value,
        "forecast": _forecast(forecast_of(chart)),
    }


def _check(check: RecordedCheck, z: float | None) -> dict[str, Json]:
    return {
        "id": check.id,
        "t_ns": check.t_ns,
        "indication": check.detail.indication,
        "reference": check.detail.reference,
        "error": check.error,
        "U": check.U,
        "passed": check.passed,
        "z": z,
        "session": check.session,
        "standard": check.detail.standard,
        "standard_certificate": check.detail.standard_certificate,
        "instrument_certificate": check.detail.instrument_certificate,
    }


def _baseline(one: ChartedBaseline) -> dict[str, Json]:
    return {
        "changes": [change.value for change in one.changes],
        "first": one.first,
        "last": one.last,
        "counted": list(one.counted),
        "trust": one.trial.trust.value,
        **_limits(one.trial),
    }


def _limits(trial: PhaseOne) -> Mapping[str, Json]:
    found: dict[str, Json] = {"beyond": list(trial.beyond)}
    if trial.limits is not None:
        found |= {"centre": trial.limits.centre, "sigma": trial.limits.sigma, "count": trial.limits.count}
    if trial.lag_one is not None:
        found["lag_one"] = {"r": trial.lag_one.r, "p": trial.lag_one.p}
    return found


def _series(one: Series) -> dict[str, Json]:
    return {
        "name": one.name,
        "chart": one.chart.value,
        "indices": list(one.indices),
        "values": list(one.values),
        "lower": list(one.lower),
        "upper": list(one.upper),
    }


def _price(price: Price) -> dict[str, Json]:
    return {
        "checks_per_false_alarm": _finite(price.checks_per_false_alarm),
        "arl0": _finite(price.arl0),
        "arl_at_shift": [[shift, _finite(length)] for shift, length in price.at_shift],
        "drawn": price.drawn,
    }


def _finite(length: float) -> float | None:
    """JSON has no infinity: a chart that never alarms has None."""
    return length if math.isfinite(length) else None


def _forecast(dates: DatedForecast | None) -> dict[str, Json] | None:
    if dates is None:
        return None
    return {
        "limit": dates.limit,
        "action_ns": dates.action_ns,
        "expected_ns": dates.expected_ns,
        "latest_ns": dates.latest_ns,
        "level": dates.level,
    }
