"""One column, one unit: a list whose values have units of their own is read in the first of them.

Sets of weights are stated so: 1 kg, 500 g, 200 mg. What cannot be converted is left out, never mixed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.dsi import Number, Series
from calibration.certificates.findings import Findings
from calibration.errors import CalibrationError
from calibration.units import Unit, convert, convert_difference


def in_one_unit(series: Series, context: str, findings: Findings, *, is_difference: bool) -> Series:
    """The series with all its numbers in the unit of the first; gaps where they do not convert.

    Args:
        series: numbers that may have different units; labelled ones are constants, each of its own unit.
        context: names and refTypes around them.
        findings: what was converted or left out goes here.
        is_difference: whether they are errors or corrections, of which 1 degC is 1 K.
    """
    written = list(dict.fromkeys(number.unit for number in series.numbers))
    if len(written) < 2 or series.numbers[0].label:
        return series
    known = {one: quantity_and_unit(one, context, series.element, findings) for one in written if one}
    units = {one: unit for one, (_, unit) in known.items() if unit is not None}
    if len(units) == len(written) and len({unit.kind for unit in units.values()}) == 1:
        findings.note(
            series.element,
            "the values are in several units, {units}: read in the first of them",
            units=" ".join(unit.symbol for unit in units.values()),
        )
        change = convert_difference if is_difference else convert
        numbers = tuple(_converted(number, units, change) for number in series.numbers)
    else:
        findings.error(
            series.element,
            "the values are in units that do not convert into one another, or without one: they are left out",
        )
        numbers = tuple(replace(number, value=None, expanded=None, unit="") for number in series.numbers)
    return replace(series, numbers=numbers)


def _converted(
    number: Number, units: Mapping[str, Unit], change: Callable[[Decimal, Unit, Unit], Decimal]
) -> Number:
    first = next(iter(units))
    unit, target = units[number.unit], units[first]
    try:
        value = None if number.value is None else change(number.value, unit, target)
        expanded = None if number.expanded is None else convert_difference(number.expanded, unit, target)
    except CalibrationError:  # below absolute zero
        return replace(number, value=None, expanded=None, unit=first)
    return replace(number, value=value, expanded=expanded, unit=first)
