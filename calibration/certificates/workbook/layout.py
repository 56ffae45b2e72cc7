"""The template of the workbook: its sheets, headings in Chinese and English, units, words to choose from."""

import enum
from dataclasses import dataclass

FORMAT = "hengliang-workbook-1"
"""Stands in the first cell of the sheet CERTIFICATE, and the kind beside it."""


class TemplateKind(enum.StrEnum):
    """What is calibrated."""

    BALANCE = "balance"
    THERMOMETER = "thermometer"
    MOISTURE_ANALYSER = "moisture-analyser"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a table, or one line of the sheet CERTIFICATE."""

    key: str
    zh: str
    en: str
    quantity: str = ""
    """Of which it has a unit; empty if it has none."""
    choices: tuple[str, ...] = ()
    needed: bool = False

    @property
    def text(self) -> str:
        """As it is written in the template."""
        return f"{self.zh} {self.en}"


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet with a table: headings in the first row, units in the second, data from the third on."""

    name: str
    columns: tuple[Heading, ...]
    example: tuple[tuple[str, ...], ...]
    """Units, then rows, for the sheet EXAMPLE."""
    needed: bool = True


UNIT_CHOICES = {
    "mass": ("g", "mg", "kg", "ug", "t"),
    "temperature": ("degC", "K"),
    "indication": ("degC", "K", "ohm"),
    "moisture": ("%M",),
}
KINDS_OF_CERTIFICATE = ("校准 calibration", "检定 verification")
STAGES = ("未调整 not adjusted", "调整前 as found", "调整后 as left")
VERDICTS = ("合格 pass", "不合格 fail")

CERTIFICATE = "证书 Certificate"
STANDARDS = "标准器 Standards"
EXAMPLE = "示例 Example"
GUIDE = "说明 Guide"

FIELDS = (
    Heading("number", "证书编号", "Certificate number", needed=True),
    Heading("kind", "证书类型", "Kind of certificate", choices=KINDS_OF_CERTIFICATE, needed=True),
    Heading("laboratory", "出具单位", "Laboratory", needed=True),
    Heading("customer", "委托单位", "Customer"),
    Heading("instrument", "器具名称", "Instrument"),
    Heading("manufacturer", "制造单位", "Manufacturer"),
    Heading("model", "型号规格", "Model"),
    Heading("serial_number", "出厂编号", "Serial number", needed=True),
    Heading("received_on", "接收日期", "Date of receipt"),
    Heading("ended_on", "校准日期", "Date of calibration", needed=True),
    Heading("issued_on", "签发日期", "Date of issue"),
    Heading("due_on", "有效期至", "Valid until or next calibration"),
    Heading("procedure", "依据文件", "Procedure"),
    Heading("conclusion", "结论", "Conclusion"),
    Heading("stage", "调整状态", "Adjustment", choices=STAGES),
    Heading("temperature", "环境温度", "Ambient temperature", "temperature"),
    Heading("humidity", "相对湿度", "Relative humidity", "humidity"),
)
OF_WEIGHING = (
    Heading("resolution", "实际分度值", "Scale interval d", "mass"),
    Heading("verification-interval", "检定分度值", "Verification scale interval e", "mass"),
    Heading("maximum", "最大秤量", "Maximum capacity Max", "mass"),
)
OF_THERMOMETER = (Heading("resolution", "分辨力", "Resolution", "temperature"),)

_STANDARD_COLUMNS = (
    Heading("name", "名称", "Name"),
    Heading("equipment", "编号", "Number"),
    Heading("certificate", "证书编号", "Certificate number", needed=True),
    Heading("sha256", "文件SHA-256", "SHA-256 of its file"),
)


def _errors(quantity: str, indication: str, reference: str) -> tuple[Heading, ...]:
    return (
        Heading("reference", reference, "Reference", quantity),
        Heading("indication", "示值", "Indication", indication),
        Heading("error", "示值误差", "Error", quantity),
        Heading("correction", "修正值", "Correction", quantity),
        Heading("U", "扩展不确定度", "Expanded uncertainty U", indication),
        Heading("k", "包含因子", "Coverage factor k"),
        Heading("p", "包含概率", "Coverage probability p"),
        Heading("verdict", "判定", "Verdict", choices=VERDICTS),
    )


