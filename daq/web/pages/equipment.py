"""Everything in the register of equipment: state, validity, what is due; and how to add to it."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import HengliangError
from daq.i18n import N_
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import Equipment, add_equipment, equipment
from daq.lab.equipment.validity import validity
from daq.records.database import reading
from daq.security.people import Role
from daq.web.desk import Desk
from daq.web.equipment.form import EquipmentForm
from daq.web.equipment.validity_words import in_short
from daq.web.equipment.words import KINDS, STATES
from daq.web.forms import done, may_fill_in, once, said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

KEEPERS = (Role.METROLOGIST, Role.QUALITY_MANAGER)
"""Who keeps the register."""
HEADINGS = (
    N_("Short name"),
    N_("Title"),
    N_("Kind"),
    N_("Serial number"),
    N_("Room"),
    N_("State"),
    N_("May it measure?"),
)


def register(desk: Desk) -> None:
    """``/equipment`` and ``/equipment-new``."""

    @ui.page("/equipment")
    def page(request: Request) -> Response | None:
        return opened(desk, request, equipment_page)

    @ui.page("/equipment-new")
    def new_page(request: Request) -> Response | None:
        return opened(desk, request, new_equipment_page)


def equipment_page(here: Visit) -> None:
    """Build the list, retired equipment last; it is read before it is drawn."""
    say = here.words.say
    frame = Frame(here, say("Equipment"), "equipment")
    with frame.main():
        with box("heading"):
            ui.label(say("Equipment")).classes("big")
            ui.link(say("Certificates"), "/certificates")
            if here.has(*KEEPERS):
                ui.link(f"+ {say('Register equipment')}", "/equipment-new")
        room = box("panel")

    async def fill() -> None:
        sentence, rows = "", None
        try:
            rows = await run.io_bound(_rows, here)
        except HengliangError as error:
            sentence = here.words.error(error)
        with room:
            if rows is None:
                ui.label(sentence).classes("refusal")
            else:
                table([say(text) for text in HEADINGS], rows, say("Nothing is registered yet."))

    ui.timer(0.01, fill, once=True)
    ui.timer(1.0, lambda: frame.show(here.view()))


def _rows(here: Visit) -> list[tuple[str | tuple[str, str], ...]]:
    with reading(here.desk.engine) as connection:
        now_ns = here.desk.clock.now_ns()
        found = sorted(
            equipment(connection).values(), key=lambda one: (one.state is EquipmentState.RETIRED, one.name)
        )
        return [
            (*_row(one, here), in_short(validity(connection, one.name, now_ns), here.words)) for one in found
        ]


def _row(one: Equipment, here: Visit) -> tuple[str | tuple[str, str], ...]:
    words = here.words
    mark, state = STATES[one.state]
    return (
        (one.name, f"/equipment/{one.name}"),
        words.either(one.title_zh, one.title_en),
        words.say(KINDS[one.kind]),
        one.serial_number,
        one.room,
        f"{mark} {words.say(state)}",
    )


def new_equipment_page(here: Visit) -> None:
    """Build the form for something new."""
    say = here.words.say
    frame = Frame(here, say("Register equipment"), "equipment")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Equipment')}", "/equipment").classes("back")
        ui.label(say("Register equipment")).classes("big")
        if not may_fill_in(here, *KEEPERS):
            return
        with box("panel wide-form"):
            name = ui.input(say("Short name, as on the label")).props("outlined")
            form = EquipmentForm(here)
            add = ui.button(say("Register equipment"))
            add.on_click(_adding(here, name, form, add)).props("unelevated no-caps")


def _adding(
    here: Visit, name: ui.input, form: EquipmentForm, button: ui.button
) -> Callable[[], Awaitable[None]]:
    async def add() -> None:
        desk = here.desk
        with once(button), said(here):
            about = form.description()
            short = str(name.value or "").strip()
            await run.io_bound(add_equipment, desk.engine, desk.clock, here.actor(), short, about)
            done(here.words.say("{name} is registered.", name=short))
            ui.navigate.to(f"/equipment/{short}")

    return add
