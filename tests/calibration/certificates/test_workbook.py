"""The workbook template: what it looks like, what is read back, and every mistake with its cell."""

import datetime
import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from calibration.certificates.completing import complete, content_of
from calibration.certificates.imported import Particular, Relation, Severity, Shape, Stage
from calibration.certificates.model import Kind
from calibration.certificates.native import read_native
from calibration.certificates.workbook.importer import read_workbook
from calibration.certificates.workbook.layout import (
    CERTIFICATE,
    EXAMPLE,
    FORMAT,
    GUIDE,
    LAYOUTS,
    STANDARDS,
    TemplateKind,
    fields_of,
)
from calibration.certificates.workbook.template import write_csv_template, write_template
from calibration.errors import CertificateError
from tests.calibration.certificates.own_files import TODAY, said
from tests.calibration.certificates.workbooks import BALANCE, data_of, filled_book, filled_csv
from tests.calibration.native_files import BALANCE as NATIVE_BALANCE

ERRORS = "示值误差 Errors"


def read(data):
    return read_workbook(data, "b.xlsx", TODAY)


def changed(**cells):
    """The filled template of a balance with some cells of the table of errors changed."""
    book = filled_book(BALANCE)
    for cell, value in cells.items():
        book[ERRORS][cell] = value
    return book


def sentences(book, severity=Severity.ERROR):
    return [str(finding) for finding in read(data_of(book)).findings if finding.severity is severity]


@pytest.mark.parametrize("kind", list(TemplateKind))
def test_the_template_is_bilingual_with_choices_and_an_example(kind):
    book = load_workbook(io.BytesIO(write_template(kind)))
    names = [layout.name for layout in LAYOUTS[kind]]
    assert book.sheetnames == [CERTIFICATE, *names, STANDARDS, EXAMPLE, GUIDE]
    assert (book[CERTIFICATE]["A1"].value, book[CERTIFICATE]["B1"].value) == (FORMAT, kind.value)
    labels = [row[0].value for row in book[CERTIFICATE].iter_rows(min_row=2, max_col=1)]
    assert labels == [field.text for field in fields_of(kind)]
    assert "证书编号 Certificate number" in labels
    choices = [v.formula1 for v in book[CERTIFICATE].data_validations.dataValidation]
    assert '"校准 calibration,检定 verification"' in choices
    units = [v.formula1 for v in book[names[0]].data_validations.dataValidation]
    assert any("mg" in unit or "degC" in unit for unit in units)
    assert any("LX-2026-0417" in str(cell.value) for row in book[EXAMPLE].iter_rows() for cell in row)


def test_an_empty_template_names_every_cell_that_is_needed():
    found = [str(finding) for finding in read(write_template(BALANCE)).findings]
    for cell in ("B2: 证书编号", "B4: 出具单位", "B9: 出厂编号", "B11: 校准日期"):
        assert any(one.startswith(f"证书 Certificate!{cell}") for one in found), found
    assert any("the tables of results are empty" in one for one in found)


def test_a_balance_comes_back_as_it_was_keyed_in():
    imported = read(data_of(filled_book(BALANCE)))
    assert [f for f in imported.findings if f.severity is Severity.ERROR] == []
    admin = imported.administrative
    assert (admin.number, admin.laboratory, admin.kind) == ("LX-2026-0417", "示例计量院", Kind.CALIBRATION)
    assert (admin.ended_on, admin.items[0].serial_number) == (datetime.date(2026, 3, 2), "B123456789")
    proposal = imported.proposals[0]
    assert (proposal.shape, proposal.quantity, proposal.stage) == (Shape.ERRORS, "mass", Stage.AS_LEFT)
    assert (proposal.unit, proposal.error_unit, proposal.uncertainty_unit) == ("g", "mg", "mg")
    point = proposal.points[1]
    assert (str(point.reference), str(point.indication), str(point.error)) == (
        "100.00002",
        "100.0001",
        "0.08",
    )
    assert (point.conformity, str(point.expanded), str(point.k)) == ("pass", "0.15", "2")
    stated = {(s.particular, str(s.value), s.unit, s.load, s.count) for s in imported.stated}
    assert (Particular.REPEATABILITY, "0.08", "mg", "100 g", 10) in stated
    assert (Particular.ECCENTRICITY, "0.2", "mg", "70 g", None) in stated
    assert (Particular.RESOLUTION, "0.1", "mg", "", None) in stated
    assert [(link.relation, link.number) for link in imported.links] == [(Relation.STANDARD, "M-2025-118")]


