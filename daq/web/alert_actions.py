"""What people do about an alert: acknowledge it, shelve its cause for a time."""

from collections.abc import Awaitable, Callable

from nicegui import run, ui

from daq.errors import AlertError
from daq.i18n import N_
from daq.lab.alerts import ACKNOWLEDGING, SHELVING, AlertDesk, acknowledge, shelve, unshelve
from daq.records.alerts import Alert
from daq.security.people import Role
from daq.web.forms import Question, ask, done, said
from daq.web.visit import Visit

MARKS = {"alarm": "■", "warning": "▲", "info": "●"}
"""Shape by severity."""


def alert_desk(here: Visit) -> AlertDesk:
    """What acts on alerts are done with."""
    return AlertDesk(here.desk.engine, here.desk.clock, here.settings.site.id)


def act_buttons(here: Visit, alert: Alert, shelved_until_ns: int | None, then: Callable[[], None]) -> None:
    """Buttons for what this person may do; ``then`` is called when it was done."""
    more = (Role.ADMINISTRATOR,) if alert.nature == "health" else ()
    if alert.acknowledged_ns is None and here.has(*ACKNOWLEDGING, *more):
        verb = here.words.say("Acknowledge")
        ui.button(verb, on_click=_acknowledging(here, alert, then)).props("unelevated no-caps")
    if shelved_until_ns is not None and here.has(*SHELVING, *more):
        verb = here.words.say("Take off the shelf")
        ui.button(verb, on_click=_unshelving(here, alert, then)).props("outline no-caps")
    elif alert.is_open and here.has(*SHELVING, *more):
        verb = here.words.say("Shelve")
        ui.button(verb, on_click=_shelving(here, alert, then)).props("flat no-caps")


def _acknowledging(here: Visit, alert: Alert, then: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        answer = await ask(here, Question(say("Acknowledge"), fields=(say("What is done about it"),)))
        if answer is None:
            return
        with said(here):
            await run.io_bound(acknowledge, alert_desk(here), here.actor(), alert.id, answer.texts[0])
            done(say("Acknowledged."))
        then()

    return go


def _shelving(here: Visit, alert: Alert, then: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        text = say("Nobody is told of this cause for a time; it is watched on and comes back by itself.")
        fields = (say("Hours"), say("Reason"))
        answer = await ask(here, Question(say("Shelve"), text, fields=fields))
        if answer is None:
            return
        with said(here):
            hours = _hours(answer.texts[0])
            await run.io_bound(shelve, alert_desk(here), here.actor(), alert.id, hours, answer.texts[1])
            done(say("Shelved."))
        then()

    return go


def _unshelving(here: Visit, alert: Alert, then: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        answer = await ask(here, Question(say("Take off the shelf"), fields=(say("Reason"),)))
        if answer is None:
            return
        with said(here):
            await run.io_bound(unshelve, alert_desk(here), here.actor(), alert.id, answer.texts[0])
            done(say("People are told of it again."))
        then()

    return go


def _hours(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise AlertError(N_("{text} is no number of hours."), text=repr(text)) from error
