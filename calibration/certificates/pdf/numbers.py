"""Numbers, dates and units as they are printed in certificates; what is ambiguous is not read."""

import datetime
import functools
import re
from decimal import Decimal

from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.spellings import read_word
from calibration.units import UNITS, Kind, Unit, convert_difference

NUMBER = (
    r"[+-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,15})"
    r"(?:\.[0-9]{3}(?: [0-9]{3})*(?: [0-9]{1,3})?(?![0-9])|\.[0-9]{1,15})?"
)
_POWER = r"(?:\s?[×xX*·]\s?10\s?\^?\s?([+-]?)\s?\^?(\d{1,2})|[eE]([+-]?\d{1,2}))?"
_VALUE = re.compile(rf"[±]?\s*({NUMBER}){_POWER}\s*([^\d\s.,;:=、。()+-][^\d;:=、。]{{0,11}})?", re.ASCII)
_SUM = re.compile(rf"({NUMBER})\s?([^\d\s+-]{{1,4}})\s*([+-])\s*({NUMBER})\s?([^\d\s+-]{{1,4}})", re.ASCII)
_DATE = re.compile(r"((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)", re.ASCII)
_BLANK = re.compile(r"[-/\\\s*]*|无|N/?A", re.I)
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]")
_AFTER = re.compile(r"[/,，;、]\s*([^\s/,，;、()\[\]]{1,10})")
_GLUED = re.compile(r"[一-鿿]\s?([gΩ]|[^\s一-鿿/()\[\],;:=]{2,6})$")
_BARE = re.compile(r"[^\s/,，;、:=()\[\]]{2,10}|\bg\b")
_HUMIDITY = re.compile(r"湿度|humid|rh", re.I)
_MOISTURE = re.compile(r"水分|含水|失重|moisture|loss on drying", re.I)


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, dashes, a slash, 无."""
    return _BLANK.fullmatch(text.strip()) is not None


def is_mark(text: str) -> bool:
    """Whether a cell has the dots or stars that tell two weights of one nominal value apart."""
    return text.strip() in ("*", "**", "·", "··", "●", "●●")


def read_value(text: str) -> tuple[Decimal, str] | None:
    """A number and the unit behind it, if the text is nothing else; None otherwise.

    Digits may stand in groups of three (``100.000 02``), a power of ten behind them (``1.2×10^-3``); a weight
    may be written as ``100 g + 0.05 mg``. A comma is not read: it is a decimal sign for some and parts
    thousands for others. A line break inside a number is one that the cell was too narrow for.
    """
    text = text.replace("\n", "").strip()
    found = _VALUE.fullmatch(text)
    if found is None:
        return _sum(text)
    digits, sign, power, exponent, unit = found.groups()
    shift = int(exponent) if exponent else int(f"{sign or ''}{power}") if power else 0
    return Decimal(digits.replace(" ", "")).scaleb(shift), (unit or "").strip()


def _sum(text: str) -> tuple[Decimal, str] | None:
    """A nominal value and its deviation, in the unit of the nominal value."""
    found = _SUM.fullmatch(text)
    units = (read_unit(found[2]), read_unit(found[5])) if found else (None, None)
    if found is None or units[0] is None or units[1] is None or units[0].kind is not units[1].kind:
        return None
    deviation = convert_difference(Decimal(found[4].replace(" ", "")), units[1], units[0])
    return Decimal(found[1].replace(" ", "")) + (deviation if found[3] == "+" else -deviation), found[2]


def is_number(text: str) -> bool:
    """Whether a text is a number, perhaps with a unit that is known."""
    found = read_value(text)
    return found is not None and (not found[1] or read_unit(found[1]) is not None)


def read_dates(text: str) -> list[datetime.date]:
    """All dates of a text, year first: 2026-03-05, 2026 年 3 月 5 日, 2026/3/5, 2026.03.05."""
    dates = []
    for year, month, day in _DATE.findall(text):
        try:
            dates.append(datetime.date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return dates


@functools.lru_cache(maxsize=1024)
def read_unit(word: str, context: str = "") -> Unit | None:
    """A unit as people write it; None if it is not known.

    Args:
        word: what stands there.
        context: words around it, which tell the per cent of a humidity from others.
    """
    kinds: list[Kind] = [kind for kind in Kind if kind not in (Kind.HUMIDITY, Kind.MOISTURE)]
    if _MOISTURE.search(context):
        kinds.insert(0, Kind.MOISTURE)
    kinds.insert(0 if _HUMIDITY.search(context) else len(kinds), Kind.HUMIDITY)
    for kind in kinds:
        try:
            unit = read_word(word, kind)
        except UnitMismatchError:
            continue
        except UnknownUnitError:
            return None
        return UNITS["%M"] if kind is Kind.MOISTURE and unit.symbol == "%" else unit
    return None


def unit_in(header: str, context: str = "") -> Unit | None:
    """The unit in the head of a column: in brackets, behind a stroke, or as a word of its own."""
    for pattern in (_IN_BRACKETS, _AFTER, _GLUED, _BARE):
        for candidate in reversed(pattern.findall(header)):
            unit = read_unit(candidate, f"{header} {context}")
            if unit is not None:
                return unit
    return None


def quantity_of(unit: Unit | None) -> str:
    """The quantity that is stated in a unit; empty where there is none."""
    return "" if unit is None else unit.kind.value
