"""Certificates in PDF: made-up ones in many layouts, and the one beside the checkout."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from calibration.certificates.imported import Particular, ProposedPoint, Severity, Shape, Stage
from calibration.certificates.model import Kind
from calibration.certificates.pdf.importer import read_pdf
from calibration.certificates.pdf.located import ImportedPdf
from tests.calibration.certificates import pdf_layouts as layouts
from tests.calibration.certificates.printed import Sheet, pdf_of

TODAY = datetime.date(2026, 11, 23)
D = Decimal


def read(data: bytes) -> ImportedPdf:
    return read_pdf(data, "certificate.pdf", TODAY)


def sentences(found: ImportedPdf, severity: Severity) -> list[str]:
    return [str(finding) for finding in found.findings if finding.severity is severity]


def errors(found: ImportedPdf) -> list[str]:
    return sentences(found, Severity.ERROR)


def column(points: tuple[ProposedPoint, ...], name: str) -> list[Decimal | None]:
    return [getattr(point, name) for point in points]


def test_sample_of_a_balance(shared: Callable[[str], Path]) -> None:
    """certificates/samples/pdf: made by another program, with subscripts and U+2212."""
    found = read(shared("certificates/samples/pdf/balance_calibration.pdf").read_bytes())
    admin = found.administrative
    assert (admin.number, admin.customer) == ("TS-LX-2026-0311", "石柱示例检验检测中心")
    assert (admin.received_on, admin.ended_on) == (datetime.date(2026, 3, 2), datetime.date(2026, 3, 5))
    (item,) = admin.items
    assert (item.model, item.serial_number, item.manufacturer) == ("XPE204", "B3200451", "METTLER TOLEDO")
    assert [i.value for i in item.identifications] == ["TP-01"]
    assert admin.signers == ()  # dashes
    (proposal,) = found.proposals
    assert (proposal.quantity, proposal.unit, proposal.error_unit, proposal.uncertainty_unit) == (
        "mass",
        "g",
        "mg",
        "mg",
    )
    assert column(proposal.points, "indication")[5:] == [D("149.9999"), D("199.9998"), D("219.9998")]
    assert column(proposal.points, "error") == [
        D(x) for x in ["0.0", "0.0", "0.0", "0.0", "0.1", "-0.1", "-0.2", "-0.2"]
    ]
    assert column(proposal.points, "expanded") == [
        D(x) for x in ["0.1", "0.1", "0.1", "0.2", "0.2", "0.3", "0.4", "0.5"]
    ]
    assert set(column(proposal.points, "k")) == {D(2)}
    assert [(link.number, link.equipment) for link in found.links] == [("ZL-FM-2025-118", "砝码组 F-E2-07")]
    repeated = [
        (s.value, s.unit, s.load, s.count) for s in found.stated if s.particular is Particular.REPEATABILITY
    ]
    assert repeated == [(D("0.04"), "mg", "100 g", 10), (D("0.05"), "mg", "200 g", 10)]
    assert {(s.value, s.unit) for s in found.stated} >= {
        (D(220), "g"),
        (D("0.1"), "mg"),
        (D("22.3"), "degC"),
        (D(52), "%RH"),
    }
    assert errors(found) == ["no laboratory (发证单位) was found; key it in"]


def test_every_cell_has_its_page_and_box() -> None:
    found = read(layouts.adjusted_over_two_pages())
    places = {located.target: located for located in found.located}
    cell = places["proposals[1].points[3].expanded"]
    assert (cell.text, cell.page) == ("0.4", 2)
    left, top, right, bottom = cell.box
    assert (left, right) == (pytest.approx(330), pytest.approx(420))
    assert (top, bottom) == (pytest.approx(96), pytest.approx(114))
    assert places["administrative.ended_on"].text == "2026-03-02 ~ 2026-03-05"
    assert (found.pages[1].width, found.pages[1].height) == (595, 842)


def test_corrections_full_width_and_u_in_a_footnote() -> None:
    found = read(layouts.corrections_without_lines())
    admin = found.administrative
    assert (admin.number, admin.laboratory, admin.customer) == ("RD2026-0093", layouts.NAME, "某某检测中心")
    assert (admin.received_on, admin.ended_on) == (datetime.date(2026, 1, 9), datetime.date(2026, 1, 12))
    assert admin.due_on == datetime.date(2027, 1, 11)
    assert admin.signers == ("张三", "李四", "王五")
    assert (admin.items[0].model, admin.items[0].serial_number) == ("DT-100", "T-8841")
    (proposal,) = found.proposals
    assert (proposal.shape, proposal.quantity, proposal.unit) == (Shape.ERRORS, "temperature", "degC")
    assert column(proposal.points, "correction") == [D("-0.08"), D("0.01"), D("-0.15")]
    assert column(proposal.points, "error") == [None] * 3
    assert [(p.expanded, p.k, p.probability) for p in proposal.points] == [(D("0.05"), D(2), D("0.95"))] * 3
    assert proposal.uncertainty_unit == "degC"
    assert [(s.value, s.unit) for s in found.stated] == [
        (D("22.1"), "degC"), (D("22.5"), "degC"), (D(45), "%RH"), (D(55), "%RH"),
    ]  # fmt: skip
    assert errors(found) == []


def test_verification_needs_no_u_but_verdict_and_validity() -> None:
    found = read(layouts.verification())
    assert found.administrative.kind is Kind.VERIFICATION
    assert found.administrative.due_on == datetime.date(2027, 3, 4)
    assert [(c.verdict, c.norm) for c in found.conformity] == [("准予作I级使用", "JJG 1036-2022")]
    (proposal,) = found.proposals
    assert column(proposal.points, "tolerance") == [(D("-0.5"), D("0.5"))] * 2 + [(D(-1), D(1))]
    assert column(proposal.points, "expanded") == [None] * 3
    assert (errors(found), len(sentences(found, Severity.WARNING))) == ([], 1)


def test_verification_without_verdict_and_validity() -> None:
    sheet, _ = layouts.cover(
        "证书编号：1A", "出厂编号：2", "检定日期：2026-03-05", "有效期至：   年  月  日", title="检定证书"
    )
    said = errors(read(pdf_of(sheet)))
    assert said == [
        "no verdict (检定结论) was found; key it in",
        "no end of validity (有效期至) was found; key it in",
    ]


def test_as_found_as_left_over_a_page_and_a_lost_minus() -> None:
    found = read(layouts.adjusted_over_two_pages())
    assert (found.administrative.begun_on, found.administrative.ended_on) == (
        datetime.date(2026, 3, 2), datetime.date(2026, 3, 5),
    )  # fmt: skip
    before, after = found.proposals
    assert (before.stage, after.stage) == (Stage.AS_FOUND, Stage.AS_LEFT)
    assert column(before.points, "error") == [D("0.3"), D("2.0")]
    assert column(after.points, "reference") == [D(10), D(100), D(150), D(200)]
    assert column(after.points, "expanded") == [D("0.1"), D("0.2"), D("0.3"), D("0.4")]
    (sentence,) = errors(found)
    assert "page 1" in sentence and "point 2: found 0.2 (the sign is that of the correction)" in sentence


def test_transposed_humidity_weights_and_resistor() -> None:
    found = read(layouts.many_tables())
    assert errors(found) == []
    temperature, humidity, weights, resistor = found.proposals
    assert column(temperature.points, "indication") == [D("10.2"), D("20.1"), D("29.9")]
    assert column(temperature.points, "expanded") == [D("0.3"), D("0.3"), D("0.4")]
    assert (humidity.quantity, humidity.unit, humidity.uncertainty_unit) == ("humidity", "%RH", "%RH")
    assert column(humidity.points, "correction") == [D("-2.0"), D("-1.0")]
    assert weights.shape is Shape.MATERIAL_MEASURE
    assert [(p.nominal, p.value, weights.unit) for p in weights.points] == [
        ("100 mg", D("100.001"), "mg"), ("1 kg", D("1000000.3"), "mg"),
    ]  # fmt: skip
    assert (resistor.shape, resistor.unit, resistor.reference_unit) == (Shape.VALUES, "ohm", "degC")
    assert [(p.reference, p.indication, p.k) for p in resistor.points] == [
        (D(0), D("100.012"), D(2)), (D(100), D("138.520"), D("2.1")),
    ]  # fmt: skip


def test_ruled_form_translations_and_standards_without_lines() -> None:
    found = read(layouts.form_and_standards())
    admin = found.administrative
    assert (admin.number, admin.laboratory) == ("ZJ-2026-9", "重庆市示例计量质量检测研究院")
    assert (admin.customer, admin.laboratory_code) == ("示例药业有限公司", "(国)法计(2020)01001号")
    assert (admin.items[0].model, admin.items[0].identifications) == ("TH-1", ())
    assert [link.number for link in found.links] == ["RDbz2025-01", "RDbz2025-02"]
    (proposal,) = found.proposals
    assert [(p.reference, p.k, p.probability) for p in proposal.points] == [
        (D("20.012"), D("2.00"), D("0.95")), (D("40.031"), D("2.13"), D("0.95")),
    ]  # fmt: skip
    (expired,) = errors(found)
    assert "was valid until 2026-01-31, the calibration was on 2026-03-05" in expired


def test_two_quantities_grouped_digits_and_powers() -> None:
    found = read(layouts.two_quantities())
    temperature, humidity, mass, relative = found.proposals
    assert [(p.expanded, p.k) for p in temperature.points] == [(D("0.3"), D(2))] * 2
    assert [(p.expanded, p.k) for p in humidity.points] == [(D(2), D(2))] * 2
    assert (mass.points[0].reference, mass.points[0].expanded) == (D("100.00002"), D("0.00012"))
    assert mass.points[1].reference is None
    assert column(relative.points, "expanded") == [D("1.00"), D("1.50")]
    assert relative.uncertainty_unit == "%RH"
    (comma,) = errors(found)
    assert "'0,5' cannot be read as a number" in comma


def test_frame_without_inner_lines_and_statements_in_the_text() -> None:
    found = read(layouts.frame_only())
    (proposal,) = found.proposals
    assert column(proposal.points, "error") == [D("0.01"), D("0.00"), D("0.01")]
    assert column(proposal.points, "expanded") == [D("0.02")] * 3
    stated = {s.particular: (s.value, s.unit) for s in found.stated}
    assert stated == {
        Particular.MAXIMUM: (D(220), "g"),
        Particular.VERIFICATION_INTERVAL: (D(1), "mg"),
        Particular.REPEATABILITY: (D("0.004"), "g"),
    }


def test_halves_side_by_side_and_u_by_ranges() -> None:
    found = read(layouts.halves_and_stages())
    balance, before, after = found.proposals
    assert column(balance.points, "reference") == [D(100), D(200), D(500), D(1000)]
    assert (balance.reference_unit, balance.error_unit, balance.uncertainty_unit) == ("g", "mg", "mg")
    assert (before.stage, after.stage) == (Stage.AS_FOUND, Stage.AS_LEFT)
    assert column(before.points, "indication") == [D("10.5"), D("30.7")]
    assert column(after.points, "indication") == [D("10.0"), D("30.1")]
    assert column(before.points, "expanded") == [None, None]
    assert all("found several U in the text (0.2 °C; 0.3 °C)" in sentence for sentence in errors(found))


ROWS = [["标准值(g)", "示值(g)", "误差(g)"], ["1.00", "1.01", "0.01"], ["2.00", "2.00", "0.00"]]


@pytest.mark.parametrize(
    ("footnote", "sentence"),
    [
        ("", "no U is found for this table"),
        ("U=0.02 g", "no k is found for this U; it is never assumed to be 2"),
        ("U=0.02 g + 1×10^-6 m, k=2", "U is stated as a formula"),
        ("U=0.02 xyz, k=2", "the unit 'xyz' of U is not known"),
    ],
)
def test_what_is_missing_is_said_and_never_assumed(footnote: str, sentence: str) -> None:
    sheet, y = layouts.plain_cover()
    sheet.lines(sheet.ruled(y, ROWS), footnote)
    (said,) = errors(read(pdf_of(sheet)))
    assert sentence in said


def test_u_of_a_standard_is_not_that_of_the_results() -> None:
    sheet, y = layouts.plain_cover()
    y = sheet.lines(y, "标准器的扩展不确定度 U=0.01 g, k=2", "", "一、示值误差")
    sheet.ruled(y, ROWS)
    (proposal,) = (found := read(pdf_of(sheet))).proposals
    assert column(proposal.points, "expanded") == [None, None]
    assert any("no U is found" in sentence for sentence in errors(found))


def test_column_without_a_known_unit() -> None:
    sheet, y = layouts.plain_cover()
    sheet.ruled(y, [["标准值(斗)", "示值(g)", "U(g),k=2"], ["1", "1", "0.1"]])
    assert any(
        "'标准值(斗)' has no unit that is known" in sentence for sentence in errors(read(pdf_of(sheet)))
    )


def test_dates_in_the_future_or_out_of_order() -> None:
    sheet, _ = layouts.cover("证书编号: X1", "出厂编号: 1", "接收日期: 2027-01-02", "校准日期: 2026-03-05")
    said = errors(read(pdf_of(sheet)))
    assert any("received on 2027-01-02 lies after begun on 2026-03-05" in sentence for sentence in said)
    assert any("received on 2027-01-02 lies in the future" in sentence for sentence in said)


def test_document_without_title_or_table() -> None:
    sheet = Sheet()
    sheet.lines(60, "证书编号: A-1", "一些文字一些文字一些文字，没有表格")
    found = read(pdf_of(sheet))
    said = sentences(found, Severity.WARNING)
    assert any("neither 校准证书 nor 检定证书" in sentence for sentence in said)
    assert any("no table of results was found" in sentence for sentence in said)
    assert found.administrative.number == "A-1"


def test_ranges_with_their_own_u_and_u_of_a_standard_beside_results() -> None:
    found = read(layouts.ranges_and_glass_thermometer())
    first, second, glass = found.proposals
    assert [(p.expanded, p.k, p.conformity) for p in first.points] == [(D("0.1"), D(2), "合格")] * 2
    assert [(p.expanded, p.k) for p in second.points] == [(D("0.3"), D(2))] * 2
    assert [(p.indication, p.correction) for p in glass.points] == [
        (D(0), D("0.05")), (D(10), D("0.00")), (D(20), D("-0.05")),
    ]  # fmt: skip
    assert [(p.expanded, p.k) for p in glass.points] == [(None, None)] * 3
    (missing,) = errors(found)
    assert missing.startswith("page 2") and "no U is found" in missing
    assert any("'温度点(°C)' is read as the indication" in s for s in sentences(found, Severity.WARNING))


def test_moisture_and_a_unit_for_a_whole_table() -> None:
    found = read(layouts.moisture_analyser())
    moisture, oven, balance = found.proposals
    assert (moisture.quantity, moisture.unit, moisture.uncertainty_unit) == ("moisture", "%M", "%M")
    assert column(moisture.points, "expanded") == [D("0.05")] * 2
    assert (oven.quantity, oven.error_unit, oven.points[0].error) == ("temperature", "degC", D("0.8"))
    assert column(balance.points, "tolerance") == [(D("-0.005"), D("0.005")), (D("-0.010"), D("0.010"))]
    assert column(balance.points, "k") == [D(2)] * 2
    assert any("has no unit; degC is that of the table" in s for s in sentences(found, Severity.WARNING))


def test_errors_that_are_called_corrections() -> None:
    """Every sign is the other one: nothing is turned round, the person sees it at each point."""
    found = read(layouts.bold_in_a_frame())
    (proposal,) = found.proposals
    assert column(proposal.points, "correction") == [D("0.10"), D("-0.10")]
    assert [(p.expanded, p.k, p.probability) for p in proposal.points] == [(D("0.04"), D(2), D("0.95"))] * 2
    said = errors(found)
    assert len(said) == 2 and all("(the sign is that of the error)" in sentence for sentence in said)
