"""How long a reading waits for its acknowledgement: ``python -m benchmarks.journal [DIRECTORY]``.

One thread appends single readings of 20 channels at an even rate; another waits for the tickets in order. The
time from ``append`` to the acknowledgement holds the 20 ms of the group, the commit and its fsync. Beside it
stands what the same disk takes to write and sync one page of 4 KiB, which no journal can go below.
"""

import os
import queue
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from daq.journal import ChannelDefinition, Journal, Ticket, verify
from drivers.clock import SystemClock
from drivers.reading import Channel, Quality, Reading

SECONDS = 10
RATES = (200, 2_000, None)
CHANNELS = 20


def percentile(values_s: list[float], percent: int) -> float:
    """In milliseconds."""
    return 1e3 * statistics.quantiles(values_s, n=100, method="inclusive")[percent - 1]


def sync_times_s(folder: Path) -> list[float]:
    """Write and sync one page, again and again."""
    times_s = []
    with (folder / "page").open("wb") as stream:
        for _ in range(300):
            begin_s = time.perf_counter()
            stream.write(bytes(4096))
            stream.flush()
            os.fdatasync(stream.fileno())
            times_s.append(time.perf_counter() - begin_s)
    return times_s


def collect(waiting: "queue.SimpleQueue[tuple[float, Ticket] | None]", latencies_s: list[float]) -> None:
    while (entry := waiting.get()) is not None:
        begin_s, ticket = entry
        ticket.wait()
        latencies_s.append(time.perf_counter() - begin_s)


def measure(folder: Path, rate: int | None) -> tuple[float, list[float]]:
    """Rows per second and the seconds to acknowledgement; without a rate as fast as it goes."""
    clock = SystemClock()
    waiting: queue.SimpleQueue[tuple[float, Ticket] | None] = queue.SimpleQueue()
    latencies_s: list[float] = []
    collector = threading.Thread(target=collect, args=(waiting, latencies_s))
    collector.start()
    names = [f"B-{number:02}" for number in range(CHANNELS)]
    with Journal.open(folder / "journal.db", clock) as journal:
        for name in names:
            journal.define_channel(ChannelDefinition(name, Channel("mass", "mass", "g"), "mettler-ms"))
        begin_s = time.perf_counter()
        row = 0
        while (now_s := time.perf_counter()) < begin_s + SECONDS:
            if rate is not None and row >= (now_s - begin_s) * rate:
                time.sleep(1 / rate / 2)
                continue
            text = f"{row % 1000}.1234"
            frame = f"S S {text:>10} g\r\n".encode()
            reading = Reading(names[row % CHANNELS], "mass", text, "g", clock.now_ns(), Quality.GOOD, frame)
            waiting.put((time.perf_counter(), journal.append([reading])))
            row += 1
        waiting.put(None)
        collector.join()
        rows_per_s = row / (time.perf_counter() - begin_s)
    return rows_per_s, latencies_s


def main() -> None:
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        times_s = sync_times_s(Path(folder))
        middle, late = percentile(times_s, 50), percentile(times_s, 99)
        print(f"one page written and synced: p50 {middle:.2f} ms, p99 {late:.2f} ms")
        print(f"{'asked':>12} {'rows/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'verified/s':>14}")
        for number, rate in enumerate(RATES):
            home = Path(folder) / str(number)
            rows_per_s, latencies_s = measure(home, rate)
            begin_s = time.perf_counter()
            found = verify(home / "journal.db")
            verified = found.rows / (time.perf_counter() - begin_s)
            asked = str(rate) if rate else "unlimited"
            middle, late = percentile(latencies_s, 50), percentile(latencies_s, 99)
            longest = 1e3 * max(latencies_s)
            print(f"{asked:>12} {rows_per_s:9.0f} {middle:8.1f} {late:8.1f} {longest:8.1f} {verified:14.0f}")


if __name__ == "__main__":
    main()
