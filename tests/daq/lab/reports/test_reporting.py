"""Reports out of sessions: issued by another person, numbered without gaps, amended, found again."""

import functools
import io
import threading
from dataclasses import replace

import pikepdf
import pytest
from sqlalchemy import select, text

from daq.errors import (
    BenchError,
    NoSuchRecordError,
    NotPermittedError,
    PaperError,
    RecordsError,
    TwoPersonError,
)
from daq.lab.certificates.life import revoke
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.papers.codes import check_code, json_of
from daq.lab.papers.report import render_report
from daq.lab.papers.verification import find_issued, verify_paper
from daq.lab.reports.issuing import ISSUED, find_report, issue_report, issued_reports, report_pdf
from daq.lab.reports.numbers import next_report_number
from daq.lab.reports.raw_record import raw_record
from daq.lab.sessions import signing
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import review_session, sign_session
from daq.lab.sessions.starting import Allowed, start_session
from daq.records.bench_tables import reports
from daq.records.database import changing, reading
from daq.records.register_tables import documents
from daq.security.audit import AuditQuery, as_text
from daq.security.audit import read as read_audit
from daq.security.people import Role
from daq.security.verification import verify_records
from drivers.reading import Quality
from tests.daq.lab.papers.looking import pages, shown, squeezed
from tests.daq.lab.papers.test_verification import with_content
from tests.daq.lab.reports.conftest import CHECK, COMPUTED, REVIEWED, SHORT
from tests.daq.lab.reports.office import LABORATORY, MOISTURE, QUICK, amend, issue, office_of, quick, sign
from tests.daq.lab.sessions.bench import CHEN, WANG, walk

YEAR_S = 366 * 86_400


def test_a_reviewed_session_becomes_a_report(bench, office):
    report = issue(bench, office, REVIEWED)
    content = report.content
    assert (report.number, report.version, content.predecessor) == ("HL-2026-0001", 1, None)
    (item,) = content.items
    assert (item.reported, item.unit, item.k) == ("14.0", "%", "2.00")
    assert item.verdicts[0].decision.value == "pass"
    (parallels,) = content.parallels
    assert [row.symbol for row in parallels.rows] == ["m3", "m1", "m2", "X"]
    assert parallels.rows[0].values == ("20.1234", "19.8765")
    assert parallels.rows[-1].values == ("14.04", "14.00")
    assert (parallels.difference, parallels.allowed, parallels.accepted) == (
        "0.04\u2009%",
        "≤ 0.2\u2009%",
        True,
    )
    by_name = {one.name: one for one in content.instruments}
    assert (by_name["B-01"].certificate, by_name["B-01"].valid_until.isoformat()) == (
        "LX-2026-0417",
        "2027-03-04",
    )
    assert not by_name["O-01"].needs_certificate
    assert all(one.was_valid and one.is_traceable for one in content.instruments)
    assert [(one.meaning.en, one.name) for one in content.signatures] == [
        ("tested", "chen.yu"),
        ("checked against the raw data", "wang.fang"),
        ("authorized", "li.jun"),
    ]
    assert not any("laboratory" in one.casefold() for one in content.method.documents)
    assert [one.lowest for one in content.ambient] == ["22.4", "51.0"]
    assert (content.place.zh, content.simulated) == ("天平室", False)


def test_both_languages_are_kept_and_recognised(bench, office):
    report = issue(bench, office, REVIEWED)
    for language, word in (("zh_CN", "检测报告"), ("en", "Testreport")):
        pdf = report_pdf(office, report, language)
        assert word in shown(pdf)
        paper = verify_paper(pdf)
        assert (paper.ok, paper.check_code) == (True, report.check_code)
        with reading(office.bench.engine) as connection:
            assert find_issued(connection, paper).sentence == "This laboratory issued this file."
    with reading(office.bench.engine) as connection:
        names = connection.execute(
            select(documents.c.name).where(documents.c.media_type == "application/pdf")
        )
        assert set(names.scalars()) == {"HL-2026-0001-zh_CN.pdf", "HL-2026-0001-en.pdf"}
        (entry,) = read_audit(connection, AuditQuery(record="report/HL-2026-0001.1"), 9)
    assert (entry.action, entry.account) == ("issue report", "li.jun")
    assert verify_records(office.bench.engine).ok


def test_a_tampered_file_is_named(bench, office):
    report = issue(bench, office, SHORT)
    pdf = report_pdf(office, report, "en")
    better = replace(report.content, items=(replace(report.content.items[0], reported="3.14"),))
    changed = verify_paper(with_content(pdf, as_text(json_of(better)).encode()))
    assert changed.missing == (check_code(json_of(better)), "3.14")
    forged = verify_paper(render_report(better, "en", "Asia/Shanghai"))
    assert forged.ok
    again = verify_paper(render_report(replace(report.content, simulated=True), "en", "Asia/Shanghai"))
    with reading(bench.engine) as connection:
        assert "another content under this number" in find_issued(connection, forged).sentence
        assert not find_issued(connection, again).same_code
    with pikepdf.open(io.BytesIO(pdf)) as document:
        saved = io.BytesIO()
        document.save(saved)
    with reading(bench.engine) as connection:
        assert "is another copy" in find_issued(connection, verify_paper(saved.getvalue())).sentence


