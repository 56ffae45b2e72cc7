"""Drift over certificates and checks, En between certificates, the budget's component, interval advice."""

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from calibration.certificates.model import Certificate, Gives, Kind
from calibration.curve import Share
from calibration.drift.interval_of_family import Target, interval_of_family
from calibration.drift.intervals import Bounds, Staircase
from calibration.drift.line import drift_line
from calibration.errors import FitError, ValueRefusedError
from calibration.polynomial import Polynomial
from daq.errors import CheckError
from daq.lab.checks.control import chart_plan
from daq.lab.checks.drift import (
    changes_between,
    checks_since_adjustment,
    component_of_history,
    component_of_line,
    drift_of,
)
from daq.lab.checks.interval_advice import IntervalEvidence, IntervalPolicy, interval_advice
from tests.daq.lab.checks.bench import PLAN, START_NS, at_day
from tests.daq.lab.checks.histories import SEED, a_recorded, history

DAY_ONE = date(2026, 3, 2)


def certificate(day, error, u=0.004, standard="", **other):
    """Of a balance whose error is the same at all loads."""
    curve = Polynomial.from_powers([-error, 0.0], [[u**2, 0], [0, 1e-14]], 0, 2200)
    if standard:
        curve = curve.hanging_on([Share(standard, curve.line(0.9 * u, 0.0))], included=True)
    values = {
        "number": f"LX-{day}",
        "equipment": "B-02",
        "serial_number": "1",
        "channel": "mass",
        "quantity": "mass",
        "unit": "g",
        "laboratory": "County Institute of Metrology",
        "kind": Kind.CALIBRATION,
        "calibrated_on": DAY_ONE + timedelta(days=day),
        "in_force_from_ns": START_NS,
        "valid_until_ns": START_NS + 1,
        "curve": curve,
        "gives": Gives.CORRECTION,
        "value_unit": "g",
        "resolution": 0.01,
        "repeatability": 0.005,
        "repeatability_dof": 9,
        "file_sha256": "",
        "entered_by": "",
        "checked_by": "",
    }
    return Certificate(**(values | other))


def test_a_line_through_certificates_and_checks_finds_the_drift_and_its_date():
    generator = np.random.default_rng(SEED)
    days = np.arange(90)
    checks = history(0.0004 * days + generator.normal(0, 0.004, 90))
    certificates = [certificate(-365, -0.146), certificate(-1, 0.0)]
    found = drift_of(PLAN, "200 g", checks, certificates)
    assert found.line.significant
    assert found.line.slope == pytest.approx(0.0004, rel=0.05)
    assert found.sources[:3] == ("certificate LX--365", "certificate LX--1", "check 1")
    # 0.1 g is met 250 days after the first check: nine hours lie between midnight in Greenwich and the check
    assert found.forecast.expected_ns == pytest.approx(at_day(250), abs=86_400e9 * 12)
    assert found.forecast.action_ns < found.forecast.expected_ns < found.forecast.latest_ns
    only_checks = drift_of(PLAN, "200 g", checks, [])
    assert found.line.u_slope < only_checks.line.u_slope


def test_no_date_without_a_significant_slope():
    errors = np.random.default_rng(SEED).normal(0, 0.004, 30)
    found = drift_of(PLAN, "200 g", history(errors), [certificate(-1, 0.0)])
    assert (found.line.significant, found.forecast) == (False, None)


def test_another_certificate_of_the_check_standard_is_no_drift():
    """A step that the standard's new value makes is within what its uncertainty allows."""
    errors = np.random.default_rng(SEED).normal(0, 0.004, 40)
    errors[20:] += 0.02
    checks = list(history(errors))
    checks = [replace(one, U=0.04, detail=replace(one.detail, u_reference=0.018)) for one in checks]
    one_standard = drift_of(PLAN, "200 g", checks, [])
    checks[20:] = [
        replace(one, detail=replace(one.detail, standard_certificate="7.2")) for one in checks[20:]
    ]
    two = drift_of(PLAN, "200 g", checks, [])
    assert one_standard.line.significant
    assert not two.line.significant


