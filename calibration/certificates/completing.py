"""From a proposal to a certificate: what the document says, with what a person says, by the native checks.

``draft_of`` writes a proposal as the content of a native certificate file (docs/certificate-native.md). What
the document cannot know is missing there (resolution and repeatability in use, since when it is in force, the
name of the instrument, the kind of curve) and is named by the same sentences as in a file.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from calibration.certificates.imported import Imported, Proposal, ProposedPoint, Relation, Shape
from calibration.certificates.model import Certificate
from calibration.certificates.native import FORMAT, read_content
from calibration.certificates.point_rules import unit_in
from calibration.errors import CalibrationError, CertificateError
from calibration.sentences import Sentence, about, sentence_of
from calibration.units import UNITS, Unit, convert, convert_difference, unit_of

_NOMINAL = re.compile(r"\s*(?P<number>\d+\.?\d*)\s*(?P<unit>[^\s\d]+)", re.ASCII)
_BASE = {"humidity": "%RH", "moisture": "%M"}
"""In what a channel indicates where the document's unit has no word in the native format."""


def complete(
    imported: Imported, proposal: Proposal, said: Mapping[str, Mapping[str, Any]], file_name: str
) -> Certificate:
    """The certificate that a proposal becomes with what a person says.

    Args:
        imported: the document.
        proposal: one of its proposals, perhaps with cells that a person corrected.
        said: tables and keys of the native format, numbers as ``Decimal``; they win over the document. The
            unit in ``said["equipment"]["unit"]`` is that of the channel: the points are converted to it.
        file_name: for the sentences.

    Raises:
        CertificateError: what is missing or contradicts, every mistake at once; or a material measure.
    """
    _demand_curve(proposal, file_name)
    return read_content(content_of(imported, proposal, said, file_name), file_name, imported.file_sha256)


def content_of(
    imported: Imported, proposal: Proposal | None, said: Mapping[str, Any], file_name: str
) -> dict[str, Any]:
    """The content of a native certificate file: a draft of the proposal, with what a person says.

    Args:
        imported: the document.
        proposal: one of its proposals; None where everything is keyed in.
        said: as of ``complete``; a list of tables such as ``point`` stands instead of the document's.
        file_name: for the sentences.

    Raises:
        CertificateError: the units do not convert.
    """
    unit = str(said.get("equipment", {}).get("unit", ""))
    if proposal is None:
        content = _frame(imported, None, unit)
    elif proposal.shape is Shape.MATERIAL_MEASURE:
        content = _measures(imported, proposal, unit, file_name)
    else:
        content = draft_of(imported, proposal, unit, file_name)
    for table, keys in said.items():
        content[table] = {**content.get(table, {}), **keys} if isinstance(keys, Mapping) else keys
    return content


def _measures(imported: Imported, proposal: Proposal, unit: str, file_name: str) -> dict[str, Any]:
    """The content for ``read_measures``; what is not known is left out, and the check will say so."""
    try:
        own = unit_in(proposal.unit, proposal.quantity)
        target = unit_of(unit) if unit else own
        written = proposal.uncertainty_unit
        of_u = unit_in(written, proposal.quantity) if written else own
        values = [
            {
                "name": point.nominal,
                "value": _value(point, proposal, target),
                "U": _changed(convert_difference, point.expanded, of_u, target),
                "k": point.k,
            }
            for point in proposal.points
        ]
    except CalibrationError as error:
        raise CertificateError((about(file_name, sentence_of(error), proposal.place),)) from error
    content = _frame(imported, proposal, target.symbol)
    del content["in_use"]
    content["value"] = [{key: item for key, item in value.items() if item is not None} for value in values]
    return content


def _value(point: ProposedPoint, proposal: Proposal, target: Unit) -> Decimal | None:
    """As stated; otherwise the nominal value with the deviation from it."""
    if point.value is not None:
        return convert(point.value, unit_in(proposal.unit, proposal.quantity), target)
    nominal = _NOMINAL.match(point.nominal)
    if nominal is None or point.correction is None:
        return None
    unit = unit_in(nominal["unit"], proposal.quantity)
    deviation = unit_in(proposal.error_unit, proposal.quantity) if proposal.error_unit else unit
    return convert(Decimal(nominal["number"]), unit, target) + convert_difference(
        point.correction, deviation, target
    )


def _demand_curve(proposal: Proposal, file_name: str) -> None:
    if proposal.shape is Shape.MATERIAL_MEASURE:
        sentence = Sentence(
            "values of a material measure: nothing is indicated, so there is no curve; enter it as a standard"
        )
        raise CertificateError((about(file_name, sentence, proposal.place),))


