"""Rows and columns that are easily lost, mixed, or taken for others."""

from decimal import Decimal

import pytest

from calibration.certificates.imported import Stage
from tests.calibration.certificates.pdf_layouts import plain_cover
from tests.calibration.certificates.pdf_reading import document, points, read, said, told
from tests.calibration.certificates.printed import pdf_of, width_of

THERMO = ["标准值(℃)", "示值(℃)", "修正值(℃)"]
U = "U=0.05 ℃，k=2"


@pytest.mark.parametrize("labels", [("通道号", "1", "2"), ("探头", "A", "B"), ("出厂编号", "T-01", "T-02")])
def test_rows_of_several_channels_are_several_results(labels: tuple[str, str, str]) -> None:
    head, first, second = labels
    rows = [
        [head, *THERMO],
        [first, "0.00", "0.02", "-0.02"], ["^", "50.00", "50.05", "-0.05"],
        [second, "0.00", "-0.01", "0.01"], ["^", "50.00", "49.98", "0.02"],
    ]  # fmt: skip
    found = read(document(rows, U))
    assert points(found, "ref", "cor") == [
        [["0.00", "-0.02"], ["50.00", "-0.05"]], [["0.00", "0.01"], ["50.00", "0.02"]],
    ]  # fmt: skip
    assert [str(p.name) for p in found.proposals] == [first, second]
    assert said(found) == []


def test_columns_of_several_channels_are_several_results() -> None:
    rows = [
        ["标准值(℃)", "通道1", "<", "通道2", "<"], ["^", "示值(℃)", "修正值(℃)", "示值(℃)", "修正值(℃)"],
        ["0.00", "0.02", "-0.02", "-0.01", "0.01"],
    ]  # fmt: skip
    found = read(document(rows, U))
    assert points(found, "ref", "ind", "cor") == [[["0.00", "0.02", "-0.02"]], [["0.00", "-0.01", "0.01"]]]
    assert [str(p.name) for p in found.proposals] == ["通道1", "通道2"]


def test_rows_of_stages_and_directions_are_several_results() -> None:
    rows = [["状态", *THERMO], ["调整前", "0.00", "0.52", "-0.52"], ["调整后", "0.00", "0.02", "-0.02"]]
    found = read(document(rows, U))
    assert [p.stage for p in found.proposals] == [Stage.AS_FOUND, Stage.AS_LEFT]
    rows = [["方向", *THERMO], ["升温", "0.00", "0.02", "-0.02"], ["降温", "0.00", "0.03", "-0.03"]]
    assert [str(p.name) for p in read(document(rows, U)).proposals] == ["升温", "降温"]


def test_an_index_and_the_numbers_of_weights_part_no_table() -> None:
    rows = [["序号", *THERMO], ["1", "0.00", "0.02", "-0.02"], ["2", "50.00", "50.05", "-0.05"]]
    assert points(read(document(rows, U)), "ref") == [[["0.00"], ["50.00"]]]
    rows = [["标称值", "编号", "折算质量修正值", "U (k=2)"], ["1 g", "/", "0.02 mg", "0.03 mg"],
            ["2 g", "1", "-0.01 mg", "0.04 mg"], ["2 g", "2", "0.03 mg", "0.04 mg"]]  # fmt: skip
    found = read(document(rows))
    assert points(found, "val") == [[["1.00002"], ["1.99999"], ["2.00003"]]]


@pytest.mark.parametrize("mean", ["平均值(℃)", "平均"])
def test_means_of_reference_and_indication(mean: str) -> None:
    rows = [
        ["标准器示值(℃)", "<", "<", "被校示值(℃)", "<", "<", "修正值(℃)"],
        ["1", "2", mean, "1", "2", mean, "^"],
        ["10.00", "10.02", "10.01", "10.1", "10.2", "10.15", "-0.14"],
    ]
    found = read(document(rows, U, width=65))
    assert points(found, "ref", "ind", "cor") == [[["10.01", "10.15", "-0.14"]]]
    assert said(found) == []


