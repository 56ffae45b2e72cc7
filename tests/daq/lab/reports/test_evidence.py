"""What an inspector takes away: everything behind a session in one ZIP, each file with its SHA-256."""

import hashlib
import io
import itertools
import json
import subprocess
import zipfile

import openpyxl
import pytest

from daq.errors import EquipmentError, NoSuchRecordError, PaperError
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.labels import equipment_label, label_pdf
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.papers.content import Standing
from daq.lab.papers.tables import as_csv, as_xlsx
from daq.lab.papers.verification import verify_paper
from daq.lab.reports.evidence_package import evidence_zip
from daq.lab.reports.issuing import report_pdf
from daq.lab.reports.raw_record import raw_record, raw_record_pdf
from daq.lab.sessions.steps import strike
from daq.lab.sessions.tables import session_tables
from daq.records.database import reading
from daq.security.audit import AuditRow, link_of
from tests.daq.lab.papers.looking import shown, squeezed
from tests.daq.lab.register.laboratory import changed
from tests.daq.lab.reports.conftest import COMPUTED, REVIEWED
from tests.daq.lab.reports.office import LABORATORY, issue, office_of
from tests.daq.lab.sessions.bench import CHEN, WANG, act, next_task


def opened(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_file_has_its_digest_and_the_bytes_of_the_records(bench, office, tmp_path, need_program):
    report = issue(bench, office, REVIEWED)
    data = evidence_zip(office, REVIEWED)
    files = opened(data)
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"
    }
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    subprocess.run([need_program("sha256sum"), "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    for language in ("zh_CN", "en"):
        pdf = files[f"reports/HL-2026-0001-v1-{language}.pdf"]
        assert pdf == report_pdf(office, report, language)
        assert verify_paper(files[f"raw-record-{language}.pdf"]).ok
    assert json.loads(files["reports/HL-2026-0001-v1.json"])["items"][0]["reported"] == "14.0"
    captures = json.loads(files["session.json"])["captures"]
    assert {f"frames/{one['id']}.bin" for one in captures} == {n for n in files if n.startswith("frames/")}
    assert all(files[f"frames/{one['id']}.bin"].hex() == one["frame"] for one in captures)
    with reading(bench.engine) as connection:
        version = raw_record(connection, office, REVIEWED).method.version
    assert hashlib.sha256(files["method.toml"]).hexdigest() == version


def test_certificates_come_with_their_documents_and_what_is_gone_is_told(bench, office):
    files = opened(evidence_zip(office, REVIEWED))
    assert b"LX-2026-0417" in files["certificates/1.1-B-01-LX-2026-0417-certificate.toml"]
    about = json.loads(files["certificates/1.1-B-01-LX-2026-0417.json"])
    assert (
        about["document_sha256"]
        == hashlib.sha256(files["certificates/1.1-B-01-LX-2026-0417-certificate.toml"]).hexdigest()
    )
    # the picture of the tests was never stored
    assert files["MISSING.txt"].decode().startswith(f"pictures/{'ab' * 32}.jpeg: The document")
    assert not any(name.startswith("reports/") for name in files)


def test_the_entries_of_the_audit_trail_are_as_they_were_written(bench, office):
    issue(bench, office, REVIEWED)
    rows = [json.loads(line) for line in opened(evidence_zip(office, REVIEWED))["audit.jsonl"].splitlines()]
    records = [row["record"] for row in rows]
    for begin in ("session/", "session-event/", "capture/", "result/", "report/", "sample/", "method/"):
        assert any(record.startswith(begin) for record in records), begin
    assert not any("S-2026-0003" in record for record in records)
    entries = [AuditRow(**row) for row in rows]
    neighbours = [(a, b) for a, b in itertools.pairwise(entries) if b.seq == a.seq + 1]
    assert len(neighbours) > 20
    assert all(link_of(before.sha256, after) == after.sha256 for before, after in neighbours)


def test_an_unknown_session_is_a_sentence(office):
    with pytest.raises(NoSuchRecordError, match="no session S-2026-0099"):
        evidence_zip(office, "S-2026-0099")


def test_without_laboratory_the_evidence_says_what_is_missing(bench):
    files = opened(evidence_zip(office_of(bench, laboratory=None), REVIEWED))
    assert "raw-record: site.toml has no section [laboratory]" in files["MISSING.txt"].decode()
    assert "session.json" in files


@pytest.mark.parametrize(("language", "word"), [("zh_CN", "非最终记录"), ("en", "NOT FINAL")])
def test_a_record_that_nobody_has_reviewed_is_not_final(office, language, word):
    assert squeezed(word) in shown(raw_record_pdf(office, COMPUTED, language))
    assert squeezed(word) not in shown(raw_record_pdf(office, REVIEWED, language))


def test_the_raw_record_tells_all_that_happened(bench, office):
    with reading(bench.engine) as connection:
        sheet = raw_record(connection, office, REVIEWED)
    assert [one.capture.raw_text for one in sheet.captures][2:4] == ["20.1234", "23.1234"]
    assert sheet.captures[2].taken_by == "chen.yu"
    assert sheet.captures[2].certificate == "LX-2026-0417"
    drying = sheet.timed[0]
    assert (drying.demanded, drying.lowest) == ("≥ 5\u2009h, 100 – 105\u2009°C", "102.5\u2009°C")
    done = [one.step.en for one in sheet.steps]
    assert done[:2] == ["session started", "Crush the sample"]
    assert done[-3:] == ["results computed", "signed", "reviewed and signed"]
    assert [(one.symbol, one.portion, one.value) for one in sheet.workings] == [
        ("X", 1, "14.04"),
        ("X", 2, "14"),
        ("X_mean", 0, "14.02"),
    ]
    assert sheet.workings[-1].budget
    assert (sheet.final, sheet.laboratory.marks) == (True, ())


def test_a_running_session_has_a_record_with_what_was_struck_out(bench, office):
    session = bench.start("water-shield-dried-solids")
    while not bench.state(session).captures:
        act(bench, session, next_task(bench.state(session)))
    n = bench.events(session)[-1].n
    strike(bench.bench, CHEN, session, n, "fibre on the dish")
    with reading(bench.engine) as connection:
        sheet = raw_record(connection, office, session)
    struck = sheet.captures[-1]
    assert (struck.capture.struck, struck.struck_by) == ("fibre on the dish", "chen.yu")
    assert (sheet.ended_ns, sheet.workings, sheet.final) == (None, (), False)
    assert squeezed("struck out by chen.yu") in shown(raw_record_pdf(office, session, "en"))


def test_a_check_has_a_raw_record(office):
    assert squeezed("Check of an instrument") in shown(raw_record_pdf(office, "S-2026-0001", "en"))


def test_tables_have_the_numbers_of_the_session(bench, office):
    issue(bench, office, REVIEWED)
    with reading(bench.engine) as connection:
        tables = session_tables(connection, office, REVIEWED)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(tables.values())))
    assert [sheet.title.split()[0] for sheet in book] == ["检测任务一览", "检测结果", "仪器采集的读数"]
    (row,) = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert row[2] == "HL-2026-0001"
    assert (row[10], row[11], row[15]) == (14.0, 14.02, "%")
    lines = as_csv(tables["captures"]).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(tables["captures"].rows)
    assert "53 20 53 20" in lines[3]


