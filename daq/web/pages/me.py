"""The page of whoever is signed in: name, roles, and the own password."""

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.security.accounts import Credentials
from daq.security.people import Person
from daq.web.desk import Desk
from daq.web.forms import done, said
from daq.web.frame import Frame, box
from daq.web.people_words import roles_text
from daq.web.visit import Visit, opened, origin_of


def register(desk: Desk) -> None:
    """``/me``."""

    @ui.page("/me")
    def page(request: Request) -> Response | None:
        return opened(desk, request, me_page)


def me_page(here: Visit) -> None:
    """Build the page."""
    if here.person is not None:
        _sheet(here, here.person)


def _sheet(here: Visit, person: Person) -> None:
    say = here.words.say
    frame = Frame(here, person.name, "")
    with frame.main(), box("panel narrow"):
        ui.label(person.name).classes("big")
        ui.label(f"{person.account} · {roles_text(person.roles, here.words)}").classes("detail")
        if person.must_change_password:
            ui.label(
                say("Somebody else set your password: change it, nothing can be signed with it.")
            ).classes("refusal")
        ui.label(say("Change the own password")).classes("caption")
        labels = (say("Present password"), say("New password"), say("New password once more"))
        fields = [ui.input(label).props("type=password outlined") for label in labels]

        async def change() -> None:
            present, new, again = (str(each.value or "") for each in fields)
            if new != again:
                ui.notify(say("The two new passwords differ."), type="negative")
                return
            credentials = Credentials(person.account, present, origin_of(here.request))
            with said(here):
                await run.io_bound(here.desk.accounts.change_password, credentials, new)
                for each in fields:
                    each.value = ""
                done(say("The password is changed."))

        ui.button(say("Change the own password"), on_click=change).props("unelevated no-caps")
    ui.timer(1.0, lambda: frame.show(here.view()))
