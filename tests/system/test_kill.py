"""``kill -9`` of any service at any time: what somebody has seen stays, once; the copy agrees in the end."""

import os
import random
import signal
import socket
import threading
import tomllib

import pytest
import tomli_w

from daq.demo import write_site
from daq.errors import JournalMissingError
from daq.journal import JournalReader, ReadingRow, verify
from daq.settings import load_settings
from daq.stream.cursor import read_status
from daq.supervisor import FIRST_PAUSE_S, Service, Supervisor
from daq.timeseries_server import LocalVictoriaMetrics
from daq.wiring import DataFiles, reconciler
from drivers.clock import SystemClock
from drivers.sims.laboratory import start_laboratory

KILLS = 24
SERVICES = ("acquire", "stream", "watch", "web")


class Witness(threading.Thread):
    """Reads the journal as any consumer does and remembers every row it was shown."""

    def __init__(self, path):
        super().__init__(name="witness")
        self.path = path
        self.rows = {}
        self.stop = threading.Event()

    def run(self):
        while not self.stop.wait(0.02):
            try:
                with JournalReader.open(self.path) as reader:
                    while not self.stop.wait(0.02):
                        for row in reader.read_since(max(self.rows, default=0), 5000):
                            self.rows[row.seq] = row
            except JournalMissingError:
                continue


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fast_site(folder, instruments, url):
    """The simulated laboratory, asked as often as its instruments allow."""
    path = write_site(folder, instruments, free_port(), url)
    site = tomllib.loads(path.read_text(encoding="utf-8"))
    for entry in site["instrument"]:
        entry["period_s"] = 0.05
    path.write_text(tomli_w.dumps(site), encoding="utf-8")
    return path


def run_for(supervisor, clock, duration_s):
    end_s = clock.monotonic_s() + duration_s
    supervisor.run(lambda: clock.monotonic_s() >= end_s)


def rows_of(path):
    with JournalReader.open(path) as reader:
        rows = {}
        while batch := reader.read_since(max(rows, default=0), 5000):
            rows |= {row.seq: row for row in batch}
        return rows


@pytest.mark.system
def test_kill_any_service_24_times(tmp_path, need_program):
    chance = random.Random(8170)
    clock = SystemClock()
    files = DataFiles(tmp_path)
    program = need_program("victoria-metrics")
    with (
        start_laboratory(tmp_path, clock) as laboratory,
        LocalVictoriaMetrics(program, tmp_path / "timeseries", clock) as server,
        (tmp_path / "services.log").open("ab") as output,
    ):
        site = fast_site(tmp_path / "site", laboratory.instruments, server.url)
        services = [Service(name, ("--site", str(site), "--data", str(tmp_path))) for name in SERVICES]
        witness = Witness(files.journal)
        witness.start()
        try:
            with Supervisor(services, clock, output) as supervisor:
                run_for(supervisor, clock, 3)
                for kill in range(KILLS):
                    service = services[kill % len(services)]
                    service.next_start_s, service.pause_s = 0.0, FIRST_PAUSE_S
                    supervisor.step()
                    os.kill(service.process.pid, signal.SIGKILL)
                    run_for(supervisor, clock, chance.uniform(0.05, 1.5))
                run_for(supervisor, clock, 3)
                restarts = {service.name: service.restarts for service in services}
                supervisor.retire(services[0])
                deadline_s = clock.monotonic_s() + 15
                supervisor.run(
                    lambda: (
                        read_status(files.stream).accepted_seq >= max(witness.rows)
                        or clock.monotonic_s() > deadline_s
                    )
                )
        finally:
            witness.stop.set()
            witness.join()
        copy = reconciler(load_settings(site), files).run()

    kept = rows_of(files.journal)
    assert all(count >= KILLS // len(SERVICES) for count in restarts.values()), restarts
    assert {seq: kept.get(seq) for seq in witness.rows} == witness.rows, (
        "a row that was seen is gone or altered"
    )
    readings = [row for row in kept.values() if isinstance(row, ReadingRow)]
    assert len({(row.channel_id, row.t_ns) for row in readings}) == len(readings) > 300
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert verify(files.journal).ok, verify(files.journal).sentence
    assert copy.ok, copy.sentence
    assert copy.journal_rows == len(readings)
