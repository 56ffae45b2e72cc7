"""Which open pages wait for which instrument: a press that could be meant for two of them is for none."""

import threading
from dataclasses import dataclass

from daq.lab.sessions.steps import At

GONE_AFTER_S = 3.0
"""A page that has not listened for so long is closed, or does something else."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    at: At
    instrument: str
    heard_s: float


class Listeners:
    """The pages of one process that listen to instruments; any thread may ask."""

    def __init__(self) -> None:
        """Nobody listens."""
        self._lock = threading.Lock()
        self._waiting: dict[object, _Waiting] = {}

    def note(self, page: object, at: At, instrument: str, now_s: float) -> None:
        """A page waits now for what an instrument says, for one place."""
        with self._lock:
            self._waiting[page] = _Waiting(at, instrument, now_s)
            since_s = now_s - GONE_AFTER_S
            self._waiting = {key: one for key, one in self._waiting.items() if one.heard_s > since_s}

    def others(self, at: At, instrument: str) -> tuple[At, ...]:
        """Other places than this one that wait for the instrument; several pages at one place are one."""
        with self._lock:
            places = {one.at for one in self._waiting.values() if one.instrument == instrument}
        return tuple(sorted(places - {at}, key=lambda one: (one.session, one.portion)))
