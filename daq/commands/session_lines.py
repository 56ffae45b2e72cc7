"""A session as a person reads it at the console.

Actions and ids of steps stand as they are typed.
"""

from collections.abc import Iterator
from decimal import Decimal

from calibration.rounding import plain, round_to_digits
from daq.commands.speech import say, speech, word
from daq.commands.words import words
from daq.i18n import N_
from daq.i18n.figures import with_unit
from daq.lab.role_words import ROLES
from daq.lab.sessions.events import Act, Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.signing import PERFORMED, REVIEWED
from daq.lab.sessions.stage_words import STAGES
from daq.lab.sessions.state import SessionState, why_of
from daq.lab.sessions.timers import span_text
from daq.web.sessions.words import VERDICTS, remark_text

K_DIGITS = 3
MEANINGS = {PERFORMED: N_("performed"), REVIEWED: N_("reviewed")}
"""What signatures under a session mean."""


def status_lines(state: SessionState) -> Iterator[str]:
    """What it is, what every portion has to do and why, what it has."""
    header = state.header
    stage = word(state.stage.value, STAGES)
    draft = say("DRAFT") if state.draft else ""
    facts = (header.id, stage, header.method, header.sample or "", draft)
    yield "  ".join(fact for fact in facts if fact)
    if state.comments:
        yield "  " + say("returned: {comments}", comments=state.comments)
    yield from _portions(state)
    for timer in state.timers:
        left = say("as you decide")
        if timer.remaining_ns is not None:
            left = say("{span} left", span=span_text(timer.remaining_ns))
        elapsed = span_text(timer.elapsed_ns)
        yield "  " + say(
            "runs: {place}, {elapsed}, {left}", place=_place(timer.place), elapsed=elapsed, left=left
        )
    yield from _events(state)
    for one in state.deviations:
        yield f"  ! {remark_text(one.remark, words())}"
    for signed in (state.signed, state.reviewed):
        if signed is not None:
            meaning = word(signed.meaning, MEANINGS)
            yield f"  {meaning}: {signed.account} ({word(signed.role, ROLES)})"


def _events(state: SessionState) -> Iterator[str]:
    for capture in state.captures:
        yield "  " + _event(state.numbers[capture.id], capture_line(capture))
    for event in state.events:
        if event.act is Act.ENTERED:
            into, value, reason = (event.text(key) for key in ("into", "value", "reason"))
            yield "  " + _event(event.n, f"{_place(event.place)}  {into} = {value} ({reason})")
        elif event.act is Act.STRUCK:
            struck = say(
                "event {number} STRUCK: {reason}", number=event.number("n"), reason=event.text("reason")
            )
            yield "  " + _event(event.n, struck)


def _event(number: int, what: str) -> str:
    return say("event {number}: {what}", number=number, what=what)


def capture_line(one: Capture) -> str:
    """One capture."""
    place = _place(Place(one.step, one.portion, one.turn))
    line = f"{place}  {one.instrument} {one.raw_text} {one.unit}"
    if one.value is not None:
        line += "  " + say(
            "corrected {value}, u {u}", value=f"{one.value:.6g} {one.value_unit}", u=f"{one.u:.2g}"
        )
    if one.struck:
        line += "  " + say("STRUCK: {reason}", reason=one.struck)
    return line


def result_line(one: KeptResult) -> str:
    """One result as it is reported, with U, k and the verdict."""
    body = one.body
    name = f"{body['formula']} {body['portion']}" if body["portion"] else body["formula"]
    uncertainty = ""
    if body["reported_U"]:
        k = plain(round_to_digits(Decimal(body["k"]), K_DIGITS))
        uncertainty = f" ± {body['reported_U']} (k = {k})"
    verdict = f"  {word(body['verdicts'][0]['decision'], VERDICTS)}" if body["verdicts"] else ""
    return f"{name} = {with_unit(body['reported'] + uncertainty, body['unit'])}{verdict}"


def _portions(state: SessionState) -> Iterator[str]:
    for position in state.positions:
        name = say("portion {number}", number=position.portion) if position.portion else say("session")
        why = why_of(state, position.portion)
        task = state.task(position.portion)
        if task is not None:
            turn = f" ({task.place.turn}/{task.of})" if task.of > 1 else ""
            title = speech().either(task.step.title_zh, task.step.title_en)
            yield f"  {name}: {task.action} {task.step.id}{turn} — {title}"
        elif position.portion or position.waits is not None:
            yield f"  {name}: {say('through') if position.is_through else say('waits')}"
        if why is not None:
            yield f"    {remark_text(why, words())}"


def _place(place: Place) -> str:
    return f"{place.step} {place.portion}" + (f".{place.turn}" if place.turn > 1 else "")
