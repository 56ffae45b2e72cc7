"""Commands for the record: verify it, stream it, compare the copy with it."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    say_json,
)
from daq.commands.people import RecordsOption
from daq.commands.site import serve, stop_on_signals
from daq.commands.speech import say, sentence
from daq.errors import PaperError
from daq.i18n import N_
from daq.journal import verify as verify_journal
from daq.records.blobs import BlobStore
from daq.records.database import RECORDS_FILE, reading, records_url
from daq.records.migrations import open_records
from daq.security.verification import RecordsVerification, verify_records
from daq.settings import load_settings
from daq.stream.reconcile import Difference
from daq.wiring import DataFiles, reconciler, run_stream, stream_service


def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A report or raw record (PDF) to verify instead of the records.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option("--report", help="The same file, named so.")] = None,
    records: RecordsOption = None,
) -> None:
    """Recompute the hash chains of journal and audit trail; exit code 1 names what was altered.

    The records are compared with their audit trail, the documents with their SHA-256.

    With a PDF: whether it is what this program made, and what the records here say of it.
    """
    paper = file or report
    if paper is not None:
        _verify_report(paper, data, records, as_json=as_json)
        return
    with clear_errors():
        if as_json:
            result = verify_journal(DataFiles(data).journal)
        else:
            with _progress() as progress:
                task = progress.add_task(say("verifying"), total=None)
                result = verify_journal(
                    DataFiles(data).journal,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
        of_records = _verified_records(DataFiles(data), records)
    ok = result.ok and (of_records is None or of_records.ok)
    if as_json:
        said: dict[str, object] = {
            "ok": ok,
            "rows": result.rows,
            "first_bad": result.first_bad,
            "sentence": result.sentence,
            "records": None,
        }
        if of_records is not None:
            said["records"] = {
                "ok": of_records.ok,
                "entries": of_records.audit.rows,
                "sentence": of_records.audit.sentence,
                "findings": of_records.findings,
            }
        say_json(said)
    else:
        typer.echo(sentence(result.sentence))
        typer.echo(sentence(of_records.sentence) if of_records is not None else say("There are no records."))
    if not ok:
        raise typer.Exit(1)


def _verified_records(files: DataFiles, url: str | None) -> RecordsVerification | None:
    """What became of the records; None where there are none yet."""
    if url is None and not files.records.exists():
        return None
    with open_records(url or records_url(files.folder)) as engine:
        return verify_records(engine, files.audit_heads, BlobStore(files.blobs))


def _verify_report(file: Path, data: Path, records: str | None, *, as_json: bool) -> None:
    from daq.lab.papers.verification import find_issued, verify_paper  # not for every start of `stream`

    with clear_errors():
        try:
            paper = verify_paper(file.read_bytes())
        except OSError as error:
            raise PaperError(
                N_("{file}: cannot be read: {reason}"), file=file, reason=error.strerror
            ) from error
        issued = None
        if paper.is_report and (records or (data / RECORDS_FILE).exists()):
            with open_records(records or records_url(data)) as engine, reading(engine) as connection:
                issued = find_issued(connection, paper)
    if as_json:
        say_json({**asdict(paper), "ok": paper.ok, "issued": None if issued is None else asdict(issued)})
    else:
        typer.echo(sentence(paper.sentence))
        if issued is not None:
            typer.echo(sentence(issued.sentence))
    if not paper.ok or (issued is not None and not issued.same_code):
        raise typer.Exit(1)


def stream(
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Send the whole journal once more, then end.")
    ] = False,
) -> None:
    """Service: stream the journal into the time-series database."""
    if not rebuild:
        serve("stream", site, data, run_stream)
        return
    with clear_errors():
        settings = load_settings(site)
        stop = stop_on_signals()
        with stream_service(settings, DataFiles(data), stop) as service, _progress() as progress:
            service.rebuild(_shown(progress, progress.add_task(say("sending the journal"), total=None)))


def _progress() -> Progress:
    """A bar on a terminal, nothing in a pipe or a file."""
    return Progress(transient=True, disable=not sys.stdout.isatty())


def _shown(progress: Progress, task: TaskID) -> Callable[[int, int], None]:
    return lambda done, total: progress.update(task, completed=done, total=total)


def _gap_text(gap: Difference) -> str:
    message = N_("{where}: journal {rows}, database {points}, missing {missing}, too many {surplus}")
    text = say(
        message,
        where=f"{gap.instrument} {gap.channel} {gap.hour}",
        rows=gap.journal_rows,
        points=gap.server_rows,
        missing=gap.missing,
        surplus=gap.surplus,
    )
    if gap.first_missing_seq is None:
        return text
    return say("{text}; the first missing is row {row}", text=text, row=gap.first_missing_seq)


def reconcile(
    site: SiteOption = DEFAULT_SITE, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False
) -> None:
    """Count journal against time-series database per channel and hour; exit code 1 if they differ."""
    with clear_errors():
        result = reconciler(load_settings(site), DataFiles(data)).run()
    if as_json:
        say_json(result.as_json())
    else:
        typer.echo(sentence(result.sentence))
        for gap in result.differences:
            typer.echo(f"  {_gap_text(gap)}")
    if not result.ok:
        raise typer.Exit(1)
