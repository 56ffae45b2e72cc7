"""Nonconforming work: its cause, what stood on it and would be now, two signatures for each item."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import NonconformityError
from daq.i18n.figures import symbol
from daq.lab.nonconforming import course
from daq.lab.nonconforming import items as ways
from daq.lab.nonconforming.records import (
    Decision,
    Evaluation,
    Item,
    Nonconformity,
    State,
    items_of,
    nonconformity,
)
from daq.lab.nonconforming.rules import JUDGES
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.security.signatures import Signature
from daq.web.checks.words import DECISIONS, ITEM_STATES, KINDS, STATES
from daq.web.desk import Desk
from daq.web.forms import Cell, Question, ask_signed, cell, said, table
from daq.web.frame import Frame, box
from daq.web.sessions.words import VERDICTS
from daq.web.visit import Visit, opened


def register(desk: Desk) -> None:
    """``/nonconformity/NUMBER``."""

    @ui.page("/nonconformity/{number}")
    def page(request: Request, number: str) -> Response | None:
        return opened(desk, request, lambda here: nonconformity_page(here, number))


def nonconformity_page(here: Visit, number: str) -> None:
    """Build the page."""
    say = here.words.say
    frame = Frame(here, number, "checks")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Checks')}", "/checks").classes("back")
        try:
            with reading(here.desk.engine) as connection:
                found, items = nonconformity(connection, number), items_of(connection, number)
        except NonconformityError as error:
            ui.label(here.words.error(error)).classes("refusal")
            return
        NonconformitySheet(here, found, items).build()


class NonconformitySheet:
    """The parts of the page."""

    def __init__(self, here: Visit, found: Nonconformity, items: tuple[Item, ...]) -> None:
        self._here = here
        self._found = found
        self._items = items
        self._ticks: dict[int, ui.checkbox] = {}

    def build(self) -> None:
        """Build all parts."""
        found, say = self._found, self._here.words.say
        mark, text = STATES[found.state]
        with box("heading"):
            ui.label(f"{say('Nonconforming work')} {found.number}").classes("big")
            ui.label(f"{mark} {say(text)}").classes(f"state {found.state.value}")
            ui.link(found.equipment, f"/equipment/{found.equipment}")
        with box("panel"):
            self._cause()
        with box("panel"):
            self._list()
        with box("panel"):
            self._evaluation()
        with box("bar"):
            self._buttons()

    def _cause(self) -> None:
        words, cause = self._here.words, self._found.content.cause
        ui.label(words.say("Cause")).classes("caption")
        if cause.text:
            ui.label(cause.text)
        if cause.record:
            ui.label(self._record(cause.record))
        for point in cause.found:
            text = f"{point.point}: {point.error} {symbol(point.unit)} (U {point.U}, MPE {point.mpe})"
            ui.label(text).classes("refusal")
        suspect = cause.suspect
        ui.label(
            words.say(
                "suspect from {start} (last shown to be good) until {end}",
                start=words.time(suspect.from_ns),
                end=words.time(suspect.until_ns),
            )
        )

    def _record(self, record: str) -> str:
        """``check/246`` in words."""
        kind, _, number = record.partition("/")
        say = self._here.words.say
        return (
            say("Check {number}", number=number)
            if kind == "check"
            else say("Certificate {number}", number=number)
        )

    def _list(self) -> None:
        say = self._here.words.say
        ui.label(say("What stood on it")).classes("caption")
        may = self._here.has(*JUDGES) and self._found.state is not State.CLOSED
        if not self._items:
            ui.label(say("Nothing: no capture, result or report lies in this time.")).classes("detail")
            return
        with box("scroll"), box("plain items", "table"):
            rows = [self._cells(item) for item in self._items]
            told = [n for n, _ in enumerate(self._columns()) if n == 0 or any(row[n] for row in rows)]
            self._headings([self._columns()[n] for n in told], may=may)
            with ui.element("tbody"):
                for item, row in zip(self._items, rows, strict=True):
                    self._row(item, [row[n] for n in told], may=may)
        if may:
            with box("bar"):
                for decision, label in DECISIONS.items():
                    ui.button(say(label), on_click=self._deciding(decision)).props("outline no-caps")
                ui.button(say("Confirm"), on_click=self._confirming()).props("unelevated no-caps")

    def _columns(self) -> tuple[str, ...]:
        """What ``_cells`` gives; a column that tells nothing of any item is not shown."""
        say = self._here.words.say
        return (
            say("Kind"),
            "#",
            say("Session"),
            say("Sample"),
            say("time"),
            say("as it was"),
            say("as it would be"),
            say("Verdict"),
            say("State"),
            say("Decision"),
            say("Who"),
            say("Reason"),
        )

    def _headings(self, columns: Sequence[str], *, may: bool) -> None:
        say = self._here.words.say
        with ui.element("thead"), ui.element("tr"):
            if may:
                with ui.element("th"):
                    everything = ui.checkbox(say("All"))
                    everything.on_value_change(lambda: self._tick_all(value=bool(everything.value)))
            for heading in columns:
                with ui.element("th"):
                    ui.label(heading)

    def _tick_all(self, *, value: bool) -> None:
        for tick in self._ticks.values():
            tick.value = value

    def _row(self, item: Item, cells: Sequence[Cell], *, may: bool) -> None:
        with ui.element("tr"):
            if may:
                with ui.element("td"):
                    self._ticks[item.item] = ui.checkbox()
            for content in cells:
                with ui.element("td"):
                    cell(content)

    def _cells(self, item: Item) -> tuple[Cell, ...]:
        words, one = self._here.words, item.affected
        unit = symbol(one.unit)
        session = f"/session/{one.session}"
        record = f"{session}/report.pdf" if one.kind == "report" else session
        mark, state = ITEM_STATES[item.state]
        old = f"{one.value} ± {one.U} {unit}" if one.U else f"{one.value} {unit}"
        new = f"→ {one.new_value} ± {one.new_U} {unit}" if one.new_value else ""
        verdict = words.say(VERDICTS.get(one.verdict, one.verdict)) if one.verdict else ""
        if one.verdict_changes:
            verdict += f" → {words.say(VERDICTS.get(one.new_verdict, one.new_verdict))}"
        decided = words.say(DECISIONS[item.decision]) if item.decision else ""
        people = " · ".join(name for name in (item.decided_by, item.confirmed_by) if name)
        return (
            words.say(KINDS[one.kind]),
            (one.record, record) if one.session else one.record,
            (one.session, session) if one.session else "",
            one.sample,
            words.time(one.t_ns),
            old,
            new,
            verdict,
            f"{mark} {words.say(state)}",
            decided,
            people,
            item.reason,
        )

    def _evaluation(self) -> None:
        say, evaluation = self._here.words.say, self._found.content.evaluation
        ui.label(say("Evaluation")).classes("caption")
        if evaluation is None:
            ui.label(say("Not evaluated yet.")).classes("detail")
            return
        rows = [
            (say("Significance"), evaluation.significance),
            (say("Correction at once"), evaluation.correction),
            (say("Corrective action"), evaluation.corrective_action),
            (say("Who was told"), evaluation.customers),
            (say("to be decided until"), evaluation.due_on),
        ]
        table(("", ""), rows, "")

    def _buttons(self) -> None:
        say, state = self._here.words.say, self._found.state
        if state is State.CLOSED or not self._here.has(*JUDGES):
            return
        ui.button(say("Evaluate"), on_click=self._evaluating()).props("outline no-caps")
        if state is State.OPEN:
            ui.button(say("Put the instrument in use again"), on_click=self._signing(course.RESUMED)).props(
                "outline no-caps"
            )
        if self._here.has(Role.QUALITY_MANAGER):
            ui.button(say("Close"), on_click=self._signing(course.CLOSED)).props("unelevated no-caps")

    def _chosen(self) -> list[int]:
        return [item for item, tick in self._ticks.items() if tick.value]

    def _deciding(self, decision: Decision) -> Callable[[], Awaitable[None]]:
        say = self._here.words.say
        question = Question(say(DECISIONS[decision]), fields=(say("Reason"),), signed=True)
        number = self._found.number
        return self._acting(
            question,
            ways.DECIDED,
            lambda connection, signature, texts: ways.decide(
                connection, signature, number, self._chosen(), (decision, texts[0])
            ),
        )

    def _confirming(self) -> Callable[[], Awaitable[None]]:
        say, number = self._here.words.say, self._found.number
        text = say("Another person decided; I have looked at each item and agree.")
        return self._acting(
            Question(say("Confirm"), text, signed=True),
            ways.CONFIRMED,
            lambda connection, signature, _texts: ways.confirm(connection, signature, number, self._chosen()),
        )

    def _evaluating(self) -> Callable[[], Awaitable[None]]:
        say, number = self._here.words.say, self._found.number
        fields = (
            say("Significance"),
            say("Correction at once"),
            say("Corrective action"),
            say("Who was told"),
            say("Items to be decided until (YYYY-MM-DD)"),
        )
        return self._acting(
            Question(say("Evaluate"), fields=fields, signed=True),
            course.EVALUATED,
            lambda connection, signature, texts: course.evaluate(
                connection, signature, number, Evaluation(*texts)
            ),
        )

    def _signing(self, meaning: str) -> Callable[[], Awaitable[None]]:
        say, number = self._here.words.say, self._found.number
        what = {course.RESUMED: course.resume, course.CLOSED: course.close}[meaning]
        title = say("Close") if meaning == course.CLOSED else say("Put the instrument in use again")
        return self._acting(
            Question(title, fields=(say("Reason"),), signed=True),
            meaning,
            lambda connection, signature, texts: what(connection, signature, number, texts[0]),
        )

    def _acting(
        self, question: Question, meaning: str, act: Callable[[Any, Signature, tuple[str, ...]], object]
    ) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            here = self._here
            signed = await ask_signed(here, question, JUDGES, meaning)
            if signed is None:
                return
            answer, signature = signed

            def keep() -> None:
                with changing(here.desk.engine) as connection:
                    act(connection, signature, answer.texts)

            with said(here):
                await run.io_bound(keep)
                ui.navigate.reload()

        return go
