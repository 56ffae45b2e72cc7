r"""How others spell units: certificates (D-SI), health and laboratory data (UCUM), instruments and people.

Every reader is told the quantity, because the same spelling means different things: ``\percent`` of a
humidity is %RH, ``C`` of a temperature is degC. What is not in a table is refused; nothing is guessed.
"""

import re
import unicodedata
from fractions import Fraction

from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.sentences import word
from calibration.units import UNITS, Kind, Unit, check_unit_of_quantity

_DSI_ITEM = re.compile(r"\\([A-Za-z]+)(?:\\tothe\{(-?\d{1,2})\})?")
_DSI_PREFIXES = {
    "giga": Fraction(10**9),
    "mega": Fraction(10**6),
    "kilo": Fraction(1000),
    "hecto": Fraction(100),
    "deca": Fraction(10),
    "deci": Fraction(1, 10),
    "centi": Fraction(1, 100),
    "milli": Fraction(1, 1000),
    "micro": Fraction(1, 10**6),
    "nano": Fraction(1, 10**9),
    "pico": Fraction(1, 10**12),
}

Dimension = tuple[int, int, int, int, int]
"""Exponents of kilogram, metre, second, ampere, kelvin."""

_NUMBER: Dimension = (0, 0, 0, 0, 0)
_DSI_ATOMS: dict[str, tuple[Dimension, Fraction]] = {
    "kilogram": ((1, 0, 0, 0, 0), Fraction(1)),
    "gram": ((1, 0, 0, 0, 0), Fraction(1, 1000)),
    "tonne": ((1, 0, 0, 0, 0), Fraction(1000)),
    "metre": ((0, 1, 0, 0, 0), Fraction(1)),
    "litre": ((0, 3, 0, 0, 0), Fraction(1, 1000)),
    "second": ((0, 0, 1, 0, 0), Fraction(1)),
    "minute": ((0, 0, 1, 0, 0), Fraction(60)),
    "hour": ((0, 0, 1, 0, 0), Fraction(3600)),
    "day": ((0, 0, 1, 0, 0), Fraction(86400)),
    "ampere": ((0, 0, 0, 1, 0), Fraction(1)),
    "kelvin": ((0, 0, 0, 0, 1), Fraction(1)),
    "degreecelsius": ((0, 0, 0, 0, 1), Fraction(1)),
    "newton": ((1, 1, -2, 0, 0), Fraction(1)),
    "pascal": ((1, -1, -2, 0, 0), Fraction(1)),
    "bar": ((1, -1, -2, 0, 0), Fraction(10**5)),
    "mmhg": ((1, -1, -2, 0, 0), UNITS["mmHg"].factor or Fraction(0)),
    "torr": ((1, -1, -2, 0, 0), UNITS["Torr"].factor or Fraction(0)),
    "volt": ((1, 2, -3, -1, 0), Fraction(1)),
    "ohm": ((1, 2, -3, -2, 0), Fraction(1)),
    "one": (_NUMBER, Fraction(1)),
    "percent": (_NUMBER, Fraction(1, 100)),
    "ppm": (_NUMBER, Fraction(1, 10**6)),
}
_DIMENSIONS: dict[Dimension, Kind] = {
    (1, 0, 0, 0, 0): Kind.MASS,
    (0, 0, 0, 0, 1): Kind.TEMPERATURE,
    (1, -1, -2, 0, 0): Kind.PRESSURE,
    (1, 2, -3, -2, 0): Kind.RESISTANCE,
    (1, 2, -3, -1, 0): Kind.VOLTAGE,
    (0, 0, 0, 1, 0): Kind.CURRENT,
    (1, 1, -2, 0, 0): Kind.FORCE,
    (0, 0, 1, 0, 0): Kind.TIME,
    (0, 3, 0, 0, 0): Kind.VOLUME,
    (1, -3, 0, 0, 0): Kind.DENSITY,
    _NUMBER: Kind.FRACTION,
}

