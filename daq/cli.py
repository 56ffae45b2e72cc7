"""The console command ``hengliang``."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from daq.commands.console import ready_output
from daq.commands.late import group_of_commands, in_language, single_command

COMMANDS = {
    "demo": "daq.commands.demo",
    "hand": "daq.commands.hand",
    "profiles": "daq.commands.instruments",
    "read": "daq.commands.instruments",
    "decode": "daq.commands.instruments",
    "simulate": "daq.commands.instruments",
    "check": "daq.commands.site",
    "run": "daq.commands.site",
    "acquire": "daq.commands.site",
    "watch": "daq.commands.site",
    "web": "daq.commands.site",
    "stream": "daq.commands.record",
    "verify": "daq.commands.record",
    "reconcile": "daq.commands.record",
    "account": "daq.commands.account",
    "alert": "daq.commands.alert",
    "notify": "daq.commands.notify",
    "certificate": "daq.commands.certificate",
    "equipment": "daq.commands.equipment",
    "sample": "daq.commands.sample",
    "method": "daq.commands.method",
    "session": "daq.commands.session",
    "report": "daq.commands.report",
    "checks": "daq.commands.checks",
    "bench": "daq.commands.bench",
}
"""Every command and its module: the function of that name there, or, for a group of commands, its ``app``."""


class LateCommands(TyperGroup):
    """Loads a command's module when the command is called: to decode a frame takes no database."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name])
        if hasattr(module, "app"):
            return group_of_commands(cmd_name, module.app)
        return single_command(cmd_name, getattr(module, cmd_name))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command whose words were typed."""
        ready_output()
        in_language(self)
        return super().main(*args, **kwargs)


app = typer.Typer(
    name="hengliang",
    cls=LateCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def hengliang() -> None:
    """Hengliang 衡量: readings of laboratory instruments, durable, calibrated, with uncertainty."""
