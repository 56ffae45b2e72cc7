"""What every page works on: the site, its data, its records, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from daq.lab.certificates.register import Register
from daq.lab.reports.dossier import Office
from daq.lab.sessions.bench import Bench
from daq.records.alerts import count_unacknowledged
from daq.records.blobs import BlobStore
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading
from daq.security.accounts import Accounts
from daq.security.sign_ins import SignIns
from daq.settings import Settings
from daq.web.live.poller import Poller
from daq.web.sessions.listeners import Listeners
from daq.wiring import DataFiles, site_bench
from drivers.clock import Clock
from drivers.profiles import Profile


@dataclass(frozen=True, slots=True)
class Desk:
    """One site, as the pages of one process see it."""

    settings: Settings
    files: DataFiles
    clock: Clock
    poller: Poller
    profiles: Mapping[str, Profile]
    engine: Engine
    """The records."""
    accounts: Accounts
    sign_ins: SignIns
    certificates: RecordedCertificates
    listeners: Listeners = field(default_factory=Listeners)
    """Pages that wait for an instrument."""

    def open_alerts(self, severity: str | None = None) -> int:
        """How many alerts nobody has acknowledged yet; all, or of one severity."""
        with reading(self.engine) as connection:
            return count_unacknowledged(connection, self.settings.site.id, severity)

    @property
    def register(self) -> Register:
        """The records with their documents, for whoever works on certificates."""
        blobs = BlobStore(self.files.folder / "blobs")
        return Register(self.engine, self.clock, blobs, ZoneInfo(self.settings.site.timezone))

    @property
    def bench(self) -> Bench:
        """What sessions work with."""
        return site_bench(self.settings, self.files, self.engine, self.clock, self.certificates)

    @property
    def office(self) -> Office:
        """Where papers are made."""
        return Office(self.bench, self.register.blobs, self.settings)
