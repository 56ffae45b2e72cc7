"""Every published sample and every hostile file: what is imported, and what is refused for which reason.

The files are third-party data and stay beside the checkout; expectations are those of certificates/dcc.md
there, sections 1 and 5.
"""

from decimal import Decimal

import pytest

from calibration.certificates.completing import complete
from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Shape
from calibration.errors import CertificateError
from tests.calibration.certificates.own_files import TODAY, said

SAMPLES = "certificates/samples"
REFERENCES = ["33.098", "99.971", "175.103", "250.169", "320.004"]
INDICATIONS = ["33.17", "100.06", "175.21", "250.16", "319.92"]
ERRORS = ["0.072", "0.089", "0.107", "-0.009", "-0.084"]

REFUSED = {
    "hostile/h01_xxe_file.xml": "it has a DOCTYPE",
    "hostile/h02_xxe_http.xml": "it has a DOCTYPE",
    "hostile/h04_external_dtd.xml": "it has a DOCTYPE",
    "hostile/h05_billion_laughs.xml": "it has a DOCTYPE",
    "hostile/h07_internal_entity_only.xml": "it has a DOCTYPE",
    "hostile/h08_doctype_no_entity.xml": "it has a DOCTYPE",
    "hostile/h11_schemalocation_ssrf.xml": "it names 'http://127.0.0.1:9/dcc.xsd' as its schema",
    "hostile/h13_utf7.xml": "encoding 'utf-7' is not accepted",
    "hostile/h16_nul_byte.xml": "line 80: character U+0000",
    "hostile/h17_dup_attr.xml": "Attribute schemaVersion redefined",
    "hostile/h19_version_path_traversal.xml": "schemaVersion is '../../../../etc/passwd'",
    "hostile/h20_version_unknown.xml": "schemaVersion is '9.9.9'",
    "hostile/h31_comma_decimal.xml": "found '1,5'; allowed is a number",
    "hostile/h32_fullwidth_digits.xml": "found '１２３'; allowed is a number",
    "hostile/h34_empty.xml": "the file is empty",
    "hostile/h35_not_xml.xml": "not XML but a PDF",
    "hostile/h37_trailing_junk.xml": "Extra content at the end of the document",
    "lutaml_dcc/dcc_examples__excel_viewer_example.xml": "older than 2.3.0",
    "lutaml_dcc/dcc_excel__example.xml": "older than 2.3.0",
    "lutaml_dcc/dcclib__invalid_syntax.xml": "Opening and ending tag mismatch",
    "misc/DFM_Template_Temperature.xml": "found '§DFM_LabTemperature_Value§'; allowed is a number",
    "ptb_xsd-dcc/da6b1af_11044_17_DCC_v1.8.3_Pt.xml": "that of versions before 2.1.1",
    "ptb_xsd-dcc/v1.9.3_example.xml": "that of versions before 2.1.1",
    "ptb_xsd-dcc/v2.0.0_example.xml": "that of versions before 2.1.1",
    "ptb_xsd-dcc/v2.1.1_example.xml": "older than 2.3.0",
}
FLAGGED = {
    "hostile/h22_attachment_mime_mismatch.xml": "is application/x-msdownload by its first bytes",
    "hostile/h23_attachment_html.xml": "found a file of type 'text/html'",
    "hostile/h25_html_injection_in_name.xml": "found markup in '<img src=x onerror=alert(1)>'",
    "hostile/h26_csv_formula_in_name.xml": "which a spreadsheet takes for a formula",
    "hostile/h28_value_huge_exp.xml": "found 1e400; no such number can be measured",
    "hostile/h29_list_length_mismatch.xml": "found 3 entries for 5 values",
    "lutaml_dcc/dcclib__invalid_schema.xml": "no uniqueIdentifier",
    "lutaml_dcc/dcclib__invalid_schematron.xml": "the mandatory language 'en' is not declared as used",
    "lutaml_dcc/sample_dcc.xml": "no method stated",
    "own/minimal_3.3.0_balance_own.xml": "errors without reference or indication",
}
NUMBERS = {
    "hostile/h40_cdata_value.xml": "CERT-<1>",
    "hostile/h41_pi_split_value.xml": "CERT-123",
    "hostile/h14_utf16le_bom.xml": "GP_DCC_temperature_typical_1.2",
    "hostile/h38_gbk_encoding.xml": "GP_DCC_temperature_typical_1.2",
    "hostile/h10_stylesheet_pi.xml": "GP_DCC_temperature_typical_1.2",
    "lutaml_dcc/dcclib__valid_bom.xml": "1234",
    "ptb_xsd-dcc/v3.0.0_dcc-vacuumlab-SRG.xml": "75998PTB20",
}


def read(shared, name, **options):
    return read_dcc(shared(f"{SAMPLES}/{name}").read_bytes(), name, TODAY, **options)


