"""Numbers, dates and units as they are printed in certificates; what is ambiguous is not read."""

import datetime
import functools
import re
from decimal import Decimal

from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.spellings import read_word
from calibration.units import UNITS, Kind, Unit, convert_difference

NUMBER = (
    r"(?:[+-] ?)?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,15})"
    r"(?:\.[0-9]{3}(?: [0-9]{3})*(?: [0-9]{1,3})?(?![0-9])|\.[0-9]{1,15})?"
)
_POWER = r"(?:\s?[×xX*·]\s?10\s?\^?\s?([+-]?)\s?\^?(\d{1,2})|[eE]([+-]?\d{1,2}))?"
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?=\.\d)")
_FACTOR = re.compile(r"\s*[(,;]\s*k\s*=\s*\d(?:\.\d+)?\s*\)?$")
_SPREAD = re.compile(r"[+-]? ?\d(?: \d)* \.(?: \d)+", re.ASCII)
"""A number whose digits were spread over the width of its cell."""
_VALUE = re.compile(rf"[±]?\s*({NUMBER}){_POWER}\s*([^\d\s.,;:=、。()+-][^\d;:=、。]{{0,11}})?", re.ASCII)
_SUM = re.compile(rf"({NUMBER})\s?([^\d\s+-]{{1,4}})\s*([+-])\s*({NUMBER})\s?([^\d\s+-]{{1,4}})", re.ASCII)
_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*(?:年\s*(?:Year|Y)?|[./-])\s*(?P<m>\d{1,2})\s*(?:月\s*(?:Month|M)?|[./-])"
    r"\s*(?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<de>\d{1,2})(?:st|nd|rd|th)?[\s.-]*(?P<me>[A-Za-z]{3,9})[\s.,-]*(?P<ye>(?:19|20)\d\d)(?!\d)"
    r"|(?P<mu>[A-Za-z]{3,9})\.?\s*(?P<du>\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(?P<yu>(?:19|20)\d\d)(?!\d)"
    r"|[~～至到]\s*(?:(?P<m2>\d{1,2})\s*月)?\s*(?P<d2>\d{1,2})\s*日",
    re.ASCII | re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CHINESE_DATE = re.compile(
    r"[〇○零O一二三四五六七八九]{4}\s*年[元一二三四五六七八九十\s]+月[一二三四五六七八九十廿卅\s]+日"
)
_DIGITS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | dict.fromkeys("○零O", 0)
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
    may be written as ``100 g + 0.05 mg``. A comma is not read, since it is a decimal sign for some and parts
    thousands for others, but where a point follows (``1,000.05``). A coverage factor behind a number,
    ``0.3 (k=2)``, is no part of it. A line break inside a number is one that its cell was too narrow for.
    """
    text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text.replace("\n", "").strip())
    text = _FACTOR.sub("", text)
    if _SPREAD.fullmatch(text):
        text = text.replace(" ", "")
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
    """All dates: 2026-03-05, 2026 年 3 月 5 日 ～ 7 日, 二〇二六年三月五日, 5 Mar 2026, March 5, 2026.

    Days and months in figures alone (03/05/2026) are not read: it is the fifth of March for some and the
    third of May for others.
    """
    dates: list[datetime.date] = []
    for found in _DATE.finditer(_CHINESE_DATE.sub(lambda m: _in_figures(m[0]), text)):
        day = _date(found, dates[-1] if dates else None)
        if day is not None:
            dates.append(day)
    return dates


def _date(found: re.Match[str], before: datetime.date | None) -> datetime.date | None:
    """One date; the end of a range takes year and month from its beginning."""
    year, month, day = found["y"], found["m"], found["d"]
    if found["d2"] and before is not None:
        year, month, day = str(before.year), found["m2"] or str(before.month), found["d2"]
    name = (found["me"] or found["mu"] or "")[:3].lower()
    if name in _MONTHS:
        year, month = found["ye"] or found["yu"], str(_MONTHS.index(name) + 1)
        day = found["de"] or found["du"]
    try:
        return datetime.date(int(year), int(month), int(day)) if year else None
    except ValueError:
        return None


def _in_figures(written: str) -> str:
    """A date in Chinese numerals, 二〇二六年三月十五日, in figures."""
    year, month, day = re.split("[年月日]", "".join(written.split()))[:3]
    return f"{''.join(str(_DIGITS[c]) for c in year)}-{_below_hundred(month)}-{_below_hundred(day)}"


def _below_hundred(written: str) -> int:
    """三, 十五, 二十, 廿一 …."""
    tens, ten, ones = written.replace("廿", "二十").replace("卅", "三十").replace("元", "一").rpartition("十")
    number = (_DIGITS.get(tens, 1) if ten else 0) * 10
    return number + (_DIGITS.get(ones, 0) if ones else 0)


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
