"""Where a session stands: a pure function of its events, its captures and its method.

Browser closed, power cut, machine restarted, operator changed: the same events give the same step with the
same captures. The wall clock is an argument and moves nothing but running timers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import PlainStep
from daq.lab.sessions.constant_mass import LoopView
from daq.lab.sessions.course import Course, Deviation, Override, Signed, course_of
from daq.lab.sessions.events import Act, Place, SessionEvent, SessionHeader, Stage
from daq.lab.sessions.evidence import Capture, Entry
from daq.lab.sessions.objections import INSTRUMENT
from daq.lab.sessions.progress import Position, Progress, Run, Standing, plain_steps
from daq.lab.sessions.remarks import Remark
from daq.lab.sessions.timers import TimerView, timer_view

ACTIONS = {
    "confirm": "confirm",
    "weigh": "capture",
    "read": "capture",
    "tare": "capture",
    "environment": "capture",
    "timer": "timer",
    "hold": "timer",
    "enter": "enter",
    "picture": "attach",
}
"""What a person asks for at each kind of step."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one portion has to do now."""

    place: Place
    step: PlainStep
    action: str
    """``confirm``, ``capture``, ``enter``, ``attach``, ``start-timer`` or ``stop-timer``."""
    loop: str
    """``id`` of the loop around the step; empty outside of loops."""
    of: int
    """How many readings the step takes; ``place.turn`` counts them where it is a series."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or document that belongs to the session."""

    n: int
    place: Place
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """Everything that can be said of a session at one moment."""

    header: SessionHeader
    stage: Stage
    draft: bool
    """The method's version is not approved: a trial, which is never signed."""
    limit: str
    """``id`` of the chosen limit; empty where the result is only reported."""
    roles: Mapping[tuple[str, int], str]
    """Instrument by role and portion; portion 0 where one serves the whole session."""
    portions: tuple[int, ...]
    """Those that count, in order."""
    positions: tuple[Position, ...]
    tasks: tuple[Task, ...]
    timers: tuple[TimerView, ...]
    """Running ones."""
    loops: tuple[LoopView, ...]
    captures: tuple[Capture, ...]
    """All of them; those that do not count say why."""
    entries: tuple[Entry, ...]
    pictures: tuple[Picture, ...]
    deviations: tuple[Deviation, ...]
    overrides: tuple[Override, ...]
    results: tuple[tuple[int, int], ...]
    """Number and version of the results that count now."""
    signed: Signed | None
    reviewed: Signed | None
    comments: str
    """Why it was returned last; empty once it is finished again."""
    revision: int
    """0, and one more with each amendment or recalculation after a review."""
    hands: frozenset[str]
    """Accounts that did something to the evidence."""
    tokens: Mapping[str, int]
    """Events by the token of the request that made them."""
    numbers: Mapping[int, int]
    """Number of the event of each capture, by the capture's own."""
    events: tuple[SessionEvent, ...]

    @property
    def standing_captures(self) -> tuple[Capture, ...]:
        """Captures that count: not struck, and not of an abandoned portion."""
        return tuple(one for one in self.captures if not one.struck and self._counts(one.portion))

    @property
    def standing_entries(self) -> tuple[Entry, ...]:
        """Entries that count."""
        return tuple(one for one in self.entries if not one.struck and self._counts(one.portion))

    @property
    def is_through(self) -> bool:
        """Whether every step of every portion is done."""
        return all(position.is_through for position in self.positions)

    def instrument(self, role: str, portion: int) -> str | None:
        """The instrument in a role, as ``B-01`` or ``T-01/ch3``; None where none was chosen."""
        return self.roles.get((role, portion)) or self.roles.get((role, 0))

    def task(self, portion: int) -> Task | None:
        """What a portion has to do now."""
        return next((task for task in self.tasks if task.place.portion == portion), None)

    def overridden(self, code: str, subject: str) -> bool:
        """Whether two people have allowed what the code refuses about the subject."""
        return any(one.code == code and one.subject == subject for one in self.overrides)

    def is_allowed(self, role: str, portion: int) -> bool:
        """Whether two people have allowed the instrument in a role although it is not valid."""
        name = (self.instrument(role, portion) or "").partition("/")[0]
        return self.overridden(INSTRUMENT, f"{role}/{name}")

    def _counts(self, portion: int) -> bool:
        return portion == 0 or portion in self.portions


