"""Tables without lines: lines of numbers one below the other, and the words above each column."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from calibration.certificates.pdf.heads import Head, Placed, column_of, heads_over, is_one_of_several
from calibration.certificates.pdf.numbers import is_blank, is_number
from calibration.certificates.pdf.roles import OF_UNIT, Part, part_of
from calibration.certificates.pdf.text import LARGE, Box, Line, Segment, around

_FIGURES = re.compile(r"\d[.,]\d")
_STATED_U = re.compile(r"U\w*\s*=")
_HEAD_LINES = 4
_LINE_GAP_EM = 3.5
_NEAR_PT = 30.0
_LONG_TEXT = 24
_OVERLAP_EM = 0.15
_NAME_GAP_EM = 0.6
_MIDDLE_PT = 2.0
_CLEARLY = 0.7


@dataclass(frozen=True, slots=True)
class Rows:
    """A table before its columns have a meaning."""

    box: Box
    heads: list[Head]
    """Of each column; empty if there are none."""
    body: list[list[Placed]]
    """Rows of equal length."""
    title: list[str] = field(default_factory=list)
    """What stands across the whole table at its top."""
    notes: list[str] = field(default_factory=list)
    """What stands below its data, of the whole table."""


def is_data(texts: Sequence[str]) -> bool:
    """Whether a row has numbers: half of what it says, and one at least."""
    said = [text for text in texts if not is_blank(text)]
    numbers = sum(map(is_number, said))
    if is_head(texts):
        return False
    return numbers >= 1 and numbers * 2 >= len(said) and all(len(text) <= _LONG_TEXT for text in said)


def is_head(texts: Sequence[str]) -> bool:
    """Whether a row has names of columns: two different ones with a known role, and no verdicts."""
    words = {text for text in texts if text and not is_number(text)}
    return sum(part_of((text,)) not in (Part.OTHER, Part.VERDICT) for text in words) > 1


def unruled_rows(lines_of_page: Sequence[Line]) -> list[Rows]:
    """The tables among the lines of one page; a watermark between their rows does not part them."""
    limit = LARGE * statistics.median(line.size for line in lines_of_page) if lines_of_page else 0.0
    lines = _with_names([line for line in lines_of_page if line.size <= limit])
    found, i, free = [], 0, 0
    while i < len(lines):
        end = _end_of_run(lines, i)
        if end == i:
            i += 1
            continue
        spans = _columns(lines[i:end])
        while end < len(lines) and _is_doubtful(lines[end], lines[end - 1], spans):
            end = max(end + 1, _end_of_run(lines, end + 1))
            spans = _columns([line for line in lines[i:end] if _is_row(line)])
        while i > free and _is_doubtful(lines[i - 1], lines[i], spans):
            i -= 1
        rows, free = _rows(lines, i, end), end
        if rows is not None:
            found.append(rows)
        i = end
    return found


def _with_names(lines: Sequence[Line]) -> list[Line]:
    """The lines; to one of numbers belong the parts of its name that stand higher and lower beside it."""
    parts: dict[int, list[int]] = {}
    for j in range(len(lines)):
        owner = _owner(j, lines)
        if owner is not None:
            parts.setdefault(owner, []).append(j)
    taken = {j for beside in parts.values() for j in beside}
    found = [
        _named(i, parts[i], lines) if i in parts else lines[i] for i in range(len(lines)) if i not in taken
    ]
    return sorted(found, key=lambda line: (line.segments[-1].box[1], line.segments[0].box[0]))


def _owner(j: int, lines: Sequence[Line]) -> int | None:
    """The line of numbers to whose name a line belongs: beside half of it, else clearly the nearest."""
    only = lines[j].segments[0]
    if len(lines[j].segments) != 1 or is_number(only.text):
        return None
    gaps = {}
    for i in (j - 1, j + 1):
        if (
            not 0 <= i < len(lines)
            or not (numbers := _numbers_of(lines[i]))
            or numbers[0].box[0] < only.box[2]
        ):
            continue
        is_named = len(numbers) < len(lines[i].segments)
        if not is_named and _is_interleaved(lines[j], lines[i]):
            return i
        gap = max(lines[j].box[1] - lines[i].box[3], lines[i].box[1] - lines[j].box[3])
        own = lines[i].segments[0].box
        off_middle = abs((only.box[0] + only.box[2]) - (own[0] + own[2])) / 2
        is_one = is_named and gap < _NAME_GAP_EM * lines[j].size and off_middle < _MIDDLE_PT
        gaps[i] = (gap, is_one)
    nearest = sorted(gaps, key=lambda i: gaps[i][0])
    if not nearest or not gaps[nearest[0]][1]:
        return None
    is_clear = len(nearest) == 1 or gaps[nearest[0]][0] < _CLEARLY * gaps[nearest[1]][0]
    return nearest[0] if is_clear else None


def _numbers_of(line: Line) -> tuple[Segment, ...]:
    """The numbers of a line that is a row of them, without its name; none if it is another line."""
    numbers = line.segments if is_number(line.segments[0].text) else line.segments[1:]
    return numbers if all(is_number(segment.text) for segment in numbers) else ()


def _named(i: int, beside: Sequence[int], lines: Sequence[Line]) -> Line:
    numbers = _numbers_of(lines[i])
    own = [i] if len(numbers) < len(lines[i].segments) else []
    parts = [lines[at].segments[0] for at in sorted([*own, *beside])]
    name = Segment(" ".join(part.text for part in parts), around(part.box for part in parts))
    return replace(lines[i], segments=(name, *numbers))


def _is_interleaved(line: Line, other: Line) -> bool:
    """Whether two lines overlap in height, as text in the middle of a cell does with its neighbours."""
    return min(line.box[3], other.box[3]) - max(line.box[1], other.box[1]) > _OVERLAP_EM * line.size


def _is_row(line: Line) -> bool:
    """Whether a line is a row of numbers, perhaps with its name in front."""
    texts = [segment.text for segment in line.segments]
    if len(texts) < 2:
        return False
    named = part_of((texts[0],)) is not Part.OTHER and not is_number(texts[0])
    rest = texts[1:] if named else texts
    said = [text for text in rest if not is_blank(text)]
    if len(texts) == 2 and texts[0].endswith(":"):  # a field of the certificate
        return False
    return is_data(rest) and (len(said) > 1 or len(rest) > 1 or named)


def _is_doubtful(line: Line, beside: Line, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a line next to a run stands in its columns and has figures: a row that must not be lost."""
    first, last = sorted((line.box, beside.box), key=lambda box: box[1])
    if len(spans) < 2 or last[1] - first[3] > _LINE_GAP_EM * line.size:
        return False
    texts = [segment.text for segment in line.segments]
    if len(texts) < 2 or any(len(text) > _LONG_TEXT or re.search("[:=]", text) for text in texts):
        return False
    columns = [[span for span in spans if span[0] <= s.box[2] and s.box[0] <= span[1]] for s in line.segments]
    figures = sum(bool(_FIGURES.search(text)) for text in texts)
    return all(len(under) == 1 for under in columns) and figures > 1 and figures * 2 >= len(texts)