def test_the_mean_in_a_head_of_its_own() -> None:
    rows = [
        ["标准值(℃)", "示值(℃)", "<", "平均值(℃)", "修正值(℃)"], ["^", "1", "2", "^", "^"],
        ["10.00", "10.1", "10.2", "10.15", "-0.15"],
    ]  # fmt: skip
    assert points(read(document(rows, U)), "ref", "ind") == [[["10.00", "10.15"]]]


def test_what_was_set_is_the_indication_of_what_keeps_a_temperature() -> None:
    """A correction to what was measured would be added to the true temperature."""
    rows = [["设定温度(℃)", "实测温度(℃)", "修正值(℃)"], ["100.0", "101.2", "1.2"]]
    found = read(document(rows, U, width=110))
    assert points(found, "ref", "ind", "cor") == [[["101.2", "100.0", "1.2"]]]
    (sentence,) = said(found)
    assert "'设定温度(°C)' is read as the indication" in sentence
    rows[0][2] = "偏差(℃)"
    assert any("(the sign is that of the correction)" in s for s in said(read(document(rows, U, width=110))))


def test_an_error_against_a_nominal_value_with_the_other_sign() -> None:
    rows = [["标称值(℃)", "示值(℃)", "误差(℃)"], ["100.0", "101.2", "-1.2"]]
    (sentence,) = said(read(document(rows, U, width=110)))
    assert "(the sign is that of the correction)" in sentence
    near = [["校准点(℃)", "示值(℃)", "误差(℃)"], ["15", "15.2", "0.17"], ["20", "20.0", "0.00"]]
    assert said(read(document(near, U, width=110))) == []


def test_english_heads_that_hold_other_words() -> None:
    """Te-mpe-rature is no permissible error, relative humidity no relative error, K no coverage factor."""
    head = ["Reference Temperature °C", "UUT Reading °C", "Error °C", "Expanded Uncertainty °C (k=2)"]
    found = read(document([head, ["0.001", "0.01", "0.01", "0.02"]], width=125))
    assert points(found, "ref", "ind", "err", "U") == [[["0.001", "0.01", "0.01", "0.02"]]]
    head = ["Relative Humidity (%RH)", "Reading (%RH)", "Correction (%RH)", "U (%RH), k=2"]
    found = read(document([head, ["40.0", "41.5", "-1.5", "1.8"]], width=125))
    assert points(found, "ref", "cor") == [[["40.0", "-1.5"]]]
    rows = [["标准值", "示值", "修正值", "U(k=2)"], ["℃", "℃", "K", "K"], ["0.00", "0.05", "-0.05", "0.02"]]
    found = read(document(rows))
    assert points(found, "cor", "U", "k") == [[["-0.05", "0.02", "2"]]]


@pytest.mark.parametrize(
    "head", ["标准不确定度(℃)", "合成标准不确定度uc(℃)", "u(℃)", "Standard uncertainty (°C)"]
)
def test_a_standard_uncertainty_is_not_expanded(head: str) -> None:
    found = read(document([[*THERMO, head], ["0.00", "0.05", "-0.05", "0.02"]], "k=2", width=125))
    assert points(found, "U", "k") == [[["", ""]]]
    assert any("is a standard uncertainty, not U" in sentence for sentence in said(found))


@pytest.mark.parametrize(
    ("sentence", "expanded"),
    [
        ("标准不确定度为 0.02 ℃，扩展不确定度 U=0.04 ℃，k=2", "0.04"),
        ("uc=0.02 ℃，U=k·uc=0.04 ℃，k=2", "0.04"),
        ("The expanded uncertainty of measurement is ±0.04 °C (k=2).", "0.04"),
        ("合成标准不确定度为 0.02 ℃，k=2", None),
        ("U=0.02 ℃～0.04 ℃，k=2", None),
        ("U=0.02℃-0.04℃，k=2", None),
    ],
)
def test_u_in_a_sentence(sentence: str, expanded: str | None) -> None:
    found = read(document([THERMO, ["0.00", "0.05", "-0.05"]], sentence))
    assert found.proposals[0].points[0].expanded == (Decimal(expanded) if expanded else None)