@pytest.mark.parametrize(("name", "sentence"), REFUSED.items(), ids=REFUSED)
def test_refused(shared, name, sentence):
    with pytest.raises(CertificateError) as caught:
        read(shared, name)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(("name", "sentence"), FLAGGED.items(), ids=FLAGGED)
def test_imported_with_a_finding(shared, name, sentence):
    assert sentence in "\n".join(str(finding) for finding in read(shared, name).findings)


@pytest.mark.parametrize(("name", "number"), NUMBERS.items(), ids=NUMBERS)
def test_the_number_is_read_whole(shared, name, number):
    assert read(shared, name).administrative.number == number


def test_every_other_sample_is_imported_with_results(shared):
    folder = shared(SAMPLES)
    names = [
        str(path.relative_to(folder)) for path in folder.rglob("*.xml") if path.parent.name != "dsi_examples"
    ]
    assert len(names) > 50
    for name in sorted(set(names) - set(REFUSED)):
        assert read(shared, name).proposals, name


@pytest.mark.parametrize(
    "name",
    [
        "siemens_pydcc/dcc_gp_temperature_simplified_v12.xml",
        "siemens_pydcc/dcc_gp_temperature_typical_v12.xml",
        "siemens_pydcc/dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml",
        "siemens_pydcc/dcc_ngp_temperature_typical_v12_refType2ID.xml",
        "lutaml_dcc/dcclib__valid.xml",
        "hostile/h14_utf16le_bom.xml",
    ],
)
def test_good_practice_temperature(shared, name):
    proposal = read(shared, name).proposals[0]
    assert (proposal.shape, proposal.quantity) == (Shape.ERRORS, "temperature")
    assert (proposal.unit, proposal.reference_unit) == ("degC", "degC")
    assert (proposal.error_unit, proposal.uncertainty_unit) == ("K", "K")
    assert [str(p.reference) for p in proposal.points] == REFERENCES
    assert [str(p.indication) for p in proposal.points] == INDICATIONS
    assert [str(p.error) for p in proposal.points] == ERRORS
    assert {(str(p.expanded), str(p.k), p.conformity) for p in proposal.points} == {("0.061", "2", "pass")}
    assert proposal.points[4].acceptance == (Decimal("-0.30"), Decimal("0.30"))


def test_good_practice_pt100_gives_the_coefficients_of_the_weighted_fit(shared):
    name = "siemens_pydcc/dcc_gp_temperatur_resistance_v12.xml"
    imported = read(shared, name)
    points, stated = imported.proposals
    assert (points.shape, points.quantity, points.unit) == (Shape.VALUES, "resistance", "ohm")
    assert len(points.points) == 9
    certificate = complete(imported, points, said("ohm", {}), name)
    r0, a, b, c = certificate.curve.parameters
    assert r0 == pytest.approx(100.02230, abs=5e-6)
    assert a == pytest.approx(3.915539e-3, abs=5e-10)
    assert b == pytest.approx(-6.4676e-7, abs=5e-12)
    assert c == 0
    assert stated.coefficients is not None
    assert [str(v) for v in stated.coefficients.values] == ["100.0225", "0.0039155", "-6.469E-7"]
    assert (stated.coefficients.low, stated.coefficients.high) == (Decimal("-0.15"), Decimal("59.85"))


def test_length_mismatch_leaves_the_uncertainty_out_and_cannot_be_completed(shared):
    name = "hostile/h29_list_length_mismatch.xml"
    imported = read(shared, name)
    assert {point.expanded for point in imported.proposals[0].points} == {None}
    with pytest.raises(CertificateError, match=r"point\[1\].U: is missing"):
        complete(imported, imported.proposals[0], said("degC", {"kind": "polynomial", "degree": 1}), name)


def test_schemas_agree_with_the_published_verdicts(shared):
    """Every sample that is read, against the schema of its version; samples/index.md has the verdicts."""
    folder, schemas = shared(SAMPLES), shared("certificates/schemas")
    different = {
        "siemens_pydcc/siliziumkugel_wrong_schema.xml": 1,
        "lutaml_dcc/dcclib__invalid_schema.xml": 2,
        "lutaml_dcc/sample_dcc.xml": 9,
    }
    for path in folder.rglob("*.xml"):
        name = str(path.relative_to(folder))
        if path.parent.name in ("dsi_examples", "hostile") or name in REFUSED:
            continue
        findings = read(shared, name, schema_dir=schemas).findings
        count = sum("not by the schema" in finding.sentence for finding in findings)
        assert count == different.get(name, 0), name


def test_a_signature_is_counted_and_never_believed(shared):
    signed = read(shared, "siemens_pydcc/dcc_gp_temperature_typical_v12_signed.xml")
    manipulated = read(shared, "siemens_pydcc/dcc_gp_temperature_typical_v12_signed_manipulated.xml")
    assert (signed.signatures, manipulated.signatures) == (1, 1)