DSI = {
    "kg": r"\kilogram", "g": r"\gram", "mg": r"\milli\gram", "ug": r"\micro\gram", "t": r"\tonne",
    "K": r"\kelvin", "mK": r"\milli\kelvin", "degC": r"\degreecelsius", "%RH": r"\percent", "%": r"\percent",
    "1": r"\one", "ppm": r"\ppm", "Pa": r"\pascal", "hPa": r"\hecto\pascal", "kPa": r"\kilo\pascal",
    "MPa": r"\mega\pascal", "bar": r"\bar", "mbar": r"\milli\bar", "mmHg": r"\mmhg", "ohm": r"\ohm",
    "mohm": r"\milli\ohm", "kohm": r"\kilo\ohm", "V": r"\volt", "mV": r"\milli\volt", "A": r"\ampere",
    "mA": r"\milli\ampere", "N": r"\newton", "s": r"\second", "ms": r"\milli\second", "min": r"\minute",
    "h": r"\hour", "d": r"\day", "m3": r"\metre\tothe{3}", "L": r"\litre", "mL": r"\milli\litre",
    "uL": r"\micro\litre", "kg/m3": r"\kilogram\metre\tothe{-3}",
}  # fmt: skip
"""D-SI spelling of the project's units, for what we write."""

UCUM = {
    "kg": "kg", "g": "g", "mg": "mg", "ug": "ug", "t": "t", "ct": "[car_m]", "lb": "[lb_av]", "oz": "[oz_av]",
    "ozt": "[oz_tr]", "GN": "[gr]", "dwt": "[pwt_tr]", "K": "K", "mK": "mK", "degC": "Cel", "degF": "[degF]",
    "%": "%", "%RH": "%{RH}", "%M": "%{moisture}", "1": "1", "permille": "[ppth]", "ppm": "[ppm]", "Pa": "Pa",
    "hPa": "hPa", "kPa": "kPa", "MPa": "MPa", "bar": "bar", "mbar": "mbar", "mmHg": "mm[Hg]",
    "inHg": "[in_i'Hg]", "atm": "atm", "psi": "[psi]", "ohm": "Ohm", "uohm": "uOhm", "mohm": "mOhm",
    "kohm": "kOhm", "Mohm": "MOhm", "V": "V", "mV": "mV", "uV": "uV", "kV": "kV", "A": "A", "mA": "mA",
    "uA": "uA", "N": "N", "mN": "mN", "kN": "kN", "s": "s", "ms": "ms", "us": "us", "ns": "ns", "min": "min",
    "h": "h", "d": "d", "m3": "m3", "L": "L", "mL": "mL", "uL": "uL", "kg/m3": "kg/m3",
    "g/cm3": "g/cm3", "mg/cm3": "mg/cm3",
}  # fmt: skip
"""UCUM code of the project's units; read and written."""

_WORDS = {
    "kg": "KG Kg 千克 公斤", "g": "克", "mg": "毫克", "ug": "μg mcg 微克", "t": "吨", "ct": "克拉",
    "lb": "lbs", "ozt": "oz_t", "GN": "gn", "mom": "momme", "tl": "tlh tls tlc", "tl-TW": "tlt",
    "pcs": "pc PC PCS pce",
    "degC": "C °C 摄氏度", "degF": "F °F", "K": "开尔文 开", "%RH": "%rh RH% %R.H.", "%M": "%MC", "%D": "%DC",
    "ohm": "Ω Ohm 欧姆 欧", "kohm": "kΩ", "mohm": "mΩ", "Mohm": "MΩ", "Pa": "帕 帕斯卡", "hPa": "百帕",
    "kPa": "千帕 KPa", "mmHg": "毫米汞柱", "s": "sec 秒", "min": "分钟 分", "h": "hr 小时", "permille": "‰",
    "mV": "毫伏", "V": "伏", "mA": "毫安", "A": "安",
    "m3": "立方米", "L": "l 升", "mL": "ml 毫升", "uL": "μl μL ul 微升",
}  # fmt: skip
"""What instruments send and people write, after Unicode NFKC (℃ is °C, ％ is %, m³ is m3)."""
_WORD_TO_SYMBOL = {symbol: symbol for symbol in UNITS} | {
    unicodedata.normalize("NFKC", word): symbol for symbol, words in _WORDS.items() for word in words.split()
}
_UCUM_TO_SYMBOL = {code: symbol for symbol, code in UCUM.items()}


