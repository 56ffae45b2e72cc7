"""Everything that the page of a certificate shows, read before it is built: no open page waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from calibration.certificates.imported import Finding, Imported
from calibration.certificates.model import Certificate
from calibration.errors import CalibrationError, CertificateError
from calibration.sentences import Sentence, sentence_of
from daq.errors import HengliangError
from daq.lab.certificates.advice import interval_advice_of
from daq.lab.certificates.as_found import Found, as_found_of
from daq.lab.certificates.imported_json import imported_from, signature_from
from daq.lab.certificates.interval import IntervalLook
from daq.lab.certificates.look import Look, look, previous_of
from daq.lab.certificates.register import Register
from daq.lab.certificates.rules import Caution, cautions, shortcomings
from daq.lab.equipment.records import Equipment, equipment
from daq.records.blobs import BlobStore
from daq.records.certificate_content import Form
from daq.records.certificate_versions import Version, find_version, versions
from daq.records.certificates import built
from daq.records.database import reading
from daq.records.register_tables import certificates
from daq.security.signature_report import SignatureReport
from daq.web.words import Words

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The curve of a certificate, as far as there is one."""

    look: Look | None = None
    previous: Version | None = None
    """The calibration before it."""
    advice: IntervalLook | None = None
    refusals: tuple[Sentence, ...] = ()
    """Why a part of it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """One version with all that belongs to it."""

    version: Version
    siblings: tuple[Version, ...]
    """All versions of the same certificate."""
    imported: Imported
    signature: SignatureReport | None
    """As it was examined at the upload; None where nothing was kept."""
    missing: tuple[Sentence, ...]
    cautions: tuple[Caution, ...]
    known: Equipment | None
    """Its equipment in the register."""
    register: Mapping[str, Equipment]
    """Everything that is registered, by short name."""
    found: Found | None
    """Results before any adjustment."""
    fit: Fit

    @property
    def is_newest(self) -> bool:
        """Whether there is no later version of it."""
        return self.version.version == self.siblings[-1].version

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def findings(self) -> dict[str, Finding]:
        """Findings of the importer, by how they are kept with the draft."""
        return {str(one): one for one in self.imported.findings}


def loaded_or_refused(register: Register, record: str, words: Words) -> Loaded | str:
    """Everything, or the sentence why it cannot be shown."""
    try:
        return load(register, record)
    except HengliangError as error:
        return words.error(error)
    except ValueError:
        return words.say("What was found in the document of {record} cannot be read any more.", record=record)
    except Exception:  # the edge of a request: documents of strangers are behind it
        log.exception("page of a certificate", record=record)
        return words.say("{record} cannot be shown; the log of the service says why.", record=record)


def load(register: Register, record: str) -> Loaded:
    """Read it; some tenths of a second.

    Raises:
        HengliangError: there is no such version, or its import is not what was kept.
        ValueError: the import is not what an importer found.
    """
    with reading(register.engine) as connection:
        version = find_version(connection, record)
        imported, signature = _import(register.blobs, version.content.import_sha256)
        known = equipment(connection)
        found = _found(register, connection, version)
        return Loaded(
            version=version,
            siblings=versions(connection, certificates.c.id == version.id),
            imported=imported,
            signature=signature,
            missing=shortcomings(register, connection, version),
            cautions=cautions(register, connection, version),
            known=known.get(version.equipment),
            register=known,
            found=found,
            fit=_fit(register, connection, version, found),
        )


def _import(blobs: BlobStore, sha256: str) -> tuple[Imported, SignatureReport | None]:
    data = blobs.get(sha256)
    return imported_from(data), signature_from(data)


def _found(register: Register, connection: Connection, version: Version) -> Found | None:
    try:
        return as_found_of(register, connection, version)
    except CalibrationError:  # the shortcomings say what is wrong with it
        return None


def _fit(register: Register, connection: Connection, version: Version, found: Found | None) -> Fit:
    if version.content.form is not Form.CURVE:
        return Fit()
    try:
        certificate = built(version)
    except CertificateError:
        return Fit(refusals=(Sentence("the curve is drawn as soon as nothing is missing any more"),))
    if not isinstance(certificate, Certificate):
        return Fit()
    before = previous_of(connection, version)
    refusals: list[Sentence] = []
    earlier = _built(before, refusals)
    try:
        drawn = look(certificate, version.content.native, earlier)
    except (CalibrationError, ArithmeticError, ValueError) as error:
        return Fit(refusals=(Sentence("the curve cannot be drawn: {why}", why=sentence_of(error)),))
    return Fit(
        look=drawn,
        previous=before if earlier is not None else None,
        advice=_advice(register, connection, (version, found), refusals),
        refusals=tuple(refusals),
    )


def _built(version: Version | None, refusals: list[Sentence]) -> Certificate | None:
    if version is None:
        return None
    try:
        found = built(version)
    except CertificateError as error:
        refusals.append(
            Sentence(
                "the certificate before it, {record}, cannot be read: {why}",
                record=version.record,
                why=sentence_of(error),
            )
        )
        return None
    return found if isinstance(found, Certificate) else None


def _advice(
    register: Register,
    connection: Connection,
    about: tuple[Version, Found | None],
    refusals: list[Sentence],
) -> IntervalLook | None:
    try:
        return interval_advice_of(register, connection, *about)
    except (CalibrationError, ArithmeticError, ValueError) as error:
        refusals.append(Sentence("no advice on the interval: {why}", why=sentence_of(error)))
        return None


def other_versions(register: Register, version: Version) -> tuple[Version, ...]:
    """All versions of the same channel that could be tried instead."""
    column = certificates.c
    same = (column.equipment == version.equipment) & (column.channel == version.channel)
    with reading(register.engine) as connection:
        return versions(connection, same)