def test_a_relative_u_with_powers_of_ten_in_its_cells() -> None:
    rows = [["标准值(g)", "示值(g)", "误差(g)", "Urel(k=2)"], ["1000", "1000.5", "0.5", "2.0×10⁻⁴"]]
    found = read(document(rows))
    assert Decimal(points(found, "U")[0][0][0]) == Decimal("0.2")
    assert said(found) == []


def test_a_minus_with_a_blank_and_a_row_that_cannot_be_read() -> None:
    rows = [[*THERMO], ["− 40.02", "− 39.90", "− 0.12"], ["0.00", "0.02", "-0.02"]]
    assert points(read(document(rows, U, ruled=False)), "ref", "cor") == [
        [["-40.02", "-0.12"], ["0.00", "-0.02"]]
    ]
    for at in range(3):
        rows = [THERMO, ["10.00", "10.02", "-0.02"], ["20.00", "20.02", "-0.02"]]
        rows.insert(at + 1, ["15.00[1]", "15.02[1]", "-0.02[1]"])
        found = read(document(rows, U, width=110, ruled=False))
        assert points(found, "ref") == [[["10.00"], ["20.00"]]]
        assert any("found '15.00[1]" in sentence for sentence in said(found))


def test_the_mark_of_a_note_is_no_digit() -> None:
    sheet, y = plain_cover()
    sheet.ruled(y, [[*THERMO, "U(℃),k=2"], ["10.0", "10.2", "", "0.3"]])
    sheet.text(250, y + 23, "-0.1")
    sheet.text(270, y + 21, "2", 6)
    found = read(pdf_of(sheet))
    assert points(found, "cor") == [[[""]]]
    assert any("'-0.1^2' cannot be read as a number" in sentence for sentence in said(found))


@pytest.mark.parametrize("ruled", [True, False], ids=["lines", "no lines"])
def test_a_watermark_over_a_table(ruled: bool) -> None:
    sheet, y = plain_cover()
    rows = [[*THERMO, "U(℃),k=2"], *([f"{t}.00", f"{t}.02", "-0.02", "0.05"] for t in (10, 20, 30, 40))]
    (sheet.ruled if ruled else sheet.columns)(y, rows)
    sheet.text(70, y + 25, "专用章专用章", 50)
    found = read(pdf_of(sheet))
    assert points(found, "ref", "cor") == [[[f"{t}.00", "-0.02"] for t in (10, 20, 30, 40)]]


def test_thousands_are_read_where_a_point_follows() -> None:
    rows = [["载荷/g", "示值/g", "误差/mg", "U/mg(k=2)"], ["1,000.00", "1,000.01", "10", "5"],
            ["2,000", "2,000.01", "10", "5"]]  # fmt: skip
    found = read(document(rows))
    assert points(found, "ref", "ind") == [[["1000.00", "1000.01"], ["", "2000.01"]]]
    assert any("'2,000' cannot be read as a number" in sentence for sentence in said(found))


def test_dashes_that_fonts_have_for_nothing() -> None:
    rows = [
        ["标准值(g)", "示值(g)", "误差(mg)", "U(mg),k=2"],
        ["1", "1.0001", "0.1", "0.1"],
        ["2", "⸺", "─", "⸺"],
    ]
    found = read(document(rows))
    assert told(found)[0][4][0]["err"] == "0.1" and len(told(found)[0][4]) == 1
    assert any("nothing was measured at '2'" in sentence for sentence in said(found))


