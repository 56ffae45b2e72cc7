"""The service ``stream``: from the journal to the time-series database, at least once, in order."""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from calibration.certificates.model import Certificate
from daq.errors import JournalError, JournalMissingError, RecordsError, StreamError
from daq.i18n import N_
from daq.journal import JournalChannel, JournalReader, ReadingRow, Row
from daq.lab.meaning import meaning
from daq.stream.cursor import RejectedPoint, StreamFile, StreamState, StreamStatus
from daq.stream.delivery import DeliveryStoppedError, Refused, deliver
from daq.stream.influx import Answer, Writer
from daq.stream.points import DataPoint, data_points
from daq.stream.settling import SETTLE_S, Settling
from daq.stream.trouble import Trouble
from drivers.clock import Clock

FEWEST_POINTS = 100
GROW_AFTER = 20
"""Batches in time before a larger one is tried again."""
STATUS_PERIOD_S = 5.0

log = structlog.get_logger()


class CertificateSource(Protocol):
    """The certificates as they are now."""

    def load(self) -> Mapping[tuple[str, str], tuple[Certificate, ...]]:
        """All certificates by instrument and channel."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how long between."""

    batch_points: int = 5000
    poll_s: float = 0.25
    """Between two looks at a journal that had nothing new."""
    first_back_off_s: float = 1.0
    longest_back_off_s: float = 60.0
    settle_s: float = SETTLE_S
    jitter: Callable[[], float] = random.random
    """0 … 1: spreads the attempts of many sites over the second half of each pause."""


@dataclass(slots=True)
class StreamService:
    """Sends every reading of a journal to one time-series database.

    The points of a reading carry what its certificates say at the time of sending; ``rebuild`` is for when
    certificates changed, or the database was lost.
    """

    journal_path: Path
    stream_path: Path
    writer: Writer
    certificates: CertificateSource
    site: str
    clock: Clock
    stop: threading.Event
    pace: Pace = Pace()

    @property
    def target(self) -> str:
        """Where the points go: another database or site has its own cursor."""
        return stream_target(self.writer, self.site)

    def run(self) -> None:
        """Send until ``stop`` is set, whatever the server, the network or the journal do.

        Raises:
            StreamError: stream.db cannot be used, or another process has it.
        """
        with StreamFile.open(self.stream_path, self.target) as file:
            _Run(self, file).until_stopped()

    def rebuild(self, progress: Callable[[int, int], None]) -> None:
        """Send the journal from its first row up to the row that is its last one now.

        Args:
            progress: called with the row that is done and the row that will be the last.

        Raises:
            StreamError: stream.db cannot be used, or the service runs.
            JournalError: the journal cannot be read.
        """
        with JournalReader.open(self.journal_path) as reader:
            last_seq = reader.head().seq
        with StreamFile.open(self.stream_path, self.target) as file:
            file.reset()
            _Run(self, file).until_row(last_seq, progress)


def stream_target(writer: Writer, site: str) -> str:
    """The name under which cursor and refused points are kept."""
    return f"{writer.target} {site}"


