"""``kill -9`` of the streaming process at any time: afterwards nothing is missing, nothing is there twice."""

import multiprocessing
import random
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from daq.stream.cursor import read_cursor
from daq.stream.influx import InfluxWriter
from daq.timeseries_server import LocalVictoriaMetrics
from tests.daq.stream.conftest import Site, settings_for, wait_until, wait_until_sent

KILLS = 20


def stream_until_killed(folder: Path, name: str, url: str) -> None:
    """The whole life of one streaming process."""
    with InfluxWriter(settings_for(url)) as writer:
        Site(folder, name).service(writer).run()


@pytest.mark.peer
def test_twenty_kills_lose_nothing_and_double_nothing(site: Site, victoria: LocalVictoriaMetrics) -> None:
    # a server of processes that has everything imported: each process starts at once, and is a real one
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.daq.stream.conftest"])
    chance = random.Random(20261123)
    done = threading.Event()
    cursors: list[int] = []

    def fill() -> None:
        with site.journal() as journal:
            while not done.wait(0.002):
                site.append(journal, 10)

    def started() -> BaseProcess:
        process = context.Process(target=stream_until_killed, args=(site.folder, site.name, victoria.url))
        process.start()
        return process

    with InfluxWriter(settings_for(victoria.url)) as writer:
        service = site.service(writer)
        filler = threading.Thread(target=fill)
        filler.start()
        try:
            for _ in range(KILLS):
                before = read_cursor(site.stream_path, service.target)
                process = started()
                wait_until(lambda at=before: read_cursor(site.stream_path, service.target) > at, "it sends")
                process.join(chance.uniform(0.0, 0.15))
                process.kill()
                process.join()
                assert process.exitcode == -9
                cursors.append(read_cursor(site.stream_path, service.target))
        finally:
            done.set()
            filler.join()
        last = started()
        try:
            wait_until_sent(service, next(site.readings) * 3)
            wait_until(lambda: site.reconcile(victoria.url, service).ok, "journal and server agree")
        finally:
            last.terminate()
            last.join()
            last.close()
    assert cursors == sorted(cursors)
    found = site.reconcile(victoria.url, service)
    assert found.ok, found.sentence
    assert found.journal_rows == found.server_rows > KILLS * 30
