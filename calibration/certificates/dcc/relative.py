"""The relative uncertainty of a quantity (``dcc:relativeUncertainty``, from version 3.1.0 on)."""

from dataclasses import replace
from decimal import Decimal

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.dsi import Number, Series, read_flat
from calibration.certificates.findings import Findings
from calibration.errors import CalibrationError
from calibration.sentences import sentence_of
from calibration.units import convert

_AGREES = Decimal("0.1")
"""A relative uncertainty is stated with one or two digits: 10 % of it are its rounding."""


def with_relative(quantity: etree._Element, series: Series, document: Document) -> Series:
    """The series with U = |value| times the relative U where it states none itself; otherwise compared.

    The element has no place for k, so a k that the quantity does not state stays missing and is named.
    """
    block = quantity.find(f"{DCC}relativeUncertainty")
    element = next(iter(block), None) if block is not None else None
    if element is None:
        return series
    findings = document.findings
    parts = [_plain_ratio(number, element, findings) for number in read_flat(element, findings)]
    if len(parts) not in (1, len(series.numbers)):
        findings.error(
            element,
            "found {count} entries for {size} values; they are left out",
            count=len(parts),
            size=len(series.numbers),
        )
        return series
    parts = parts * len(series.numbers) if len(parts) == 1 else parts
    numbers = [
        _applied(number, part, element, findings) for number, part in zip(series.numbers, parts, strict=True)
    ]
    if any(number.expanded is not None and number.k is None for number in numbers):
        findings.error(element, "a relative uncertainty without coverage factor k; say k, it is not assumed")
    return replace(series, numbers=tuple(numbers))


def _plain_ratio(number: Number, element: etree._Element, findings: Findings) -> Decimal | None:
    """The relative uncertainty as a number of dimension 1."""
    _, unit = quantity_and_unit(number.unit, "", element, findings)
    try:
        return convert(number.value, unit, "1") if number.value is not None and unit else None
    except CalibrationError as error:
        findings.error(element, sentence_of(error))
        return None


def _applied(number: Number, part: Decimal | None, element: etree._Element, findings: Findings) -> Number:
    if part is None or number.value is None:
        return number
    if part < 0:
        findings.refuse(
            element, "found a relative uncertainty of {part}; it must be greater than 0", part=part
        )
        return number
    expanded = abs(number.value) * part
    if number.expanded is None:
        return replace(number, expanded=expanded)
    if abs(expanded - number.expanded) > _AGREES * max(expanded, number.expanded):
        findings.warn(
            element,
            "a relative uncertainty of {part} of {value} is {expanded}, and U is stated as "
            "{stated}: which is right?",
            part=part,
            value=number.value,
            expanded=f"{expanded:.3g}",
            stated=number.expanded,
        )
    return number
