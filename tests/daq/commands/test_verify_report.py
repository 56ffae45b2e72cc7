"""``hengliang verify --report`` as somebody with a PDF uses it."""

import json

import pytest
from typer.testing import CliRunner

from daq.cli import app
from daq.lab.papers.report import render_report
from daq.lab.papers.verification import verify_paper
from daq.records.database import records_url
from daq.records.migrations import open_records
from tests.daq.lab.papers import examples as ex
from tests.daq.lab.papers.looking import need_chinese_font
from tests.daq.lab.papers.test_verification import issue


@pytest.fixture
def verify(tmp_path):
    need_chinese_font()
    runner = CliRunner()
    file = tmp_path / "report.pdf"
    file.write_bytes(render_report(ex.report(), "zh_CN", ex.ZONE))

    def call(*arguments, file=file, code=0):
        result = runner.invoke(
            app,
            ["verify", "--report", str(file), "--data", str(tmp_path), *arguments],
        )
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_a_report_is_verified_by_itself_where_there_are_no_records(verify, tmp_path):
    assert "HL-2026-0157, version 1: pages and attached content belong together" in verify()
    assert json.loads(verify("--json"))["issued"] is None
    assert not (tmp_path / "records.db").exists()


def test_the_records_tell_whether_it_was_issued(verify, tmp_path):
    with open_records(records_url(tmp_path)) as engine:
        pass
    assert "The records of this laboratory have no such report." in verify(code=1)
    with open_records(records_url(tmp_path)) as engine:
        issue(engine, verify_paper((tmp_path / "report.pdf").read_bytes()))
    assert "This laboratory issued this file." in verify()
    found = json.loads(verify("--json"))
    assert found["issued"] == {"known": True, "same_code": True, "same_file": True, "replaced_by": None}


def test_another_file_is_one_sentence(verify, tmp_path):
    other = tmp_path / "other.pdf"
    other.write_bytes(b"not a PDF")
    assert verify(file=other, code=1).strip() == "The file is no PDF that can be read."
    assert "cannot be read: No such file" in verify(file=tmp_path / "gone.pdf", code=1)
