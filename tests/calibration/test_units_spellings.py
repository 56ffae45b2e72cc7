"""Spellings of certificates (D-SI, UCUM) and of instruments."""

import re
from fractions import Fraction

import pytest

from calibration.errors import UnitError, UnitMismatchError, UnknownUnitError
from calibration.spellings import DSI, UCUM, read_dsi, read_ucum, read_word
from calibration.units import UNITS, Kind, convert, convert_difference


def quantity_of(symbol: str) -> str:
    kind = UNITS[symbol].kind
    return "moisture" if kind in (Kind.DRY_RESIDUE, Kind.MOISTURE_RATIO) else kind.value


@pytest.mark.parametrize("symbol", DSI)
def test_what_we_write_in_dsi_we_read(symbol):
    assert read_dsi(DSI[symbol], quantity_of(symbol)).symbol in (symbol, {"mbar": "hPa"}.get(symbol))


@pytest.mark.parametrize("symbol", UCUM)
def test_what_we_write_in_ucum_we_read(symbol):
    assert read_ucum(UCUM[symbol], quantity_of(symbol)) == UNITS[symbol]


@pytest.mark.parametrize("symbol", UNITS)
def test_the_project_spelling_is_a_word(symbol):
    assert read_word(symbol, quantity_of(symbol)) == UNITS[symbol]


@pytest.mark.parametrize(
    ("text", "quantity", "symbol"),
    [
        (r"\degreecelsius", "temperature", "degC"),
        (r"\degreeCelsius", "temperature", "degC"),  # as national institutes print it
        (r"\kilogram\metre\tothe{2}\ampere\tothe{-2}\second\tothe{-3}", "resistance", "ohm"),
        (r"\kilogram\metre\tothe{-1}\second\tothe{-2}", "pressure", "Pa"),
        (r"\volt\per\ampere", "resistance", "ohm"),
        (r"\milli\bar", "pressure", "hPa"),
        (r"\percent", "humidity", "%RH"),
        (r"\percent", "moisture", "%"),
        (r"\gram\per\kilogram", "fraction", "permille"),
        (r"\kilogram\tothe{1}\metre\tothe{-3}\kilogram\tothe{-1}\metre\tothe{3}", "fraction", "1"),
        (r"\gram\centi\metre\tothe{-3}", "density", "g/cm3"),
        (r"\metre\tothe{0}", "fraction", "1"),
        (r"\deci\metre\tothe{3}", "volume", "L"),
        (r"\centi\metre\tothe{3}", "volume", "mL"),
    ],
)
def test_dsi_is_read_by_dimension(text, quantity, symbol):
    assert read_dsi(text, quantity) == UNITS[symbol]


def test_dsi_units_without_a_name_here_convert_all_the_same():
    assert convert(2.0, read_dsi(r"\centi\gram", "mass"), "g") == 0.02
    assert convert_difference(Fraction(1), read_dsi(r"\micro\kelvin", "temperature"), "mK") == Fraction(
        1, 1000
    )
    assert convert(0.5, read_dsi(r"\one", "humidity"), "%RH") == 50.0


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "/kilogram", "kg", "degC", r"\meter", r"\kilo", r"\kilo\kilo\gram", r"\gram\per"],
        *[r"\per\gram", r"\tothe{2}", r"\gram\tothe{x}", r"\gram g", "|ounce", r"\metre", r"\kilowatt hour"],
        *[r"\°C", r"\milli\tothe{2}", r"\milli\degreecelsius", r"\degreecelsius\tothe{1}"],
    ],
)
def test_what_is_not_dsi_is_refused(text):
    with pytest.raises(UnknownUnitError):
        read_dsi(text, "mass" if "gram" in text else "temperature")


def test_a_unit_of_another_quantity_is_refused():
    for reader, text in [
        (read_dsi, r"\kelvin"),
        (read_dsi, r"\micro\kelvin"),
        (read_ucum, "Cel"),
        (read_word, "℃"),
    ]:
        with pytest.raises(UnitMismatchError, match="the quantity is mass"):
            reader(text, "mass")
    with pytest.raises(UnitMismatchError):
        read_word("%RH", "moisture")


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("mass", {"KG": "kg", "µg": "ug", "μg": "ug", "gn": "GN", "GN": "GN", "oz t": "ozt", "毫克": "mg"}),
        ("mass", {"tlt": "tl-TW", "tlh": "tl", "tls": "tl", "tlc": "tl"}),
        ("count", {"PCS": "pcs", "PC": "pcs"}),
        ("temperature", {"C": "degC", "℃": "degC", " °C ": "degC", "℉": "degF", "K": "K"}),
        ("humidity", {"%": "%RH", "%rh": "%RH", "RH%": "%RH"}),
        ("moisture", {"%MC": "%M", "％": "%", "%D": "%D"}),
        ("resistance", {"\u2126": "ohm", "\u03a9": "ohm", "kΩ": "kohm"}),
        ("density", {"kg/m³": "kg/m3"}),
        ("volume", {"ml": "mL", "毫升": "mL", "μL": "uL", "㎥": "m3"}),
    ],
)
def test_words_of_instruments_and_people(quantity, words):
    assert {word: read_word(word, quantity).symbol for word in words} == words


@pytest.mark.parametrize("word", ["gr", "GR", "G", "", "lb:oz", "%L", "Mg", "斤", "两", "grams"])
def test_a_word_that_means_two_things_or_none_is_refused(word):
    with pytest.raises(UnknownUnitError, match=re.escape(repr(word))):
        read_word(word, "mass")


def test_every_unit_text_of_the_certificate_samples_is_read_or_refused(shared):
    texts = set()
    for path in shared("certificates/samples").rglob("*.xml"):
        found = re.findall(rb"<si:unit(?:XMLList)?>([^<]*)<", path.read_bytes())
        texts |= {text.decode("utf-8", "replace") for text in found}
    read = set()
    for text in texts:
        for kind in Kind:
            try:
                read_dsi(text, kind.value)
            except UnitError:
                continue
            read.add(text)
    assert {
        r"\kelvin",
        r"\degreeCelsius",
        r"\percent",
        r"\hecto\pascal",
        r"\gram",
        r"\ohm",
        r"\milli\kelvin",
    } <= read
    assert not {"ounce", "knot", "/kilogram"} & read
