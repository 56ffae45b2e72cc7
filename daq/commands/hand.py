"""The command that steers the demo's simulated bench."""

from pathlib import Path
from typing import Annotated, Any

import typer

from daq.commands.console import JsonOption, clear_errors, say_json, say_rows
from daq.commands.speech import say
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
    headings = (say("thing"), say("place"), say("true mass g"), say("water g"), "°C")
    rows = (
        (
            name,
            thing["place"],
            f"{thing['mass_g']:.5f}",
            f"{thing['water_g']:.5f}",
            f"{thing['temperature_degC']:.1f}",
        )
        for name, thing in state["things"].items()
    )
    say_rows(rows, headings)
    typer.echo(
        say(
            "{air}; oven door {door}; cut off: {instruments}; time x {speed}",
            air=", ".join(f"{name} {value:g}" for name, value in state["air"].items()),
            door=state["oven_door"],
            instruments=", ".join(state["instruments_cut_off"]) or say("none"),
            speed=f"{state['speed']:g}",
        )
    )
