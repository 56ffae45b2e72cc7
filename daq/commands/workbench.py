"""What the commands of sessions, samples and methods share: the bench of a site, and who works at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.people import credentials, identified
from daq.commands.register import Counter, open_counter
from daq.lab.reports.dossier import Office
from daq.lab.sessions.bench import Bench
from daq.records.certificates import RecordedCertificates
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.signatures import Signature
from daq.wiring import DataFiles, site_bench

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Its number, such as S-2026-0001.")]
ReasonOption = Annotated[str, typer.Option("--reason", prompt="Reason", help="Stands in the record.")]


@dataclass(frozen=True, slots=True)
class Workbench:
    """A bench at the console."""

    bench: Bench
    counter: Counter

    @property
    def office(self) -> Office:
        """Where papers are made."""
        return Office(self.bench, self.counter.register.blobs, self.counter.settings)

    def actor(self, account: str) -> Actor:
        """Whoever types the password.

        Raises:
            SignInError: the password is wrong.
        """
        return identified(self.counter.accounts, account)

    def signature(self, account: str, roles: tuple[Role, ...], meaning: str) -> Signature:
        """A signature in the first of these roles that the person has.

        Raises:
            SignInError: the password is wrong.
            NotPermittedError: the person has none of the roles.
        """
        return self.counter.signature(credentials(account), roles, meaning)


@contextmanager
def open_workbench(site: Path, data: Path, records: str | None) -> Iterator[Workbench]:
    """The bench of a site.

    Raises:
        SettingsError: the site's configuration cannot be used.
        RecordsError: the records cannot be opened.
    """
    with open_counter(site, data, records) as counter:
        register = counter.register
        certificates = RecordedCertificates(register.engine)
        bench = site_bench(counter.settings, DataFiles(data), register.engine, register.clock, certificates)
        yield Workbench(bench, counter)
