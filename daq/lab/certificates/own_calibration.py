"""An in-house calibration out of a reviewed check: errors of indication against a standard, as a DCC.

Nothing is added to what the session measured: a point is a determination, its U is that of the kept result,
and it speaks for this instrument at these points only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version as installed_version
from typing import Any

from sqlalchemy import Connection

from calibration.certificates.dcc.exporter import write_dcc
from calibration.certificates.dcc.in_house import (
    AmbientCondition,
    CalibratedItem,
    CalibratedPoint,
    CalibratedQuantity,
    InHouseCalibration,
    OwnLaboratory,
    ResponsiblePerson,
    StandardUsed,
)
from calibration.certificates.imported import Identification
from calibration.certificates.imported import Words as DccWords
from calibration.conformity import Decision
from calibration.rounding import round_to_place, round_uncertainty
from calibration.units import unit_of
from daq.errors import BenchError, PaperError
from daq.i18n import N_
from daq.lab.certificates.register import Register
from daq.lab.equipment.records import find_equipment
from daq.lab.methods.formulas import expression_of
from daq.lab.papers.laboratory import demand_laboratory
from daq.lab.reports.dossier import Dossier, Office, gather
from daq.lab.reports.dossier_deviations import deviations_of
from daq.lab.reports.dossier_figures import ambient_of
from daq.lab.reports.dossier_instruments import instruments_of
from daq.lab.results.words import Words, title_of
from daq.lab.sessions.results import KeptResult
from daq.records.certificate_versions import Version, find_version
from daq.records.database import reading

COUNTRY = "CN"
"""ISO 3166-1 of the laboratory, where nothing else is said."""
_MOST_APART = Decimal("1e-6")
"""An error of indication is indication minus reference; computed twice it agrees to this part of U."""


@dataclass(frozen=True, slots=True)
class _Point:
    """One determination: its result, and the values that went into it."""

    body: Mapping[str, Any]
    indications: tuple[Mapping[str, Any], ...]
    references: tuple[Mapping[str, Any], ...]


def dcc_of_session(office: Office, register: Register, session: str, country: str = COUNTRY) -> bytes:
    """The Digital Calibration Certificate (XML) of a reviewed check; its number is that of the session.

    Args:
        office: the bench and the site's configuration.
        register: of the same records: its day is the day of issue.
        session: a check that gives errors of indication against a standard.
        country: of the laboratory, two capital letters.

    Raises:
        NoSuchRecordError: there is no such session.
        BenchError: it is not reviewed by a second person.
        PaperError: it is simulated, gives no errors of indication, or its standard was not traceable.
        CertificateError: the writer refuses it, with every reason.
    """
    with reading(office.bench.engine) as connection:
        found = own_calibration(connection, gather(connection, office, session), register, country)
    schema_dir = office.settings.certificates.schema_dir
    return write_dcc(found, register.today(), schema_dir)


def own_calibration(
    connection: Connection, dossier: Dossier, register: Register, country: str
) -> InHouseCalibration:
    """What the certificate of a session says.

    Raises:
        BenchError, PaperError: as ``dcc_of_session``.
    """
    session = dossier.state.header.id
    _demand_possible(dossier)
    points = _points(dossier)
    records = [_one({str(value["certificate"]) for value in point.references}) for point in points]
    standards = _standards(connection, dossier, records)
    names = list(standards)
    return InHouseCalibration(
        number=session,
        laboratory=_laboratory(dossier, country),
        item=_item(connection, dossier, points),
        begun_on=register.day_of(dossier.state.header.t_ns),
        ended_on=register.day_of(dossier.ended_ns),
        issued_on=register.today(),
        method=_dcc(title_of(dossier.procedure)),
        documents=dossier.method_on_paper().documents,
        standards=tuple(standards.values()),
        conditions=tuple(
            AmbientCondition(
                quantity="temperature" if one.unit == "degC" else "humidity",
                name=_dcc(one.quantity),
                lowest=Decimal(one.lowest),
                highest=Decimal(one.highest),
                unit=one.unit,
            )
            for one in ambient_of(connection, dossier)
        ),
        results=(_quantity(points, [names.index(record) for record in records]),),
        statements=tuple(_dcc(one.what) for one in deviations_of(dossier)),
        persons=_persons(dossier),
        software_release=installed_version("hengliang"),
    )


def _demand_possible(dossier: Dossier) -> None:
    session = dossier.state.header.id
    if dossier.state.reviewed is None:
        raise BenchError(
            N_("{session} is not reviewed by a second person yet: no certificate is written of it."),
            session=session,
        )
    if dossier.is_simulated:
        raise PaperError(
            N_("{session} is simulated: a certificate of it would claim a traceability that it has not."),
            session=session,
        )


def _points(dossier: Dossier) -> list[_Point]:
    """One for each determination, by the first result that is indication minus reference.

    Raises:
        PaperError: the session gives none.
    """
    inputs = {one.name: one for one in dossier.procedure.inputs}
    for result in dossier.procedure.results:
        formula = next(one for one in dossier.procedure.formulas if one.name == result.formula)
        names = set(expression_of(formula.expression).names)
        shown = [name for name in names if name in inputs and inputs[name].indication]
        if len(names) != 2 or len(shown) != 1 or not names <= inputs.keys():
            continue
        kept = [one for one in dossier.results if one.body["formula"] == formula.name and one.body["U"]]
        points = [_point(one, shown[0]) for one in kept]
        if points and all(_is_error(point) for point in points):
            return points
    raise PaperError(
        N_("{session} gives no errors of indication against a standard: no certificate can be written."),
        session=dossier.state.header.id,
    )


def _point(result: KeptResult, indicated: str) -> _Point:
    values = result.body["inputs"]
    shown = tuple(one for one in values if one["input"] == indicated)
    return _Point(result.body, shown, tuple(one for one in values if one["input"] != indicated))


def _is_error(point: _Point) -> bool:
    if not point.indications or not point.references:
        return False
    if {one["unit"] for one in (*point.indications, *point.references)} != {point.body["unit"]}:
        return False
    error = _mean(point.indications) - _mean(point.references)
    return abs(error - Decimal(point.body["value"])) <= _MOST_APART * Decimal(point.body["U"])


def _mean(values: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(one["value"]) for one in values), Decimal(0)) / len(values)


def _quantity(points: list[_Point], standards: list[int]) -> CalibratedQuantity:
    unit = points[0].body["unit"]
    return CalibratedQuantity(
        name=_dcc(Words(**points[0].body["title"])),
        quantity=unit_of(unit).kind.value,
        unit=unit,
        points=tuple(_calibrated(point, standard) for point, standard in zip(points, standards, strict=True)),
    )


def _calibrated(point: _Point, standard: int) -> CalibratedPoint:
    """Numbers to one place beyond the last digit of U, so that rounding them says nothing else."""
    body = point.body
    expanded = round_uncertainty(Decimal(body["U"]))
    place = int(expanded.as_tuple().exponent) - 1
    verdict = body["verdicts"][0] if body["verdicts"] else None
    limits = (verdict["lower"], verdict["upper"]) if verdict else (None, None)
    lower, upper = limits
    return CalibratedPoint(
        reference=round_to_place(_mean(point.references), place),
        indication=round_to_place(_mean(point.indications), place),
        expanded=expanded,
        k=round_to_place(Decimal(body["k"]), -2),
        probability=Decimal(body["level"]),
        standard=standard,
        decision=Decision(verdict["decision"]) if verdict else None,
        tolerance=None if lower is None or upper is None else (Decimal(lower), Decimal(upper)),
    )


def _standards(connection: Connection, dossier: Dossier, records: list[str]) -> dict[str, StandardUsed]:
    """The standards by the records of their certificates, in the order of their use."""
    lines = instruments_of(connection, dossier)
    found = {}
    for record in dict.fromkeys(records):
        version = find_version(connection, record) if record else None
        line = next((one for one in lines if version and one.certificate == version.number), None)
        if version is None or line is None or not line.is_traceable:
            raise PaperError(
                N_("The standard of {session} had no certificate that holds: no certificate is written."),
                session=dossier.state.header.id,
            )
        found[record] = _standard(version, line.title)
    return found


def _standard(version: Version, title: Words) -> StandardUsed:
    return StandardUsed(
        name=_dcc(title),
        identification=version.equipment,
        laboratory=str(version.content.said("certificate", "laboratory") or ""),
        certificate=version.number,
        sha256=version.document_sha256,
    )


def _item(connection: Connection, dossier: Dossier, points: list[_Point]) -> CalibratedItem:
    ids = {value["capture"] for point in points for value in point.indications}
    names = {one.instrument for one in dossier.state.captures if one.id in ids}
    if len(names) != 1:
        raise PaperError(
            N_("{session} read several instruments ({names}): a certificate is of one."),
            session=dossier.state.header.id,
            names=", ".join(sorted(names)),
        )
    about = find_equipment(connection, _one(names))
    return CalibratedItem(
        name=_dcc(title_of(about)),
        manufacturer=about.maker,
        model=about.model,
        serial_number=about.serial_number,
        identifications=(
            Identification(
                "customer", about.name, DccWords((("zh", "管理编号"), ("en", "inventory number")))
            ),
        ),
    )


def _laboratory(dossier: Dossier, country: str) -> OwnLaboratory:
    laboratory = demand_laboratory(dossier.office.settings.laboratory)
    return OwnLaboratory(
        name=_dcc(Words(laboratory.name_zh, laboratory.name_en)),
        country=country,
        street=laboratory.address_zh,
        phone=laboratory.phone,
    )


def _persons(dossier: Dossier) -> tuple[ResponsiblePerson, ...]:
    """Who measured, and who reviewed and answers for it."""
    signed = dossier.signatures()
    return tuple(
        ResponsiblePerson(name=one.name, role=one.meaning.en, main_signer=one is signed[-1]) for one in signed
    )


def _one(names: set[str]) -> str:
    """The only one; empty where there are several or none."""
    return next(iter(names)) if len(names) == 1 else ""


def _dcc(text: Words) -> DccWords:
    return DccWords(tuple((language, said) for language, said in (("zh", text.zh), ("en", text.en)) if said))
