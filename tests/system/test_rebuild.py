"""A lost time-series database is made anew from the journal by one command, and counted by another."""

import json

import pytest
from typer.testing import CliRunner

from daq.cli import app
from daq.journal import ChannelDefinition, Journal
from daq.timeseries_server import LocalVictoriaMetrics
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading

READINGS = 500
SITE = """
[site]
id = "test"
name_zh = "试"
name_en = "test"
[timeseries]
url = "{url}"
[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:1"
profile = "mettler-toledo-mt-sics"
"""


def record(path):
    clock = SystemClock()
    now_ns = clock.now_ns()
    with Journal.open(path, clock) as journal:
        journal.define_channel(ChannelDefinition("B-01", Channel("mass", "mass", "g"), "p", "", ""))
        readings = [
            Reading("B-01", "mass", f"{n}.0", "g", now_ns - (READINGS - n) * 10**9, Quality.GOOD, b"frame")
            for n in range(READINGS)
        ]
        journal.append(readings).wait(10)


@pytest.mark.system
def test_rebuild_fills_an_empty_database_and_reconcile_names_what_an_empty_one_lacks(tmp_path, need_program):
    def hengliang(*arguments, code=0):
        result = CliRunner().invoke(
            app, [*arguments, "--site", str(tmp_path / "site.toml"), "--data", str(tmp_path)]
        )
        assert result.exit_code == code, result.output
        return result.stdout

    record(tmp_path / "journal.db")
    program = need_program("victoria-metrics")
    with LocalVictoriaMetrics(program, tmp_path / "first", SystemClock()) as server:
        (tmp_path / "site.toml").write_text(SITE.format(url=server.url), encoding="utf-8")
        hengliang("stream", "--rebuild")
        told = json.loads(hengliang("reconcile", "--json"))
        assert (told["ok"], told["journal_rows"], told["server_rows"]) == (True, READINGS, READINGS)

    port = int(server.url.rpartition(":")[2])
    with LocalVictoriaMetrics(program, tmp_path / "second", SystemClock(), port=port):
        told = json.loads(hengliang("reconcile", "--json", code=1))
        assert (told["ok"], told["missing"]) == (False, READINGS)
        gap = told["differences"][0]
        assert (gap["instrument"], gap["channel"], gap["server_rows"]) == ("B-01", "mass", 0)
        assert "B-01 mass" in hengliang("reconcile", code=1)
        hengliang("stream", "--rebuild")
        assert json.loads(hengliang("reconcile", "--json"))["server_rows"] == READINGS


@pytest.mark.system
def test_a_site_without_a_database_says_so(tmp_path):
    (tmp_path / "site.toml").write_text(SITE.replace('[timeseries]\nurl = "{url}"', ""), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["reconcile", "--site", str(tmp_path / "site.toml"), "--data", str(tmp_path)]
    )
    assert result.exit_code == 1
    assert "no [timeseries]" in result.stderr
