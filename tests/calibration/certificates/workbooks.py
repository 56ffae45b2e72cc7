"""Filling in the template as a person would, and spoiling it."""

import csv
import io

from openpyxl import Workbook, load_workbook

from calibration.certificates.workbook.layout import (
    CERTIFICATE,
    LAYOUTS,
    STANDARDS_LAYOUT,
    TemplateKind,
    fields_of,
)
from calibration.certificates.workbook.template import write_csv_template, write_template

ANSWERS = {
    "number": "LX-2026-0417",
    "kind": "校准 calibration",
    "laboratory": "示例计量院",
    "serial_number": "B123456789",
    "ended_on": "2026-03-02",
    "stage": "调整后 as left",
}


def filled_book(kind) -> Workbook:
    """The template with its own example keyed into it."""
    book = load_workbook(io.BytesIO(write_template(kind)))
    sheet = book[CERTIFICATE]
    for row, field in enumerate(fields_of(kind), start=2):
        sheet.cell(row, 2).value = ANSWERS.get(field.key)
        if field.key == "resolution":
            sheet.cell(row, 2).value, sheet.cell(row, 3).value = (
                "0.1",
                "mg" if field.quantity == "mass" else "degC",
            )
    for layout in (*LAYOUTS[kind], STANDARDS_LAYOUT):
        table = book[layout.name]
        for row, values in enumerate(layout.example, start=2):
            for column, value in enumerate(values, start=1):
                if value:
                    table.cell(row, column).value = value
    return book


def data_of(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled_csv(kind, encoding="utf-8-sig", delimiter=",") -> bytes:
    """The CSV template with the same content."""
    examples = {f"#{layout.name}": layout.example for layout in (*LAYOUTS[kind], STANDARDS_LAYOUT)}
    labels = {field.text: field.key for field in fields_of(kind)}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    sheet = ""
    for line in csv.reader(io.StringIO(write_csv_template(kind).decode("utf-8-sig"))):
        sheet = line[0] if line and line[0].startswith("#") else sheet
        if line and labels.get(line[0]) in ANSWERS:
            line[1] = ANSWERS[labels[line[0]]]
        if sheet in examples and line and not any(line):
            for row in examples[sheet]:
                writer.writerow(row)
            continue
        writer.writerow(line)
    return text.getvalue().encode(encoding)


BALANCE = TemplateKind.BALANCE
