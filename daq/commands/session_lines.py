"""A session as a person reads it at the console."""

from collections.abc import Iterator
from decimal import Decimal

from calibration.rounding import plain, round_to_digits
from daq.i18n.figures import with_unit
from daq.lab.sessions.events import Act, Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.state import SessionState, why_of
from daq.lab.sessions.timers import span_text

K_DIGITS = 3


def status_lines(state: SessionState) -> Iterator[str]:
    """What it is, what every portion has to do and why, what it has."""
    header = state.header
    words = (header.id, state.stage.value, header.method, header.sample or "")
    yield "  ".join(word for word in words if word) + ("  DRAFT" if state.draft else "")
    if state.comments:
        yield f"  returned: {state.comments}"
    yield from _portions(state)
    for timer in state.timers:
        left = "as you decide" if timer.remaining_ns is None else f"{span_text(timer.remaining_ns)} left"
        yield f"  runs: {_place(timer.place)}, {span_text(timer.elapsed_ns)}, {left}"
    for capture in state.captures:
        yield f"  event {state.numbers[capture.id]}: {capture_line(capture)}"
    for event in state.events:
        if event.act is Act.ENTERED:
            into, value, reason = (event.text(key) for key in ("into", "value", "reason"))
            yield f"  event {event.n}: {_place(event.place)}  {into} = {value} ({reason})"
        elif event.act is Act.STRUCK:
            yield f"  event {event.n}: event {event.number('n')} STRUCK: {event.text('reason')}"
    for one in state.deviations:
        yield f"  ! {one.remark.sentence}"
    for signed in (state.signed, state.reviewed):
        if signed is not None:
            yield f"  {signed.meaning}: {signed.account} ({signed.role})"


def capture_line(one: Capture) -> str:
    """One capture."""
    value = "" if one.value is None else f"  corrected {one.value:.6g} {one.value_unit}, u {one.u:.2g}"
    struck = f"  STRUCK: {one.struck}" if one.struck else ""
    place = _place(Place(one.step, one.portion, one.turn))
    return f"{place}  {one.instrument} {one.raw_text} {one.unit}{value}{struck}"


def result_line(one: KeptResult) -> str:
    """One result as it is reported, with U, k and the verdict."""
    body = one.body
    name = f"{body['formula']} {body['portion']}" if body["portion"] else body["formula"]
    uncertainty = ""
    if body["reported_U"]:
        k = plain(round_to_digits(Decimal(body["k"]), K_DIGITS))
        uncertainty = f" ± {body['reported_U']} (k = {k})"
    verdict = f"  {body['verdicts'][0]['decision']}" if body["verdicts"] else ""
    return f"{name} = {with_unit(body['reported'] + uncertainty, body['unit'])}{verdict}"


def _portions(state: SessionState) -> Iterator[str]:
    for position in state.positions:
        name = f"portion {position.portion}" if position.portion else "session"
        why = why_of(state, position.portion)
        task = state.task(position.portion)
        if task is not None:
            of = f" ({task.place.turn} of {task.of})" if task.of > 1 else ""
            yield f"  {name}: {task.action} {task.step.id}{of} — {task.step.title_en}"
        elif position.portion or position.waits is not None:
            yield f"  {name}: {'through' if position.is_through else 'waits'}"
        if why is not None:
            yield f"    {why.sentence}"


def _place(place: Place) -> str:
    return f"{place.step} {place.portion}" + (f".{place.turn}" if place.turn > 1 else "")
