"""The native certificate file: what is read, and every mistake at once."""

import datetime
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from calibration.certificates.model import Gives, Kind, in_force
from calibration.certificates.native import read_native
from calibration.curves import PointTable, Polynomial
from calibration.errors import CertificateError
from tests.calibration.native_files import BALANCE, COEFFICIENTS, TABLE

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "certificate-native.md"


def read(text):
    return read_native(text.encode(), "B-01.toml")


def mistakes(text):
    with pytest.raises(CertificateError) as caught:
        read(text)
    return caught.value.mistakes


def test_points_become_a_weighted_fit_of_the_correction():
    certificate = read(BALANCE)
    assert certificate.gives is Gives.CORRECTION
    assert isinstance(certificate.curve, Polynomial)
    x = np.array([0.0, 100.0001, 200.0003])
    y = np.array([0.0, -0.08, -0.25]) / 1000
    w = 1 / np.array([0.05, 0.075, 0.1]) * 1000
    design = np.vander(x, 2, increasing=True) * w[:, None]
    expected, *_ = np.linalg.lstsq(design, y * w)
    coefficients, covariance = certificate.curve.powers()
    assert coefficients == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert covariance == pytest.approx(np.linalg.inv(design.T @ design), rel=1e-9)
    assert (certificate.curve.low, certificate.curve.high) == (0.0, 200.0003)


def test_every_field_is_kept():
    certificate = read(BALANCE)
    assert certificate.number == "LX-2026-0417"
    assert certificate.kind is Kind.CALIBRATION
    assert certificate.calibrated_on == datetime.date(2026, 3, 2)
    start = datetime.datetime(2026, 3, 4, 16, tzinfo=datetime.UTC)
    assert certificate.in_force_from_ns == start.timestamp() * 10**9
    assert certificate.valid_until_ns - certificate.in_force_from_ns == 365 * 86400 * 10**9
    assert (certificate.resolution, certificate.repeatability, certificate.repeatability_dof) == (
        1e-4,
        8e-5,
        9,
    )
    assert certificate.file_sha256 == hashlib.sha256(BALANCE.encode()).hexdigest()
    assert (certificate.entered_by, certificate.checked_by) == ("Wang Fang", "Li Jun")
    assert certificate.unit == certificate.value_unit == "g"


def test_reference_and_error_are_enough_and_so_are_indication_and_correction():
    plain = read(BALANCE).curve.parameters
    assert read(BALANCE.replace("indication = 100.0001\n", "")).curve.parameters == pytest.approx(plain)
    by_correction = BALANCE.replace("reference = 200.00005\n", "")
    assert read(by_correction).curve.parameters == pytest.approx(plain)


def test_coefficients_of_an_error_change_sign_and_unit():
    certificate = read(COEFFICIENTS)
    coefficients, covariance = certificate.curve.powers()
    assert coefficients == pytest.approx([-1e-4, 1.2e-6])
    assert covariance == pytest.approx(np.array([[1.6e-9, -1.8e-11], [-1.8e-11, 8.1e-13]]))
    assert (certificate.curve.low, certificate.curve.high) == (-0.01, 220.0)
    as_correction = read(COEFFICIENTS.replace('"error"', '"correction"'))
    assert as_correction.curve.powers()[0] == pytest.approx([1e-4, -1.2e-6])


def test_a_table_keeps_its_points():
    certificate = read(TABLE)
    assert isinstance(certificate.curve, PointTable)
    assert certificate.curve.parameters == pytest.approx([0.0, -8e-5, -25e-5], rel=1e-3)
    assert certificate.curve.segment_u == pytest.approx([5e-5 / 3**0.5] * 2)


def test_a_sensor_turns_one_quantity_into_another():
    text = BALANCE.split("[curve]")[0].replace('"mass"', '"resistance"').replace('unit = "g"', 'unit = "ohm"')
    text += '[curve]\nkind = "polynomial"\nunit = "degC"\ndegree = 1\ngives = "value"\n'
    for t, r in ((0, 100.0), (50, 119.4), (100, 138.5)):
        text += f"[[point]]\nreference = {t}\nindication = {r}\nU = 0.1\nk = 2\n"
    certificate = read(text)
    assert (certificate.unit, certificate.value_unit, certificate.gives) == ("ohm", "degC", Gives.VALUE)
    assert certificate.curve.value([119.4])[0] == pytest.approx(50, abs=0.5)


