"""What the commands of certificates and equipment share: the register of a site, and who acts on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from daq.lab.certificates.register import Register
from daq.records.blobs import BlobStore
from daq.records.migrations import open_records
from daq.security.accounts import Accounts, Credentials
from daq.security.people import Role, account_of
from daq.security.signatures import Signature
from daq.settings import Settings, load_settings
from daq.wiring import DataFiles, records_of

ByOption = Annotated[str, typer.Option("--by", prompt="Your account", help="Your account.")]
RecordArgument = Annotated[str, typer.Argument(metavar="RECORD", help="Version, such as 17.2.")]


@dataclass(frozen=True, slots=True)
class Counter:
    """The register, and the accounts of who works with it."""

    settings: Settings
    register: Register
    accounts: Accounts

    def signature(self, typed: Credentials, roles: tuple[Role, ...], meaning: str) -> Signature:
        """A signature in the first of these roles that the person has.

        Raises:
            SignInError: the password is wrong.
            NotPermittedError: the person has none of the roles.
        """
        held = self.accounts.person(account_of(typed.account)).roles
        role = next((role for role in roles if role in held), roles[0])
        return self.accounts.sign(typed, role, meaning)


@contextmanager
def open_counter(site: Path, data: Path, records: str | None) -> Iterator[Counter]:
    """The register of a site.

    Raises:
        SettingsError: the site's configuration cannot be used.
        RecordsError: the records cannot be opened.
    """
    settings, files = load_settings(site), DataFiles(data)
    with open_records(records or records_of(settings, files)) as engine:
        clock = files.clock()
        register = Register(engine, clock, BlobStore(files.blobs), ZoneInfo(settings.site.timezone))
        yield Counter(settings, register, Accounts(engine, clock))
