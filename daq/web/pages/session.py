"""One session at the bench: the steps, the one thing to do now, and what is in hand."""

from fastapi import Request
from nicegui import events, ui
from starlette.responses import Response

from daq.errors import NoSuchRecordError
from daq.i18n import N_
from daq.lab.methods.steps import RepeatUntil, Step
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.records import count_events
from daq.lab.sessions.records import opened as load_session
from daq.lab.sessions.results import result_versions
from daq.lab.sessions.samples import Sample, find_sample
from daq.lab.sessions.state import SessionState
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.frame import Frame, box, put
from daq.web.report_panel import report_panel
from daq.web.sessions.ears import Ears
from daq.web.sessions.end import EndPanel
from daq.web.sessions.record import (
    RecordPanel,
    deviations_panel,
    instruments_panel,
    loops_panel,
    sample_panel,
)
from daq.web.sessions.results import ResultsPanel
from daq.web.sessions.task import TaskPanel
from daq.web.sessions.words import remark_text, stage_text, timer_text
from daq.web.visit import Visit, opened

LIVE_S = 0.5
STATE_S = 1.0
PEDAL = "F9"


def register(desk: Desk) -> None:
    """``/session/NUMBER``."""

    @ui.page("/session/{number}")
    def page(request: Request, number: str) -> Response | None:
        return opened(desk, request, lambda here: session_page(here, number))


def session_page(here: Visit, number: str) -> None:
    """Build the page and keep it up to date: somebody else may work on the same session."""
    frame = Frame(here, number, "sessions")
    sheet: SessionSheet | None = None
    with frame.main():
        ui.link(f"← {here.words.say('Sessions')}", "/sessions").classes("back")
        try:
            sheet = SessionSheet(here, number)
        except NoSuchRecordError as error:
            ui.label(here.words.error(error)).classes("refusal")

    def refresh() -> None:
        frame.show(here.view())
        if sheet is not None:
            sheet.show()

    ui.timer(LIVE_S, refresh)
    if sheet is not None:
        ui.timer(STATE_S, sheet.look)
        ui.timer(LIVE_S, sheet.hear)
        ui.keyboard(on_key=sheet.key, ignore=["select", "textarea"])