def test_it_becomes_the_certificate_that_the_native_file_gives():
    imported = read(data_of(filled_book(BALANCE)))
    certificate = complete(
        imported, imported.proposals[0], said("g", {"kind": "polynomial", "degree": 1}), "b.xlsx"
    )
    native = read_native(NATIVE_BALANCE.encode(), "B-01.toml")
    assert certificate.curve.powers()[0] == pytest.approx(native.curve.powers()[0])
    assert certificate.curve.powers()[1] == pytest.approx(native.curve.powers()[1])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_gives_the_same_points(encoding, delimiter):
    imported = read(filled_csv(BALANCE, encoding, delimiter))
    assert imported.proposals[0].points == read(data_of(filled_book(BALANCE))).proposals[0].points


@pytest.mark.parametrize("kind", list(TemplateKind))
def test_every_kind_reads_its_own_example(kind):
    for data in (data_of(filled_book(kind)), filled_csv(kind)):
        imported = read(data)
        assert [str(f) for f in imported.findings if f.severity is Severity.ERROR] == []
        assert all(len(proposal.points) >= 2 for proposal in imported.proposals)
    quantities = [(p.quantity, p.shape, p.unit) for p in imported.proposals]
    assert (
        quantities
        == {
            TemplateKind.BALANCE: [("mass", Shape.ERRORS, "g")],
            TemplateKind.THERMOMETER: [("temperature", Shape.ERRORS, "degC")],
            TemplateKind.MOISTURE_ANALYSER: [("mass", Shape.ERRORS, "g"), ("moisture", Shape.ERRORS, "%M")],
            TemplateKind.WEIGHTS: [("mass", Shape.MATERIAL_MEASURE, "g")],
        }[kind]
    )


def test_weights_by_nominal_value_and_deviation_have_values():
    """The second weight of the template's example states 0.05 mg from 200 g and no mass."""
    imported = read(data_of(filled_book(TemplateKind.WEIGHTS)))
    (weights,) = imported.proposals
    values = content_of(imported, weights, {}, "t.xlsx")["value"]
    assert [(one["name"], one["value"], one["U"]) for one in values] == [
        ("100 g 1", Decimal("100.00002"), Decimal("0.00005")),
        ("200 g 2", Decimal("200.00005"), Decimal("0.0001")),
    ]
    values = content_of(imported, weights, {"equipment": {"unit": "mg"}}, "t.xlsx")["value"]
    assert values[1]["value"] == Decimal("200000.05")
    nameless = replace(weights, points=(replace(weights.points[1], nominal="the big one"),))
    assert "value" not in content_of(imported, nameless, {}, "t.xlsx")["value"][0]
    with pytest.raises(CertificateError) as refusal:
        complete(imported, weights, said("g", {}), "t.xlsx")
    assert str(refusal.value).startswith("t.xlsx: 砝码 Weights: values of a material measure: nothing is")


def test_a_thermometer_of_corrections_and_a_resistance_thermometer():
    imported = read(data_of(filled_book(TemplateKind.THERMOMETER)))
    curve = {"kind": "table", "non_linearity": Decimal("0.01")}
    certificate = complete(imported, imported.proposals[0], said("degC", curve), "t.xlsx")
    assert certificate.curve.parameters == pytest.approx([-0.04, 0.06])
    book = filled_book(TemplateKind.THERMOMETER)
    rows = [("degC", "ohm", "", "", "ohm", "", ""), (0, 100.01, "", "", 0.002, 2, 0.95)]
    rows += [(50, 119.41, "", "", 0.002, 2, 0.95), (100, 138.52, "", "", 0.002, 2, 0.95)]
    for row, values in enumerate(rows, start=2):
        for column, value in enumerate(values, start=1):
            book[ERRORS].cell(row, column).value = value or (0 if value == 0 else None)
    imported = read(data_of(book))
    assert (imported.proposals[0].shape, imported.proposals[0].uncertainty_unit) == (Shape.VALUES, "ohm")
    certificate = complete(imported, imported.proposals[0], said("ohm", {}), "t.xlsx")
    assert certificate.curve.value([119.41])[0] == pytest.approx(50, abs=1e-6)


