"""Digital Calibration Certificates of our own: what is read, and what each mistake is called."""

import datetime
import hashlib
from decimal import Decimal

import numpy as np
import pytest

from calibration.certificates.completing import complete, draft_of
from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Particular, Relation, Severity, Shape, Stage
from calibration.certificates.model import Gives, Kind
from calibration.certificates.native import read_native
from calibration.errors import CertificateError
from tests.calibration.certificates.own_files import (
    BALANCE,
    HUMIDITY,
    PLATINUM,
    THERMOMETER,
    TODAY,
    said,
)
from tests.calibration.native_files import BALANCE as NATIVE_BALANCE

ONE_SERIAL = "出厂编号</dcc:content></dcc:name></dcc:identification>"
TWO_SERIALS = (
    f"{ONE_SERIAL}<dcc:identification><dcc:issuer>manufacturer</dcc:issuer>"
    "<dcc:value>P-2</dcc:value><dcc:name><dcc:content>S/N probe</dcc:content></dcc:name>"
    "</dcc:identification>"
)
LOCATION = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="https://ptb.de/dcc http://127.0.0.1:9/d.xsd"'
)


def read(text, today=TODAY):
    return read_dcc(text.encode(), "own.xml", today)


def sentences(text, severity=None, today=TODAY):
    found = read(text, today).findings
    return [str(finding) for finding in found if severity in (None, finding.severity)]


def refusal(data):
    with pytest.raises(CertificateError) as caught:
        read_dcc(data if isinstance(data, bytes) else data.encode(), "own.xml", TODAY)
    assert all(mistake.startswith("own.xml: ") for mistake in caught.value.mistakes)
    return str(caught.value)


def test_administrative_data():
    imported = read(BALANCE)
    admin = imported.administrative
    assert imported.file_sha256 == hashlib.sha256(BALANCE.encode()).hexdigest()
    assert imported.format == "DCC 3.3.0"
    assert (admin.number, admin.laboratory, admin.laboratory_code) == ("LX-2026-0417", "示例计量院", "L0000")
    assert admin.received_on == datetime.date(2026, 3, 1)
    assert (admin.begun_on, admin.ended_on) == (datetime.date(2026, 3, 2), datetime.date(2026, 3, 3))
    assert (admin.issued_on, admin.due_on) == (datetime.date(2026, 3, 5), datetime.date(2027, 3, 2))
    item = admin.items[0]
    assert (item.serial_number, item.model, item.manufacturer) == ("B123456789", "M-1", "Maker")
    assert item.name.in_language("zh") == "电子天平"
    assert str(item.name) == "Electronic balance"
    assert [entry.value for entry in item.identifications] == ["B123456789", "B-01"]
    assert imported.findings == ()


def test_conformity_link_and_embedded_file():
    imported = read(BALANCE)
    assert [(c.verdict, c.norm, str(c.text)) for c in imported.conformity] == [
        ("pass", "JJG 1036", "准予作Ⅰ级使用")
    ]
    link = imported.links[0]
    assert (link.relation, link.number, link.sha256) == (
        Relation.STANDARD,
        "M-2025-118",
        "0123456789abcdef" * 4,
    )
    file = imported.files[0]
    assert (file.name, file.mime_type, file.size) == ("LX-2026-0417.pdf", "application/pdf", 19)
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()


def test_the_house_mapping_of_a_balance():
    imported = read(BALANCE)
    proposal = imported.proposals[0]
    assert len(imported.proposals) == 1
    assert (proposal.shape, proposal.quantity, proposal.unit) == (Shape.ERRORS, "mass", "g")
    assert (proposal.error_unit, proposal.uncertainty_unit) == ("mg", "mg")
    point = proposal.points[1]
    assert (str(point.reference), str(point.indication), str(point.error)) == (
        "100.00002",
        "100.0001",
        "0.08",
    )
    assert (str(point.expanded), str(point.k), str(point.probability)) == ("0.15", "2", "0.95")
    stated = {(s.particular, str(s.value), s.unit, s.load, s.count) for s in imported.stated}
    assert (Particular.REPEATABILITY, "0.04", "mg", "100 g", 10) in stated
    assert (Particular.ECCENTRICITY, "0.2", "mg", "70 g", None) in stated
    assert (Particular.RESOLUTION, "0.1", "mg", "", None) in stated


