"""What a review of the interval shows for one chart, as far as its evidence is."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.drift.intervals import Change
from daq.lab.checks.control import control_charts
from daq.lab.checks.review import review
from daq.records.database import reading
from tests.daq.lab.checks.bench import DAY_NS, PLAN, START_NS, a_check, at_day, do_checks, plan_checks
from tests.daq.lab.checks.test_drift import SEED, certificate


def reviewed(engine, certificates=()):
    with reading(engine) as connection:
        chart = control_charts(connection, PLAN)["200 g"]
        return review(connection, chart, certificates, at_day(90))


def year(day, error, **other):
    times = {"in_force_from_ns": START_NS + day * DAY_NS, "valid_until_ns": START_NS + (day + 365) * DAY_NS}
    return replace(certificate(day, error), **times, **other)


def test_a_review_has_line_component_en_and_advice(local):
    plan_checks(local)
    noise = np.random.default_rng(SEED).normal(0, 0.004, 40)
    do_checks(
        local,
        *(a_check(at_day(day), f"{200.0003 + 0.0004 * day + noise[day]:.2f}") for day in range(40)),
    )
    found = reviewed(local, [year(-1, 0.0), year(-365, -0.146)])
    assert (found.checks, found.certificates, found.interval_days) == (40, 2, 365)
    assert found.drift.line.slope == pytest.approx(0.0004, rel=0.1)
    assert found.component.u > found.drift.line.slope * 365 / 3**0.5
    (pair,) = found.pairs
    assert (pair.earlier.number, pair.later.number) == ("LX--365", "LX--1")
    assert pair.change.change == pytest.approx(0.146)
    assert [one.change for one in found.advice] == [Change.LENGTHEN]  # no error at the last calibration
    assert found.refusals == ()


def test_a_drift_that_the_chart_has_found_is_not_watered_down_by_the_quiet_time_before(local):
    plan_checks(local)
    noise = np.random.default_rng(SEED).normal(0, 0.004, 80)
    do_checks(
        local,
        *(a_check(at_day(day), f"{200 + 0.001 * max(0, day - 50) + noise[day]:.2f}") for day in range(80)),
    )
    found = reviewed(local, [year(-1, 0.0)])
    assert found.drift.line.slope < 0.0006
    assert found.component.u > 0.0007 * 365 / 3**0.5


def test_a_few_days_do_not_tell_of_a_year(local):
    plan_checks(local)
    do_checks(local, *(a_check(at_day(day), f"200.0{day % 2}") for day in range(9)))
    found = reviewed(local, [year(-1, 0.0)])
    assert found.drift is not None
    assert found.component is None
    assert "9 days do not tell of 365" in str(found.refusals[0])


def test_without_evidence_there_is_nothing_and_a_refusal_is_kept(local):
    plan_checks(local)
    nothing = reviewed(local)
    assert (nothing.drift, nothing.component, nothing.pairs, nothing.advice) == (None, None, (), ())
    other = reviewed(local, [year(day, 0.0, value_unit="mg") for day in (-800, -400, -1)])
    assert other.drift is None
    assert "gives mg, and the checks are in g" in str(other.refusals[0])
