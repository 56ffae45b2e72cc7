"""Layouts in which institutes print their tables, each made up here: what is proposed, and what is said."""

from decimal import Decimal

import pytest

from calibration.certificates.imported import Particular, Shape
from tests.calibration.certificates.pdf_layouts import NAME, cover, plain_cover
from tests.calibration.certificates.pdf_reading import MASS, document, points, read, said, told
from tests.calibration.certificates.printed import Sheet, pdf_of


def test_temperature_and_humidity_named_in_the_first_column() -> None:
    """Thermohygrometers: the unit stands with the name of the quantity, in a cell over several rows."""
    rows = [
        ["参数", "标准值", "示值", "误差", "U(k=2)"],
        ["温度(℃)", "10.0", "10.2", "0.2", "0.3"], ["^", "20.0", "20.1", "0.1", "0.3"],
        ["湿度(%RH)", "40.0", "42.0", "2.0", "1.5"], ["^", "60.0", "61.0", "1.0", "1.5"],
    ]  # fmt: skip
    found = read(document(rows))
    assert [one[:4] for one in told(found)] == [
        ("temperature", "degC", "degC", "degC"), ("humidity", "%RH", "%RH", "%RH"),
    ]  # fmt: skip
    assert points(found, "ref", "err", "U", "k") == [
        [["10.0", "0.2", "0.3", "2"], ["20.0", "0.1", "0.3", "2"]],
        [["40.0", "2.0", "1.5", "2"], ["60.0", "1.0", "1.5", "2"]],
    ]
    assert said(found) == []


def test_units_in_a_column_of_their_own() -> None:
    rows = [
        ["项目", "单位", "标准值", "示值", "修正值", "U(k=2)"],
        ["温度", "℃", "10.0", "10.2", "-0.2", "0.3"],
        ["相对湿度", "%", "40.0", "42.0", "-2.0", "1.5"],
    ]
    found = read(document(rows))
    assert [one[:4] for one in told(found)] == [
        ("temperature", "degC", "degC", "degC"), ("humidity", "%RH", "%RH", "%RH"),
    ]  # fmt: skip
    assert said(found) == []


def test_a_transposed_table_with_a_column_of_units() -> None:
    rows = [
        ["项目", "单位", "1", "2"],
        ["标准值", "℃", "10.0", "20.0"], ["示值", "℃", "10.2", "20.1"], ["修正值", "℃", "-0.2", "-0.1"],
        ["U", "℃", "0.3", "0.4"],
    ]  # fmt: skip
    found = read(document(rows, "k=2"))
    assert points(found, "ref", "cor", "U") == [[["10.0", "-0.2", "0.3"], ["20.0", "-0.1", "0.4"]]]
    assert said(found) == []


def test_further_heads_inside_one_table() -> None:
    """Two quantities under each other, each with its head: the second never becomes points of the first."""
    rows = [
        ["温度", "<", "<", "<"],
        ["标准值(℃)", "示值(℃)", "修正值(℃)", "U(℃),k=2"], ["15.0", "15.1", "-0.1", "0.2"],
        ["湿度", "<", "<", "<"],
        ["标准值(%RH)", "示值(%RH)", "修正值(%RH)", "U(%RH),k=2"], ["40.0", "41.0", "-1.0", "1.5"],
    ]  # fmt: skip
    found = read(document(rows))
    assert [(one[0], one[4][0]["ref"]) for one in told(found)] == [
        ("temperature", "15.0"),
        ("humidity", "40.0"),
    ]
    assert [str(proposal.name) for proposal in found.proposals] == ["温度", "湿度"]
    assert said(found) == []


def test_per_cent_of_a_humidity_is_no_relative_uncertainty() -> None:
    """U = 1.5 % beside humidities in % is 1.5 %RH; Urel is a part of the value."""
    rows = [["标准值/%", "示值/%", "修正值/%"], ["40.0", "42.0", "-2.0"]]
    found = read(document("相对湿度校准结果", rows, "U=1.5%，k=2"))
    assert told(found)[0][:4] == ("humidity", "%RH", "%RH", "%RH")
    assert points(found, "U") == [[["1.5"]]]
    found = read(document("相对湿度校准结果", rows, "Urel=1.5%，k=2"))
    assert points(found, "U") == [[["0.6000"]]]
    head = [["标准值(%RH)", "示值(%RH)", "误差(%)", "U(%) k=2"], ["40.0", "42.0", "2.0", "1.5"]]
    found = read(document(head))
    assert told(found) == [
        (
            "humidity",
            "%RH",
            "%RH",
            "%RH",
            [{"ref": "40.0", "ind": "42.0", "err": "2.0", "U": "1.5", "k": "2"}],
        )
    ]