def test_the_same_mapping_by_names_where_ref_types_are_missing():
    names = ["referenceValue", "measuredValue", "measurementError", "nominalValue"]
    own = ["repeatability", "eccentricity", "standardDeviation", "largestDifference"]
    plain = BALANCE
    for ref_type in [f"basic_{name}" for name in names] + [f"hl_{name}" for name in own]:
        assert ref_type in plain
        plain = plain.replace(f' refType="{ref_type}"', "")
    assert read(plain).proposals[0].points == read(BALANCE).proposals[0].points
    assert {s.particular for s in read(plain).stated} == {s.particular for s in read(BALANCE).stated}


def test_a_balance_becomes_the_certificate_that_the_native_file_gives():
    imported = read(BALANCE)
    certificate = complete(
        imported, imported.proposals[0], said("g", {"kind": "polynomial", "degree": 1}), "own.xml"
    )
    native = read_native(NATIVE_BALANCE.encode(), "B-01.toml")
    assert certificate.curve.powers()[0] == pytest.approx(native.curve.powers()[0])
    assert certificate.curve.powers()[1] == pytest.approx(native.curve.powers()[1])
    assert certificate.file_sha256 == imported.file_sha256
    assert (certificate.serial_number, certificate.traceable_to) == ("B123456789", ("M-2025-118",))
    assert (certificate.gives, certificate.kind) == (Gives.CORRECTION, Kind.CALIBRATION)


def test_the_points_are_converted_to_the_unit_of_the_channel():
    imported = read(BALANCE)
    proposal = imported.proposals[0]
    draft = draft_of(imported, proposal, "mg", "own.xml")
    assert draft["point"][1]["indication"] == Decimal("100000.1000")
    assert draft["point"][1]["error"] == Decimal("0.08")
    in_kelvin = draft_of(read(THERMOMETER), read(THERMOMETER).proposals[1], "K", "own.xml")
    assert in_kelvin["point"][0]["indication"] == Decimal("293.16")
    assert in_kelvin["point"][0]["U"] == Decimal("0.05")


def test_a_point_at_zero_is_converted_too():
    text = THERMOMETER.replace("20.01 ", "0.00 ").replace("293.16 ", "273.15 ")
    imported = read(text)
    draft = draft_of(imported, imported.proposals[1], "K", "own.xml")
    assert draft["point"][0]["indication"] == Decimal("273.15")


RELATIVE = (
    "<dcc:relativeUncertainty><dcc:relativeUncertaintyXmlList><si:valueXMLList>{}</si:valueXMLList>"
    "<si:unitXMLList>{}</si:unitXMLList></dcc:relativeUncertaintyXmlList></dcc:relativeUncertainty>"
)


def with_relative(values, unit, *, absolute):
    """The thermometer whose error of 0.010, -0.021, 0.102 K has a relative uncertainty as well, or only."""
    start = THERMOMETER.index("<si:valueXMLList>0.010 -0.021 0.102")
    at = THERMOMETER.index("</si:realListXMLList>", start) + len("</si:realListXMLList>")
    error = THERMOMETER[start:at]
    if not absolute:
        error = error[: error.index("<si:expandedUncXMLList>")] + "</si:realListXMLList>"
    return THERMOMETER[:start] + error + RELATIVE.format(values, unit) + THERMOMETER[at:]


def test_a_relative_uncertainty_alone_gives_u_and_asks_for_k():
    text = with_relative("0.5 1.0 0.25", r"\one", absolute=False)
    points = read(text).proposals[1].points
    assert [p.expanded for p in points] == [Decimal("0.0050"), Decimal("0.0210"), Decimal("0.02550")]
    assert {p.k for p in points} == {None}
    assert any(
        "relative uncertainty without coverage factor k" in one for one in sentences(text, Severity.ERROR)
    )
    in_percent = read(with_relative("50 100 25", r"\percent", absolute=False)).proposals[1].points
    assert [p.expanded for p in in_percent] == [p.expanded for p in points]


