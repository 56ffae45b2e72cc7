"""Who acts at the console: the records' accounts, and the password that is typed."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import ask_secret
from daq.commands.speech import say
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.wiring import DataFiles

RecordsOption = Annotated[
    str | None,
    typer.Option(
        "--records",
        envvar="HENGLIANG_RECORDS",
        help="URL of the records in PostgreSQL; without it they are records.db in the data directory.",
    ),
]

ReasonOption = Annotated[
    str, typer.Option("--reason", prompt="Reason (for the audit trail)", help="Stands in the audit trail.")
]


@contextmanager
def open_accounts(data: Path, records: str | None) -> Iterator[Accounts]:
    """The accounts in the records of a data directory, or at the URL ``records``."""
    with open_records(records or records_url(data)) as engine:
        yield Accounts(engine, DataFiles(data).clock())


def origin() -> str:
    """Where somebody at the console acts from, for the audit trail."""
    return f"console of {socket.gethostname()}, user {os.getuid()}"


def credentials(account: str) -> Credentials:
    """Ask for the password of an account."""
    return Credentials(account, ask_secret(say("Password of {account}", account=account)), origin())


def identified(accounts: Accounts, account: str) -> Actor:
    """Whoever acts at the console types the password, as on a page."""
    return Actor(accounts.sign_in(credentials(account)).account, origin())
