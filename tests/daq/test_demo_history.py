"""The demo's ninety days of checks: what there is to be seen in the first minute."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calibration.charts.baselines import Change
from calibration.drift.drift_watch import Finding
from daq.demo_history import BALANCE, DAYS, STEP_ON, THERMOMETER, fill_checks
from daq.demo_register import fill_records
from daq.lab.certificates.register import Register
from daq.lab.checks.control import control_charts
from daq.lab.checks.dates import Standing, check_dates
from daq.lab.checks.drift import forecast_of
from daq.lab.checks.findings import DRIFTING, check_findings
from daq.lab.checks.records import checks_of
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import find_equipment
from daq.lab.nonconforming.causes import FollowUp
from daq.lab.nonconforming.records import Affected, State, items_of, nonconformities
from daq.records.blobs import BlobStore
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.security.kept_rows import unaudited
from daq.security.kept_tables import KEPT_TABLES
from daq.security.verification import verify_records
from drivers.sims.laboratory import LaboratoryInstrument
from tests.clocks import HandClock

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = datetime(2026, 11, 23, 14, 0, tzinfo=ZONE)
NOW_NS = int(TODAY.timestamp()) * 10**9


def instrument(name):
    return LaboratoryInstrument(name, "仪器", "Instrument", "室", "room", "profile", "tcp://", "", 1.0)


def one_result(_connection, suspect):
    return (Affected(kind="result", record="12.1", t_ns=suspect.until_ns),)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("demo")
    with open_records(records_url(folder)) as engine:
        register = Register(engine, HandClock(NOW_NS), BlobStore(folder / "blobs"), ZONE)
        fill_records(register, folder, [instrument("B-02"), instrument("O-01")])
        fill_checks(register, FollowUp(one_result, ZONE))
        fill_checks(register, FollowUp(one_result, ZONE))  # what it has stays
        yield engine


def charts(engine, plan):
    with reading(engine) as connection:
        return control_charts(connection, plan)


def test_the_balance_drifts_and_its_date_lies_ahead(filled):
    large = charts(filled, BALANCE)["200 g"]
    assert len(large.checks) == DAYS
    assert large.checks[-1].t_ns < NOW_NS
    assert all(check.passed for check in large.checks)
    assert large.assessment.finding is Finding.DRIFTING
    date = forecast_of(large)
    assert NOW_NS < date.action_ns < date.expected_ns < NOW_NS + 60 * 86_400 * 10**9
    assert large.alarms_now
    assert charts(filled, BALANCE)["10 g"].assessment.finding is Finding.IN_CONTROL


def test_the_thermometer_steps_is_adjusted_and_has_a_new_baseline(filled):
    chart = charts(filled, THERMOMETER)["105 °C"]
    assert [check.passed for check in chart.checks].count(False) == 1
    assert not chart.checks[STEP_ON].passed
    assert [one.changes for one in chart.baselines] == [(Change.FIRST,), (Change.ADJUSTMENT,)]
    assert chart.baselines[1].first == STEP_ON + 1
    assert STEP_ON in {alarm.index for alarm in chart.alarms}


def test_its_work_is_resumed_and_what_stood_on_it_waits_for_a_decision(filled):
    with reading(filled) as connection:
        (case,) = nonconformities(connection)
        assert (case.number, case.state) == ("NC-2026-001", State.RESUMED)
        assert [item.affected.record for item in items_of(connection, case.number)] == ["12.1"]
        suspect = case.content.cause.suspect
        assert suspect.until_ns - suspect.from_ns < 2 * 86_400 * 10**9
        assert find_equipment(connection, "O-01").state is EquipmentState.IN_USE


def test_todays_checks_are_due_and_the_drift_is_told(filled):
    with reading(filled) as connection:
        assert {one.plan.name: one.standing for one in check_dates(connection, NOW_NS)} == {
            "B-02-daily": Standing.DUE,
            "O-01-daily": Standing.DUE,
        }
        codes = {finding.code: finding for finding in check_findings(connection, NOW_NS)}
    assert set(codes) == {Standing.DUE.value, DRIFTING}
    assert codes[DRIFTING].sentence.startswith("B-02, 200 g: drifting since 2026-10-")
    assert codes[DRIFTING].key == "drifting B-02-daily 200 g"


def test_the_same_days_give_the_same_numbers(filled):
    with reading(filled) as connection:
        errors = [check.detail.indication for check in checks_of(connection, "B-02-daily", "200 g")[:4]]
    assert errors == ["200.00", "200.01", "200.01", "200.00"]


def test_verify_finds_the_past_as_it_was_written(filled):
    assert verify_records(filled).ok
    with reading(filled) as connection:
        assert [found for kept in KEPT_TABLES for found in unaudited(connection, kept)] == []