GERMAN = [["Reference / °C", "Reading / °C", "Correction / K", "U / K (k=2)"],
          ["0,00", "0,05", "-0,05", "0,02"], ["100,000", "99,91", "0,09", "0,03"]]  # fmt: skip


@pytest.mark.parametrize("ruled", [True, False], ids=["lines", "no lines"])
def test_decimal_commas_of_a_whole_document(ruled: bool) -> None:
    found = read(document(GERMAN, "Customer: Muster GmbH, Berlin", width=110, ruled=ruled))
    assert points(found, "ref", "cor", "U") == [[["0.00", "-0.05", "0.02"], ["100.000", "0.09", "0.03"]]]
    assert found.administrative.customer == "Muster GmbH, Berlin"
    assert any("decimal commas, which are read as points" in sentence for sentence in said(found))


def test_a_comma_beside_points_is_not_read() -> None:
    found = read(document([*GERMAN, ["50.00", "50.01", "-0.01", "0.02"]], width=110))
    assert points(found, "ref", "cor") == [[["50.00", "-0.01"]]]


def test_signs_far_before_their_numbers() -> None:
    """Accounting formats print the sign at the left edge; a dash for nothing stays one."""
    sheet, y = plain_cover()
    sheet.columns(y, [["标准值(℃)", "修正值(℃)"], ["10.0", "0.2"], ["20.0", "0.1"]], width=140)
    sheet.text(243, y + 16, "-")
    sheet.lines(y + 60, "U=0.3 ℃，k=2")
    assert points(read(pdf_of(sheet)), "ref", "cor") == [[["10.0", "-0.2"], ["20.0", "0.1"]]]
    rows = [["标准值(℃)", "示值(℃)", "修正值(℃)"], ["10.0", "-", "0.2"], ["20.0", "-", "0.1"]]
    assert points(read(document(rows, U, ruled=False)), "ref", "cor") == [[["10.0", "0.2"], ["20.0", "0.1"]]]


def test_a_table_of_one_point_with_k_in_a_cell() -> None:
    rows = [["标准值", "20.0 ℃"], ["示值", "20.2 ℃"], ["修正值", "-0.2 ℃"], ["扩展不确定度U", "0.3 ℃ (k=2)"]]
    found = read(document(rows, width=120))
    assert points(found, "ref", "ind", "cor", "U", "k") == [[["20.0", "20.2", "-0.2", "0.3", "2"]]]


def test_u_with_the_name_of_its_quantity() -> None:
    rows = [["标准温度(℃)", "温度示值(℃)", "UT(℃)", "标准湿度(%RH)", "湿度示值(%RH)", "UH(%RH)"],
            ["20.0", "20.2", "0.3", "40.0", "42.0", "1.5"]]  # fmt: skip
    found = read(document(rows, "注：包含因子k取2"))
    assert points(found, "ref", "ind", "U", "k") == [
        [["20.0", "20.2", "0.3", "2"]],
        [["40.0", "42.0", "1.5", "2"]],
    ]


def test_instruments_in_rows_of_their_own() -> None:
    rows = [["出厂编号", *THERMO], ["T01", "20.0", "20.1", "-0.1"], ["T02", "20.0", "20.2", "-0.2"]]
    assert [str(p.name) for p in read(document(rows, U)).proposals] == ["T01", "T02"]
    rows = [["标称值", "出厂编号", "折算质量", "U (k=2)"], ["1 g", "A1", "1.00001 g", "0.03 mg"],
            ["2 g", "A2", "1.99999 g", "0.04 mg"]]  # fmt: skip
    assert points(read(document(rows, width=110)), "val") == [[["1.00001"], ["1.99999"]]]


