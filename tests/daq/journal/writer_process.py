"""A process that writes about 1,000 rows/s and says which were acknowledged; it is made to be killed.

Arguments: the journal, the first identifier. Every row's text is its identifier. A line ``identifier seq``
goes to standard output only after ``Ticket.wait`` has returned.
"""

import itertools
import queue
import sys
import threading
import time
from pathlib import Path

from daq.journal import ChannelDefinition, Journal, Ticket
from drivers.clock import SystemClock
from drivers.reading import Channel, Event, EventKind, Quality, Reading

PERIOD_S = 0.010
ROWS = 10


def tell(waiting: queue.SimpleQueue[tuple[list[int], Ticket]]) -> None:
    """Print what is acknowledged, as soon as it is."""
    while True:
        identifiers, ticket = waiting.get()
        lines = [f"{identifier} {seq}\n" for identifier, seq in zip(identifiers, ticket.wait(), strict=True)]
        sys.stdout.write("".join(lines))
        sys.stdout.flush()


def main(path: Path, first: int) -> None:
    clock = SystemClock()
    waiting: queue.SimpleQueue[tuple[list[int], Ticket]] = queue.SimpleQueue()
    threading.Thread(target=tell, args=(waiting,), daemon=True).start()
    with Journal.open(path, clock) as journal:
        for name in ("B-01", "B-02"):
            journal.define_channel(
                ChannelDefinition(name, Channel("mass", "mass", "g"), "mettler-ms", name, "1")
            )
        for start in itertools.count(first, ROWS):
            identifiers = list(range(start, start + ROWS))
            items = [item(identifier, clock.now_ns()) for identifier in identifiers]
            waiting.put((identifiers, journal.append(items)))
            time.sleep(PERIOD_S)


def item(identifier: int, t_ns: int) -> Reading | Event:
    """Every fifth row is an event."""
    if identifier % 5 == 0:
        return Event(EventKind.REFUSED, "B-01", t_ns, str(identifier))
    name = f"B-0{1 + identifier % 2}"
    return Reading(name, "mass", str(identifier), "g", t_ns, Quality.GOOD, b"S S %d g\r\n" % identifier)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
