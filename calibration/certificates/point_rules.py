"""What must hold for the points of a proposal, wherever they come from."""

from collections.abc import Sequence
from fractions import Fraction

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Proposal, ProposedPoint, Shape
from calibration.certificates.native_points import contradiction
from calibration.errors import CalibrationError
from calibration.sentences import Sentence, sentence_of
from calibration.spellings import read_dsi
from calibration.units import UNITS, Unit, convert, ratio


def check_points(proposal: Proposal, places: Sequence[str], findings: Findings) -> None:
    """U and k are there and sensible; two of reference, indication and error; signs that agree.

    Args:
        proposal: with its points.
        places: of each point, for the sentences.
        findings: the sentences go here.
    """
    for point, place in zip(proposal.points, places, strict=True):
        _check_uncertainty(point, place, findings)
        if proposal.shape is not Shape.MATERIAL_MEASURE:
            _check_pair(point, place, findings)
        elif point.value is None and point.correction is None:
            findings.error(place, "neither a value nor its deviation from the nominal value is stated")
    check_signs(proposal, places, findings)


def check_signs(proposal: Proposal, places: Sequence[str], findings: Findings) -> None:
    """Errors and corrections against indication minus reference, in the sentence of the native format."""
    if proposal.shape is not Shape.ERRORS or not (
        proposal.unit and proposal.reference_unit and proposal.error_unit
    ):
        return
    try:
        own, reference_unit, error_unit = (
            unit_in(written, proposal.quantity)
            for written in (proposal.unit, proposal.reference_unit, proposal.error_unit)
        )
        factor = ratio(own, error_unit)
    except CalibrationError as error:
        findings.error(proposal.place, sentence_of(error))
        return
    for point, place in zip(proposal.points, places, strict=True):
        if point.reference is None or point.indication is None:
            continue
        try:
            reference = convert(Fraction(point.reference), reference_unit, own)
        except CalibrationError as error:
            findings.error(place, sentence_of(error))
            continue
        true = (Fraction(point.indication) - reference) * factor
        for key, written, sign in (("error", point.error, 1), ("correction", point.correction, -1)):
            if written is None:
                continue
            sentence = contradiction(key, sign * Fraction(written), true, written)
            if sentence is not None:
                findings.error(place, sentence)


def unit_in(written: str, quantity: str) -> Unit:
    """A unit of a proposal: the project's own, or D-SI of the quantity.

    Raises:
        UnknownUnitError: neither of them.
        UnitMismatchError: of another quantity.
    """
    return UNITS[written] if written in UNITS else read_dsi(written, quantity)


def _check_uncertainty(point: ProposedPoint, place: str, findings: Findings) -> None:
    for name, number, allowed in (
        ("U", point.expanded, Sentence("greater than 0")),
        ("k", point.k, Sentence("1 or more")),
    ):
        if number is None:
            findings.error(place, "{name} is missing; a point without it cannot be used", name=name)
        elif number <= 0 or (name == "k" and number < 1):
            findings.error(
                place,
                "found {name} = {number}; it must be {allowed}",
                name=name,
                number=number,
                allowed=allowed,
            )
    if point.k is not None and point.k > 5:
        findings.warn(place, "found k = {k}; 1 to 5 is usual", k=point.k)
    if point.probability is not None and not 0 < point.probability <= 1:
        findings.error(
            place,
            "found p = {probability}; it must lie between 0 and 1, such as 0.95",
            probability=point.probability,
        )


def _check_pair(point: ProposedPoint, place: str, findings: Findings) -> None:
    error = point.error if point.error is not None else point.correction
    given = [number for number in (point.reference, point.indication, error) if number is not None]
    if len(given) < 2:
        findings.error(place, "two of reference, indication and error (or correction) are needed")
