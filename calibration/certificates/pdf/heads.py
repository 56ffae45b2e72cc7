"""Heads of tables without lines: which words stand above which columns, also over several of them."""

from collections.abc import Collection, Sequence

from calibration.certificates.pdf.numbers import is_number
from calibration.certificates.pdf.roles import Part, branch_of, is_mean, part_of, stage_of
from calibration.certificates.pdf.text import Box, Line, Segment, around

Placed = tuple[str, Box]
"""The text of a cell and its box."""
Head = tuple[tuple[str, ...], Box]
"""The parts of the head of a column from the top, and its box."""


def column_of(segment: Segment, spans: Sequence[tuple[float, float]]) -> int:
    """The column in which a segment stands, or the nearest one."""
    middle = (segment.box[0] + segment.box[2]) / 2
    return min(range(len(spans)), key=lambda j: max(spans[j][0] - middle, middle - spans[j][1], 0))


def heads_over(above: Sequence[Line], spans: Sequence[tuple[float, float]]) -> list[Head]:
    """The parts of the head above each column, from the top, and their box.

    Args:
        above: the lines of the head, from the top.
        spans: left and right edge of each column.
    """
    parts: list[list[Placed]] = [[] for _ in spans]
    for line in reversed(above):
        for segment, columns in zip(line.segments, _owners(line, parts, spans), strict=True):
            for j in columns:
                parts[j].insert(0, (segment.text, segment.box))
    return [
        (
            tuple(text for text, _ in column),
            around(box for _, box in column) if column else (left, 0.0, right, 0.0),
        )
        for column, (left, right) in zip(parts, spans, strict=True)
    ]


def _owners(
    line: Line, lower: Sequence[Sequence[Placed]], spans: Sequence[tuple[float, float]]
) -> list[list[int]]:
    """The columns of each segment of a line of a head; ``lower``: what stands below it in each column."""
    if len(line.segments) == len(spans):
        return [[j] for j in range(len(spans))]
    heads = [tuple(text for text, _ in column) for column in lower]
    owners = [_below(segment, spans) for segment in line.segments]
    apart = [
        i for i, segment in enumerate(line.segments) if stage_of(segment.text) or branch_of(segment.text)
    ]
    blocks = _blocks([line.segments[i] for i in apart], heads, spans) if len(apart) > 1 else []
    for i, columns in zip(apart, blocks, strict=False):
        owners[i] = columns
    nearest = {column_of(segment, spans) for segment in line.segments}
    for i, segment in enumerate(line.segments):
        if part_of((segment.text,)) is not Part.OTHER and i not in apart:
            owners[i] = _children(owners[i], heads, nearest)
    return owners


def _blocks(
    names: Sequence[Segment], heads: Sequence[tuple[str, ...]], spans: Sequence[tuple[float, float]]
) -> list[list[int]]:
    """The columns of each stage or channel: the heads below them repeat; none if they do not."""
    count = len(names)
    for width in range(len(heads) // count, 1, -1):
        for start in range(len(heads) - count * width + 1):
            blocks = [list(range(start + n * width, start + (n + 1) * width)) for n in range(count)]
            own = [heads[j] for j in blocks[0]]
            is_repeated = all(own) and all([heads[j] for j in block] == own for block in blocks)
            if is_repeated and all(
                spans[block[0]][0] < (name.box[0] + name.box[2]) / 2 < spans[block[-1]][1]
                for name, block in zip(names, blocks, strict=True)
            ):
                return blocks
    return []


def is_one_of_several(text: str) -> bool:
    """Whether a head names a direction, a channel, a reading or their mean, and a head above says of what."""
    return bool(branch_of(text)) or is_number(text) or is_mean(text)


def _children(own: list[int], heads: Sequence[tuple[str, ...]], taken: Collection[int]) -> list[int]:
    """The columns of a head over several: its own, and those beside it that are further ones of them."""

    def is_child(j: int) -> bool:
        return 0 <= j < len(heads) and any(map(is_one_of_several, heads[j]))

    if not all(map(is_child, own)):
        return own
    first, last = own[0], own[-1]
    while is_child(first - 1) and first - 1 not in taken:
        first -= 1
    while is_child(last + 1) and last + 1 not in taken:
        last += 1
    return list(range(first, last + 1))


def _below(segment: Segment, spans: Sequence[tuple[float, float]]) -> list[int]:
    """The columns whose middle lies under a segment, or the nearest one."""
    under = [
        j for j, (left, right) in enumerate(spans) if segment.box[0] <= (left + right) / 2 <= segment.box[2]
    ]
    return under or [column_of(segment, spans)]
