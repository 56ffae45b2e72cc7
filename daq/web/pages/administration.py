"""Administration: who has an account, and in which roles."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.security.people import NewPerson, Person, Role, account_of
from daq.web.desk import Desk
from daq.web.forms import Answer, Question, ask, done, once, said
from daq.web.frame import Frame, box
from daq.web.people_words import ROLES, roles_text
from daq.web.visit import Visit, opened


def register(desk: Desk) -> None:
    """``/administration``."""

    @ui.page("/administration")
    def page(request: Request) -> Response | None:
        return opened(desk, request, administration_page)


def administration_page(here: Visit) -> None:
    """Build the page: everybody sees who there is, administrators change it."""
    say = here.words.say
    frame = Frame(here, say("Administration"), "administration")
    with frame.main():
        ui.label(say("People")).classes("big")
        with box("panel"):
            people = _People(here)
        if here.has(Role.ADMINISTRATOR):
            with box("panel narrow"):
                _new_person(here, people)
    ui.timer(1.0, lambda: frame.show(here.view()))


class _People:
    """The list, drawn again after every change."""

    def __init__(self, here: Visit) -> None:
        self._here = here
        self._root = box("scroll")
        self.show()

    def show(self) -> None:
        """Draw what the records say now."""
        say = self._here.words.say
        self._root.clear()
        with self._root, box("plain", "table"):
            with ui.element("thead"), ui.element("tr"):
                for heading in (say("Name"), say("Account"), say("Roles"), say("State"), ""):
                    with ui.element("th"):
                        ui.label(heading)
            with ui.element("tbody"):
                for person in self._here.desk.accounts.people():
                    self._row(person)

    def _row(self, person: Person) -> None:
        here = self._here
        state = here.words.say("active") if person.is_active else here.words.say("deactivated")
        texts = (person.name, person.account, roles_text(person.roles, here.words), state)
        with ui.element("tr"):
            for text in texts:
                with ui.element("td"):
                    ui.label(text)
            with ui.element("td"):
                if here.has(Role.ADMINISTRATOR):
                    self._actions(person)

    def _actions(self, person: Person) -> None:
        say, accounts = self._here.words.say, self._here.desk.accounts
        with box("buttons"):
            if person.is_active:
                self._action(person, say("Deactivate"), accounts.deactivate)
            else:
                self._action(person, say("Reactivate"), accounts.reactivate)

    def _action(self, person: Person, verb: str, change: Callable[..., Person]) -> None:
        here = self._here

        async def go() -> None:
            question = Question(f"{verb}: {person.name}", verb=verb, fields=(here.words.say("Reason"),))

            async def act(answer: Answer) -> None:
                await run.io_bound(change, here.actor(), person.account, answer.texts[0])

            if await ask(here, question, act) is not None:
                done(f"{person.name}: {verb}")
            self.show()

        ui.button(verb, on_click=go).props("flat dense no-caps")


def _new_person(here: Visit, people: _People) -> None:
    say = here.words.say
    ui.label(say("New account")).classes("caption")
    name = ui.input(say("Name as it stands on reports")).props("outlined")
    account = ui.input(say("Account")).props("outlined autocomplete=off")
    options = {role.value: say(text) for role, text in ROLES.items()}
    roles = ui.select(options, label=say("Roles"), multiple=True).props("outlined")
    hint = say("First password, to be changed at the first sign-in")
    password = ui.input(hint).props("type=password outlined autocomplete=new-password")
    add = ui.button(say("Add")).props("unelevated no-caps")
    add.on_click(_adding(here, people, (name, account, roles, password), add))


def _adding(
    here: Visit,
    people: _People,
    fields: tuple[ui.input, ui.input, ui.select, ui.input],
    button: ui.button,
) -> Callable[[], Awaitable[None]]:
    name, account, roles, password = fields

    async def add() -> None:
        with once(button), said(here):
            chosen = frozenset(Role(role) for role in roles.value or ())
            new = NewPerson(account_of(account.value or ""), (name.value or "").strip(), chosen)
            await run.io_bound(here.desk.accounts.add, here.actor(), new, password.value or "")
            done(here.words.say("{name} has an account now.", name=new.name))
            name.value = account.value = password.value = ""
            roles.value = []
        people.show()

    return add
