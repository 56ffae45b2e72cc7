"""Errors and corrections of a printed table against indication and reference: a lost minus is found here."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from calibration.certificates.findings import Findings
from calibration.certificates.imported import ProposedPoint
from calibration.certificates.native_points import contradiction
from calibration.certificates.pdf.columns import Group, Meant
from calibration.certificates.pdf.roles import Part
from calibration.certificates.pdf.tables import Cell
from calibration.certificates.pdf.text import place_on
from calibration.errors import CalibrationError
from calibration.units import Unit, convert, ratio

_SIGNS = {Part.ERROR: ("error", 1), Part.CORRECTION: ("correction", -1)}


class Signs:
    """The columns of one measurand by which errors are recomputed."""

    def __init__(self, group: Group, findings: Findings) -> None:
        self._findings = findings
        self._written = [m for part in _SIGNS if (m := group.get(part)) is not None and m.unit is not None]
        self._indication = _with_unit(group.get(Part.INDICATION))
        self._reference = _with_unit(group.get(Part.REFERENCE))
        self._nominal = _with_unit(group.get(Part.NOMINAL)) if Part.REFERENCE not in group.columns else None

    def check(
        self, point: ProposedPoint, nominal: Decimal | None, number: int, cells: Mapping[Part, Cell]
    ) -> None:
        """Say where error and correction of a point are not what its other numbers give.

        Args:
            point: with the numbers that were read.
            nominal: value of the point where no reference is printed. The error may have been against a
                reference near it, so only an error that fits with the other sign is said.
            number: of the point, from 0.
            cells: where its numbers stand.
        """
        against = self._reference or self._nominal
        value = point.reference if self._reference else nominal
        if self._indication is None or against is None or value is None or point.indication is None:
            return
        for meant in self._written:
            key, sign = _SIGNS[meant.part]
            written = point.error if key == "error" else point.correction
            true = _difference((point.indication, self._indication), (value, against), meant.unit)
            if written is None or true is None:
                continue
            error = sign * Fraction(written)
            sentence = contradiction(key, error, true, written)
            fits_reversed = contradiction(key, -error, true, written) is None
            if sentence is not None and (self._reference or fits_reversed):
                cell = cells[meant.part]
                self._findings.error(
                    place_on(cell.page, cell.box),
                    "point {number}: {sentence}",
                    number=number + 1,
                    sentence=sentence,
                )


def _with_unit(meant: Meant | None) -> Unit | None:
    return meant.unit if meant is not None else None


def _difference(
    indicated: tuple[Decimal, Unit], reference: tuple[Decimal, Unit], unit: Unit | None
) -> Fraction | None:
    """Indication minus reference in a unit; None if the units are of different quantities."""
    (indication, own), (value, of_value) = indicated, reference
    if unit is None:
        return None
    try:
        against = convert(Fraction(value), of_value, own)
        return (Fraction(indication) - against) * ratio(own, unit)
    except CalibrationError:
        return None
