"""What must be there before an in-house calibration can become a certificate."""

import re
from collections.abc import Iterator

from calibration.certificates.dcc.in_house import CalibratedPoint, InHouseCalibration
from calibration.certificates.imported import Words

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def mistakes_in(calibration: InHouseCalibration) -> tuple[str, ...]:
    """What the laboratory must put right before a certificate can be written."""
    found = [f"{what} is missing" for what, words in _needed(calibration) if not str(words).strip()]
    number = calibration.number
    others = {standard.certificate for standard in calibration.standards} | {calibration.replaces}
    if number.strip() and number in others:
        found.append(f"found {number!r} as its number, which is another certificate's; it needs a new one")
    if not calibration.persons:
        found.append("nobody answers for it; name at least one responsible person")
    if not calibration.standards:
        found.append("no standard was used; without one there is no traceability")
    found += [
        f"{standard.name}: found {standard.sha256!r} as SHA-256; it has 64 digits 0-9 and a-f"
        for standard in calibration.standards
        if standard.sha256 and not _SHA256.fullmatch(standard.sha256)
    ]
    if not calibration.results or not all(result.points for result in calibration.results):
        found.append("it has no results; every quantity needs at least one point")
    for result in calibration.results:
        for i, point in enumerate(result.points, start=1):
            found += [f"{result.name}, point {i}: {mistake}" for mistake in _of_point(point, calibration)]
    return tuple(found)


def _needed(calibration: InHouseCalibration) -> Iterator[tuple[str, str | Words]]:
    """Texts without which there is no certificate."""
    yield "its number", calibration.number
    yield "the name of the laboratory", calibration.laboratory.name
    yield "the country of the laboratory", calibration.laboratory.country
    yield "the name of the item", calibration.item.name
    yield "the serial number of the item", calibration.item.serial_number
    yield "the name of the method", calibration.method
    yield "the version of the program", calibration.software_release
    for person in calibration.persons:
        yield "the name of a responsible person", person.name
    for standard in calibration.standards:
        yield "the name of a standard", standard.name
        yield f"the certificate of {standard.name}", standard.certificate
        yield f"the laboratory that calibrated {standard.name}", standard.laboratory
    for result in calibration.results:
        yield "the name of a result", result.name


def _of_point(point: CalibratedPoint, calibration: InHouseCalibration) -> list[str]:
    found = []
    numbers = (point.reference, point.indication, point.expanded, point.k, point.probability)
    if not all(number.is_finite() for number in numbers):
        return ["a number is not finite"]
    if point.expanded <= 0:
        found.append(f"found U = {point.expanded}; it must be greater than 0")
    if point.k < 1:
        found.append(f"found k = {point.k}; it must be at least 1")
    if not 0 < point.probability < 1:
        found.append(f"found a coverage probability of {point.probability}; it lies between 0 and 1")
    if not 0 <= point.standard < len(calibration.standards):
        found.append(f"found standard {point.standard}; there are {len(calibration.standards)}")
    return found