def test_only_checks_since_the_last_adjustment_are_of_one_line():
    before, after = history([0.05] * 5), [a_recorded(5 + i, 0.0, adjustment="3") for i in range(3)]
    other = a_recorded(8, 0.0, adjustment="3", instrument_certificate="18.1")
    chart = chart_plan(PLAN, {"200 g": [*before, *after, other]}, {"200 g": ()})["200 g"]
    assert checks_since_adjustment(chart) == (*after, other)
    nothing = chart_plan(PLAN, {"200 g": []}, {"200 g": ()})["200 g"]
    assert checks_since_adjustment(nothing) == ()


def test_what_has_no_line_is_refused():
    with pytest.raises(FitError):
        drift_of(PLAN, "200 g", [], [])
    with pytest.raises(CheckError, match="gives mg, and the checks are in g"):
        drift_of(PLAN, "200 g", history([0, 1, 2]), [certificate(0, 0, value_unit="mg")])
    with pytest.raises(CheckError, match="has no point 1 kg"):
        drift_of(PLAN, "1 kg", history([0, 1, 2]), [])


def test_en_between_certificates_at_each_indication():
    earlier, later = certificate(0, 0.010, standard="E2"), certificate(365, 0.020, standard="E2")
    (found,) = changes_between(earlier, later, [200.0, 3000.0])  # outside of the curves: left out
    assert (found.at, found.change) == (200.0, pytest.approx(0.010))
    own = 0.004 * math.sqrt(1 - 0.81)
    assert pytest.approx(2 * math.sqrt(2) * own, rel=1e-4) == found.U
    assert found.score.value == pytest.approx(0.010 / found.U)
    assert not found.score.satisfactory
    alone = changes_between(certificate(0, 0.010), certificate(365, 0.020), [200.0])[0]
    assert alone.score.satisfactory
    as_value = {"gives": Gives.VALUE}
    values = changes_between(certificate(0, 0.01, **as_value), certificate(1, 0.02, **as_value), [200.0])
    assert values[0].change == pytest.approx(0.010)
    with pytest.raises(CheckError, match="LX-0 and LX-365 cannot be compared"):
        changes_between(earlier, certificate(365, 0.02, gives=Gives.VALUE), [200.0])


def test_the_component_of_drift_for_the_budget():
    line = drift_of(PLAN, "200 g", history(0.0004 * np.arange(90)), [])
    found = component_of_line(line, 365)
    assert found.u == pytest.approx(
        math.hypot(0.0004 * 365 / math.sqrt(3), line.line.u_slope * 365), rel=1e-6
    )
    assert (found.common, found.distribution) == (True, "normal")
    certificates = [certificate(0, 0.010), certificate(365, 0.022), certificate(730, 0.018)]
    history_of = component_of_history(certificates, 200.0)
    assert (history_of.u, history_of.distribution) == (pytest.approx(0.012 / math.sqrt(3)), "rectangular")
    with pytest.raises(ValueRefusedError, match="without earlier changes"):
        component_of_history(certificates[:1], 200.0)


def test_interval_advice_says_what_its_evidence_allows():
    bounds = Bounds(90, 1095)
    policy = IntervalPolicy(bounds, Staircase(bounds), Target(0.95), allowed_use=20_000)
    nothing = IntervalEvidence(
        interval_days=365,
        since_days=200,
        as_found=None,
        line=None,
        calibrated_days=0,
        tolerance=None,
        last_check_passed=None,
        use_per_day=None,
        family=None,
    )
    assert interval_advice(nothing, policy) == ()
    line = drift_line([0, 365, 730, 1095], [0.01, 0.021, 0.029, 0.041])
    everything = replace(
        nothing,
        as_found=Decimal("0.5"),
        line=line,
        calibrated_days=1095,
        tolerance=(0.1, 0.01),
        last_check_passed=False,
        use_per_day=40.0,
        family=(40, 50),
    )
    family = interval_of_family(40, 50, 365, Target(0.95))
    found = interval_advice(everything, policy)
    assert [advice.source.text.rsplit(", ", 1)[1] for advice in found] == [
        "automatic adjustment or staircase [R]",
        "control chart [R]",
        "in-use time [R]",
        "in-service checking [R]",
        "method A3 [R]",
    ]
    assert [advice.interval for advice in found[::2]] == pytest.approx(
        [456.25, 500, 365 * 10 ** (-0.15 * family.rejection_confidence)]
    )
    assert found[3].interval == 200
    without_use = interval_advice(everything, replace(policy, allowed_use=None))
    assert len(without_use) == 4
