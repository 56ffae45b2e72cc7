"""When each duty falls due: the calendar of the service ``watch``."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from daq.watch.duties import Fact

log = structlog.get_logger()

Duty = Callable[[], Sequence[Fact]]


class Notebook:
    """The newest facts of every duty, in one file that is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._facts: dict[str, Sequence[Fact]] = {}
        self._lock = threading.Lock()

    def note(self, duty: str, facts: Sequence[Fact]) -> None:
        """Keep what ``duty`` found this time; what is not well is logged too."""
        for fact in facts:
            if not fact.ok:
                log.warning(fact.sentence, duty=duty)
        with self._lock:
            self._facts[duty] = facts
            lines = {name: [asdict(fact) for fact in found] for name, found in self._facts.items()}
            draft = self._path.with_suffix(".new")
            draft.write_text(json.dumps(lines, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self._path)


def keep_calendar(
    duties: Sequence[tuple[str, str, Duty]], notebook: Notebook, timezone: str, stop: threading.Event
) -> None:
    """Do every duty once at the start and then as often as its crontab line says, until ``stop``.

    Args:
        duties: name, crontab line in the site's local time, and what to do.
        notebook: where the facts go.
        timezone: IANA name.
        stop: ends the calendar; a duty under way is waited for.
    """
    scheduler = BackgroundScheduler(timezone=ZoneInfo(timezone))
    for name, crontab, duty in duties:
        trigger = CronTrigger.from_crontab(crontab, timezone=ZoneInfo(timezone))
        scheduler.add_job(_do, args=(name, duty, notebook))
        scheduler.add_job(_do, trigger, args=(name, duty, notebook), coalesce=True, misfire_grace_time=3600)
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)


def _do(name: str, duty: Duty, notebook: Notebook) -> None:
    try:
        notebook.note(name, duty())
    except Exception:
        # the edge of the scheduler's thread: one duty that fails must not end the others
        log.exception("duty failed", duty=name)
