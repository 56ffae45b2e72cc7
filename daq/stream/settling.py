"""What a server accepted is safe only when it has written it: a restart in between means sending once more.

VictoriaMetrics says yes while the points are in memory and forgets up to the last ten seconds when it is
killed (measured: ``docs/stream.md``). Its start time tells whether it is still the same process.
"""

from collections import deque

import structlog

from daq.errors import StreamError
from daq.stream.cursor import StreamFile
from daq.stream.influx import Writer
from drivers.clock import Clock

SETTLE_S = 30.0
ASK_AGAIN_S = 10.0

log = structlog.get_logger()


class Settling:
    """Moves the settled row after the cursor, and the cursor back to it when the server was restarted."""

    def __init__(self, file: StreamFile, writer: Writer, clock: Clock, settle_s: float = SETTLE_S) -> None:
        self._file = file
        self._writer = writer
        self._clock = clock
        self._settle_s = settle_s
        self._marks: deque[tuple[float, int]] = deque(maxlen=1000)
        self._next_s = clock.monotonic_s()

    def check(self) -> None:
        """Ask the server when it started, if that is due."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_s:
            return
        self._next_s = now_s + ASK_AGAIN_S
        self._mark(now_s)
        try:
            started_s = self._writer.started_s()
        except StreamError:
            return
        known_s = self._file.started_s
        # later, not only other: behind one address there may be several servers
        if started_s is not None and known_s is not None and started_s > known_s:
            log.warning(
                "the time-series database was restarted, sending again what it may have forgotten",
                from_seq=self._file.settled_seq,
                to_seq=self._file.accepted_seq,
            )
            self._file.step_back(started_s)
            self._marks.clear()
        else:
            self._settle(now_s, started_s if known_s is None else known_s)

    def _mark(self, now_s: float) -> None:
        newest = self._marks[-1][1] if self._marks else self._file.settled_seq
        if self._file.accepted_seq != newest:
            self._marks.append((now_s, self._file.accepted_seq))

    def _settle(self, now_s: float, started_s: float | None) -> None:
        seq = self._file.settled_seq
        while self._marks and now_s - self._marks[0][0] >= self._settle_s:
            seq = self._marks.popleft()[1]
        if (seq, started_s) != (self._file.settled_seq, self._file.started_s):
            self._file.settle(seq, started_s)
