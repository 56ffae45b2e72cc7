"""What a session has in hand: sample, instruments, what was done and how to strike it, deviations."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

from nicegui import run, ui

from daq.i18n.figures import with_unit
from daq.lab.methods.file import Procedure
from daq.lab.methods.loading import Method
from daq.lab.sessions.events import Act, SessionEvent, Stage
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.records import BENCH_ROLES, Loaded
from daq.lab.sessions.samples import Sample
from daq.lab.sessions.state import SessionState
from daq.lab.sessions.steps import STRIKEABLE, strike
from daq.web.digits import expanded
from daq.web.forms import Question, ask, said
from daq.web.frame import box
from daq.web.sessions.evidence import open_evidence
from daq.web.sessions.words import remark_text, role_title, step_title
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
        ui.label(words.say("Number")).classes("key")
        ui.link(sample.number, f"/sample/{sample.number}").classes("value")
        rows = (
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


def instruments_panel(state: SessionState, procedure: Procedure, words: Words) -> None:
    """What serves in which role."""
    ui.label(words.say("Instruments")).classes("caption")
    for (role, portion), name in sorted(state.roles.items()):
        with box("role-line"):
            ui.link(name, f"/equipment/{name.partition('/')[0]}")
            of = f" · {portion}" if portion else ""
            ui.label(f"{role_title(procedure, role, words)}{of}").classes("detail")


class RecordPanel:
    """Everything that was done, the newest first; what can be struck out has a button for it."""

    def __init__(self, here: Visit, loaded: Loaded, state: SessionState, changed: Changed) -> None:
        self._here = here
        self._method = loaded.method
        self._state = state
        self._changed = changed
        self._names = here.names()
        self._captures: dict[int, list[Capture]] = {}
        for one in state.captures:
            self._captures.setdefault(state.numbers[one.id], []).append(one)

    def build(self) -> None:
        """Build it."""
        words, state = self._here.words, self._state
        ui.label(words.say("In hand")).classes("caption")
        struck = {one.number("n"): one.text("reason") for one in state.events if one.act is Act.STRUCK}
        may = state.stage in (Stage.RUNNING, Stage.FINISHED) and self._here.has(*BENCH_ROLES)
        with box("inhand"):
            for event in reversed(state.events):
                if event.act in STRIKEABLE:
                    self._did(event, struck, may=may)
                elif event.act is Act.NOTED:
                    self._note(event)

    def _note(self, event: SessionEvent) -> None:
        with box("did"):
            ui.label(f"✎ {event.text('text')}").classes("name")
            ui.label(self._when(event)).classes("when")

    def _did(self, event: SessionEvent, struck: Mapping[int, str], *, may: bool) -> None:
        words = self._here.words
        with box("did struck" if event.n in struck else "did"):
            title = step_title(self._method.procedure, event.place.step, words)
            portion = f" · {event.place.portion}" if event.place.portion else ""
            ui.label(f"{title}{portion}").classes("name")
            for one in self._captures.get(event.n, ()):
                ui.button(_captured(one), on_click=self._opening(one)).props("flat dense no-caps align=left")
            for text in _what(event, self._method, words):
                ui.label(text).classes("nums")
            ui.label(self._when(event)).classes("when")
            if event.n in struck:
                ui.label(words.say("struck: {reason}", reason=struck[event.n])).classes("refusal")
            elif may:
                button = ui.button("✕", on_click=self._striking(event))
                button.props(f'flat dense size=sm aria-label="{words.say("Strike out")}"').classes("strike")

    def _when(self, event: SessionEvent) -> str:
        name = self._names.get(event.account, event.account)
        return f"{self._here.words.time(event.t_ns)} · {name}"

    def _opening(self, capture: Capture) -> Callable[[], None]:
        return lambda: open_evidence(self._here, self._method, self._state, capture)

    def _striking(self, event: SessionEvent) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            here, say = self._here, self._here.words.say
            text = say("It stays in the record with your reason, and does not count any more.")
            answer = await ask(here, Question(say("Strike out"), text, fields=(say("Reason"),), grave=True))
            if answer is None:
                return
            with said(here):
                actor, number = here.actor(), self._state.header.id
                found = await run.io_bound(strike, here.desk.bench, actor, number, event.n, answer.texts[0])
                if found is not None:
                    self._changed(found)

        return go


def _captured(one: Capture) -> str:
    into = f"{one.into} = " if one.into else ""
    u = f" · u = {with_unit(expanded(one.u), one.value_unit)}" if one.u is not None else ""
    return f"{into}{with_unit(one.raw_text, one.unit)}{u}"


def _what(event: SessionEvent, method: Method, words: Words) -> Iterator[str]:
    """What an event brought besides captures, in a line each."""
    if event.act is Act.ENTERED:
        unit = next(one.unit for one in method.procedure.inputs if one.name == event.text("into"))
        yield f"{event.text('into')} = {with_unit(event.text('value'), unit)}"
    elif event.act is Act.SKIPPED:
        yield words.say("skipped: {reason}", reason=event.text("reason"))
    elif event.act is Act.TIMER_STARTED:
        yield words.say("started")
    elif event.act is Act.TIMER_STOPPED:
        yield words.say("stopped")


def loops_panel(state: SessionState, procedure: Procedure, words: Words) -> None:
    """Why the loop of each determination goes on, or has ended."""
    if not state.loops:
        return
    ui.label(words.say("Constant mass")).classes("caption deviations")
    for view in state.loops:
        if view.why is not None:
            mark = f"{view.portion} · " if view.portion else ""
            ui.label(f"{mark}{remark_text(view.why, words, procedure)}").classes("loop")


def deviations_panel(state: SessionState, procedure: Procedure, words: Words) -> None:
    """What went otherwise than the method says, and was accepted; the same twice is said once."""
    if not state.deviations:
        return
    ui.label(words.say("Deviations")).classes("caption deviations")
    times: dict[str, int] = {}
    for one in state.deviations:
        text = remark_text(one.remark, words, procedure)
        times[text] = times.get(text, 0) + 1
    for text, count in times.items():
        ui.label(f"▲ {text}" + (f"  × {count}" if count > 1 else "")).classes("caution")
