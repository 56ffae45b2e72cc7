"""What all commands share: options, output and the way an error ends a command."""

import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from calibration.errors import CalibrationError
from daq.commands.speech import error_text, say
from daq.errors import HengliangError
from drivers.errors import ClockError, HandError, InstrumentError, ProfileError

SiteOption = Annotated[
    Path, typer.Option("--site", envvar="HENGLIANG_SITE", help="The site's configuration (site.toml).")
]
DataOption = Annotated[
    Path, typer.Option("--data", envvar="HENGLIANG_DATA", help="The data directory: journal, cursors, blobs.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]

DEFAULT_SITE = Path("site.toml")
DEFAULT_DATA = Path("data")


def ready_output() -> None:
    """Let standard output take every character: one that it has no bytes for is written by its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def say_json(value: Any) -> None:
    """One JSON object on one line of standard output, at once; in ASCII where there is no UTF-8."""
    is_unicode = (sys.stdout.encoding or "").casefold().startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=not is_unicode, allow_nan=False) + "\n")
    sys.stdout.flush()


def say_rows(rows: Iterable[Sequence[str]], headings: Sequence[str] = ()) -> None:
    """Rows under each other, two blanks between the columns; nothing is cut, a Chinese character is two wide.

    A column in which no row has anything is left out.
    """
    body = [tuple(row) for row in rows]
    used = [i for i in range(max(map(len, body), default=0)) if any(row[i] for row in body)]
    lines = [tuple(headings), *body] if headings else body
    widths = {i: max(cell_len(line[i]) for line in lines) for i in used}
    for line in lines:
        cells = (line[i] + " " * (widths[i] - cell_len(line[i])) for i in used)
        typer.echo("  ".join(cells).rstrip())


def complain(sentence: str) -> None:
    """A sentence on standard error."""
    typer.echo(sentence, err=True)


def ask_secret(question: str, again: str = "") -> str:
    """Ask for what is not shown while it is typed, once more if ``again`` is given; a pipe is just read."""
    source = sys.__stdin__  # where there is no terminal getpass would warn
    is_piped = source is not None and source is sys.stdin and not source.isatty()
    typed: str = typer.prompt(question, hide_input=not is_piped, confirmation_prompt=again or False)
    return typed


def write_file(path: Path, content: bytes) -> None:
    """Write a file that somebody has asked for, or end with the sentence that says why not."""
    try:
        path.write_bytes(content)
    except OSError as error:
        complain(say("{path}: cannot be written: {reason}", path=path, reason=error.strerror))
        raise typer.Exit(1) from error


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn a known error into its sentence and exit code 1; anything else is a defect and shows its trace."""
    try:
        yield
    except (HengliangError, InstrumentError, ProfileError, CalibrationError, ClockError, HandError) as error:
        complain(error_text(error))
        raise typer.Exit(1) from error


def utc_text(t_ns: int) -> str:
    """ISO 8601 in UTC with all nine decimals of the second."""
    seconds, nanoseconds = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
