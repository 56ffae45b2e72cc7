"""The console command loads what a command needs, and no more."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from daq.cli import COMMANDS, app

HEAVY = (
    "scipy",
    "numpy",
    "sqlalchemy",
    "influxdb_client",
    "nicegui",
    "apscheduler",
    "openpyxl",
    "pdfplumber",
)


def test_every_command_is_in_the_help_and_has_its_own():
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    for name in COMMANDS:
        assert f"│ {name} " in told, name
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name


@pytest.mark.parametrize("name", ["profiles", "decode", "read"])
def test_a_command_for_one_instrument_loads_no_database_and_no_web_server(name):
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from daq.cli import app\n"
        f"assert CliRunner().invoke(app, [{name!r}, '--help']).exit_code == 0\n"
        f"print([heavy for heavy in {HEAVY!r} if heavy in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_command_that_does_not_exist_is_refused():
    result = CliRunner().invoke(app, ["decoed"])
    assert result.exit_code == 2
    assert "No such command" in result.output
