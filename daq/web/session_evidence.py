"""Where a number comes from: the reading behind it with its bytes, its instrument and its certificate."""

from collections.abc import Iterator

from nicegui import ui

from daq.i18n.figures import frame_text, with_unit
from daq.lab.evidence import Capture
from daq.lab.methods import Method
from daq.lab.session_state import SessionState
from daq.web.digits import expanded, figure
from daq.web.frame import box
from daq.web.session_words import step_title
from daq.web.visit import Visit


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
                ui.label(text).classes("value")
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
        how = event.text("by")
        yield say("captured by"), f"{event.account} · {words.time(event.t_ns)}" + (f" · {how}" if how else "")
        if event.text("stability"):
            yield say("found stable by"), event.text("stability")
        room = event.body.get("room")
        if isinstance(room, dict):
            values = (f"{words.quantity(key)} {one['value']}" for key, one in room.items())
            yield say("Room"), " · ".join(values)
    yield say("Row of the journal"), str(capture.seq)
    yield say("Bytes that were sent"), frame_text(capture.frame) or "—"
    yield say("in hexadecimal"), capture.frame.hex(" ") or "—"
