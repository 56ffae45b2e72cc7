"""The threads of the watch: one follows the journal, one for each target delivers its messages."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from daq.errors import HengliangError
from daq.records.migrations import upgrade
from daq.watch.engine import AlertEngine, Site, Sources
from daq.watch.notebook import Fact, Notebook
from daq.watch.notify import AppriseSender, Courier
from daq.watch.persevere import persevere
from drivers.clock import Clock

PATIENCE_S = 5.0
"""A thread that waits for a mail server when the service ends is not waited for longer."""


def _nothing() -> None:
    """Ends what needs no ending."""


class WatchService:
    """Alerts and messages of one site, while the service ``watch`` runs.

    Without records nothing is decided and nothing is sent: it is tried again and again, and the notebook says
    so. Then it goes on at the row where it was.
    """

    def __init__(
        self, records: Engine, site: Site, sources: Sources, notebook: Notebook, clock: Clock
    ) -> None:
        self._records = records
        self._site = site
        self._notebook = notebook
        self._clock = clock
        self._engine = AlertEngine(records, site, sources, clock)
        self._is_ready = threading.Event()

    @contextmanager
    def running(self, stop: threading.Event) -> Iterator[None]:
        """The threads, until the context ends; ``stop`` ends them."""
        with suppress(HengliangError):  # the thread says so, and tries again
            self._prepare()
        threads = [self._thread("alerts", self._follow, stop, self._engine.close)]
        for target in self._site.settings.notify:
            site_id = self._site.settings.site.id
            courier = Courier(self._records, site_id, target.name, AppriseSender(target), self._clock)
            threads.append(self._thread(f"notify {target.name}", self._when_ready(courier.step), stop))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE_S)

    def _follow(self) -> bool:
        self._prepare()
        return self._engine.step()

    def _prepare(self) -> None:
        if not self._is_ready.is_set():
            upgrade(self._records)
            self._is_ready.set()

    def _when_ready(self, step: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: self._is_ready.is_set() and step()

    def _thread(
        self, name: str, step: Callable[[], bool], stop: threading.Event, end: Callable[[], None] = _nothing
    ) -> threading.Thread:
        def say(trouble: str | None) -> None:
            sentence = trouble or "all is watched"
            self._notebook.note(name, (Fact(name, trouble is None, sentence, self._clock.now_ns()),))

        def run() -> None:
            persevere(step, stop, say)
            end()

        return threading.Thread(target=run, name=name, daemon=True)
