"""What can be done with a certificate, by whom, and what is asked before it is done."""

import datetime
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from nicegui import run, ui

from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates import life
from daq.lab.certificates.life import InForce
from daq.lab.certificates.steps import CHECKERS, ENTERERS, WITHDRAWERS
from daq.lab.typed_numbers import typed_date
from daq.records.certificate_versions import State, Version
from daq.security.people import Role
from daq.security.signatures import Signature
from daq.web.certificates.as_found import Judged, judged_as_found, show_foreseen
from daq.web.forms import Answer, Question, ask, ask_signed, refused
from daq.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Action:
    """One step that a person may take."""

    verb: str
    state: State
    roles: tuple[Role, ...]
    text: str
    """What it means."""
    field: str = ""
    """What must be filled in besides the password."""
    dated: bool = False
    """Whether it holds from a day that is asked."""
    grave: bool = False


ENTER = Action(
    N_("Send to check"),
    State.ENTERED,
    ENTERERS,
    N_("I have compared every cell with the document; another person checks it."),
)
CHECK = Action(
    N_("Check"),
    State.CHECKED,
    CHECKERS,
    N_("I have compared it with the document myself."),
    N_("Comment"),
)
PUT_IN_FORCE = Action(
    N_("Put in force"),
    State.IN_FORCE,
    CHECKERS,
    N_("Readings are corrected by it from this day on."),
    N_("Reason"),
    dated=True,
)
SUSPEND = Action(
    N_("Suspend"),
    State.SUSPENDED,
    WITHDRAWERS,
    N_("Readings from now on are not corrected by it until it is resumed."),
    N_("Reason"),
    grave=True,
)
RESUME = Action(N_("Resume"), State.IN_FORCE, WITHDRAWERS, N_("It counts again from now on."), N_("Reason"))
REVOKE = Action(
    N_("Revoke"),
    State.REVOKED,
    WITHDRAWERS,
    N_("It counts for no time at all, as if it had never been in force; values are computed anew."),
    N_("Reason"),
    grave=True,
)
AFTER = {
    State.DRAFT: (ENTER,),
    State.RETURNED: (ENTER,),
    State.ENTERED: (CHECK,),
    State.CHECKED: (PUT_IN_FORCE,),
    State.IN_FORCE: (SUSPEND, REVOKE),
    State.SUPERSEDED: (SUSPEND, REVOKE),
    State.SUSPENDED: (RESUME, REVOKE),
    State.REVOKED: (),
}
"""What may follow each state."""
ONWARDS = (ENTER, CHECK, PUT_IN_FORCE)
"""Steps that only a complete certificate takes."""


def actions(here: Visit, version: Version) -> Iterator[Action]:
    """The steps that the person at the screen could sign; who really signs is asked with the password."""
    for action in AFTER[version.state]:
        if here.has(*action.roles) and _is_possible(action, version, here.desk.clock.now_ns()):
            yield action


def _is_possible(action: Action, version: Version, now_ns: int) -> bool:
    """What counts is suspended, and what nothing has superseded is resumed."""
    if action is SUSPEND:
        return version.counts_at(now_ns)
    superseded_ns = version.superseded_ns
    return action is not RESUME or superseded_ns is None or superseded_ns > now_ns


def buttons(
    here: Visit, version: Version, *, is_whole: bool = True, is_changed: Callable[[], bool] | None = None
) -> None:
    """A button for each step, the first one foremost; to be returned besides.

    Args:
        here: the page.
        version: of which certificate.
        is_whole: nothing is missing; otherwise the steps that need that are there, and do not work yet.
        is_changed: says whether something on the page was changed and is not kept; nobody signs that.
    """
    say = here.words.say
    for number, action in enumerate(actions(here, version)):
        button = ui.button(say(action.verb), on_click=_taking(here, version, action, is_changed))
        button.props("unelevated no-caps" if number == 0 and not action.grave else "outline no-caps")
        if action in ONWARDS and not is_whole:
            button.disable()
            button.tooltip(say("It cannot be used yet: see above what is missing."))
    if version.state in (State.ENTERED, State.CHECKED) and here.has(*CHECKERS):
        ui.button(say("Return"), on_click=_returning(here, version)).props("outline no-caps")


def _taking(
    here: Visit, version: Version, action: Action, is_changed: Callable[[], bool] | None
) -> Callable[[], Awaitable[None]]:
    async def take() -> None:
        if is_changed is not None and is_changed():
            refused(
                here.words.say("What you changed on this page is not kept yet: keep it as a new draft first.")
            )
            return
        say, today = here.words.say, here.desk.register.today().isoformat()
        fields = [say(action.field)] if action.field else []
        if action.dated:
            fields.insert(0, say("From the day, like {day}", day=today))
        title = f"{say(action.verb)}: {version.number} ({version.record})"
        question = Question(
            title, say(action.text), say(action.verb), fields, signed=True, grave=action.grave
        )
        judged = await judged_as_found(here, version) if action is PUT_IN_FORCE else Judged()
        if judged is None:
            return
        if judged.foreseen is not None:
            question = replace(question, more=lambda: show_foreseen(here, version, judged), grave=True)

        async def act(answer: Answer, signature: Signature) -> None:
            await run.io_bound(_step(here, version, (action, judged.mpe), answer.texts), signature)

        if await ask_signed(here, question, action.roles, action.state.value, act) is not None:
            ui.navigate.reload()

    return take


def _step(
    here: Visit, version: Version, what: tuple[Action, Decimal | None], texts: tuple[str, ...]
) -> Callable[[Any], Version]:
    """The function of the certificate's life behind an action."""
    register, record, text = here.desk.register, version.record, texts[-1] if texts else ""
    action, mpe = what
    if action is ENTER:
        return lambda signature: life.enter(register, signature, record)
    if action is CHECK:
        return lambda signature: life.check(register, signature, record, text)
    if action is PUT_IN_FORCE:
        when = InForce(register.start_of(_day(texts[0])), text, mpe)
        return lambda signature: life.put_in_force(register, signature, record, when)
    if action is SUSPEND:
        since = InForce(register.clock.now_ns(), text)
        return lambda signature: life.suspend(register, signature, record, since)
    if action is RESUME:
        return lambda signature: life.resume(register, signature, record, text)
    return lambda signature: life.revoke(register, signature, record, text)


def _day(text: str) -> datetime.date:
    try:
        return typed_date(text)
    except ValueError as error:
        raise RegisterError(
            N_("{text} is no date; write it like 2026-03-02."), text=repr(text[:20])
        ) from error


def _returning(here: Visit, version: Version) -> Callable[[], Awaitable[None]]:
    async def give_back() -> None:
        say = here.words.say
        question = Question(
            f"{say('Return')}: {version.number} ({version.record})",
            say("It goes back to whoever entered it, with what is wrong."),
            say("Return"),
            (say("What is wrong"),),
        )

        async def act(answer: Answer) -> None:
            actor, comment = here.actor(), answer.texts[0]
            await run.io_bound(life.return_to_draft, here.desk.register, actor, version.record, comment)

        if await ask(here, question, act) is not None:
            ui.navigate.reload()

    return give_back