def test_a_label_says_what_the_register_says(bench, office):
    with reading(bench.engine) as connection:
        label = equipment_label(connection, office, "B-01")
        old = find_equipment(connection, "B-01")
    assert (label.certificate, label.due_on.isoformat()) == ("LX-2026-0417", "2027-03-04")
    assert (label.calibrated_on.isoformat(), label.standing) == ("2026-03-02", Standing.QUALIFIED)
    text = shown(label_pdf(office, "B-01"))
    assert all(squeezed(each) in text for each in ("合格", "B-01", "LX-2026-0417", LABORATORY["name_zh"]))
    away = changed(old.about, state=EquipmentState.SUSPENDED)
    change_equipment(bench.engine, bench.clock, WANG, EquipmentChange("B-01", old.version, away, "dropped"))
    assert "停用" in shown(label_pdf(office, "B-01"))
    with pytest.raises(EquipmentError, match="no equipment X-9"):
        label_pdf(office, "X-9")
    with pytest.raises(PaperError, match="laboratory"):
        label_pdf(office_of(bench, laboratory=None), "B-01")


def test_equipment_without_certificate_has_a_label(bench, office):
    with reading(bench.engine) as connection:
        label = equipment_label(connection, office, "O-01")
    assert (label.certificate, label.due_on, label.standing) == ("", None, Standing.QUALIFIED)