def fold(
    header: SessionHeader,
    procedure: Procedure,
    events: Sequence[SessionEvent],
    captures: Sequence[tuple[int, Capture]],
    now_ns: int,
) -> SessionState:
    """The state of a session.

    Args:
        header: what it is.
        procedure: its method.
        events: all of them, in their order.
        captures: all of them, each with the number of its event.
        now_ns: UTC, for running timers.
    """
    struck = {event.number("n"): event.text("reason") for event in events if event.act is Act.STRUCK}
    standing_events = [event for event in events if event.n not in struck]
    course = course_of(standing_events, events)
    marked = tuple(replace(one, struck=struck.get(n, "")) for n, one in captures)
    standing = _standing(standing_events, marked, course)
    progress = Progress(procedure, standing, course.portions)
    positions = progress.positions()
    is_running = course.stage is Stage.RUNNING
    running = [run for run in standing.runs.values() if run.stopped is None and is_running]
    steps = {step.id: step for step, _ in plain_steps(procedure)}
    return SessionState(
        header=header,
        stage=course.stage,
        draft=course.draft,
        limit=course.limit,
        roles=course.roles,
        portions=course.portions,
        positions=positions,
        tasks=_tasks(procedure, positions, standing) if is_running else (),
        timers=tuple(timer_view(run, steps[run.place.step], now_ns) for run in running),
        loops=progress.loops(),
        captures=marked,
        entries=_entries(events, struck),
        pictures=_pictures(standing_events),
        deviations=course.deviations,
        overrides=course.overrides,
        results=course.results,
        signed=course.signed,
        reviewed=course.reviewed,
        comments=course.comments,
        revision=course.revision,
        hands=course.hands,
        tokens={token: event.n for event in events if (token := event.text("token"))},
        numbers={one.id: n for n, one in captures},
        events=tuple(events),
    )


def _standing(events: Sequence[SessionEvent], captures: Sequence[Capture], course: Course) -> Standing:
    done: dict[Place, SessionEvent] = {}
    runs: dict[Place, Run] = {}
    for event in events:
        if event.act in (Act.CONFIRMED, Act.CAPTURED, Act.ENTERED, Act.ATTACHED, Act.SKIPPED):
            done[event.place] = event
        elif event.act is Act.TIMER_STARTED:
            runs[event.place] = Run(event.place, event, None)
        elif event.act is Act.TIMER_STOPPED and event.place in runs:
            runs[event.place] = replace(runs[event.place], stopped=event)
    counting = tuple(one for one in captures if not one.struck)
    return Standing(done, runs, counting, course.ended_loops)


def _tasks(procedure: Procedure, positions: Sequence[Position], standing: Standing) -> tuple[Task, ...]:
    steps = {step.id: (step, loop) for step, loop in plain_steps(procedure)}
    times = {one.name: one.times for one in procedure.inputs}
    tasks = []
    for position in positions:
        if position.place is None:
            continue
        step, loop = steps[position.place.step]
        action = ACTIONS[step.do]
        if action == "timer":
            action = "stop-timer" if position.place in standing.runs else "start-timer"
        of = times.get(getattr(step, "into", ""), 1)
        tasks.append(Task(position.place, step, action, loop.id if loop else "", of))
    return tuple(tasks)


def _entries(events: Sequence[SessionEvent], struck: Mapping[int, str]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            session=event.session,
            step=event.place.step,
            portion=event.place.portion,
            into=event.text("into"),
            value=Decimal(event.text("value")),
            account=event.account,
            t_ns=event.t_ns,
            reason=event.text("reason"),
            struck=struck.get(event.n, ""),
        )
        for event in events
        if event.act is Act.ENTERED
    )


def _pictures(events: Sequence[SessionEvent]) -> tuple[Picture, ...]:
    return tuple(
        Picture(event.n, event.place, event.text("sha256"), event.text("media_type"))
        for event in events
        if event.act is Act.ATTACHED
    )


def why_of(state: SessionState, portion: int) -> Remark | None:
    """Why a portion goes on or stops: its loop's last word, or what it waits for."""
    position = next((one for one in state.positions if one.portion == portion), None)
    if position is not None and position.waits is not None:
        return position.waits
    mine = [view for view in state.loops if view.portion == portion]
    return mine[-1].why if mine else None