_REPEATABILITY = Layout(
    "重复性 Repeatability",
    (
        Heading("load", "载荷", "Load", "mass"),
        Heading("s", "标准偏差", "Standard deviation s", "mass"),
        Heading("n", "次数", "Number n"),
    ),
    (("g", "mg", ""), ("100", "0.08", "10")),
    needed=False,
)
_ECCENTRICITY = Layout(
    "偏载 Eccentricity",
    (
        Heading("load", "载荷", "Load", "mass"),
        Heading("difference", "最大差", "Largest difference", "mass"),
    ),
    (("g", "mg"), ("70", "0.2")),
    needed=False,
)
_MASS_EXAMPLE = (
    ("g", "g", "mg", "mg", "mg", "", "", ""),
    ("0", "0.0000", "0.0", "", "0.10", "2", "0.95", ""),
    ("100.00002", "100.0001", "0.08", "", "0.15", "2", "0.95", "合格 pass"),
    ("200.00005", "200.0003", "0.25", "", "0.20", "2", "0.95", "合格 pass"),
)

STANDARDS_LAYOUT = Layout(
    STANDARDS,
    _STANDARD_COLUMNS,
    (("", "", "", ""), ("E2砝码 E2 weights", "M-118", "M-2025-118", "")),
    needed=False,
)
LAYOUTS: dict[TemplateKind, tuple[Layout, ...]] = {
    TemplateKind.BALANCE: (
        Layout("示值误差 Errors", _errors("mass", "mass", "载荷标准值"), _MASS_EXAMPLE),
        _REPEATABILITY,
        _ECCENTRICITY,
    ),
    TemplateKind.THERMOMETER: (
        Layout(
            "示值误差 Errors",
            _errors("temperature", "indication", "标准值"),
            (
                ("degC", "degC", "degC", "degC", "degC", "", "", ""),
                ("29.96", "30.00", "", "-0.04", "0.03", "2", "0.95", ""),
                ("105.05", "104.99", "", "0.06", "0.04", "2", "0.95", ""),
            ),
        ),
    ),
    TemplateKind.MOISTURE_ANALYSER: (
        Layout("称量 Weighing", _errors("mass", "mass", "载荷标准值"), _MASS_EXAMPLE),
        Layout(
            "水分 Moisture",
            _errors("moisture", "moisture", "标准值"),
            (
                ("%M", "%M", "%M", "%M", "%M", "", "", ""),
                ("5.12", "5.18", "0.06", "", "0.06", "2", "0.95", ""),
                ("15.65", "15.60", "-0.05", "", "0.10", "2", "0.95", ""),
            ),
        ),
        _REPEATABILITY,
    ),
    TemplateKind.WEIGHTS: (
        Layout(
            "砝码 Weights",
            (
                Heading("nominal", "标称值", "Nominal value", "mass", needed=True),
                Heading("marking", "编号标记", "Marking"),
                Heading("value", "折算质量", "Conventional mass", "mass"),
                Heading("correction", "折算质量修正值", "Deviation from nominal", "mass"),
                Heading("U", "扩展不确定度", "Expanded uncertainty U", "mass"),
                Heading("k", "包含因子", "Coverage factor k"),
                Heading("p", "包含概率", "Coverage probability p"),
                Heading("verdict", "等级或判定", "Class or verdict"),
            ),
            (
                ("g", "", "g", "mg", "mg", "", "", ""),
                ("100", "1", "100.00002", "0.02", "0.05", "2", "0.95", "E2"),
                ("200", "2", "", "0.05", "0.10", "2", "0.95", "E2"),
            ),
        ),
    ),
}


def fields_of(kind: TemplateKind) -> tuple[Heading, ...]:
    """The lines of the sheet CERTIFICATE."""
    if kind is TemplateKind.THERMOMETER:
        return FIELDS + OF_THERMOMETER
    return FIELDS if kind is TemplateKind.WEIGHTS else FIELDS + OF_WEIGHING