def _end_of_run(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and _is_row(lines[end]):
        if end > start and lines[end].box[1] - lines[end - 1].box[3] > _LINE_GAP_EM * lines[end].size:
            break
        end += 1
    return end


def _rows(lines: Sequence[Line], start: int, end: int) -> Rows | None:
    run = lines[start:end]
    spans = _columns([line for line in run if _is_row(line)])
    if len(spans) < 2:
        return None
    body = [_fitted(line, spans) for line in run]
    named = sum(part_of((row[0][0],)) is not Part.OTHER for row in body)
    first = _first_head(lines, start, spans)
    has_head = any(is_head([segment.text for segment in line.segments]) for line in lines[first:start])
    first = start if named == len(body) and not has_head else first
    above = lines[first:start]
    if not above and named < len(body):
        return _continued(run, spans, body)
    heads = heads_over(above, spans) if above else []
    _join_signs(body, heads)
    return Rows(around(line.box for line in lines[first:end]), heads, body)


def _join_signs(body: list[list[Placed]], heads: list[Head]) -> None:
    """Put a column of nothing but signs, printed far before their numbers, to the one on its right."""
    for j in range(len(body[0]) - 2, -1, -1):
        signs = [row[j][0] for row in body]
        if not any(signs) or any(sign not in ("", "-", "+") for sign in signs):
            continue
        if not all(row[j + 1][0][:1].isdigit() for row in body if row[j][0]):
            continue
        if heads and heads[j][0] and heads[j + 1][0] and heads[j][0] != heads[j + 1][0]:
            continue  # dashes for nothing, in a column with a name of its own
        for row in body:
            (sign, _), (number, box) = row[j], row.pop(j + 1)
            row[j] = (f"{sign}{number}", around([row[j][1], box]) if sign else box)
        if heads:
            right = heads.pop(j + 1)
            heads[j] = heads[j] if heads[j][0] else right


def _continued(
    run: Sequence[Line], spans: Sequence[tuple[float, float]], body: list[list[Placed]]
) -> Rows | None:
    """Rows without a head: perhaps the rest of a table from the page before."""
    if len(run) < 2 and len(spans) < 3:
        return None
    return Rows(around(line.box for line in run), [], body)


def _columns(run: Sequence[Line]) -> list[tuple[float, float]]:
    """Where the segments of a run lie one below the other: left and right edge of each column."""
    edges = sorted((s.box[0], s.box[2]) for line in run for s in line.segments)
    spans: list[tuple[float, float]] = []
    for left, right in edges:
        if spans and left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], right))
        else:
            spans.append((left, right))
    return spans


