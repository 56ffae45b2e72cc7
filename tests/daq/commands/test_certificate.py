"""``hengliang certificate check`` and ``template``: outcomes, exit codes, JSON, what a person reads."""

import base64
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from daq.cli import app
from daq.security import uploads
from daq.security.reading_process import answer
from tests.calibration.certificates import pdf_layouts as layouts
from tests.calibration.certificates.own_files import BALANCE, THERMOMETER
from tests.calibration.certificates.workbooks import BALANCE as BALANCE_BOOK
from tests.calibration.certificates.workbooks import data_of, filled_book, filled_csv
from tests.daq.security.signing import issued, signed

USABLE, FINDINGS, REFUSED = 0, 1, 2


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No site.toml beside, and a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the confined process does is the same here, and quicker."""
    monkeypatch.setattr(uploads, "_answer", answer)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["certificate", *map(str, arguments)], catch_exceptions=False)


def checked(path: Path, *more: object) -> tuple[int, dict]:
    result = run("check", path, "--json", *more)
    return result.exit_code, json.loads(result.stdout)


def said(facts: dict) -> str:
    """Everything that was found or refused, in one text."""
    return "\n".join([*facts["refused"], *(f"{f['place']}: {f['sentence']}" for f in facts["findings"])])


HOSTILE = {
    "h01_xxe_file.xml": (REFUSED, "DOCTYPE"),
    "h02_xxe_http.xml": (REFUSED, "DOCTYPE"),
    "h04_external_dtd.xml": (REFUSED, "DOCTYPE"),
    "h05_billion_laughs.xml": (REFUSED, "DOCTYPE"),
    "h07_internal_entity_only.xml": (REFUSED, "DOCTYPE"),
    "h08_doctype_no_entity.xml": (REFUSED, "DOCTYPE"),
    "h10_stylesheet_pi.xml": (FINDINGS, "1957"),
    "h11_schemalocation_ssrf.xml": (REFUSED, "Nothing was fetched"),
    "h13_utf7.xml": (REFUSED, "utf-7"),
    "h14_utf16le_bom.xml": (FINDINGS, "1957"),
    "h16_nul_byte.xml": (REFUSED, "U+0000"),
    "h17_dup_attr.xml": (REFUSED, "redefined"),
    "h19_version_path_traversal.xml": (REFUSED, "schemaVersion"),
    "h20_version_unknown.xml": (REFUSED, "schemaVersion"),
    "h22_attachment_mime_mismatch.xml": (FINDINGS, "by its first bytes"),
    "h23_attachment_html.xml": (FINDINGS, "text/html"),
    "h25_html_injection_in_name.xml": (FINDINGS, "markup"),
    "h26_csv_formula_in_name.xml": (FINDINGS, "takes for a formula"),
    "h28_value_huge_exp.xml": (FINDINGS, "no such number can be measured"),
    "h29_list_length_mismatch.xml": (FINDINGS, "3 entries for 5 values"),
    "h31_comma_decimal.xml": (REFUSED, "'1,5'"),
    "h32_fullwidth_digits.xml": (REFUSED, "'１２３'"),
    "h34_empty.xml": (REFUSED, "the file is empty"),
    "h35_not_xml.xml": (REFUSED, "truncated"),
    "h37_trailing_junk.xml": (REFUSED, "Extra content"),
    "h38_gbk_encoding.xml": (FINDINGS, "1957"),
    "h40_cdata_value.xml": (FINDINGS, "1957"),
    "h41_pi_split_value.xml": (FINDINGS, "1957"),
    "p01_js_openaction_launch_embedded_xfa.pdf": (REFUSED, "JavaScript"),
    "p03_truncated.pdf": (REFUSED, "truncated"),
    "x01_inflating_sheet_37KB_to_11MB.xlsx": (REFUSED, "unpack"),
    "x02_dimension_XFD1048576.xlsx": (REFUSED, "no sheet"),
    "x03_xxe_in_sheet.xlsx": (REFUSED, "DOCTYPE or entity"),
    "x05_formula_cells.xlsx": (REFUSED, "no sheet"),
}
"""File: exit code and words, by certificates/dcc.md, section 5 (1957 is the date in all of these samples)."""
NUMBERS = {"h40_cdata_value.xml": "CERT-<1>", "h41_pi_split_value.xml": "CERT-123"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_samples(shared: Callable[[str], Path], name: str) -> None:
    code, facts = checked(shared(f"certificates/samples/hostile/{name}"))
    expected, words = HOSTILE[name]
    assert code == expected
    assert words in said(facts)
    assert facts["usable"] is False
    if name in NUMBERS:
        assert facts["identity"]["number"] == NUMBERS[name]


def test_every_hostile_sample_is_in_the_table(shared: Callable[[str], Path]) -> None:
    names = {path.name for path in shared("certificates/samples/hostile").iterdir()}
    assert names <= set(HOSTILE)


def zipped(data: bytes, name: str = "dcc.xml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def with_file(name: str, mime_type: str, content: bytes | str) -> str:
    text = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    document = (
        f"<dcc:document><dcc:fileName>{name}</dcc:fileName><dcc:mimeType>{mime_type}</dcc:mimeType>"
        f"<dcc:dataBase64>{text}</dcc:dataBase64></dcc:document>"
    )
    return BALANCE.replace("</dcc:measurementResults>", f"</dcc:measurementResults>{document}")


def instead(old: str, new: str) -> str:
    assert old in BALANCE
    return BALANCE.replace(old, new)


ROOT = "<dcc:digitalCalibrationCertificate"
SERIAL = "B123456789"
MODEL = "<dcc:model>M-1</dcc:model>"
ERRORS = "0.0 0.08 0.25"
MORE = {
    "gzip called XML": (gzip.compress(BALANCE.encode()), REFUSED, "gzip data; upload what is in it"),
    "zip called XML": (zipped(BALANCE.encode()), REFUSED, "a ZIP archive that is no workbook"),
    "one line of 100 MB": (b"<a>" + b"x" * 10**8, REFUSED, "allowed are 31457280 (30 MiB)"),
    "13 MB of XML": (b"<a>" + b"x" * 13 * 10**6, REFUSED, "allowed are 12582912 (12 MiB)"),
    "parameter entity": (
        instead(ROOT, f'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>{ROOT}'),
        REFUSED, "DOCTYPE",
    ),
    "quadratic blow-up": (
        instead(ROOT, f'<!DOCTYPE a [<!ENTITY x "{"y" * 50_000}">]>{ROOT}').replace(SERIAL, "&x;" * 9000),
        REFUSED, "DOCTYPE",
    ),
    "XInclude": (
        instead(MODEL, '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        FINDINGS, "no element of a certificate",
    ),
    "depth": ("<a>" * 3000 + "</a>" * 3000, REFUSED, "nested deeper than 100"),
    "a million attributes": (
        instead(ROOT, ROOT + "".join(f' a{n}=""' for n in range(10**6))), REFUSED, "more than 10 MB",
    ),
    "many attributes": (
        instead(ROOT, ROOT + "".join(f' a{n}=""' for n in range(200_000))), REFUSED, "100000 attributes",
    ),
    "damaged UTF-8": (BALANCE.encode().replace(SERIAL.encode(), b"B\xff"), REFUSED, "not utf-8 text"),
    "wrong mark": (b"\xff\xfe" + BALANCE.encode("utf-16-le"), REFUSED, "its declaration utf-8"),
    "another namespace": (instead("https://ptb.de/dcc", "https://a.example/dcc"), REFUSED, "is not PTB's"),
    "newline behind the version": (instead('"3.3.0"', '"3.3.0&#10;"'), REFUSED, "is '3.3.0\\n'"),
    "cut off": (BALANCE[:-2000], REFUSED, "not well-formed"),
    "comment in a value": (instead(SERIAL, "B12345<!-- -->6789"), USABLE, ""),
    "id twice": (instead("<dcc:items>", '<dcc:items id="a">').replace("<dcc:item>", '<dcc:item id="a">'),
                 FINDINGS, "occurs twice"),
    "overlong serial number": (instead(SERIAL, "9" * 5000), FINDINGS, "a number of 5000 characters"),
    "full-width serial number": (instead(SERIAL, "Ｂ１２３"), FINDINGS, "looks like 'B123'"),
    "Cyrillic serial number": (instead(SERIAL, "В123456789"), FINDINGS, "CYRILLIC CAPITAL LETTER VE"),
    "serial number turned round": (instead(SERIAL, "B12\u202e3456789"), FINDINGS, "invisible characters"),
    "decomposed serial number": (instead(SERIAL, "A\u0301-1"), FINDINGS, "looks like"),
    "file with a path": (with_file("../../etc/x", "application/pdf", b"%PDF-1"), FINDINGS, "shown as 'x'"),
    "file turned round": (with_file("a\u202efdp.exe", "application/pdf", b"%PDF-1"), FINDINGS, "'afdp.exe'"),
    "file of another type": (with_file("a.pdf", "application/pdf", b"MZ"), FINDINGS, "by its first bytes"),
    "HTML called text": (with_file("a.txt", "text/plain", b" <script>x"), FINDINGS, "is text/html by its"),
    "a proper JPEG": (with_file("a.jpg", "image/jpg", b"\xff\xd8\xff\xe0"), USABLE, ""),
    "SVG inside": (with_file("a.svg", "image/svg+xml", b"<svg/>"), FINDINGS, "only handed out as a download"),
    "no base64": (with_file("a.pdf", "application/pdf", "@@@"), REFUSED, "no base64"),
    "8 MiB inside": (with_file("a.pdf", "application/pdf", "A" * 11_300_000), REFUSED, "more than 10 MB"),
    "NaN under 3.3.0": (instead(ERRORS, "0.0 NaN 0.25"), FINDINGS, "NaN"),
    "infinite": (instead(ERRORS, "0.0 INF 0.25"), REFUSED, "'INF'"),
    "beyond a float": (instead(ERRORS, "0.0 1e400 0.25"), FINDINGS, "no such number can be measured"),
    "negative U": (instead("0.10 0.15 0.20", "0.10 -0.15 0.20"), REFUSED, "-0.15"),
    "an unknown unit": (instead("\\milli\\gram", "\\milli\\catty"), FINDINGS, "catty"),
    "white space in a list": (instead(ERRORS, "  0.0\n 0.08   0.25 "), USABLE, ""),
    "XAdES with two roots": (
        signed(BALANCE, issued("Laboratory"), xades=True) + b"<a/>", REFUSED, "Extra content",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n", REFUSED, "put the scan into a PDF"),
    "HTML": (b"<html><body/></html>", REFUSED, "its root is <html>"),
    "plain text": (b"certificate", REFUSED, "no document of a kind that is read"),
    "workbook with macros": (
        None, REFUSED, "macros, embedded or linked files",
    ),
    "PDF inside a CSV": (b"#a,b\n%PDF-1.7\n%%EOF", REFUSED, "a PDF inside another kind of file"),
    "PDF and ZIP": (layouts.verification()[:-6] + zipped(b"x") + b"%%EOF", REFUSED, "a ZIP archive at once"),
}  # fmt: skip
"""The cases under "more to add" there, and families of them, made here."""


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", MORE)
def test_more_hostile_documents(name: str, tmp_path: Path) -> None:
    data, expected, words = MORE[name]
    if data is None:
        source = io.BytesIO(data_of(filled_book(BALANCE_BOOK)))
        with zipfile.ZipFile(source, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"x")
        data = source.getvalue()
    path = tmp_path / "certificate.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    code, facts = checked(path)
    assert (code, words in said(facts)) == (expected, True), said(facts)


# what is said of a document


@pytest.mark.usefixtures("in_this_process")
def test_json_of_a_usable_document(tmp_path: Path) -> None:
    path = tmp_path / "balance.xml"
    path.write_text(BALANCE, encoding="utf-8")
    code, facts = checked(path)
    assert (code, facts["verdict"], facts["usable"], facts["refused"]) == (0, "usable", True, [])
    assert (facts["kind"], facts["format"], facts["schema"]) == ("dcc", "DCC 3.3.0", "3.3.0")
    identity = facts["identity"]
    assert (identity["number"], identity["kind"]) == ("LX-2026-0417", "calibration")
    assert identity["serial_numbers"] == [SERIAL]
    assert identity["calibrated_on"] == "2026-03-03"
    errors = next(one for one in facts["quantities"] if one["quantity"] == "mass")
    assert (errors["unit"], errors["units"]["error"], errors["units"]["U"]) == ("g", "mg", "mg")
    point = errors["points"][1]
    assert (point["reference"], point["error"], point["U"], point["k"]) == ("100.00002", "0.08", "0.15", "2")
    parts = [facts["signature"][part]["state"] for part in ("integrity", "chain", "identity", "time")]
    assert parts == ["unsigned", "not-checked", "not-checked", "not-checked"]
    assert all({"severity", "place", "sentence"} == set(finding) for finding in facts["findings"])
    assert len(facts["sha256"]) == 64


@pytest.mark.usefixtures("in_this_process")
def test_json_of_every_kind(tmp_path: Path) -> None:
    documents = {
        "a.xlsx": (data_of(filled_book(BALANCE_BOOK)), "workbook", USABLE),
        "a.csv": (filled_csv(BALANCE_BOOK), "csv", USABLE),
        "a.pdf": (layouts.corrections_without_lines(), "pdf", USABLE),
        "b.pdf": (layouts.verification(), "pdf", FINDINGS),
    }
    for name, (data, kind, expected) in documents.items():
        (tmp_path / name).write_bytes(data)
        code, facts = checked(tmp_path / name)
        assert (code, facts["kind"]) == (expected, kind), said(facts)
        assert facts["quantities"][0]["points"]
    assert facts["identity"]["kind"] == "verification"
    assert facts["conformity"][0]["verdict"] == "准予作I级使用"


@pytest.mark.usefixtures("in_this_process")
def test_json_of_the_sample_pdf(shared: Callable[[str], Path]) -> None:
    code, facts = checked(shared("certificates/samples/pdf/balance_calibration.pdf"))
    assert (code, facts["kind"]) == (FINDINGS, "pdf")
    (errors,) = facts["quantities"]
    assert errors["units"] == {"reference": "g", "indication": "g", "error": "mg", "U": "mg"}
    assert errors["points"][-1] == {
        "reference": "220.0000", "indication": "219.9998", "error": "-0.2", "U": "0.5", "k": "2",
    }  # fmt: skip
    assert [link["number"] for link in facts["links"]] == ["ZL-FM-2025-118"]


@pytest.mark.usefixtures("in_this_process")
def test_coefficients_are_numbers_as_text(shared: Callable[[str], Path]) -> None:
    name = "certificates/samples/siemens_pydcc/dcc_gp_temperatur_resistance_v12.xml"
    _, facts = checked(shared(name))
    stated = facts["quantities"][1]["coefficients"]
    assert stated["values"] == ["100.0225", "0.0039155", "-6.469E-7"]
    assert stated["range"] == ["-0.15", "59.85"]


@pytest.mark.usefixtures("in_this_process")
def test_a_person_reads_one_sentence_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "thermometer.xml"
    path.write_text(THERMOMETER, encoding="utf-8")
    result = run("check", path)
    first = result.stdout.splitlines()[0]
    assert re.match(r"thermometer\.xml: (can be used|\d+ (errors?|warnings?) )", first)
    assert "as-found" in result.stdout and "as-left" in result.stdout
    assert "not signed" in result.stdout
    path.write_text(BALANCE, encoding="utf-8")
    result = run("check", path)
    assert result.stdout.splitlines()[0] == "thermometer.xml: can be used"
    assert "100.00002" in result.stdout and "U (mg)" in result.stdout
    path.write_text("<a/>", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == REFUSED
    assert result.stdout.startswith("refused: thermometer.xml: its root is <a>")


@pytest.mark.usefixtures("in_this_process")
def test_no_text_of_a_stranger_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J.csv"
    data = filled_csv(BALANCE_BOOK).replace("示例计量院".encode(), "[red]\x9b2J\x1b]0;x\x07\u202e".encode())
    path.write_bytes(data)
    text = run("check", path).stdout
    assert not set(text) & {"\x1b", "\x9b", "\x07", "\u202e"}
    assert "[red]" in text


@pytest.mark.usefixtures("in_this_process")
def test_a_site_says_what_is_checked_against(shared: Callable[[str], Path], tmp_path: Path) -> None:
    site = (
        f'[certificates]\nschema_dir = "{shared("certificates/schemas")}"\n'
        '[site]\nid = "a"\nname_zh = "甲"\nname_en = "A"\n'
        '[[instrument]]\nname = "B-01"\nurl = "tcp://127.0.0.1:1"\nprofile = "mettler-toledo-mt-sics"\n'
    )
    (tmp_path / "site.toml").write_text(site, encoding="utf-8")
    sample = shared("certificates/samples/lutaml_dcc/sample_dcc.xml")
    _, facts = checked(sample)  # site.toml of the folder
    assert sum("not by the schema of DCC 3.3.0" in finding["sentence"] for finding in facts["findings"]) == 9
    _, facts = checked(sample, "--site", tmp_path / "site.toml")
    assert "not by the schema" in said(facts)
    (tmp_path / "site.toml").write_text("[certificates]\n", encoding="utf-8")
    result = run("check", sample, "--json")
    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert "site: is missing" in result.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    code, facts = checked(tmp_path / "none.xml")
    assert (code, facts["refused"]) == (REFUSED, ["none.xml: cannot be read: No such file or directory"])


# templates


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("kind", ["balance", "thermometer", "moisture-analyser", "weights"])
def test_a_template_is_written_and_asks_for_what_is_missing(kind: str, tmp_path: Path) -> None:
    result = run("template", "--kind", kind)
    path = tmp_path / f"certificate-{kind}.xlsx"
    assert (result.exit_code, path.exists()) == (0, True)
    assert run("template", "--kind", kind).exit_code == 1  # nothing is overwritten
    code, facts = checked(path)
    assert code == FINDINGS
    assert facts["format"] == f"workbook 1 ({kind})"
    assert "证书编号 Certificate number is empty; it is needed" in said(facts)
    assert run("template", "--kind", kind, "--csv", "--out", tmp_path / "t.csv").exit_code == 0
    assert checked(tmp_path / "t.csv")[1]["format"] == f"workbook 1 ({kind})"


def test_a_template_that_cannot_be_written(tmp_path: Path) -> None:
    result = run("template", "--kind", "balance", "--out", tmp_path / "no" / "t.xlsx")
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)
    assert run("template", "--kind", "scale").exit_code == 2


def test_the_template_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    run("template", "--kind", "balance", "--out", tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames[0] == "证书 Certificate"
