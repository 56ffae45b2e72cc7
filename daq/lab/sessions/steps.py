"""Steps that a person does: confirm, time, hold, enter, attach, skip; striking out, and portions.

The server decides which step it is; a request names the step that the person saw, and is refused where the
session stands elsewhere.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from daq.errors import BenchError
from daq.i18n import N_
from daq.journal import JournalReader
from daq.lab.certificates.register import StoredDocument, note_document
from daq.lab.methods.steps import Enter, Environment, Hold, Picture, PlainStep, Timer
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, Place, Stage
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.holding import QUANTITY, Band, held_between, hold_objections
from daq.lab.sessions.instruments import Use, demanded, objections
from daq.lab.sessions.objections import Objection, settle
from daq.lab.sessions.readings import Asked, find_channel
from daq.lab.sessions.records import Work, at_work, demand_stage, sound_text
from daq.lab.sessions.remarks import Remark, refuse, remark
from daq.lab.sessions.state import SessionState, Task
from daq.lab.sessions.timers import TimerView, span_text
from daq.security.audit import Actor, Json

STRIKEABLE = {
    Act.CONFIRMED,
    Act.CAPTURED,
    Act.TIMER_STARTED,
    Act.TIMER_STOPPED,
    Act.ENTERED,
    Act.ATTACHED,
    Act.SKIPPED,
}


_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class At:
    """The step that a person saw when acting."""

    session: str
    step: str
    portion: int


def current(work: Work, at: At, *actions: str) -> Task:
    """The task of a portion, if it is the step that the person saw, done by one of the actions.

    Raises:
        BenchError: the session does not run.
        StepRefusedError: the portion stands elsewhere, or waits.
    """
    state = work.state
    demand_stage(state, Stage.RUNNING)
    position = next((one for one in state.positions if one.portion == at.portion), None)
    if position is None:
        raise refuse([remark("no-such-portion", portion=at.portion)])
    if position.waits is not None:
        raise refuse([position.waits])
    task = state.task(at.portion)
    if task is None:
        raise refuse([remark("no-step-left", portion=at.portion)])
    if task.step.id != at.step:
        raise refuse([remark("not-this-step", portion=at.portion, step=task.step.id)])
    if task.action not in actions:
        if task.action in ("start-timer", "stop-timer") and actions[0] in ("start-timer", "stop-timer"):
            raise refuse([remark("timer-runs" if task.action == "stop-timer" else "timer-not-running")])
        raise refuse([remark("other-action", step=task.step.id, action=task.action)])
    return task


def confirm(bench: Bench, actor: Actor, at: At) -> SessionState:
    """The person did what the instruction says."""
    with at_work(bench, actor, at.session) as work:
        work.add(Act.CONFIRMED, current(work, at, "confirm").place.as_json())
        return work.state


def start_timer(bench: Bench, actor: Actor, at: At) -> SessionState:
    """A time begins, or a dish goes into the oven.

    Raises:
        StepRefusedError: nothing can tell the temperature, or the instrument may not be used now.
    """
    with at_work(bench, actor, at.session) as work:
        task = current(work, at, "start-timer")
        body: dict[str, Json] = dict(task.place.as_json())
        if isinstance(task.step, Hold):
            body["remarks"] = [one.as_json() for one in _may_hold(bench, work, task.step, at.portion)]
        work.add(Act.TIMER_STARTED, body)
        return work.state


def _may_hold(bench: Bench, work: Work, step: Hold, portion: int) -> tuple[Remark, ...]:
    """What is accepted about the instrument that will tell the temperature; nothing that was said already."""
    state, procedure = work.state, work.method.procedure
    instrument = state.instrument(step.role, portion)
    if instrument is None:
        raise refuse([remark("instrument-missing", role=step.role)])
    use = Use(demanded(procedure, step.role), instrument, frozenset({QUANTITY}))
    with JournalReader.open(bench.journal) as reader:
        find_channel(reader, Asked(step.role, instrument, QUANTITY, work.now_ns))
    said = [one.remark for one in state.deviations]
    accepted = settle(state, objections(work.connection, procedure, use, work.now_ns))
    return tuple(one for one in accepted if one not in said)


def stop_timer(bench: Bench, actor: Actor, at: At) -> SessionState:
    """A time is over, or a dish comes out of the oven; its temperature is then read back from the journal.

    Raises:
        StepRefusedError: too short, too long, or the temperature was not held, where the method blocks that.
    """
    with at_work(bench, actor, at.session) as work:
        task = current(work, at, "stop-timer")
        timer = next(one for one in work.state.timers if one.place == task.place)
        found = list(_time_objections(task.step, timer))
        body: dict[str, Json] = dict(task.place.as_json())
        taken: tuple[Capture, ...] = ()
        if isinstance(task.step, Hold):
            instrument = work.state.instrument(task.step.role, at.portion) or ""
            allowed = work.state.is_allowed(task.step.role, at.portion)
            band = Band(task.step, task.place, instrument, allowed, bench.zone)
            with JournalReader.open(bench.journal) as reader:
                held = held_between(reader, bench, band, (timer.started_ns, work.now_ns))
            found += hold_objections(band, held, timer.minimum_ns)
            body["held"] = held.as_json()
            taken = held.captures(at.session)
        body["remarks"] = [one.as_json() for one in settle(work.state, found)]
        work.add(Act.TIMER_STOPPED, body, taken)
        return work.state


def enter(bench: Bench, actor: Actor, at: At, text: str, reason: str) -> SessionState:
    """A number that no instrument can say, with the reason why it is entered.

    Raises:
        BenchError: it is no decimal number, or the reason is missing.
        StepRefusedError: the method does not take it.
    """
    with at_work(bench, actor, at.session) as work:
        task = current(work, at, "enter")
        if not isinstance(task.step, Enter):
            raise refuse([remark("other-action", step=task.step.id, action=task.action)])
        value = _number(text)
        if not task.step.low <= value <= task.step.high:
            unit = next(one.unit for one in work.method.procedure.inputs if one.name == task.step.into)
            bounds = {"low": str(task.step.low), "high": str(task.step.high)}
            raise refuse([remark("outside-entry", value=text.strip(), unit=unit, **bounds)])
        body = task.place.as_json() | {
            "into": task.step.into,
            "value": str(value),
            "reason": sound_text(reason),
        }
        work.add(Act.ENTERED, body)
        return work.state


def attach(bench: Bench, actor: Actor, at: At, document: StoredDocument) -> SessionState:
    """A picture, whose bytes are in the blob store already."""
    with at_work(bench, actor, at.session) as work:
        task = current(work, at, "attach")
        note_document(work.connection, actor, document, work.now_ns)
        kept = {"sha256": document.sha256, "media_type": document.media_type, "name": document.name}
        work.add(Act.ATTACHED, task.place.as_json() | kept)
        return work.state


def skip(bench: Bench, actor: Actor, at: At, reason: str) -> SessionState:
    """Leave out a step that the method lets go, with the reason.

    Raises:
        StepRefusedError: the method does not.
    """
    with at_work(bench, actor, at.session) as work:
        task = current(work, at, "attach", "start-timer", "capture", "confirm", "enter")
        if not may_skip(task.step):
            raise refuse([remark("not-skippable", step=task.step.id)])
        work.add(Act.SKIPPED, task.place.as_json() | {"reason": sound_text(reason)})
        return work.state


def may_skip(step: PlainStep) -> bool:
    """Whether a step may be left out: a picture that is not required, and what the method only warns of."""
    if isinstance(step, Picture):
        return not step.required
    return isinstance(step, Timer | Hold | Environment) and step.outside == "warn"


def strike(bench: Bench, actor: Actor, session: str, n: int, reason: str) -> SessionState:
    """Strike out what event ``n`` did: it stays in the record and does not count any more.

    Raises:
        BenchError: there is no such event, it cannot be struck out, or was already.
    """
    with at_work(bench, actor, session) as work:
        state = work.state
        demand_stage(state, Stage.RUNNING, Stage.FINISHED)
        event = next((one for one in state.events if one.n == n), None)
        if event is None or event.act not in STRIKEABLE:
            raise BenchError(
                N_("Event {n} of {session} is nothing that can be struck out."), n=n, session=session
            )
        if any(one.act is Act.STRUCK and one.number("n") == n for one in state.events):
            raise BenchError(N_("Event {n} of {session} is struck out already."), n=n, session=session)
        work.add(Act.STRUCK, {"n": n, "reason": sound_text(reason)})
        return work.state


def add_portion(bench: Bench, actor: Actor, session: str) -> SessionState:
    """One more determination.

    Raises:
        StepRefusedError: the method takes no more.
    """
    with at_work(bench, actor, session) as work:
        state = work.state
        demand_stage(state, Stage.RUNNING, Stage.FINISHED)
        maximum = work.method.procedure.determinations.maximum
        if len(state.portions) >= maximum:
            raise refuse([remark("portions-many", maximum=maximum)])
        started = [one.number("portions") for one in state.events if one.act is Act.STARTED]
        added = [one.number("portion") for one in state.events if one.act is Act.PORTION_ADDED]
        work.add(Act.PORTION_ADDED, {"portion": max(started + added) + 1})
        return work.state


def abandon_portion(bench: Bench, actor: Actor, session: str, portion: int, reason: str) -> SessionState:
    """Give a determination up: it stays in the record, and its results do not count.

    Raises:
        StepRefusedError: there is no such portion.
    """
    with at_work(bench, actor, session) as work:
        demand_stage(work.state, Stage.RUNNING, Stage.FINISHED)
        if portion not in work.state.portions:
            raise refuse([remark("no-such-portion", portion=portion)])
        work.add(Act.PORTION_ABANDONED, {"portion": portion, "reason": sound_text(reason)})
        return work.state


def note(bench: Bench, actor: Actor, session: str, text: str) -> SessionState:
    """Write something down about the session; it changes nothing."""
    with at_work(bench, actor, session) as work:
        work.add(Act.NOTED, {"text": sound_text(text)})
        return work.state


def subject_of(place: Place) -> str:
    """Under which name two people allow something at a place."""
    return f"{place.step}/{place.portion}"


def _time_objections(step: PlainStep, timer: TimerView) -> list[Objection]:
    if not isinstance(step, Timer | Hold):
        return []
    found = []
    elapsed = span_text(timer.elapsed_ns)
    if timer.remaining_ns:
        words = remark("too-short", elapsed=elapsed, minimum=span_text(timer.minimum_ns or 0))
        found.append(Objection(words, step.outside, words.code, subject_of(timer.place)))
    if timer.is_over:
        words = remark("too-long", elapsed=elapsed, maximum=span_text(timer.maximum_ns or 0))
        found.append(Objection(words, step.outside, words.code, subject_of(timer.place)))
    return found


def _number(text: str) -> Decimal:
    """A number as it was typed: other spellings, such as 1_0 or 2,45, are not guessed at."""
    if not _NUMBER.fullmatch(text.strip()):
        raise BenchError(
            N_("{text} is no number; write it with a point, such as 2.45."), text=repr(text.strip())
        )
    return Decimal(text.strip())
