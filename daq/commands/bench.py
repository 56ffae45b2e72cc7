"""Benchmarks on this machine, side by side with peers and limits."""

import typer

from daq.commands.console import complain
from daq.commands.speech import say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure on this machine, side by side with peers and limits.",
)


@app.callback()
def bench() -> None:
    """Measure on this machine, side by side with peers and limits."""


@app.command()
def correct() -> None:
    """Readings per second of the correction, against NumPy, GTC, uncertainties; exit code 1 below a limit."""
    try:
        from benchmarks.correct import run, table  # the peers come with the tests only

        result = run()
    except ModuleNotFoundError as error:
        complain(
            say(
                "{name} is not installed: the peers come with the tests (make .venv/ready-test)",
                name=error.name,
            )
        )
        raise typer.Exit(1) from error
    typer.echo(table(result))
    if not result.holds:
        raise typer.Exit(1)
