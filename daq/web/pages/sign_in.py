"""The page where somebody says who it is."""

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.i18n import N_
from daq.web.desk import Desk
from daq.web.entrance import local_address
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

NOBODY_YET = N_("There is no account yet. Make the first on this machine's console: hengliang account add")


def register(desk: Desk) -> None:
    """``/sign-in``."""

    @ui.page("/sign-in")
    def page(request: Request) -> Response | None:
        return opened(desk, request, sign_in_page, anybody=True)


def sign_in_page(here: Visit) -> None:
    """Build the form; where an attempt was refused it says so."""
    say, asked = here.words.say, here.request.query_params
    frame = Frame(here, say("Sign in"), "")
    with frame.main(), box("panel narrow"):
        ui.label(say("Sign in")).classes("big")
        if (refused := asked.get("refused", "")).isdigit():
            ui.label(_refusal(here, int(refused))).classes("refusal").props("role=alert")
        if not here.desk.accounts.people():
            ui.label(say(NOBODY_YET)).classes("refusal")
        with ui.element("form").props("method=post action=/sign-in").classes("form"):
            ui.input(say("Account")).props("name=account autocomplete=username autofocus outlined")
            ui.input(say("Password")).props(
                "name=password type=password autocomplete=current-password outlined"
            )
            ui.element("input").props("type=hidden name=next").props["value"] = local_address(
                asked.get("next", "/")
            )
            ui.button(say("Sign in")).props("type=submit unelevated no-caps")
    ui.timer(1.0, lambda: frame.show(here.view()))


def _refusal(here: Visit, wait_s: int) -> str:
    if wait_s:
        return here.words.say(
            "Too many wrong passwords for this account; try again in {wait_s} s.", wait_s=wait_s
        )
    return here.words.say("Account and password do not belong together, or the account is not active.")
