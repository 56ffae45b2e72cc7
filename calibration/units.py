"""Units: what may be converted into what, by exact factors.

A unit belongs to one kind of quantity. Between kinds there is no factor, so a mismatch is an error, never a
factor 1. A temperature and a temperature difference are converted by different functions: 20 degC is
293.15 K, and a difference of 1 degC is 1 K.

Factors are ``Fraction``s: exact by definition (SI brochure, 9th edition, tables 1-8; international yard and
pound agreement of 1959: 1 lb = 0.453 592 37 kg; 1 gr = 1/7000 lb; metric carat 0.2 g; momme 3.75 g).
"""

import decimal
import enum
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import overload

import numpy as np
import numpy.typing as npt

from calibration.errors import UnitMismatchError, UnknownUnitError, ValueRefusedError
from calibration.sentences import word

FloatArray = npt.NDArray[np.float64]

DECIMAL_DIGITS = 50
"""Significant digits of a converted ``Decimal`` where the exact one has no end (1 g in lb)."""
_CONTEXT = decimal.Context(prec=DECIMAL_DIGITS, rounding=decimal.ROUND_HALF_EVEN)


class Kind(enum.StrEnum):
    """Kinds of quantity; units convert only within one."""

    MASS = "mass"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    MOISTURE = "moisture"
    DRY_RESIDUE = "dry-residue"
    MOISTURE_RATIO = "moisture-ratio"
    PRESSURE = "pressure"
    RESISTANCE = "resistance"
    VOLTAGE = "voltage"
    CURRENT = "current"
    FORCE = "force"
    TIME = "time"
    VOLUME = "volume"
    DENSITY = "density"
    FRACTION = "fraction"
    COUNT = "count"
    AMOUNT = "amount"
    CONCENTRATION = "concentration"
    MOLAR_MASS = "molar-mass"
    MOLALITY = "molality"
    SPECIFIC_VOLUME = "specific-volume"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: ``value_in_base = value * factor + offset``.

    ``factor`` is None where the name alone does not say how much it is (tael): such a unit is known, and
    refuses to be converted. ``offset`` is not 0 for degC and degF only, and does not apply to differences.
    """

    symbol: str
    kind: Kind
    factor: Fraction | None
    offset: Fraction = Fraction(0)


_GRAM = Fraction(1, 1000)
_POUND = Fraction("0.45359237")
_GRAIN = _POUND / 7000
_GRAVITY = Fraction("9.80665")
_MERCURY = Fraction("13.5951") * _GRAVITY  # conventional millimetre of mercury, in Pa
_ICE_POINT = Fraction("273.15")

_FACTORS: dict[Kind, dict[str, Fraction | None]] = {
    Kind.MASS: {
        "kg": Fraction(1),
        "g": _GRAM,
        "mg": _GRAM / 1000,
        "ug": _GRAM / 10**6,
        "t": Fraction(1000),
        "ct": _GRAM / 5,
        "lb": _POUND,
        "oz": _POUND / 16,
        "ozt": _GRAIN * 480,
        "GN": _GRAIN,
        "dwt": _GRAIN * 24,
        "mom": _GRAM * Fraction("3.75"),
        "tl": None,  # 37.5 g, 37.799 g, 37.429 g or 50 g, by place and trade
        "tl-TW": _GRAM * Fraction("37.5"),  # Taiwan: catty 600 g, 16 taels
        "tl-HK": _GRAM * Fraction("604.78982") / 16,  # Hong Kong, Cap. 68: catty 604.789 82 g, 16 taels
    },
    Kind.HUMIDITY: {"%RH": Fraction(1)},
    Kind.MOISTURE: {"%M": Fraction(1)},
    Kind.DRY_RESIDUE: {"%D": Fraction(1)},
    Kind.MOISTURE_RATIO: {"%R": Fraction(1)},
    Kind.PRESSURE: {
        "Pa": Fraction(1),
        "hPa": Fraction(100),
        "kPa": Fraction(1000),
        "MPa": Fraction(10**6),
        "mbar": Fraction(100),
        "bar": Fraction(10**5),
        "mmHg": _MERCURY,
        "inHg": _MERCURY * Fraction("25.4"),
        "atm": Fraction(101325),
        "Torr": Fraction(101325, 760),
        "psi": _POUND * _GRAVITY / Fraction("0.0254") ** 2,
    },
    Kind.RESISTANCE: {
        "ohm": Fraction(1),
        "uohm": Fraction(1, 10**6),
        "mohm": Fraction(1, 1000),
        "kohm": Fraction(1000),
        "Mohm": Fraction(10**6),
    },
    Kind.VOLTAGE: {
        "V": Fraction(1),
        "kV": Fraction(1000),
        "mV": Fraction(1, 1000),
        "uV": Fraction(1, 10**6),
    },
    Kind.CURRENT: {"A": Fraction(1), "mA": Fraction(1, 1000), "uA": Fraction(1, 10**6)},
    Kind.FORCE: {"N": Fraction(1), "mN": Fraction(1, 1000), "kN": Fraction(1000)},
    Kind.TIME: {
        "s": Fraction(1),
        "ms": Fraction(1, 1000),
        "us": Fraction(1, 10**6),
        "ns": Fraction(1, 10**9),
        "min": Fraction(60),
        "h": Fraction(3600),
        "d": Fraction(86400),
    },
    Kind.VOLUME: {
        "m3": Fraction(1),
        "L": Fraction(1, 1000),
        "mL": Fraction(1, 10**6),
        "uL": Fraction(1, 10**9),
    },
    Kind.DENSITY: {"kg/m3": Fraction(1), "g/cm3": Fraction(1000), "mg/cm3": Fraction(1)},
    Kind.FRACTION: {
        "1": Fraction(1),
        "%": Fraction(1, 100),
        "permille": Fraction(1, 1000),
        "ppm": Fraction(1, 10**6),
    },
    Kind.COUNT: {"pcs": Fraction(1)},
    Kind.AMOUNT: {"mol": Fraction(1), "mmol": Fraction(1, 1000), "umol": Fraction(1, 10**6)},
}
"""Size of every unit in the first one of its kind, but for temperatures."""

_TEMPERATURES = (
    Unit("K", Kind.TEMPERATURE, Fraction(1)),
    Unit("mK", Kind.TEMPERATURE, Fraction(1, 1000)),
    Unit("degC", Kind.TEMPERATURE, Fraction(1), _ICE_POINT),
    Unit("degF", Kind.TEMPERATURE, Fraction(5, 9), _ICE_POINT - Fraction(160, 9)),
)

UNITS = {
    symbol: Unit(symbol, kind, factor) for kind, units in _FACTORS.items() for symbol, factor in units.items()
} | {unit.symbol: unit for unit in _TEMPERATURES}
"""Every unit by the project's spelling."""

