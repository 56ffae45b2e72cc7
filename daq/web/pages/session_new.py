"""Starting a session: sample by scanner, method, limit, and an instrument for every role."""

from typing import Any

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.lab.method_records import MethodState, MethodVersion, method_versions
from daq.lab.sessions import Order, start_session
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import said
from daq.web.frame import Frame, box
from daq.web.session_instruments import fitting
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
        self._versions = {f"{one.method.name} {one.method.version}": one for one in found}
        self._fields: dict[str, Any] = {}
        self._roles: dict[str, Any] = {}

    def build(self) -> None:
        """Build the page."""
        say = self._here.words.say
        with self._frame.main():
            ui.link(f"← {say('Sessions')}", "/sessions").classes("back")
            ui.label(say("Start a session")).classes("big")
            with box("panel narrow"):
                if not self._versions:
                    ui.label(say("There is no method in the records yet.")).classes("refusal")
                    ui.link(say("Methods"), "/methods")
                    return
                sample = ui.input(say("Sample: scan its label, or type its number"))
                self._fields["sample"] = sample.props("outlined autofocus")
                ui.link(f"+ {say('Receive a sample')}", "/sample-new")
                asked = self._here.request.query_params
                sample.value = asked.get("sample", "")
                options = {key: self._title(one) for key, one in self._versions.items()}
                method = ui.select(options, label=say("Method"), value=self._first(asked.get("method", "")))
                self._fields["method"] = method.props("outlined")
                self._details = box("form")
                method.on_value_change(self._show_details)
                self._show_details()
                ui.button(say("Start"), on_click=self._start).props("unelevated no-caps size=lg")
        ui.timer(1.0, lambda: self._frame.show(self._here.view()))

    def _first(self, name: str) -> str:
        named = [key for key, one in self._versions.items() if one.method.name == name]
        approved = [key for key, one in self._versions.items() if one.is_approved]
        return (named or approved or list(self._versions))[0]

    def _title(self, one: MethodVersion) -> str:
        words, procedure = self._here.words, one.method.procedure
        title = words.either(procedure.title_zh, procedure.title_en)
        return title if one.is_approved else f"{title} ({words.say('draft')})"

    def _show_details(self) -> None:
        words, say = self._here.words, self._here.words.say
        procedure = self._versions[self._fields["method"].value].method.procedure
        self._fields["sample"].set_visibility(procedure.purpose == "sample")
        self._details.clear()
        self._roles.clear()
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
            portions = ui.select(numbers, label=say("Determinations"), value=rule.minimum).props("outlined")
            portions.set_visibility(rule.maximum > rule.minimum)
            self._fields |= {"limit": limit, "portions": portions}
            for one in procedure.instruments:
                if one.scope == "session":
                    options = fitting(self._here.desk, one, words)
                    title = words.either(one.title_zh, one.title_en)
                    choice = next(iter(options), None)
                    field = ui.select(options, label=title, value=choice)
                    self._roles[one.role] = field.props("outlined")

    async def _start(self) -> None:
        here = self._here
        version = self._versions[self._fields["method"].value]
        is_sample = version.method.procedure.purpose == "sample"
        order = Order(
            method=version.method.name,
            version=version.method.version,
            sample=str(self._fields["sample"].value or "").strip() if is_sample else None,
            limit=str(self._fields["limit"].value or ""),
            portions=int(self._fields["portions"].value),
            roles={role: str(field.value) for role, field in self._roles.items() if field.value},
        )
        with said(here):
            state = await run.io_bound(start_session, here.desk.bench, here.actor(), order)
            if state is not None:
                ui.navigate.to(f"/session/{state.header.id}")
