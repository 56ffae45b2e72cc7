"""One thread a process follows the journal for all browsers; pages only look at what it last published."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import structlog

from daq.errors import JournalError, JournalMissingError, RecordsError, StreamError
from daq.journal import JournalReader, Row
from daq.records.certificates import ByChannel, RecordedCertificates
from daq.settings import Settings
from daq.stream.cursor import read_status
from daq.stream.trouble import Trouble
from daq.web.live.board import RECENT, Board
from daq.web.live.duty_facts import duty_facts
from daq.web.live.facts import Fact, FactKind, SiteNow
from daq.web.live.plan import Plans
from daq.web.live.stream_facts import stream_facts
from daq.web.live.trend import Point
from drivers.clock import Clock

PERIOD_S = 0.5
TROUBLE_PERIOD_S = 2.0
SERVICES_PERIOD_S = 2.0
CHUNK = 5000
LOOK_BACK = 40_000
"""Rows read at the start: more than an hour of ten channels that are read every second."""

log = structlog.get_logger()


class Poller:
    """Follows the journal of one data directory."""

    def __init__(
        self,
        settings: Settings,
        data_dir: Path,
        clock: Clock,
        recorded: RecordedCertificates,
        plans: Plans | None = None,
    ) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._clock = clock
        self._plans = plans
        self._recorded = recorded
        self._records_trouble = ""
        self._lock = threading.Lock()
        self._reader: JournalReader | None = None
        self._certificates: ByChannel = {}
        self._inode = 0
        self._seq = 0
        self._trouble = ""
        self._services: list[Fact] = []
        self._services_next_s = 0.0
        self._board = Board(settings, clock, plans)
        self.site: SiteNow = replace(self._board.site(), journal="waiting")
        """The newest state of the whole site; replaced, never changed."""

    def run(self, stop: threading.Event) -> None:
        """Follow the journal until ``stop``; the body of the thread."""
        while not stop.is_set():
            try:
                self.site = self.step()
            except Exception as error:
                # the edge of the thread: the page says so, and goes on when it can
                if str(error) != self._trouble:
                    log.exception("the live page cannot follow the journal")
                self._trouble = str(error)
                self.site = _unreadable(self._board.site(), error)
                self._leave()
                stop.wait(TROUBLE_PERIOD_S)
            else:
                self._trouble = ""
                stop.wait(PERIOD_S)
        self._leave()

    def series(self, instrument: str, channel: str, since_ns: int) -> Sequence[Point]:
        """The readings of a channel from ``since_ns`` on, at most one hour."""
        with self._lock:
            return self._board.series(instrument, channel, since_ns)

    def step(self) -> SiteNow:
        """Take in what is new; returns the state of the site now."""
        path = self._data_dir / "journal.db"
        with self._lock:
            try:
                self._follow(path)
            except (FileNotFoundError, JournalMissingError):
                self._leave()
                return replace(self._board.site(), facts=(Fact(FactKind.NO_JOURNAL),), journal="waiting")
            except JournalError as error:
                self._leave()
                return _unreadable(self._board.site(), error)
            site = self._board.site()
        return replace(site, facts=(*site.facts, *self._service_facts(), *self._records_facts()))

    def _follow(self, path: Path) -> None:
        certificates = self._certificates_now()
        inode = path.stat().st_ino
        reader = self._reader
        if reader is None or inode != self._inode:
            self._leave()
            reader = self._reader = JournalReader.open(path)
            self._inode = inode
            self._start_over(reader, certificates)
        elif certificates is not self._certificates:
            self._start_over(reader, certificates)
        self._certificates = certificates
        while rows := reader.read_since(self._seq, CHUNK):
            self._board.feed(rows, reader.channels(), certificates)
            self._seq = rows[-1].seq
        self._board.know(reader.channels().values())

    def _certificates_now(self) -> ByChannel:
        """What the records say; while they cannot be read, what they said last."""
        try:
            certificates = self._recorded.load()
        except RecordsError as error:
            self._records_trouble = str(error)
            return self._certificates
        self._records_trouble = ""
        return certificates

    def _start_over(self, reader: JournalReader, certificates: ByChannel) -> None:
        """Forget everything: another journal, or other certificates that give other values.

        Of what lies further back than the rows that are read again, the last readings of each channel and
        the last event of each instrument still count.
        """
        self._board = Board(self._settings, self._clock, self._plans)
        self._seq = max(0, reader.head().seq - LOOK_BACK)
        channels = reader.channels()
        rows: list[Row] = []
        for channel_id in channels:
            rows.extend(reader.latest(channel_id, RECENT))
        for name in ("", *(entry.name for entry in self._settings.instruments)):
            event = reader.latest_event(name)
            if event is not None:
                rows.append(event)
        before = [row for row in rows if row.seq <= self._seq]
        self._board.feed(sorted(before, key=attrgetter("seq")), channels, certificates)

    def _service_facts(self) -> Sequence[Fact]:
        """What the other services wrote; looked at every few seconds, because it changes as slowly."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._services_next_s:
            self._services_next_s = now_s + SERVICES_PERIOD_S
            self._services = [*self._stream_facts(), *duty_facts(self._data_dir / "watch.json")]
        return self._services

    def _stream_facts(self) -> Sequence[Fact]:
        if self._settings.timeseries is None:
            return ()
        try:
            status = read_status(self._data_dir / "stream.db")
        except StreamError as error:
            return (Fact(FactKind.STREAM_TROUBLE, code=Trouble.FILE, detail=str(error)),)
        return stream_facts(status, self._clock.now_ns())

    def _records_facts(self) -> list[Fact]:
        facts = []
        if self._records_trouble:
            facts.append(Fact(FactKind.RECORDS_UNREADABLE, detail=self._records_trouble))
        findings = self._recorded.findings
        if findings:
            facts.append(
                Fact(FactKind.CERTIFICATES_UNUSABLE, number=len(findings), detail="\n".join(findings))
            )
        return facts

    def _leave(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _unreadable(site: SiteNow, error: Exception) -> SiteNow:
    fact = Fact(FactKind.JOURNAL_UNREADABLE, detail=str(error))
    return replace(site, facts=(fact,), journal="unreadable")
