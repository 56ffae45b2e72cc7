"""``python -m daq`` is the console command."""

from daq.cli import app

app(prog_name="hengliang")
