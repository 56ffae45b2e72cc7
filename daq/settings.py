"""The site's configuration: one ``site.toml``, checked whole, every mistake in one report."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calibration.sentences import Sentence
from daq.errors import SettingsError
from daq.mistakes import sentence_of
from daq.schedule import ScheduleText

Language = Literal["zh_CN", "en"]
Severity = Literal["info", "warning", "alarm"]
STALE_PERIODS = 3
STALE_S = 3.0


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SiteSettings(_Section):
    """Who measures, and where."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    """Short name of the site in the time-series database: a-z, 0-9 and dashes."""
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    language: Language = "zh_CN"
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(Sentence("a time zone of the IANA list, such as Asia/Shanghai")) from error
        return name


class InstrumentEntry(_Section):
    """One instrument on the bench and the wire to it."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$")
    """Short name, as on its label: letters, digits, ``.``, ``_`` and ``-``."""
    title_zh: str = ""
    title_en: str = ""
    room_zh: str = ""
    room_en: str = ""
    url: str
    profile: str
    unit_id: int | None = Field(default=None, ge=0, le=255)
    """Modbus unit; by default the one the profile says it leaves the works with."""
    serial_number: str = ""
    """From the register of equipment; an instrument that says another one is refused."""
    period_s: float = Field(default=1.0, ge=0.05, le=3600)
    simulated: bool = False

    @property
    def stale_after_s(self) -> float:
        """Seconds after which the newest reading is an old one."""
        return max(STALE_PERIODS * self.period_s, STALE_S)


class TimeSeriesSettings(_Section):
    """The time-series database: anything that speaks the InfluxDB 2 write API."""

    url: str = Field(pattern=r"^https?://")
    org: str = ""
    bucket: str = "hengliang"
    token_file: Path | None = Field(default=None, strict=False)
    """A file that holds the token, so that no secret stands in this one."""
    batch_points: int = Field(default=5000, ge=1, le=50_000)


class WebSettings(_Section):
    """Where the pages answer."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)


class MarkSettings(_Section):
    """A mark of accreditation that the laboratory may print, and its number."""

    name: str = Field(min_length=1, max_length=12)
    """``CMA``, ``CNAS`` …"""
    number: str = Field(min_length=1)
    methods: tuple[str, ...] = Field(default=(), strict=False)
    """Names of the methods within its scope: reports by others do not bear it. Empty for all."""


_SERIES = re.compile(r"(?:[^{}]|\{year\}|\{number(?::0[1-9]d)?\})*")


class LaboratorySettings(_Section):
    """Head of the laboratory's papers, and how its reports are numbered."""

    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    address_zh: str = Field(min_length=1)
    address_en: str = Field(min_length=1)
    phone: str = ""
    marks: tuple[MarkSettings, ...] = Field(default=(), strict=False)
    logo_file: Path | None = Field(default=None, strict=False)
    """PNG or SVG."""
    report_series: str = "HL-{year}-{number:04d}"
    """Number of a report: the year, and the number counted from 1 within the year."""

    @field_validator("report_series")
    @classmethod
    def _numbered(cls, series: str) -> str:
        if not _SERIES.fullmatch(series) or "{year}" not in series or series.count("{number") != 1:
            msg = "a text with {year} and, once, {number} or {number:04d}, such as HL-{year}-{number:04d}"
            raise ValueError(msg)
        return series

    def report_number(self, year: int, number: int) -> str:
        """Number of the ``number``-th report of ``year``, such as ``HL-2026-0157``."""
        return self.report_series.format(year=year, number=number)


class SignerEntry(_Section):
    """A laboratory, and the certificate by which it signs its documents: by name, by fingerprint or both."""

    laboratory: str = Field(min_length=1)
    """Name or code of the laboratory, as its documents say it."""
    subject: str = ""
    """Distinguished name, such as ``CN=Calibration,O=Institute of Metrology,C=CN``."""
    sha256: str = Field(default="", pattern=r"^([0-9A-Fa-f]{64})?$")
    """Fingerprint of the certificate: 64 hexadecimal digits without colons."""

    @field_validator("subject")
    @classmethod
    def _name(cls, subject: str) -> str:
        from cryptography.x509 import Name  # here: most sites have no signer, and no command waits for this

        try:
            Name.from_rfc4514_string(subject)
        except ValueError as error:
            msg = "a distinguished name, such as CN=Calibration,O=Institute of Metrology,C=CN"
            raise ValueError(msg) from error
        return subject

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if not self.subject and not self.sha256:
            msg = "subject or sha256 must say which certificate this laboratory signs with"
            raise ValueError(msg)
        return self


