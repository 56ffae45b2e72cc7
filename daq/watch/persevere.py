"""A loop that goes on whatever happens: trouble is said once, and tried again."""

import threading
from collections.abc import Callable

import structlog

from daq.errors import HengliangError

POLL_S = 1.0
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0

log = structlog.get_logger()


def persevere(step: Callable[[], bool], stop: threading.Event, say: Callable[[str | None], None]) -> None:
    """Do ``step`` every second until ``stop``; at once again while it says that there is more.

    Args:
        step: raises HengliangError for trouble that may pass.
        stop: ends the loop; a step under way is waited for.
        say: told the trouble when it begins or changes, and None when it is over.
    """
    told: str | None = None
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        more, trouble = False, None
        try:
            more = step()
        except HengliangError as error:
            trouble = str(error)
        except Exception:
            # the edge of the thread: a defect must not end the watch for good
            log.exception("the watch failed, trying again")
            trouble = "The watch failed and tries again; the log of the service has the trace."
        if trouble != told:
            say(trouble)
            told = trouble
        if trouble is not None:
            stop.wait(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            continue
        pause_s = FIRST_PAUSE_S
        if not more:
            stop.wait(POLL_S)
