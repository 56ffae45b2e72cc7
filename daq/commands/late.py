"""Commands are made when they are asked for, with help and prompts in the reader's language."""

from collections.abc import Callable
from typing import Any

import typer

from daq.commands.speech import ENGLISH, language, speech


def single_command(name: str, function: Callable[..., None]) -> Any:
    """A function with typer's annotations as a command."""
    single = typer.Typer(add_completion=False)
    single.command(name)(function)
    return in_language(typer.main.get_command(single))


def group_of_commands(name: str, app: typer.Typer) -> Any:
    """A group of commands."""
    command = typer.main.get_command(app)
    command.name = name
    return in_language(command)


def in_language(command: Any) -> Any:
    """The command with the texts of its help and its prompts in the reader's language."""
    if language() != ENGLISH:
        _translate(command, speech().whole)
    return command


def _translate(command: Any, said: Callable[[str], str]) -> None:
    if command.help:
        command.help = said(command.help)
    for param in command.params:
        for text in ("help", "prompt"):
            if getattr(param, text, None):
                setattr(param, text, said(getattr(param, text)))
    for part in getattr(command, "commands", {}).values():
        _translate(part, said)
