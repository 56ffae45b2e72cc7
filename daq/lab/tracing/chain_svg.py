"""A chain of certificates as a picture, left to right: state by colour, by shape and by word.

Colours are those of the page where it has them (``--stable`` …), otherwise daylight ones, so that the same
picture stands in a page and in a file.
"""

import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from daq.i18n import N_
from daq.i18n.speech import Speech
from daq.lab.tracing.chain import Chain, Edge, LinkState, Node, NodeKind

FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif'
SIZE, LINE, PADDING = 13, 19, 12
"""Text, line and margin inside of a box, in px."""
GAP_X, GAP_Y, MARGIN = 190, 26, 12
"""Between boxes and around the picture, in px."""
_MARK = 70
"""How far before a box the mark of the step to it stands, in px."""
_DIP = 60
"""How deep a step that leads back runs below the boxes, in px."""
_WIDEST = 38
"""Letters of a line; a Chinese one counts for two."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn, so that it is told without its colour."""

    word: str
    colour: str
    shape: str
    """``disc``, ``ring``, ``square``, ``diamond``, ``triangle``, ``cross``."""
    dashes: str = ""


LOOKS = {
    LinkState.MATCHED: Look(N_("matches by hash"), "var(--stable, #12693f)", "disc"),
    LinkState.BY_NUMBER: Look(N_("by number only"), "var(--stable, #12693f)", "ring"),
    LinkState.NATIONAL: Look(N_("national institute"), "var(--accent, #0a5c60)", "square"),
    LinkState.PAPER: Look(N_("on paper"), "var(--quiet, #55626a)", "square", "2 4"),
    LinkState.OPEN: Look(N_("not in these records"), "var(--due, #8a5200)", "diamond", "6 4"),
    LinkState.EXPIRED: Look(N_("not in force when used"), "var(--lost, #b01e1e)", "triangle"),
    LinkState.BROKEN: Look(N_("broken: another document"), "var(--lost, #b01e1e)", "cross", "10 5"),
    LinkState.CIRCULAR: Look(N_("leads back to itself"), "var(--lost, #b01e1e)", "cross", "2 3"),
}
"""Colour, shape and word of every state."""

_IN_FORCE = N_("the instrument's certificate was in force")


@dataclass(frozen=True, slots=True)
class _Box:
    """A node with its lines of text and its place."""

    node: Node
    lines: tuple[str, ...]
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        return 2 * PADDING + LINE * len(self.lines) - (LINE - SIZE)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def chain_svg(chain: Chain, words: Speech) -> str:
    """The picture as SVG text: what is used on the left, what it stands on to the right of it.

    Args:
        chain: with its nodes and states.
        words: the reader's language and time zone.
    """
    boxes = _placed(chain, words)
    width = max((box.x + box.width for box in boxes.values()), default=0) + MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=0) + MARGIN
    if any(edge.state is LinkState.CIRCULAR for edge in chain.edges):
        height += _DIP + 2 * LINE
    svg = ET.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}", role="img"
    )
    svg.set("width", f"{width:g}")
    svg.set("height", f"{height:g}")
    svg.set("style", f"font: {SIZE}px {FONT}; fill: currentColor")
    _titled(svg, words.say(N_("Traceability chain")))
    for edge in chain.edges:
        _draw_edge(svg, edge, (boxes[edge.below], boxes[edge.above]), words.say(word_of(edge)))
    faulty = _standing_on_faults(chain)
    for key, box in boxes.items():
        _draw_box(svg, box, is_faulty=key in faulty)
    return ET.tostring(svg, encoding="unicode")


