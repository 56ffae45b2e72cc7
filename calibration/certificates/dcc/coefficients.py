"""Constants of an equation in a certificate: Callendar-Van Dusen of a platinum thermometer."""

import re
from decimal import Decimal

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.points import latex_of
from calibration.certificates.dcc.tables import Column, Table
from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.dsi import Number
from calibration.certificates.findings import place_of
from calibration.certificates.imported import Coefficients, Proposal, Shape, Stage, Words
from calibration.errors import CalibrationError
from calibration.sentences import sentence_of
from calibration.units import convert

_NOT_LETTERS = re.compile(r"[^A-Z0-9]")
_NAMES = ("R0", "A", "B", "C")


def coefficients_of(table: Table, name: Words, stage: Stage, document: Document) -> Proposal | None:
    """The coefficients R0, A, B (and C) that a table states; None if it is another table."""
    named = {key: (column, number) for column in table.columns for key, number in _named(column)}
    if not {"R0", "A", "B"} <= set(named):
        return None
    columns = list(dict.fromkeys(named[key][0].element for key in _NAMES if key in named))
    keys = [key for key in _NAMES if key in named and named[key][1].value is not None]
    values = [value for key in keys if (value := named[key][1].value) is not None]
    low, high = _range(document)
    covariance = _covariance(named["R0"][0])
    if not covariance:
        document.findings.note(
            table.element,
            "the coefficients have no covariance: say U and k of the temperature, or take the points",
        )
    return Proposal(
        name=name,
        place=place_of(table.element if len(columns) > 1 else columns[0]),
        shape=Shape.COEFFICIENTS,
        quantity="resistance",
        unit="ohm",
        reference_unit="degC",
        stage=stage,
        coefficients=Coefficients(
            equation="callendar-van-dusen",
            names=tuple(keys),
            values=tuple(values),
            units=tuple(named[key][1].unit for key in keys),
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
        found += [(key, number) for key in keys if key in _NAMES][:1]
    return found


def _covariance(column: Column) -> tuple[tuple[Decimal, ...], ...]:
    return column.series.covariance if column.series else ()


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