class RecordsSettings(_Section):
    """Where the records are kept; without this section, records.db in the data directory."""

    url: str = Field(pattern=r"^(postgresql|sqlite)://")
    """``postgresql://USER@HOST/NAME`` where several laboratories share them."""


class CertificatesSettings(_Section):
    """What documents of calibration laboratories are checked against."""

    schema_dir: Path | None = Field(default=None, strict=False)
    """PTB's schemas (``dcc/v3.3.0/dcc.xsd`` …); without them a DCC is not compared with its schema."""
    trust_dir: Path | None = Field(default=None, strict=False)
    """Certificates of trusted authorities (``*.pem``, ``*.crt``), lists of revoked ones (``*.crl``)."""
    signers: tuple[SignerEntry, ...] = Field(default=(), strict=False)


class StabilityEntry(_Section):
    """When an instrument without a stability flag has come to rest: so many readings within a band."""

    quantity: str = Field(min_length=1)
    """``mass``, ``temperature`` …"""
    unit: str = Field(min_length=1)
    """Of the channels it is for, and of ``band``."""
    band: float = Field(gt=0)
    """Largest difference between the readings."""
    readings: int = Field(default=5, ge=2, le=1000)
    over_s: float = Field(default=5.0, gt=0, le=3600)
    """How long they must have been within the band."""


class BenchSettings(_Section):
    """What captures at the bench are held to where the method does not say it."""

    stale_after_s: float = Field(default=5.0, gt=0, le=600)
    """A reading older than this, and than three periods of its instrument, is not captured."""
    stability: tuple[StabilityEntry, ...] = Field(default=(), strict=False)
    """Other instruments without a flag: five readings over 5 s within two steps of the last digit."""


class WebhookEntry(_Section):
    """A LIMS that is told of samples, sessions and results."""

    url: str = Field(pattern=r"^https?://")
    key_file: Path = Field(strict=False)
    """A file that holds the key of the signature (HMAC-SHA256), so that no secret stands in this one."""


class AlertsSettings(_Section):
    """What is watched; ``docs/alerts.md``."""

    rules_file: Path | None = Field(default=None, strict=False)
    """The site's own rules, beside those that come with the program."""
    page_url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """Where phones reach the pages: the link in messages begins with it."""
    backup_dir: Path | None = Field(default=None, strict=False)
    """Where back-ups arrive; the newest file in it is watched."""


class NotifyEntry(_Section):
    """Somebody who is told of alerts: a mailbox, a chat robot, a web service."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    url_file: Path = Field(strict=False)
    """A file that holds the URL for Apprise, which is a secret: ``mailto://…``, ``dingtalk://…``."""
    languages: tuple[Language, ...] = Field(default=(), strict=False)
    """Languages of its messages, in this order; by default the site's."""
    severities: tuple[Severity, ...] = Field(default=("info", "warning", "alarm"), min_length=1, strict=False)
    schedule: ScheduleText = ""
    """When it takes messages, outside of which they wait; by default always."""
    escalation: bool = False
    """Is told only of what nobody acknowledged in time."""


class Settings(_Section):
    """A whole site."""

    site: SiteSettings
    instruments: tuple[InstrumentEntry, ...] = Field(alias="instrument", min_length=1, strict=False)
    records: RecordsSettings | None = None
    timeseries: TimeSeriesSettings | None = None
    web: WebSettings = WebSettings()
    laboratory: LaboratorySettings | None = None
    """Without it no report can be made."""
    certificates: CertificatesSettings = CertificatesSettings()
    profiles_dir: Path | None = Field(default=None, strict=False)
    """The site's own instrument profiles, beside those that come with the program."""
    methods_dir: Path | None = Field(default=None, strict=False)
    """The site's own methods, beside those that come with the program."""
    bench: BenchSettings = BenchSettings()
    webhooks: tuple[WebhookEntry, ...] = Field(alias="webhook", default=(), strict=False)
    alerts: AlertsSettings = AlertsSettings()
    notify: tuple[NotifyEntry, ...] = Field(default=(), strict=False)

    def instrument(self, name: str) -> InstrumentEntry | None:
        """The entry of that name, if there is one."""
        return next((entry for entry in self.instruments if entry.name == name), None)


