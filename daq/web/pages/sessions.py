"""All sessions: the rack of running ones with their times, what waits for somebody, and what is done."""

from collections.abc import Iterator

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.lab.session_events import SessionHeader, Stage
from daq.lab.session_list import OpenSession, SessionList, list_sessions
from daq.lab.session_records import BENCH_ROLES
from daq.web.desk import Desk
from daq.web.forms import Cell, table
from daq.web.frame import Frame, box
from daq.web.session_words import remark_text, stage_text, timer_text
from daq.web.visit import Visit, opened

PERIOD_S = 1.0


def register(desk: Desk) -> None:
    """``/sessions``, and ``/wall`` for a screen that everybody sees."""

    @ui.page("/sessions")
    def page(request: Request) -> Response | None:
        return opened(desk, request, sessions_page)

    @ui.page("/wall")
    def wall(request: Request) -> Response | None:
        return opened(desk, request, wall_page, anybody=True)


def sessions_page(here: Visit) -> None:
    """Build the page and keep its times running."""
    say = here.words.say
    frame = Frame(here, say("Sessions"), "sessions")
    with frame.main():
        with box("heading"):
            ui.label(say("Sessions")).classes("big")
            if here.has(*BENCH_ROLES):
                ui.link(f"+ {say('Start a session')}", "/session-new")
            ui.link(say("Samples"), "/samples")
            ui.link(say("Methods"), "/methods")
            ui.link(say("Reports"), "/reports")
            ui.link(say("Wall view"), "/wall")
        body = box("sessions")
    rack = Rack(here, body)
    ui.timer(PERIOD_S, lambda: frame.show(here.view()))
    ui.timer(PERIOD_S, rack.show)


def wall_page(here: Visit) -> None:
    """The running sessions alone, large."""
    frame = Frame(here, here.words.say("Wall view"), "sessions")
    with frame.main():
        body = box("sessions wall")
    rack = Rack(here, body, everything=False)
    ui.timer(PERIOD_S, lambda: frame.show(here.view()))
    ui.timer(PERIOD_S, rack.show)


class Rack:
    """Cards of running sessions, and tables of the others; drawn again when something changed."""

    def __init__(self, here: Visit, body: ui.element, *, everything: bool = True) -> None:
        """Draw it into ``body``; without ``everything`` only what runs."""
        self._here = here
        self._body = body
        self._everything = everything
        self._shape: object = None
        self._times: dict[tuple[str, int], ui.label] = {}
        self.show()

    def show(self) -> None:
        """Bring it up to date."""
        found = list_sessions(self._here.desk.bench)
        shape = [(one.state.header.id, len(one.state.events)) for one in found.open]
        if (shape, len(found.ended)) != self._shape:
            self._shape = (shape, len(found.ended))
            self._build(found)
        for one in found.open:
            for timer in one.state.timers:
                label = self._times.get((one.state.header.id, timer.place.portion))
                if label is not None:
                    label.text = timer_text(timer, self._here.words)

    def _build(self, found: SessionList) -> None:
        say = self._here.words.say
        self._body.clear()
        self._times.clear()
        running = [one for one in found.open if one.state.stage is Stage.RUNNING]
        with self._body:
            if not running:
                ui.label(say("No session is running.")).classes("detail")
            with box("cards"):
                for one in running:
                    self._card(one)
            if self._everything:
                self._tables(found)

    def _card(self, one: OpenSession) -> None:
        words, state, procedure = self._here.words, one.state, one.method.procedure
        with box("card", "a").props(f'href="/session/{state.header.id}"'):
            if self._here.desk.bench.rules.simulated:
                with box("hatch"):
                    ui.label(words.say("SIMULATED"))
            with box("inside"):
                with box("head"):
                    ui.label(state.header.sample or state.header.id).classes("name")
                    ui.label(words.either(procedure.title_zh, procedure.title_en)).classes("title")
                    ui.label(state.header.account).classes("room")
                if state.comments:
                    ui.label(f"↩ {state.comments}").classes("refusal")
                for line in self._lines(one):
                    with box("rack-line"):
                        portion, text = line
                        ui.label(str(portion) if portion else "·").classes("portion")
                        ui.label(text).classes("grow")
                        timer = next((each for each in state.timers if each.place.portion == portion), None)
                        if timer is not None:
                            label = ui.label(timer_text(timer, words)).classes("nums left")
                            self._times[state.header.id, portion] = label

    def _lines(self, one: OpenSession) -> Iterator[tuple[int, str]]:
        words = self._here.words
        for position in one.state.positions:
            task = one.state.task(position.portion)
            if task is not None:
                yield position.portion, words.either(task.step.title_zh, task.step.title_en)
            elif position.waits is not None and position.portion:
                yield position.portion, remark_text(position.waits, words)
        if one.state.is_through:
            yield 0, words.say("every step is done: compute the result")

    def _tables(self, found: SessionList) -> None:
        words, say = self._here.words, self._here.words.say
        waiting = [one for one in found.open if one.state.stage is not Stage.RUNNING]
        for title, rows in (
            (
                say("Waiting for a signature"),
                [self._row(one.state.header, one.state.stage) for one in waiting],
            ),
            (say("Done"), [self._row(one.header, one.stage) for one in found.ended]),
        ):
            with box("panel"):
                ui.label(title).classes("caption")
                headings = ("#", say("Sample"), say("Method"), say("begun"), say("Who"), say("State"))
                table(headings, rows, words.say("None."))

    def _row(self, header: SessionHeader, stage: Stage) -> tuple[Cell, ...]:
        words = self._here.words
        return (
            (header.id, f"/session/{header.id}"),
            header.sample or "",
            header.method,
            words.time(header.t_ns),
            header.account,
            stage_text(stage, words),
        )
