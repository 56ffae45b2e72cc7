"""Fields of a printed certificate: a label, and what stands behind, beside or below it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calibration.certificates.pdf.text import Box, Line, Page, around, place_on

_LABELS: dict[str, tuple[str, str]] = {
    "number": ("证书编号 报告编号 证书号 通知书编号", r"Certificate (?:No|Number)|Report No"),
    "customer": (
        "委托单位名称 委托单位 委托方名称 委托方 送检单位 客户名称 申请单位 使用单位 委托者",
        r"Client(?: name)?|Customer|Applicant",
    ),
    "item": (
        "计量器具名称 器具名称 仪器名称 样品名称 设备名称 被校仪器名称 被校仪器 物品名称",
        r"Name of (?:the )?instrument|Name of object|Description|Instrument name|Instrument|Object",
    ),
    "model": (
        "型号/规格 型号规格 型号及规格 规格型号 规格/型号 型号",
        r"Model\s*/\s*(?:Type|Specification)|Model|Type",
    ),
    "serial_number": (
        "出厂编号 出厂号 器具编号 仪器编号 产品编号 序列号 机身号",
        r"Serial (?:No|Number)|S/N",
    ),
    "asset_number": ("管理编号 设备编号 资产编号 固定资产编号", r"Asset No|Management No|Equipment No|ID No"),
    "manufacturer": (
        "制造单位 制造厂商 制造厂 制造商 生产厂家 生产厂商 生产单位 生产厂",
        r"Manufacturer|Maker",
    ),
    "laboratory": (
        "发证单位 校准单位 校准机构 检定单位 检定机构 校准实验室 出具单位",
        r"Issued by|Laboratory",
    ),
    "received_on": (
        "接收日期 收样日期 样品接收日期 收件日期 送检日期",
        r"Date of receipt|Received(?: on)?|Date received",
    ),
    "calibrated_on": (
        "校准日期 检定日期 检测日期 测试日期",
        r"Date of (?:calibration|verification)|Calibration date",
    ),
    "issued_on": (
        "发布日期 签发日期 批准日期 发证日期 出具日期 报告日期",
        r"Date of issue|Issue date|Issued on",
    ),
    "due_on": (
        "有效期至 有效期限至 有效期截止 有效日期 有效期 建议复校日期 建议再校日期 下次校准日期 下次检定日期 "
        "建议下次校准日期 建议校准日期 复校日期",
        r"Valid until|Due date|Next calibration(?: date)?|Date of next calibration|Recommended due date",
    ),
    "interval": (
        "建议复校间隔 建议校准间隔 复校间隔 复校时间间隔 建议复校时间间隔 检定周期",
        r"Recommended interval",
    ),
    "method": (
        "校准依据 检定依据 依据文件 校准方法 技术依据 依据规程",
        r"Reference document|Calibration method",
    ),
    "conclusion": ("检定结论 结论 检定结果 校准结论", r"Conclusion|Verdict"),
    "place": ("校准地点 检定地点 校准地址 地点", r"Place of calibration|Location|Calibration site"),
    "conditions": ("环境条件 校准环境 环境", r"Environmental? conditions|Ambient conditions"),
    "approved_by": ("批准人 签发人 授权签字人 批准", r"Approved by|Authori[sz]ed by"),
    "checked_by": ("核验员 核验人 复核人 审核人 核验 复核", r"Checked by|Reviewed by|Inspected by"),
    "calibrated_by": ("校准员 检定员 校准人 检定人 检测人 校准人员", r"Calibrated by|Verified by"),
    "authorization": (
        "授权证书号 授权证号 计量授权证书号 认可证书号 认可编号",
        r"Accreditation No|Authorization No",
    ),
    "address": ("单位地址 委托方地址 委托单位地址 客户地址 地址", r"Address"),
    "phone": ("联系电话 电话", r"Tel(?:ephone)?|Phone"),
    "other": (
        "传真 邮编 邮政编码 网址 电子邮箱 E-mail 测量范围 准确度等级 不确定度 温度 相对湿度",
        r"Fax|Post ?code|Website",
    ),
}  # fmt: skip
LABORATORY = re.compile(
    r"[一-鿿（）()A-Za-z ]{2,40}(?:研究院|研究所|计量院|计量所|测试所|"
    r"测试院|检测院|检定所|检测研究院|计量中心|校准中心|"
    r"校准实验室|检测有限公司|计量有限公司|校准有限公司|技术有限公司)"
    r"|\b(?!Accredited).{2,60}(?:Institute of Metrology|Calibration Laborator\w+)"
)
"""The name of an institute."""
_SPREAD = r"\s{0,8}"
_NOT_LABEL_BEFORE = r"(?<![一-鿿A-Za-z])"


def _pattern() -> re.Pattern[str]:
    parts = []
    for name, (chinese, english) in _LABELS.items():
        words = sorted(chinese.split(), key=len, reverse=True)
        spread = "|".join(_SPREAD.join(map(re.escape, word)) for word in words)
        parts.append(
            f"(?P<{name}>{_NOT_LABEL_BEFORE}(?:{spread}))(?!{_SPREAD}通{_SPREAD}知|[一-鿿])|(?P<{name}_en>\\b(?:{english})\\b\\.?)"
        )
    return re.compile("|".join(parts), re.I)


_LABEL = _pattern()
_NEXT_LABEL = re.compile(
    r"(?<=\S)(?:\s+[一-鿿](?:\s{0,8}[一-鿿]){1,9}|  [A-Z][A-Za-z.]*(?: [A-Za-z.]+){0,2})\s*:"
)
"""Behind a value: a label that is of no interest here, but ends it."""
_NEXT_WORDS = re.compile(r"(?<=\S)  [一-鿿]{2}")
_PAGE = re.compile(r"[\s,;(/]*(?:第\s*\d+\s*页|共\s*\d+\s*页|page\s*\d)", re.I)
_NUMBERS = ("number", "serial_number", "asset_number", "model")
_SAME_LEFT_PT = 2.0
_NEXT_LINE_EM = 0.9
_TRIM = " :;,./()-_*|"
_TRANSLATION_START = 3
_TRANSLATION_LINES = 2
"""So far below a label with its value its translation may stand."""
_SAME_EDGE_PT = 3.0


@dataclass(frozen=True, slots=True)
class Field:
    """What stands behind a label."""

    name: str
    text: str
    page: int
    box: Box
    """Of the text."""
    lines: int = 1
    """On how many lines it is printed."""

    @property
    def place(self) -> str:
        """As findings name it."""
        return place_on(self.page, self.box)


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    start: int
    end: int


def fields_of(pages: Sequence[Page]) -> list[Field]:
    """Every label with something behind it, in the order of the document."""
    return [field for page in pages for field in _fields_on(page)]


def _fields_on(page: Page) -> Iterator[Field]:
    lines = page.lines
    last: dict[str, int] = {}
    for i, line in enumerate(lines):
        labels = list(_labels_in(line))
        for j, label in enumerate(labels):
            after = labels[j + 1] if j + 1 < len(labels) else None
            found = _value(line, label, after.start if after else len(line.text), page)
            if found is None and i - last.get(label.name, -9) > _TRANSLATION_LINES:
                edge = line.box_of(after.start, after.end)[0] if after else page.width
                found = _beside(page, i, label, edge)
            if found is not None:
                last[label.name] = i
                yield _whole(label.name, found, i, page)


def _whole(name: str, found: tuple[str, Box], i: int, page: Page) -> Field:
    """A field with the lines to which its value goes on: in its cell, or straight under its beginning."""
    text, box = found
    cell = _cell_around(box, page)
    count = 1
    for line in page.lines[i + 1 :]:
        inside = [s for s in line.segments if cell is not None and _is_inside(s.box, cell)]
        below = [s for s in line.segments if abs(s.box[0] - box[0]) < _SAME_LEFT_PT]
        parts = inside or (below if cell is None and below == list(line.segments) else [])
        gap = line.box[1] - box[3]
        if not parts or not -line.size < gap < _NEXT_LINE_EM * line.size or is_field(line):
            if gap > _NEXT_LINE_EM * line.size:
                break
            continue
        more = " ".join(segment.text for segment in parts).strip(_TRIM)
        text = text + ("" if _is_one_word(name, text, more) else " ") + more
        box = around([box, *(segment.box for segment in parts)])
        count += 1
    return Field(name, text, page.number, box, count)


def _cell_around(box: Box, page: Page) -> Box | None:
    """The smallest cell of a table with lines in which something stands."""
    cells = [cell for table in page.tables for row in table for cell in row if cell and _is_inside(box, cell)]
    return min(cells, key=lambda cell: (cell[2] - cell[0]) * (cell[3] - cell[1]), default=None)


def _is_inside(box: Box, outer: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _is_one_word(name: str, text: str, more: str) -> bool:
    """Whether the line was broken inside a word: a number, or Chinese, which has no spaces."""
    return name in _NUMBERS or text[-1:] in "-/" or not (text[-1:].isascii() and more[:1].isascii())


def _labels_in(line: Line) -> Iterator[_Label]:
    """Labels of a line; a second one of the same field right behind it is its translation."""
    before: _Label | None = None
    for match in _LABEL.finditer(line.text):
        name = str(match.lastgroup).removesuffix("_en")
        is_english = str(match.lastgroup).endswith("_en")
        if not _may_start(line.text, match.start(), match.end(), is_english=is_english):
            continue
        label = _Label(name, match.start(), match.end())
        if (
            before is not None
            and before.name == name
            and not line.text[before.end : label.start].strip(_TRIM)
        ):
            before = _Label(name, before.start, label.end)
            continue
        if before is not None:
            yield before
        before = label
    if before is not None:
        yield before


def _may_start(text: str, start: int, end: int, *, is_english: bool) -> bool:
    """A label stands at the start of a line or behind a gap, and something parts it from what follows."""
    begins = not text[:start].strip(_TRIM) or text[:start].endswith(("  ", ":", "/", "/ ", "(", ";", ", "))
    behind_label = is_english and text[max(0, start - 2) : start].strip() in ("", "/", "(") and start > 0
    rest = text[end:].lstrip()
    ends = not rest or text[end] in " :/(;,." or not text[end].isalnum()
    in_prose = re.search(r"[A-Za-z] $", text[:start]) and " " not in text[start:end] and rest[:1] != ":"
    if is_english and in_prose:
        return False
    return (begins or behind_label or text[start - 1 : start] == " ") and ends


def _value(line: Line, label: _Label, end: int, page: Page) -> tuple[str, Box] | None:
    """What stands between two labels, in the cell of the first one or the next; None if nothing does."""
    start = label.end
    while start < end and line.text[start] in _TRIM and not _belongs(line.text, start, end):
        start += 1
    if start == end:
        return None
    own = line.box_of(label.start, label.end)
    first = _cell_around(line.box_of(start, start + 1), page)
    if not _is_beside(own, line.box_of(start, start + 1), page):
        return None
    if first is not None:
        inside = [i for i in range(start, end) if (box := line.boxes[i]) and _is_inside(box, first)]
        end = inside[-1] + 1
    for pattern in (_PAGE, _NEXT_LABEL, *([_NEXT_WORDS] if label.name in _NUMBERS else [])):
        found = pattern.search(line.text, start, end)
        end = found.start() if found else end
    while end > start and line.text[end - 1] in " :;,(/_":
        end -= 1
    text = line.text[start:end].strip()
    return (re.sub(r" {2,}", " ", text), line.box_of(start, end)) if text else None


def _is_beside(label: Box, value: Box, page: Page) -> bool:
    """Whether a value stands in the cell of its label or in the next one; always without cells."""
    own, other = _cell_around(label, page), _cell_around(value, page)
    return own is None or other is None or own == other or abs(other[0] - own[2]) < _SAME_EDGE_PT


def _belongs(text: str, at: int, end: int) -> bool:
    """Whether a sign or a bracket is the beginning of what stands there."""
    if text[at] == "(":
        return ")" in text[at:end]
    return text[at] == "-" and text[at + 1 : at + 2].isdigit()


def _beside(page: Page, i: int, label: _Label, edge: float) -> tuple[str, Box] | None:
    """What stands between a label and ``edge``, half a line higher or lower, beside its translation."""
    lines = page.lines
    own = lines[i].box_of(label.start, label.end)
    reach = 1.2 * (own[3] - own[1])
    for other in lines[max(0, i - 2) : i + 3]:
        near = min(abs(other.box[1] - own[3]), abs(other.box[3] - own[1])) <= reach
        if other is lines[i] or not near:
            continue
        labels = list(_labels_in(other))
        if not labels:
            right = [
                s for s in other.segments if own[2] - 1 < s.box[0] < edge and _is_beside(own, s.box, page)
            ]
            if right:
                return " ".join(s.text for s in right).strip(_TRIM), right[0].box
        elif other.box[1] > own[1] and labels[0].start < _TRANSLATION_START:
            end = labels[1].start if len(labels) > 1 else len(other.text)
            found = _value(other, labels[0], end, page) if labels[0].name == label.name else None
            if found is not None:
                return found
    return None


def is_field(line: Line) -> bool:
    """Whether a line has a label."""
    return next(_labels_in(line), None) is not None
