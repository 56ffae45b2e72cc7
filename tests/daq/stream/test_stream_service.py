"""From a real journal into a real VictoriaMetrics, through servers that have bad days."""

import itertools
import threading
from dataclasses import replace

import pytest

from daq.errors import JournalMissingError, StreamError
from daq.journal import JournalReader
from daq.records.certificates import RecordedCertificates
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.stream.cursor import StreamFile, StreamState, read_rejected, read_status
from daq.stream.influx import InfluxWriter
from daq.stream.service import Pace, StreamService
from daq.stream.trouble import Trouble
from daq.timeseries_server import LocalVictoriaMetrics
from drivers.clock import SystemClock
from tests.clocks import HandClock
from tests.daq.stream.between import Between, Trick
from tests.daq.stream.conftest import (
    CHANNELS,
    CLOCK,
    FAST,
    Site,
    running,
    settings_for,
    wait_until,
    wait_until_sent,
)


def head(site: Site) -> int:
    with JournalReader.open(site.journal_path) as reader:
        return reader.head().seq


def assert_all_there_once(site: Site, url: str, service: StreamService, readings: int) -> None:
    found = site.reconcile(url, service)
    assert found.ok, found.sentence
    assert found.journal_rows == found.server_rows == readings


def seqs_of(lines: list[str]) -> list[int]:
    return [int(line.split("seq=")[1].split("i")[0]) for line in lines]


@pytest.mark.peer
def test_every_reading_arrives_once(site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter) -> None:
    site.fill(500)
    service = site.service(writer)
    with running(service):
        wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 1500)
    status = read_status(site.stream_path)
    assert status is not None
    assert (status.state, status.lag_rows, status.lag_s, status.rejected) == (StreamState.STOPPED, 0, 0.0, 0)


@pytest.mark.peer
def test_readings_that_come_later_are_sent_too(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    service = site.service(writer)
    with site.journal() as journal, running(service):
        for _ in range(5):
            site.append(journal, 20)
            wait_until_sent(service, head(site))
            assert site.reconcile(victoria.url, service).ok
    assert_all_there_once(site, victoria.url, service, 300)


@pytest.mark.peer
def test_the_journal_may_come_later_than_the_stream(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    service = site.service(writer)
    with running(service):
        wait_until(lambda: read_status(site.stream_path) is not None, "a status")
        status = read_status(site.stream_path)
        assert status is not None
        assert status.state is StreamState.WAITING
        assert "no journal" in status.sentence
        site.fill(10)
        wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 30)


@pytest.mark.peer
def test_a_server_that_is_absent_at_the_start(site: Site, own_victoria: LocalVictoriaMetrics) -> None:
    own_victoria.stop()
    site.fill(200)
    with InfluxWriter(settings_for(own_victoria.url)) as writer:
        service = site.service(writer)
        with running(service):
            wait_until(lambda: _trouble(site) is Trouble.UNREACHABLE, "the state says unreachable")
            status = read_status(site.stream_path)
            assert status is not None
            assert status.accepted_seq == 0
            assert status.lag_rows == status.head_seq
            assert status.lag_s > 0
            assert "start it" in status.sentence
            own_victoria.start()
            wait_until_sent(service, head(site))
    assert_all_there_once(site, own_victoria.url, service, 600)


def _trouble(site: Site) -> Trouble | None:
    status = read_status(site.stream_path)
    return status.trouble if status else None


class Hurried(SystemClock):
    """Ten seconds pass in a fifth of one."""

    def monotonic_s(self) -> float:
        return 50 * super().monotonic_s()


@pytest.mark.peer
def test_a_server_that_is_killed_forgets_what_it_accepted_and_gets_it_again(
    site: Site, own_victoria: LocalVictoriaMetrics
) -> None:
    with InfluxWriter(settings_for(own_victoria.url)) as writer, site.journal() as journal:
        started_s = writer.started_s()
        # the server is asked for its start every 10 s: here 50 times as often; nothing is taken as settled
        service = site.service(writer, replace(FAST, settle_s=1e9), Hurried())
        with running(service):
            site.append(journal, 300)
            wait_until_sent(service, head(site))
            own_victoria.kill()
            site.append(journal, 300)
            wait_until(lambda: _trouble(site) is Trouble.UNREACHABLE, "the state says unreachable")
            # the server tells its start in whole seconds
            wait_until(lambda: _restarted_later(own_victoria, writer, started_s), "a later start")
            wait_until(lambda: _ok(site, own_victoria.url, service, 1800), "everything is there")
    assert_all_there_once(site, own_victoria.url, service, 1800)


def _restarted_later(server: LocalVictoriaMetrics, writer: InfluxWriter, started_s: float | None) -> bool:
    server.kill()
    server.start()
    now_s = writer.started_s()
    return now_s is not None and started_s is not None and now_s > started_s


def _ok(site: Site, url: str, service: StreamService, readings: int) -> bool:
    found = site.reconcile(url, service)
    return found.ok and found.server_rows == readings


@pytest.mark.peer
@pytest.mark.parametrize(
    "tricks",
    [
        [Trick(status=429, headers={"Retry-After": "0.05"})] * 3,
        [Trick(status=503, words="shutting down")] * 3,
        [Trick(status=500), Trick(status=502), Trick(status=504)],
        [Trick(status=401, words='{"code":"unauthorized","message":"unauthorized access"}')] * 2,
        [Trick(status=404, words='{"code":"not found","message":"bucket \\"x\\" not found"}')],
        [Trick(status=302, headers={"Location": "http://127.0.0.1:9/login"})],
        [Trick(status=200, words="<html>登录</html>")],
        [Trick(reset=True)] * 3,
        [Trick(delay_s=0.5)] * 2,
        [Trick(delay_s=0.5), Trick(status=503), Trick(reset=True), Trick(status=429), Trick(reset=True)],
    ],
    ids=["429", "503", "5xx", "401", "404", "redirect", "login-page", "reset-after-accepting", "slow", "all"],
)
def test_a_bad_day_loses_nothing_doubles_nothing_and_keeps_the_order(
    site: Site, victoria: LocalVictoriaMetrics, tricks: list[Trick]
) -> None:
    site.fill(300)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url), timeout_s=0.2) as writer:
        for number, trick in enumerate(tricks):
            between.tricks += [trick] if number % 2 else [Trick(), trick]
        service = site.service(writer)
        with running(service):
            wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 900)
    first_times = list(dict.fromkeys(seqs_of(between.accepted)))
    assert first_times == sorted(first_times)
    assert len(between.writes) > len(tricks)