def test_up_and_down_are_two_results() -> None:
    """JJG 1036: errors with loads going up and down."""
    rows = [
        ["载荷(g)", "示值误差(mg)", "<", "最大允许误差(mg)"], ["^", "升载", "降载", "^"],
        ["50", "0.2", "0.3", "±0.5"], ["200", "-0.3", "-0.2", "±1.0"],
    ]  # fmt: skip
    found = read(document(rows, "U=0.2 mg，k=2"))
    assert points(found, "ref", "err", "U") == [
        [["50", "0.2", "0.2"], ["200", "-0.3", "0.2"]], [["50", "0.3", "0.2"], ["200", "-0.2", "0.2"]],
    ]  # fmt: skip
    assert [str(p.name) for p in found.proposals] == ["升载 increasing", "降载 decreasing"]
    assert found.proposals[1].points[1].tolerance == (Decimal("-1.0"), Decimal("1.0"))
    assert said(found) == []


def test_single_readings_and_their_mean() -> None:
    """The numbers of the readings are a part of the head, and only the mean is the indication."""
    rows = [
        ["标准值(℃)", "示值(℃)", "<", "<", "<", "误差(℃)"], ["^", "1", "2", "3", "平均值", "^"],
        ["10.00", "10.1", "10.1", "10.2", "10.13", "0.13"],
        ["20.00", "20.1", "20.1", "20.1", "20.10", "0.10"],
    ]  # fmt: skip
    found = read(document(rows, "U=0.05℃ k=2"))
    assert points(found, "ref", "ind", "err") == [[["10.00", "10.13", "0.13"], ["20.00", "20.10", "0.10"]]]
    assert said(found) == []


@pytest.mark.parametrize(
    "note",
    [
        ["扩展不确定度 U=0.04℃ (k=2)", "<", "<"],
        ["注：k=2，U=0.04℃；以下空白", "<", "<"],
        ["扩展不确定度", "U=0.04℃，k=2", "<"],
    ],
)
def test_u_in_the_last_row_of_the_table(note: list[str]) -> None:
    rows = [["标准值(℃)", "示值(℃)", "修正值(℃)"], ["0.00", "0.05", "-0.05"], note]
    found = read(document(rows, width=110))
    assert points(found, "cor", "U", "k") == [[["-0.05", "0.04", "2"]]]
    assert said(found) == []


def test_u_said_in_words_in_each_cell() -> None:
    rows = [["标准值(g)", "示值(g)", "误差(g)", "不确定度"], ["1.00", "1.01", "0.01", "U=0.02 g, k=2"]]
    found = read(document(rows, width=110))
    assert points(found, "err", "U", "k") == [[["0.01", "0.02", "2"]]]


def test_one_u_in_a_cell_over_all_rows() -> None:
    rows = [["标准值(℃)", "示值(℃)", "修正值(℃)", "U(k=2)"], ["0.00", "0.05", "-0.05", "0.04℃"],
            ["50.00", "50.03", "-0.03", "^"]]  # fmt: skip
    assert points(read(document(rows)), "ref", "U") == [[["0.00", "0.04"], ["50.00", "0.04"]]]


FURNITURE = (NAME, "证书编号：X-1   第2页 共3页", "校准结果", "CALIBRATION RESULTS")


@pytest.mark.parametrize("ruled", [True, False], ids=["lines", "no lines"])
@pytest.mark.parametrize("with_head", [True, False], ids=["head repeated", "no head"])
def test_a_table_that_goes_on_below_the_head_of_the_next_page(ruled: bool, with_head: bool) -> None:
    sheet, y = plain_cover()
    first = [MASS, ["1", "1.0000", "0.0", "0.1"], ["10", "10.0001", "0.1", "0.1"]]
    rest = [["100", "100.0002", "0.2", "0.2"], ["200", "200.0003", "0.3", "0.3"]]
    y = sheet.lines(y, "一、示值误差")
    (sheet.ruled if ruled else sheet.columns)(y, first)
    second = Sheet()
    y = second.lines(40, *FURNITURE)
    (second.ruled if ruled else second.columns)(y + 5, [MASS, *rest] if with_head else rest)
    found = read(pdf_of(sheet, second))
    assert points(found, "ref") == [[["1"], ["10"], ["100"], ["200"]]]
    assert [one.page for one in found.located if one.target.endswith("points[3].error")] == [2]
    assert said(found) == []


def test_another_table_on_the_next_page_is_another_one() -> None:
    sheet, y = plain_cover()
    sheet.ruled(sheet.lines(y, "1. 调整前"), [MASS, ["1", "1.0001", "0.1", "0.1"]])
    second = Sheet()
    second.ruled(second.lines(40, "2. 调整后"), [MASS, ["1", "1.0000", "0.0", "0.1"]])
    assert len(read(pdf_of(sheet, second)).proposals) == 2


