"""All sessions: the rack of running ones with their times, what waits for somebody, and what is done."""

from collections.abc import Iterator
from dataclasses import replace

from fastapi import Request
from nicegui import ui
from sqlalchemy import Connection
from starlette.responses import Response

from daq.lab.methods.records import recorded_method
from daq.lab.sessions.events import SessionHeader, Stage
from daq.lab.sessions.list import OpenSession, SessionList, list_sessions
from daq.lab.sessions.records import BENCH_ROLES, count_events
from daq.lab.sessions.results import kept_results
from daq.lab.sessions.samples import samples
from daq.lab.sessions.timers import TimerView
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import Cell, table
from daq.web.frame import Frame, box, put
from daq.web.sessions.results import result_text
from daq.web.sessions.words import remark_text, stage_text, timer_text
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
    """Cards of running sessions, and tables of the others; drawn again when something happened."""

    def __init__(self, here: Visit, body: ui.element, *, everything: bool = True) -> None:
        """Draw it into ``body``; without ``everything`` only what runs."""
        self._here = here
        self._body = body
        self._everything = everything
        self._events = -1
        self._times: list[tuple[ui.label, TimerView]] = []
        self.show()

    def show(self) -> None:
        """Bring it up to date."""
        events = count_events(self._here.desk.bench)
        if events != self._events:
            self._events = events
            self._build(list_sessions(self._here.desk.bench))
        now_ns = self._here.desk.clock.now_ns()
        for label, timer in self._times:
            timer = replace(timer, elapsed_ns=max(0, now_ns - timer.started_ns))
            put(label, timer_text(timer, self._here.words))
            label.classes(replace=f"nums left {'over' if timer.is_over else ''}".strip())

    def _build(self, found: SessionList) -> None:
        say = self._here.words.say
        self._body.clear()
        self._times.clear()
        running = [one for one in found.open if one.state.stage is Stage.RUNNING]
        with reading(self._here.desk.engine) as connection, self._body:
            self._products = {one.number: one.about for one in samples(connection)}
            self._names = self._here.names()
            if not running:
                ui.label(say("No session is running.")).classes("detail")
            with box("cards"):
                for one in running:
                    self._card(connection, one)
            if self._everything:
                self._tables(connection, found)

    def _product(self, number: str | None) -> str:
        about = self._products.get(number or "")
        return self._here.words.either(about.product_zh, about.product_en) if about else ""

    def _card(self, connection: Connection, one: OpenSession) -> None:
        words, state, procedure = self._here.words, one.state, one.method.procedure
        title = words.either(procedure.title_zh, procedure.title_en)
        with box("card", "a").props(f'href="/session/{state.header.id}"'):
            if self._here.desk.bench.rules.simulated:
                with box("hatch"):
                    ui.label(words.say("SIMULATED"))
            with box("inside"):
                with box("head"):
                    ui.label(state.header.sample or state.header.id).classes("name")
                    ui.label(self._product(state.header.sample)).classes("title")
                    ui.label(self._names.get(state.header.account, state.header.account)).classes("room")
                number = f" · {state.header.id}" if state.header.sample else ""
                ui.label(f"{title}{number}").classes("detail")
                if state.comments:
                    ui.label(f"↩ {state.comments}").classes("refusal")
                    for kept in kept_results(connection, state.header.id):
                        result = result_text(kept.body, words)
                        ui.label(words.say("before: {result}", result=result)).classes("detail")
                for portion, text in self._lines(one):
                    self._line(one, portion, text)

    def _line(self, one: OpenSession, portion: int, text: str) -> None:
        with box("rack-line"):
            ui.label(str(portion) if portion else "·").classes("portion")
            ui.label(text).classes("step-name")
            timer = next((each for each in one.state.timers if each.place.portion == portion), None)
            if timer is not None:
                self._times.append((ui.label().classes("nums left"), timer))

    def _lines(self, one: OpenSession) -> Iterator[tuple[int, str]]:
        words = self._here.words
        for position in one.state.positions:
            task = one.state.task(position.portion)
            if task is not None:
                yield position.portion, words.either(task.step.title_zh, task.step.title_en)
            elif position.waits is not None and position.portion:
                yield position.portion, remark_text(position.waits, words, one.method.procedure)
        if one.state.is_through:
            yield 0, words.say("every step is done: compute the result")

    def _tables(self, connection: Connection, found: SessionList) -> None:
        say = self._here.words.say
        waiting = [one for one in found.open if one.state.stage is not Stage.RUNNING]
        for title, sessions in (
            (say("Waiting for a signature"), [(one.state.header, one.state.stage) for one in waiting]),
            (say("Done"), [(one.header, one.stage) for one in found.ended]),
        ):
            with box("panel"):
                ui.label(title).classes("caption")
                headings = ("#", say("Sample"), say("Product"), say("Method"), say("begun"), say("Who"))
                rows = [self._row(connection, *one) for one in sessions]
                table((*headings, say("Result"), say("State")), rows, say("None."))

    def _row(self, connection: Connection, header: SessionHeader, stage: Stage) -> tuple[Cell, ...]:
        words = self._here.words
        procedure = recorded_method(connection, header.method, header.method_version).procedure
        results = kept_results(connection, header.id)
        return (
            (header.id, f"/session/{header.id}"),
            (header.sample, f"/sample/{header.sample}") if header.sample else "",
            self._product(header.sample),
            words.either(procedure.title_zh, procedure.title_en),
            words.time(header.t_ns),
            self._names.get(header.account, header.account),
            result_text(results[-1].body, words) if results else "",
            stage_text(stage, words),
        )