def _fitted(line: Line, spans: Sequence[tuple[float, float]]) -> list[Placed]:
    _, top, _, bottom = line.box
    row: list[Placed] = [("", (left, top, right, bottom)) for left, right in spans]
    for segment in line.segments:
        j = column_of(segment, spans)
        text = f"{row[j][0]} {segment.text}".strip()
        row[j] = (text, segment.box)
    return row


def _first_head(lines: Sequence[Line], start: int, spans: Sequence[tuple[float, float]]) -> int:
    """The first line of the head above a run; ``start`` if there is none."""
    first = start
    for i in range(start - 1, max(-1, start - 1 - _HEAD_LINES), -1):
        line, below = lines[i], lines[first]
        if below.box[1] - line.box[3] > _LINE_GAP_EM * line.size or _is_row(line):
            break
        is_beside = any(_is_interleaved(line, lines[j]) for j in (i - 1, i + 1) if 0 <= j < start)
        is_beside = is_beside or (first < start and _is_parent(line, below))
        if not _is_head(line, spans, is_beside=is_beside):
            break
        first = i
    return first


def _is_parent(line: Line, below: Line) -> bool:
    """Whether a line says of what the columns below are the directions, the channels or the readings."""
    children = sum(is_one_of_several(segment.text) for segment in below.segments)
    return children > 1 and part_of((line.segments[0].text,)) in OF_UNIT


def _is_head(line: Line, spans: Sequence[tuple[float, float]], *, is_beside: bool) -> bool:
    """Whether a line is one of a head; ``is_beside``: it stands beside or right over another one."""
    if any(len(segment.text) > _LONG_TEXT * 2 or ":" in segment.text for segment in line.segments):
        return False
    outside = [
        s for s in line.segments if s.box[2] < spans[0][0] - _NEAR_PT or s.box[0] > spans[-1][1] + _NEAR_PT
    ]
    if outside:
        return False
    if len(line.segments) > 1:
        return True
    only = line.segments[0]
    if _STATED_U.search(only.text):
        return False
    if is_beside:
        return True
    over = [j for j, span in enumerate(spans) if span[0] <= only.box[2] and only.box[0] <= span[1]]
    is_whole = part_of((only.text,)) is Part.UNCERTAINTY or only.text.startswith("(")
    return len(over) <= 1 and is_whole
