"""What a column of a printed table is for, by the words in its head, Chinese or English."""

import enum
import re
from collections.abc import Sequence

from calibration.certificates.imported import Stage


class Part(enum.Enum):
    """Of a column."""

    REFERENCE = enum.auto()
    INDICATION = enum.auto()
    ERROR = enum.auto()
    CORRECTION = enum.auto()
    NOMINAL = enum.auto()
    VALUE = enum.auto()
    UNCERTAINTY = enum.auto()
    STANDARD_UNCERTAINTY = enum.auto()
    """Not expanded: u, u_c."""
    K = enum.auto()
    LIMIT = enum.auto()
    VERDICT = enum.auto()
    DEVIATION = enum.auto()
    DIFFERENCE = enum.auto()
    COUNT = enum.auto()
    RELATIVE = enum.auto()
    CERTIFICATE = enum.auto()
    """Number of the certificate of a standard."""
    NAME = enum.auto()
    NUMBER = enum.auto()
    UNTIL = enum.auto()
    OTHER = enum.auto()


CORE = (Part.REFERENCE, Part.NOMINAL, Part.INDICATION, Part.ERROR, Part.CORRECTION, Part.VALUE)
"""What makes a point."""
OF_UNIT = (*CORE, Part.UNCERTAINTY, Part.LIMIT)
"""What has a unit."""

_BY_WORDS = (
    (r"证书.*(编号|号)|certificate", Part.CERTIFICATE),
    (r"有效期|valid", Part.UNTIL),
    (r"测量范围|准确度等级|型号|规格", Part.OTHER),
    (r"相对误差|修正系数|修正因子|relative(error|deviation|correction)", Part.RELATIVE),
    (r"最大允许|允许误差|允差|技术要求|(?<![a-z])mpe|permissible|limit|toleran", Part.LIMIT),
    (r"(?<!扩展)标准不确定度|standarduncertainty|^uc(?![a-z])", Part.STANDARD_UNCERTAINTY),
    (r"不确定度|uncertainty|^u_?(95|99|rel|rh|[a-z])?(?![a-z])|[^a-z]u(95)?[(=/]", Part.UNCERTAINTY),
    (r"^(?!.*k=\d)(.*(包含因子|覆盖因子|coverage)|k(?![a-z]))", Part.K),
    (r"结论|判定|合格|符合|conformity|verdict|pass", Part.VERDICT),
    (r"标准偏差|重复性|standarddeviation|repeatab|^s(?![a-z])", Part.DEVIATION),
    (r"极差|range", Part.OTHER),
    (r"偏载|最大差|eccentric|largestdifference", Part.DIFFERENCE),
    (r"次数|^n(?![a-z])|number(of)?(weigh|meas)", Part.COUNT),
    (r"修正|correction", Part.CORRECTION),
    (r"误差|偏差|error|deviation", Part.ERROR),
    (r"标准(器|温度|湿度|值|示值|质量|电阻|含水|水分|物质)|参考|实际|真值|理论值", Part.REFERENCE),
    (r"reference|actual|standard", Part.REFERENCE),
    (r"折算质量|conventionalmass", Part.VALUE),
    (r"标称|名义|设定|(校准|温度|检定|测量|测试|湿度)点", Part.NOMINAL),
    (r"nominal|setpoint|calibrationpoint", Part.NOMINAL),
    (
        r"示值|读数|测得|实测|测量值|显示|指示|被校|被检|被测|电阻|^uut|indicat|reading|measured|display|resistance",
        Part.INDICATION,
    ),
    (r"载荷|负荷|[称秤]量|砝码|load|^l(?![a-z])", Part.REFERENCE),
    (r"^温度|^(相对)?湿度|^temperature|^(relative)?humidity|^t(?![a-z])", Part.REFERENCE),
    (r"^名称|器具名称|标准器名称|name|description", Part.NAME),
    (r"编号|标记|serial|no\.|marking", Part.NUMBER),
)  # fmt: skip
_WORDS = tuple((re.compile(pattern), part) for pattern, part in _BY_WORDS)
_SPACES = re.compile(r"\s+")

_AS_FOUND = re.compile(r"(调整|调修|调校|校准|修理|维修|修正|调)\s*前|as[\s-]?found|before adjust", re.I)
_AS_LEFT = re.compile(r"(调整|调修|调校|修理|维修|修正|调)\s*后|as[\s-]?left|after adjust", re.I)


_BRANCHES = (
    (
        re.compile(r"升\s*载|加\s*载|上\s*行|进\s*程|正\s*行\s*程|升\s*[温湿]|increasing|ascending", re.I),
        "升载 increasing",
    ),
    (
        re.compile(r"降\s*载|卸\s*载|下\s*行|回\s*程|反\s*行\s*程|降\s*[温湿]|decreasing|descending", re.I),
        "降载 decreasing",
    ),
)


_CHANNEL = re.compile(
    r"(?:通\s*道|探\s*头|传感器|channel|probe|sensor|\bch)\s*(?:no\.?)?\s*[-#:]?\s*"
    r"(?:[0-9A-Z]{1,4}(?![0-9A-Z])|[一二三四五六七八九十])"
    r"|第?\s*[0-9一二三四五六七八九十]{1,2}\s*[#号]?\s*(?:通\s*道|探\s*头|传感器)",
    re.I,
)
_MEAN = re.compile(r"平均|mean|average", re.I)
_SMALL_U = re.compile(r"u\s*c?(?![A-Za-z0-9])(?!.*k\s*=)")


def branch_of(text: str) -> str:
    """Whether loads or temperatures went up or down, or which channel it is; empty if it says neither."""
    channel = _CHANNEL.search(text)
    if channel:
        return channel[0].strip()
    return next((name for pattern, name in _BRANCHES if pattern.search(text)), "")


def is_mean(text: str) -> bool:
    """Whether a head says that its numbers are means of readings."""
    return _MEAN.search(text) is not None


def part_of(head: Sequence[str]) -> Part:
    """The role of a column: by the lowest part of its head that has a known word."""
    for text in reversed(head):
        compact = _SPACES.sub("", text).lower()
        if text.strip() == "K" and len(head) > 1:  # kelvin, in a row of units
            continue
        for pattern, part in _WORDS:
            if pattern.search(compact):
                is_small = part is Part.UNCERTAINTY and _SMALL_U.match(text.strip())
                return Part.STANDARD_UNCERTAINTY if is_small else part
    is_reading = any(is_mean(text) or stage_of(text) for text in head)
    return Part.INDICATION if is_reading else Part.OTHER


def stage_of(text: str) -> Stage:
    """Before or after an adjustment, if the words say so."""
    if _AS_FOUND.search(text):
        return Stage.AS_FOUND
    return Stage.AS_LEFT if _AS_LEFT.search(text) else Stage.UNADJUSTED
