"""Where a number comes from: the reading behind it with its bytes, its instrument and its certificate."""

from collections.abc import Iterator

from nicegui import ui

from daq.i18n import N_
from daq.i18n.figures import frame_text, with_unit
from daq.lab.methods.loading import Method
from daq.lab.sessions.events import SessionEvent
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.room import UNITS
from daq.lab.sessions.state import SessionState
from daq.web.digits import expanded, figure
from daq.web.frame import box
from daq.web.sessions.words import step_title
from daq.web.visit import Visit
from daq.web.words import Words

WAYS = {
    "button": N_("button"),
    "pedal": N_("pedal"),
    "print-key": N_("print key"),
    "stability": N_("coming to rest"),
    "console": N_("console"),
}
"""How a capture was asked for."""
FLAG = {"flag": N_("its own flag")}
"""How it was found stable, besides by a rule with its figures."""


def open_evidence(here: Visit, method: Method, state: SessionState, capture: Capture) -> None:
    """Show everything that is kept of a captured reading."""
    say, words = here.words.say, here.words
    with ui.dialog() as dialog, ui.card().classes("ask evidence"):
        title = step_title(method.procedure, capture.step, words)
        ui.label(f"{title} · {capture.portion}" if capture.portion else title).classes("caption")
        ui.label(with_unit(capture.raw_text, capture.unit)).classes("answer")
        if capture.struck:
            ui.label(say("struck: {reason}", reason=capture.struck)).classes("refusal")
        with box("identity"):
            for label, text in _facts(here, state, capture):
                ui.label(label).classes("key")
                ui.label(text).classes("value as-sent")
            ui.label(say("Instrument")).classes("key")
            ui.link(f"{capture.instrument} · {capture.channel}", f"/instrument/{capture.instrument}")
            ui.label(say("Certificate")).classes("key")
            if capture.certificate:
                text = say("{record}, with its chain", record=capture.certificate)
                ui.link(text, f"/certificate/{capture.certificate}")
            else:
                ui.label(say("no certificate"))
        with box("buttons"):
            ui.button(say("Close"), on_click=dialog.close).props("flat no-caps")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _facts(here: Visit, state: SessionState, capture: Capture) -> Iterator[tuple[str, str]]:
    say, words = here.words.say, here.words
    if capture.value is not None:
        unit = capture.value_unit
        u = f" (u = {with_unit(expanded(capture.u), unit)})" if capture.u is not None else ""
        yield say("Corrected"), with_unit(figure(capture.value, 9), unit) + u
    yield say("time"), f"{words.date(capture.t_ns)} {words.precise_time(capture.t_ns)}"
    yield say("Quality"), words.quality(capture.quality)
    event = next((one for one in state.events if one.n == state.numbers.get(capture.id)), None)
    if event is not None:
        how, rest = event.text("by"), event.text("stability")
        name = here.names().get(event.account, event.account)
        parts = (name, words.time(event.t_ns), say(WAYS.get(how, how)) if how else "")
        yield say("captured by"), " · ".join(part for part in parts if part)
        if rest:
            yield say("found stable by"), say(FLAG.get(rest, rest))
        printed = event.body.get("printed")
        if isinstance(printed, dict):
            yield say("Print-out"), with_unit(str(printed["text"]), str(printed["unit"]))
        yield from _room(event, words)
    yield say("Row of the journal"), str(capture.seq)
    yield say("Bytes that were sent"), frame_text(capture.frame) or "—"
    yield say("in hexadecimal"), capture.frame.hex(" ") or "—"


def _room(event: SessionEvent, words: Words) -> Iterator[tuple[str, str]]:
    """What the room was like at that moment, where the method looks at it."""
    room = event.body.get("room")
    if isinstance(room, dict):
        values = (
            f"{words.quantity(key)} {with_unit(str(one['value']), UNITS[key])}"
            for key, one in room.items()
            if isinstance(one, dict) and key in UNITS
        )
        yield words.say("Room"), " · ".join(values)
