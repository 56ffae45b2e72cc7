"""What a printed certificate says in its text besides fields and points: U and k, conditions, Max and d."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.imported import Particular, Stated, Words
from calibration.certificates.pdf.numbers import NUMBER, read_unit, read_value
from calibration.certificates.pdf.text import Page, place_on

_UNIT = r"(?P<unit>[^\s\d()\[\];,:=。、；，~-]{1,8})?"
_POWERED = rf"{NUMBER}(?:\s?[×xX*·]\s?10\s?\^?\s?[+-]?\s?\^?\d{{1,2}})?(?!\s?[×xX*·]\s?10|\s?\^|[\d.])"
_U = re.compile(
    r"(?:(?<![A-Za-z])U\s*(?:RH|[Tt]|H)?\s*(?P<rel>rel|r)?\s*(?:95|0\.95|99)?\s*(?P<rel2>rel)?"
    r"|(?<!标准)不确定度|(?<![Ss]tandard )[Uu]ncertainty(?: of [a-z ]{1,30}?)?)(?:\s*U)?"
    r"\s*(?:\([^()]{1,30}\))?\s*[,:]?\s*(?:均|都)?\s*(?:=\s*k\s*[·×xX*]?\s*u\s*c?\s*)?"
    rf"(?:为|是|=|:|is|are|was)+\s*[±]?\s*(?P<value>{_POWERED})\s*{_UNIT}"
    r"(?P<more>\s*[+]\s*\S|\s*(?:~|-|至|to)\s*[±]?\s*\d)?"
)
_K = re.compile(
    r"(?<![A-Za-z])k\s*(?:95|99)?\s*=\s*(\d(?:\.\d{1,3})?)(?!\d)|(?:包含因子|覆盖因子)\s*k?\s*[=:为取]\s*(\d(?:\.\d{1,3})?)"
)
_P = re.compile(
    r"(?:(?<![A-Za-z])[pP]\s*=|概率|置信水平|置信水准|probability|confidence)[^\d]{0,24}(\d{2}(?:\.\d{1,2})?)\s*%|[pP]\s*=\s*(0\.9\d{0,4})"
)
_STATED = (
    (Particular.MAXIMUM, r"(?:\bMax(?:imum capacity)?\b|最大秤量|最大称量|最大量程)"),
    (
        Particular.RESOLUTION,
        r"(?:(?<![A-Za-z])d(?![A-Za-z])|实际分度值|(?<!检定)(?<!实际)分度值|分辨力|分辨率|\bresolution\b)",
    ),
    (Particular.VERIFICATION_INTERVAL, r"(?:(?<![A-Za-z])e(?![A-Za-z])|检定分度值)"),
    (Particular.REPEATABILITY, r"(?:标准偏差|standard deviation)"),
    (Particular.ECCENTRICITY, r"(?:最大差值|最大差|偏载误差(?:最大)?)"),
    (Particular.AMBIENT, r"(?:环境温度|温度|temperature)"),
    (Particular.AMBIENT, r"(?:相对湿度|环境湿度|湿度|humidity)"),
    (Particular.AMBIENT, r"(?:大气压力|大气压|气压|pressure)"),
)
_BEHIND = (
    rf"\s*(?:\([A-Za-z]{{1,3}}\))?\s*[A-TV-Za-tv-z]?\s*[=:为]?\s*\(?\s*(?P<first>{NUMBER})\s*(?P<unit1>[°%A-Za-z]{{1,4}})?"
    rf"\s*(?:~\s*(?P<second>{NUMBER}))?\s*\)?\s*{_UNIT}"
)
_PARTICULARS = tuple((particular, re.compile(words + _BEHIND)) for particular, words in _STATED)
_AMBIENT_UNITS = {"degC", "K", "%RH", "Pa", "hPa", "kPa", "mbar", "mmHg"}


@dataclass(frozen=True, slots=True)
class ConstantU:
    """One U for all points, as a sentence beside a table gives it."""

    value: Decimal
    unit: str
    """As written."""
    is_relative: bool
    """Whether it is said to be: ``Urel``. A per cent alone may be that of a humidity."""
    is_formula: bool


def constant_u(text: str) -> list[ConstantU]:
    """Every different U that a text states."""
    found = []
    for match in _U.finditer(text):
        read = read_value(match["value"])
        if read is not None:
            unit = match["unit"] or ""
            is_relative = bool(match["rel"] or match["rel2"])
            found.append(ConstantU(read[0], unit, is_relative, bool(match["more"])))
    return list(dict.fromkeys(found))


def read_u(text: str) -> tuple[Decimal, str] | None:
    """The U of a cell that says it in words: ``U=0.02 g, k=2``; None if it says none or several."""
    found = constant_u(text)
    return (found[0].value, found[0].unit) if len(found) == 1 and not found[0].is_formula else None


def factors_in(text: str) -> list[Decimal]:
    """Every different coverage factor that a text states."""
    return list(dict.fromkeys(Decimal(a or b) for a, b in _K.findall(text)))


def probabilities_in(text: str) -> list[Decimal]:
    """Every different coverage probability that a text states, as a fraction."""
    found = (Decimal(b) if b else Decimal(a) / 100 for a, b in _P.findall(text))
    return list(dict.fromkeys(found))


def stated_in(pages: Sequence[Page]) -> list[Stated]:
    """Maximum, scale intervals, eccentricity and conditions that stand in the text of a document."""
    found: dict[tuple[Particular, Decimal, str], Stated] = {}
    for page in pages:
        for line in page.lines:
            for particular, pattern in _PARTICULARS:
                for match in pattern.finditer(line.text):
                    place = place_on(page.number, line.box_of(*match.span()))
                    for stated in _stated(particular, match, place):
                        found.setdefault((particular, stated.value, stated.unit), stated)
    return list(found.values())


def _stated(particular: Particular, match: re.Match[str], place: str) -> Iterator[Stated]:
    words = match[0]
    for written in filter(None, (match["unit"], match["unit1"])):
        unit = read_unit(written, words)
        if unit is None:
            continue
        if particular is Particular.AMBIENT and unit.symbol not in _AMBIENT_UNITS:
            continue
        name = Words((("zh", re.split(r"[\d=:(~]", words)[0].strip()),))
        for number in filter(None, (match["first"], match["second"])):
            read = read_value(number)
            if read is not None:
                yield Stated(particular=particular, name=name, value=read[0], unit=unit.symbol, place=place)
        return