def load_settings(path: Path) -> Settings:
    """Read ``site.toml``; relative paths in it are relative to its folder.

    Raises:
        SettingsError: every mistake at once, each naming file and key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            (Sentence("{file}: there is no such file; `hengliang demo` writes one to start from", file=path),)
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            (Sentence("{file}: cannot be read: {reason}", file=path, reason=error),)
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            (Sentence("{file}: not valid TOML: {reason}", file=path, reason=error),)
        ) from error
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        details = error.errors()
        raise SettingsError(
            tuple(sentence_of(str(path), document, each, _allowed_keys(each["loc"])) for each in details)
        ) from error
    mistakes = _repeated(path, settings)
    if mistakes:
        raise SettingsError(mistakes)
    return _rooted(settings, path.parent)


def _rooted(settings: Settings, folder: Path) -> Settings:
    update: dict[str, Any] = {}
    if settings.profiles_dir is not None:
        update["profiles_dir"] = folder / settings.profiles_dir
    if settings.methods_dir is not None:
        update["methods_dir"] = folder / settings.methods_dir
    update["webhooks"] = tuple(
        hook.model_copy(update={"key_file": folder / hook.key_file}) for hook in settings.webhooks
    )
    update["notify"] = tuple(
        entry.model_copy(update={"url_file": folder / entry.url_file}) for entry in settings.notify
    )
    watched = {"rules_file": settings.alerts.rules_file, "backup_dir": settings.alerts.backup_dir}
    beside = {key: folder / path for key, path in watched.items() if path is not None}
    update["alerts"] = settings.alerts.model_copy(update=beside)
    folders = {"schema_dir": settings.certificates.schema_dir, "trust_dir": settings.certificates.trust_dir}
    rooted = {key: folder / path for key, path in folders.items() if path is not None}
    update["certificates"] = settings.certificates.model_copy(update=rooted)
    if settings.laboratory is not None and settings.laboratory.logo_file is not None:
        logo_file = folder / settings.laboratory.logo_file
        update["laboratory"] = settings.laboratory.model_copy(update={"logo_file": logo_file})
    if settings.timeseries is not None and settings.timeseries.token_file is not None:
        token_file = folder / settings.timeseries.token_file
        update["timeseries"] = settings.timeseries.model_copy(update={"token_file": token_file})
    return settings.model_copy(update=update)


def _repeated(path: Path, settings: Settings) -> tuple[Sentence, ...]:
    mistakes = []
    names: set[str] = set()
    addresses: dict[tuple[str, int | None], str] = {}
    for index, entry in enumerate(settings.instruments):
        key = f"instrument[{index + 1}]"
        if entry.name.casefold() in names:
            mistakes.append(
                Sentence(
                    "{file}: {key}: {name} is used twice; every instrument needs its own name",
                    file=path,
                    key=f"{key}.name",
                    name=repr(entry.name),
                )
            )
        names.add(entry.name.casefold())
        taken = addresses.setdefault((entry.url, entry.unit_id), entry.name)
        if taken != entry.name:
            mistakes.append(
                Sentence(
                    "{file}: {key}: {name} has the same url and unit_id as {other}; two instruments cannot "
                    "answer at one address",
                    file=path,
                    key=key,
                    name=entry.name,
                    other=taken,
                )
            )
    told: set[str] = set()
    for index, target in enumerate(settings.notify):
        if target.name in told:
            mistakes.append(
                Sentence(
                    "{file}: {key}: {name} is used twice",
                    file=path,
                    key=f"notify[{index + 1}].name",
                    name=repr(target.name),
                )
            )
        told.add(target.name)
    return tuple(mistakes)


_SECTIONS: dict[str, type[_Section]] = {
    "site": SiteSettings,
    "instrument": InstrumentEntry,
    "records": RecordsSettings,
    "timeseries": TimeSeriesSettings,
    "web": WebSettings,
    "laboratory": LaboratorySettings,
    "marks": MarkSettings,
    "certificates": CertificatesSettings,
    "signers": SignerEntry,
    "bench": BenchSettings,
    "stability": StabilityEntry,
    "webhook": WebhookEntry,
    "alerts": AlertsSettings,
    "notify": NotifyEntry,
}


def _allowed_keys(location: tuple[int | str, ...]) -> list[str]:
    around = [str(part) for part in location[:-1] if not isinstance(part, int)]
    section = _SECTIONS.get(around[-1], Settings) if around else Settings
    return [field.alias or name for name, field in section.model_fields.items()]
