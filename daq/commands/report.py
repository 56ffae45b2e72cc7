"""Reports at the console: issued, listed, opened; the raw record and the evidence of a session."""

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
    write_file,
)
from daq.commands.people import RecordsOption
from daq.commands.register import ByOption
from daq.commands.speech import say, word
from daq.commands.workbench import SessionArgument, Workbench, open_workbench
from daq.errors import PaperError
from daq.i18n import LANGUAGES, N_
from daq.lab.papers.words import DECISIONS
from daq.lab.reports.evidence_package import evidence_zip
from daq.lab.reports.issuing import (
    ISSUED,
    ISSUERS,
    IssuedReport,
    find_report,
    issue_report,
    issued_reports,
    report_pdf,
)
from daq.lab.reports.json import report_json
from daq.lab.reports.raw_record import raw_record_pdf
from daq.records.database import reading

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Reports: issue, list, open; raw records, evidence."
)

LanguageOption = Annotated[
    str | None, typer.Option("--language", help=f"{' or '.join(LANGUAGES)}; by default the site's.")
]
ToOption = Annotated[Path | None, typer.Option("--to", help="File to write; by default its own name here.")]


@app.command()
def issue(
    session: SessionArgument,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign and issue the report of a reviewed session, or the next version after an amendment."""
    with clear_errors(), open_workbench(site, data, records) as at:
        report = issue_report(at.office, at.signature(by, ISSUERS, ISSUED), session)
    if as_json:
        say_json(report_json(report))
        return
    say_rows([_row(report)])


@app.command("list")
def list_reports(
    session: Annotated[str | None, typer.Argument(metavar="[SESSION]", help="Only of this session.")] = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the reports that were issued, the newest first."""
    with (
        clear_errors(),
        open_workbench(site, data, records) as at,
        reading(at.bench.engine) as connection,
    ):
        found = issued_reports(connection, session)
    if as_json:
        say_json([report_json(one) for one in found])
        return
    say_rows(map(_row, found))
    if not found:
        typer.echo(say("no report yet; the first: hengliang report issue SESSION"))


@app.command("open")
def open_report(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Of the report.")],
    version: Annotated[int | None, typer.Option("--version", help="By default the last one.")] = None,
    language: LanguageOption = None,
    to: ToOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write a report to a file, as it was issued."""
    with clear_errors(), open_workbench(site, data, records) as at:
        said = _language(at, language)
        with reading(at.bench.engine) as connection:
            report = find_report(connection, number, version)
        _written(to or Path(report.file_name(said)), report_pdf(at.office, report, said))


@app.command()
def raw(
    session: SessionArgument,
    language: LanguageOption = None,
    to: ToOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write the raw record of a session as it is now; before the review it says that it may change."""
    with clear_errors(), open_workbench(site, data, records) as at:
        said = _language(at, language)
        pdf = raw_record_pdf(at.office, session, said)
        _written(to or Path(f"{session}-raw-record-{said}.pdf"), pdf)


@app.command()
def evidence(
    session: SessionArgument,
    to: ToOption = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write everything behind a session into one ZIP."""
    with clear_errors(), open_workbench(site, data, records) as at:
        _written(to or Path(f"{session}-evidence.zip"), evidence_zip(at.office, session))


def _language(at: Workbench, asked: str | None) -> str:
    language = asked or at.counter.settings.site.language
    if language not in LANGUAGES:
        raise PaperError(
            N_("There is no paper in {language}; there is {languages}."),
            language=language,
            languages=", ".join(LANGUAGES),
        )
    return language


def _written(path: Path, content: bytes) -> None:
    write_file(path, content)
    typer.echo(str(path))


def _row(report: IssuedReport) -> tuple[str, ...]:
    sample = report.content.sample
    version = say("version {number}", number=report.version)
    results = [f"{item.reported} {item.unit}" for item in report.content.items]
    verdicts = [word(one.decision.value, DECISIONS) for item in report.content.items for one in item.verdicts]
    simulated = say("SIMULATED") if report.content.simulated else ""
    found = "  ".join([*results, *verdicts])
    return report.number, version, report.session, sample.number, found, report.check_code, simulated