@pytest.mark.peer
def test_the_cursor_is_never_ahead_of_the_server(site: Site, victoria: LocalVictoriaMetrics) -> None:
    site.fill(200)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url), timeout_s=0.2) as writer:
        between.tricks += [Trick(), Trick(reset=True), Trick(status=503), Trick(delay_s=0.4)]
        service = site.service(writer, replace(FAST, batch_points=50))
        seen: list[tuple[int, int]] = []
        with running(service):
            end = head(site)

            def look() -> bool:
                status = read_status(site.stream_path)
                cursor = status.accepted_seq if status else 0
                seen.append((cursor, max(seqs_of(between.accepted), default=0)))
                return cursor >= end

            wait_until(look, "everything is sent")
    # rows without a reading (events) are passed without the server
    events = end - 600
    assert all(cursor <= max(on_server, events) for cursor, on_server in seen)


@pytest.mark.peer
def test_refused_points_are_found_kept_shown_and_the_rest_arrives(
    site: Site, victoria: LocalVictoriaMetrics
) -> None:
    site.fill(200)
    bad = {150, 151, 400}
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url)) as writer:

        def judge(lines: list[str]) -> Trick:
            refused = bad & set(seqs_of(lines))
            words = f'{{"code":"invalid","message":"field type conflict in {sorted(refused)}"}}'
            return Trick(status=422, words=words) if refused else Trick()

        between.judge = judge
        service = site.service(writer)
        with running(service):
            wait_until_sent(service, head(site))
    rejected = read_rejected(site.stream_path, service.target)
    assert {point.seq for point in rejected} == bad
    assert rejected[0].words == "field type conflict in [150]"
    assert rejected[0].series.startswith(("B-01", "H-01"))
    status = read_status(site.stream_path)
    assert status is not None
    assert status.rejected == 3
    found = site.reconcile(victoria.url, service)
    assert found.ok
    assert (found.journal_rows, found.server_rows, found.rejected) == (600, 597, 3)


