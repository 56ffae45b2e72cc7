"""Conversion by definition; a mismatch has no factor."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.errors import UnitMismatchError, UnknownUnitError, ValueRefusedError
from calibration.units import UNITS, Kind, check_unit_of_quantity, convert, convert_difference, ratio, unit_of


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        # international pound 1959, grain = lb/7000, troy ounce = 480 gr, pennyweight = 24 gr
        ("1", "lb", "g", "453.59237"),
        ("1", "oz", "g", "28.349523125"),
        ("1", "ozt", "g", "31.1034768"),
        ("1", "GN", "mg", "64.79891"),
        ("7000", "GN", "lb", "1"),
        ("1", "dwt", "g", "1.55517384"),
        ("1", "ct", "mg", "200"),
        ("1", "mom", "g", "3.75"),
        ("1", "tl-TW", "g", "37.5"),
        ("1", "tl-HK", "g", "37.79936375"),
        ("1", "t", "kg", "1000"),
        ("12.4835", "g", "mg", "12483.5"),
        # SI brochure, table 8 and conventional values
        ("1", "mmHg", "Pa", "133.322387415"),
        ("760", "Torr", "Pa", "101325"),
        ("1013.25", "hPa", "mbar", "1013.25"),
        ("1", "atm", "kPa", "101.325"),
        ("1", "inHg", "Pa", "3386.388640341"),
        ("1.5", "h", "min", "90"),
        ("15.66", "%", "1", "0.1566"),
        ("3", "ppm", "%", "0.0003"),
        ("100.0225", "ohm", "mohm", "100022.5"),
        ("2.5", "mL", "L", "0.0025"),
        ("25", "mL", "m3", "0.000025"),
        ("1.2", "kg/m3", "mg/cm3", "1.2"),
        # temperatures are points on a scale
        ("20", "degC", "K", "293.15"),
        ("-40", "degC", "degF", "-40"),
        ("32", "degF", "degC", "0"),
        ("0", "K", "degC", "-273.15"),
        ("212", "degF", "K", "373.15"),
    ],
)
def test_exact_by_definition(value, source, target, expected):
    assert convert(Decimal(value), source, target) == Decimal(expected)
    assert convert(float(value), source, target) == float(expected)
    assert convert(Fraction(value), source, target) == Fraction(expected)
    np.testing.assert_allclose(convert(np.array([float(value)]), source, target), float(expected), rtol=1e-15)


def test_a_difference_of_one_degree_is_one_kelvin():
    assert convert_difference(1.0, "degC", "K") == 1.0
    assert convert_difference(Decimal("0.05"), "degC", "K") == Decimal("0.05")
    assert convert_difference(Decimal("1.8"), "degF", "degC") == 1
    assert ratio("degC", "degF") == Fraction(9, 5)
    assert convert(1.0, "degC", "K") == 274.15


def test_a_decimal_without_end_has_fifty_digits():
    assert str(convert(Decimal(1), "g", "lb")) == "0.0022046226218487758072297380134502703385420702733602"


def test_arrays_keep_their_shape_and_hit_the_ice_point():
    in_celsius = convert(np.array([[32.0, 212.0], [50.0, -40.0]]), "degF", "degC")
    np.testing.assert_array_equal(in_celsius, [[0.0, 100.0], [10.0, -40.0]])
    assert convert(np.array([]), "degC", "K").shape == (0,)


@given(
    st.floats(-1e12, 1e12),
    st.sampled_from(
        [(a, b) for a in UNITS for b in UNITS if UNITS[a].kind is UNITS[b].kind and "tl" not in (a, b)]
    ),
)
def test_there_and_back_is_exact_in_fractions(value, pair):
    source, target = pair
    if UNITS[source].kind is Kind.TEMPERATURE:
        value = abs(value)  # no scale has its absolute zero above 0
    exact = Fraction(value)
    assert convert(convert(exact, source, target), target, source) == exact
    assert convert(value, source, target) == float(convert(exact, source, target))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("g", "degC"),
        ("%", "%RH"),
        ("%M", "%D"),
        ("%M", "%"),
        ("N", "kg"),
        ("pcs", "g"),
        ("mV", "ohm"),
        ("1", "g"),
    ],
)
def test_between_kinds_there_is_no_factor(source, target):
    with pytest.raises(UnitMismatchError, match="cannot be converted"):
        convert(1.0, source, target)
    with pytest.raises(UnitMismatchError):
        convert_difference(1.0, source, target)


def test_a_tael_must_say_which():
    with pytest.raises(UnitMismatchError, match="tl-TW tl-HK"):
        convert(1.0, "tl", "g")
    assert convert(1.0, "tl", "tl") == 1.0


@pytest.mark.parametrize("symbol", ["", "G", "gramm", "kG", "Kelvin", "℃", "KG"])
def test_an_unknown_unit_is_not_a_factor_of_one(symbol):
    with pytest.raises(UnknownUnitError, match="is not known"):
        convert(1.0, symbol, "g")
    with pytest.raises(UnknownUnitError):
        unit_of(symbol)


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), np.array([1.0, np.nan])]
)
def test_not_finite_is_refused(bad):
    for function in (convert, convert_difference):
        with pytest.raises(ValueRefusedError, match="not finite"):
            function(bad, "g", "mg")
        with pytest.raises(ValueRefusedError, match="not finite"):
            function(bad, "degC", "K")


@pytest.mark.parametrize("cold", [-273.16, Decimal("-273.16"), np.array([20.0, -300.0])])
def test_below_absolute_zero_is_refused(cold):
    with pytest.raises(ValueRefusedError, match="absolute zero"):
        convert(cold, "degC", "K")


def test_a_unit_belongs_to_its_quantity():
    assert check_unit_of_quantity("mass", "mg").kind is Kind.MASS
    assert check_unit_of_quantity("moisture", "%M").symbol == "%M"
    assert check_unit_of_quantity("humidity", "%RH").symbol == "%RH"
    for quantity, unit in [("mass", "N"), ("humidity", "%M"), ("temperature", "g"), ("moisture", "%RH")]:
        with pytest.raises(UnitMismatchError, match=f"the quantity is {quantity}"):
            check_unit_of_quantity(quantity, unit)
    with pytest.raises(UnknownUnitError, match="quantity 'weight'"):
        check_unit_of_quantity("weight", "g")