def test_a_session_with_a_report_in_other_hands_is_not_given_up(bench):
    office = office_of(bench)
    report = issue(bench, office, quick(bench))
    signing.amend_session(bench.bench, WANG, report.session, "a wrong lot")
    with pytest.raises(BenchError, match=f"Report {report.number} of {report.session} was issued: finish"):
        signing.cancel_session(bench.bench, CHEN, report.session, "no time")


def test_reports_are_numbered_amended_and_found(any_bench):
    bench, office = any_bench, office_of(any_bench)
    sessions = [quick(bench), quick(bench, signed=False), quick(bench)]  # the second one takes no number
    issued, refused = at_once(bench, office, sessions)
    assert sorted(report.number for report in issued) == ["HL-2026-0001", "HL-2026-0002"]
    assert refused == [f"{sessions[1]} is not reviewed by a second person yet: no report of it is issued."]
    first = issued[0]
    with pytest.raises(PaperError, match=f"{first.number}, version 1, was issued for this review"):
        issue(bench, office, first.session)
    bench.pass_time(3600)
    amend(bench, first.session, "name of the client corrected")
    second = issue(bench, office, first.session)
    assert (second.number, second.version) == (first.number, 2)
    before = second.content.predecessor
    assert (before.version, before.check_code, before.issued_ns) == (1, first.check_code, first.t_ns)
    assert before.reason == "name of the client corrected"
    text_of = shown(report_pdf(office, second, "en"))
    assert squeezed(f"It replaces report {first.number}, version 1") in text_of
    with reading(bench.engine) as connection:
        assert [one.version for one in issued_reports(connection, first.session)] == [2, 1]
        assert find_report(connection, first.number).version == 2
        old = find_issued(connection, verify_paper(report_pdf(office, first, "zh_CN")))
        assert old.sentence.endswith("It is no longer valid: version 2 has replaced it.")
        assert find_issued(connection, verify_paper(report_pdf(office, second, "zh_CN"))).replaced_by is None
        with pytest.raises(NoSuchRecordError, match="no report HL-2026-0009"):
            find_report(connection, "HL-2026-0009")
        with pytest.raises(NoSuchRecordError, match=rf"no report {first.number}, version 9\."):
            find_report(connection, first.number, 9)
    with (
        pytest.raises(RecordsError, match="rows are added, never changed"),
        changing(bench.engine) as connection,
    ):
        connection.execute(text("UPDATE reports SET check_code = 'X'"))


def at_once(bench, office, sessions):
    """Reports of all sessions, each asked for by a thread; and why some were refused."""
    issued, refused = [], []

    def go(session):
        try:
            issued.append(issue(bench, office, session))
        except BenchError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=go, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return issued, refused


@pytest.mark.parametrize(
    ("series", "taken", "expected"),
    [
        ("HL-{year}-{number:04d}", ["HL-2026-0009", "HL-2025-0077", "XX-2026-0050"], "HL-2026-0010"),
        ("HL-{year}-{number:04d}", ["HL-2026-9999"], "HL-2026-10000"),
        ("{number}/{year}", ["9/2026", "10/2026", "11/2025"], "11/2026"),
        ("检_{year}%{number:03d}号", ["检_2026%007号", "检x2026y099号"], "检_2026%008号"),
    ],
)
def test_a_series_counts_its_own_numbers_only(bench, office, series, taken, expected):
    with changing(bench.engine) as connection:
        for number in taken:
            row = {"number": number, "version": 1, "session": SHORT, "t_ns": 1, "account": "a"}
            empty = {"document_sha256": "", "check_code": "", "body": "{}"}
            connection.execute(reports.insert(), row | empty)
        laboratory = office.settings.laboratory.model_copy(update={"report_series": series})
        assert next_report_number(connection, bench.bench, laboratory) == expected


def test_nothing_is_issued_that_nobody_else_has_reviewed(bench, office):
    with pytest.raises(BenchError, match="not reviewed by a second person"):
        issue(bench, office, COMPUTED)
    with pytest.raises(NotPermittedError, match="quality-manager, metrologist"):
        issue(bench, office, SHORT, "chen.yu")
    with pytest.raises(NotPermittedError, match="signature that means it"):
        issue_report(office, bench.signature("li.jun", "reviewed"), SHORT)
    with pytest.raises(NotPermittedError, match="may not do this"):
        issue_report(office, bench.signature("wang.fang", ISSUED, Role.QUALITY_MANAGER), SHORT)
    with reading(bench.engine) as connection:
        assert issued_reports(connection) == ()


