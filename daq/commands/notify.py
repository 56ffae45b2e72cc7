"""Messages at the console: whether they arrive."""

from typing import Annotated

import typer

from daq.commands.console import DEFAULT_SITE, SiteOption, clear_errors, complain
from daq.commands.speech import error_text, say
from daq.errors import NotifyError
from daq.settings import NotifyEntry, load_settings
from daq.watch.notify import AppriseSender
from daq.watch.wording import Writer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Messages: whether they arrive.")


@app.callback()
def notify() -> None:
    """Messages: whether they arrive."""


@app.command()
def test(
    target: Annotated[str | None, typer.Argument(help="Its name in site.toml; by default all.")] = None,
    site: SiteOption = DEFAULT_SITE,
) -> None:
    """Send a test message and say what the other side answered."""
    with clear_errors():
        settings = load_settings(site)
    wanted = [each for each in settings.notify if target in (None, each.name)]
    if not wanted:
        names = ", ".join(each.name for each in settings.notify) or say("none")
        table = f"[[notify]] {target or ''}".rstrip()
        complain(say("{file}: there is no {table}; there are {names}", file=site, table=table, names=names))
        raise typer.Exit(1)
    writer = Writer(settings)
    arrived = [_arrives(writer, each) for each in wanted]
    if not all(arrived):
        raise typer.Exit(1)


def _arrives(writer: Writer, target: NotifyEntry) -> bool:
    try:
        AppriseSender(target).send(writer.test(target), "info")
    except NotifyError as error:
        complain(say("{target}: not delivered. {reason}", target=target.name, reason=error_text(error)))
        return False
    typer.echo(say("{target}: delivered", target=target.name))
    return True
