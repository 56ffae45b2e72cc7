"""The certificates by which readings are corrected: those that were entered, checked and put in force."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from calibration.certificates.measures import MeasuresCertificate, read_measures
from calibration.certificates.model import Certificate
from calibration.certificates.native import read_content
from calibration.errors import CertificateError
from daq.records.certificate_content import Form
from daq.records.certificate_versions import State, Version, versions
from daq.records.database import reading
from daq.records.register_tables import certificate_steps, certificates

ByChannel = Mapping[tuple[str, str], tuple[Certificate, ...]]
ByEquipment = Mapping[str, tuple[MeasuresCertificate, ...]]

_STAND_INS: dict[str, Any] = {
    "in_force_from": datetime(2261, 1, 1, tzinfo=UTC),
    "valid_until": datetime(2261, 12, 31, tzinfo=UTC),
    "entered_by": "?",
    "checked_by": "?",
}
"""For what the life of a certificate decides, where only what the document says is looked at."""


class RecordedCertificates:
    """What the records say now; any thread may ask.

    Revoked versions are not there at all. A version that was suspended and put in force again is there twice,
    once for each period.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._newest_step: int | None = None
        self._built: dict[str, Certificate | MeasuresCertificate] = {}
        self._certificates: ByChannel = {}
        self._measures: ByEquipment = {}
        self.findings: tuple[str, ...] = ()
        """One sentence for each version in force that cannot be used."""

    def load(self) -> ByChannel:
        """All that count at some time, by (instrument, channel); cheap, and the same object, if none is new.

        Raises:
            RecordsError: the database cannot be read.
        """
        self._look()
        return self._certificates

    def measures(self) -> ByEquipment:
        """The same for weights and other material measures, by equipment.

        Raises:
            RecordsError: the database cannot be read.
        """
        self._look()
        return self._measures

    def _look(self) -> None:
        with self._lock, reading(self._engine) as connection:
            newest = connection.execute(select(func.max(certificate_steps.c.id))).scalar() or 0
            if newest != self._newest_step:
                self._read(connection)
                self._newest_step = newest

    def _read(self, connection: Connection) -> None:
        by_channel: dict[tuple[str, str], list[Certificate]] = defaultdict(list)
        by_equipment: dict[str, list[MeasuresCertificate]] = defaultdict(list)
        findings: list[str] = []
        for version in _in_force(connection):
            try:
                base = self._built.get(version.record) or built(version)
            except CertificateError as error:
                findings.append(f"certificate {version.record} cannot be used: {error}")
                continue
            if base is None:
                continue
            self._built[version.record] = base
            for start_ns, until_ns in version.periods():
                one = replace(base, in_force_from_ns=start_ns, valid_until_ns=until_ns)
                if isinstance(one, Certificate):
                    by_channel[version.equipment, version.channel].append(one)
                else:
                    by_equipment[version.equipment].append(one)
        self.findings = tuple(findings)
        self._certificates = {key: tuple(several) for key, several in by_channel.items()}
        self._measures = {key: tuple(several) for key, several in by_equipment.items()}


def built(version: Version) -> Certificate | MeasuresCertificate | None:
    """What a version gives; in force for ever where its life has not said from when and until when.

    Returns:
        None for a verification that gives a verdict only.

    Raises:
        CertificateError: the draft is not complete, every mistake at once.
    """
    content = version.content
    if content.form is Form.VERDICT:
        return None
    native = {**content.native, "certificate": {**content.native.get("certificate", {}), **_STAND_INS}}
    read = read_measures if content.form is Form.MEASURES else read_content
    found = read(native, content.file_name, version.document_sha256)
    if isinstance(found, Certificate):
        # one document may tell of several channels, whose errors are not the same errors
        key = f"{found.curve.key} {version.equipment} {version.channel}"
        found = replace(found, curve=replace(found.curve, key=key))
    return replace(found, record=version.record, entered_by=version.entered_by, checked_by=version.checked_by)


def _in_force(connection: Connection) -> tuple[Version, ...]:
    """Every version that was ever put in force."""
    step = certificate_steps.c
    there = select(step.id).where(
        (step.certificate_id == certificates.c.id)
        & (step.version == certificates.c.version)
        & (step.state == State.IN_FORCE.value)
    )
    return versions(connection, there.exists())