def test_rows_of_numbers_without_a_head_are_said() -> None:
    found = read(document([["1", "2", "3"], ["4", "5", "6"]]))
    assert found.proposals == ()
    assert any("2 rows of numbers without a head are not read" in sentence for sentence in said(found))


def in_cells(*texts: tuple[float, float, str], width: float = 40) -> bytes:
    sheet, y = plain_cover()
    rows = [MASS, ["100.0000", "", "", "0.2"], ["200.0000", "200.0001", "0.1", "0.2"]]
    sheet.ruled(y, rows, width=width)
    for dx, dy, text in texts:
        sheet.text(60 + dx, y + dy, text, 7)
    return pdf_of(sheet)


def test_a_number_broken_by_a_narrow_cell_is_read_and_said() -> None:
    found = read(in_cells((42, 19, "100.0000"), (42, 27, "1"), (84, 23, "0.01")))
    assert points(found, "ind")[0][0] == ["100.00001"]
    assert any("100.00001 is printed on two lines: compare it" in sentence for sentence in said(found))


def test_two_numbers_in_one_cell_are_never_one() -> None:
    """100 above 200 is not 100200, nor a number in groups of three."""
    found = read(in_cells((92, 19, "100"), (92, 27, "200"), (190, 23, "0.1"), width=80))
    assert points(found, "ind")[0][0] == [""]
    assert any("'100 | 200' cannot be read as a number" in sentence for sentence in said(found))


def test_fields_that_go_on_in_the_next_line() -> None:
    """In the cells of a form, and free on the page: nothing is cut off, and a person is asked to compare."""
    form = Sheet()
    form.text(220, 20, "校 准 证 书", 18)
    form.ruled(
        60, [["证书编号", ""], ["委托单位", ""], ["出厂编号", "77"], ["校准日期", "2026-03-05"]], width=120
    )
    for y, text in ((62, "TS-LX-2026-"), (70, "03110815"), (80, "石柱示例质量技术"), (88, "监督检验中心")):
        form.text(184, y, text, 8)
    free = Sheet()
    free.text(220, 20, "校 准 证 书", 18)
    free.lines(80, "证书编号：TS-LX-2026-0311", "", "委托单位：", "", "出厂编号：77", "校准日期：2026-03-05")
    free.text(130, 112, "石柱示例质量技术")
    free.text(130, 125, "监督检验中心")
    numbers = ["TS-LX-2026-03110815", "TS-LX-2026-0311"]
    for sheet, number in zip((form, free), numbers, strict=True):
        found = read(pdf_of(sheet))
        assert (found.administrative.number, found.administrative.customer) == (
            number,
            "石柱示例质量技术监督检验中心",
        )
        assert any(
            "'石柱示例质量技术监督检验中心' is printed on 2 lines" in sentence for sentence in said(found)
        )


def test_the_page_number_is_no_part_of_a_certificate_number() -> None:
    sheet, _ = cover("证书编号：CQ-2026-0099        第 1 页 共 2 页", "校准日期: 2026-03-05", "出厂编号: 77")
    assert read(pdf_of(sheet)).administrative.number == "CQ-2026-0099"


def test_tables_side_by_side() -> None:
    sheet, y = plain_cover()
    sheet.ruled(y, [["标准值(℃)", "示值(℃)", "修正值(℃)"], ["10.0", "10.2", "-0.2"]], width=75)
    sheet.ruled(y, [["标准值(%RH)", "示值(%RH)", "修正值(%RH)"], ["40.0", "42.0", "-2.0"]], width=75, x=320)
    sheet.lines(y + 50, "温度U=0.3℃，湿度U=1.5%RH，k=2")
    found = read(pdf_of(sheet))
    assert points(found, "ref", "U") == [[["10.0", "0.3"]], [["40.0", "1.5"]]]
    assert found.stated == ()  # U is no temperature of the room


def test_weights_as_nominal_value_and_deviation() -> None:
    rows = [["标称值", "折算质量", "U(k=2)", "等级"], ["1 g", "1 g+0.01 mg", "0.02 mg", "E2"],
            ["100 g", "100 g－0.05 mg", "0.05 mg", "E2"]]  # fmt: skip
    found = read(document(rows, width=110))
    assert found.proposals[0].shape is Shape.MATERIAL_MEASURE
    assert points(found, "val", "U") == [[["1.00001", "0.02"], ["99.99995", "0.05"]]]


