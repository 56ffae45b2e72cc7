"""The course of a session besides its steps: stage, portions, roles, overrides, signatures, deviations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from daq.lab.sessions.events import Act, SessionEvent, Stage
from daq.lab.sessions.remarks import Remark, remark, remarks_of
from daq.security.audit import Json

EVIDENCE = {
    Act.CONFIRMED,
    Act.CAPTURED,
    Act.TIMER_STARTED,
    Act.TIMER_STOPPED,
    Act.ENTERED,
    Act.ATTACHED,
    Act.SKIPPED,
    Act.STRUCK,
}
"""Acts that make or unmake evidence: whoever did one of them does not review the session."""
REOPENING = {Act.STRUCK, Act.PORTION_ADDED, Act.PORTION_ABANDONED}
"""After these a finished session has to be finished again."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """What went otherwise than the method says, and was accepted."""

    n: int
    """Of the event."""
    t_ns: int
    account: str
    remark: Remark


@dataclass(frozen=True, slots=True)
class Override:
    """Two people have allowed what is refused otherwise; it is printed on the report."""

    n: int
    t_ns: int
    code: str
    """Of the remark that refused."""
    subject: str
    """``role/instrument``, or ``step/portion``."""
    reason: str
    people: tuple[tuple[str, str], ...]
    """Account and role of both."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature under a session."""

    account: str
    role: str
    meaning: str
    t_ns: int
    n: int
    digest: str
    """SHA-256 of the evidence that was signed."""


@dataclass(slots=True)
class Course:
    """Built up event by event; read-only for everyone else."""

    stage: Stage = Stage.RUNNING
    draft: bool = False
    limit: str = ""
    roles: dict[tuple[str, int], str] = field(default_factory=dict)
    portions: tuple[int, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    overrides: tuple[Override, ...] = ()
    results: tuple[tuple[int, int], ...] = ()
    signed: Signed | None = None
    reviewed: Signed | None = None
    comments: str = ""
    revision: int = 0
    hands: frozenset[str] = frozenset()

    @property
    def ended_loops(self) -> frozenset[tuple[str, int]]:
        """Step and portion of loops that may end without constant mass."""
        subjects = (one.subject for one in self.overrides if one.code == "mass-never-constant")
        parts = (subject.rpartition("/") for subject in subjects)
        return frozenset((step, int(portion)) for step, _, portion in parts)


def course_of(standing: Sequence[SessionEvent], events: Sequence[SessionEvent]) -> Course:
    """The course; ``standing`` leaves out what was struck, ``events`` does not."""
    course = Course()
    course.hands = frozenset(event.account for event in events if event.act in EVIDENCE)
    for event in standing:
        _COURSE.get(event.act, _nothing)(course, event)
        if event.act in REOPENING and course.stage is Stage.FINISHED:
            course.stage = Stage.RUNNING
        course.deviations += tuple(
            Deviation(event.n, event.t_ns, event.account, one) for one in _remarks(course, event)
        )
    return course


def _remarks(course: Course, event: SessionEvent) -> tuple[Remark, ...]:
    found = remarks_of(event.body.get("remarks"))
    reason = event.text("reason")
    if event.act is Act.SKIPPED:
        found += (remark("skipped", step=event.place.step, reason=reason),)
    elif event.act is Act.INSTRUMENT and event.text("before"):
        names = {"role": event.text("role"), "instrument": event.text("instrument")}
        found += (remark("instrument-changed", before=event.text("before"), reason=reason, **names),)
    elif event.act is Act.PORTION_ABANDONED:
        found += (remark("portion-abandoned", portion=event.number("portion"), reason=reason),)
    elif event.act is Act.OVERRIDDEN:
        (first, _), (second, _) = course.overrides[-1].people
        found += (remark("override", first=first, second=second, reason=reason),)
    return found


def _started(course: Course, event: SessionEvent) -> None:
    course.draft = event.body["draft"] is True
    course.limit = event.text("limit")
    course.portions = tuple(range(1, event.number("portions") + 1))
    roles = event.body["roles"]
    if isinstance(roles, Mapping):
        course.roles.update({(str(role), 0): str(name) for role, name in roles.items()})


def _instrument(course: Course, event: SessionEvent) -> None:
    course.roles[event.text("role"), event.number("portion")] = event.text("instrument")


def _portion_added(course: Course, event: SessionEvent) -> None:
    course.portions = (*course.portions, event.number("portion"))


def _portion_abandoned(course: Course, event: SessionEvent) -> None:
    course.portions = tuple(one for one in course.portions if one != event.number("portion"))


def _overridden(course: Course, event: SessionEvent) -> None:
    people = tuple((str(one["account"]), str(one["role"])) for one in _list(event.body["people"]))
    one = Override(
        event.n, event.t_ns, event.text("code"), event.text("subject"), event.text("reason"), people
    )
    course.overrides = (*course.overrides, one)


def _finished(course: Course, event: SessionEvent) -> None:
    """Results, for the first time or again: what was signed before was signed under others."""
    if course.reviewed is not None and event.act is Act.RECALCULATED:
        course.revision += 1
    course.stage = Stage.FINISHED
    course.results = tuple(
        (int(str(one["id"])), int(str(one["version"]))) for one in _list(event.body["results"])
    )
    course.signed = course.reviewed = None
    course.comments = ""


def _signed(course: Course, event: SessionEvent) -> None:
    course.stage = Stage.SIGNED
    course.signed = _signature(event)


def _reviewed(course: Course, event: SessionEvent) -> None:
    course.stage = Stage.REVIEWED
    course.reviewed = _signature(event)


def _returned(course: Course, event: SessionEvent) -> None:
    course.stage = Stage.RUNNING
    course.signed = None
    course.comments = event.text("comments")


def _amended(course: Course, event: SessionEvent) -> None:
    course.stage = Stage.RUNNING
    course.revision += 1
    course.signed = course.reviewed = None
    course.comments = event.text("reason")


def _cancelled(course: Course, event: SessionEvent) -> None:
    course.stage = Stage.CANCELLED


def _nothing(course: Course, event: SessionEvent) -> None:
    """Steps are folded elsewhere."""


def _signature(event: SessionEvent) -> Signed:
    words = (event.text("role"), event.text("meaning"))
    return Signed(event.account, *words, event.t_ns, event.n, event.text("digest"))


def _list(value: Json) -> list[dict[str, Json]]:
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


_COURSE = {
    Act.STARTED: _started,
    Act.INSTRUMENT: _instrument,
    Act.PORTION_ADDED: _portion_added,
    Act.PORTION_ABANDONED: _portion_abandoned,
    Act.OVERRIDDEN: _overridden,
    Act.FINISHED: _finished,
    Act.RECALCULATED: _finished,
    Act.SIGNED: _signed,
    Act.REVIEWED: _reviewed,
    Act.RETURNED: _returned,
    Act.AMENDED: _amended,
    Act.CANCELLED: _cancelled,
}
