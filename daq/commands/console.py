"""What all commands share: options, output and the way an error ends a command."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from calibration.errors import CalibrationError
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


def say_json(value: Any) -> None:
    """One JSON object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def complain(sentence: str) -> None:
    """A sentence on standard error."""
    typer.echo(sentence, err=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that somebody has asked for, or end with the sentence that says why not."""
    try:
        path.write_bytes(content)
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror}")
        raise typer.Exit(1) from error


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn a known error into its sentence and exit code 1; anything else is a defect and shows its trace."""
    try:
        yield
    except (HengliangError, InstrumentError, ProfileError, CalibrationError, ClockError, HandError) as error:
        complain(str(error))
        raise typer.Exit(1) from error


def utc_text(t_ns: int) -> str:
    """ISO 8601 in UTC with all nine decimals of the second."""
    seconds, nanoseconds = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
