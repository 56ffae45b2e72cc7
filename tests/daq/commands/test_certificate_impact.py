"""``hengliang certificate trace`` and ``impact`` as people at the console use them."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from daq.cli import app
from daq.records.database import changing, records_url
from daq.records.migrations import open_records
from tests.calibration.native_files import BALANCE
from tests.daq.lab.impact.records import Records
from tests.daq.lab.impact.test_impact import small

SITE = """
[site]
id = "t"
name_zh = "中心"
name_en = "Laboratory"
[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:4001"
profile = "mettler-toledo-mt-sics"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A site with weights, two balances, a moisture, extractives and a check; and a broken link."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    with open_records(records_url(folder / "data")) as engine, changing(engine) as connection:
        small(connection)
        records = Records(connection)
        broken = BALANCE.replace('"B-01"', '"B-04"').replace("0417", "0444")
        records.certificate("4.1", broken, links=[("E2-0008", "0" * 64)])
    return folder


@pytest.fixture
def hengliang(folder):
    def call(*arguments, code=0):
        words = ["certificate", *arguments, "--site", folder / "site.toml", "--data", folder / "data"]
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_trace_shows_the_chain_and_draws_it(hengliang, tmp_path):
    text = hengliang("trace", "2.1", "--svg", tmp_path / "chain.svg")
    lines = text.splitlines()
    assert lines[0] == "B-02"
    assert lines[1].endswith("[the instrument's certificate was in force]")
    assert lines[1].startswith("  B-02 LX-2026-0999 (2.1)  County Institute of Metrology  2025-11-")
    assert lines[2].startswith("    B-01 LX-2026-0417 (1.1)")
    assert lines[2].endswith("[by number only]")
    assert lines[3].endswith("[matches by hash]")
    root = ET.fromstring((tmp_path / "chain.svg").read_text(encoding="utf-8"))
    assert "溯源链" in "".join(root.itertext())


def test_trace_of_a_broken_chain_ends_with_1(hengliang):
    assert "[! broken: another document]" in hengliang("trace", "4.1", code=1)
    found = json.loads(hengliang("trace", "4.1", "--json", code=1))
    assert found["sound"] is False
    assert {"below": "4.1", "above": "9.1", "state": "broken"} in found["edges"]


def test_impact_lists_and_tries(hengliang):
    text = hengliang("impact", "1.1", "--to", "1.2")
    assert "captures of B-01 mass under 1.1: 15" in text
    assert "results: 2, reports: 2" in text
    assert "under 1.2: 2 results tried, 2 values change, 0 verdicts change" in text
    below = hengliang("impact", "9.1")
    assert "  2.1  LX-2026-0999  B-02 mass  [by-number]" in below
    assert "results: 4, reports: 2" in below


def test_impact_as_json_has_decimal_text(hengliang):
    found = json.loads(hengliang("impact", "1.1", "--to", "1.2", "--json"))
    (first, _) = found["results"]
    assert (first["result"], first["session"], first["value"], first["verdict"]) == (
        "1.1",
        "S-1",
        "14.02",
        "pass",
    )
    assert first["tried"] is True
    assert Decimal(first["new_value"]) != Decimal(first["value"])
    listed = json.loads(hengliang("impact", "1.1", "--json"))
    assert listed["results"][0]["new_value"] is None


def test_impact_writes_the_list_for_spreadsheets(hengliang, tmp_path):
    hengliang("impact", "1.1", "--to", "1.2", "--out", tmp_path / "list.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "list.csv").read_bytes().decode("utf-8-sig"))))
    assert rows[1][:5] == ["1.1", "S-1", "HL-1", "X_mean", "%"]
    assert rows[1][6] == "14.02"
    assert rows[1][8].startswith("符合")
    assert rows[1][12] == "否 no"
    hengliang("impact", "9.1", "--out", tmp_path / "list.xlsx")
    book = load_workbook(tmp_path / "list.xlsx")
    assert len(book.sheetnames) == 5
    assert [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)] == ["R-1", "R-2"]
    assert book.worksheets[0].max_row == 5


def test_impact_in_a_time(hengliang):
    assert "results: 0, reports: 0" in hengliang("impact", "1.1", "--until", "2026-01-01")
    assert "results: 2, reports: 2" in hengliang(
        "impact", "1.1", "--from", "2026-01-01", "--until", "2027-01-01"
    )


def test_what_cannot_be_is_one_sentence(hengliang, tmp_path):
    assert hengliang("impact", "7.7", code=1).strip() == "There is no certificate 7.7 in the records."
    assert "write a file that ends in .xlsx or .csv" in hengliang("impact", "1.1", "--out", "x.pdf", code=2)
    assert "cannot be written" in hengliang("impact", "1.1", "--out", tmp_path / "no" / "x.csv", code=1)
    assert "names no version of a certificate" in hengliang("trace", "seventeen", code=1)
