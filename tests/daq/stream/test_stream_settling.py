"""A server that is restarted unseen, between two batches, is noticed by its start time."""

from pathlib import Path

import pytest

from daq.stream.cursor import StreamFile
from daq.stream.influx import InfluxWriter
from daq.stream.settling import Settling
from daq.timeseries_server import LocalVictoriaMetrics
from tests.clocks import HandClock
from tests.daq.stream.conftest import settings_for, wait_until


@pytest.mark.peer
def test_rows_settle_half_a_minute_after_they_were_accepted(
    tmp_path: Path, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    clock = HandClock()
    with StreamFile.open(tmp_path / "stream.db", "t") as file:
        settling = Settling(file, writer, clock)
        settling.check()
        assert file.started_s == writer.started_s()
        file.accept(100, ())
        clock.pass_time(10)
        settling.check()  # the first look since row 100
        file.accept(200, ())
        clock.pass_time(29)
        settling.check()
        assert file.settled_seq == 0
        clock.pass_time(10)
        settling.check()
        assert file.settled_seq == 100
        clock.pass_time(30)
        settling.check()
        assert (file.accepted_seq, file.settled_seq) == (200, 200)


@pytest.mark.peer
def test_an_unseen_restart_sends_again_from_the_settled_row(
    tmp_path: Path, own_victoria: LocalVictoriaMetrics
) -> None:
    clock = HandClock()
    with (
        InfluxWriter(settings_for(own_victoria.url)) as writer,
        StreamFile.open(tmp_path / "s.db", "t") as file,
    ):
        settling = Settling(file, writer, clock)
        settling.check()
        started_s = file.started_s
        file.accept(100, ())
        clock.pass_time(10)
        settling.check()
        clock.pass_time(30)
        settling.check()
        file.accept(200, ())

        def restarted_later() -> bool:
            own_victoria.kill()
            own_victoria.start()
            return (writer.started_s() or 0) > (started_s or 0)

        wait_until(restarted_later, "a start in a later second")
        settling.check()  # not yet due
        assert file.accepted_seq == 200
        clock.pass_time(10)
        settling.check()
        assert (file.accepted_seq, file.settled_seq, file.started_s) == (100, 100, writer.started_s())


@pytest.mark.peer
def test_a_restart_while_the_stream_was_down_is_noticed_too(
    tmp_path: Path, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    with StreamFile.open(tmp_path / "stream.db", "t") as file:
        file.accept(200, ())
        file.settle(150, 1.0)  # a server that started in 1970 took these rows
    with StreamFile.open(tmp_path / "stream.db", "t") as file:
        Settling(file, writer, HandClock()).check()
        assert (file.accepted_seq, file.started_s) == (150, writer.started_s())


@pytest.mark.peer
def test_an_older_server_behind_the_same_address_is_no_restart(
    tmp_path: Path, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    with StreamFile.open(tmp_path / "stream.db", "t") as file:
        file.accept(200, ())
        file.settle(150, 9e12)
        Settling(file, writer, HandClock()).check()
        assert (file.accepted_seq, file.started_s) == (200, 9e12)


def test_a_server_that_cannot_be_asked_settles_nothing_and_stops_nothing(tmp_path: Path) -> None:
    clock = HandClock()
    with (
        InfluxWriter(settings_for("http://127.0.0.1:9")) as writer,
        StreamFile.open(tmp_path / "s.db", "t") as file,
    ):
        settling = Settling(file, writer, clock)
        file.accept(100, ())
        for _ in range(10):
            clock.pass_time(30)
            settling.check()
        assert (file.accepted_seq, file.settled_seq) == (100, 0)
