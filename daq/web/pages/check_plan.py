"""A plan of checks, written, changed or ended by a metrologist, with its reason."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import CheckError
from daq.lab.checks.plans import CheckPlan, plan_named, save_plan
from daq.lab.equipment.records import equipment
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.web.checks.plan_form import CheckPlanForm, Known
from daq.web.desk import Desk
from daq.web.forms import Question, ask, said
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened


def register(desk: Desk) -> None:
    """``/check-plan`` for a new one, ``/check-plan/NAME`` to change it."""

    @ui.page("/check-plan")
    def new(request: Request) -> Response | None:
        return opened(desk, request, lambda here: check_plan_page(here, ""))

    @ui.page("/check-plan/{name}")
    def change(request: Request, name: str) -> Response | None:
        return opened(desk, request, lambda here: check_plan_page(here, name))


def check_plan_page(here: Visit, name: str) -> None:
    """Build the page."""
    say = here.words.say
    frame = Frame(here, name or say("Plan a check"), "checks")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Checks')}", "/checks").classes("back")
        try:
            with reading(here.desk.engine) as connection:
                about = plan_named(connection, name).plan if name else None
                standards = [one.name for one in equipment(connection).values() if "standard" in one.kind]
        except CheckError as error:
            ui.label(here.words.error(error)).classes("refusal")
            return
        ui.label(f"{say('Plan')} {name}" if name else say("Plan a check")).classes("big")
        if not here.has(Role.METROLOGIST):
            ui.label(say("A metrologist plans checks.")).classes("detail")
            return
        form = CheckPlanForm(here, Known(sorted(here.desk.certificates.load()), sorted(standards)), about)
        with box("bar"):
            ui.button(say("Save the plan"), on_click=_saving(here, form.plan)).props("unelevated no-caps")
            if about is not None and about.is_active:
                ended = replace(about, is_active=False)
                ui.button(say("End the plan"), on_click=_saving(here, lambda: ended, grave=True)).props(
                    "flat no-caps color=negative"
                )


def _saving(
    here: Visit, written: Callable[[], CheckPlan], *, grave: bool = False
) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        with said(here):
            plan = written()
            title = say("End the plan") if grave else say("Save the plan")
            text = say("Nothing falls due by it any more; its past stays.") if grave else ""
            answer = await ask(here, Question(title, text, fields=(say("Reason"),), grave=grave))
            if answer is None:
                return
            actor, desk, reason = here.actor(), here.desk, answer.texts[0]

            def keep() -> None:
                with changing(desk.engine) as connection:
                    save_plan(connection, actor, plan, reason, desk.clock.now_ns())

            await run.io_bound(keep)
            ui.navigate.to("/checks" if grave else f"/check/{plan.name}")

    return go
