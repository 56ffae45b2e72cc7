"""The demo's technician: leads sessions as a person would, by the functions that the pages call.

The hand moves dishes, what the instruments say is captured, what the session asks for is done. Samples share
bench and oven: each is a generator that yields when it goes on.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from daq.demo_past import NS_PER_S, PastBench
from daq.demo_register import ORIGIN, TECHNICIAN
from daq.lab.methods.steps import Hold, Timer, Weigh
from daq.lab.sessions import steps
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.records import session_state
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.starting import Choice, Order, choose_instrument, start_session
from daq.lab.sessions.state import SessionState, Task
from daq.lab.sessions.steps import At
from daq.lab.sessions.timers import bounds_ns
from daq.security.audit import Actor

MINUTE_NS = 60 * NS_PER_S
SETTLING_S = 15.0
HANDLING_S = 20.0
IGNITION_NS = 45 * MINUTE_NS
LATE_NS = 2 * MINUTE_NS
"""How long after a time is over somebody comes."""
INSTRUMENTS = {"balance": "B-01", "oven": "O-01/temperature-1", "room": "H-01", "furnace": "F-01"}
EMPTY_DISH = ("m0", "m3")
"""What the methods call the mass of a dish or crucible without sample."""
ASH = "ash"
CHECK, CHECK_WEIGHT = "balance-daily-check", "W-01/200 g"
NO_WIRE = "马弗炉无通信接口,面板示值 550 ℃ the furnace has no interface; its panel showed 550 °C"
NO_PICTURE = "仿真样品,无照片 simulated sample, no picture"
WRONG_DISH = "放错称量瓶 wrong dish on the pan"
BY = Actor(TECHNICIAN, ORIGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """One determination."""

    dish: str
    sample_g: Decimal
    ash_g: Decimal = Decimal(0)
    """What is left of it in the furnace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """How one sample is to be tested."""

    method: str
    limit: str = ""
    material: str
    """As the hand fills it."""
    portions: tuple[Portion, ...]
    roles: Sequence[str] = ("balance", "oven", "room")
    note: str = ""
    slips: bool = False
    """The second dish is mistaken once, which is struck out."""


class Technician:
    """Works at the bench in the past."""

    def __init__(self, past: PastBench, bench: Bench) -> None:
        self._past = past
        self._bench = bench
        self._tokens = itertools.count(1)

    def check(self) -> str:
        """The balance's check of the day, up to its result; returns the session's number."""
        order = Order(method=CHECK, portions=1, roles={"balance": INSTRUMENTS["balance"]})
        session = start_session(self._bench, BY, order).header.id
        choose_instrument(self._bench, BY, session, Choice("weight", 1, CHECK_WEIGHT))
        while tasks := self._state(session).tasks:
            task = tasks[0]
            if task.action == "confirm":
                steps.confirm(self._bench, BY, _at(session, task))
                continue
            is_load = isinstance(task.step, Weigh)
            self._past.do(f"put weight-200g {'balance' if is_load else 'bench'}", SETTLING_S)
            self._capture(session, task)
            self._past.do("take weight-200g", SETTLING_S)
        finish_session(self._bench, BY, session)
        return session

    def begin(self, given: Assignment, sample: str) -> str:
        """Start a session; returns its number."""
        roles = {role: INSTRUMENTS[role] for role in given.roles}
        order = Order(method=given.method, sample=sample, limit=given.limit, roles=roles)
        session = start_session(self._bench, BY, order).header.id
        if given.note:
            steps.note(self._bench, BY, session, given.note)
        return session

    def lead(self, given: Assignment, session: str) -> Iterator[int]:
        """From the first step to the result; yields when it goes on."""
        while tasks := self._state(session).tasks:
            together = [task for task in tasks if task.step.id == tasks[0].step.id]
            if isinstance(tasks[0].step, Hold | Timer):
                yield from self._time(given, session, together)
                continue
            for task in together:
                self._do(given, session, task)
        finish_session(self._bench, BY, session)
        self._past.do(f"take {' '.join(one.dish for one in given.portions)}")
        for one in given.portions:
            self._past.do(f"empty {one.dish}")

    def _state(self, session: str) -> SessionState:
        return session_state(self._bench, session)

    def _do(self, given: Assignment, session: str, task: Task) -> None:
        if task.action == "confirm":
            steps.confirm(self._bench, BY, _at(session, task))
            self._past.wait(HANDLING_S)
        elif task.action == "attach":
            steps.skip(self._bench, BY, _at(session, task), NO_PICTURE)
        elif isinstance(task.step, Weigh):
            self._weigh(given, session, task, task.step.into)
        else:
            self._past.wait(HANDLING_S)
            self._capture(session, task)

    def _weigh(self, given: Assignment, session: str, task: Task, into: str) -> None:
        """A dish on the pan; with the weighing after the empty one its sample goes into it."""
        portion = given.portions[task.place.portion - 1]
        is_empty = into in EMPTY_DISH
        if given.slips and is_empty and task.place.portion == len(given.portions):
            self._slip(given, session, task)
        self._past.do(f"put {portion.dish} balance", SETTLING_S)
        if not is_empty and not self._past.is_filled(portion.dish):
            self._past.do(f"fill {portion.dish} {given.material} {portion.sample_g}", SETTLING_S)
        self._capture(session, task)
        self._past.do(f"put {portion.dish} {'bench' if is_empty else 'desiccator'}", SETTLING_S)

    def _slip(self, given: Assignment, session: str, task: Task) -> None:
        self._past.do(f"put {given.portions[0].dish} balance", SETTLING_S)
        n = self._capture(session, task)
        self._past.do(f"take {given.portions[0].dish}", SETTLING_S)
        steps.strike(self._bench, BY, session, n, WRONG_DISH)

    def _capture(self, session: str, task: Task) -> int:
        self._past.hear(INSTRUMENTS["room"], INSTRUMENTS["balance"])
        press = Press(at=_at(session, task), token=f"{session} {next(self._tokens)}")
        return capture(self._bench, BY, press).n

    def _time(self, given: Assignment, session: str, tasks: Sequence[Task]) -> Iterator[int]:
        """Dishes into the oven, the furnace or the desiccator together, and out again."""
        step = tasks[0].step
        if isinstance(step, Hold) and step.role == "furnace":
            yield self._past.clock.now_ns() + IGNITION_NS
            self._ignite(given, session, tasks)
            return
        dishes = " ".join(given.portions[task.place.portion - 1].dish for task in tasks)
        self._past.do(f"put {dishes} {'oven' if isinstance(step, Hold) else 'desiccator'}", HANDLING_S)
        for task in tasks:
            steps.start_timer(self._bench, BY, _at(session, task))
        shortest_ns, _ = bounds_ns(step)
        yield self._past.clock.now_ns() + (shortest_ns or 0) + LATE_NS
        self._past.settle()
        for task in tasks:
            steps.stop_timer(self._bench, BY, _at(session, task))

    def _ignite(self, given: Assignment, session: str, tasks: Sequence[Task]) -> None:
        """Nobody can read the furnace: the step is left out with the reason."""
        for task in tasks:
            portion = given.portions[task.place.portion - 1]
            steps.skip(self._bench, BY, _at(session, task), NO_WIRE)
            self._past.do(f"empty {portion.dish}")
            self._past.do(f"fill {portion.dish} {ASH} {portion.ash_g}")


def _at(session: str, task: Task) -> At:
    return At(session, task.place.step, task.place.portion)