_KINDS_OF_QUANTITY = {
    "moisture": {Kind.MOISTURE, Kind.DRY_RESIDUE, Kind.MOISTURE_RATIO, Kind.FRACTION},
    "humidity": {Kind.HUMIDITY},
}


_QUOTIENTS = {
    (Kind.MASS, Kind.MASS): Kind.FRACTION,
    (Kind.VOLUME, Kind.VOLUME): Kind.FRACTION,
    (Kind.MASS, Kind.VOLUME): Kind.DENSITY,
    (Kind.VOLUME, Kind.MASS): Kind.SPECIFIC_VOLUME,
    (Kind.AMOUNT, Kind.VOLUME): Kind.CONCENTRATION,
    (Kind.AMOUNT, Kind.MASS): Kind.MOLALITY,
    (Kind.MASS, Kind.AMOUNT): Kind.MOLAR_MASS,
}
"""What one kind per another is."""


def unit_of(symbol: str) -> Unit:
    """The unit with this spelling of the project, or a quotient of two: ``mg/kg``, ``g/100 g``, ``mol/L``.

    Raises:
        UnknownUnitError: no such unit.
    """
    found = UNITS.get(symbol) or _quotient(symbol)
    if found is None:
        raise UnknownUnitError(
            "unit {symbol} is not known; known are {known}, and mass, volume or amount (mol) by each other, "
            "such as mg/kg, g/100 g, mol/L",
            symbol=repr(symbol),
            known=" ".join(UNITS),
        )
    return found


