"""What a session has in hand, on its page: sample, captures that stand or are struck, how to strike one."""

from collections.abc import Awaitable, Callable, Iterator

from nicegui import run, ui

from daq.i18n.figures import with_unit
from daq.lab.evidence import Capture
from daq.lab.methods import Method
from daq.lab.samples import Sample
from daq.lab.session_events import Act, SessionEvent, Stage
from daq.lab.session_records import Loaded
from daq.lab.session_state import SessionState
from daq.lab.session_steps import STRIKEABLE, strike
from daq.web.digits import expanded
from daq.web.forms import Question, ask, said
from daq.web.frame import box
from daq.web.session_words import remark_text, step_title
from daq.web.visit import Visit
from daq.web.words import Words

Changed = Callable[[SessionState], None]


def sample_panel(sample: Sample | None, words: Words) -> None:
    """Whose sample it is, and how it came."""
    if sample is None:
        return
    about = sample.about
    ui.label(words.say("Sample")).classes("caption")
    with box("identity"):
        rows = (
            (words.say("Number"), sample.number),
            (words.say("Product"), words.either(about.product_zh, about.product_en)),
            (words.say("Lot"), about.lot),
            (words.say("Client"), about.client),
            (words.say("Place of origin"), about.origin),
            (words.say("Condition on arrival"), about.condition),
        )
        for label, text in rows:
            if text:
                ui.label(label).classes("key")
                ui.label(text).classes("value")


def record_panel(here: Visit, loaded: Loaded, state: SessionState, changed: Changed) -> None:
    """Everything that was done, the newest first; what can be struck out has a button for it."""
    words = here.words
    ui.label(words.say("In hand")).classes("caption")
    taken: dict[int, list[Capture]] = {}
    for n, one in loaded.captures:
        taken.setdefault(n, []).append(one)
    struck = {event.number("n"): event.text("reason") for event in state.events if event.act is Act.STRUCK}
    running = state.stage in (Stage.RUNNING, Stage.FINISHED)
    with box("inhand"):
        for event in reversed(state.events):
            if event.act not in STRIKEABLE:
                continue
            with box("did struck" if event.n in struck else "did"):
                title = step_title(loaded.method.procedure, event.place.step, words)
                portion = f" · {event.place.portion}" if event.place.portion else ""
                ui.label(f"{title}{portion}").classes("name")
                for text in _what(event, taken.get(event.n, []), loaded.method, words):
                    ui.label(text).classes("nums")
                ui.label(f"{words.time(event.t_ns)} · {event.account}").classes("when")
                if event.n in struck:
                    ui.label(words.say("struck: {reason}", reason=struck[event.n])).classes("refusal")
                elif running:
                    ui.button("✕", on_click=_striking(here, state, event, changed)).props(
                        f'flat dense size=sm aria-label="{words.say("Strike out")}"'
                    )


def _what(event: SessionEvent, captures: list[Capture], method: Method, words: Words) -> Iterator[str]:
    """What an event brought, in a line each."""
    for one in captures:
        into = f"{one.into} = " if one.into else ""
        u = f"  u = {expanded(one.u)}" if one.u is not None else ""
        yield f"{into}{with_unit(one.raw_text, one.unit)}{u}"
    if event.act is Act.ENTERED:
        unit = next(one.unit for one in method.procedure.inputs if one.name == event.text("into"))
        yield f"{event.text('into')} = {with_unit(event.text('value'), unit)}"
    elif event.act is Act.SKIPPED:
        yield words.say("skipped: {reason}", reason=event.text("reason"))
    elif event.act is Act.TIMER_STARTED:
        yield words.say("started")
    elif event.act is Act.TIMER_STOPPED:
        yield words.say("stopped")


def _striking(
    here: Visit, state: SessionState, event: SessionEvent, changed: Changed
) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say, bench = here.words.say, here.desk.bench
        text = say("It stays in the record with your reason, and does not count any more.")
        answer = await ask(here, Question(say("Strike out"), text, fields=(say("Reason"),), grave=True))
        if answer is None:
            return
        with said(here):
            found = await run.io_bound(strike, bench, here.actor(), state.header.id, event.n, answer.texts[0])
            if found is not None:
                changed(found)

    return go


def deviations_panel(state: SessionState, words: Words) -> None:
    """What went otherwise than the method says, and was accepted."""
    if not state.deviations:
        return
    ui.label(words.say("Deviations")).classes("caption")
    for one in state.deviations:
        ui.label(f"▲ {remark_text(one.remark, words)}").classes("caution")