def read_dsi(text: str, quantity: str) -> Unit:
    r"""A unit in the D-SI grammar (``[\prefix]\unit[\tothe{n}] …``, ``\per``), by its dimension.

    ``\kilogram\metre\tothe{2}\ampere\tothe{-2}\second\tothe{-3}`` is ohm. The project's own unit is given
    where it has one, otherwise a unit with the text as its symbol, which converts all the same. Letter case
    is forgiven (``\degreeCelsius``), since certificates of national institutes have it.

    Args:
        text: content of ``si:unit``.
        quantity: what is measured: ``mass``, ``temperature``, ``humidity`` …

    Raises:
        UnknownUnitError: not D-SI, or a unit that has no kind here.
        UnitMismatchError: a unit of another quantity.
    """
    spelling = text.strip()
    if spelling.lower() == r"\degreecelsius":
        return check_unit_of_quantity(quantity, "degC")
    dimension, factor = _dsi_product(spelling)
    kind = _DIMENSIONS.get(dimension)
    if kind is None or (kind is Kind.TEMPERATURE and "degreecelsius" in spelling.lower()):
        raise UnknownUnitError("D-SI unit {text} is of no kind that is known here", text=repr(text))
    if kind is Kind.FRACTION and quantity == "humidity":
        kind, factor = Kind.HUMIDITY, factor * 100
    for unit in UNITS.values():
        if unit.kind is kind and unit.factor == factor and unit.offset == 0:
            return check_unit_of_quantity(quantity, unit.symbol)
    if kind != quantity and not (kind is Kind.FRACTION and quantity == "moisture"):
        raise UnitMismatchError(
            "{text} is a unit of {kind}, and the quantity is {quantity}",
            text=text,
            kind=word(kind.value),
            quantity=word(quantity),
        )
    return Unit(spelling, kind, factor)


def read_ucum(code: str, quantity: str) -> Unit:
    """A unit by its UCUM code (case-sensitive); ``%`` of a humidity is %RH.

    Raises:
        UnknownUnitError: the code is not in the table.
        UnitMismatchError: a unit of another quantity.
    """
    symbol = _UCUM_TO_SYMBOL.get(code.strip())
    if symbol is None:
        raise UnknownUnitError(
            "UCUM code {code} is not known; known are {known}",
            code=repr(code),
            known=" ".join(_UCUM_TO_SYMBOL),
        )
    return _of_quantity(symbol, quantity)


def read_word(word: str, quantity: str) -> Unit:
    """A unit as instruments send it and people write it: ``KG``, ``GN``, ``℃``, ``%RH``, ``毫克``.

    ``tlh``, ``tls`` and ``tlc`` become ``tl``, which cannot be converted: makers do not agree how much it is.
    ``gr`` is refused: some mean grain by it and some gram.

    Raises:
        UnknownUnitError: the word is not in the table.
        UnitMismatchError: a unit of another quantity.
    """
    symbol = _WORD_TO_SYMBOL.get("_".join(unicodedata.normalize("NFKC", word).split()))
    if symbol is None:
        raise UnknownUnitError(
            "unit {word} is not known; write one of {known}", word=repr(word), known=" ".join(UNITS)
        )
    return _of_quantity(symbol, quantity)


def _of_quantity(symbol: str, quantity: str) -> Unit:
    if symbol == "%" and quantity == "humidity":
        symbol = "%RH"
    return check_unit_of_quantity(quantity, symbol)


def _dsi_product(text: str) -> tuple[Dimension, Fraction]:
    total, factor = _NUMBER, Fraction(1)
    prefix, sign, end = Fraction(1), 1, 0
    pending = True  # a unit must follow
    for item in _DSI_ITEM.finditer(text):
        name, power = item[1].lower(), item[2]
        if item.start() != end:
            break
        end = item.end()
        if name == "per" and not pending and power is None:
            sign, pending = -1, True
        elif name in _DSI_PREFIXES and prefix == 1 and power is None:
            prefix, pending = _DSI_PREFIXES[name], True
        elif name in _DSI_ATOMS:
            dimension, size = _DSI_ATOMS[name]
            exponent = sign * int(power or 1)
            total = _add(total, dimension, exponent)
            factor *= (prefix * size) ** exponent
            prefix, sign, pending = Fraction(1), 1, False
        else:
            raise UnknownUnitError(
                "D-SI unit {text}: \\{item} is not known here", text=repr(text), item=item[1]
            )
    if end != len(text) or pending:
        raise UnknownUnitError(
            "unit {text} is not written in D-SI, such as \\milli\\gram or \\degreecelsius", text=repr(text)
        )
    return total, factor


def _add(total: Dimension, dimension: Dimension, exponent: int) -> Dimension:
    a, b, c, d, e = (old + new * exponent for old, new in zip(total, dimension, strict=True))
    return a, b, c, d, e