def _quotient(symbol: str) -> Unit | None:
    above, _, below = symbol.partition("/")
    count, _, per = below.rpartition(" ")
    numerator, denominator = UNITS.get(above), UNITS.get(per)
    if numerator is None or denominator is None or count not in ("", "10", "100", "1000"):
        return None
    kind = _QUOTIENTS.get((numerator.kind, denominator.kind))
    if kind is None or numerator.factor is None or denominator.factor is None:
        return None
    return Unit(symbol, kind, numerator.factor / (denominator.factor * int(count or "1")))


def check_unit_of_quantity(quantity: str, symbol: str) -> Unit:
    """The unit, if the quantity (``mass``, ``temperature``, ``moisture`` …) can be stated in it.

    Raises:
        UnknownUnitError: no such unit, or no such quantity.
        UnitMismatchError: the unit belongs to another quantity.
    """
    unit = unit_of(symbol)
    if unit.kind not in kinds_of_quantity(quantity):
        raise UnitMismatchError(
            "{symbol} is a unit of {kind}, and the quantity is {quantity}",
            symbol=symbol,
            kind=word(unit.kind.value),
            quantity=word(quantity),
        )
    return unit


def kinds_of_quantity(quantity: str) -> frozenset[Kind]:
    """The kinds of unit in which a quantity can be stated: a moisture in ``%`` as well as in ``%M``.

    Raises:
        UnknownUnitError: no such quantity.
    """
    if quantity in _KINDS_OF_QUANTITY:
        return frozenset(_KINDS_OF_QUANTITY[quantity])
    if quantity in set(Kind):
        return frozenset({Kind(quantity)})
    raise UnknownUnitError(
        "quantity {quantity} is not known; known are {known}", quantity=repr(quantity), known=" ".join(Kind)
    )


def ratio(from_unit: str | Unit, to_unit: str | Unit) -> Fraction:
    """How many ``to_unit`` are one ``from_unit``, exactly; for temperatures: of a difference.

    Raises:
        UnknownUnitError: a unit is not known.
        UnitMismatchError: the units are of different kinds, or one (``tl``) does not say how much it is.
    """
    source, target = _pair(from_unit, to_unit)
    if source == target:
        return Fraction(1)
    return _factor(source) / _factor(target)


@overload
def convert(value: Fraction | int, from_unit: str | Unit, to_unit: str | Unit) -> Fraction: ...
@overload
def convert(value: Decimal, from_unit: str | Unit, to_unit: str | Unit) -> Decimal: ...
@overload
def convert(value: float, from_unit: str | Unit, to_unit: str | Unit) -> float: ...
@overload
def convert(value: FloatArray, from_unit: str | Unit, to_unit: str | Unit) -> FloatArray: ...
def convert(
    value: Fraction | Decimal | float | FloatArray, from_unit: str | Unit, to_unit: str | Unit
) -> Fraction | Decimal | float | FloatArray:
    """A value in another unit; a temperature is taken as a point on the scale.

    ``Fraction`` and ``int`` give the exact ``Fraction``; ``Decimal`` the exact decimal, or 50 digits where it
    has no end; ``float`` the float nearest to the exact result; an array of any shape the same within 3 ulp.

    Raises:
        UnknownUnitError: a unit is not known.
        UnitMismatchError: the units are of different kinds, or one (``tl``) does not say how much it is.
        ValueRefusedError: NaN, infinite, or a temperature below absolute zero.
    """
    source, target = _pair(from_unit, to_unit)
    shift = Fraction(0)
    if source != target:
        shift = (source.offset - target.offset) / _factor(target)
    _check_finite(value, source)
    if source.kind is Kind.TEMPERATURE:
        _check_above_absolute_zero(value, source)
    return _affine(value, ratio(source, target), shift)


