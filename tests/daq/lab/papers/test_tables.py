"""Tables for spreadsheets: numbers stay numbers, and nothing that a person typed becomes a formula."""

import csv
import datetime
import io
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.conformity import Decision
from daq.errors import PaperError
from daq.lab.papers.exports import (
    ResultLine,
    SessionLine,
    captures_table,
    results_table,
    sessions_table,
)
from daq.lab.papers.tables import LONGEST_CELL, MOST_ROWS, Heading, Table, as_csv, as_xlsx
from daq.lab.results.words import Words
from tests.daq.lab.papers import examples as ex

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "-",
)


def table(*rows, headings=1):
    return Table(Words("表", "table"), (Heading(Words("列", "column"), "g"),) * headings, rows)


def csv_cells(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def xlsx_cells(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [list(row) for row in sheet.iter_rows()]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text):
    """OWASP, CSV injection: these beginnings are evaluated by spreadsheets."""
    assert csv_cells(as_csv(table((text,))))[1] == [f"'{text}"]
    (cell,) = xlsx_cells(as_xlsx([table((text,))]))[1]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")
    assert b"<f>" not in ZipFile(io.BytesIO(as_xlsx([table((text,))]))).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["-0.0002", "+12.5", "-3", "B-01", "黄连", "a=b", "'=1", "2026-0311", ""])
def test_other_texts_stay_as_they_are(text):
    assert csv_cells(as_csv(table((text,))))[1] == ([text] if text else [""])
    (cell,) = xlsx_cells(as_xlsx([table((text,))]))[1]
    assert (cell.value or "") == text


@pytest.mark.parametrize(
    ("value", "written", "number_format"),
    [
        (Decimal("-0.0200"), "-0.0200", "0.0000"),
        (Decimal("23.8471"), "23.8471", "0.0000"),
        (Decimal("1E+3"), "1000", "0"),
        (Decimal("0.00000012"), "0.00000012", "0.00000000"),
        (-7, "-7", "0"),
        (0.25, "0.25", "General"),
    ],
)
def test_a_number_stays_one_and_keeps_its_digits(value, written, number_format):
    assert csv_cells(as_csv(table((value,))))[1] == [written]
    (cell,) = xlsx_cells(as_xlsx([table((value,))]))[1]
    assert (cell.data_type, cell.value, cell.number_format) == (
        "n",
        pytest.approx(float(value)),
        number_format,
    )


@pytest.mark.parametrize("value", [1_795_000_000_000_000_001, Decimal("1.2345678901234567")])
def test_a_number_that_a_spreadsheet_would_cut_is_written_as_text(value):
    (cell,) = xlsx_cells(as_xlsx([table((value,))]))[1]
    assert (cell.data_type, cell.value) == ("s", str(value))


def test_times_are_times_and_nothing_is_empty():
    moment = datetime.datetime(2026, 11, 23, 14, 3, 22, 125_000, tzinfo=datetime.UTC)
    rows = table((moment, datetime.date(2026, 11, 23), None), headings=3)
    assert csv_cells(as_csv(rows))[1] == ["2026-11-23 14:03:22.125", "2026-11-23", ""]
    found = xlsx_cells(as_xlsx([rows]))[1]
    assert [cell.is_date for cell in found] == [True, True, False]
    assert found[0].value == moment.replace(tzinfo=None)
    assert found[2].value is None


def test_headings_have_both_languages_and_the_unit():
    assert csv_cells(as_csv(table()))[0] == ["列 column / g"]
    assert xlsx_cells(as_xlsx([table()]))[0][0].value == "列 column / g"
    assert Heading(Words("U", "U"), "1").text == "U"


def test_control_characters_are_told_and_not_swallowed():
    (cell,) = xlsx_cells(as_xlsx([table(("a\x07b",))]))[1]
    assert cell.value == "a\\x07b"


def test_what_a_sheet_cannot_hold_is_refused_with_a_way_out():
    with pytest.raises(PaperError, match=r"32767 characters is longer than a cell of XLSX holds; use CSV"):
        as_xlsx([table(("x" * LONGEST_CELL,))])
    with pytest.raises(PaperError, match="choose a shorter time, or CSV"):
        as_xlsx([table(*[("x",)] * (MOST_ROWS + 1))])


def test_a_row_without_a_value_for_every_heading_is_a_defect():
    for write in (as_csv, lambda one: as_xlsx([one])):
        with pytest.raises(ValueError, match="zip"):
            write(table(("a", "b")))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_comes_back_from_csv(text):
    (cell,) = csv_cells(as_csv(table((text,))))[1] or [""]
    assert cell in (text, f"'{text}")


def test_captures_are_exported_as_they_were_made():
    head, *rows = csv_cells(as_csv(captures_table(ex.CAPTURES, ex.ZONE)))
    assert len(rows) == len(ex.CAPTURES)
    second, struck, uncorrected = (dict(zip(head, rows[i], strict=True)) for i in (1, 2, 3))
    assert second["时间 Time / Asia/Shanghai"] == "2026-11-18 19:08:42.125"
    assert second["示值 Indication"] == "20.1234"
    assert second["修正后的值 Corrected value"] == "20.12352"
    assert second["u"] == "0.00017"
    assert second["单位 Unit"] == "g"
    assert second["日志序号 Row of the journal"] == "100074"
    assert second["原始报文（十六进制） Frame, hexadecimal"].startswith("53 20 53")
    assert struck["划改理由 Struck out because"] == "称量瓶上有纤维 (fibre on the dish)"
    assert struck["划改人 Struck out by"] == "李伟"
    assert struck["状态 State"] == "unstable"
    assert uncorrected["示值 Indication"] == "-0.0002"
    assert uncorrected["修正后的值 Corrected value"] == ""


def test_results_and_sessions_are_exported():
    result = ResultLine(
        session="S-2026-0042",
        version=1,
        sample="HL-2026-0157",
        product=Words("黄连（药材）", "Coptis, whole drug"),
        lot="=A1",
        client="石柱",
        method=Words("水分", "Moisture"),
        item=Words("水分平均值", "Moisture, mean"),
        portion=0,
        value=Decimal("13.950000012"),
        reported="14.0",
        unit="%",
        u=0.0561,
        k=2.03,
        U=0.113883,
        limit="≤ 14.0",
        edition="ChP 2025",
        decision=Decision.PASS,
        computed_ns=ex.T0,
        report="HL-2026-0157",
        simulated=True,
    )
    session = SessionLine(
        session="S-2026-0042",
        method=Words("水分", "Moisture"),
        sample="HL-2026-0157",
        product=Words("黄连（药材）", "Coptis, whole drug"),
        client="石柱",
        begun_ns=ex.T0,
        ended_ns=None,
        state=Words("进行中", "running"),
        name="李伟",
        simulated=False,
    )
    tables = [results_table([result], ex.ZONE), sessions_table([session], ex.ZONE)]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(tables)))
    assert book.sheetnames == ["检测结果 Test results", "检测任务一览 List of sessions"]
    head, row = (list(r) for r in book.worksheets[0].iter_rows())
    found = {a.value: b for a, b in zip(head, row, strict=True)}
    assert found["报告值 Reported result"].number_format == "0.0"
    assert found["未修约值 Unrounded result"].value == 13.950000012
    assert found["批号 Lot"].value == "'=A1"
    assert found["单项判定 Statement of conformity"].value == "符合 / conforms"
    assert found["仿真 Simulated"].value == "是 / yes"
    assert found["份 Portion"].value is None
    assert book.worksheets[1]["G2"].value is None
    assert book.worksheets[1].freeze_panes == "A2"
