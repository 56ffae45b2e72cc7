"""When each duty falls due: the calendar of the service ``watch``."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from daq.errors import HengliangError
from daq.watch.notebook import Fact, Notebook

log = structlog.get_logger()

Duty = Callable[[], Sequence[Fact]]


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
    zone = ZoneInfo(timezone)
    scheduler = BackgroundScheduler(
        timezone=zone, job_defaults={"coalesce": True, "misfire_grace_time": 3600}
    )
    at_once = datetime.now(zone)
    for name, crontab, duty in duties:
        # one job for the start and the calendar: a job that is done once and removed by the scheduler's
        # thread is not found any more by it when the service is stopped meanwhile
        trigger = CronTrigger.from_crontab(crontab, timezone=zone)
        scheduler.add_job(_do, trigger, args=(name, duty, notebook), next_run_time=at_once)
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)


def _do(name: str, duty: Duty, notebook: Notebook) -> None:
    try:
        notebook.note(name, duty())
    except HengliangError as error:
        log.warning("duty not done", duty=name, why=str(error))  # such as while the records are away
    except Exception:
        # the edge of the scheduler's thread: one duty that fails must not end the others
        log.exception("duty failed", duty=name)
