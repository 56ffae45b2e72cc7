"""Samples at the console."""

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
from daq.commands.speech import say
from daq.commands.workbench import open_workbench
from daq.lab.sessions.samples import Sample, SampleAbout, receive_sample, samples
from daq.records.database import reading

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Samples: what was received.")


@app.command()
def receive(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As on the label.")],
    product_zh: Annotated[str, typer.Option("--product-zh", prompt="Product 品名", help="品名")],
    by: ByOption,
    product_en: Annotated[str, typer.Option("--product-en", help="The product in English.")] = "",
    lot: Annotated[str, typer.Option("--lot")] = "",
    client: Annotated[str, typer.Option("--client")] = "",
    origin: Annotated[str, typer.Option("--origin", help="Place where it was grown.")] = "",
    condition: Annotated[str, typer.Option("--condition", help="As received.")] = "",
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write a sample down; a number that is known gets a new version."""
    with clear_errors(), open_workbench(site, data, records) as at:
        about = SampleAbout(
            product_zh=product_zh,
            product_en=product_en,
            lot=lot,
            client=client,
            origin=origin,
            condition=condition,
        )
        bench = at.bench
        say_rows([_row(receive_sample(bench.engine, bench.clock, at.actor(by), number, about))])


@app.command("list")
def list_samples(
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all samples."""
    with (
        clear_errors(),
        open_workbench(site, data, records) as at,
        reading(at.bench.engine) as connection,
    ):
        found = samples(connection)
    if as_json:
        say_json([{"number": one.number, "version": one.version, **one.about.as_json()} for one in found])
        return
    say_rows(map(_row, found))
    if not found:
        typer.echo(say("no sample yet; the first: hengliang sample receive NUMBER"))


def _row(one: Sample) -> tuple[str, ...]:
    return one.number, one.about.product_zh, one.about.product_en, one.about.lot, one.about.client