class SessionSheet:
    """The parts of the page; built again when an event was added, by whomever."""

    def __init__(self, here: Visit, number: str) -> None:
        self._here = here
        self._number = number
        asked = here.request.query_params.get("portion", "")
        self._portion = int(asked) if asked.isascii() and asked.isdigit() else None
        self._loaded = load_session(here.desk.bench, number)
        self._state = self._loaded.state(here.desk.clock.now_ns())
        self._panel: TaskPanel | None = None
        self._ears = Ears(here.desk)
        self._root = box("session")
        self._build()

    def look(self) -> None:
        """Look what happened since; timers run on in between."""
        now_ns = self._here.desk.clock.now_ns()
        if count_events(self._here.desk.bench, self._number) != len(self._state.events):
            self._loaded = load_session(self._here.desk.bench, self._number)
            self._state = self._loaded.state(now_ns)
            self._build()
        elif self._state.timers:
            self._state = self._loaded.state(now_ns)
            if self._panel is not None:
                self._panel.renew(self._state)
            self._show_timers()

    async def hear(self) -> None:
        """Let the print key and coming to rest capture, while somebody looks."""
        if self._panel is not None and self._root.client.has_socket_connection:
            await self._panel.hear()

    def show(self) -> None:
        """Bring the live number up to date."""
        if self._panel is not None:
            self._panel.show()

    async def key(self, event: events.KeyEventArguments) -> None:
        """The pedal is a key: it does what the button does."""
        if event.key.name == PEDAL and event.action.keydown and not event.action.repeat and self._panel:
            await self._panel.act("pedal")

    def _changed(self, _state: SessionState) -> None:
        self.look()

    def _build(self) -> None:
        self._root.clear()
        self._panel = None
        self._sample = self._find_sample()
        with self._root:
            self._heading()
            with box("bench"):
                with box("panel steps"):
                    self._steps()
                with box("panel middle"):
                    self._middle()
                with box("panel"):
                    sample_panel(self._sample, self._here.words)
                    instruments_panel(self._state, self._loaded.method.procedure, self._here.words)
                    RecordPanel(self._here, self._loaded, self._state, self._changed).build()

    def _heading(self) -> None:
        words, state, procedure = self._here.words, self._state, self._loaded.method.procedure
        with box("heading"):
            ui.label(words.either(procedure.title_zh, procedure.title_en)).classes("big")
            if self._sample is not None:
                about = self._sample.about
                product = words.either(about.product_zh, about.product_en)
                ui.label(f"{self._sample.number} {product}").classes("of")
            ui.label(stage_text(state.stage, words)).classes(f"state {state.stage}")
            ui.label(state.header.id).classes("room")
        if state.draft:
            ui.label(f"▲ {words.say('Trial by a draft of the method: it cannot be signed.')}").classes(
                "caution"
            )
        if state.comments:
            back = next(one for one in reversed(state.events) if one.act in (Act.RETURNED, Act.AMENDED))
            message = N_("Amended: {comments}") if back.act is Act.AMENDED else N_("Returned: {comments}")
            ui.label(f"↩ {words.say(message, comments=state.comments)}").classes("refusal")

    def _find_sample(self) -> Sample | None:
        number = self._state.header.sample
        if number is None:
            return None
        with reading(self._here.desk.engine) as connection:
            return find_sample(connection, number)

    def _chosen(self) -> int:
        """The portion that is looked at: the one asked for, or the first that has something to do."""
        able = [task.place.portion for task in self._state.tasks]
        if self._portion in able:
            return self._portion or 0
        return able[0] if able else 0

    def _steps(self) -> None:
        words, state = self._here.words, self._state
        chosen = self._chosen()
        for step in self._loaded.method.procedure.steps:
            marks = "".join(self._mark(step, portion) for portion in self._concerned(step))
            here = any(self._is_at(step, portion) for portion in self._concerned(step))
            with box("step here" if here else "step"):
                ui.label(words.either(step.title_zh, step.title_en))
                ui.label(marks).classes("mark")
        if state.portions:
            ui.label(words.say("Determinations")).classes("caption")
            with box("tabs"):
                for portion in state.portions:
                    link = self._link(str(portion), portion)
                    link.classes("chosen" if portion == chosen else "")
            EndPanel(self._here, self._loaded, state, self._changed).portions(chosen)
        self._times = {timer.place.portion: ui.label().classes("nums") for timer in state.timers}
        self._show_timers()

    def _show_timers(self) -> None:
        """The running times of all determinations."""
        for timer in self._state.timers:
            label = self._times.get(timer.place.portion)
            if label is not None:
                text = timer_text(timer, self._here.words)
                put(label, f"{timer.place.portion} · {text}" if timer.place.portion else text)

    def _link(self, text: str, portion: int) -> ui.link:
        """To another determination, without loading the page again."""
        link = ui.link(text, f"/session/{self._number}?portion={portion}")
        link.on("click.prevent", lambda: self._choose(portion))
        return link

    def _choose(self, portion: int) -> None:
        self._portion = portion
        self._ears.turn()
        self._build()

    def _concerned(self, step: Step) -> tuple[int, ...]:
        return self._state.portions if step.scope == "portion" else (0,)

    def _is_at(self, step: Step, portion: int) -> bool:
        ids = {step.id} | ({one.id for one in step.steps} if isinstance(step, RepeatUntil) else set())
        task = self._state.task(portion)
        return task is not None and task.place.step in ids

    def _mark(self, step: Step, portion: int) -> str:
        if self._is_at(step, portion):
            return "◀"
        steps = [one.id for one in self._loaded.method.procedure.steps]
        position = next(one for one in self._state.positions if one.portion == portion)
        if position.is_through:
            return "✓"
        at = next(
            (i for i, one in enumerate(self._loaded.method.procedure.steps) if self._is_at(one, portion)), -1
        )
        return "✓" if steps.index(step.id) < at else "·"

    def _middle(self) -> None:
        state, words = self._state, self._here.words
        if state.tasks:
            portion = self._chosen()
            self._panel = TaskPanel(self._here, self._loaded.method, state, portion, self._ears)
            self._panel.changed = self._changed
            others = [one for one in state.tasks if one.place.portion != portion]
            for one in others:
                title = words.either(one.step.title_zh, one.step.title_en)
                name = words.say("portion {number}", number=one.place.portion)
                self._link(f"{name}: {title}", one.place.portion).classes("other")
        else:
            for position in state.positions:
                if position.waits is not None:
                    procedure = self._loaded.method.procedure
                    ui.label(remark_text(position.waits, words, procedure)).classes("refusal")
        if state.stage is not Stage.RUNNING:
            with reading(self._here.desk.engine) as connection:
                versions = result_versions(connection, self._number)
            ResultsPanel(self._here, self._loaded.method, state).build(versions)
        EndPanel(self._here, self._loaded, state, self._changed).build()
        loops_panel(state, self._loaded.method.procedure, words)
        deviations_panel(state, self._loaded.method.procedure, words)
        report_panel(self._here, state)