def test_a_relative_uncertainty_is_compared_with_the_absolute_one():
    agrees = with_relative("5 2.4 0.49", r"\one", absolute=True)
    assert not sentences(agrees, Severity.WARNING)
    assert [str(p.expanded) for p in read(agrees).proposals[1].points] == ["0.05"] * 3
    found = sentences(with_relative("5 2.4 0.049", r"\one", absolute=True), Severity.WARNING)
    assert any("is 0.00500, and U is stated as 0.05: which is right?" in one for one in found)
    assert "found '0,5'" in refusal(with_relative("0,5 1 1", r"\one", absolute=True))
    found = sentences(with_relative("5 2.4", r"\one", absolute=True), Severity.ERROR)
    assert any("found 2 entries for 3 values" in one for one in found)


def test_what_nobody_said_is_named_like_in_a_native_file():
    imported = read(BALANCE)
    with pytest.raises(CertificateError) as caught:
        complete(imported, imported.proposals[0], {}, "own.xml")
    for key in ("certificate.in_force_from", "equipment.name", "in_use.resolution", "curve.kind"):
        assert any(f"own.xml: {key}: is missing" in mistake for mistake in caught.value.mistakes)
    assert not any("certificate.number" in mistake for mistake in caught.value.mistakes)


def test_as_found_and_as_left_with_verdicts_limits_and_standards():
    imported = read(THERMOMETER)
    found, left = imported.proposals
    assert (found.stage, left.stage) == (Stage.AS_FOUND, Stage.AS_LEFT)
    assert [str(p.error) for p in found.points] == ["0.40", "0.50", "0.60"]
    assert [p.conformity for p in left.points] == ["pass", "pass", "fail"]
    assert left.points[2].tolerance == (Decimal("-0.2"), Decimal("0.3"))
    assert [p.standard for p in left.points] == ["Pt25 A (s1)", "Pt25 A (s1)", "Pt25 B (s2)"]
    assert (left.unit, left.error_unit) == ("degC", "K")
    assert str(left.points[1].reference) == "60.001"


def test_uncertainty_in_the_other_unit_of_a_hybrid():
    imported = read(HUMIDITY)
    proposal = imported.proposals[0]
    assert (proposal.quantity, proposal.unit, proposal.uncertainty_unit) == ("humidity", "%RH", "\\one")
    curve = {"kind": "table", "non_linearity": Decimal("0.1")}
    certificate = complete(imported, proposal, said("%RH", curve), "own.xml")
    assert certificate.curve.parameters == pytest.approx([0.4, 0.1, -0.3])
    assert np.sqrt(certificate.curve.evaluate(np.array([19.7])).variance[0]) == pytest.approx(0.3, rel=0.05)


def test_coefficients_with_their_covariance():
    imported = read(PLATINUM)
    proposal = imported.proposals[0]
    stated = proposal.coefficients
    assert stated is not None
    assert (stated.names, str(stated.values[0])) == (("R0", "A", "B"), "100.0123")
    assert stated.covariance[1][2] == Decimal("-2.0E-16")
    words = said("ohm", {"range": [Decimal(0), Decimal(100)]})
    certificate = complete(imported, proposal, words, "own.xml")
    assert (certificate.gives, certificate.value_unit) == (Gives.VALUE, "degC")
    assert certificate.curve.parameters == pytest.approx([100.0123, 3.909e-3, -5.8e-7, 0])
    assert certificate.curve.covariance[0, 0] == pytest.approx(4e-6)


