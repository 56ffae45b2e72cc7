"""What a calibration of the laboratory's own says, before it becomes a Digital Calibration Certificate."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.imported import Identification, Words
from calibration.conformity import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLaboratory:
    """The laboratory that calibrates its own instruments; it is the customer too."""

    name: Words
    country: str
    """ISO 3166-1, two capital letters."""
    city: str = ""
    street: str = ""
    phone: str = ""
    code: str = ""
    """Of its accreditation; empty where in-house calibrations are outside of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedItem:
    """What was calibrated."""

    name: Words
    manufacturer: str = ""
    model: str = ""
    serial_number: str
    """By the manufacturer."""
    identifications: tuple[Identification, ...] = ()
    """Further numbers: the laboratory's own on its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardUsed:
    """A measurement standard, and the certificate that the traceability goes through."""

    name: Words
    identification: str
    """Its number in the laboratory."""
    laboratory: str
    """That issued the certificate."""
    certificate: str
    """Number of the certificate: the DCC's uniqueIdentifier where it is one."""
    sha256: str = ""
    """Of the certificate's document; empty for paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbientCondition:
    """A condition while the item was calibrated."""

    quantity: str
    """``temperature``, ``humidity`` or ``pressure``."""
    name: Words
    lowest: Decimal
    highest: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedPoint:
    """One point; the error, indication minus reference, is computed and never stated apart from them."""

    reference: Decimal
    """What the standard gave, in the unit of the result."""
    indication: Decimal
    expanded: Decimal
    """U of the error, in the unit of the result."""
    k: Decimal
    probability: Decimal
    """Coverage probability, such as 0.9545."""
    standard: int
    """Which of the standards was used, counted from 0."""
    decision: Decision | None = None
    tolerance: tuple[Decimal, Decimal] | None = None
    """Lower and upper limit of the error, in the unit of the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedQuantity:
    """The points of one measurand."""

    name: Words
    quantity: str
    """``mass``, ``temperature`` …, as everywhere in the project."""
    unit: str
    points: tuple[CalibratedPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformityStatement:
    """A statement on the item as a whole (ISO/IEC 17025:2017, 7.8.6)."""

    decision: Decision
    specification: str
    """Document and edition."""
    decision_rule: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsiblePerson:
    """Who answers for the calibration."""

    name: str
    role: str
    main_signer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InHouseCalibration:
    """One calibration by the laboratory, for its own use."""

    number: str
    """New, by the laboratory's own series: it becomes the uniqueIdentifier."""
    replaces: str = ""
    """Number of the certificate that this one replaces."""
    laboratory: OwnLaboratory
    item: CalibratedItem
    begun_on: datetime.date
    ended_on: datetime.date
    issued_on: datetime.date
    due_on: datetime.date | None = None
    """Next calibration, as the laboratory has decided."""
    method: Words
    documents: tuple[str, ...] = ()
    """That the method follows, with edition."""
    standards: tuple[StandardUsed, ...]
    conditions: tuple[AmbientCondition, ...]
    results: tuple[CalibratedQuantity, ...]
    conformity: ConformityStatement | None = None
    statements: tuple[Words, ...] = ()
    persons: tuple[ResponsiblePerson, ...]
    software_release: str
    """Version of the program that writes it."""
