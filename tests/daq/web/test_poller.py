"""The poller against a real journal."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine

from daq.journal import ChannelDefinition, Journal
from daq.records.certificates import RecordedCertificates
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.stream.cursor import StreamFile, StreamState, StreamStatus
from daq.web.live import poller as poller_module
from daq.web.live.facts import ChannelState, FactKind
from daq.web.live.poller import Poller
from drivers.reading import Channel, Event, EventKind, Quality, Reading
from tests.daq.entered import put_text_in_force, register_of

MASS = ChannelDefinition("B-01", Channel("mass", "mass", "g"), "balance", "SN-1", "2.10")

CERTIFICATE = """
format = "hengliang-certificate-1"
[certificate]
number = "2026-0311"
kind = "calibration"
laboratory = "重庆市计量质量检测研究院"
calibrated_on = 2026-10-20
in_force_from = 2026-10-24T00:00:00+08:00
valid_until = 2027-10-24T00:00:00+08:00
level = 0.9545
entered_by = "李梅"
checked_by = "王强"
[equipment]
name = "B-01"
serial_number = "SN-1"
channel = "mass"
quantity = "mass"
unit = "g"
[in_use]
resolution = 0.0001
repeatability = 0.0001
repeatability_dof = 9
[curve]
kind = "polynomial"
unit = "g"
coefficients = [0.0003]
covariance = [[4e-8]]
range = [-1, 200]
gives = "correction"
"""


@contextmanager
def journal_of(folder, clock) -> Iterator[Journal]:
    with Journal.open(folder / "data" / "journal.db", clock) as journal:
        journal.define_channel(MASS)
        yield journal


def weigh(journal, clock, text="50.1234", quality=Quality.GOOD) -> None:
    journal.append([Reading("B-01", "mass", text, "g", clock.now_ns(), quality, b"S S 50.1234 g\r\n")]).wait(
        10
    )


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    with open_records(records_url(tmp_path / "records")) as engine:
        yield engine


@pytest.fixture
def poller(settings, tmp_path, clock, engine) -> Iterator[Poller]:
    poller = Poller(settings, tmp_path / "data", clock, RecordedCertificates(engine))
    yield poller
    poller._leave()


def kinds(site) -> set[FactKind]:
    return {fact.kind for fact in site.facts}


def test_page_waits_for_acquisition(poller, tmp_path, clock):
    site = poller.step()
    assert (site.journal, kinds(site)) == ("waiting", {FactKind.NO_JOURNAL})
    with journal_of(tmp_path, clock) as journal:
        weigh(journal, clock)
        site = poller.step()
    assert (site.journal, site.instrument("B-01").channels[0].state) == ("ok", ChannelState.STABLE)


def test_folder_of_a_journal_that_is_not_one_yet(poller, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.db").write_bytes(b"")
    site = poller.step()
    assert site.journal == "waiting"


def test_new_rows_are_followed(poller, tmp_path, clock):
    with journal_of(tmp_path, clock) as journal:
        for text in ("1.0000", "2.0000", "3.0000"):
            weigh(journal, clock, text)
            clock.pass_s(1)
            assert poller.step().instrument("B-01").channels[0].meant.row.raw_text == text
    assert len(poller.series("B-01", "mass", 0)) == 3


def test_rows_from_before_the_start_are_there_at_once(poller, tmp_path, clock):
    with journal_of(tmp_path, clock) as journal:
        for number in range(25):
            weigh(journal, clock, f"{number}.0000")
            clock.pass_s(1)
    channel = poller.step().instrument("B-01").channels[0]
    assert len(channel.recent) == 20
    assert channel.trend.path


def test_what_lies_further_back_still_counts(poller, tmp_path, clock, monkeypatch):
    """An instrument that was lost long ago is lost, with its last number, also for a page that starts now."""
    monkeypatch.setattr(poller_module, "LOOK_BACK", 3)
    other = ChannelDefinition("H-01", Channel("temperature", "temperature", "degC"), "climate")
    with journal_of(tmp_path, clock) as journal:
        journal.define_channel(other)
        weigh(journal, clock)
        journal.append([Event(EventKind.LINK_LOST, "B-01", clock.now_ns(), "the cable is out")]).wait(10)
        for number in range(10):
            reading = Reading(
                "H-01", "temperature", f"2{number}.0", "degC", clock.now_ns(), Quality.GOOD, b""
            )
            journal.append([reading]).wait(10)
            clock.pass_s(1)
    channel = poller.step().instrument("B-01").channels[0]
    assert (channel.state, channel.detail, channel.meant.row.raw_text) == (
        ChannelState.LOST,
        "the cable is out",
        "50.1234",
    )


def test_a_certificate_put_in_force_gives_new_values_to_old_readings(poller, engine, tmp_path, clock):
    with journal_of(tmp_path, clock) as journal:
        weigh(journal, clock)
        assert poller.step().instrument("B-01").channels[0].meant.value is None
        put_text_in_force(register_of(engine, tmp_path, clock), CERTIFICATE)
        meant = poller.step().instrument("B-01").channels[0].meant
    assert meant.value == pytest.approx(50.1237)
    assert meant.certificate.number == "2026-0311"


def test_certificate_that_was_altered_into_nonsense_is_told(poller, engine, tmp_path, clock):
    put_text_in_force(register_of(engine, tmp_path, clock), CERTIFICATE)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER certificates_keeps_values")
        connection.exec_driver_sql("UPDATE certificates SET content = replace(content, 'range', 'rnage')")
    with journal_of(tmp_path, clock):
        site = poller.step()
    (fact,) = (fact for fact in site.facts if fact.kind is FactKind.CERTIFICATES_UNUSABLE)
    assert "1.1" in fact.detail


def test_while_the_records_cannot_be_read_the_page_shows_what_they_said_last(poller, engine, tmp_path, clock):
    put_text_in_force(register_of(engine, tmp_path, clock), CERTIFICATE)
    with journal_of(tmp_path, clock) as journal:
        weigh(journal, clock)
        poller.step()
        engine.dispose()
        file = tmp_path / "records" / "records.db"
        file.rename(file.with_suffix(".away"))
        file.mkdir()
        site = poller.step()
        assert site.instrument("B-01").channels[0].meant.value == pytest.approx(50.1237)
        assert FactKind.RECORDS_UNREADABLE in kinds(site)
        file.rmdir()
        file.with_suffix(".away").rename(file)
        assert FactKind.RECORDS_UNREADABLE not in kinds(poller.step())


def test_another_journal_in_its_place_is_read_from_its_begin(poller, tmp_path, clock):
    with journal_of(tmp_path, clock) as journal:
        weigh(journal, clock, "1.0000")
        weigh(journal, clock, "2.0000")
        poller.step()
    (tmp_path / "data").rename(tmp_path / "old")
    with journal_of(tmp_path, clock) as journal:
        weigh(journal, clock, "3.0000")
        channel = poller.step().instrument("B-01").channels[0]
    assert [meant.row.raw_text for meant in channel.recent] == ["3.0000"]
    (tmp_path / "data").rename(tmp_path / "older")
    assert poller.step().journal == "waiting"


def test_damaged_journal_is_told_with_what_to_do(poller, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.db").write_bytes(b"no database, but long enough to look like one " * 100)
    site = poller.step()
    (fact,) = site.facts
    assert (site.journal, fact.kind) == ("unreadable", FactKind.JOURNAL_UNREADABLE)
    assert "journal.db" in fact.detail


def test_defect_of_the_program_is_shown_and_the_thread_lives_on(poller, tmp_path, clock, monkeypatch):
    """The edge of the thread: whatever fails, the page must not go on showing old numbers as new."""
    stop = threading.Event()
    failed, recovered = threading.Event(), threading.Event()
    step = poller.step

    def broken():
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError("a defect")
        recovered.set()
        return step()

    monkeypatch.setattr(poller, "step", broken)
    monkeypatch.setattr(poller_module, "TROUBLE_PERIOD_S", 0.05)
    thread = threading.Thread(target=poller.run, args=(stop,))
    thread.start()
    try:
        assert failed.wait(10)
        assert recovered.wait(10)
    finally:
        stop.set()
        thread.join(10)
    assert poller.site.journal == "waiting"


def stream_status(clock, **changes) -> StreamStatus:
    parts = {
        "target": "t",
        "state": StreamState.STREAMING,
        "trouble": None,
        "sentence": "Everything is sent.",
        "since_ns": clock.t_ns,
        "accepted_seq": 5,
        "head_seq": 5,
        "lag_s": 0.0,
        "updated_ns": clock.t_ns,
    }
    return StreamStatus(**{**parts, **changes})


def test_stream_is_looked_at_where_the_site_has_one(settings, tmp_path, clock, engine):
    document = {**settings.model_dump(by_alias=True), "timeseries": {"url": "http://127.0.0.1:1"}}
    with_stream = type(settings).model_validate(document)
    poller = Poller(with_stream, tmp_path / "data", clock, RecordedCertificates(engine))
    with journal_of(tmp_path, clock):
        assert FactKind.STREAM_SILENT in kinds(poller.step())
        with StreamFile.open(tmp_path / "data" / "stream.db", "t") as file:
            file.put_status(stream_status(clock))
        clock.pass_s(3)
        assert FactKind.STREAM_SILENT not in kinds(poller.step())
    poller._leave()
