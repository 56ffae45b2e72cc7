"""Methods at the console: import, two signatures, withdrawal."""

from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    say_json,
    say_rows,
)
from daq.commands.people import RecordsOption
from daq.commands.register import ByOption
from daq.commands.speech import say, speech, word
from daq.commands.workbench import ReasonOption, open_workbench
from daq.i18n import N_
from daq.lab.methods.file import MethodError
from daq.lab.methods.records import (
    KEEPERS,
    MethodState,
    MethodVersion,
    approve_method,
    enter_method,
    import_folder,
    import_method,
    method_version,
    method_versions,
    withdraw_method,
)
from daq.records.database import reading

STATES = {
    MethodState.IMPORTED: N_("draft"),
    MethodState.ENTERED: N_("checked by one person"),
    MethodState.APPROVED: N_("approved"),
    MethodState.WITHDRAWN: N_("withdrawn"),
}
app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Written methods: versions and who approved them."
)

NameArgument = Annotated[str, typer.Argument(metavar="METHOD", help="Its name, the file's without .toml.")]
VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="First digits of its version.")]


@app.command("import")
def take_in(
    by: ByOption,
    file: Annotated[
        Path | None, typer.Argument(help="One file; without it all that come with the program or the site.")
    ] = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Take methods into the records as drafts; the same bytes are taken once."""
    with clear_errors(), open_workbench(site, data, records) as at:
        bench, actor = at.bench, at.actor(by)
        if file is None:
            found = import_folder(bench.engine, bench.clock, actor, at.counter.settings.methods_dir)
        else:
            found = [import_method(bench.engine, bench.clock, actor, file.stem, _bytes_of(file))]
        _show(*found)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MethodError((f"{file}: cannot be read: {error.strerror}",)) from error


@app.command("list")
def list_methods(
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all versions with their states."""
    with (
        clear_errors(),
        open_workbench(site, data, records) as at,
        reading(at.bench.engine) as connection,
    ):
        found = method_versions(connection)
    if as_json:
        say_json(
            [
                {"name": one.method.name, "version": one.method.version, "state": one.state.value}
                for one in found
            ]
        )
        return
    _show(*found)
    if not found:
        typer.echo(say("no method yet: hengliang method import"))


@app.command()
def figures(
    name: NameArgument,
    version: VersionArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """List every figure with its source: what is compared with the paper before anybody signs."""
    with (
        clear_errors(),
        open_workbench(site, data, records) as at,
        reading(at.bench.engine) as connection,
    ):
        procedure = method_version(connection, name, version).method.procedure
    for key, fact in procedure.facts():
        source = procedure.source(fact.source)
        typer.echo(
            say(
                "{key}: {document} ({edition}), confidence {confidence}",
                key=key,
                document=source.document,
                edition=source.edition,
                confidence=fact.confidence,
            )
        )


@app.command()
def sign(
    name: NameArgument,
    version: VersionArgument,
    state: Annotated[MethodState, typer.Argument(help="entered, approved or withdrawn.")],
    by: ByOption,
    reason: ReasonOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Sign: entered (its figures compared with the paper), approved (by another person), withdrawn."""
    take = {
        MethodState.ENTERED: enter_method,
        MethodState.APPROVED: approve_method,
        MethodState.WITHDRAWN: withdraw_method,
    }.get(state)
    if take is None:
        raise typer.BadParameter(say("a version is imported by hengliang method import"))
    with clear_errors(), open_workbench(site, data, records) as at:
        signature = at.signature(by, KEEPERS, state.value)
        _show(take(at.bench.engine, signature, name, version, reason))


def _show(*found: MethodVersion) -> None:
    say_rows(
        (
            one.method.name,
            one.method.short_version,
            word(one.state.value, STATES),
            speech().either(one.method.procedure.title_zh, one.method.procedure.title_en),
        )
        for one in found
    )
