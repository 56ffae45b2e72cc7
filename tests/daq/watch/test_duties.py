"""The regular duties, on a real journal and real records; and their calendar."""

import threading
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
import structlog

from daq.demo import dated
from daq.journal import ChannelDefinition, Journal
from daq.records.certificates import RecordedCertificates
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.settings import Settings
from daq.watch.calendar import keep_calendar
from daq.watch.duties import check_certificates, check_disk, check_journal
from daq.watch.notebook import Fact, Notebook, read_notebook
from daq.watch_wiring import check_the_records
from daq.wiring import DataFiles
from drivers.reading import Channel, Quality, Reading
from tests.clocks import HandClock
from tests.daq.entered import put_text_in_force, register_of

TODAY = date(2026, 11, 23)
NOW_NS = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) * 10**9


@pytest.fixture
def settings():
    instruments = [
        {"name": name, "url": f"tcp://x:{n}", "profile": "p"} for n, name in enumerate(("B-01", "B-02"))
    ]
    site = {"id": "t", "name_zh": "试", "name_en": "t"}
    return Settings.model_validate({"site": site, "instrument": instruments})


def papers():
    """The demo's certificates, as of a fixed day."""
    sources = (resources.files("config.demo") / "certificates").iterdir()
    return {source.name: dated(source.read_text(encoding="utf-8"), TODAY) for source in sources}


@pytest.fixture
def register(tmp_path):
    with open_records(records_url(tmp_path)) as engine:
        yield register_of(engine, tmp_path, HandClock(NOW_NS))


@pytest.fixture
def recorded(register):
    for name in ("b-01-mass.toml", "b-02-mass.toml"):
        put_text_in_force(register, papers()[name])
    return RecordedCertificates(register.engine)


def after(days):
    return NOW_NS + int(timedelta(days=days).total_seconds()) * 10**9


def test_a_certificate_that_ends_within_30_days_is_named(settings, recorded):
    (fact,) = [fact for fact in check_certificates(settings, recorded, NOW_NS) if not fact.ok]
    assert fact.sentence == "B-02 mass: certificate 仿2025-1187 ends on 2026-12-05"


def test_a_certificate_that_has_ended_is_missed(settings, recorded):
    facts = check_certificates(settings, recorded, after(13))
    assert [fact.sentence for fact in facts if not fact.ok] == ["B-02 mass: no certificate is in force today"]


def test_when_all_is_well_it_says_so(settings, register):
    put_text_in_force(register, papers()["b-01-mass.toml"])
    (fact,) = check_certificates(settings, RecordedCertificates(register.engine), NOW_NS)
    assert fact.ok


def test_a_certificate_that_cannot_be_used_is_told_and_leaves_the_others(settings, recorded, register):
    with register.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER certificates_keeps_values")
        connection.exec_driver_sql(
            "UPDATE certificates SET content = replace(content, 'curve', 'cruve') WHERE id = 1"
        )
    facts = check_certificates(settings, recorded, NOW_NS)
    assert any("certificate 1.1 cannot be used" in fact.sentence for fact in facts)
    assert ("B-02", "mass") in recorded.load()


def test_the_records_are_verified_and_the_end_of_their_trail_is_let_out(register, tmp_path):
    put_text_in_force(register, papers()["b-01-mass.toml"])
    files = DataFiles(tmp_path)
    fact = check_the_records(register.engine, files, NOW_NS)
    assert fact.ok
    assert len(files.audit_heads.read_text(encoding="ascii").splitlines()) == 1
    with register.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER certificate_steps_keeps_values")
        connection.exec_driver_sql("UPDATE certificate_steps SET account = 'checking'")
    fact = check_the_records(register.engine, files, NOW_NS)
    assert not fact.ok
    assert "certificate-step/1 was changed past the audit trail" in fact.sentence
    assert len(files.audit_heads.read_text(encoding="ascii").splitlines()) == 1


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


@pytest.mark.parametrize("after_s", [0, 0.0005, 0.002])
def test_a_calendar_that_is_stopped_while_it_starts_ends_in_peace(tmp_path, after_s):
    """Trouble in a thread of the scheduler is a warning, and warnings are errors here."""
    for _ in range(10):
        stop = threading.Event()
        timer = threading.Timer(after_s, stop.set)
        timer.start()
        duties = [(f"duty-{n}", "* * * * *", tuple) for n in range(8)]
        keep_calendar(duties, Notebook(tmp_path / "watch.json"), "Asia/Shanghai", stop)
        timer.join()


def test_a_notebook_that_is_not_there_is_empty_and_a_torn_one_is_an_error(tmp_path):
    path = tmp_path / "watch.json"
    assert read_notebook(path) == []
    for text in ("", "[]", '{"disk": [{"duty": "disk"}]}', '{"disk": 1}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"Expecting|is not what"):
            read_notebook(path)
