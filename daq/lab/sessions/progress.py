"""Which step each portion of a session has to do: from what stands, by the order of the method.

Portions go their ways independently, as dishes do through an oven; a step of the whole session waits for what
stands above it in all portions, and everything below waits for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import Enter, Hold, PlainStep, Read, RepeatUntil, Step, Timer, Weigh
from daq.lab.sessions.constant_mass import LoopView, loop_view
from daq.lab.sessions.events import Place, SessionEvent
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.remarks import Remark, remark

WHOLE_SESSION = 0
"""Number of the portion that is the session as a whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """A timer or a temperature that is held: when it was started, and when it was stopped."""

    place: Place
    started: SessionEvent
    stopped: SessionEvent | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of a session: everything but what was struck out."""

    done: Mapping[Place, SessionEvent]
    """Places that are done, by the event that did it."""
    runs: Mapping[Place, Run]
    captures: tuple[Capture, ...]
    ended_loops: frozenset[tuple[str, int]]
    """Step and portion of loops that two people allowed to end without constant mass."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where one portion is: at a place, or waiting for others, or stuck, or through."""

    portion: int
    place: Place | None = None
    waits: Remark | None = None
    """What it waits for, or what keeps it."""

    @property
    def is_through(self) -> bool:
        """Whether it has no step left."""
        return self.place is None and self.waits is None


class Progress:
    """The order of one method's steps, applied to what stands."""

    def __init__(self, procedure: Procedure, standing: Standing, portions: Sequence[int]) -> None:
        self._procedure = procedure
        self._standing = standing
        self._portions = tuple(portions)
        self._times = {one.name: one.times for one in procedure.inputs}

    def positions(self) -> tuple[Position, ...]:
        """Of the whole session first, then of every portion."""
        return tuple(self._position(portion) for portion in (WHOLE_SESSION, *self._portions))

    def loops(self) -> tuple[LoopView, ...]:
        """Every loop that has a mass."""
        found = []
        for step in self._procedure.steps:
            if isinstance(step, RepeatUntil):
                views = [self.loop(step, portion) for portion in self._concerned(step)]
                found += [view for view in views if view.weighings]
        return tuple(found)

    def loop(self, step: RepeatUntil, portion: int) -> LoopView:
        """Where a loop stands."""
        weighings = sorted(
            (one for one in self._standing.captures if one.into == step.of and one.portion == portion),
            key=lambda one: one.id,
        )
        may_end = step.not_reached == "warn" or (step.id, portion) in self._standing.ended_loops
        return loop_view(self._procedure, step, portion, weighings, may_end=may_end)

    def _concerned(self, step: Step) -> tuple[int, ...]:
        return self._portions if step.scope == "portion" else (WHOLE_SESSION,)

    def _position(self, portion: int) -> Position:
        for index, step in enumerate(self._procedure.steps):
            if portion in self._concerned(step):
                position = self._at(step, portion)
                if position is None:
                    continue
                return self._after_portions(index, position) if portion == WHOLE_SESSION else position
            if step.scope == "session" and self._at(step, WHOLE_SESSION) is not None:
                return Position(portion, waits=remark("waits-for-session", portion=portion, step=step.id))
        return Position(portion)

    def _after_portions(self, index: int, position: Position) -> Position:
        """A step of the whole session waits until every portion is through what stands above it."""
        above = [step for step in self._procedure.steps[:index] if step.scope == "portion"]
        behind = [
            portion
            for portion in self._portions
            if any(self._at(step, portion) is not None for step in above)
        ]
        if not behind:
            return position
        names = ", ".join(str(portion) for portion in behind)
        step = self._procedure.steps[index].id
        return Position(WHOLE_SESSION, waits=remark("waits-for-portions", step=step, portions=names))

    def _at(self, step: Step, portion: int) -> Position | None:
        """Where the portion is inside of this step; None when it is done with it."""
        if isinstance(step, RepeatUntil):
            return self._in_loop(step, portion)
        place = self._open_place(step, portion, 1)
        return None if place is None else Position(portion, place)

    def _in_loop(self, step: RepeatUntil, portion: int) -> Position | None:
        view = self.loop(step, portion)
        if view.counting is not None:
            return None
        turn = self._turn(step, portion)
        place = self._open_in_turn(step, portion, turn)
        if place is None and view.exhausted:
            return Position(portion, waits=view.why)
        return Position(portion, place or self._open_in_turn(step, portion, turn + 1))

    def _turn(self, step: RepeatUntil, portion: int) -> int:
        """The last repetition that anything was done in."""
        times = {inner.id: self._times_of(inner) for inner in step.steps}
        places = (*self._standing.done, *self._standing.runs)
        mine = [place for place in places if place.step in times and place.portion == portion]
        return max(((place.turn - 1) // times[place.step] + 1 for place in mine), default=1)

    def _open_in_turn(self, step: RepeatUntil, portion: int, turn: int) -> Place | None:
        places = (self._open_place(inner, portion, turn) for inner in step.steps)
        return next((place for place in places if place is not None), None)

    def _open_place(self, step: PlainStep, portion: int, turn: int) -> Place | None:
        """The first place of a step that is not done; ``turn`` counts repetitions of the loop around it."""
        if turn == 1 and isinstance(step, Weigh) and self._weighed_in_loop(step, portion):
            return None
        times = self._times_of(step)
        for number in range((turn - 1) * times + 1, turn * times + 1):
            place = Place(step.id, portion, number)
            if not self._is_done(step, place):
                return place
        return None

    def _times_of(self, step: PlainStep) -> int:
        return self._times[step.into] if isinstance(step, Weigh | Read | Enter) else 1

    def _is_done(self, step: PlainStep, place: Place) -> bool:
        if place in self._standing.done:
            return True
        run = self._standing.runs.get(place)
        return isinstance(step, Timer | Hold) and run is not None and run.stopped is not None

    def _weighed_in_loop(self, step: Weigh, portion: int) -> bool:
        """A first mass that was struck is not weighed again when a later one of its loop stands.

        The dish has been dried since; the first mass that stands takes its part.
        """
        if not any(isinstance(one, RepeatUntil) and one.of == step.into for one in self._procedure.steps):
            return False
        return step in self._procedure.steps and any(
            one.into == step.into and one.portion == portion for one in self._standing.captures
        )


def plain_steps(procedure: Procedure) -> Iterator[tuple[PlainStep, RepeatUntil | None]]:
    """Every step that a person does, with the loop around it."""
    for step in procedure.steps:
        if isinstance(step, RepeatUntil):
            for inner in step.steps:
                yield inner, step
        else:
            yield step, None
