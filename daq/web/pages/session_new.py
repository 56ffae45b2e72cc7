"""Starting a session: sample by scanner or camera, method, limit, and an instrument for every role."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import NoSuchRecordError
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Instrument
from daq.lab.methods.records import MethodState, MethodVersion, method_versions
from daq.lab.sessions.events import Stage
from daq.lab.sessions.list import sessions_of_sample, usual_method
from daq.lab.sessions.records import BENCH_ROLES
from daq.lab.sessions.samples import find_sample, sample_number
from daq.lab.sessions.starting import Allowed, Order, start_session
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import once
from daq.web.frame import Frame, box
from daq.web.sessions.instruments import Candidate, candidates
from daq.web.sessions.release import Refusal
from daq.web.sessions.scan import camera_button
from daq.web.sessions.words import remark_text
from daq.web.visit import Visit, opened


def register(desk: Desk) -> None:
    """``/session-new``."""

    @ui.page("/session-new")
    def page(request: Request) -> Response | None:
        return opened(desk, request, lambda here: NewSession(here).build())


class NewSession:
    """The questions; what they offer follows from the method."""

    def __init__(self, here: Visit) -> None:
        self._here = here
        self._frame = Frame(here, here.words.say("Start a session"), "sessions")
        with reading(here.desk.engine) as connection:
            found = [one for one in method_versions(connection) if one.state is not MethodState.WITHDRAWN]
        self._versions = {f"{one.method.name} {one.method.version}": one for one in sorted(found, key=_rank)}
        self._fields: dict[str, Any] = {}
        self._roles: dict[str, Any] = {}
        self._allowed: dict[tuple[str, str], Allowed] = {}

    def build(self) -> None:
        """Build the page."""
        say = self._here.words.say
        with self._frame.main():
            ui.link(f"← {say('Sessions')}", "/sessions").classes("back")
            ui.label(say("Start a session")).classes("big")
            with box("panel narrow"):
                if not self._here.has(*BENCH_ROLES):
                    ui.label(say("Only technicians and metrologists start sessions.")).classes("refusal")
                elif self._versions:
                    self._questions()
                else:
                    ui.label(say("There is no method in the records yet.")).classes("refusal")
                    ui.link(say("Methods"), "/methods")
        ui.timer(1.0, lambda: self._frame.show(self._here.view()))

    def _questions(self) -> None:
        say, asked = self._here.words.say, self._here.request.query_params
        self._sample_box = box("form")
        with self._sample_box:
            sample = ui.input(say("Sample: scan its label, or type its number"))
            self._fields["sample"] = sample.props("outlined autofocus")
            self._about = box("why-not")
            sample.on_value_change(self._show_sample)
            camera_button(sample, self._here.words)
        options = {key: self._title(one) for key, one in self._versions.items()}
        method = ui.select(options, label=say("Method"), value=self._named(asked.get("method", "")))
        self._fields["method"] = method.props("outlined")
        self._details = box("form")
        method.on_value_change(self._show_details)
        self._go = ui.button(say("Start"), on_click=self._start).props("unelevated no-caps size=lg")
        self._go.bind_enabled_from(method, "value", bool)
        self._refusal = Refusal(self._here, self._allow)
        self._show_details()
        self._show_sample()
        sample.value = asked.get("sample", "")

    @property
    def _version(self) -> MethodVersion:
        return self._versions[self._fields["method"].value]

    @property
    def _procedure(self) -> Procedure:
        return self._version.method.procedure

    def _named(self, name: str | None) -> str | None:
        """The method of a name in the version that is offered first; None if there is none."""
        return next((key for key, one in self._versions.items() if one.method.name == name), None)

    def _title(self, one: MethodVersion) -> str:
        words, procedure = self._here.words, one.method.procedure
        title = words.either(procedure.title_zh, procedure.title_en)
        return title if one.is_approved else words.say("{title} (draft)", title=title)

    def _show_sample(self) -> None:
        """What the number belongs to, so that a wrong label is seen at once; and how the like was tested."""
        words, number = self._here.words, sample_number(str(self._fields["sample"].value or ""))
        self._about.clear()
        with self._about:
            try:
                if number:
                    self._known(number)
            except NoSuchRecordError as error:
                ui.label(f"✗ {words.error(error)}").classes("refusal")
            ui.link(f"+ {words.say('Receive a sample')}", f"/sample-new?number={quote(number)}")

    def _known(self, number: str) -> None:
        words, field = self._here.words, self._fields["method"]
        with reading(self._here.desk.engine) as connection:
            found = find_sample(connection, number)
            usual = self._named(usual_method(connection, found.about.product_zh))
        about = found.about
        parts = (found.number, words.either(about.product_zh, about.product_en), about.lot, about.client)
        ui.label(f"✓ {' · '.join(part for part in parts if part)}")
        for one in sessions_of_sample(self._here.desk.bench, number):
            if one.state.stage is Stage.RUNNING:
                procedure = one.method.procedure
                title = words.either(procedure.title_zh, procedure.title_en)
                text = words.say(
                    "{session} of this sample is running: {title}",
                    session=one.state.header.id,
                    title=title,
                )
                ui.link(f"▲ {text}", f"/session/{one.state.header.id}").classes("due")
        if field.value is None:
            field.value = usual

    def _show_details(self) -> None:
        self._details.clear()
        self._roles.clear()
        self._allowed.clear()
        self._refusal.clear()
        if self._fields["method"].value is None:
            return
        words, say, procedure = self._here.words, self._here.words.say, self._procedure
        self._sample_box.set_visibility(procedure.purpose == "sample")
        with self._details:
            limits = {"": say("report only, without a limit")} | {
                one.id: f"{words.either(one.product_zh, one.product_en)} · {one.edition}"
                for one in procedure.limits
            }
            first = next(iter(list(limits)[1:]), "")
            limit = ui.select(limits, label=say("Compared with"), value=first).props("outlined")
            limit.set_visibility(bool(procedure.limits))
            rule = procedure.determinations
            numbers = list(range(rule.minimum, rule.maximum + 1))
            portions = ui.select(numbers, label=say("Determinations"), value=self._count(numbers)).props(
                "outlined"
            )
            portions.set_visibility(rule.maximum > rule.minimum)
            self._fields |= {"limit": limit, "portions": portions}
            for one in procedure.instruments:
                if one.scope == "session":
                    self._ask_instrument(one)

    def _ask_instrument(self, demand: Instrument) -> None:
        """What can take a role; under it, what speaks against the one that is chosen."""
        words = self._here.words
        found = {one.name: one for one in candidates(self._here.desk, self._procedure, demand, words)}
        options = {name: one.option for name, one in found.items()}
        title = words.either(demand.title_zh, demand.title_en)
        field = ui.select(options, label=title, value=first_choice(found, self._asked())).props("outlined")
        why = box("why-not")
        if not found:
            with why:
                ui.label(words.say("Nothing in the register can take this role.")).classes("refusal")
        self._roles[demand.role] = field
        show = self._showing(found, field, why)
        field.on_value_change(show)
        show()

    def _count(self, numbers: list[int]) -> int:
        """As many determinations as a plan has points, where the method takes so many."""
        asked = self._here.request.query_params
        is_planned = asked.get("method") == self._version.method.name
        return first_count(numbers, asked.get("portions", "") if is_planned else "")

    def _asked(self) -> str:
        """The instrument that a plan has checked, for the first role of its method; empty for all others."""
        asked = self._here.request.query_params
        is_first = not self._roles and asked.get("method") == self._version.method.name
        return asked.get("instrument", "") if is_first else ""

    def _showing(self, found: dict[str, Candidate], field: ui.select, why: ui.element) -> Callable[[], None]:
        def show() -> None:
            chosen = found.get(str(field.value or ""))
            if chosen is None:
                return
            self._allowed.clear()  # two people have allowed what was chosen then
            why.clear()
            with why:
                for one in chosen.objections:
                    text = remark_text(one.remark, self._here.words, self._procedure)
                    is_refused = one.does == "block"
                    ui.label(f"{'✗' if is_refused else '▲'} {text}").classes(
                        "refusal" if is_refused else "caution"
                    )

        return show

    async def _allow(self, allowed: Allowed) -> None:
        """Two people have signed: it is kept for this start, which is tried again."""
        self._allowed[allowed.code, allowed.subject] = allowed
        await self._start()

    async def _start(self) -> None:
        """Begin it; a second click on the button is none."""
        with once(self._go):
            await self._begin()

    async def _begin(self) -> None:
        here, version = self._here, self._version
        is_sample = version.method.procedure.purpose == "sample"
        order = Order(
            method=version.method.name,
            version=version.method.version,
            sample=str(self._fields["sample"].value or "").strip() if is_sample else None,
            limit=str(self._fields["limit"].value or ""),
            portions=int(self._fields["portions"].value),
            roles={role: str(field.value) for role, field in self._roles.items() if field.value},
        )
        with self._refusal.watch(self._procedure):
            allowed = tuple(self._allowed.values())
            state = await run.io_bound(start_session, here.desk.bench, here.actor(), order, allowed)
            if state is not None:
                ui.navigate.to(f"/session/{state.header.id}")


def _rank(one: MethodVersion) -> tuple[bool, bool, str]:
    """Approved ones first, methods of samples before checks."""
    return (not one.is_approved, one.method.procedure.purpose != "sample", one.method.name)


def first_choice(offered: Iterable[str], asked: str) -> str | None:
    """What is chosen at first: what is asked for and nothing in its place, or else what fits best."""
    if not asked:
        return next(iter(offered), None)
    return next((one for one in offered if one in (asked, asked.partition("/")[0])), None)


def first_count(offered: list[int], asked: str) -> int:
    """How many determinations are chosen at first: what is asked for if it is offered, else the fewest."""
    return next((one for one in offered if str(one) == asked), offered[0])
