"""Documents whose numbers have decimal commas, as on the continent of Europe: read with points, and said.

One comma alone can be a decimal sign or part thousands (``1,000``). Where several numbers of a document can
only have decimal commas (``0,05``; ``12,5``) and none has a point, all of them have.
"""

import bisect
import re
from collections.abc import Sequence
from dataclasses import replace

from calibration.certificates.findings import Findings
from calibration.certificates.pdf.text import Char, Page

_WORD = r"(?<!\S)[+-]?{}(?!\S)"
_COMMA = re.compile(_WORD.format(r"(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))"))
_POINT = re.compile(_WORD.format(r"\d+\.\d+"))
_FEWEST = 3
_NEAR_EM = 0.4


def with_points(pages: Sequence[Page], findings: Findings) -> tuple[Page, ...]:
    """The pages, their decimal commas written as points where all their numbers have them."""
    lines = [line.text for page in pages for line in page.lines]
    commas = sum(len(_COMMA.findall(line)) for line in lines)
    if commas < _FEWEST or any(_POINT.search(line) for line in lines):
        return tuple(pages)
    findings.warn("", "its numbers have decimal commas, which are read as points: compare them")
    return tuple(replace(page, chars=tuple(_pointed(char, page) for char in page.chars)) for page in pages)


def _pointed(char: Char, page: Page) -> Char:
    """A comma with a digit on either side as a point."""
    if char.text != ",":
        return char
    first, last = (
        bisect.bisect(page.chars, char.middle + shift, key=lambda c: c.middle)
        for shift in (-char.size / 2, char.size / 2)
    )
    digits = [c for c in page.chars[first:last] if c.text.isdigit()]
    reach = _NEAR_EM * char.size
    before = any(abs(char.box[0] - digit.box[2]) < reach for digit in digits)
    behind = any(abs(digit.box[0] - char.box[2]) < reach for digit in digits)
    return replace(char, text=".") if before and behind else char