def test_points_of_a_platinum_thermometer_are_fitted_to_its_equation():
    # synthetic points of known R0, A, B with U = 2 mohm: the fit must give them back
    t = [0.0, 25.0, 50.0, 75.0, 100.0]
    r = [round(100.05 * (1 + 3.91e-3 * x - 5.8e-7 * x * x), 4) for x in t]
    columns = HUMIDITY[: HUMIDITY.index('            <dcc:quantity refType="basic_referenceValue">')]
    rest = HUMIDITY[HUMIDITY.index("          </dcc:list>") :]

    def column(ref_type, values, unit, more=""):
        return (
            f'<dcc:quantity refType="{ref_type}"><si:realListXMLList><si:valueXMLList>'
            f"{' '.join(map(str, values))}</si:valueXMLList><si:unitXMLList>{unit}</si:unitXMLList>{more}"
            "</si:realListXMLList></dcc:quantity>"
        )

    u = (
        "<si:coverageIntervalXMLList><si:standardUncXMLList>0.001</si:standardUncXMLList><si:intervalMinXMLList>0"
        "</si:intervalMinXMLList><si:intervalMaxXMLList>1</si:intervalMaxXMLList><si:coverageProbabilityXMLList>"
        "0.95</si:coverageProbabilityXMLList></si:coverageIntervalXMLList>"
    )
    text = columns + column("basic_referenceValue", t, r"\degreecelsius")
    text += column("basic_measuredValue", r, r"\ohm", u) + rest
    imported = read(text)
    proposal = imported.proposals[0]
    assert (proposal.shape, proposal.unit, proposal.reference_unit) == (Shape.VALUES, "ohm", "degC")
    assert [(p.expanded, p.k) for p in proposal.points] == [(Decimal("0.001"), Decimal(1))] * 5
    certificate = complete(imported, proposal, said("ohm", {}), "own.xml")
    assert certificate.curve.parameters[:3] == pytest.approx([100.05, 3.91e-3, -5.8e-7], rel=5e-4)
    assert certificate.curve.value([r[2]])[0] == pytest.approx(50, abs=1e-3)
    assert 0.001 < np.sqrt(certificate.curve.evaluate(np.array([r[2]])).variance[0]) < 0.003