def draft_of(imported: Imported, proposal: Proposal, unit: str, file_name: str) -> dict[str, Any]:
    """The content of a native certificate file as far as the document goes.

    Args:
        imported: the document.
        proposal: one of its proposals.
        unit: of the channel's indication; empty for the one of the proposal.
        file_name: for the sentences.

    Raises:
        CertificateError: nothing is indicated, or the units do not convert.
    """
    _demand_curve(proposal, file_name)
    try:
        units = _Units(proposal, unit)
        content = _frame(imported, proposal, units.channel.symbol)
        content["curve"] = _curve(proposal, units)
        if proposal.coefficients is None:
            content["point"] = [units.point(point) for point in proposal.points]
    except CalibrationError as error:
        raise CertificateError((about(file_name, sentence_of(error), proposal.place),)) from error
    return content


def _frame(imported: Imported, proposal: Proposal | None, unit: str) -> dict[str, Any]:
    admin = imported.administrative
    about = {
        "number": admin.number,
        "kind": admin.kind.value,
        "laboratory": admin.laboratory,
        "calibrated_on": admin.ended_on,
    }
    serials = {item.serial_number for item in admin.items} - {""}
    equipment = {
        "serial_number": serials.pop() if len(serials) == 1 else None,
        "quantity": proposal.quantity if proposal else None,
        "unit": unit,
    }
    standards = [link.number for link in imported.links if link.relation is Relation.STANDARD and link.number]
    return {
        "format": FORMAT,
        "certificate": {key: value for key, value in about.items() if value},
        "equipment": {key: value for key, value in equipment.items() if value},
        "in_use": {},
        "standard": [{"certificate": number} for number in dict.fromkeys(standards)],
    }


def _curve(proposal: Proposal, units: "_Units") -> dict[str, Any]:
    if proposal.shape is Shape.ERRORS:
        return {"unit": units.curve.symbol}
    found: dict[str, Any] = {"unit": units.curve.symbol, "gives": "value"}
    if (units.channel.symbol, units.curve.symbol) == ("ohm", "degC"):
        found["kind"] = "callendar-van-dusen"
    stated = proposal.coefficients
    if stated is not None:
        size = len(stated.values)
        zeros = [Decimal(0)] * (4 - size)
        found["coefficients"] = [*stated.values, *zeros]
        if stated.covariance:
            rows = [[*row, *zeros] for row in stated.covariance]
            found["covariance"] = rows + [[Decimal(0)] * 4 for _ in zeros]
        if stated.low is not None and stated.high is not None:
            found["range"] = [stated.low, stated.high]
    elif found.get("kind"):
        found["uncertainty_of"] = "indication" if units.uncertainty_is_of_indication else "value"
    return found


class _Units:
    """Of the document, and those into which its numbers are converted."""

    def __init__(self, proposal: Proposal, unit: str) -> None:
        own = unit_in(proposal.unit, proposal.quantity)
        self._indication = own
        self.channel = unit_of(unit) if unit else _spelled(own, unit_of(_BASE.get(proposal.quantity, "1")))
        self._is_value = proposal.shape is not Shape.ERRORS
        self._reference = (
            unit_in(proposal.reference_unit, proposal.quantity) if proposal.reference_unit else own
        )
        self._error = unit_in(proposal.error_unit, proposal.quantity) if proposal.error_unit else own
        self.curve = self._reference if self._is_value else _spelled(self._error, self.channel)
        written = proposal.uncertainty_unit
        self._uncertainty = unit_in(written, proposal.quantity) if written else self.curve
        self.uncertainty_is_of_indication = self._is_value and self._uncertainty.kind is own.kind

    def point(self, point: ProposedPoint) -> dict[str, Decimal]:
        """One [[point]]; what is not known is left out, and the check will say so."""
        of_value = self.curve if self._is_value else self.channel
        of_u = self.channel if self.uncertainty_is_of_indication else self.curve
        found = {
            "reference": _changed(convert, point.reference, self._reference, of_value),
            "indication": _changed(convert, point.indication, self._indication, self.channel),
            "error": _changed(convert_difference, point.error, self._error, self.curve),
            "correction": _changed(convert_difference, point.correction, self._error, self.curve),
            "U": _changed(convert_difference, point.expanded, self._uncertainty, of_u),
            "k": point.k,
        }
        return {key: value for key, value in found.items() if value is not None}


def _changed(
    change: Callable[[Decimal, Unit, Unit], Decimal], value: Decimal | None, unit: Unit, into: Unit
) -> Decimal | None:
    return None if value is None else change(value, unit, into)


def _spelled(unit: Unit, otherwise: Unit) -> Unit:
    """The unit if the native format has a word for it."""
    return unit if unit.symbol in UNITS else otherwise