def test_weights_as_actual_values() -> None:
    rows = [["标称值", "实际值", "扩展不确定度（k＝2）", "备注"], ["100 mg", "100.002 mg", "0.006 mg", ""],
            ["2 g", "2.000 01 g", "0.03 mg", ""]]  # fmt: skip
    found = read(document(rows, width=110))
    assert told(found)[0][:4] == ("mass", "mg", "", "mg")
    assert points(found, "val", "U") == [[["100.002", "0.006"], ["2000.01", "0.03"]]]


def test_two_weights_of_one_nominal_value_keep_their_marks() -> None:
    rows = [["标称值", "标记", "折算质量", "U (k=2)"], ["2 g", "—", "1.999 990 g", "0.012 mg"],
            ["2 g", "*", "2.000 004 g", "0.012 mg"]]  # fmt: skip
    found = read(document(rows, width=110))
    assert [point.nominal for point in found.proposals[0].points] == ["2 g", "2 g *"]


def test_a_platinum_resistor_and_its_deviation_from_the_tables() -> None:
    rows = [["温度点(℃)", "电阻值(Ω)", "偏差(℃)", "U(℃) k=2"], ["0", "100.012", "0.03", "0.05"]]
    found = read(document(rows))
    (proposal,) = found.proposals
    assert (proposal.shape, proposal.unit, proposal.reference_unit) == (Shape.VALUES, "ohm", "degC")
    assert points(found, "ref", "ind", "err", "U") == [[["0", "100.012", "", "0.05"]]]


def test_a_moisture_analyser_with_its_words() -> None:
    rows = [["标准含水率/%", "仪器示值/%", "误差/%"], ["5.00", "5.03", "0.03"]]
    found = read(document("水分测定", rows, "U=0.06%，k=2", width=110))
    assert told(found)[0] == (
        "moisture", "%M", "%M", "%M", [{"ref": "5.00", "ind": "5.03", "err": "0.03", "U": "0.06", "k": "2"}],
    )  # fmt: skip


def test_deviations_of_a_chamber_are_no_errors() -> None:
    """JJF 1101: the space minus the set point, the sign of a correction."""
    rows = [["设定值(℃)", "温度偏差(℃)", "均匀度(℃)", "波动度(℃)"], ["105", "0.8", "1.0", "±0.3"]]
    found = read(document(rows, "U=0.5℃，k=2", width=110))
    assert found.proposals == ()
    assert any("a table of an oven or chamber" in sentence for sentence in said(found))


def test_repeatability_with_its_single_readings() -> None:
    rows = [
        ["载荷(g)", "测量次数", "1", "2", "3", "标准偏差(mg)"],
        ["100", "3", "100.0001", "100.0000", "100.0001", "0.05"],
    ]  # fmt: skip
    found = read(document("三、重复性", rows))
    (stated,) = [one for one in found.stated if one.particular is Particular.REPEATABILITY]
    assert (str(stated.value), stated.unit, stated.load, stated.count) == ("0.05", "mg", "100 g", 3)
    assert found.proposals == ()


@pytest.mark.parametrize(
    ("u", "expanded"),
    [
        ("Urel=1.2×10⁻⁶，k=2", "0.00012"),
        ("Urel=0.02%，k=2", "0.020"),
        ("Urel=5 ppm，k=2", "0.0005"),
        ("Urel=1×10⁻¹²，k=2", "1E-10"),
    ],
)
def test_a_relative_u_is_a_part_of_the_value(u: str, expanded: str) -> None:
    rows = [["标准值/g", "示值/g", "误差/mg"], ["100", "100.0001", "0.1"]]
    found = read(document(rows, u))
    assert told(found)[0][3] == "g"
    assert found.proposals[0].points[0].expanded == Decimal(expanded)
    assert said(found) == []


def test_a_relative_u_that_does_not_say_in_what() -> None:
    rows = [["标准值/g", "示值/g", "误差/mg"], ["100", "100.0001", "0.1"]]
    found = read(document(rows, "Urel=0.5，k=2"))
    assert found.proposals[0].points[0].expanded is None
    assert any("it does not say whether in per cent" in sentence for sentence in said(found))
    head = [["标准值/g", "示值/g", "误差/mg", "Urel (k=2)"], ["100", "100.0001", "0.1", "0.5"]]
    assert read(document(head)).proposals[0].points[0].expanded is None


def test_a_power_of_ten_in_a_head_is_not_overlooked() -> None:
    rows = [["标准值/g", "示值/g", "误差/(×10⁻³ g)", "U/mg,k=2"], ["100", "100.0001", "0.1", "0.2"]]
    found = read(document(rows, width=110))
    assert points(found, "ref", "err") == [[["100", ""]]]
    assert any("has a power of ten; its numbers are not read" in sentence for sentence in said(found))