@overload
def convert_difference(value: Fraction | int, from_unit: str | Unit, to_unit: str | Unit) -> Fraction: ...
@overload
def convert_difference(value: Decimal, from_unit: str | Unit, to_unit: str | Unit) -> Decimal: ...
@overload
def convert_difference(value: float, from_unit: str | Unit, to_unit: str | Unit) -> float: ...
@overload
def convert_difference(value: FloatArray, from_unit: str | Unit, to_unit: str | Unit) -> FloatArray: ...
def convert_difference(
    value: Fraction | Decimal | float | FloatArray, from_unit: str | Unit, to_unit: str | Unit
) -> Fraction | Decimal | float | FloatArray:
    """A difference in another unit: an error, a correction, an uncertainty, an interval, a resolution.

    As ``convert`` except that a temperature is a difference: 1 degC gives 1 K and 1.8 degF.

    Raises:
        UnknownUnitError: a unit is not known.
        UnitMismatchError: the units are of different kinds, or one (``tl``) does not say how much it is.
        ValueRefusedError: NaN or infinite.
    """
    source, target = _pair(from_unit, to_unit)
    _check_finite(value, source)
    return _affine(value, ratio(source, target), Fraction(0))


def _pair(from_unit: str | Unit, to_unit: str | Unit) -> tuple[Unit, Unit]:
    source = unit_of(from_unit) if isinstance(from_unit, str) else from_unit
    target = unit_of(to_unit) if isinstance(to_unit, str) else to_unit
    if source.kind is not target.kind:
        raise UnitMismatchError(
            "{unit} ({kind}) cannot be converted to {other} ({other_kind})",
            unit=source.symbol,
            kind=word(source.kind.value),
            other=target.symbol,
            other_kind=word(target.kind.value),
        )
    return source, target


def _factor(unit: Unit) -> Fraction:
    if unit.factor is None:
        variants = " ".join(name for name in UNITS if name.startswith(f"{unit.symbol}-"))
        raise UnitMismatchError(
            "{symbol} is not one amount everywhere; say which it is: {variants}",
            symbol=unit.symbol,
            variants=variants,
        )
    return unit.factor


def _check_finite(value: Fraction | Decimal | float | FloatArray, unit: Unit) -> None:
    if isinstance(value, Decimal):
        finite = value.is_finite()
    else:
        finite = isinstance(value, Fraction | int) or bool(np.all(np.isfinite(value)))
    if not finite:
        raise ValueRefusedError(
            "{value} {symbol} is not finite, so it cannot be converted", value=value, symbol=unit.symbol
        )


def _check_above_absolute_zero(value: Fraction | Decimal | float | FloatArray, unit: Unit) -> None:
    lowest = float(np.min(value, initial=math.inf)) if isinstance(value, np.ndarray) else float(value)
    if lowest < float(-unit.offset / _factor(unit)):
        raise ValueRefusedError("{lowest} {symbol} is below absolute zero", lowest=lowest, symbol=unit.symbol)


def _affine(
    value: Fraction | Decimal | float | FloatArray, factor: Fraction, shift: Fraction
) -> Fraction | Decimal | float | FloatArray:
    if isinstance(value, np.ndarray):
        whole = math.lcm(factor.denominator, shift.denominator)  # one division: 32 degF is 0 degC, not 4e-15
        return np.asarray((value * float(factor * whole) + float(shift * whole)) / float(whole))
    exact = Fraction(value) * factor + shift
    if isinstance(value, Decimal):
        return _decimal(exact)
    return float(exact) if isinstance(value, float) else exact


def _decimal(exact: Fraction) -> Decimal:
    """The exact decimal where it ends, otherwise 50 digits."""
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    context = _CONTEXT.copy()
    if rest == 1:
        context.prec = len(str(exact.numerator)) + exact.denominator.bit_length()
    return context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
