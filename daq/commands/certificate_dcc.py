"""A calibration of the laboratory's own as a Digital Calibration Certificate, at the console."""

from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    SiteOption,
    clear_errors,
    write_file,
)
from daq.commands.people import RecordsOption
from daq.commands.speech import say
from daq.commands.workbench import SessionArgument, open_workbench
from daq.lab.certificates.own_calibration import COUNTRY, dcc_of_session


def dcc(
    session: SessionArgument,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; by default SESSION.xml here.")
    ] = None,
    country: Annotated[str, typer.Option(help="Of the laboratory, ISO 3166-1.")] = COUNTRY,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write a reviewed check against a standard as DCC 3.3.0; it is read back before it is written."""
    with clear_errors(), open_workbench(site, data, records) as at:
        xml = dcc_of_session(at.office, at.counter.register, session, country)
    path = to or Path(f"{session}.xml")
    write_file(path, xml)
    typer.echo(say("{path}: enter it as any other certificate: hengliang certificate add {path}", path=path))


COMMANDS = {"dcc": dcc}