def test_points_that_scatter_too_much_add_a_lack_of_fit_and_say_so():
    certificate = read(BALANCE.replace("correction = -0.25", "").replace("200.0003", "200.0009"))
    assert certificate.curve.model_u(100.0) > 0
    assert "chi-square" in certificate.notes[0]
    assert read(BALANCE).notes == ()


def test_the_guide_shows_files_that_are_read():
    blocks = re.findall(r"```toml\n(format.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert read(block).notes == ()


def test_the_guide_shows_curves_that_are_read():
    text = GUIDE.read_text(encoding="utf-8")
    head = BALANCE.split("[equipment]")[0] + BALANCE[BALANCE.index("[in_use]") : BALANCE.index("[curve]")]
    balance = BALANCE[BALANCE.index("[equipment]") : BALANCE.index("[in_use]")]
    errors, resistor, platinum = re.findall(r"```toml\n(\[(?:equipment|curve)\].*?)```", text, re.DOTALL)
    assert read(head + balance + errors).value_unit == "g"
    assert read(head + resistor).value_unit == "degC"
    assert read(head + resistor.split("[curve]")[0] + platinum).value_unit == "degC"


@pytest.mark.parametrize(
    ("found", "instead", "sentence"),
    [
        (
            "error = 0.08",
            "error = -0.08",
            "point[2].error: found -0.08 (the sign is that of the correction)",
        ),
        (
            "correction = -0.25",
            "correction = 0.25",
            "found 0.25 (the sign is that of the error)",
        ),
        ("error = 0.08", "error = 0.05", "point[2].error: found 0.05; error = indication - reference"),
        ("k = 2", "k = 0", "point[1].k: found 0; allowed is a coverage factor, a number of 1 or more"),
        ("k = 2", "k = 0.5", "point[1].k: found 0.5; allowed is a coverage factor, a number of 1 or more"),
        ('"B-01"', '"B\\u0000-01"', "equipment.name: found"),
        ('"B-01"', '"B\\u202e10-"', "allowed is a text without invisible characters"),
        ("k = 2", "k = true", "point[1].k: found true; allowed is a coverage factor"),
        ("U = 0.10", "U = -0.1", "point[1].U: found -0.1; allowed is"),
        ("U = 0.10", 'U = "0.1"', 'point[1].U: found "0.1"; allowed is'),
        ("U = 0.10\n", "", "point[1].U: is missing; needed is an expanded uncertainty"),
        (
            'unit = "mg"',
            'unit = "degC"',
            "curve.unit: degC is a unit of temperature, and",
        ),
        ('unit = "mg"', 'unit = "mgg"', "curve.unit: unit 'mgg' is not known"),
        (
            'quantity = "mass"',
            'quantity = "humidity"',
            "equipment.unit: g is a unit of mass, and the",
        ),
        ("level = 0.9545", "level = 95.45", "certificate.level: found 95.45; allowed is"),
        ("level", "levl", "certificate.levl: unknown key; did you mean level? allowed here:"),
        (
            "2027-03-05T00:00:00+08:00",
            "2027-03-05",
            "certificate.valid_until: found 2027-03-05; allowed",
        ),
        ("00+08:00\nvalid", "00\nvalid", "certificate.in_force_from: found 2026-03-05 00:00:00; allowed is"),
        ("2027-03-05T", "2025-03-05T", "it must lie after in_force_from"),
        ("2026-03-02", "2026-04-02", "certificate.calibrated_on: found 2026-04-02; it must not lie after"),
        ("degree = 1", "degree = 3", "3 different x cannot determine a polynomial of degree 3"),
        ("degree = 1", "degree = 1.5", "curve.degree: found 1.5; allowed is"),
        (
            "degree = 1",
            "degree = 1\nrange = [0, 250]",
            "curve.range: found 0 to 250; the points reach",
        ),
        ("repeatability_dof = 9", "repeatability_dof = 0", "in_use.repeatability_dof: found 0; allowed is"),
        ("resolution = 0.0001", "resolution = nan", "in_use.resolution: found NaN; allowed is"),
        (
            'number = "LX-2026-0417"',
            'number = ""',
            'certificate.number: found ""; allowed is a text',
        ),
        ("indication = 0.0\n", "", "point[1]: found reference; two of reference, indication and error"),
        ("[in_use]", "[used]", "in_use: is missing; needed is the table [in_use]"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(found, instead, sentence):
    assert found in BALANCE
    said = mistakes(BALANCE.replace(found, instead, 1))
    assert any(sentence in one for one in said), said
    assert all(one.startswith("B-01.toml: ") for one in said)


def test_all_mistakes_come_at_once_and_only_they():
    text = BALANCE.replace("error = 0.08", "error = -0.08").replace("level = 0.9545", "level = 2")
    text = text.replace("degree = 1", "degre = 1").replace('kind = "calibration"', 'kind = "checked"')
    said = mistakes(text)
    places = [one.split(": ")[1] for one in said]
    assert sorted(places) == [
        "certificate.kind",
        "certificate.level",
        "curve.degre",
        "curve.degree",
        "point[2].error",
    ]


@pytest.mark.parametrize(
    ("found", "instead", "sentence"),
    [
        ("8.1e-7", "8.1e-9", "the covariance of the coefficients is not positive definite at row 2"),
        ("[-1.8e-5, 8.1e-7]", "[1.8e-5, 8.1e-7]", "is not symmetric: row 1, column 2"),
        (
            "[-1.8e-5, 8.1e-7]",
            "[-1.8e-5]",
            "curve.covariance: found 2 lists, of 2, 1 numbers; allowed",
        ),
        ("range = [-0.01, 220.0]", "range = [220, 0]", "curve.range: found [220.0, 0.0]; allowed is"),
        ("range = [-0.01, 220.0]", "", "curve.range: is missing"),
        ("[0.1, -0.0012]", "[0.1, inf]", "curve.coefficients: found a list of 2; allowed is"),
        ('unit = "mg"\n', 'unit = "mg"\ndof = 0.5\n', "curve.dof: found 0.5; allowed is"),
        (
            'gives = "error"',
            'gives = "value"',
            'curve.unit: found "mg"; allowed is g, the unit',
        ),
    ],
)
def test_coefficients_that_cannot_be_are_refused(found, instead, sentence):
    assert found in COEFFICIENTS
    said = mistakes(COEFFICIENTS.replace(found, instead, 1))
    assert any(sentence in one for one in said), said


def test_a_point_twice_in_a_table_is_refused():
    point = "[[point]]\nreference = 100.00002\nindication = 100.0001\nU = 0.1\nk = 2\n"
    assert "x = 100 is given twice" in mistakes(TABLE + point)[0]


def test_a_standard_cannot_explain_more_than_there_is():
    share = '[[standard]]\ncertificate = "E2"\nu = 0.05\n'
    assert "the standards' share is not smaller than U/k" in mistakes(BALANCE + share)[0]
    certificate = read(BALANCE + share.replace("0.05", "0.01"))
    assert certificate.traceable_to == ("E2",)


def test_text_that_is_no_toml_or_no_text():
    assert "not valid TOML" in mistakes("number =")[0]
    with pytest.raises(CertificateError, match=r"not UTF-8 text: .* at byte 0"):
        read_native(b"\xff\xfe", "B-01.toml")


def test_in_force_is_a_test_of_an_interval_and_the_last_to_come_counts():
    first = read(BALANCE)
    later = read(BALANCE.replace("in_force_from = 2026-03-05", "in_force_from = 2026-06-01"))
    start, end = first.in_force_from_ns, first.valid_until_ns
    both = [later, first]
    assert in_force(both, start - 1) is None
    assert in_force(both, start) is first
    assert in_force(both, later.in_force_from_ns - 1) is first
    assert in_force(both, later.in_force_from_ns) is later
    assert in_force(both, end - 1) is later
    assert in_force(both, end) is None
    assert in_force([], start) is None


@pytest.mark.parametrize("number", ["1e-999999999", "1e999999999", "-1e-400"])
def test_a_number_beyond_what_a_float_holds_is_a_mistake_and_takes_no_time(number):
    written = re.sub(r"(?m)^resolution = .*$", f"resolution = {number}", BALANCE)
    assert any("in_use.resolution: found" in mistake for mistake in mistakes(written))


def test_an_integer_with_thousands_of_digits_is_a_mistake():
    written = re.sub(r"(?m)^resolution = .*$", f"resolution = {'9' * 5000}", BALANCE)
    assert any("not valid TOML" in mistake for mistake in mistakes(written))


def test_more_points_than_a_certificate_has_are_refused():
    one = "[[point]]\nreference = 1.0\nindication = 1.0\nU = 0.1\nk = 2\n"
    assert mistakes(BALANCE + one * 1000) == ("B-01.toml: point: found 1003 points; allowed are 1000",)


def test_the_mark_that_editors_write_before_utf_8_is_left_out():
    assert read("\ufeff" + BALANCE).number == read(BALANCE).number


def test_lists_without_end_are_a_sentence():
    assert "lists nested deeper" in mistakes(BALANCE.replace("0.9545", "[" * 2000 + "]" * 2000))[0]
