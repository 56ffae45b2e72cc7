"""Check codes: known bytes, one changed bit, and what the register of reports says."""

import io
import json
import re
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daq.errors import PaperError
from daq.lab.papers.codes import check_code, content_of, json_of, sha256_of
from daq.lab.papers.raw_sheet import render_raw_sheet
from daq.lab.papers.report import render_report
from daq.lab.papers.verification import find_issued, verify_paper
from daq.records.bench_tables import methods, reports, sessions
from daq.records.database import changing, reading
from daq.security.audit import as_text
from tests.daq.lab.papers import examples as ex


@pytest.fixture(scope="module")
def pdf():
    return render_report(ex.report(), "zh_CN", ex.ZONE)


def test_the_code_of_known_json_is_known():
    """SHA-256 of ``{"a":1}`` by coreutils sha256sum, its first 80 bits in Crockford's base 32 by hand."""
    assert sha256_of({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    assert check_code({"a": 1}) == "05DB-TZTW-RNX2-VPAB"


@given(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.booleans(), max_size=4))
def test_a_code_can_be_typed_and_does_not_depend_on_the_order_of_keys(value):
    code = check_code(value)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert check_code(dict(reversed(value.items()))) == code


def test_content_comes_back_from_its_json():
    report = ex.report(predecessor=ex.PREDECESSOR, deviations=(ex.RELEASE,))
    assert content_of(json.loads(as_text(json_of(report)))) == replace(
        report, laboratory=replace(report.laboratory, logo=b"")
    )


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_what_was_made_here_is_recognised(language):
    report = ex.report(items=(ex.MOISTURE, ex.ASH), version=2, predecessor=ex.PREDECESSOR)
    paper = verify_paper(render_report(report, language, ex.ZONE))
    assert paper.ok
    assert (paper.number, paper.version, paper.is_report) == ("HL-2026-0157", 2, True)
    assert paper.check_code == check_code(json_of(report))
    assert paper.check_code in paper.sentence
    sheet = verify_paper(render_raw_sheet(ex.raw_sheet(), language, ex.ZONE))
    assert sheet.ok
    assert (sheet.number, sheet.is_report) == ("S-2026-0042", False)


def with_content(pdf, content):
    """The PDF with another attachment: what somebody does who changes a result."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        spec = pikepdf.AttachedFileSpec(document, content, filename="hengliang.json")
        document.attachments["hengliang.json"] = spec
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def test_a_changed_result_in_the_content_is_found(pdf):
    value = json_of(ex.report())
    value["items"][0]["reported"] = "12.5"
    paper = verify_paper(with_content(pdf, as_text(value).encode()))
    assert not paper.ok
    assert paper.missing == (check_code(value), "12.5")
    assert "the file was changed" in paper.sentence


def test_any_other_change_of_the_content_is_found_by_the_code(pdf):
    value = json_of(ex.report())
    value["sample"]["client"] += " "
    assert verify_paper(with_content(pdf, as_text(value).encode())).missing == (check_code(value),)


NOT_CONTENT = [
    b"{",
    b"[]",
    b"{}",
    b'{"kind":"hengliang-report-2"}',
    b'{"kind":"hengliang-report-1"}',
    b'{"kind": ["hengliang-report-1"]}',
    b'{"a":NaN}',
    b'{"a":1e999}',
    b"[" * 100_000,
    b"\xff\xfe",
]


@pytest.mark.parametrize("content", NOT_CONTENT)
def test_other_attachments_are_refused(pdf, content):
    with pytest.raises(PaperError, match="not the content of a paper"):
        verify_paper(with_content(pdf, content))


def test_content_in_another_spelling_is_refused(pdf):
    pretty = json.dumps(json_of(ex.report()), indent=1).encode()
    with pytest.raises(PaperError, match="not the content of a paper"):
        verify_paper(with_content(pdf, pretty))


def test_other_files_are_refused():
    empty = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(empty)
    with pytest.raises(PaperError, match="no content attached"):
        verify_paper(empty.getvalue())
    for data in (b"", b"PK\x03\x04", b"%PDF-1.7\n%%EOF"):
        with pytest.raises(PaperError, match="no PDF that can be read"):
            verify_paper(data)


def issue(engine, paper, **changes):
    row = {
        "number": paper.number,
        "version": paper.version,
        "session": "S-2026-0042",
        "t_ns": ex.T0,
        "account": "chen.jing",
        "document_sha256": paper.document_sha256,
        "check_code": paper.check_code,
        "body": as_text({"documents": {"zh_CN": paper.document_sha256}}),
    }
    with changing(engine) as connection:
        connection.execute(
            methods.insert(), {"name": "m", "version": "v", "document": b"", "t_ns": ex.T0, "account": "a"}
        )
        connection.execute(
            sessions.insert(),
            {
                "id": "S-2026-0042",
                "method": "m",
                "method_version": "v",
                "purpose": "sample",
                "t_ns": ex.T0,
                "account": "a",
            },
        )
        connection.execute(reports.insert(), {**row, **changes})


def test_the_register_knows_what_was_issued(engine, pdf):
    paper = verify_paper(pdf)
    with reading(engine) as connection:
        assert not find_issued(connection, paper).known
    issue(engine, paper)
    english = verify_paper(render_report(ex.report(), "en", ex.ZONE))
    forged = verify_paper(render_report(ex.report(items=(ex.ASH,)), "zh_CN", ex.ZONE))
    with reading(engine) as connection:
        assert find_issued(connection, paper).sentence == "This laboratory issued this file."
        assert "another copy" in find_issued(connection, english).sentence
        assert "another content" in find_issued(connection, forged).sentence
        assert not find_issued(connection, forged).same_code
        assert not find_issued(connection, replace(paper, version=2)).known
        assert not find_issued(connection, replace(paper, is_report=False)).known
