"""Fields of certificates: where a value ends, and dates as they are written."""

import datetime

import pytest

from calibration.certificates.pdf.numbers import read_dates
from tests.calibration.certificates.pdf_layouts import cover
from tests.calibration.certificates.pdf_reading import read, said
from tests.calibration.certificates.printed import Sheet, pdf_of


def titled(title: str = "校 准 证 书") -> Sheet:
    sheet = Sheet()
    sheet.text(220, 20, title, 18)
    return sheet


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("二〇二六年三月五日", ["2026-03-05"]),
        ("二○二六年十二月三十一日", ["2026-12-31"]),
        ("2026年3月5日～7日", ["2026-03-05", "2026-03-07"]),
        ("2026 年 3 月 30 日至 4 月 2 日", ["2026-03-30", "2026-04-02"]),
        ("05 Mar 2026", ["2026-03-05"]),
        ("5-Mar-2026", ["2026-03-05"]),
        ("March 5, 2026", ["2026-03-05"]),
        ("5th March 2026", ["2026-03-05"]),
        ("2026 年 Year 03 月 Month 05 日 Day", ["2026-03-05"]),
        ("03/05/2026", []),
        ("2026-02-30", []),
        ("～7日", []),
        ("12 months from 2026", []),
    ],
)
def test_dates(text: str, days: list[str]) -> None:
    assert [day.isoformat() for day in read_dates(text)] == days


FORM = [
    ["证书编号", "X-43", "任务单号", "R-2026-1"],
    ["器具名称", "数字温度计", "量程", "(0~100)℃"],
    ["出厂编号", "", "样品序号", "7"],
    ["委托单位", "某公司", "联系人", "李四"],
    ["校准日期", "2026-03-05", "收样状态", "完好"],
]


def _told(sheet: Sheet) -> list[object]:
    admin = read(pdf_of(sheet)).administrative
    (item,) = admin.items
    return [admin.number, str(item.name), item.serial_number, admin.customer, admin.ended_on]


def test_a_value_ends_with_its_cell_and_is_never_that_of_another_label() -> None:
    sheet = titled()
    sheet.ruled(60, FORM, width=115)
    assert _told(sheet) == ["X-43", "数字温度计", "", "某公司", datetime.date(2026, 3, 5)]


@pytest.mark.parametrize("gap", [" ", "      "], ids=["one blank", "gap"])
def test_a_value_ends_before_a_label_that_is_not_known(gap: str) -> None:
    sheet = titled()
    rows = [row for row in FORM if row[1]]
    sheet.lines(60, *(f"{a}：{b}{gap}{c}：{d}" for a, b, c, d in rows))
    assert _told(sheet) == ["X-43", "数字温度计", "", "某公司", datetime.date(2026, 3, 5)]


def test_a_label_in_english_below_one_that_has_its_value() -> None:
    sheet = titled()
    for y, label, english, value in (
        (60, "证书编号", "Certificate No.", "RG-7"), (90, "客户名称", "Client", "某某实验室"),
    ):  # fmt: skip
        sheet.lines(y, label, english, pitch=11)
        sheet.text(160, y, value)
    found = read(pdf_of(sheet))
    assert (found.administrative.number, found.administrative.customer) == ("RG-7", "某某实验室")
    assert not any("several certificate numbers" in sentence for sentence in said(found))


def test_the_title_of_a_notice_is_no_verdict() -> None:
    sheet, _ = cover("通知书编号：A-1", "出厂编号：7", "检定日期：2026-03-05", title="检 定 结 果 通 知 书")
    found = read(pdf_of(sheet))
    assert [verdict.verdict for verdict in found.conformity] == ["不合格"]
    assert said(found) == ["no table of results was found; if there is one, key it in"]


def test_words_of_prose_are_no_labels() -> None:
    sheet = titled("Calibration Certificate")
    sheet.lines(
        60, "Accredited Calibration Laboratory D-K-15103-01-00", "Example Calibration Laboratory, Inc."
    )
    assert read(pdf_of(sheet)).administrative.laboratory == "Example Calibration Laboratory"


def test_radicals_in_the_place_of_characters() -> None:
    """Programs that print write the code of a radical where both are drawn alike."""
    sheet = titled()
    sheet.lines(60, "证书编号：A-1  第 1 ⻚ 共 2 ⻚", "客⼾名称：⻩⾦⻝品", "器具名称：⻧素水分测定仪")
    admin = read(pdf_of(sheet)).administrative
    assert (admin.number, admin.customer) == ("A-1", "黄金食品")
    assert str(admin.items[0].name) == "卤素水分测定仪"