def test_who_took_part_does_not_issue(bench, office):
    session = bench.start("moisture-analyser-screening")
    metrologist = replace(CHEN, account="zhou.min")
    walk(bench, session, actor=metrologist)
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("zhou.min", signing.PERFORMED))
    review_session(bench.bench, session, bench.signature("wang.fang", signing.REVIEWED))
    with pytest.raises(TwoPersonError, match=r"zhou\.min took part"):
        issue(bench, office, session, "zhou.min")
    assert issue(bench, office, session, "wang.fang").content.signatures[2].name == "wang.fang"


def test_a_check_has_no_report(bench, office):
    with pytest.raises(PaperError, match="is a check of an instrument"):
        issue(bench, office, CHECK)


def test_a_site_without_laboratory_is_told_so(bench, office):
    with pytest.raises(PaperError, match=r"site.toml has no section \[laboratory\]"):
        issue(bench, office_of(bench, laboratory=None), SHORT)


def simulate(bench):
    """From now on the instruments of the bench are simulated ones."""
    bench.bench = replace(bench.bench, rules=replace(bench.bench.rules, simulated=True))
    bench.say = functools.partial(bench.say, quality=Quality.SIMULATED)
    bench.settle = functools.partial(bench.settle, quality=Quality.SIMULATED)


def test_simulated_captures_are_marked_and_never_leave_a_simulated_site(bench):
    simulate(bench)
    session = quick(bench)
    with pytest.raises(PaperError, match="has simulated captures"):
        issue(bench, office_of(bench), session)
    office = office_of(bench, simulated=True)
    report = issue(bench, office, session)
    assert report.content.simulated
    for language in ("zh_CN", "en"):
        texts = pages(report_pdf(office, report, language))
        assert all("SIMULATED" in text and "CMA" not in text for text in texts)
        if language == "zh_CN":
            assert all("仿真" in text for text in texts)


def test_a_simulated_site_marks_everything(bench):
    report = issue(bench, office_of(bench, simulated=True), SHORT)
    assert report.content.simulated


def test_a_release_is_printed_with_both_people_and_the_reason(bench, office):
    bench.pass_time(YEAR_S)
    people = (
        bench.signature("chen.yu", OVERRIDE, Role.TECHNICIAN),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )
    allowed = Allowed("instrument", "balance/B-01", "the new certificate is on its way", people)
    order = bench.order("direct-drying-gb-5009-3-1")
    session = start_session(bench.bench, CHEN, order, (allowed,)).header.id
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    sign(bench, session)
    report = issue(bench, office, session)
    ended = report.content.deviations[0]
    assert ended.what.en == "B-01 was used although its certificate LX-2026-0417 had ended on 2027-03-04"
    assert ended.what.zh.startswith("B-01 的证书 LX-2026-0417 已于 2027-03-04 到期")
    assert (
        report.content.deviations[1].what.zh
        == "B-01 在 24 小时内未通过核查 天平日常核查（一个或两个砝码），仍用于本次检测"
    )
    assert report.content.items[0].notes == ()
    assert ended.reason == "the new certificate is on its way"
    assert [(one.name, one.role.en) for one in ended.signatures] == [
        ("chen.yu", "technician"),
        ("li.jun", "quality manager"),
    ]
    balance = next(one for one in report.content.instruments if one.name == "B-01")
    assert (balance.was_valid, balance.is_traceable) == (False, False)
    text_of = shown(report_pdf(office, report, "en"))
    for words in (
        "the new certificate is on its way",
        "li.jun (quality manager), released",
        "not valid when",
    ):
        assert squeezed(words) in text_of
    assert squeezed("as limited by the deviations and releases") in text_of
    with reading(bench.engine) as connection:
        done = {one.step.zh: one.remark for one in raw_record(connection, office, session).steps}
    assert "两人放行：B-01" in done
    assert "。；" not in done["检测开始"].zh


def test_a_revoked_certificate_stops_the_report(bench, office):
    register = bench.laboratory.register
    revoke(register, bench.signature("li.jun", "revoked"), "1.1", "the institute withdrew it")
    with pytest.raises(PaperError, match=r"was revoked: compute S-2026-0002 again"):
        issue(bench, office, REVIEWED)


def test_the_head_is_the_laboratorys(bench, office):
    text_of = shown(report_pdf(office, issue(bench, office, SHORT), "en"))
    assert all(squeezed(LABORATORY[key]) in text_of for key in ("name_zh", "name_en", "address_en"))
    assert "CMA232201060123" in text_of


def test_a_mark_stands_on_reports_within_its_scope_only(bench):
    marks = [
        {"name": "CMA", "number": "1", "methods": [MOISTURE]},
        {"name": "CNAS", "number": "2", "methods": [QUICK]},
    ]
    office = office_of(bench, laboratory={**LABORATORY, "marks": marks})
    assert [one.name for one in issue(bench, office, REVIEWED).content.laboratory.marks] == ["CMA"]
    assert [one.name for one in issue(bench, office, SHORT).content.laboratory.marks] == ["CNAS"]
