"""A certificate: one immutable version of what a laboratory said about one channel of one instrument."""

import datetime
import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass

from calibration.certificates.kind import Kind as Kind
from calibration.curves import Curve
from calibration.sentences import Sentence


class Gives(enum.StrEnum):
    """What the curve gives for an indication."""

    CORRECTION = "correction"
    """value = indication + curve(indication); error = -correction."""
    VALUE = "value"
    """value = curve(indication), perhaps in another unit: ohm into degC."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One more influence on the value, beside curve, resolution and repeatability: drift, environment …."""

    name: str
    u: float
    """Standard uncertainty, in the unit of the value."""
    common: bool
    """Whether it is the same error in all readings under this certificate, or a new one in each."""
    dof: float = math.inf
    distribution: str = "normal"


@dataclass(frozen=True, eq=False, kw_only=True)
class Certificate:
    """One version; a correction of it is another one, with its own file and its own time."""

    number: str
    equipment: str
    """The instrument's short name, as on its label."""
    serial_number: str
    channel: str
    quantity: str
    unit: str
    """Of the indication, and of ``resolution`` and ``repeatability``."""
    laboratory: str
    kind: Kind
    calibrated_on: datetime.date
    in_force_from_ns: int
    """UTC since 1970, in ns, included."""
    valid_until_ns: int
    """UTC since 1970, in ns, excluded."""
    curve: Curve
    gives: Gives
    value_unit: str
    """Of the value and its uncertainty; differs from ``unit`` only where the curve gives a value."""
    resolution: float
    """One step d of the digital indication; 0 if it is in the calibration's uncertainty already."""
    repeatability: float
    """Standard deviation of one reading in use; 0 if it is in the calibration's uncertainty already."""
    repeatability_dof: float
    contributions: tuple[Contribution, ...] = ()
    traceable_to: tuple[str, ...] = ()
    """Certificates of the standards that were used."""
    level: float = 0.9545
    """Level of confidence of the expanded uncertainties that are computed with it."""
    file_sha256: str
    entered_by: str
    checked_by: str
    record: str = ""
    """Which version of which record it is, such as ``17.2``; empty where it is none."""
    notes: tuple[Sentence, ...] = ()
    """What a reader of the certificate should know, in sentences: a lack of fit that was added …."""

    @property
    def resolution_u(self) -> float:
        """Standard uncertainty of one rounding, d / sqrt(12) (JCGM 100, F.2.2.1), in ``unit``."""
        return self.resolution / math.sqrt(12)

    def is_in_force(self, at_ns: int) -> bool:
        """Whether ``at_ns`` lies in [in_force_from_ns, valid_until_ns)."""
        return self.in_force_from_ns <= at_ns < self.valid_until_ns


def precedence(certificate: Certificate) -> tuple[int, datetime.date, str]:
    """Of several in force the greatest counts: the one that came into force last."""
    return certificate.in_force_from_ns, certificate.calibrated_on, certificate.number


def in_force(certificates: Iterable[Certificate], at_ns: int) -> Certificate | None:
    """The certificate of one channel that counts at a time; None if none does.

    Args:
        certificates: of one channel, in any order.
        at_ns: UTC since 1970, in ns.
    """
    return max((c for c in certificates if c.is_in_force(at_ns)), key=precedence, default=None)
