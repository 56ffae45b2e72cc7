"""Counting the journal against a real server: gaps are named, what is explained is not a gap."""

import json
import threading

import httpx
import pytest

from daq.errors import StreamError
from daq.journal import ChannelDefinition, Journal
from daq.stream.counts import FluxShelf, VictoriaShelf, open_shelf
from daq.stream.cursor import StreamFile
from daq.stream.influx import InfluxWriter
from daq.stream.points import Series
from daq.stream.reconcile import Reconciler
from daq.timeseries_server import LocalVictoriaMetrics
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading
from tests.daq.stream.conftest import (
    CHANNELS,
    CLOCK,
    HOUR_S,
    QuickLook,
    Site,
    running,
    settings_for,
    wait_until_sent,
)

DAY_NS = 86_400 * 10**9


def weighing(number: int, t_ns: int) -> Reading:
    return Reading("B-01", "mass", f"{number}.000", "g", t_ns, Quality.GOOD, b"")


@pytest.mark.peer
def test_hours_and_days_are_counted_apart(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    with site.journal() as journal:
        for hours in range(60, 0, -7):
            t_ns = site.first_ns - round(hours * HOUR_S * 1e9)
            for one in CHANNELS:
                name, unit = one.channel.name, one.channel.unit
                reading = Reading(one.instrument, name, "1", unit, t_ns, Quality.GOOD, b"")
                journal.append([reading]).wait(20)
    service = site.service(writer)
    with running(service):
        wait_until_sent(service, 27)
    found = site.reconcile(victoria.url, service)
    assert found.ok, found.sentence
    assert found.journal_rows == found.server_rows == 27


@pytest.mark.peer
def test_the_first_and_the_last_millisecond_belong_to_their_hour(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    day_ns = CLOCK.now_ns() // DAY_NS * DAY_NS - DAY_NS
    hour_ns = 3600 * 10**9
    times_ns = [day_ns, day_ns + hour_ns - 1, day_ns + hour_ns, day_ns + DAY_NS - 1, day_ns + DAY_NS]
    with site.journal() as journal:
        seqs = journal.append([weighing(n, t_ns) for n, t_ns in enumerate(times_ns)]).wait(20)
    service = site.service(writer)
    with running(service):
        wait_until_sent(service, seqs[-1])
    assert site.reconcile(victoria.url, service).ok
    shelf = VictoriaShelf(settings_for(victoria.url), site.name)
    series = Series("mass", "B-01", "mass", "g")
    assert shelf.seqs(series, day_ns, day_ns + hour_ns) == list(seqs[:2])
    assert shelf.seqs(series, day_ns, day_ns + DAY_NS) == list(seqs[:4])
    assert shelf.counts(day_ns, day_ns + DAY_NS, seqs[-1]) == {
        (series, day_ns): 2,
        (series, day_ns + hour_ns): 1,
        (series, day_ns + 23 * hour_ns): 1,
    }


@pytest.mark.peer
def test_points_that_the_server_drops_without_a_word_are_a_gap(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    # VictoriaMetrics says 204 to a point three days ahead, and drops it: a PC whose clock is wrong
    ahead_ns = CLOCK.now_ns() + 3 * DAY_NS
    service = site.service(writer)
    with site.journal() as journal, running(service):
        site.append(journal, 20)
        seqs = journal.append([weighing(n, ahead_ns + n * 10**9) for n in range(5)]).wait(20)
        wait_until_sent(service, seqs[-1])
    found = site.reconcile(victoria.url, service)
    assert not found.ok
    assert (found.journal_rows, found.server_rows, found.missing, found.surplus) == (65, 60, 5, 0)
    assert sum(gap.missing for gap in found.differences) == 5
    gap = found.differences[0]
    assert (gap.instrument, gap.channel, gap.quantity, gap.unit) == ("B-01", "mass", "mass", "g")
    assert gap.first_missing_seq == seqs[0]
    assert gap.hour.endswith(":00Z")
    assert "5 missing" in found.sentence
    assert json.loads(json.dumps(found.as_json()))["differences"][0]["first_missing_seq"] == seqs[0]


@pytest.mark.peer
def test_points_of_nobody_are_a_surplus(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    site.fill(20)
    service = site.service(writer)
    with running(service):
        wait_until_sent(service, 60)
    t_ns = site.first_ns + 1_000_001
    foreign = f"mass,site={site.name},instrument=B-01,channel=mass,unit=g raw=1,seq=2i {t_ns}"
    httpx.post(f"{victoria.url}/api/v2/write?bucket=x", content=foreign, trust_env=False)
    stranger = f"mass,site={site.name},instrument=X-99,channel=mass,unit=g raw=1,seq=9i {t_ns}"
    httpx.post(f"{victoria.url}/api/v2/write?bucket=x", content=stranger, trust_env=False)
    found = site.reconcile(victoria.url, service)
    assert (found.missing, found.surplus, found.server_rows) == (0, 2, found.journal_rows + 2)
    assert [one.instrument for one in found.differences] == ["B-01", "X-99"]
    assert found.differences[1].first_surplus_seq == 9


@pytest.mark.peer
def test_an_exchanged_balance_continues_its_series_without_a_lost_point(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    # another channel of the journal, the same series: even readings of one millisecond stay two points
    t_ns = site.first_ns // 1_000_000 * 1_000_000
    with Journal.open(site.journal_path, CLOCK) as journal:
        for number, serial_number in enumerate(("B1", "B2")):
            definition = ChannelDefinition("B-01", Channel("mass", "mass", "g"), "mt-sics", serial_number)
            journal.define_channel(definition)
            seqs = journal.append([weighing(number, t_ns + number * 1000)]).wait(20)
    service = site.service(writer)
    with running(service):
        wait_until_sent(service, seqs[-1])
    found = site.reconcile(victoria.url, service)
    assert found.ok
    assert (found.journal_rows, found.server_rows) == (2, 2)


@pytest.mark.peer
def test_reconciling_while_readings_stream(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    service = site.service(writer)
    done = threading.Event()
    with site.journal() as journal, running(service):

        def weigh() -> None:
            while not done.is_set():
                site.append(journal, 10)

        thread = threading.Thread(target=weigh)
        thread.start()
        try:
            found = []
            for _ in range(10):
                at = found[-1].cursor_seq if found else 0
                wait_until_sent(service, at + 1)
                found.append(site.reconcile(victoria.url, service))
        finally:
            done.set()
            thread.join()
    assert [one.sentence for one in found if not one.ok] == []
    assert [one.journal_rows for one in found] == sorted({one.journal_rows for one in found})


@pytest.mark.peer
def test_rows_past_the_cursor_are_not_missing(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    service = site.service(writer)
    with site.journal() as journal:
        site.append(journal, 20)
        with running(service):
            wait_until_sent(service, 60)
        site.append(journal, 500)
    found = site.reconcile(victoria.url, service)
    assert found.ok
    assert found.journal_rows == found.server_rows == 60


@pytest.mark.peer
def test_a_cursor_ahead_of_the_server_is_found(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    site.fill(20)
    service = site.service(writer)
    with StreamFile.open(site.stream_path, service.target) as file:
        file.accept(30, ())
    found = site.reconcile(victoria.url, service)
    assert found.missing == found.journal_rows > 0


@pytest.mark.peer
def test_the_kind_of_server_is_found_out(victoria: LocalVictoriaMetrics) -> None:
    assert isinstance(open_shelf(settings_for(victoria.url), "lab"), VictoriaShelf)
    with pytest.raises(StreamError, match="neither VictoriaMetrics nor InfluxDB"):
        open_shelf(settings_for(f"{victoria.url}/wrong"), "lab")


def test_a_server_that_is_away_cannot_be_counted(site: Site) -> None:
    site.fill(1)
    settings = settings_for("http://127.0.0.1:9")
    with pytest.raises(StreamError, match="cannot be asked"):
        open_shelf(settings, site.name)
    for shelf in (VictoriaShelf(settings, site.name), FluxShelf(settings, site.name)):
        with pytest.raises(StreamError, match="cannot be asked"):
            Reconciler(site.journal_path, site.stream_path, "t", shelf, QuickLook()).run()


@pytest.mark.peer
def test_an_export_that_is_refused_is_an_error_and_no_gap(site: Site, victoria: LocalVictoriaMetrics) -> None:
    site.fill(1)
    shelf = VictoriaShelf(settings_for(f"{victoria.url}/wrong"), site.name)
    with pytest.raises(StreamError, match=r"refuses to export \(400: .*unsupported path"):
        Reconciler(site.journal_path, site.stream_path, "t", shelf, SystemClock()).run()
