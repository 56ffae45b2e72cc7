"""What the pages show, before it is put into words: immutable, one ``SiteNow`` for all browsers."""

import enum
from dataclasses import dataclass, field

from calibration.certificates.model import Certificate
from daq.journal import JournalChannel
from daq.lab.meaning import Meant
from daq.settings import InstrumentEntry
from daq.web.live.trend import Line


class ChannelState(enum.StrEnum):
    """How a channel fares, from best to worst to see."""

    STABLE = "stable"
    SETTLING = "settling"
    LIVE = "live"
    """Readings come, and the instrument does not say whether they are stable."""
    IDLE = "idle"
    """The instrument answers with another quantity: a moisture analyser that dries tells no mass."""
    WAITING = "waiting"
    """Nothing has come yet."""
    STALE = "stale"
    """The newest reading is old, and nothing says why."""
    ALARM = "alarm"
    """The instrument answers, and has no value or one out of its range."""
    LOST = "lost"
    """The instrument cannot be heard or understood."""


class CertificateState(enum.StrEnum):
    """What the certificates of a channel are worth now."""

    VALID = "valid"
    DUE = "due"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CertificateNow:
    """The certificate of a channel at this moment."""

    state: CertificateState
    certificate: Certificate | None = None
    """The one in force; else the last that was, or the first that will be."""
    days_left: int = 0
    """Whole days until it ends, or until it begins."""


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """One channel at this moment."""

    channel: JournalChannel
    state: ChannelState
    reason: str
    """Code of the reason behind ``ALARM`` and ``LOST``: an outcome, a kind of event, a flag of quality."""
    detail: str
    """The sentence in the journal, if the reason has one."""
    since_ns: int
    """UTC of the newest reading or of the event behind the state; 0 if there is neither."""
    outdated: bool
    """An event newer than the reading tells the state: the number is not what the instrument says now."""
    age_s: float
    """Age of the newest reading."""
    meant: Meant | None
    recent: tuple[Meant, ...]
    """The newest readings, newest first."""
    certificate: CertificateNow
    trend: Line
    number: str
    """The newest value as it is written; empty before the first reading."""
    decimals: int
    places: int
    """Characters of the longest number so far: the number's box never gets narrower."""


@dataclass(frozen=True, slots=True)
class InstrumentNow:
    """One instrument at this moment; the state counts while no channel is known."""

    entry: InstrumentEntry
    channels: tuple[ChannelNow, ...]
    state: ChannelState
    reason: str
    detail: str
    since_ns: int
    identity: str
    """What the instrument last said of itself."""
    simulated: bool

    def has(self, state: ChannelState) -> bool:
        """Whether any channel, or the instrument while it has none, is in ``state``."""
        return any(channel.state is state for channel in self.channels) or (
            not self.channels and self.state is state
        )


class FactKind(enum.StrEnum):
    """What needs a person."""

    NO_JOURNAL = "no-journal"
    JOURNAL_UNREADABLE = "journal-unreadable"
    NOT_GROWING = "not-growing"
    STOPPED = "stopped"
    LOST = "lost"
    ALARM = "alarm"
    STREAM_SILENT = "stream-silent"
    STREAM_TROUBLE = "stream-trouble"
    STREAM_BEHIND = "stream-behind"
    STREAM_REJECTED = "stream-rejected"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET = "certificate-not-yet"
    CERTIFICATE_NONE = "certificate-none"
    CERTIFICATE_DUE = "certificate-due"
    CERTIFICATES_UNUSABLE = "certificates-unusable"
    RECORDS_UNREADABLE = "records-unreadable"
    DAMAGED = "damaged"
    RECORDS_DAMAGED = "records-damaged"
    NOT_WATCHED = "not-watched"
    DISK = "disk"
    COPY_DIFFERS = "copy-differs"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that needs a person: the strip under the header."""

    kind: FactKind
    instruments: tuple[str, ...] = ()
    number: float = 0
    """Seconds, days, rows, points or files, by ``kind``."""
    code: str = ""
    """Why, in a word of the program."""
    detail: str = ""
    """Why, in a sentence as it was recorded."""


@dataclass(frozen=True, slots=True)
class SiteNow:
    """The whole site at this moment."""

    now_ns: int
    instruments: tuple[InstrumentNow, ...]
    facts: tuple[Fact, ...]
    rows: int
    """Rows in the journal."""
    journal: str = "ok"
    """``ok``, ``waiting`` or ``unreadable``."""
    views: dict[str, object] = field(default_factory=dict, compare=False)
    """What has been made of this in each language, so that many browsers share the work."""

    def instrument(self, name: str) -> InstrumentNow | None:
        """The instrument of that name, if the site has it."""
        return next((each for each in self.instruments if each.entry.name == name), None)