def test_cells_as_people_fill_them():
    book = changed(A4=100.00002, B4="100.0001", C4="−0.08", D4=None)
    book[ERRORS]["C4"] = None
    book[ERRORS]["D4"] = "−0.08"  # a typographic minus, as Chinese input methods write it
    book[ERRORS]["D2"] = "mg"
    book[CERTIFICATE]["B11"] = datetime.datetime(2026, 3, 2)  # noqa: DTZ001
    assert sentences(book) == []
    assert read(data_of(book)).proposals[0].points[1].correction == Decimal("-0.08")
    for text in ("2026/3/2", "2026年3月2日", "2026.03.02"):
        book[CERTIFICATE]["B11"] = text
        assert read(data_of(book)).administrative.ended_on == datetime.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        ("E4", "0,15", f"{ERRORS}!E4: found '0,15'; allowed is a number with a decimal point"),
        ("E4", "０.15", f"{ERRORS}!E4: found '０.15'; allowed is a number"),
        ("E4", "0.15 mg", f"{ERRORS}!E4: found '0.15 mg'; allowed is a number"),
        ("E4", "#DIV/0!", f"{ERRORS}!E4: found '#DIV/0!'; allowed is a number"),
        ("E4", True, f"{ERRORS}!E4: found 'True'; allowed is a number"),
        ("E4", "=0.1+0.05", f"{ERRORS}!E4: found the formula '=0.1+0.05' without a stored value"),
        ("E4", None, f"{ERRORS}!A4: U is missing; a point without it cannot be used"),
        ("E4", "-0.15", f"{ERRORS}!A4: found U = -0.15; it must be greater than 0"),
        ("F4", None, f"{ERRORS}!A4: k is missing"),
        ("F4", "0.5", f"{ERRORS}!A4: found k = 0.5; it must be 1 or more"),
        ("G4", "95", f"{ERRORS}!A4: found p = 95; it must lie between 0 and 1"),
        ("C4", "-0.08", f"{ERRORS}!A4: found -0.08 (the sign is that of the correction)"),
        ("E2", None, f"{ERRORS}!E2: no unit for '扩展不确定度 Expanded uncertainty U'"),
        ("E2", "stone", f"{ERRORS}!E2: unit 'stone' is not known"),
        ("E2", "degC", f"{ERRORS}!E2: degC is a unit of temperature, and the quantity is mass"),
        ("C1", "示值 Indication", f"{ERRORS}!C1: the heading '示值 Indication' occurs twice"),
    ],
)
def test_every_mistake_names_its_cell(cell, value, sentence):
    found = sentences(changed(**{cell: value}))
    assert any(one.startswith(sentence) for one in found), found


def test_mistakes_on_the_first_sheet():
    book = filled_book(BALANCE)
    sheet = book[CERTIFICATE]
    sheet["B3"], sheet["B11"], sheet["A6"] = "Eichung", "2.3.26", "Instrumnet"
    found = "\n".join(str(finding) for finding in read(data_of(book)).findings)
    assert (
        "证书 Certificate!B3: found 'Eichung'; allowed is '校准 calibration' or '检定 verification'" in found
    )
    assert "证书 Certificate!B11: found '2.3.26'; allowed is a date such as 2026-03-02" in found
    assert "证书 Certificate!A6: found the unknown line 'Instrumnet'; it is not read" in found


def test_a_verification_needs_its_verdict_and_its_end():
    book = filled_book(BALANCE)
    book[CERTIFICATE]["B3"] = "检定"
    found = sentences(book)
    assert any("有效期至 Valid until is empty; a verification" in one for one in found)
    assert any("结论 Conclusion is empty; a verification" in one for one in found)


def test_merged_cells_are_named():
    book = filled_book(BALANCE)
    book[ERRORS].merge_cells("E4:E5")
    assert any(one.startswith(f"{ERRORS}!E4:E5: merged cells") for one in sentences(book))


@pytest.mark.parametrize("number_format", ["0.00%", "#,##0.0,", '0.0"g"%'])
def test_a_cell_that_shows_another_number_than_it_holds_is_left_out(number_format):
    book = changed(B4=100.0001)
    book[ERRORS]["B4"].number_format = number_format
    assert "the cell holds 100.0001 and shows another number" in "\n".join(sentences(book))
    assert read(data_of(book)).proposals[0].points[1].indication is None


