"""The regular duties, on a real journal and real certificate files; and their calendar."""

import threading
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
import structlog

from daq.demo import dated
from daq.journal import ChannelDefinition, Journal
from daq.records.certificates import CertificateFolder
from daq.settings import Settings
from daq.watch.calendar import keep_calendar
from daq.watch.duties import check_certificates, check_disk, check_journal
from daq.watch.notebook import Fact, Notebook, read_notebook
from drivers.reading import Channel, Quality, Reading
from tests.clocks import HandClock

TODAY = date(2026, 11, 23)
NOW_NS = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) * 10**9


@pytest.fixture
def settings(tmp_path):
    instruments = [
        {"name": name, "url": f"tcp://x:{n}", "profile": "p"} for n, name in enumerate(("B-01", "B-02"))
    ]
    site = {"id": "t", "name_zh": "试", "name_en": "t"}
    return Settings.model_validate({"site": site, "instrument": instruments, "certificates_dir": tmp_path})


@pytest.fixture
def papers(tmp_path):
    """The demo's certificates, as of a fixed day."""
    for source in (resources.files("config.demo") / "certificates").iterdir():
        (tmp_path / source.name).write_text(
            dated(source.read_text(encoding="utf-8"), TODAY), encoding="utf-8"
        )
    return CertificateFolder(tmp_path)


def after(days):
    return NOW_NS + int(timedelta(days=days).total_seconds()) * 10**9


def test_a_certificate_that_ends_within_30_days_is_named(settings, papers):
    (fact,) = check_certificates(settings, papers, NOW_NS)
    assert not fact.ok
    assert fact.sentence == "B-02 mass: certificate 仿2025-1187 ends on 2026-12-05"


def test_a_certificate_that_has_ended_is_missed(settings, papers):
    facts = check_certificates(settings, papers, after(13))
    assert [fact.sentence for fact in facts] == ["B-02 mass: no certificate is in force today"]


def test_when_all_is_well_it_says_so(settings, papers):
    (papers.path / "b-02-mass.toml").unlink()
    (fact,) = check_certificates(settings, papers, NOW_NS)
    assert fact.ok


def test_a_file_that_cannot_be_used_is_a_finding_and_leaves_the_others(settings, papers):
    (papers.path / "torn.toml").write_text("format = ", encoding="utf-8")
    facts = check_certificates(settings, papers, NOW_NS)
    assert any("torn.toml" in fact.sentence for fact in facts)
    assert ("B-01", "mass") in papers.load()


def test_a_changed_file_is_read_again_and_a_copy_is_refused(papers):
    papers.load()
    one = papers.path / "b-01-mass.toml"
    (papers.path / "copy.toml").write_bytes(one.read_bytes())
    assert len(papers.load()["B-01", "mass"]) == 1
    assert any("is in b-01-mass.toml already" in finding for finding in papers.findings)
    one.unlink()
    assert len(papers.load()["B-01", "mass"]) == 1
    assert papers.findings == ()


def test_the_journal_is_verified_and_its_absence_told(tmp_path):
    clock = HandClock(NOW_NS)
    path = tmp_path / "journal.db"
    assert not check_journal(path, NOW_NS).ok
    with Journal.open(path, clock) as journal:
        journal.define_channel(ChannelDefinition("B-01", Channel("mass", "mass", "g"), "p", "", ""))
        journal.append([Reading("B-01", "mass", "1.0", "g", NOW_NS, Quality.GOOD, b"x")]).wait(10)
    assert check_journal(path, NOW_NS).ok


def test_the_disk_is_told_in_gigabytes(tmp_path):
    fact = check_disk(tmp_path, NOW_NS)
    assert "GB free" in fact.sentence


def test_the_calendar_does_each_duty_at_the_start_and_one_that_fails_ends_no_other(tmp_path):
    stop = threading.Event()
    done = threading.Event()

    def fails():
        raise ZeroDivisionError

    def works():
        done.set()
        return (Fact("works", False, "look here", NOW_NS),)

    duties = (("fails", "0 0 1 1 *", fails), ("works", "0 0 1 1 *", works))
    notebook = Notebook(tmp_path / "watch.json")
    calendar = threading.Thread(target=keep_calendar, args=(duties, notebook, "Asia/Shanghai", stop))
    with structlog.testing.capture_logs() as logs:
        calendar.start()
        assert done.wait(20)
        stop.set()
        calendar.join(20)
    assert not calendar.is_alive()
    assert read_notebook(tmp_path / "watch.json") == [Fact("works", False, "look here", NOW_NS)]
    assert {(entry["event"], entry["duty"]) for entry in logs} == {
        ("duty failed", "fails"),
        ("look here", "works"),
    }


def test_a_notebook_that_is_not_there_is_empty_and_a_torn_one_is_an_error(tmp_path):
    path = tmp_path / "watch.json"
    assert read_notebook(path) == []
    for text in ("", "[]", '{"disk": [{"duty": "disk"}]}', '{"disk": 1}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"Expecting|is not what"):
            read_notebook(path)