@pytest.mark.parametrize(
    ("found", "instead", "severity", "sentence"),
    [
        ("0.10 0.15 0.20", "0.10 0.15", "error", "found 2 entries for 3 values; allowed is one for all"),
        ("0.0 0.08 0.25", "0.0 -0.08 0.25", "error", "point 2: found -0.08 (the sign is that of the corr"),
        ("0.0 0.08 0.25", "0.0 0.08", "error", "found 2 values beside columns of 3"),
        ("0.0 0.08 0.25", "0.0 NaN 0.25", "warning", "found NaN: the document has no value here"),
        ("0.0 0.08 0.25", "0.0 1e400 0.25", "error", "found 1e400; no such number can be measured"),
        ("0.0 0.08 0.25", "0.0 1e-99999 0.25", "error", "found 1e-99999; no such number can be measured"),
        (r"\milli\gram", r"\milli\stone", "warning", r"unit '\\milli\\stone' is of no kind"),
        ("2026-03-05", "2026-12-05", "error", "the date of issue, 2026-12-05, lies in the future"),
        ("2026-03-05", "2026-02-30", "error", "found '2026-02-30'; allowed is a date"),
        ("2026-03-01<", "2026-03-04<", "error", "the date of receipt, 2026-03-04, lies after the begin"),
        ("LX-2026-0417</dcc:uni", "</dcc:uni", "error", "no uniqueIdentifier, the certificate's number"),
        ("B123456789", "B１２３", "warning", "which looks like 'B123'"),
        ("B123456789", "B12\u202e3", "warning", "found invisible characters"),
        (ONE_SERIAL, TWO_SERIALS, "warning", "several serial numbers: 'B123456789', and 'P-2'"),
        (">M-1<", ">&lt;img src=x&gt;<", "warning", "found markup in '<img src=x>'"),
        (">M-1<", ">=cmd()<", "warning", "which a spreadsheet takes for a formula"),
        ("application/pdf", "text/html", "warning", "a file called 'text/html' is application/pdf"),
        ("LX-2026-0417.pdf", "../../etc/passwd", "warning", "it is shown as 'passwd'"),
        ("cdef0123456789abcdef<", "cdef<", "warning", "it has 64 digits"),
        ('id="s1"', 'id="s1" refId="nobody"', "error", "refId names 'nobody', which no element has"),
        ("639_1>en<", "639_1>fr<", "warning", "texts in 'en' are there, and the language is not declared"),
        ("<dcc:model>", "<x:y xmlns:x='u:x'/><dcc:model>", "error", "<y> is no element of a certificate"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_sentence_and_its_place(found, instead, severity, sentence):
    assert found in BALANCE
    listed = sentences(BALANCE.replace(found, instead), severity)
    assert any(sentence in one for one in listed), listed
    assert all(one.startswith("//dcc:") for one in listed)


@pytest.mark.parametrize(
    ("found", "instead", "sentence"),
    [
        ("0.0 0.08 0.25", "0.0 0,08 0.25", "found '0,08'; allowed is a number in digits 0-9"),
        ("0.0 0.08 0.25", "0.0 ０.08 0.25", "found '０.08'; allowed is a number"),
        ("0.0 0.08 0.25", "0.0 INF 0.25", "found 'INF'; allowed is a number"),
        ("0.10 0.15 0.20", "0.10 -0.15 0.20", "found an uncertainty of -0.15; it must be greater than 0"),
        (">2</si:coverageF", ">0.9</si:coverageF", "found a coverage factor of 0.9; it must be 1 or more"),
        (">0.95</si:coverageP", ">1.2</si:coverageP", "found a coverage probability of 1.2"),
        ("<si:coverageFactorXMLList>2</si:coverageFactorXMLList>", "", "no coverage factor k; 2 is not"),
        ('schemaVersion="3.3.0"', 'schemaVersion="3.3"', "schemaVersion is '3.3'; versions 2.3.0 to 3.3.0"),
        ('schemaVersion="3.3.0"', "", "no attribute schemaVersion"),
        ("digitalCalibrationCertificate", "siTest", "its root is <siTest>"),
        ("https://ptb.de/dcc", "https://example.org/dcc", "its namespace is 'https://example.org/dcc'"),
        ("JVBERi0", "JVBERi0*", "the embedded file is no base64"),
        (' schemaVersion', f' {LOCATION} schemaVersion', "it names 'http://127.0.0.1:9/d.xsd' as its schema"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE a [<!ENTITY x 'y'>]>", "it has a DOCTYPE"),
    ],
)  # fmt: skip
def test_what_is_refused_with_its_sentence(found, instead, sentence):
    assert found in BALANCE
    assert sentence in refusal(BALANCE.replace(found, instead))


def test_results_of_several_items_or_of_none_are_named():
    start, end = BALANCE.index("<dcc:item>"), BALANCE.index("</dcc:items>")
    item = BALANCE[start:end]
    assert "2 items, and results name none of them" in "".join(
        sentences(BALANCE[:end] + item + BALANCE[end:], Severity.WARNING)
    )
    assert "no item: what was calibrated is not stated" in "".join(
        sentences(BALANCE[:start] + BALANCE[end:], Severity.ERROR)
    )


def test_a_split_value_is_read_whole():
    split = BALANCE.replace("LX-2026-0417</dcc:uni", "LX-<!-- x -->2026<?p q?>-<![CDATA[<1>]]></dcc:uni")
    assert read(split).administrative.number == "LX-2026-<1>"


def test_standards_for_points_must_be_as_many_as_the_points():
    found = sentences(THERMOMETER.replace('"s1 s1 s2"', '"s1 s2"'), Severity.ERROR)
    assert any("found 2 standards for 3 points; one or 3 are allowed" in one for one in found)
    assert {p.standard for p in read(THERMOMETER.replace('"s1 s1 s2"', '"s1 s2"')).proposals[1].points} == {
        ""
    }


def test_verdicts_and_limits_must_be_as_many_as_the_points():
    found = sentences(THERMOMETER.replace("pass pass fail", "pass fail"), Severity.ERROR)
    assert any("found 2 verdicts for 3 points; one or 3 are allowed" in one for one in found)
    found = sentences(THERMOMETER.replace("0.2 0.2 0.3", "0.2 0.3"), Severity.ERROR)
    assert any("found 2 limits for 3 points; one or 3 are allowed" in one for one in found)


def test_limits_fit_the_errors_and_the_verdicts():
    assert ">-200<" in THERMOMETER
    found = sentences(THERMOMETER.replace(">-200<", ">400<"), Severity.ERROR)
    assert any("point 1: the lower limit 0.4 lies above the upper one 0.2" in one for one in found), found
    found = sentences(THERMOMETER.replace("0.2 0.2 0.3", "0.001 0.2 0.3"), Severity.WARNING)
    assert any("point 1 passed with an error of 0.010, outside the limits" in one for one in found), found


def test_a_verdict_is_a_word_of_the_format():
    found = sentences(THERMOMETER.replace("pass pass fail", "pass pass 合格"), Severity.WARNING)
    assert any("found the verdict '合格'; the words are pass, fail" in one for one in found)
    found = sentences(BALANCE.replace(">pass<", ">PASS<"), Severity.WARNING)
    assert any("found the verdict 'PASS'" in one for one in found)


def test_two_units_of_one_quantity_must_agree():
    found = sentences(THERMOMETER.replace("20.01 59.98 100.10", "20.01 59.89 100.10"), Severity.ERROR)
    assert any("333.13 K is not 59.89 degC: which is right?" in one for one in found)


def test_a_pre_release_and_a_replaced_certificate_are_said():
    assert "pre-release" in sentences(BALANCE.replace('"3.3.0"', '"3.4.0-rc.2"'))[0]
    core = (
        "<dcc:reportAmendedSubstituted><dcc:typeOfChange>amended</dcc:typeOfChange>"
        "<dcc:replacedUniqueIdentifier>LX-1</dcc:replacedUniqueIdentifier></dcc:reportAmendedSubstituted>"
    )
    text = BALANCE.replace("</dcc:coreData>", f"{core}</dcc:coreData>")
    assert any("replaces 'LX-1'" in one for one in sentences(text))
    assert Relation.REPLACED in {link.relation for link in read(text).links}


def test_weights_are_proposed_as_material_measures_and_make_no_curve(shared):
    data = shared("certificates/samples/ptb_xsd-dcc/v2.3.0_example.xml").read_bytes()
    imported = read_dcc(data, "w.xml", TODAY)
    mass = imported.proposals[0]
    assert (mass.shape, mass.unit, mass.points[0].nominal) == (Shape.MATERIAL_MEASURE, "kg", "10 g 18L")
    assert str(mass.points[0].value) == "0.010000006"
    with pytest.raises(CertificateError, match="nothing is indicated"):
        draft_of(imported, mass, "", "w.xml")


def test_the_schema_finds_what_the_content_rules_do_not(shared):
    schemas = shared("certificates/schemas")
    for text in (BALANCE, THERMOMETER, HUMIDITY, PLATINUM):
        findings = read_dcc(text.encode(), "own.xml", TODAY, schemas).findings
        assert not [str(f) for f in findings if "schema" in f.sentence]
    wrong = BALANCE.replace("<dcc:performanceLocation>laboratory</dcc:performanceLocation>", "")
    found = [str(f) for f in read_dcc(wrong.encode(), "own.xml", TODAY, schemas).findings]
    assert any("not by the schema of DCC 3.3.0" in one and "performanceLocation" in one for one in found)


def test_without_a_usable_schema_that_is_said(tmp_path):
    findings = read_dcc(BALANCE.encode(), "own.xml", TODAY, tmp_path).findings
    assert [f.severity for f in findings] == [Severity.WARNING]
    assert "has no usable one for version 3.3.0" in findings[0].sentence


def test_values_are_those_of_the_file_in_float64():
    points = read(THERMOMETER).proposals[1].points
    indications = np.array([float(p.indication) for p in points])
    assert indications.tolist() == [20.01, 59.98, 100.10]


@pytest.mark.parametrize("place", ["comment", "xml", "signature"])
def test_a_certificate_hidden_in_another_one_is_not_read(place):
    """Where XML of others may stand, links and files of another certificate are none of this one."""
    hidden = (
        "<dcc:measuringEquipment><dcc:certificate><dcc:referralID>HIDDEN</dcc:referralID></dcc:certificate>"
        "</dcc:measuringEquipment><dcc:document><dcc:dataBase64>QQ==</dcc:dataBase64></dcc:document>"
    )
    ds = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    around = {
        "comment": f"<dcc:comment>{hidden}</dcc:comment></dcc:digital",
        "signature": f"<ds:Signature {ds}><ds:Object>{hidden}</ds:Object></ds:Signature></dcc:digital",
        "xml": f"<dcc:comment><dcc:xml>{hidden}</dcc:xml></dcc:comment></dcc:digital",
    }
    plain = read_dcc(BALANCE.encode(), "x.xml", TODAY)
    found = read_dcc(BALANCE.replace("</dcc:digital", around[place]).encode(), "x.xml", TODAY)
    assert (found.links, found.files) == (plain.links, plain.files)
    assert found.signatures == (1 if place == "signature" else 0)
