"""What people are asked on pages: a reason, a password again, yes or no; and how a refusal is said."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from weakref import WeakSet

from nicegui import Client, run, ui

from calibration.errors import CalibrationError
from daq.errors import HengliangError
from daq.security.accounts import Credentials
from daq.security.people import Role, account_of
from daq.security.signatures import Signature
from daq.web.frame import box
from daq.web.people_words import roles_text
from daq.web.visit import Visit, origin_of

_ASKED: WeakSet[Client] = WeakSet()
"""Pages on which a question stands."""


@contextmanager
def said(here: Visit) -> Iterator[None]:
    """A refusal is said in this person's language and changes nothing; anything else is a defect."""
    try:
        yield
    except (HengliangError, CalibrationError) as error:
        refused(here.words.error(error))


def refused(sentence: str) -> None:
    """Say why something is not done."""
    ui.notify(sentence, type="negative", multi_line=True, timeout=12_000, close_button="✕")


def may_fill_in(here: Visit, *roles: Role) -> bool:
    """Whether the person has one of the roles; if not, it says so where the form would stand."""
    if here.has(*roles):
        return True
    account = here.person.account if here.person is not None else "?"
    sentence = here.words.say(
        "{account} may not do this: it takes the role {roles}.",
        account=account,
        roles=roles_text(roles, here.words),
    )
    ui.label(sentence).classes("refusal")
    return False


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


Act = Callable[[Answer], Awaitable[None]]
"""What is done with an answer while the dialog still stands; a refusal is said in it, and nothing is lost."""


async def ask(here: Visit, question: Question, act: Act | None = None) -> Answer | None:
    """Ask in a dialog; None if the person left it.

    The button works when everything is filled in. A signature asks for the account as well: whoever is signed
    in at the screen, the one who types the password signs. A page asks one question at a time: a second click
    on the button that asks is none.
    """
    client = ui.context.client
    if client in _ASKED:
        return None
    _ASKED.add(client)
    try:
        with ui.dialog().props("persistent") as dialog, ui.card().classes("ask"):
            _Sheet(here, question, act, dialog)
        found: Answer | None = await dialog
        dialog.delete()
        return found
    finally:
        _ASKED.discard(client)


class _Sheet:
    """What stands in a dialog."""

    def __init__(self, here: Visit, question: Question, act: Act | None, dialog: ui.dialog) -> None:
        say = here.words.say
        self._here, self._question, self._act, self._dialog = here, question, act, dialog
        ui.label(question.title).classes("caption")
        if question.text:
            ui.label(question.text).classes("detail")
        if question.more is not None:
            question.more()
        self._inputs = [ui.input(label).props("outlined autogrow type=textarea") for label in question.fields]
        if question.signed:
            account = ui.input(say("Account"), value=here.person.account if here.person else "")
            password = ui.input(say("Password")).props("type=password autocomplete=off outlined")
            password.on("keydown.enter", self._go_on)
            self._inputs += [account.props("outlined autocomplete=off"), password]
        self._refusal = ui.label().classes("refusal").props("role=alert")
        self._refusal.set_visibility(False)
        with box("buttons"):
            ui.button(say("Cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
            self._go = ui.button(question.verb or question.title, on_click=self._go_on)
            self._go.props("unelevated no-caps" + (" color=negative" if question.grave else ""))
        for each in self._inputs:
            each.on_value_change(self._see)
        for each in [one for one in self._inputs if not one.value][:1]:
            each.props("autofocus")  # typing begins where something is missing
        self._see()

    def _texts(self) -> list[str]:
        return [str(each.value or "").strip() for each in self._inputs]

    def _see(self) -> None:
        self._go.set_enabled(all(self._texts()))

    async def _go_on(self) -> None:
        """Do it, or say why not; a password that did not do is typed again."""
        if not self._go.enabled:
            return
        self._go.disable()
        answer = self._answer()
        try:
            if self._act is not None:
                await self._act(answer)
        except (HengliangError, CalibrationError) as error:
            self._refusal.set_text(self._here.words.error(error))
            self._refusal.set_visibility(True)
            if self._question.signed:
                self._inputs[-1].value = ""
            self._see()
            return
        self._dialog.submit(answer)

    def _answer(self) -> Answer:
        texts, count = self._texts(), len(self._question.fields)
        if not self._question.signed:
            return Answer(tuple(texts), None)
        credentials = Credentials(texts[count], texts[count + 1], origin_of(self._here.request))
        return Answer(tuple(texts[:count]), credentials)


SignedAct = Callable[[Answer, Signature], Awaitable[None]]


async def ask_signed(
    here: Visit, question: Question, roles: Sequence[Role], meaning: str, act: SignedAct | None = None
) -> tuple[Answer, Signature] | None:
    """Ask, and have it signed by whoever typed account and password; None if it was left.

    Args:
        here: the page.
        question: with ``signed``.
        roles: any of them may sign this; the signer's first one counts.
        meaning: what the signature says: ``entered``, ``checked`` ….
        act: what is done under the signature; where it is refused, the question stands.
    """
    signed: list[Signature] = []

    async def sign(answer: Answer) -> None:
        if answer.credentials is None:
            return
        accounts, account = here.desk.accounts, account_of(answer.credentials.account)
        held = [one for one in accounts.people() if one.account == account]
        role = next((role for role in roles if held and role in held[0].roles), roles[0])
        signature = await run.io_bound(accounts.sign, answer.credentials, role, meaning)
        if signature is None:  # the server is being stopped
            return
        if act is not None:
            await act(answer, signature)
        signed.append(signature)

    answer = await ask(here, question, sign)
    return (answer, signed[0]) if answer is not None and signed else None


@contextmanager
def once(button: ui.button) -> Iterator[None]:
    """While something is done, its button does nothing: a second click is none."""
    button.disable()
    try:
        yield
    finally:
        button.enable()


Cell = str | tuple[str, str]
"""A text, or a text and the address it leads to."""


def table(headings: Sequence[str], rows: Sequence[Sequence[Cell]], empty: str) -> None:
    """A plain table; ``empty`` is the sentence that stands where there are no rows.

    It is one element, however long: every element of a page is drawn anew whenever one of them changes.
    """
    if not rows:
        ui.label(empty).classes("detail")
        return
    heads = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    lines = (f"<tr>{''.join(f'<td>{_written(content)}</td>' for content in row)}</tr>" for row in rows)
    body = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody>"
    ui.html(f'<table class="plain">{body}</table>', sanitize=False).classes("scroll")


def _written(content: Cell) -> str:
    if isinstance(content, str):
        return escape(content)
    text, address = content
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def cell(content: Cell) -> None:
    """What stands in one place of a table."""
    if isinstance(content, str):
        ui.label(content)
    else:
        ui.link(*content)
