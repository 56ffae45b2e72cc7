"""Checks of simulated instruments, as the records would give them back."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from daq.lab.checks.records import CheckDetail, RecordedCheck
from tests.daq.lab.checks.bench import PLAN, at_day

SEED = 20260714

D_MG = 0.1
S_MG = 0.08
"""Standard deviation of one check of a balance with d = 0.1 mg, before it is rounded."""
DRIFT_MG_PER_DAY = 0.1 / 7

FINE = replace(
    PLAN,
    unit="mg",
    points=(replace(PLAN.points[0], mpe=Decimal("1.0"), resolution=Decimal("0.1")),),
    checks_per_false_alarm=500.0,
)
"""A plan of an analytical balance, in mg."""


def a_recorded(number, error, plan=PLAN, point="200 g", **other):
    detail = CheckDetail(
        indication="200.01",
        reference="200.0003",
        k=2.0,
        u_reference=0.0003,
        acceptance=plan.acceptance,
        decision="pass",
        standard="W-200",
        standard_certificate=other.pop("standard_certificate", "7.1"),
        instrument_certificate=other.pop("instrument_certificate", "17.2"),
        adjustment=other.pop("adjustment", ""),
        note="",
    )
    values = {
        "id": number + 1,
        "plan": plan.name,
        "plan_version": 1,
        "equipment": plan.equipment,
        "channel": plan.channel,
        "point": point,
        "t_ns": at_day(number),
        "entered_ns": at_day(number),
        "session": None,
        "account": "wu.fang",
        "indication": float(plan.point(point).nominal) + error,
        "reference": float(plan.point(point).nominal),
        "error": float(error),
        "U": 0.012,
        "unit": plan.unit,
        "mpe": float(plan.point(point).mpe),
        "passed": abs(error) <= plan.point(point).mpe,
        "detail": detail,
    }
    return RecordedCheck(**(values | other))


def history(errors, plan=PLAN, point="200 g", **other):
    return tuple(a_recorded(i, error, plan, point, **other) for i, error in enumerate(errors))


def indications(generator, errors_mg):
    return np.round((errors_mg + generator.normal(0, S_MG, len(errors_mg))) / D_MG) * D_MG
