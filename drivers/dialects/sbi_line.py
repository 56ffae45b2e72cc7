"""The line that Sartorius instruments print: 16 or 22 characters with line end, by columns.

Columns count here, because blank unit columns say "not stable", and because the sign is the first byte: if
one byte is lost, every digit moves and the line is refused. Sources: Sartorius Practum manual p. 86, ME215S
p. 136 (16 characters); Entris II p. 3, Combics p. 98 (22 characters); MA160 p. 67 (moisture: 20 columns).
"""

import re
from dataclasses import dataclass

from drivers.dialects.numbers import read_number
from drivers.reading import Identity, Outcome, Quality

_IDENT_COLUMNS = 6
_FIELD_COLUMNS = 9
_LONGEST_UNIT = 4
_BODY_COLUMNS = 14

_STATUS_WORDS = (
    (re.compile(r"H|High", re.IGNORECASE), Outcome.OVERLOAD, "above the range"),
    (re.compile(r"HH", re.IGNORECASE), Outcome.OVERLOAD, "above the checkweighing limit"),
    (re.compile(r"L|Low", re.IGNORECASE), Outcome.UNDERLOAD, "below the range; is the pan in place?"),
    (re.compile(r"LL", re.IGNORECASE), Outcome.UNDERLOAD, "below the checkweighing limit"),
    (re.compile(r"C|Cal\..*", re.IGNORECASE), Outcome.ADJUSTING, "adjustment is running"),
    (re.compile(r"OFF", re.IGNORECASE), Outcome.OFF, "the display is off; switch the instrument on"),
    (re.compile(r"Err *(\S+)|(\S+\.ERR)", re.IGNORECASE), Outcome.DEVICE_ERROR, "error"),
)
_SERIAL_NUMBER = re.compile(r"(?:SerNo|Ser\. ?no|Serial(?: number)?|S/N)[.:]? *(\S+)", re.IGNORECASE)
_MODEL = re.compile(r"(?:Model|Mod\.|Type)[.:]? +(\S.*)", re.IGNORECASE)
_FIRMWARE = re.compile(r"(?:SW-?Vers?(?:ion)?|Vers?(?:ion)?|Software)[.:]? +(\S.*)", re.IGNORECASE)
_SIGNED_DIGITS = re.compile(r"(?:.* )?[+-] *[0-9\[].*")
_ENDS_LIKE_VALUE = re.compile(r"(?:.* )?[+-]? *[0-9]+(?:[.,][0-9]*)?[\[\]0-9]* *[A-Za-z%/]{0,4}")


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A line with a number in its columns."""

    ident: str
    """The label in front (``N``, ``G#``, ``Moist`` …), empty in the 16-character line."""
    text: str
    unit: str
    """As the instrument spelt it; empty where the columns are blank."""
    quality: Quality


def read_value(line: str) -> ValueLine | None:
    """The number of a value line, or None if its columns are not those of a value line."""
    return _from_column(line, 0) or _from_column(line, _IDENT_COLUMNS)


def _from_column(line: str, column: int) -> ValueLine | None:
    if line.endswith(" ") and len(line) < column + _BODY_COLUMNS:
        return None  # not merely trimmed at its end: a byte is missing, perhaps the m of mg
    ident, body = line[:column].rstrip(" "), line[column:].rstrip(" ")
    sign, field, rest = body[:1], body[1 : 1 + _FIELD_COLUMNS], body[1 + _FIELD_COLUMNS :]
    if sign not in {"+", "-", " "} or len(field) < _FIELD_COLUMNS:
        return None
    if "[" in field:
        if not rest.startswith("]"):
            return None
        field, rest = field + "]", " " + rest[1:]
    unit = rest.strip(" ")
    fills_all_columns = len(unit) == _LONGEST_UNIT
    if len(rest) > _LONGEST_UNIT or " " in unit or field.lstrip(" ")[:1] in {"+", "-"}:
        return None
    is_shifted = field.endswith(" ") or rest[:1] not in {"", " "}
    if is_shifted and not fills_all_columns:
        return None
    number = read_number(sign.strip(" ") + field.strip(" "))
    return ValueLine(ident, number[0], unit, number[1]) if number else None


def read_status(line: str) -> tuple[Outcome, str] | None:
    """What a ``Stat`` line, or the word of a 16-character line, says instead of a value; matched on words."""
    ident, _, rest = line.strip(" ").partition(" ")
    words = rest.strip(" ") if ident == "Stat" else line.strip(" ")
    for pattern, outcome, meaning in _STATUS_WORDS:
        if pattern.fullmatch(words):
            return outcome, f"{meaning} ({words})"
    if ident == "Stat":
        return Outcome.UNAVAILABLE, f"the instrument says {words!r} instead of a value"
    return None


def read_identity(line: str) -> Identity | None:
    """Model, serial number or software of an identity line; such a line never gives a value."""
    words = line.strip(" ")
    serial_number, model = _SERIAL_NUMBER.fullmatch(words), _MODEL.fullmatch(words)
    firmware = _FIRMWARE.fullmatch(words)
    if serial_number:
        return Identity(serial_number=serial_number[1])
    if model:
        return Identity(model=model[1])
    return Identity(firmware=firmware[1]) if firmware else None


def looks_like_value(line: str) -> bool:
    """Whether a line that is no value line was one before bytes were lost; then it is not mere text."""
    words = line.strip(" ")
    return _SIGNED_DIGITS.fullmatch(words) is not None or _ENDS_LIKE_VALUE.fullmatch(words) is not None
