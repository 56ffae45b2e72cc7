"""Certificates of material measures, such as weights: values instead of a curve, for nothing is indicated.

The content is that of a native file (docs/certificate-native.md) with [[value]] tables instead of [in_use]
and [curve].
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calibration.certificates.kind import Kind
from calibration.certificates.native import FORMAT, read_about, read_equipment
from calibration.certificates.toml_table import Table
from calibration.errors import CertificateError
from calibration.sentences import Sentence


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """One weight of a set, one resistor …."""

    name: str
    """As it is called in use: ``100 g``, ``20 g *``."""
    value: Decimal
    """In the certificate's unit; of a weight, the conventional mass."""
    expanded: Decimal
    """U, in the same unit."""
    k: Decimal

    @property
    def u(self) -> float:
        """Standard uncertainty U/k."""
        return float(self.expanded / self.k)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresCertificate:
    """One version of what a laboratory said about a set of material measures."""

    number: str
    equipment: str
    """The short name of the set, as on its label."""
    serial_number: str
    quantity: str
    unit: str
    laboratory: str
    kind: Kind
    calibrated_on: datetime.date
    in_force_from_ns: int
    """UTC since 1970, in ns, included."""
    valid_until_ns: int
    """UTC since 1970, in ns, excluded."""
    values: tuple[MeasuredValue, ...]
    traceable_to: tuple[str, ...]
    level: float
    file_sha256: str
    entered_by: str
    checked_by: str
    record: str = ""

    def is_in_force(self, at_ns: int) -> bool:
        """Whether ``at_ns`` lies in [in_force_from_ns, valid_until_ns)."""
        return self.in_force_from_ns <= at_ns < self.valid_until_ns


def read_measures(content: dict[str, Any], file_name: str, sha256: str) -> MeasuresCertificate:
    """The certificate of material measures from its content.

    Args:
        content: keys and values, numbers as ``Decimal``.
        file_name: for the sentences.
        sha256: of the bytes of the document that the content comes from.

    Raises:
        CertificateError: every mistake at once, each with file, key, what was found and what is allowed.
    """
    mistakes: list[Sentence] = []
    top = Table(file_name, "", content, mistakes)
    top.choice("format", [FORMAT])
    about = read_about(top.table("certificate"))
    equipment = read_equipment(top.table("equipment"), has_channel=False)
    del equipment["channel"]
    standards = tuple(_standard(table) for table in top.tables("standard"))
    values = tuple(_value(table) for table in top.tables("value"))
    names = [value.name for value in values]
    if not values:
        top.mistake("value", "is missing; needed are values [[value]]")
    for name in sorted({name for name in names if names.count(name) > 1}):
        top.mistake(
            "value", 'two values are called "{name}"; mark one of them, such as "{name} *"', name=name
        )
    top.refuse_unknown()
    if mistakes:
        raise CertificateError(tuple(mistakes))
    return MeasuresCertificate(
        **about, **equipment, values=values, traceable_to=standards, file_sha256=sha256
    )


def _standard(table: Table) -> str:
    number = table.text("certificate")
    table.refuse_unknown()
    return number


def _value(table: Table) -> MeasuredValue:
    found = MeasuredValue(
        table.text("name"),
        table.decimal("value", Sentence("a finite number")),
        table.positive("U", Sentence("an expanded uncertainty")),
        table.coverage_factor("k"),
    )
    table.refuse_unknown()
    return found
