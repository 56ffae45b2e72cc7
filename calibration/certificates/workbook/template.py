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
    Heading,
    Layout,
    TemplateKind,
    fields_of,
)

_LINES_OF_DATA = 200
"""To which the drop-downs reach; more can be filled in."""
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
        sheet.cell(row, 2).number_format = "@"
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
        sheet.cell(1, column, heading.text).font = _BOLD
        sheet.column_dimensions[letter].width = max(14, 2 * len(heading.zh) + len(heading.en))
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
    sheet.append(["示例，不会被读取 An example; it is not read"])
    sheet.append([CERTIFICATE])
    for field in fields_of(kind):
        sheet.append([field.text, *_example_of(field)])
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
    "instrument": ("电子天平 Electronic balance",),
    "serial_number": ("B123456789",),
    "ended_on": ("2026-03-02",),
    "stage": ("未调整 not adjusted",),
    "temperature": ("20.3", "degC"),
    "humidity": ("45", "%RH"),
    "resolution": ("0.0001", "g"),
}


def _example_of(field: Heading) -> tuple[str, ...]:
    found = _EXAMPLES.get(field.key, ())
    return (
        (found[0], "degC")
        if found and field.key == "resolution" and field.quantity == "temperature"
        else found
    )
