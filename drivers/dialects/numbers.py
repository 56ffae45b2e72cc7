"""Numbers as instruments write them: a strict grammar from text to decimal text."""

import re

from drivers.reading import Quality
from drivers.units import MASS_UNITS

NUMBER = r"[+-]? *[0-9\[][0-9.,\[]*\]?"
"""What may be handed to ``read_number``: sign, blanks, digits with one decimal mark, legal brackets."""

_DECIMAL = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_BRACKETED = re.compile(r"[0-9.,]*\[[0-9.,]+\]")
_CHANNEL_OF_UNIT = {"pcs": "count", "%": "percent", "N": "force"}


def read_number(text: str) -> tuple[str, Quality] | None:
    """Decimal text with every digit that was sent, sign joined, ``.`` as decimal mark; None if no number.

    Digits in ``[ ]`` are those that legal metrology does not cover (OIML R 76-1, auxiliary indicating
    devices): they are kept, and the quality says so. A comma is a decimal comma only if it is the one mark.
    """
    sign = "-" if text.startswith("-") else ""
    digits = text.lstrip("+-").strip(" ") if text[:1] in {"+", "-"} else text.strip(" ")
    quality = Quality.GOOD
    if "[" in digits or "]" in digits:
        if not _BRACKETED.fullmatch(digits):
            return None
        quality = Quality.UNVERIFIED_DIGITS
        digits = digits.replace("[", "").replace("]", "")
    if not _DECIMAL.fullmatch(digits):
        return None
    return sign + digits.replace(",", "."), quality


def weighing_channel(unit: str) -> str:
    """The channel a balance's net indication belongs to, told by its unit: pieces are not a mass."""
    return "mass" if unit in MASS_UNITS else _CHANNEL_OF_UNIT.get(unit, "mass")
