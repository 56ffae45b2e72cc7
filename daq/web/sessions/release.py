"""What was refused on a session's page, with every reason, and how two people allow it (两人签字放行)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from nicegui import ui

from daq.errors import StepRefusedError
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.methods.file import Procedure
from daq.lab.sessions.objections import INSTRUMENT
from daq.lab.sessions.starting import OVERRIDABLE, Allowed
from daq.security.people import Role
from daq.web.forms import Question, ask_signed, said
from daq.web.frame import box
from daq.web.sessions.words import refusal_lines, step_title
from daq.web.visit import Visit

ALLOWERS = (Role.QUALITY_MANAGER, Role.METROLOGIST, Role.TECHNICIAN)
Allow = Callable[[Allowed], Awaitable[None]]
"""What is done with the permission."""


class Refusal:
    """The place on a page where the last refusal stands until something else is done."""

    def __init__(self, here: Visit, allow: Allow) -> None:
        """Build it, empty."""
        self._here = here
        self._allow = allow
        self._root = box("refused").props("role=alert")

    @contextmanager
    def watch(self, procedure: Procedure) -> Iterator[None]:
        """Do something that may be refused; the refusal before it is forgotten."""
        self._root.clear()
        with said(self._here):
            try:
                yield
            except StepRefusedError as error:
                if not self._root.is_deleted:  # somebody else has gone on meanwhile
                    self._show(error, procedure)

    def clear(self) -> None:
        """Forget the last refusal."""
        self._root.clear()

    def say(self, sentence: str) -> None:
        """Show why something was not done."""
        self._root.clear()
        with self._root:
            ui.label(f"✗ {sentence}").classes("refusal")

    def _show(self, error: StepRefusedError, procedure: Procedure) -> None:
        with self._root:
            for line in refusal_lines(error, self._here.words, procedure):
                ui.label(f"✗ {line}").classes("refusal")
            for code, subject in error.stops:
                if code in OVERRIDABLE:
                    self.offer(code, subject, procedure)

    def offer(self, code: str, subject: str, procedure: Procedure) -> None:
        """A button by which two people allow one thing."""
        say = self._here.words.say
        what = self._what(code, subject, procedure)

        async def go() -> None:
            allowed = await two_people(self._here, code, subject, what)
            if allowed is not None:
                self._root.clear()
                await self._allow(allowed)

        with self._root:
            ui.button(say("Two people allow it: {what}", what=what), on_click=go).props("outline no-caps")

    def _what(self, code: str, subject: str, procedure: Procedure) -> str:
        """The instrument, or the step and portion, in a few words."""
        first, _, last = subject.rpartition("/")
        if code == INSTRUMENT:
            return last
        title = step_title(procedure, first, self._here.words)
        return f"{title} · {last}" if last != "0" else title


async def two_people(here: Visit, code: str, subject: str, what: str) -> Allowed | None:
    """Ask for the reason and both signatures, one of them a quality manager's; None if it was left."""
    say = here.words.say
    title = say("Two people allow it: {what}", what=what)
    text = say("It holds for this session, and is printed on its report with both names and the reason.")
    first = Question(title, text, say("First signature"), fields=(say("Reason"),), signed=True)
    signed = await ask_signed(here, first, ALLOWERS, OVERRIDE)
    if signed is None:
        return None
    answer, one = signed
    text = say("Another person signs too; one of the two is a quality manager.")
    second = Question(title, text, say("Second signature"), signed=True)
    another = await ask_signed(replace(here, person=None), second, ALLOWERS, OVERRIDE)
    if another is None:
        return None
    return Allowed(code, subject, answer.texts[0], (one, another[1]))
