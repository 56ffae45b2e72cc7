"""Workbooks of strangers: bombs, entities, macros and noise end in a sentence before they are parsed."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.certificates.imported import Imported
from calibration.certificates.workbook.importer import read_workbook
from calibration.errors import CertificateError
from tests.calibration.certificates.own_files import TODAY
from tests.calibration.certificates.workbooks import BALANCE, data_of, filled_book, filled_csv

FILLED = data_of(filled_book(BALANCE))
CSV = filled_csv(BALANCE)


def refusal(data):
    with pytest.raises(CertificateError) as caught:
        read_workbook(data, "x.xlsx", TODAY)
    return str(caught.value)


def outcome(data):
    try:
        assert isinstance(read_workbook(data, "x.xlsx", TODAY), Imported)
    except CertificateError as error:
        assert error.mistakes


def with_part(name, content, data=FILLED):
    """The filled template with one more (or another) part."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            if entry.filename != name:
                copy.writestr(entry, source.read(entry))
        copy.writestr(name, content)
    return target.getvalue()


HOSTILE = {
    "x01_inflating_sheet_37KB_to_11MB.xlsx": "37254 bytes that unpack to 11216139",
    "x02_dimension_XFD1048576.xlsx": "no sheet '证书 Certificate'; found: 'Sheet'",
    "x03_xxe_in_sheet.xlsx": "'xl/worksheets/sheet1.xml' has a DOCTYPE or entity",
    "x05_formula_cells.xlsx": "Sheet!B1: found the formula '=1+1' without a stored value",
}


@pytest.mark.parametrize(("name", "sentence"), HOSTILE.items(), ids=HOSTILE)
def test_hostile_samples(shared, name, sentence):
    assert sentence in refusal(shared(f"certificates/samples/hostile/{name}").read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("xl/vbaProject.bin", b"x", "it has macros, embedded or linked files"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "it has macros, embedded or linked files"),
        ("../../etc/passwd", b"x", "which leads out of the archive"),
        ("/etc/passwd", b"x", "which leads out of the archive"),
        ("xl/big.xml", b"<a>" + b"0" * 2_000_000 + b"</a>", "unpack"),
        ("xl/huge.bin", b"0" * 21 * 2**20, "unpack"),
        ("xl/tags.bin", bytes(range(256)) * 10, ""),
        ("xl/styles.xml", "<!DOCTYPE a><a/>".encode("utf-16"), "has a DOCTYPE or entity"),
        ("xl/workbook.xml", b"<workbook", "not well-formed XML"),
        ("xl/workbook.xml", b"<workbook/>", ""),
        ("xl/many.xml", b"<a>" + b"".join(b"<b c='%d'/>" % i for i in range(400_001)) + b"</a>", "more than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_attack_on_the_archive_has_its_sentence(name, content, sentence):
    data = with_part(name, content)
    if sentence:
        assert sentence in refusal(data)
    else:
        outcome(data)


def test_a_part_that_is_larger_than_it_says_is_refused():
    data = bytearray(with_part("xl/big.xml", b"<a>" + b"0" * 60_000 + b"</a>"))
    entry = data.rindex(b"PK\x01\x02")
    assert int.from_bytes(data[entry + 24 : entry + 28], "little") == 60_007
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    assert "damaged, or no XLSX file" in refusal(bytes(data))


def test_a_merged_range_over_everything_costs_nothing():
    source = zipfile.ZipFile(io.BytesIO(FILLED))
    sheet = source.read("xl/worksheets/sheet2.xml").replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    source.close()
    found = read_workbook(with_part("xl/worksheets/sheet2.xml", sheet), "x.xlsx", TODAY)
    assert any("A1:XFD1048576: merged cells" in str(finding) for finding in found.findings)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04" + b"\0" * 100, "damaged, or no XLSX file"),
        (b"PK" + b"x" * 11 * 2**20, "allowed are 10485760"),
        (b"%PDF-1.7", "neither XLSX nor CSV"),
        (b"\xd0\xcf\x11\xe0old", "neither XLSX nor CSV"),
        (b"", "no sheet"),
        (b"a,b\0c", "no text in UTF-8"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"a,b\n" * 3000, "3000 lines; allowed are 2000"),
        (b"x" * 6 * 2**20, "allowed are 5242880"),
        (b'"' + b"x" * 200_000, "no readable CSV"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_workbook_has_its_sentence(data, sentence):
    assert sentence in refusal(data)


@given(st.binary(max_size=300))
def test_arbitrary_bytes(data):
    outcome(data)
    outcome(b"PK\x03\x04" + data)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_damaged_workbook(noise, at):
    at %= len(FILLED)
    outcome(FILLED[:at] + noise + FILLED[at + len(noise) :])


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10**6), st.sampled_from([1, 2, 3]))
@settings(max_examples=60, deadline=None)
def test_a_sheet_with_arbitrary_bytes_inside(noise, at, number):
    name = f"xl/worksheets/sheet{number}.xml"
    with zipfile.ZipFile(io.BytesIO(FILLED)) as source:
        part = source.read(name)
    at %= len(part)
    outcome(with_part(name, part[:at] + noise + part[at + len(noise) :]))


@given(st.text(max_size=40), st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_a_csv_with_arbitrary_text_inside(noise, at):
    text = CSV.decode("utf-8-sig")
    at %= len(text)
    outcome((text[:at] + noise + text[at + len(noise) :]).encode("utf-8", errors="replace"))
