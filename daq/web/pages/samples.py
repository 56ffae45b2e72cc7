"""Samples: what was received, from whom, in which condition; with a code to scan."""

from dataclasses import fields
from urllib.parse import quote

import segno
from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.errors import NoSuchRecordError
from daq.i18n import N_
from daq.lab.sessions.list import sessions_of_sample
from daq.lab.sessions.records import BENCH_ROLES
from daq.lab.sessions.results import kept_results
from daq.lab.sessions.samples import (
    RECEIVERS,
    SampleAbout,
    find_sample,
    receive_new_sample,
    receive_sample,
    sample_history,
    samples,
)
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import done, once, said, table
from daq.web.frame import Frame, box
from daq.web.sessions.results import result_text
from daq.web.sessions.words import stage_text
from daq.web.visit import Visit, opened

FIELDS = {
    "product_zh": N_("Product, in Chinese"),
    "product_en": N_("Product, in English"),
    "lot": N_("Lot"),
    "client": N_("Client"),
    "client_address": N_("Address of the client"),
    "origin": N_("Place of origin"),
    "amount": N_("Amount"),
    "condition": N_("Condition on arrival"),
    "sampled_by": N_("Sampled by"),
    "received_on": N_("Received on"),
    "note": N_("Remark"),
}


def register(desk: Desk) -> None:
    """``/samples``, ``/sample-new`` and ``/sample/NUMBER``."""

    @ui.page("/samples")
    def page(request: Request) -> Response | None:
        return opened(desk, request, samples_page)

    @ui.page("/sample-new")
    def new_page(request: Request) -> Response | None:
        return opened(
            desk, request, lambda here: sample_form(here, "", request.query_params.get("number", ""))
        )

    @ui.page("/sample/{number}")
    def one_page(request: Request, number: str) -> Response | None:
        return opened(desk, request, lambda here: sample_form(here, number))


def samples_page(here: Visit) -> None:
    """Build the list, the newest number first."""
    say, words = here.words.say, here.words
    frame = Frame(here, say("Samples"), "sessions")
    with reading(here.desk.engine) as connection:
        found = samples(connection)
    rows = [
        (
            (one.number, f"/sample/{one.number}"),
            words.either(one.about.product_zh, one.about.product_en),
            one.about.lot,
            one.about.client,
            one.about.origin,
            one.about.received_on,
            (say("Start a session"), f"/session-new?sample={one.number}") if here.has(*BENCH_ROLES) else "",
        )
        for one in reversed(found)
    ]
    with frame.main():
        ui.link(f"← {say('Sessions')}", "/sessions").classes("back")
        with box("heading"):
            ui.label(say("Samples")).classes("big")
            if here.has(*RECEIVERS):
                ui.link(f"+ {say('Receive a sample')}", "/sample-new")
        with box("panel"):
            headings = (say("Number"), say("Product"), say("Lot"), say("Client"), say("Place of origin"))
            table((*headings, say("Received on"), ""), rows, say("No sample yet."))
    ui.timer(1.0, lambda: frame.show(here.view()))


def sample_form(here: Visit, number: str, proposed: str = "") -> None:
    """Build the form of a new sample, or of one that is there, with its code.

    Args:
        here: the page.
        number: of the sample; empty for a new one.
        proposed: what its number may be, such as one that was scanned.
    """
    say, words = here.words.say, here.words
    frame = Frame(here, number or say("Receive a sample"), "sessions")
    ui.timer(1.0, lambda: frame.show(here.view()))
    about = SampleAbout(product_zh="", received_on=here.desk.register.today().isoformat())
    with frame.main():
        ui.link(f"← {say('Samples')}", "/samples").classes("back")
        ui.label(number or say("Receive a sample")).classes("big")
        if number:
            with reading(here.desk.engine) as connection:
                try:
                    about = find_sample(connection, number).about
                    history = sample_history(connection, number)
                except NoSuchRecordError as error:
                    ui.label(words.error(error)).classes("refusal")
                    return
            names = here.names()
            with box("panel"):
                ui.html(segno.make(number, error="m").svg_inline(scale=3)).classes("code")
                for one in history:
                    text = say(
                        "version {version}: {time}, {account}",
                        version=one.version,
                        time=words.time(one.t_ns),
                        account=names.get(one.account, one.account),
                    )
                    ui.label(text).classes("detail")
            _sessions(here, number)
        if not here.has(*RECEIVERS):
            text = say("Only technicians, metrologists and quality managers write down samples.")
            ui.label(text).classes("detail")
        with box("panel wide-form"):
            own = ui.input(say("Number"), value=number or proposed).props("outlined dense")
            own.props("readonly" if number else "")
            inputs = {
                one.name: ui.input(say(FIELDS[one.name]), value=getattr(about, one.name)).props(
                    "outlined dense"
                )
                for one in fields(SampleAbout)
            }

            async def keep() -> None:
                desk = here.desk
                with said(here):
                    texts = {key: str(field.value or "").strip() for key, field in inputs.items()}
                    wanted = SampleAbout(**texts)
                    name = str(own.value or "").strip()
                    receive = receive_sample if number else receive_new_sample
                    await run.io_bound(receive, desk.engine, desk.clock, here.actor(), name, wanted)
                    done(say("It is written down."))
                    ui.navigate.to(f"/sample/{quote(name)}")

            async def keep_once() -> None:
                with once(button):
                    await keep()

            if here.has(*RECEIVERS):
                button = ui.button(say("Keep"), on_click=keep_once).props("unelevated no-caps")


def _sessions(here: Visit, number: str) -> None:
    """What was tested of a sample, and what is to be done next."""
    say, words = here.words.say, here.words
    found = sessions_of_sample(here.desk.bench, number)
    with box("panel"):
        with box("heading"):
            ui.label(say("Sessions")).classes("caption")
            if here.has(*BENCH_ROLES):
                ui.link(f"+ {say('Start a session')}", f"/session-new?sample={number}")
        with reading(here.desk.engine) as connection:
            rows = [
                (
                    (one.state.header.id, f"/session/{one.state.header.id}"),
                    words.either(one.method.procedure.title_zh, one.method.procedure.title_en),
                    words.time(one.state.header.t_ns),
                    " · ".join(
                        result_text(each.body, words)
                        for each in kept_results(connection, one.state.header.id)
                    ),
                    stage_text(one.state.stage, words),
                )
                for one in found
            ]
        headings = ("#", say("Method"), say("begun"), say("Result"), say("State"))
        table(headings, rows, say("No session yet."))
