"""``hengliang checks`` on the demo's ninety days."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from daq.commands.checks import app
from daq.demo_history import BALANCE, DAYS, STEP_ON, fill_checks
from daq.demo_register import fill_records
from daq.lab.certificates.register import Register
from daq.lab.nonconforming.causes import FollowUp
from daq.records.blobs import BlobStore
from daq.records.database import records_url
from daq.records.migrations import open_records
from drivers.clock import SystemClock
from drivers.sims.laboratory import LaboratoryInstrument

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with open_records(records_url(folder)) as engine:
        register = Register(engine, SystemClock(), BlobStore(folder / "blobs"), ZONE)
        instruments = [
            LaboratoryInstrument(name, "仪器", "Instrument", "室", "room", "profile", "tcp://", "", 1.0)
            for name in ("B-02", "O-01")
        ]
        fill_records(register, folder, instruments)
        fill_checks(register, FollowUp(lambda _connection, _suspect: (), ZONE))
    return folder


def said(data, *arguments, code=0):
    result = CliRunner().invoke(app, [*arguments, "--data", str(data)])
    assert result.exit_code == code, result.output
    return result.output


def test_the_plans(data):
    shown = said(data, "list").splitlines()
    assert shown[0].split("  ")[:2] == ["B-02-daily", "B-02 mass"]
    assert shown[0].endswith("200 g, 10 g  every 1 d  Daily check of the precision balance")
    assert shown[0].index("every 1 d") == shown[1].index("every 1 d")
    found = json.loads(said(data, "list", "--json"))
    assert [(one["name"], one["version"], one["points"][0]["mpe"]) for one in found] == [
        ("B-02-daily", 1, "0.10"),
        ("O-01-daily", 1, "0.5"),
    ]


def test_what_is_due(data):
    today = datetime.now(ZONE).date()
    lines = said(data, "due").splitlines()
    assert len(lines) == 2
    assert any(line.startswith(f"{today}  B-02-daily  B-02 200 g   check-due") for line in lines) or (
        f"{today - timedelta(days=1)}" in lines[0]  # midnight has passed since
    )
    found = json.loads(said(data, "due", "--json"))
    assert {one["plan"] for one in found} == {"B-02-daily", "O-01-daily"}


def test_a_chart_in_words_and_as_json(data):
    words = said(data, "chart", "B-02-daily")
    assert "B-02 200 g: 90 checks, MPE 0.10 g" in words
    assert "baseline of checks 1 to 90 (first check): centre 0.00" in words
    assert "at the last check: cusum alarms" in words
    assert "act before 2" in words
    large, small = json.loads(said(data, "chart", "B-02-daily", "--json"))
    assert (large["point"], small["point"]) == ("200 g", "10 g")
    assert len(large["checks"]) == DAYS
    assert large["finding"] == "drifting"
    assert large["forecast"]["action_ns"] < large["forecast"]["expected_ns"]
    assert large["baselines"][0]["trust"] == "trusted"
    assert large["baselines"][0]["lag_one"]["p"] > 0.05
    assert [one["name"] for one in large["series"]] == ["C+", "C-"]
    assert large["charts"][1]["checks_per_false_alarm"] == pytest.approx(
        BALANCE.checks_per_false_alarm, rel=1e-6
    )
    (oven,) = json.loads(said(data, "chart", "O-01-daily", "--json"))
    assert [one["passed"] for one in oven["checks"]].index(False) == STEP_ON
    assert [one["changes"] for one in oven["baselines"]] == [["first check"], ["adjustment"]]
    assert "too few checks for limits" in said(data, "chart", "O-01-daily")


def test_records_without_plans(tmp_path):
    for command in ("list", "due"):
        assert "no plan of checks yet" in said(tmp_path, command)
    assert "There is no plan of checks B-02-daily" in said(tmp_path, "chart", "B-02-daily", code=1)