@pytest.mark.peer
def test_a_server_that_refuses_everything_is_no_reason_to_park_points(
    site: Site, victoria: LocalVictoriaMetrics
) -> None:
    site.fill(100)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url)) as writer:
        between.judge = lambda lines: Trick(status=400, words="unsupported path requested")
        service = site.service(writer)
        with running(service):
            wait_until(lambda: _trouble(site) is Trouble.REFUSES_ALL, "the state says that all is refused")
            status = read_status(site.stream_path)
            assert status is not None
            assert "unsupported path requested" in status.sentence
            assert status.rejected == 0
            between.judge = lambda lines: Trick()
            wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 300)


@pytest.mark.peer
def test_a_batch_that_takes_too_long_is_made_smaller(site: Site, victoria: LocalVictoriaMetrics) -> None:
    site.fill(500)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url), timeout_s=0.2) as writer:
        between.judge = lambda lines: Trick(delay_s=0.4 if len(lines) > 300 else 0.0)
        service = site.service(writer, replace(FAST, batch_points=1000))
        with running(service):
            wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 1500)


@pytest.mark.peer
def test_a_corrected_token_file_is_enough(site: Site, victoria: LocalVictoriaMetrics) -> None:
    site.fill(10)
    token_file = site.folder / "token"
    with Between(victoria.url) as between:

        def judge(lines: list[str]) -> Trick:
            right = between.headers[-1].get("Authorization") == "Token right"
            return Trick() if right else Trick(status=401, words="no")

        between.judge = judge
        with InfluxWriter(settings_for(between.url, token_file=token_file)) as writer:
            service = site.service(writer)
            with running(service):
                wait_until(lambda: "cannot be read" in _sentence(site), "the file is missing")
                token_file.write_text("wrong\n")
                wait_until(lambda: "refuses the token (401: no)" in _sentence(site), "the token is wrong")
                token_file.write_text("right\n")
                wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 30)


def _sentence(site: Site) -> str:
    status = read_status(site.stream_path)
    return status.sentence if status else ""


@pytest.mark.peer
def test_stop_does_not_wait_for_a_back_off(site: Site, own_victoria: LocalVictoriaMetrics) -> None:
    own_victoria.stop()
    site.fill(10)
    with InfluxWriter(settings_for(own_victoria.url)) as writer:
        service = site.service(writer, replace(FAST, first_back_off_s=3600.0, longest_back_off_s=3600.0))
        with running(service):
            wait_until(lambda: _trouble(site) is Trouble.UNREACHABLE, "the state says unreachable")
    status = read_status(site.stream_path)
    assert status is not None
    assert status.state is StreamState.STOPPED


@pytest.mark.peer
def test_rebuild_fills_an_empty_server(site: Site, own_victoria: LocalVictoriaMetrics, tmp_path) -> None:
    site.fill(400)
    with InfluxWriter(settings_for(own_victoria.url)) as writer:
        service = site.service(writer)
        with running(service):
            wait_until_sent(service, head(site))
            with pytest.raises(StreamError, match="stop it first"):
                site.service(writer).rebuild(lambda done, last: None)
        own_victoria.stop()
        (tmp_path / "victoria" / "data").rename(tmp_path / "victoria" / "lost")
        own_victoria.start()
        assert site.reconcile(own_victoria.url, service).missing == 1200
        told: list[tuple[int, int]] = []
        site.service(writer).rebuild(lambda done, last: told.append((done, last)))
    assert_all_there_once(site, own_victoria.url, service, 1200)
    assert told[-1] == (head(site), head(site))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) >= 6


def test_rebuild_without_a_journal_says_so(site: Site) -> None:
    with InfluxWriter(settings_for("http://127.0.0.1:9")) as writer, pytest.raises(JournalMissingError):
        site.service(writer).rebuild(lambda done, last: None)


@pytest.mark.peer
def test_a_journal_that_is_shorter_than_the_cursor_stops_the_stream(
    site: Site, writer: InfluxWriter, tmp_path
) -> None:
    site.fill(10)
    service = site.service(writer)
    with StreamFile.open(site.stream_path, service.target) as file:
        file.accept(1_000_000, ())
    with running(service):
        wait_until(
            lambda: _trouble(site) is Trouble.JOURNAL, "the state says that the journal is another one"
        )
    with StreamFile.open(site.stream_path, service.target) as file:
        assert file.accepted_seq == 1_000_000


