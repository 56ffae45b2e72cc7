"""Text of a page: letters into lines and segments, with the place of every letter.

What Chinese certificates do is undone here: full-width digits, spread labels (``证　书　编　号``), dashes of
all kinds for a minus, raised exponents, radicals instead of characters.
"""

import bisect
import itertools
import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pt (1/72 inch) from the upper left corner of the page."""

SPACE_EM = 0.22
SEGMENT_EM = 0.75
"""A gap of this many letter heights parts two cells of a table without lines."""
_LINE_EM = 0.45
_SMALL = 0.88
LARGE = 2.2
"""Letters this many times larger than most belong to no line of them."""

_MARGINS_PT = 12.0
"""Left and right margin of a cell together, at most."""
_DIGITS = re.compile(r"[0-9.]")
_NUMBER = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_SUPERSCRIPTS = str.maketrans(_RAISED, "0123456789+-")
_DASHES = dict.fromkeys(map(ord, "−–—－‒﹣‐‑⁃⸺⸻─━˗\u00ad"), "-") | dict.fromkeys(map(ord, "～〜∼˜"), "~")
_RADICALS = str.maketrans(
    "⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺠⺟⼾戶",
    "虎西见角贝车长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄齐齿龙龟民母户户",
)
"""Those that Unicode's NFKC leaves, or makes traditional characters of; fonts draw both alike."""
_ILLEGIBLE = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")


@dataclass(frozen=True, slots=True)
class Char:
    """One letter as it is drawn."""

    text: str
    box: Box
    size: float

    @property
    def middle(self) -> float:
        """Height of its middle on the page."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class Segment:
    """Letters of one line without a wide gap: a word, a cell, a sentence."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, from left to right; segments are parted by two spaces."""

    text: str
    boxes: tuple[Box | None, ...]
    """Of each letter of the text; None for a space."""
    segments: tuple[Segment, ...]
    size: float

    @property
    def box(self) -> Box:
        """Around the whole line."""
        return around(segment.box for segment in self.segments)

    def box_of(self, start: int, end: int) -> Box:
        """Around a part of the text."""
        return around(box for box in self.boxes[start:end] if box is not None)


@dataclass(frozen=True)
class Page:
    """What is on one page."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    """Ordered by height on the page."""
    tables: tuple[tuple[tuple[Box | None, ...], ...], ...]
    """Cells of tables with lines, in rows; None where no cell begins."""
    left_out: int
    """Letters outside the page, turned or too small to see."""
    white: int
    is_picture: bool
    is_drawing: bool
    """Too many strokes to look for tables among them."""
    has_invisible: bool = False
    """Whether some letters may be drawn without ink."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its text, from top to bottom."""
        return lines_of(self.chars)

    @cached_property
    def _middles(self) -> list[float]:
        return [char.middle for char in self.chars]

    def text_in(self, box: Box) -> str:
        """The text of a cell, its lines joined by a space.

        A number that did not fit into one line is joined by a line break; numbers below each other are parted
        by a stroke, since they must not be read as one.
        """
        first, last = (bisect.bisect(self._middles, edge) for edge in (box[1], box[3]))
        inside = [
            c
            for c in self.chars[first:last]
            if box[0] <= (c.box[0] + c.box[2]) / 2 <= box[2] and c.size <= box[3] - box[1]
        ]
        lines = lines_of(inside)
        text = lines[0].text if lines else ""
        for above, line in itertools.pairwise(lines):
            text += _between(above, line, box) + line.text
        return text


def _between(above: Line, below: Line, cell: Box) -> str:
    """What parts two lines of a cell."""
    if not (_DIGITS.search(above.text[-1:]) and _DIGITS.match(below.text)):
        return " "
    left, _, right, _ = above.box
    is_full = (cell[2] - cell[0]) - (right - left) < _MARGINS_PT + above.size / 2
    is_one = is_full and _NUMBER.fullmatch(above.text + below.text) is not None
    return "\n" if is_one else " | "


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around others; all zeros around none."""
    found = list(boxes)
    if not found:
        return (0.0, 0.0, 0.0, 0.0)
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def place_on(page: int, box: Box) -> str:
    """A place as findings name it: ``page 2, box 62 187 409 346``."""
    return f"page {page}, box " + " ".join(f"{edge:.0f}" for edge in box)


def illegible_share(chars: Sequence[Char]) -> float:
    """Which share of the letters has no meaning: the font does not say which letters its shapes are."""
    return sum(bool(_ILLEGIBLE.search(char.text)) for char in chars) / len(chars) if chars else 0.0


def lines_of(chars: Iterable[Char]) -> tuple[Line, ...]:
    """Letters put into lines, from top to bottom; those of a watermark make lines of their own."""
    found = list(chars)
    limit = LARGE * statistics.median(char.size for char in found) if found else 0.0
    layers = ([c for c in found if c.size <= limit], [c for c in found if c.size > limit])
    groups = [group for layer in layers for group in _groups_of(layer)]
    return tuple(_line(group) for group in sorted(groups, key=lambda group: group[0].middle))


def _groups_of(chars: Iterable[Char]) -> list[list[Char]]:
    """Letters of similar size; raised and lowered small ones belong to the line of the large ones."""
    middles: list[float] = []
    groups: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: -c.size):
        if char.text.isspace() or not char.text:
            continue
        at = bisect.bisect(middles, char.middle)
        near = [i for i in (at - 1, at) if 0 <= i < len(middles)]
        best = min(near, key=lambda i: abs(middles[i] - char.middle), default=None)
        if best is not None and abs(middles[best] - char.middle) < _LINE_EM * groups[best][0].size:
            groups[best].append(char)
        else:
            middles.insert(at, char.middle)
            groups.insert(at, [char])
    return groups


def _line(chars: list[Char]) -> Line:
    size, middle = chars[0].size, chars[0].middle
    chars.sort(key=lambda char: char.box[0])
    text = ""
    boxes: list[Box | None] = []
    segments: list[Segment] = []
    start, raised, in_power = 0, False, False
    for i, char in enumerate(chars):
        gap = char.box[0] - chars[i - 1].box[2] if i else 0.0
        if gap > SEGMENT_EM * size:
            segments.append(Segment(text[start:], around(b for b in boxes[start:] if b)))
        if gap > SPACE_EM * size:
            spaces = "  " if gap > SEGMENT_EM * size else " "
            text += spaces
            boxes += [None] * len(spaces)
            start = len(text) if len(spaces) > 1 else start
        above = char.size < _SMALL * size and char.middle < middle - 0.08 * size
        written = plain(char.text)
        if written.startswith("^") and in_power and gap <= SPACE_EM * size:
            written = written[1:]
        in_power = char.text in _RAISED
        is_exponent = written[:1] in "-+0123456789" and text.endswith("10")
        if above and not raised and (is_exponent or (written[:1].isdigit() and text[-1:].isdigit())):
            written = "^" + written  # the mark of a note is no digit of a number either
        raised = above
        text += written
        boxes += [char.box] * len(written)
    segments.append(Segment(text[start:], around(b for b in boxes[start:] if b)))
    return Line(text, tuple(boxes), tuple(segments), size)


def plain(text: str) -> str:
    """Text in one spelling: half-width, one kind of minus, exponents behind ``^``."""
    if text in _RAISED and text:
        return "^" + text.translate(_SUPERSCRIPTS)
    return unicodedata.normalize("NFKC", text.translate(_DASHES).translate(_RADICALS)).translate(_DASHES)
