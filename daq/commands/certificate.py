"""Certificates at the console: what a document says and whether it can be used, and the workbook's template.

What is done with the records is in ``certificate_records``, trace and impact in ``certificate_impact``.
"""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from typer.core import TyperGroup

from calibration.certificates.workbook.layout import TemplateKind
from daq.commands.certificate_facts import facts_of
from daq.commands.console import DEFAULT_SITE, JsonOption, complain, say_json
from daq.commands.late import single_command
from daq.commands.speech import error_text, say
from daq.errors import SettingsError
from daq.security.uploads import Verdict, examine_file
from daq.settings import CertificatesSettings, load_settings
from drivers.clock import SystemClock


class LateRecords(TyperGroup):
    """Loads what works on the records when it is called: to check a document takes no database."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        return [*super().list_commands(ctx), *_on_records()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _on_records():
            return own
        return single_command(cmd_name, _on_records()[cmd_name])


def _on_records() -> Mapping[str, Callable[..., None]]:
    from daq.commands import certificate_dcc, certificate_impact, certificate_records

    return certificate_records.COMMANDS | certificate_impact.COMMANDS | certificate_dcc.COMMANDS


app = typer.Typer(
    cls=LateRecords, no_args_is_help=True, add_completion=False, help="Certificates: documents and records."
)

EXIT_CODES = {Verdict.USABLE: 0, Verdict.FINDINGS: 1, Verdict.REFUSED: 2}


@app.callback()
def certificate() -> None:
    """Certificates: documents and records."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="DCC (XML), workbook (XLSX, CSV), PDF or native TOML.")],
    site: Annotated[
        Path | None,
        typer.Option(
            "--site", envvar="HENGLIANG_SITE", help="The site's configuration: schemas, trust store, signers."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a document can be used: exit code 0 yes, 1 with findings, 2 refused."""
    try:
        against, zone = _site(site)
    except SettingsError as error:
        complain(error_text(error))
        raise typer.Exit(EXIT_CODES[Verdict.REFUSED]) from error
    utc = datetime.datetime.fromtimestamp(SystemClock().now_ns() / 1e9, datetime.UTC)
    examined = examine_file(file, against, utc.astimezone(zone))
    if as_json:
        say_json(facts_of(examined))
    else:
        from daq.commands.certificate_tables import show  # it knows the pages' words: not for programs

        show(examined, Console())
    raise typer.Exit(EXIT_CODES[examined.verdict])


def _site(path: Path | None) -> tuple[CertificatesSettings, ZoneInfo | None]:
    """What the site checks documents against, and its zone; without a site nothing, and that of this PC."""
    if path is None and not DEFAULT_SITE.exists():
        return CertificatesSettings(), None
    settings = load_settings(path or DEFAULT_SITE)
    return settings.certificates, ZoneInfo(settings.site.timezone)


@app.command()
def template(
    kind: Annotated[TemplateKind, typer.Option("--kind", help="What is calibrated.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; by default certificate-KIND.xlsx here.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a workbook (XLSX).")] = False,
) -> None:
    """Write the bilingual template into which a certificate on paper is keyed."""
    from calibration.certificates.workbook.template import write_csv_template, write_template

    path = out or Path(f"certificate-{kind.value}.{'csv' if as_csv else 'xlsx'}")
    try:
        with path.open("xb") as file:
            file.write(write_csv_template(kind) if as_csv else write_template(kind))
    except FileExistsError as error:
        complain(say("{path}: there is such a file already; name another one with --out", path=path))
        raise typer.Exit(1) from error
    except OSError as error:
        complain(say("{path}: cannot be written: {reason}", path=path, reason=error.strerror))
        raise typer.Exit(1) from error
    typer.echo(say("{path}: fill it in, then: hengliang certificate check {path}", path=path))