def test_places_on_the_pan_are_no_points() -> None:
    rows = [["位置", "载荷(g)", "示值(g)", "误差(mg)"], ["中", "100", "100.0001", "0.1"],
            ["左前", "100", "100.0003", "0.3"]]  # fmt: skip
    found = read(document(rows))
    assert found.proposals == ()
    assert [(str(s.value), s.unit) for s in found.stated] == [("0.1", "mg"), ("0.3", "mg")]
    rows = [[*THERMO, "备注"], ["0.00", "0.02", "-0.02", ""], ["9.00", "9.02", "-0.02", ""]]
    assert len(read(document(rows, U)).proposals) == 1


def test_a_column_as_found_is_the_indication() -> None:
    rows = [["Nominal", "As Found", "Error", "U (k=2)"], ["100 g", "100.0003 g", "-0.3 mg", "0.2 mg"]]
    found = read(document(rows, width=110))
    assert points(found, "ind", "err") == [[["100.0003", "-0.3"]]]
    assert any("(the sign is that of the correction)" in sentence for sentence in said(found))


def test_heads_of_different_height_without_lines() -> None:
    """The middle of a head on one line stands beside those on two."""
    sheet, y = plain_cover()
    for i, head in enumerate(["标准值(℃)", "示值(℃)", "修正值|Correction(℃)", "U(℃)|k=2"]):
        lines = head.split("|")
        for part, text in enumerate(lines):
            sheet.text(60 + i * 100, y + 7 + (part * 14 - 7 if len(lines) > 1 else 0), text)
    sheet.columns(
        y + 32, [["0.00", "0.02", "-0.02", "0.05"], ["50.00", "50.05", "-0.05", "0.05"]], width=100, x=40
    )
    found = read(pdf_of(sheet))
    assert points(found, "ref", "ind", "cor", "U", "k") == [
        [["0.00", "0.02", "-0.02", "0.05", "2"], ["50.00", "50.05", "-0.05", "0.05", "2"]]
    ]


NAMES = [
    ["标准值", "Standard (℃)"],
    ["示值", "Indication (℃)"],
    ["修正值", "Correction (℃)"],
    ["U", "(℃), k=2"],
]
VALUES = [["0.00", "50.00"], ["0.02", "50.05"], ["-0.02", "-0.05"], ["0.05", "0.05"]]


@pytest.mark.parametrize("pitch", [30, 24])
def test_names_on_two_lines_beside_their_numbers(pitch: int) -> None:
    sheet, y = plain_cover()
    for i, (name, numbers) in enumerate(zip(NAMES, VALUES, strict=True)):
        top = y + i * pitch
        sheet.lines(top, *name, pitch=12)
        for j, number in enumerate(numbers):
            sheet.text(250 + j * 80, top + 6, number)
    found = read(pdf_of(sheet))
    assert points(found, "ref", "ind", "cor", "U", "k") == [
        [["0.00", "0.02", "-0.02", "0.05", "2"], ["50.00", "50.05", "-0.05", "0.05", "2"]]
    ]


def test_k_in_the_second_row_of_a_head_is_no_column_of_k() -> None:
    rows = [[*THERMO, "U(℃)"], ["^", "^", "^", "k=2"], ["0.00", "0.02", "-0.02", "0.05"]]
    found = read(document(rows))
    assert points(found, "U", "k") == [[["0.05", "2"]]]


def test_names_on_three_lines_and_one_that_could_be_of_two_rows() -> None:
    sheet, y = plain_cover()
    for i, (name, numbers) in enumerate(zip(NAMES, VALUES, strict=True)):
        top = y + i * 50
        for at, text in enumerate([name[0], *name[1].split(" ", 1)]):
            sheet.text(150 - width_of(text, 10) / 2, top + at * 14, text)
        for j, number in enumerate(numbers):
            sheet.text(250 + j * 80, top + 14, number)
    assert points(read(pdf_of(sheet)), "ref", "cor")[0] == [["0.00", "-0.02"], ["50.00", "-0.05"]]
    between, y = plain_cover()
    for i, (name, numbers) in enumerate([("标准值(℃)", ["0.00", "9.00"]), ("修正值(℃)", ["0.02", "0.03"])]):
        between.lines(y + i * 28, name, "示值(℃)" if i == 0 else "", pitch=14)
        for j, number in enumerate(numbers):
            between.text(250 + j * 80, y + i * 28, number)
    told_of = read(pdf_of(between))
    assert not any(point.get("ind") for one in told(told_of) for point in one[4])


