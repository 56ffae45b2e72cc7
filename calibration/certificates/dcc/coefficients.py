"""Constants of an equation in a certificate: Callendar-Van Dusen of a platinum thermometer.

R(t) = R0 (1 + A t + B t^2 + C (t - 100 degC) t^3) with R0 in ohm, A in K^-1, B in K^-2 and C in K^-4
(IEC 60751, 4.2); constants in other units are converted, those of another form are not taken.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.points import latex_of
from calibration.certificates.dcc.tables import Column, Table
from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.dsi import Number
from calibration.certificates.findings import Place, place_of
from calibration.certificates.imported import Coefficients, Proposal, Shape, Stage, Words
from calibration.errors import CalibrationError
from calibration.sentences import sentence_of
from calibration.spellings import read_dsi
from calibration.units import Kind, convert

_NOT_LETTERS = re.compile(r"[^A-Z0-9]")
_UNITS = {
    "R0": r"\ohm",
    "A": r"\kelvin\tothe{-1}",
    "B": r"\kelvin\tothe{-2}",
    "C": r"\kelvin\tothe{-4}",
}
_PER_UNIT = {
    "R0": r"\ohm\tothe{-1}",
    "A": r"\kelvin",
    "B": r"\kelvin\tothe{2}",
    "C": r"\kelvin\tothe{4}",
}
"""What makes a plain number of a constant in its unit."""


def coefficients_of(table: Table, name: Words, stage: Stage, document: Document) -> Proposal | None:
    """The coefficients R0, A, B (and C) that a table states; None if it is another table, or not usable."""
    found = [(key, column, number) for column in table.columns for key, number in _named(column)]
    named = {key: number for key, _, number in found}
    if not {"R0", "A", "B"} <= set(named):
        return None
    if len(named) < len(found):
        document.findings.error(table.element, "a coefficient of the equation is stated twice; which holds?")
        return None
    values = _values(named, table.element, document)
    if values is None:
        return None
    owner = next(column for key, column, _ in found if key == "R0")
    covariance = _covariance(owner, tuple(values), document)
    if not covariance:
        document.findings.note(
            table.element,
            "the coefficients have no covariance: say U and k of the temperature, or take the points",
        )
    low, high = _range(document)
    columns = {column.element for _, column, _ in found}
    return Proposal(
        name=name,
        place=place_of(table.element if len(columns) > 1 else owner.element),
        shape=Shape.COEFFICIENTS,
        quantity="resistance",
        unit="ohm",
        reference_unit="degC",
        stage=stage,
        coefficients=Coefficients(
            equation="callendar-van-dusen",
            names=tuple(values),
            values=tuple(values.values()),
            units=tuple(_UNITS[key] for key in values),
            covariance=covariance,
            low=low,
            high=high,
        ),
    )


def _named(column: Column) -> list[tuple[str, Number]]:
    """Names of coefficients by label, formula or name; a list has them as its labels."""
    found = []
    for number in column.numbers:
        texts = [number.label]
        if len(column) == 1:
            texts += [latex_of(column.element), *(text for _, text in column.name)]
        keys = [_NOT_LETTERS.sub("", text.upper()) for text in texts]
        found += [(key, number) for key in keys if key in _PER_UNIT][:1]
    return found


def _values(named: Mapping[str, Number], place: Place, document: Document) -> dict[str, Decimal] | None:
    """The coefficients in their order and units; None, and findings, where one is missing or of no use."""
    values = {
        key: _in_units(named[key], (key,), place, document) for key in _PER_UNIT if key in named
    }  # the order of the equation
    complete = {key: value for key, value in values.items() if value is not None}
    return complete if len(complete) == len(values) else None


def _in_units(number: Number, keys: tuple[str, ...], place: Place, document: Document) -> Decimal | None:
    """A number whose unit is the product of the units of these coefficients; None and a finding otherwise."""
    if number.value is None:
        document.findings.error(
            place, "{name} of the equation has no value; it cannot be used", name="/".join(keys)
        )
        return None
    try:
        unit = read_dsi("".join(_PER_UNIT[key] for key in keys) + number.unit, Kind.FRACTION)
        return convert(number.value, unit, "1")
    except CalibrationError:
        document.findings.error(
            place,
            "{name} has the unit {unit}, which does not fit R = R0 (1 + A t + B t^2 ...): "
            "the coefficients are not taken",
            name="/".join(keys),
            unit=repr(number.unit[:60]),
        )
        return None


def _covariance(column: Column, keys: tuple[str, ...], document: Document) -> tuple[tuple[Decimal, ...], ...]:
    """In the units of the coefficients; empty if there is none, or it is of others than these."""
    stated = column.series.covariance if column.series else ()
    labels = [key for key, _ in _named(column)]
    if len(stated) != len(labels) or set(labels) != set(keys):
        return ()
    rows = []
    for key in keys:
        own = stated[labels.index(key)]
        row = [_in_units(own[labels.index(other)], (key, other), column.element, document) for other in keys]
        rows.append(tuple(value for value in row if value is not None))
    return tuple(rows) if all(len(row) == len(keys) for row in rows) else ()


def _range(document: Document) -> tuple[Decimal | None, Decimal | None]:
    """The range of validity of the whole certificate, in degC."""
    ends: dict[str, Decimal] = {}
    for quantity in document.root.iterfind(
        f"{DCC}administrativeData/{DCC}statements/{DCC}statement/{DCC}data//{DCC}quantity"
    ):
        for end in ("Min", "Max"):
            if f"basic_validityRange{end}" in quantity.get("refType", "").split():
                value = _in_degc(quantity, document)
                if value is not None:
                    ends[end] = value
    return ends.get("Min"), ends.get("Max")


def _in_degc(quantity: etree._Element, document: Document) -> Decimal | None:
    for series in document.alternatives(quantity):
        value = series.numbers[0].value if len(series.numbers) == 1 else None
        kind, unit = quantity_and_unit(series.unit, "", quantity, document.findings)
        if value is None or unit is None or kind != "temperature":
            continue
        try:
            return convert(value, unit, "degC")
        except CalibrationError as error:
            document.findings.error(quantity, sentence_of(error))
    return None
