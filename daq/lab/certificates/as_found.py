"""What a calibration found before any adjustment, judged by the maximum permissible error in service.

An instrument that was adjusted has results of its own for that; one that was not is as it was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from calibration.certificates.completing import content_of
from calibration.certificates.imported import Shape, Stage
from calibration.certificates.native_points import read_points, read_units
from calibration.certificates.toml_table import Table
from calibration.errors import CalibrationError, CertificateError
from calibration.mpe import OIML_R76, VerifiedBalance
from calibration.sentences import Sentence, verbatim
from calibration.units import convert, convert_difference
from daq.errors import CertificateStepError
from daq.i18n import N_
from daq.lab.certificates.cell_corrections import CellCorrection, corrected
from daq.lab.certificates.imported_json import imported_from
from daq.lab.certificates.register import Register
from daq.lab.equipment.records import Equipment, equipment
from daq.lab.nonconforming.causes import AsFound, FollowUp, answer_calibration, suspect_of
from daq.lab.nonconforming.records import Affected, Nonconformity, Suspect, open_on
from daq.lab.tracing.impact_suspect import what_stood_on
from daq.records.certificate_content import Form
from daq.records.certificate_versions import Version
from daq.security.audit import Actor


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """One point before any adjustment, in the unit of the indication."""

    nominal: Decimal
    """The reference value."""
    error: Decimal
    U: Decimal
    mpe: Decimal | None
    """Maximum permissible error in service there; None where nobody has said it."""

    @property
    def is_beyond(self) -> bool:
        """Whether the error is larger than what is permitted."""
        return self.mpe is not None and abs(self.error) > self.mpe


@dataclass(frozen=True, slots=True)
class Found:
    """The results before any adjustment."""

    unit: str
    points: tuple[FoundPoint, ...]
    was_adjusted: bool
    """Whether the document states them apart, because the instrument was adjusted afterwards."""

    @property
    def needs_mpe(self) -> bool:
        """Whether somebody has to say the maximum permissible error."""
        return self.was_adjusted and any(point.mpe is None for point in self.points)

    @property
    def beyond(self) -> tuple[FoundPoint, ...]:
        """Points at which the instrument was beyond its limits."""
        return tuple(point for point in self.points if point.is_beyond)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What putting a certificate in force will lead to, where points are beyond their limits."""

    suspect: Suspect
    affected: tuple[Affected, ...]
    known: Nonconformity | None
    """The one that is open already and will be widened."""


def as_found_of(
    register: Register, connection: Connection, version: Version, mpe: Decimal | None = None
) -> Found | None:
    """The results before any adjustment with their limits; None where there are no errors of indication.

    Args:
        register: with the documents.
        connection: to the records.
        version: of the certificate.
        mpe: in the unit of the indication, where the register of equipment does not give it.

    Raises:
        CertificateError: the results are not complete.
    """
    native = _native(register, version)
    if native is None:
        return None
    unit = str(native.get("equipment", {}).get("unit", ""))
    known = equipment(connection).get(version.equipment)
    points = tuple(
        replace(point, mpe=mpe_in_service(known, point.nominal, unit) or mpe)
        for point in _points(native, unit, version.content.file_name)
    )
    return Found(unit, points, version.content.as_found is not None) if points else None


def as_found_version(register: Register, version: Version) -> Version:
    """The version as it would be with the results before any adjustment.

    Raises:
        CertificateError: units that do not convert.
    """
    native, content = _native(register, version), version.content
    if native is None or content.as_found is None:
        return version
    before = {"point": native["point"], "curve": {**content.native.get("curve", {}), **native["curve"]}}
    return replace(version, content=replace(content, native={**content.native, **before}))


def as_found_mistakes(register: Register, version: Version) -> tuple[Sentence, ...]:
    """Why results before an adjustment that a document states cannot be judged; none if they can."""
    if version.content.as_found is None:
        return ()
    try:
        native = _native(register, version)
        if native is not None:
            _points(native, str(native.get("equipment", {}).get("unit", "")), version.content.file_name)
    except CertificateError as error:
        return tuple(
            Sentence("results before the adjustment: {sentence}", sentence=verbatim(mistake))
            for mistake in error.mistakes
        )
    return ()


