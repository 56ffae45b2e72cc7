"""The watch over the journal: reads its rows, raises and clears alerts, and puts messages into the outbox.

One transaction of the records holds the place in the journal, what the rules remember, the alerts and the
messages. So a process that is killed at any moment goes on from its last commit, and the same rows give the
same alerts: nothing is lost, nothing doubled.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Engine

from daq.errors import JournalMissingError
from daq.journal import JournalChannel, JournalReader, ReadingRow
from daq.lab.checks.findings import CheckFinding
from daq.records.alerts import WatchPlace, keep_place, watch_place
from daq.records.certificates import ByChannel
from daq.records.database import changing, reading
from daq.settings import Settings
from daq.watch.alert_turns import AlertTurns
from daq.watch.holds import HoldNow
from daq.watch.notebook import Fact
from daq.watch.place import SiteMap
from daq.watch.post import Moment, Post, PostMemory
from daq.watch.register_watch import RegisterNow
from daq.watch.rule_file import Rulebook
from daq.watch.rules import NS_PER_S
from daq.watch.watcher import Surroundings, Watcher
from drivers.clock import Clock

BATCH = 5_000
CHECKPOINT_S = 30.0
"""So much at most is read again after a restart."""
LOOK_AT_CERTIFICATES_S = 60.0

log = structlog.get_logger()


class Certificates(Protocol):
    """Where certificates come from."""

    def load(self) -> ByChannel:
        """All by (instrument, channel); cheap when none has changed."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is watched."""

    settings: Settings
    map: SiteMap
    book: Rulebook
    journal: Path


@dataclass(frozen=True, slots=True)
class Sources:
    """What is looked at beside the journal."""

    certificates: Certificates
    facts: Callable[[], Sequence[Fact]]
    """What the regular duties found last."""
    holds: Callable[[], Sequence[HoldNow]]
    """Temperatures that sessions hold now."""
    register: Callable[[], RegisterNow]
    """What is away, and what needs no certificate."""
    checks: Callable[[], Sequence[CheckFinding] | None]
    """What is not as it should be with checks; None while that is not known."""


class AlertEngine:
    """Watches one site; ``step`` again and again. Made anew it goes on where the records say."""

    def __init__(self, records: Engine, site: Site, sources: Sources, clock: Clock) -> None:
        self._records = records
        self._site = site
        self._sources = sources
        self._clock = clock
        self._turns = AlertTurns(site.settings.site.id, site.book, site.map.entries)
        self._post = Post(site.settings, site.book)
        self._open = ExitStack()
        self._reader: JournalReader | None = None
        self._channels: Mapping[int, JournalChannel] = {}
        self._watcher: Watcher | None = None
        self._memory = PostMemory()
        self._seq = 0
        self._revision = 0
        self._newest: tuple[int, float] = (0, 0.0)
        """Time of the newest row, and when it was read."""
        self._kept_s = 0.0
        self._certificates_s = float("-inf")

    def close(self) -> None:
        """Let go of the journal."""
        self._open.close()
        self._reader = None

    def step(self) -> bool:
        """Take in what is new and do what follows; returns whether more rows wait.

        Raises:
            HengliangError: journal or records cannot be used now; the next step goes on from the last commit.
        """
        try:
            return self._step()
        except BaseException:
            self._watcher = None  # what was decided and not committed is decided again
            self.close()
            raise

    def _step(self) -> bool:
        watcher = self._watcher or self._start()
        if self._reader is None:
            self._open_journal()
        rows = self._reader.read_since(self._seq, BATCH) if self._reader else []
        if rows and self._reader:
            if {row.channel_id for row in rows if isinstance(row, ReadingRow)} - self._channels.keys():
                self._channels = self._reader.channels()
            watcher.take(rows, self._channels, self._sources.certificates.load())
            self._seq = rows[-1].seq
            self._newest = (max(self._newest[0], *(row.t_ns for row in rows)), self._clock.monotonic_s())
        more = len(rows) == BATCH
        moment = self._moment(watcher, behind=more)
        watcher.look(moment.at_ns, self._surroundings())
        self._commit(watcher, moment, behind=more)
        return more

    def _start(self) -> Watcher:
        """Go on from the last commit; a new site begins at the end of its journal."""
        site_id = self._site.settings.site.id
        with reading(self._records) as connection:
            place = watch_place(connection, site_id)
        self._open_journal()
        head = self._reader.head().seq if self._reader else 0
        if place is None:
            place = WatchPlace(head, 0, {})
        if self._reader and head < place.seq:
            log.warning("the journal has fewer rows than were watched", rows=head, watched=place.seq)
        self._seq = min(place.seq, head) if self._reader else place.seq
        self._revision = place.revision
        self._memory = PostMemory.of(place.body.get("post", {}))
        state = place.body.get("watcher", {})
        now_ns = self._clock.now_ns()
        timezone = self._site.settings.site.timezone
        watcher = Watcher(self._site.book, self._site.map, timezone, state, now_ns)
        watcher.settle(self._channels, now_ns)
        self._newest = (watcher.hearing.grown_ns, self._clock.monotonic_s())
        self._kept_s = self._certificates_s = float("-inf")
        self._watcher = watcher
        return watcher

    def _open_journal(self) -> None:
        try:
            self._reader = self._open.enter_context(JournalReader.open(self._site.journal))
        except JournalMissingError:
            return  # acquisition has not been started yet
        self._channels = self._reader.channels()

    def _moment(self, watcher: Watcher, *, behind: bool) -> Moment:
        """Now; while rows wait, the time of the last one. A clock that was set back stops no delay."""
        now_ns = self._clock.now_ns()
        newest_ns, read_s = self._newest
        at_ns = newest_ns
        if not behind:
            passed_ns = round((self._clock.monotonic_s() - read_s) * NS_PER_S)
            at_ns = max(now_ns, newest_ns + passed_ns)
        heard = len(self._site.map.entries) - len(watcher.hearing.lost)
        return Moment(at_ns, now_ns, self._seq, heard)

    def _surroundings(self) -> Surroundings:
        now_s = self._clock.monotonic_s()
        certificates = None
        if now_s - self._certificates_s >= LOOK_AT_CERTIFICATES_S:
            certificates, self._certificates_s = self._sources.certificates.load(), now_s
        newest = {(channel.instrument, channel.name): channel for channel in self._channels.values()}
        return Surroundings(
            channels=tuple(newest.values()),
            certificates=certificates,
            facts=self._sources.facts(),
            holds=self._sources.holds(),
            register=self._sources.register(),
            checks=self._sources.checks(),
        )

    def _commit(self, watcher: Watcher, moment: Moment, *, behind: bool) -> None:
        """Write what was decided; nothing, where nothing was and the last commit is not old."""
        is_dirty = watcher.ledger.is_dirty
        transitions = watcher.drain()
        is_old = self._clock.monotonic_s() - self._kept_s >= CHECKPOINT_S
        if not (transitions or is_dirty or is_old or (not behind and self._has_work(moment))):
            return
        revision = self._revision + 1
        with changing(self._records) as connection:
            self._memory.untold.update(self._turns.apply(connection, transitions))
            if not behind:
                self._post.do(connection, moment, self._memory, revision)
            body = {"watcher": watcher.as_json(), "post": self._memory.as_json()}
            place = WatchPlace(self._seq, revision, body)
            keep_place(connection, self._site.settings.site.id, place, moment.now_ns)
        self._revision, self._kept_s = revision, self._clock.monotonic_s()

    def _has_work(self, moment: Moment) -> bool:
        with reading(self._records) as connection:
            return bool(self._post.work(connection, moment, self._memory))