@pytest.mark.peer
def test_while_the_records_cannot_be_read_nothing_is_sent_without_its_value(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    site.fill(10)
    service = site.service(writer)
    records = site.folder / "records.db"
    with open_records(records_url(site.folder)) as engine:
        service.certificates = RecordedCertificates(engine)
        engine.dispose()
        records.rename(records.with_suffix(".away"))
        records.mkdir()
        with running(service):
            wait_until(lambda: _trouble(site) is Trouble.RECORDS, "the state says that the records are away")
            records.rmdir()
            records.with_suffix(".away").rename(records)
            wait_until_sent(service, head(site))
    assert_all_there_once(site, victoria.url, service, 10 * len(CHANNELS))


@pytest.mark.peer
def test_only_one_process_streams(site: Site, writer: InfluxWriter) -> None:
    service = site.service(writer)
    with running(service):
        wait_until(lambda: read_status(site.stream_path) is not None, "a status")
        with pytest.raises(StreamError, match="stop it first"):
            replace(service, stop=threading.Event()).run()


@pytest.mark.peer
def test_a_server_that_fails_while_the_refused_point_is_looked_for(
    site: Site, victoria: LocalVictoriaMetrics
) -> None:
    site.fill(100)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url)) as writer:

        def judge(lines: list[str]) -> Trick:
            if len(between.writes) in {5, 6, 9, 30}:
                return Trick(status=503)
            return Trick(status=400, words="bad") if 77 in seqs_of(lines) else Trick()

        between.judge = judge
        service = site.service(writer)
        with running(service):
            wait_until_sent(service, head(site))
    found = site.reconcile(victoria.url, service)
    assert found.ok, found.sentence
    assert (found.journal_rows, found.server_rows, found.rejected) == (300, 299, 1)


class NotedEvent(threading.Event):
    """Notes how long it was to be waited for, does not wait, and is set after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waits_s: list[float] = []
        self._limit = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits_s.append(timeout or 0.0)
        if len(self.waits_s) >= self._limit:
            self.set()
        return self.is_set()


def in_parts(pauses_s: list[float]) -> list[float]:
    """A long pause is made of parts of 5 s, so that the status stays fresh."""
    parts_s: list[float] = []
    for pause_s in pauses_s:
        while pause_s > 0:
            parts_s.append(min(5.0, pause_s))
            pause_s -= parts_s[-1]
    return parts_s


@pytest.mark.parametrize(
    ("jitter", "pauses_s"),
    [(1.0, [1, 2, 4, 8, 16, 32, 60, 60, 60]), (0.0, [0.5, 1, 2, 4, 8, 16, 30, 30, 30])],
)
def test_the_pauses_grow_to_a_minute_and_no_further(site: Site, jitter: float, pauses_s: list[float]) -> None:
    site.fill(1)
    parts_s = in_parts(pauses_s)
    with InfluxWriter(settings_for("http://127.0.0.1:9")) as writer:
        service = site.service(writer, Pace(jitter=lambda: jitter))
        service.stop = stop = NotedEvent(len(parts_s))
        service.run()
    assert stop.waits_s == pytest.approx(parts_s)


def test_the_status_stays_fresh_during_a_long_pause(site: Site) -> None:
    clock = HandClock(CLOCK.now_ns())
    lags_s: list[float] = []

    class Passing(NotedEvent):
        def wait(self, timeout: float | None = None) -> bool:
            status = read_status(site.stream_path)
            assert status is not None
            lags_s.append(status.lag_s)
            assert status.updated_ns == clock.now_ns()
            clock.pass_time(timeout or 0.0)
            return super().wait(timeout)

    site.fill(1)
    with InfluxWriter(settings_for("http://127.0.0.1:9")) as writer:
        service = site.service(writer, Pace(first_back_off_s=60.0, jitter=lambda: 1.0), clock)
        service.stop = Passing(12)
        service.run()
    assert [late - early for early, late in itertools.pairwise(lags_s)] == pytest.approx([5.0] * 11)


@pytest.mark.peer
def test_a_server_that_asks_for_a_pause_gets_it(site: Site, victoria: LocalVictoriaMetrics) -> None:
    site.fill(1)
    with Between(victoria.url) as between, InfluxWriter(settings_for(between.url)) as writer:
        between.tricks += [Trick(status=429, headers={"Retry-After": "120"}), Trick(status=503), Trick()]
        service = site.service(writer, Pace(jitter=lambda: 1.0))
        service.stop = stop = NotedEvent(28)
        service.run()
    assert stop.waits_s == [*[5.0] * 24, 2.0, 0.25, 0.25, 0.25]
