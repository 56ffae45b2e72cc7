"""What people are asked on pages: a reason, a password again, yes or no; and how a refusal is said."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from nicegui import run, ui

from calibration.errors import CalibrationError
from daq.errors import HengliangError
from daq.security.accounts import Credentials
from daq.security.people import Role, account_of
from daq.security.signatures import Signature
from daq.web.frame import box
from daq.web.visit import Visit, origin_of


@contextmanager
def said(here: Visit) -> Iterator[None]:
    """A refusal is said in this person's language and changes nothing; anything else is a defect."""
    try:
        yield
    except (HengliangError, CalibrationError) as error:
        ui.notify(here.words.error(error), type="negative", multi_line=True, timeout=12_000, close_button="✕")


def done(sentence: str) -> None:
    """Say that something was done."""
    ui.notify(sentence, type="positive", timeout=4_000)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is done."""

    title: str
    text: str = ""
    """What it means, in a sentence or two."""
    verb: str = ""
    """On the button that does it."""
    fields: Sequence[str] = field(default=())
    """Labels of texts that must be filled in: a reason, a comment."""
    signed: bool = False
    """Whether the account and password are asked again, for a signature."""
    grave: bool = False
    """Whether it takes something out of use."""
    more: Callable[[], None] | None = None
    """Builds what is shown besides, such as a list of what it concerns."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was filled in."""

    texts: tuple[str, ...]
    credentials: Credentials | None


async def ask(here: Visit, question: Question) -> Answer | None:
    """Ask in a dialog; None if the person left it.

    The button works when everything is filled in. A signature asks for the account as well: whoever is signed
    in at the screen, the one who types the password signs.
    """
    say = here.words.say
    with ui.dialog().props("persistent") as dialog, ui.card().classes("ask"):
        ui.label(question.title).classes("caption")
        if question.text:
            ui.label(question.text).classes("detail")
        if question.more is not None:
            question.more()
        inputs = [ui.input(label).props("outlined autogrow type=textarea") for label in question.fields]
        if question.signed:
            account = ui.input(say("Account"), value=here.person.account if here.person else "")
            password = ui.input(say("Password")).props("type=password autocomplete=off outlined autofocus")
            inputs += [account.props("outlined autocomplete=off"), password]
        with box("buttons"):
            ui.button(say("Cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
            go = ui.button(question.verb or question.title, on_click=lambda: dialog.submit(values()))
            go.props("unelevated no-caps" + (" color=negative" if question.grave else ""))

    def values() -> list[str]:
        return [str(each.value or "").strip() for each in inputs]

    for each in inputs:
        each.on_value_change(lambda: go.set_enabled(all(values())))
    go.set_enabled(all(values()))
    found: list[str] | None = await dialog
    dialog.delete()
    if found is None:
        return None
    count = len(question.fields)
    signer = Credentials(found[count], found[count + 1], origin_of(here.request)) if question.signed else None
    return Answer(tuple(found[:count]), signer)


async def ask_signed(
    here: Visit, question: Question, roles: Sequence[Role], meaning: str
) -> tuple[Answer, Signature] | None:
    """Ask, and have it signed by whoever typed account and password; None if it was left or refused.

    Args:
        here: the page.
        question: with ``signed``.
        roles: any of them may sign this; the signer's first one counts.
        meaning: what the signature says: ``entered``, ``checked`` ….
    """
    answer = await ask(here, question)
    if answer is None or answer.credentials is None:
        return None
    with said(here):
        accounts, account = here.desk.accounts, account_of(answer.credentials.account)
        held = [one for one in accounts.people() if one.account == account]
        role = next((role for role in roles if held and role in held[0].roles), roles[0])
        signature = await run.io_bound(accounts.sign, answer.credentials, role, meaning)
        if signature is not None:
            return answer, signature
    return None


Cell = str | tuple[str, str]
"""A text, or a text and the address it leads to."""


def table(headings: Sequence[str], rows: Sequence[Sequence[Cell]], empty: str) -> None:
    """A plain table; ``empty`` is the sentence that stands where there are no rows."""
    if not rows:
        ui.label(empty).classes("detail")
        return
    with box("scroll"), box("plain", "table"):
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                with ui.element("th"):
                    ui.label(heading)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for content in row:
                        with ui.element("td"):
                            cell(content)


def cell(content: Cell) -> None:
    """What stands in one place of a table."""
    if isinstance(content, str):
        ui.label(content)
    else:
        ui.link(*content)
