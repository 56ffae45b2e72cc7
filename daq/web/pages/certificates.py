"""All certificates: what waits for somebody, what ends soon, what is in force, what is past."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import HengliangError
from daq.lab.certificates.register import Register
from daq.lab.certificates.steps import ENTERERS
from daq.lab.checks.due_calendar import DueItem, DueKind, due_items
from daq.records.certificate_versions import State, Version, versions
from daq.records.database import reading
from daq.web.certificates.intake import Intake
from daq.web.certificates.list import certificate_table
from daq.web.certificates.words import is_past
from daq.web.desk import Desk
from daq.web.forms import may_fill_in, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

REMINDERS_DAYS = (30, 90)
"""Before the last day; on it, and after it, the reminder is another one."""


def register(desk: Desk) -> None:
    """``/certificates`` and ``/certificates-new``."""

    @ui.page("/certificates")
    def page(request: Request) -> Response | None:
        return opened(desk, request, certificates_page)

    @ui.page("/certificates-new")
    def new_page(request: Request) -> Response | None:
        return opened(desk, request, upload_page)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything on the list."""

    versions: tuple[Version, ...]
    due: tuple[DueItem, ...]
    """Certificates that have ended or end within the longest reminder, the earliest first."""


def certificates_page(here: Visit) -> None:
    """Build the list; it is read before it is drawn, so that no open page waits for it."""
    say = here.words.say
    frame = Frame(here, say("Certificates"), "equipment")
    only = here.request.query_params.get("equipment", "")
    with frame.main():
        with box("heading"):
            ui.label(say("Certificates") + (f" · {only}" if only else "")).classes("big")
            ui.link(say("Equipment"), f"/equipment/{only}" if only else "/equipment")
            if here.has(*ENTERERS):
                ui.link(f"+ {say('Upload a certificate')}", "/certificates-new")
        room = box("certificate-room")

    async def fill() -> None:
        known, sentence = None, ""
        try:
            known = await run.io_bound(_known, here.desk.register, only)
        except HengliangError as error:
            sentence = here.words.error(error)
        with room:
            if known is None:
                ui.label(sentence).classes("refusal")
            else:
                _groups(here, known)

    ui.timer(0.01, fill, once=True)
    ui.timer(1.0, lambda: frame.show(here.view()))


def _known(of: Register, only: str) -> Known:
    with reading(of.engine) as connection:
        found = tuple(one for one in _shown(versions(connection)) if only in ("", one.equipment))
        today = of.today()
        due = tuple(
            item
            for item in due_items(connection, of.zone, of.clock.now_ns())
            if item.kind is DueKind.CERTIFICATE
            and (item.day - today).days <= max(REMINDERS_DAYS)
            and only in ("", item.equipment)
        )
    return Known(found, due)


def _shown(found: Sequence[Version]) -> Iterator[Version]:
    """All but drafts that a later version of the same certificate took the place of."""
    newest = {one.id: one.version for one in found}
    for one in found:
        if one.version == newest[one.id] or one.state not in (State.DRAFT, State.RETURNED):
            yield one


def _groups(here: Visit, known: Known) -> None:
    say, now_ns = here.words.say, here.desk.clock.now_ns()
    found = known.versions
    if known.due:
        with box("panel"):
            ui.label(say("To be calibrated or verified")).classes("caption")
            _due(here, known.due)
    groups = (
        (say("Waiting for somebody"), [one for one in found if _waits(one)]),
        (say("In force"), [one for one in found if not _waits(one) and not is_past(one, now_ns)]),
        (say("Past"), [one for one in found if is_past(one, now_ns)]),
    )
    for title, some in groups:
        if some:
            with box("panel"):
                ui.label(title).classes("caption")
                certificate_table(here, some)
    if not found:
        ui.label(say("There is no certificate yet.")).classes("detail")


def _waits(one: Version) -> bool:
    return one.state in (State.DRAFT, State.RETURNED, State.ENTERED, State.CHECKED)


def _due(here: Visit, due: Sequence[DueItem]) -> None:
    """Reminders at 90, 30 and 0 days before the end."""
    words, today = here.words, here.desk.register.today()
    rows = []
    for item in due:
        left = (item.day - today).days
        text = words.count("{number} day left", "{number} days left", left)
        if left < 0:
            text = f"◌ {words.say('over since {day}', day=item.day.isoformat())}"
        elif left == 0:
            text = f"▲ {words.say('ends today')}"
        elif left <= min(REMINDERS_DAYS):
            text = f"▲ {text}"
        equipment = (item.equipment, f"/equipment/{item.equipment}")
        number = words.either(item.title_zh, item.title_en)
        rows.append(
            (equipment, (number or item.record, f"/certificate/{item.record}"), item.day.isoformat(), text)
        )
    say = words.say
    table((say("Equipment"), say("Certificate number"), say("Last day"), say("Left")), rows, "")


def upload_page(here: Visit) -> None:
    """Build the page on which a document comes in."""
    frame = Frame(here, here.words.say("Upload a certificate"), "equipment")
    of = here.request.query_params.get("of", "")
    with frame.main():
        ui.link(f"← {here.words.say('Certificates')}", "/certificates").classes("back")
        ui.label(here.words.say("Upload a certificate")).classes("big")
        if may_fill_in(here, *ENTERERS):
            Intake(here, int(of) if of.isascii() and of.isdigit() and len(of) < 10 else None)
    ui.timer(1.0, lambda: frame.show(here.view()))
