"""Methods: versions, their figures with source and confidence, and how two people approve one."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import events, run, ui
from starlette.responses import Response

from daq.i18n import N_
from daq.lab.methods import records
from daq.lab.methods.records import KEEPERS, MethodState, MethodVersion, method_version, method_versions
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import Question, ask_signed, done, said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened
from daq.web.words import Words

STATES = {
    MethodState.IMPORTED: ("○", N_("draft")),
    MethodState.ENTERED: ("◐", N_("checked by one person")),
    MethodState.APPROVED: ("●", N_("approved")),
    MethodState.WITHDRAWN: ("×", N_("withdrawn")),
}
NEXT = {
    MethodState.IMPORTED: (
        N_("I have checked it"),
        records.enter_method,
        MethodState.ENTERED,
        N_("I have compared every figure of this version with the printed standard."),
    ),
    MethodState.ENTERED: (
        N_("Approve"),
        records.approve_method,
        MethodState.APPROVED,
        N_("I have compared it too; from now on results by this version can be signed."),
    ),
    MethodState.APPROVED: (
        N_("Withdraw"),
        records.withdraw_method,
        MethodState.WITHDRAWN,
        N_("No session starts by it any more; those that run go on."),
    ),
}


def register(desk: Desk) -> None:
    """``/methods`` and ``/method/NAME/VERSION``."""

    @ui.page("/methods")
    def page(request: Request) -> Response | None:
        return opened(desk, request, methods_page)

    @ui.page("/method/{name}/{version}")
    def one_page(request: Request, name: str, version: str) -> Response | None:
        return opened(desk, request, lambda here: method_page(here, name, version))


def _state(one: MethodVersion, words: Words) -> str:
    mark, text = STATES[one.state]
    return f"{mark} {words.say(text)}"


def methods_page(here: Visit) -> None:
    """Build the list, and take in what comes with the program, or a file."""
    say, words = here.words.say, here.words
    frame = Frame(here, say("Methods"), "sessions")
    with reading(here.desk.engine) as connection:
        found = method_versions(connection)
    rows = [
        (
            (one.method.name, f"/method/{one.method.name}/{one.method.short_version}"),
            words.either(one.method.procedure.title_zh, one.method.procedure.title_en),
            one.method.short_version,
            words.time(one.t_ns),
            _state(one, words),
        )
        for one in found
    ]
    with frame.main():
        ui.link(f"← {say('Sessions')}", "/sessions").classes("back")
        ui.label(say("Methods")).classes("big")
        with box("panel"):
            headings = (say("Method"), say("Title"), say("Version"), say("taken in"), say("State"))
            table(headings, rows, say("There is no method in the records yet."))
        if here.has(*KEEPERS):
            with box("panel"):
                _taking_in(here)
    ui.timer(1.0, lambda: frame.show(here.view()))


def _taking_in(here: Visit) -> None:
    say, desk = here.words.say, here.desk
    ui.label(say("Take in as drafts")).classes("caption")

    async def shipped() -> None:
        with said(here):
            await run.io_bound(
                records.import_folder, desk.engine, desk.clock, here.actor(), desk.settings.methods_dir
            )
            ui.navigate.reload()

    async def uploaded(event: events.UploadEventArguments) -> None:
        data = await event.file.read()
        name = event.file.name.removesuffix(".toml")
        with said(here):
            await run.io_bound(records.import_method, desk.engine, desk.clock, here.actor(), name, data)
            ui.navigate.reload()

    ui.button(say("Those that come with the program"), on_click=shipped).props("outline no-caps")
    ui.upload(on_upload=uploaded, auto_upload=True, max_file_size=1_000_000).props(
        f'accept=".toml" label="{say("A method file (TOML)")}"'
    )


def method_page(here: Visit, name: str, version: str) -> None:
    """Build the page of one version: its figures are what is checked on paper."""
    say, words = here.words.say, here.words
    frame = Frame(here, name, "sessions")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Methods')}", "/methods").classes("back")
        with said(here), reading(here.desk.engine) as connection:
            one = method_version(connection, name, version)
            procedure = one.method.procedure
            with box("heading"):
                ui.label(words.either(procedure.title_zh, procedure.title_en)).classes("big")
                ui.label(_state(one, words)).classes("state")
            ui.label(f"SHA-256 {one.method.version}").classes("digest")
            ui.label(words.either(procedure.notice_zh, procedure.notice_en)).classes("caution")
            with box("panel"):
                ui.label(say("Figures to be checked on paper")).classes("caption")
                rows = [
                    (key, _said(fact), procedure.source(fact.source).document, fact.confidence)
                    for key, fact in procedure.facts()
                ]
                table((say("Key"), say("Figures"), say("Source"), say("Confidence")), rows, "")
            with box("panel"):
                steps = [
                    (words.time(each.t_ns), say(STATES[each.state][1]), each.account, each.reason)
                    for each in one.steps
                ]
                table((say("time"), say("What"), say("Who"), say("Reason")), steps, "")
            if one.state in NEXT and here.has(*KEEPERS):
                with box("bar"):
                    verb = say(NEXT[one.state][0])
                    ui.button(verb, on_click=_stepping(here, one)).props("unelevated no-caps")


def _said(fact: object) -> str:
    """The figures of a part, without its texts."""
    skipped = {"source", "confidence", "title_zh", "title_en", "instruction_zh", "instruction_en", "steps"}
    found = getattr(fact, "model_dump")(exclude_none=True, exclude=skipped)  # noqa: B009
    return " · ".join(f"{key} {value}" for key, value in found.items() if value not in ("", (), []))


def _stepping(here: Visit, one: MethodVersion) -> Callable[[], Awaitable[None]]:
    verb, act, state, text = NEXT[one.state]

    async def go() -> None:
        say = here.words.say
        question = Question(say(verb), say(text), fields=(say("Comment"),), signed=True)
        signed = await ask_signed(here, question, KEEPERS, state.value)
        if signed is None:
            return
        answer, signature = signed
        method = one.method
        with said(here):
            await run.io_bound(act, here.desk.engine, signature, method.name, method.version, answer.texts[0])
            done(say(STATES[state][1]))
            ui.navigate.reload()

    return go
