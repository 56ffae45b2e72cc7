"""What sessions at the bench want watched: temperatures that are held, and steps that wait for a person."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from daq.i18n import N_
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import Hold
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.progress import plain_steps
from daq.lab.sessions.records import load
from daq.lab.sessions.state import SessionState
from daq.records.bench_tables import session_events
from daq.records.database import reading
from daq.watch.notebook import Fact
from daq.watch.rule_file import Band
from drivers.clock import Clock

LOOK_S = 5.0
WAITS_AFTER_NS = 2 * 3_600_000_000_000
"""A step whose time was over so long ago waits for a person."""


@dataclass(frozen=True, slots=True)
class HoldNow:
    """One temperature that a session holds."""

    session: str
    step: str
    """The step's ``id`` in the method."""
    source: str
    """``INSTRUMENT``, or ``INSTRUMENT/CHANNEL``."""
    band: Band
    """Lowest and highest temperature, in degC."""

    def is_of(self, path: str) -> bool:
        """Whether a channel ``INSTRUMENT/CHANNEL`` is the one, or one of those."""
        return path == self.source or path.partition("/")[0] == self.source


class SessionWatch:
    """Looks at sessions with running times; any thread may ask."""

    def __init__(self, records: Engine, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._holds: tuple[HoldNow, ...] = ()

    def holds(self) -> Sequence[HoldNow]:
        """Temperatures that are held now; as of at most 5 s ago.

        Raises:
            RecordsError: the records cannot be read.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if now_s - self._looked_s >= LOOK_S:
                self._holds = tuple(
                    hold for procedure, state in self._running() for hold in _holds_of(procedure, state)
                )
                self._looked_s = now_s
            return self._holds

    def waiting(self) -> Fact:
        """Whether steps wait whose time was over long ago.

        Raises:
            RecordsError: the records cannot be read.
        """
        now_ns = self._clock.now_ns()
        late = [
            f"{state.header.id} {timer.place.step}"
            for _, state in self._running()
            for timer in state.timers
            if timer.is_over or _is_late(timer.minimum_ns, timer.elapsed_ns)
        ]
        message = N_("sessions with a step that is overdue: {sessions}")
        return Fact.said("sessions", not late, message, now_ns, sessions=", ".join(late) or "—")

    def _running(self) -> list[tuple[Procedure, SessionState]]:
        now_ns = self._clock.now_ns()
        with reading(self._records) as connection:
            loaded = [load(connection, session) for session in _with_times(connection)]
        states = [(each.method.procedure, each.state(now_ns)) for each in loaded]
        return [(procedure, state) for procedure, state in states if state.stage is Stage.RUNNING]


def _is_late(minimum_ns: int | None, elapsed_ns: int) -> bool:
    return minimum_ns is not None and elapsed_ns > minimum_ns + WAITS_AFTER_NS


def _with_times(connection: Connection) -> list[str]:
    """Sessions that started more times than they stopped, and have not ended."""
    column = session_events.c

    def number_of(*kinds: Act) -> ColumnElement[int]:
        return func.count().filter(column.kind.in_([kind.value for kind in kinds]))

    statement = (
        select(column.session)
        .group_by(column.session)
        .having(number_of(Act.TIMER_STARTED) > number_of(Act.TIMER_STOPPED))
        .having(number_of(Act.FINISHED) <= number_of(Act.RETURNED, Act.AMENDED))
        .having(number_of(Act.CANCELLED) == 0)
        .order_by(column.session)
    )
    return list(connection.execute(statement).scalars())


def _holds_of(procedure: Procedure, state: SessionState) -> list[HoldNow]:
    steps = {step.id: step for step, _ in plain_steps(procedure)}
    found = []
    for timer in state.timers:
        step = steps[timer.place.step]
        source = state.instrument(step.role, timer.place.portion) if isinstance(step, Hold) else None
        if isinstance(step, Hold) and source is not None:
            found.append(HoldNow(state.header.id, step.id, source, (step.low_degC, step.high_degC)))
    return found