class _Run:
    """From one start of the service to its end."""

    def __init__(self, service: StreamService, file: StreamFile) -> None:
        self._service = service
        self._clock = service.clock
        self._stop = service.stop
        self._pace = service.pace
        self._file = file
        self._settling = Settling(file, service.writer, service.clock, service.pace.settle_s)
        self._reader: JournalReader | None = None
        self._channels: dict[int, JournalChannel] = {}
        self._limit = service.pace.batch_points
        self._in_time = 0
        self._failures = 0
        self._head_seq = 0
        self._oldest_ns = 0
        self._shown: StreamStatus | None = None
        self._shown_s = 0.0

    def until_stopped(self) -> None:
        try:
            while not self._stop.is_set():
                self._wait(self._guarded_step())
            self._show(StreamState.STOPPED, "The stream was stopped.")
        finally:
            self._close_reader()

    def until_row(self, last_seq: int, progress: Callable[[int, int], None]) -> None:
        try:
            while self._file.accepted_seq < last_seq and not self._stop.is_set():
                self._wait(self._guarded_step())
                progress(min(self._file.accepted_seq, last_seq), last_seq)
            self._show(StreamState.STOPPED, "The stream was stopped.")
        finally:
            self._close_reader()

    def _wait(self, pause_s: float) -> None:
        """Let a pause pass, and show meanwhile that the stream is alive and how far it falls behind."""
        while pause_s > 0 and not self._stop.is_set():
            part_s = min(pause_s, STATUS_PERIOD_S)
            self._stop.wait(part_s)
            pause_s -= part_s
            if pause_s > 0 and self._shown is not None:
                self._look_at_head()
                self._show(self._shown.state, self._shown.sentence, self._shown.trouble)

    def _look_at_head(self) -> None:
        try:
            if self._reader is not None:
                self._head_seq = self._reader.head().seq
        except JournalError:
            self._close_reader()  # the next step says so

    def _guarded_step(self) -> float:
        """One step; seconds until the next one."""
        try:
            return self._step()
        except DeliveryStoppedError:
            return 0.0
        except JournalMissingError as error:
            self._close_reader()
            self._show(StreamState.WAITING, str(error))
            return self._pace.first_back_off_s
        except JournalError as error:
            self._close_reader()
            return self._troubled(Trouble.JOURNAL, str(error))
        except RecordsError as error:  # without certificates a point would lack its value
            return self._troubled(Trouble.RECORDS, str(error))
        except StreamError as error:
            return self._troubled(Trouble.FILE, str(error))

    def _step(self) -> float:
        if self._reader is None:
            self._reader = JournalReader.open(self._service.journal_path)
        self._settling.check()
        self._head_seq = self._reader.head().seq
        if self._head_seq < self._file.accepted_seq:
            raise JournalError(
                N_(
                    "{file} says that row {sent} was sent, but the journal ends at row "
                    "{last}: it is another one, or an older copy. Send it from its beginning with "
                    "hengliang stream --rebuild."
                ),
                file=self._service.stream_path,
                sent=self._file.accepted_seq,
                last=self._head_seq,
            )
        rows = self._reader.read_since(self._file.accepted_seq, self._limit)
        if not rows:
            self._go_on("Everything is sent.")
            return self._pace.poll_s
        points = self._points(rows)
        self._oldest_ns = points[0].t_ns if points else rows[0].t_ns
        delivery = deliver(self._service.writer, points, self._stop.is_set) if points else None
        if delivery is not None and delivery.kept is not None:
            return self._keep(delivery.kept)
        more = len(rows) == self._limit
        self._oldest_ns = rows[-1].t_ns
        self._accept(rows[-1].seq, delivery.refused if delivery else ())
        return 0.0 if more else self._pace.poll_s

    def _points(self, rows: Sequence[Row]) -> list[DataPoint]:
        by_channel: dict[int, list[ReadingRow]] = defaultdict(list)
        for row in rows:
            if isinstance(row, ReadingRow):
                by_channel[row.channel_id].append(row)
        if not by_channel.keys() <= self._channels.keys() and self._reader is not None:
            self._channels = self._reader.channels()
        certificates = self._service.certificates.load()
        points: list[DataPoint] = []
        for channel_id, readings in by_channel.items():
            channel = self._channels[channel_id]
            meant = meaning(channel, readings, certificates.get((channel.instrument, channel.name), ()))
            points += data_points(self._service.site, channel, meant)
        return sorted(points, key=lambda point: point.seq)

    def _accept(self, seq: int, refused: Sequence[Refused]) -> None:
        now_ns = self._clock.now_ns()
        rejected = [
            RejectedPoint(one.point.seq, one.point.t_ns, str(one.point.series), one.words, now_ns)
            for one in refused
        ]
        self._file.accept(seq, rejected)
        for one in rejected:
            log.error(
                "the time-series database refused a point", seq=one.seq, series=one.series, words=one.words
            )
        self._failures = 0
        self._grow()
        behind = max(0, self._head_seq - seq)
        self._go_on("Everything is sent." if behind == 0 else f"Sending; {behind} rows are still to be sent.")

    def _grow(self) -> None:
        self._in_time += 1
        if self._limit < self._pace.batch_points and self._in_time >= GROW_AFTER:
            self._limit = min(self._pace.batch_points, 2 * self._limit)
            self._in_time = 0

    def _keep(self, answer: Answer) -> float:
        if answer.trouble is Trouble.TOO_SLOW:
            self._limit = max(min(FEWEST_POINTS, self._pace.batch_points), self._limit // 2)
            self._in_time = 0
        pause_s = self._troubled(answer.trouble or Trouble.UNEXPECTED, answer.words)
        return max(pause_s, answer.retry_after_s)

    def _troubled(self, trouble: Trouble, sentence: str) -> float:
        """Show it; seconds until the next attempt, twice as long after each failure."""
        self._show(
            StreamState.TROUBLE, f"{sentence} Readings stay in the journal and are sent later.", trouble
        )
        pause_s = min(self._pace.longest_back_off_s, self._pace.first_back_off_s * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        return pause_s * (0.5 + 0.5 * self._pace.jitter())

    def _go_on(self, sentence: str) -> None:
        self._failures = 0
        self._show(StreamState.STREAMING, sentence)

    def _show(self, state: StreamState, sentence: str, trouble: Trouble | None = None) -> None:
        """Write the status: at every change, otherwise every few seconds."""
        before, now_ns, now_s = self._shown, self._clock.now_ns(), self._clock.monotonic_s()
        changed = before is None or (state, trouble) != (before.state, before.trouble)
        waiting = self._head_seq > self._file.accepted_seq
        status = StreamStatus(
            target=self._service.target,
            state=state,
            trouble=trouble,
            sentence=sentence,
            since_ns=now_ns if changed or before is None else before.since_ns,
            accepted_seq=self._file.accepted_seq,
            head_seq=self._head_seq,
            lag_s=max(0.0, (now_ns - self._oldest_ns) / 1e9) if waiting else 0.0,
            updated_ns=now_ns,
        )
        same = before is not None and (sentence, status.accepted_seq) == (
            before.sentence,
            before.accepted_seq,
        )
        if not changed and same and now_s - self._shown_s < STATUS_PERIOD_S:
            return
        if changed:
            tell = log.warning if state is StreamState.TROUBLE else log.info
            tell("the stream's state changed", state=state.value, sentence=sentence)
        self._shown, self._shown_s = status, now_s
        self._put(status)

    def _put(self, status: StreamStatus) -> None:
        try:
            self._file.put_status(status)
        except StreamError as error:  # the readings matter more than what is said about them
            log.warning("the stream's status cannot be written", sentence=str(error))

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