@pytest.mark.parametrize("number_format", ["0.0000", '0.0"%"', "0,000.0", "[Red]-0.0"])
def test_other_formats_show_the_number(number_format):
    book = changed(B4=100.0001)
    book[ERRORS]["B4"].number_format = number_format
    assert sentences(book) == []


def test_what_is_hidden_is_read_and_named():
    book = changed()
    book[ERRORS].row_dimensions[4].hidden = True
    book[ERRORS].column_dimensions["E"].hidden = True
    book[STANDARDS].sheet_state = "veryHidden"
    found = sentences(book, Severity.WARNING)
    assert [one.split(": hidden,")[0] for one in found] == [f"{ERRORS}!4:4", f"{ERRORS}!E:E", STANDARDS]


@pytest.mark.parametrize("cell", ["A2001", "AZ4"])
def test_nothing_beyond_the_limits_is_cut_off_in_silence(cell):
    with pytest.raises(CertificateError, match=f"{ERRORS}!{cell}: something stands beyond 2000 rows"):
        read(data_of(changed(**{cell: "1"})))


def test_nothing_beyond_the_last_column_of_a_csv_is_cut_off_either():
    data = filled_csv(BALANCE).replace(b"100.0001,0.08", b"100.0001,0.08" + b"," * 60 + b"7")
    with pytest.raises(CertificateError, match="line 28: something stands beyond 2000 rows"):
        read(data)


def test_a_line_that_occurs_twice_is_an_error():
    book = changed()
    book[CERTIFICATE]["A40"], book[CERTIFICATE]["B40"] = "证书编号", "OTHER-1"
    assert any("A40: the heading '证书编号' occurs twice" in one for one in sentences(book))
    assert read(data_of(book)).administrative.number == "LX-2026-0417"


def test_a_serial_number_that_became_a_number_is_compared_with_the_label():
    book = changed()
    book[CERTIFICATE]["B9"] = 123456789
    found = sentences(book, Severity.WARNING)
    assert any(f"{CERTIFICATE}!B9: the cell holds the number 123456789" in one for one in found)


def test_sheets_of_the_writer_s_own_are_left_alone():
    book = changed()
    book.create_sheet("my notes")["A1"] = "=1+1"
    assert sentences(book) == []


def test_decimal_commas_do_not_decide_what_separates_the_columns():
    data = filled_csv(BALANCE, "utf-8", ";").decode().replace(".", ",").encode()
    found = [str(finding) for finding in read(data).findings]
    assert any("line 27, column 2: found '0,0000'; allowed is a number with" in one for one in found)


def test_a_formula_with_a_stored_value_is_read_and_named():
    book = changed(E4="=0.1+0.05")
    data = data_of(book)
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            part = source.read(entry)
            if b"0.1+0.05" in part:
                part = part.replace(b"<v></v>", b"<v>0.15</v>").replace(b"<v />", b"<v>0.15</v>")
                part = part.replace(b"<v/>", b"<v>0.15</v>")
            copy.writestr(entry, part)
    imported = read(target.getvalue())
    assert imported.proposals[0].points[1].expanded == Decimal("0.15")
    assert any("its last stored value is read: 0.15" in str(f) for f in imported.findings)


def test_another_workbook_or_a_renamed_sheet_is_refused_by_name():
    book = filled_book(BALANCE)
    book[ERRORS].title = "Tabelle1"
    with pytest.raises(CertificateError, match=f"no sheet '{ERRORS}'; do not rename"):
        read(data_of(book))
    book = filled_book(BALANCE)
    book[CERTIFICATE]["A1"] = "my own"
    with pytest.raises(CertificateError, match="found 'my own'; the template has 'hengliang"):
        read(data_of(book))
    book[CERTIFICATE]["A1"], book[CERTIFICATE]["B1"] = FORMAT, "barometer"
    with pytest.raises(CertificateError, match="B1: found 'barometer'; allowed is one of balance"):
        read(data_of(book))


def test_csv_names_line_and_column():
    text = filled_csv(BALANCE).decode("utf-8-sig").replace("0.15,2,0.95", "o.15,2,0.95")
    found = [str(finding) for finding in read(text.encode()).findings]
    assert any("column 5: found 'o.15'; allowed is a number" in one for one in found)
    assert write_csv_template(BALANCE).startswith(b"\xef\xbb\xbf")