def _standing_on_faults(chain: Chain) -> frozenset[str]:
    """Nodes that a fault stands above of, through any number of steps."""
    found = {edge.below for edge in chain.faults}
    grown = True
    while grown:
        more = {edge.below for edge in chain.edges if edge.above in found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def _placed(chain: Chain, words: Speech) -> dict[str, _Box]:
    """Columns by how far up the chain a node is, in the order in which the nodes were met."""
    texts = {node.key: _lines(node, words) for node in chain.nodes}
    columns: dict[int, list[Node]] = {}
    depths = _depths(chain)
    for node in chain.nodes:
        columns.setdefault(depths[node.key], []).append(node)
    boxes: dict[str, _Box] = {}
    x = float(MARGIN)
    for depth in sorted(columns):
        width = max(_width(texts[node.key]) for node in columns[depth])
        y = float(MARGIN)
        for node in columns[depth]:
            box = _Box(node, texts[node.key], x, y, width)
            boxes[node.key] = box
            y += box.height + GAP_Y
        x += width + GAP_X
    return boxes


def _depths(chain: Chain) -> dict[str, int]:
    """The longest way from the left to each node; a step that leads back does not count."""
    depths = {node.key: 0 for node in chain.nodes}
    onward = [edge for edge in chain.edges if edge.state is not LinkState.CIRCULAR]
    for _ in chain.nodes:
        for edge in onward:
            depths[edge.above] = max(depths[edge.above], depths[edge.below] + 1)
    return depths


def _lines(node: Node, words: Speech) -> tuple[str, ...]:
    if node.kind is NodeKind.INSTRUMENT and node.period is not None:
        used = words.say(N_("used on {day}"), day=words.date(node.period[0]))
        return _wrapped([node.equipment, used])
    if node.kind is NodeKind.END:
        name = node.number or node.laboratory
        return _wrapped([name or words.say(N_("no standard is named"))])
    number = words.say(N_("certificate {number}"), number=node.number)
    return _wrapped([node.equipment, f"{number} ({node.record})", node.laboratory, _period(node, words)])


def _period(node: Node, words: Speech) -> str:
    if node.period is None:
        return words.say(N_("never in force"))
    start, end = node.period
    return words.say(N_("valid from {start} until {end}"), start=words.date(start), end=words.date(end - 1))


def _wrapped(texts: Iterable[str], widest: float = _WIDEST) -> tuple[str, ...]:
    """Lines that are not too wide; nothing is left out."""
    lines = []
    for text in texts:
        line = ""
        for word in _broken(text):
            if line and _letters(line + word.rstrip()) > widest:
                lines.append(line.rstrip())
                line = ""
            line += word
        lines.append(line.rstrip())
    return tuple(line for line in lines if line)


def _broken(text: str) -> Iterator[str]:
    """Where a line may end: after a space, around Chinese letters, and in a word that fills a line alone."""
    word = ""
    for letter in _printable(text):
        word += letter
        if letter == " " or unicodedata.east_asian_width(letter) in "WF" or len(word) == _WIDEST:
            yield word
            word = ""
    yield word


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _printable(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _width(lines: tuple[str, ...]) -> float:
    return round(max((_letters(line) for line in lines), default=1) * SIZE * 0.55) + 2 * PADDING


def word_of(edge: Edge) -> str:
    """What is said of a step; of the use of an instrument that its certificate was in force."""
    is_use = edge.below.startswith("use ") and edge.state is LinkState.MATCHED
    return _IN_FORCE if is_use else LOOKS[edge.state].word


def _titled(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "title").text = _printable(text)


def _draw_box(svg: ET.Element, box: _Box, *, is_faulty: bool) -> None:
    group = ET.SubElement(svg, "g", {"class": f"node {box.node.kind}{' fault' if is_faulty else ''}"})
    _titled(group, " · ".join(box.lines))
    colour = "var(--lost, #b01e1e)" if is_faulty else "var(--line, #aab4b6)"
    ET.SubElement(
        group,
        "rect",
        _numbers(x=box.x, y=box.y, width=box.width, height=box.height, rx=_corner(box.node))
        | {"style": f"fill: var(--card, #ffffff); stroke: {colour}; stroke-width: {2 if is_faulty else 1.2}"},
    )
    for number, line in enumerate(box.lines):
        place = _numbers(x=box.x + PADDING, y=box.y + PADDING + SIZE - 2 + LINE * number)
        text = ET.SubElement(group, "text", place)
        text.text = line
        text.set("style", "font-weight: 700" if number == 0 else "fill: var(--quiet, #55626a)")


def _corner(node: Node) -> float:
    """What is used is round, what is beyond the records has hardly a corner."""
    return {NodeKind.INSTRUMENT: 16, NodeKind.CERTIFICATE: 6, NodeKind.END: 1}[node.kind]


def _draw_edge(svg: ET.Element, edge: Edge, ends: tuple[_Box, _Box], label: str) -> None:
    look = LOOKS[edge.state]
    group = ET.SubElement(svg, "g", {"class": f"edge {edge.state}"})
    _titled(group, label)
    path, mark = _back(*ends) if edge.state is LinkState.CIRCULAR else _onward(*ends)
    line = ET.SubElement(group, "path", {"d": path, "stroke-dasharray": look.dashes or "none"})
    line.set("style", f"fill: none; stroke: {look.colour}; stroke-width: 2")
    group.append(_shape(look, mark))
    for number, text in enumerate(_wrapped([label], 2 * (_MARK - PADDING) / 6)):
        place = _numbers(x=mark[0], y=mark[1] + 22 + 15 * number)
        shown = ET.SubElement(group, "text", place | {"text-anchor": "middle"})
        shown.text = text
        shown.set("style", f"font-size: 12px; fill: {look.colour}")


def _onward(below: _Box, above: _Box) -> tuple[str, tuple[float, float]]:
    """From the right of one box to the left of the next; its mark before that, where steps run apart."""
    x, y = below.x + below.width, below.middle
    turn, end = above.x - 2 * _MARK + PADDING, above.middle
    bend = (turn - x) / 2
    path = f"M{x:g} {y:g} C{x + bend:g} {y:g} {turn - bend:g} {end:g} {turn:g} {end:g} L{above.x:g} {end:g}"
    return path, (above.x - _MARK, end)


def _back(below: _Box, above: _Box) -> tuple[str, tuple[float, float]]:
    """Below the boxes, back to one on the left, or to the same one."""
    x, y = below.x + below.width * 0.6, below.y + below.height
    end_x, end_y = above.x + above.width * 0.4, above.y + above.height
    deep = max(y, end_y) + _DIP
    path = f"M{x:g} {y:g} C{x:g} {deep:g} {end_x:g} {deep:g} {end_x:g} {end_y:g}"
    return path, ((x + end_x) / 2, (y + end_y + 6 * deep) / 8)


def _shape(look: Look, middle: tuple[float, float]) -> ET.Element:
    x, y = middle
    fill = f"fill: {look.colour}; stroke: {look.colour}; stroke-width: 2"
    hollow = f"fill: var(--card, #ffffff); stroke: {look.colour}; stroke-width: 2"
    if look.shape in ("disc", "ring"):
        circle = ET.Element("circle", _numbers(cx=x, cy=y, r=6))
        circle.set("style", fill if look.shape == "disc" else hollow)
        return circle
    if look.shape == "cross":
        cross = ET.Element("path", {"d": f"M{x - 6:g} {y - 6:g} l12 12 M{x + 6:g} {y - 6:g} l-12 12"})
        cross.set("style", f"fill: none; stroke: {look.colour}; stroke-width: 3")
        return cross
    outlines: Mapping[str, tuple[tuple[float, float], ...]] = {
        "square": ((-6, -6), (6, -6), (6, 6), (-6, 6)),
        "diamond": ((0, -8), (8, 0), (0, 8), (-8, 0)),
        "triangle": ((0, -8), (8, 6), (-8, 6)),
    }
    points = " ".join(f"{x + dx:g},{y + dy:g}" for dx, dy in outlines[look.shape])
    polygon = ET.Element("polygon", points=points)
    polygon.set("style", hollow if look.dashes else fill)
    return polygon


def _numbers(**values: float) -> dict[str, str]:
    return {key: f"{value:g}" for key, value in values.items()}