def test_a_single_row_of_results_without_others_is_said() -> None:
    sheet, y = plain_cover()
    sheet.columns(y, [["修正值(℃)", "-0.02", "-0.05"]])
    assert any("1 rows of numbers without a head" in sentence for sentence in said(read(pdf_of(sheet))))


def headed(parents: list[tuple[float, str]], rows: list[list[str]], width: float = 80) -> bytes:
    """A table without lines whose upper heads stand in the middle of the columns below them."""
    sheet, y = plain_cover()
    for column, text in parents:
        sheet.text(60 + (column + 0.5) * width - width_of(text, 10) / 2, y, text)
    sheet.lines(sheet.columns(y + 14, rows, width=width), "U=0.2 mg，k=2")
    return pdf_of(sheet)


def test_a_head_in_the_middle_of_its_columns_without_lines() -> None:
    rows = [
        ["载荷(g)", "加载", "卸载", "MPE(mg)"],
        ["50", "0.1", "0.2", "±0.5"],
        ["100", "-0.2", "-0.1", "±1.0"],
    ]
    found = read(headed([(1.5, "示值误差(mg)")], rows))
    assert points(found, "ref", "err") == [[["50", "0.1"], ["100", "-0.2"]], [["50", "0.2"], ["100", "-0.1"]]]


@pytest.mark.parametrize("width", [2, 3])
def test_stages_in_the_middle_of_their_columns_without_lines(width: int) -> None:
    heads = ["示值(g)", "误差(mg)", "MPE(mg)"][:width]
    before, after = ["50.0008", "0.8", "±0.5"][:width], ["50.0001", "0.1", "±0.5"][:width]
    rows = [["标准值(g)", *heads, *heads], ["50", *before, *after]]
    middle = (width + 1) / 2
    found = read(headed([(middle, "调整前"), (middle + width, "调整后")], rows, width=65))
    assert [p.stage for p in found.proposals] == [Stage.AS_FOUND, Stage.AS_LEFT]
    assert points(found, "ref", "ind", "err") == [[["50", "50.0008", "0.8"]], [["50", "50.0001", "0.1"]]]


def test_names_of_quantities_without_lines_are_no_names_of_columns() -> None:
    rows = [["项目", *(head[:3] for head in THERMO), "U(k=2)"], ["温度(℃)", "10.0", "10.2", "-0.2", "0.3"],
            ["湿度(%RH)", "40.0", "42.0", "-2.0", "1.5"]]  # fmt: skip
    found = read(document([[*rows[0][:2], "示值", *rows[0][3:]], *rows[1:]], ruled=False))
    assert [(one[0], one[4][0]["ref"]) for one in told(found)] == [
        ("temperature", "10.0"),
        ("humidity", "40.0"),
    ]


def test_units_in_a_row_below_heads_of_two_heights_without_lines() -> None:
    sheet, y = plain_cover()
    sheet.columns(y, [["", "", "修正值", "不确定度"]])
    sheet.columns(y + 7, [["标准值", "示值", "", ""]])
    sheet.columns(y + 14, [["", "", "Correction", "U"]])
    sheet.columns(y + 30, [["(℃)"] * 4, ["0.00", "0.02", "-0.02", "0.05"], ["9.00", "9.05", "-0.05", "0.05"]])
    sheet.lines(y + 90, "k=2")
    found = read(pdf_of(sheet))
    assert points(found, "ref", "ind", "cor", "U") == [
        [["0.00", "0.02", "-0.02", "0.05"], ["9.00", "9.05", "-0.05", "0.05"]]
    ]
    assert said(found) == []
