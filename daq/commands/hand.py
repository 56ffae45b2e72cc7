"""The command that steers the demo's simulated bench."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from daq.commands.console import JsonOption, clear_errors, say_json
from daq.hand import tell


def hand(
    words: Annotated[
        list[str], typer.Argument(help="Such as: put dish1 balance. All of them: hengliang hand help.")
    ],
    data: Annotated[Path, typer.Option(help="The folder of the running demo.")] = Path("demo-data"),
    as_json: JsonOption = False,
) -> None:
    """Be the operator's hand at the demo's simulated bench: dishes, oven, desiccator, keys, bad days."""
    with clear_errors():
        reply = tell(data, " ".join(words))
    if as_json:
        say_json(reply)
    elif "words" in reply:
        typer.echo("\n".join(reply["words"]))
    elif "things" in reply:
        _show(reply)


def _show(state: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("thing", "place", "true mass g", "water g", "degC"):
        table.add_column(heading, no_wrap=True)
    for name, thing in state["things"].items():
        figures = (f"{thing['mass_g']:.5f}", f"{thing['water_g']:.5f}", f"{thing['temperature_degC']:.1f}")
        table.add_row(name, thing["place"], *figures)
    Console().print(table)
    air = ", ".join(f"{name} {value:g}" for name, value in state["air"].items())
    cut = ", ".join(state["instruments_cut_off"]) or "none"
    typer.echo(f"{air}; oven door {state['oven_door']}; cut off: {cut}; time x {state['speed']:g}")
