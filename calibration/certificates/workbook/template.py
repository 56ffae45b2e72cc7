"""Writing the template of the workbook: bilingual headings, drop-downs, a worked example."""

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from calibration.certificates.workbook.layout import (
    CERTIFICATE,
    EXAMPLE,
    FORMAT,
    GUIDE,
    LAYOUTS,
    STANDARDS_LAYOUT,
    UNIT_CHOICES,
    Layout,
    TemplateKind,
    fields_of,
)

_LINES_OF_DATA = 200
"""To which the drop-downs reach; more can be filled in."""
_TEXT = "@"
"""The format of cells that keep what is typed: 0.10 stays 0.10, and a serial number keeps its zeros."""
_BOLD = Font(bold=True)
_ASKED = PatternFill("solid", fgColor="FFF2CC")
_GUIDE = (
    "填写黄色单元格；不要改动表名和标题，不要合并单元格，不要用公式。",
    "Fill in the yellow cells. Leave names of sheets and headings as they are; no merged cells, no formulas.",
    "每个数据表：第一行为标题，第二行为单位，从第三行起填数据。标准值、示值、误差（或修正值）三者填两项即可。",
    "In every table row 1 has the headings and row 2 the units; data begin in row 3. "
    "Two of reference, indication and error (or correction) are enough.",
    "误差 = 示值 − 标准值；修正值 = −误差。U 与 k 必填，不会默认 k = 2。",
    "error = indication - reference; correction = -error. U and k are needed; k = 2 is not assumed.",
    "小数点用“.”；日期写作 2026-03-02。Decimal point; dates as 2026-03-02.",
    "单元格为文本格式，证书上的数字照抄，末尾的 0 会保留（0.10 不会变成 0.1）。",
    "Cells are text: copy the digits of the certificate; zeros at the end are kept (0.10 stays 0.10).",
    "检查 To check: hengliang certificate check FILE",
)


def write_template(kind: TemplateKind) -> bytes:
    """An empty workbook (XLSX) for one kind of instrument.

    Args:
        kind: what is calibrated.
    """
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    _certificate(book.create_sheet(CERTIFICATE), kind)
    for layout in (*LAYOUTS[kind], STANDARDS_LAYOUT):
        _table(book.create_sheet(layout.name), layout)
    _example(book.create_sheet(EXAMPLE), kind)
    guide = book.create_sheet(GUIDE)
    for row, line in enumerate(_GUIDE, start=1):
        guide.cell(row, 1, line)
    guide.column_dimensions["A"].width = 110
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_csv_template(kind: TemplateKind) -> bytes:
    """The same template as CSV (UTF-8 with its mark, which spreadsheets need): sheets one below the other."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"#{CERTIFICATE}"])
    writer.writerow([FORMAT, kind])
    for field in fields_of(kind):
        writer.writerow([field.text, "", ""])
    for layout in (*LAYOUTS[kind], STANDARDS_LAYOUT):
        writer.writerow([])
        writer.writerow([f"#{layout.name}"])
        writer.writerow([column.text for column in layout.columns])
        writer.writerow([""] * len(layout.columns))
    return text.getvalue().encode("utf-8-sig")


def _certificate(sheet: Worksheet, kind: TemplateKind) -> None:
    sheet.append([FORMAT, kind.value])
    for row, field in enumerate(fields_of(kind), start=2):
        sheet.cell(row, 1, field.text).font = _BOLD
        sheet.cell(row, 2).fill = _ASKED
        sheet.cell(row, 2).number_format = _TEXT
        _choices(sheet, f"B{row}", field.choices)
        if field.quantity:
            sheet.cell(row, 3).fill = _ASKED
            _choices(sheet, f"C{row}", UNIT_CHOICES.get(field.quantity, ("%RH",)))
        if field.needed:
            sheet.cell(row, 4, "必填 needed")
    for column, width in (("A", 42), ("B", 32), ("C", 10), ("D", 14)):
        sheet.column_dimensions[column].width = width


def _table(sheet: Worksheet, layout: Layout) -> None:
    for column, heading in enumerate(layout.columns, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].number_format = _TEXT
        sheet.column_dimensions[letter].width = max(14, 2 * len(heading.zh) + len(heading.en))
        sheet.cell(1, column, heading.text).font = _BOLD
        if heading.quantity:
            sheet.cell(2, column).fill = _ASKED
            _choices(sheet, f"{letter}2", UNIT_CHOICES[heading.quantity])
        _choices(sheet, f"{letter}3:{letter}{_LINES_OF_DATA}", heading.choices)
    sheet.freeze_panes = "A3"


def _choices(sheet: Worksheet, cells: str, choices: tuple[str, ...]) -> None:
    if choices:
        validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        sheet.add_data_validation(validation)
        validation.add(cells)


def _example(sheet: Worksheet, kind: TemplateKind) -> None:
    """How the sheets look when they are filled in; it is not read."""
    examples = _EXAMPLES | _EXAMPLES_OF_KIND[kind]
    sheet.append(["示例，不会被读取 An example; it is not read"])
    sheet.append([CERTIFICATE])
    for field in fields_of(kind):
        sheet.append([field.text, *examples.get(field.key, ())])
    for layout in (*LAYOUTS[kind], STANDARDS_LAYOUT):
        sheet.append([])
        sheet.append([layout.name])
        sheet.append([column.text for column in layout.columns])
        for row in layout.example:
            sheet.append(list(row))
    sheet.column_dimensions["A"].width = 42


_EXAMPLES = {
    "number": ("LX-2026-0417",),
    "kind": ("校准 calibration",),
    "laboratory": ("某县计量检定测试所 A county institute of metrology",),
    "customer": ("某县检验检测中心 A county testing laboratory",),
    "manufacturer": ("某仪器厂 A maker",),
    "model": ("ME-204",),
    "serial_number": ("B123456789",),
    "received_on": ("2026-03-01",),
    "ended_on": ("2026-03-02",),
    "issued_on": ("2026-03-05",),
    "due_on": ("2027-03-01",),
    "stage": ("未调整 not adjusted",),
    "temperature": ("20.3", "degC"),
    "humidity": ("45", "%RH"),
    "verification-interval": ("0.001", "g"),
    "maximum": ("220", "g"),
}
_EXAMPLES_OF_KIND: dict[TemplateKind, dict[str, tuple[str, ...]]] = {
    TemplateKind.BALANCE: {
        "instrument": ("电子天平 Electronic balance",),
        "procedure": ("JJF 1847-2020",),
        "resolution": ("0.0001", "g"),
    },
    TemplateKind.THERMOMETER: {
        "instrument": ("数字温度计 Digital thermometer",),
        "model": ("DT-100",),
        "procedure": ("JJF 1171-2007",),
        "resolution": ("0.01", "degC"),
    },
    TemplateKind.MOISTURE_ANALYSER: {
        "instrument": ("水分测定仪 Moisture analyser",),
        "model": ("HX-204",),
        "procedure": ("JJG 658-2022",),
        "resolution": ("0.0001", "g"),
    },
    TemplateKind.WEIGHTS: {
        "instrument": ("砝码 Weights",),
        "model": ("E2",),
        "procedure": ("JJG 99-2022",),
    },
}