def mpe_in_service(known: Equipment | None, load: Decimal, unit: str) -> Decimal | None:
    """Of a balance by its class, e and Max (OIML R 76-1:2006, 3.5.1 and 3.5.2); None of anything else."""
    if known is None or known.kind != "balance" or known.e is None or known.maximum is None:
        return None
    try:
        balance = VerifiedBalance(known.accuracy_class, known.e, known.maximum, known.unit, OIML_R76)
        # limits change at nominal loads, and a standard of 200 g has some micrograms more or less
        in_e = (abs(convert(load, unit, known.unit)) / known.e).quantize(Decimal(1))
        limits = balance.error_limits(in_e * known.e, in_service=True)
        return None if limits.upper is None else convert_difference(limits.upper, known.unit, unit)
    except CalibrationError:  # no class, a load beyond Max, a unit of another kind: a person says it
        return None


def foreseen(register: Register, connection: Connection, version: Version, found: Found) -> Foreseen | None:
    """What stands on an instrument that was beyond its limits; None if it was not."""
    if not found.beyond:
        return None
    as_found = _as_found(register, version, found)
    suspect = suspect_of(connection, as_found, register.clock.now_ns())
    known = open_on(connection, version.equipment, version.channel)
    return Foreseen(suspect, tuple(what_stood_on(connection, suspect)), known)


def answer_as_found(
    register: Register, connection: Connection, by: Actor, version: Version, mpe: Decimal | None
) -> Nonconformity | None:
    """In the transaction that puts a certificate in force: begin nonconforming work where it was beyond.

    Raises:
        CertificateStepError: nobody has said what is permitted.
    """
    found = as_found_of(register, connection, version, mpe)
    if found is None:
        return None
    if found.needs_mpe:
        raise CertificateStepError(
            N_(
                "{record} states results before an adjustment: say the maximum permissible error of "
                "{equipment} in service, by which they are judged."
            ),
            record=version.record,
            equipment=version.equipment,
        )
    follow_up = FollowUp(what_stood_on, register.zone)
    as_found = _as_found(register, version, found)
    return answer_calibration(connection, by, as_found, follow_up, register.clock.now_ns())


def _as_found(register: Register, version: Version, found: Found) -> AsFound:
    day = version.content.said("certificate", "calibrated_on")
    return AsFound(
        equipment=version.equipment,
        channel=version.channel,
        record=version.record,
        unit=found.unit,
        points=tuple(
            (point.nominal, point.error, point.U, point.mpe)
            for point in found.points
            if point.mpe is not None
        ),
        t_ns=register.start_of(day),
    )


def _native(register: Register, version: Version) -> Mapping[str, Any] | None:
    """The content of a native file for the results before any adjustment; None where there is none."""
    content = version.content
    if content.form is not Form.CURVE:
        return None
    if content.as_found is None:
        return content.native if content.stage != Stage.AS_LEFT else None
    imported = imported_from(register.blobs.get(content.import_sha256))
    said = [CellCorrection(one.target, one.person, one.reason) for one in content.corrections]
    imported, _ = corrected(imported, said)
    proposal = imported.proposals[content.as_found]
    if proposal.shape is not Shape.ERRORS:
        return None
    unit = str(content.said("equipment", "unit") or "")
    return content_of(imported, proposal, {"equipment": {"unit": unit}}, content.file_name)


def _points(native: Mapping[str, Any], unit: str, file_name: str) -> Sequence[FoundPoint]:
    """Errors of indication at the points; none where values in another unit are given."""
    curve = native.get("curve", {})
    if "point" not in native or "gives" in curve:
        return ()
    mistakes: list[Sentence] = []
    top = Table(file_name, "", {"curve": dict(curve), "point": native["point"]}, mistakes)
    units = read_units(top.table("curve"), unit)
    points = read_points(top, units)
    if mistakes:
        raise CertificateError(tuple(mistakes))
    if units.converts:
        return ()
    return [
        FoundPoint(
            nominal=_decimal(point.value),
            error=_decimal(point.indication - point.value),
            U=_decimal(Fraction(one["U"]) * units.factor),
            mpe=None,
        )
        for point, one in zip(points, native["point"], strict=True)
    ]


def _decimal(number: Fraction) -> Decimal:
    """Exactly: numerators and denominators of decimal numbers and of decimal units."""
    return Decimal(number.numerator) / Decimal(number.denominator)
