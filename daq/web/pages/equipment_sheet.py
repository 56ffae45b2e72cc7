"""One piece of equipment: what it is, whether it may measure and why, its history, and how to change it."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.lab.equipment.records import (
    Equipment,
    EquipmentChange,
    LogEntry,
    change_equipment,
    equipment_history,
    equipment_log_of,
    log_equipment,
)
from daq.lab.equipment.validity import validity
from daq.records.certificate_versions import versions
from daq.records.database import reading
from daq.records.register_tables import certificates
from daq.security.people import Role
from daq.web.certificates.list import certificate_table
from daq.web.certificates.words import is_past
from daq.web.desk import Desk
from daq.web.equipment.form import EquipmentForm
from daq.web.equipment.validity_words import shown
from daq.web.equipment.words import KINDS, LOG_KINDS, STATES, changes
from daq.web.forms import Answer, Question, ask, done, may_fill_in, once, said, table
from daq.web.frame import Frame, box
from daq.web.pages.equipment import KEEPERS
from daq.web.pages.instrument import reason_row
from daq.web.report_routes import label_address
from daq.web.visit import Visit, opened


def register(desk: Desk) -> None:
    """``/equipment/NAME`` and ``/equipment/NAME/change``."""

    @ui.page("/equipment/{name}")
    def page(request: Request, name: str) -> Response | None:
        return opened(desk, request, lambda here: equipment_sheet(here, name))

    @ui.page("/equipment/{name}/change")
    def change_page(request: Request, name: str) -> Response | None:
        return opened(desk, request, lambda here: change_sheet(here, name))


def _framed(here: Visit, name: str) -> tuple[Frame, tuple[Equipment, ...]]:
    frame = Frame(here, name, "equipment")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with reading(here.desk.engine) as connection:
        return frame, equipment_history(connection, name)


def equipment_sheet(here: Visit, name: str) -> None:
    """Build the page."""
    say = here.words.say
    frame, versions = _framed(here, name)
    with frame.main():
        ui.link(f"← {say('Equipment')}", "/equipment").classes("back")
        if not versions:
            ui.label(say("There is no equipment {name} in the register: add it first.", name=name))
            return
        one = versions[-1]
        _heading(here, one)
        with box("columns"):
            with box("panel"):
                ui.label(say("Identity")).classes("caption")
                _identity(here, one)
            with box("panel"):
                ui.label(say("May it measure?")).classes("caption")
                _validity(here, one)
        _certificates(here, one)
        with box("panel"):
            ui.label(say("History")).classes("caption")
            _log(here, name)
        with box("panel"):
            ui.label(say("Versions of the register")).classes("caption")
            _versions(here, versions)


def _heading(here: Visit, one: Equipment) -> None:
    words = here.words
    mark, state = STATES[one.state]
    with box("heading"):
        ui.label(f"{one.name} {words.either(one.title_zh, one.title_en)}").classes("big")
        ui.label(f"{mark} {words.say(state)}").classes(f"state {one.state}")
        if here.settings.instrument(one.name) is not None:
            ui.link(words.say("Live"), f"/instrument/{one.name}")
        ui.link(words.say("Certificates"), f"/certificates?equipment={one.name}")
        ui.link(words.say("Label (PDF)"), label_address(one.name), new_tab=True)
        if here.has(*KEEPERS):
            ui.link(words.say("Change"), f"/equipment/{one.name}/change")


def _identity(here: Visit, one: Equipment) -> None:
    say = here.words.say
    numbers = (("d", one.d), ("e", one.e), ("Max", one.maximum))
    scale = " · ".join(f"{name} = {value} {one.unit}" for name, value in numbers if value is not None)
    rows = (
        (say("Kind"), say(KINDS[one.kind])),
        (say("Maker"), one.maker),
        (say("Model"), one.model),
        (say("Serial number"), one.serial_number),
        (say("Firmware"), one.firmware),
        (say("Room"), one.room),
        (say("Scale"), scale),
        (say("Accuracy class"), one.accuracy_class),
        (say("Accessories"), ", ".join(one.accessories)),
        (say("Remark"), one.note),
    )
    with box("identity"):
        for label, text in rows:
            if text:
                ui.label(label).classes("key")
                ui.label(text).classes("value")


def _validity(here: Visit, one: Equipment) -> None:
    """Every reason ticked or crossed; what is not valid may still be checked and calibrated."""
    with reading(here.desk.engine) as connection:
        found = validity(connection, one.name, here.desk.clock.now_ns())
    with box("reasons"):
        for reason in shown(found, here.words):
            reason_row(reason)


def _certificates(here: Visit, one: Equipment) -> None:
    """Those that count or wait; all the others are one click away."""
    with reading(here.desk.engine) as connection:
        found = versions(connection, certificates.c.equipment == one.name)
    newest = {each.id: each.version for each in found}
    some = [
        each
        for each in found
        if not is_past(each, here.desk.clock.now_ns())
        and (each.begins_ns is not None or each.version == newest[each.id])
    ]
    if some:
        with box("panel"):
            ui.label(here.words.say("Certificates")).classes("caption")
            certificate_table(here, some)


def _log(here: Visit, name: str) -> None:
    say = here.words.say
    root = box("log")

    def show() -> None:
        with reading(here.desk.engine) as connection:
            entries = equipment_log_of(connection, name)
        root.clear()
        with root:
            headings = (say("time"), say("What"), say("Who"), say("Text"))
            table(headings, [_entry(each, here) for each in reversed(entries)], say("No entry."))

    show()
    if here.has(Role.TECHNICIAN, Role.METROLOGIST, Role.QUALITY_MANAGER):
        _new_entry(here, name, show)


def _entry(entry: LogEntry, here: Visit) -> tuple[str, ...]:
    kind = here.words.say(LOG_KINDS.get(entry.kind, entry.kind))
    return here.words.time(entry.t_ns), kind, entry.account, entry.text


def _new_entry(here: Visit, name: str, show: Callable[[], None]) -> None:
    say, desk = here.words.say, here.desk
    with box("filters"):
        kind = ui.select({key: say(text) for key, text in LOG_KINDS.items()}, value="maintenance")
        text = ui.input(say("What happened")).classes("grow")
        for field in (kind, text):
            field.props("outlined dense")

        async def add() -> None:
            entry = (name, str(kind.value), str(text.value or ""))
            with once(button), said(here):
                await run.io_bound(log_equipment, desk.engine, desk.clock, here.actor(), entry)
                text.value = ""
                done(say("It is written down."))
            show()

        button = ui.button(say("Write down"), on_click=add).props("unelevated no-caps")


def _versions(here: Visit, versions: tuple[Equipment, ...]) -> None:
    say = here.words.say
    rows = []
    for old, new in zip((None, *versions), versions, strict=False):
        changed = (
            " · ".join(changes(old.about, new.about, here.words)) if old is not None else say("registered")
        )
        rows.append((str(new.version), here.words.time(new.t_ns), new.account, changed, new.reason))
    headings = ("#", say("time"), say("Who"), say("What changed"), say("Reason"))
    table(headings, rows[::-1], "")


def change_sheet(here: Visit, name: str) -> None:
    """Build the form in which a piece of equipment is changed."""
    say = here.words.say
    frame, versions = _framed(here, name)
    with frame.main():
        ui.link(f"← {name}", f"/equipment/{name}").classes("back")
        if not versions:
            ui.label(say("There is no equipment {name} in the register: add it first.", name=name))
            return
        ui.label(f"{say('Change')}: {name}").classes("big")
        if not may_fill_in(here, *KEEPERS):
            return
        with box("panel wide-form"):
            form = EquipmentForm(here, versions[-1].about)
            ui.button(say("Change"), on_click=_changing(here, versions[-1], form)).props("unelevated no-caps")


def _changing(here: Visit, one: Equipment, form: EquipmentForm) -> Callable[[], Awaitable[None]]:
    async def change() -> None:
        say, desk = here.words.say, here.desk
        question = Question(f"{say('Change')}: {one.name}", fields=(say("Reason"),))
        with said(here):
            about = form.description()

            async def act(answer: Answer) -> None:
                wanted = EquipmentChange(one.name, one.version, about, answer.texts[0])
                await run.io_bound(change_equipment, desk.engine, desk.clock, here.actor(), wanted)

            if await ask(here, question, act) is not None:
                ui.navigate.to(f"/equipment/{one.name}")

    return change
