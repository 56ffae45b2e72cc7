"""What may be done with a session as a whole: compute, sign, review, return, amend, note, more and fewer."""

from collections.abc import Awaitable, Callable

from nicegui import run, ui

from daq.lab.methods.loading import Method
from daq.lab.sessions import signing, steps
from daq.lab.sessions.events import Stage
from daq.lab.sessions.given import given_of, replaced_certificates
from daq.lab.sessions.records import BENCH_ROLES, Loaded
from daq.lab.sessions.results import Recalculated, finish_session, recalculate
from daq.lab.sessions.signing import PERFORMED, REVIEWED, REVIEWERS
from daq.lab.sessions.starting import Allowed, override
from daq.lab.sessions.state import SessionState
from daq.records.database import reading
from daq.security.people import Role
from daq.web.forms import Question, ask, ask_signed, said
from daq.web.frame import box
from daq.web.sessions.release import Refusal
from daq.web.sessions.words import remark_text
from daq.web.visit import Visit

Changed = Callable[[SessionState], None]
Click = Callable[[], Awaitable[None]]
AMENDERS = (Role.METROLOGIST, Role.QUALITY_MANAGER)
WITH_RESULTS = (Stage.FINISHED, Stage.SIGNED, Stage.REVIEWED)
CHANGEABLE = (Stage.RUNNING, Stage.FINISHED)


class EndPanel:
    """The buttons under the middle of a session's page, by its stage and by who looks at it."""

    def __init__(self, here: Visit, loaded: Loaded, state: SessionState, changed: Changed) -> None:
        self._here = here
        self._loaded = loaded
        self._state = state
        self._changed = changed

    @property
    def _method(self) -> Method:
        return self._loaded.method

    def build(self) -> None:
        """Build what is possible now."""
        state, say, here = self._state, self._here.words.say, self._here
        with box("bar"):
            if state.stage is Stage.RUNNING and state.is_through and here.has(*BENCH_ROLES):
                self._main(say("Compute the result"), self._compute)
            if state.stage is Stage.FINISHED and not state.draft and here.has(*BENCH_ROLES):
                self._main(say("Sign"), self._sign)
            if state.stage is Stage.SIGNED and here.has(*REVIEWERS):
                self._main(say("Review and sign"), self._review)
                self._side(say("Return with comments"), self._return)
        self._refusal = Refusal(here, self._allow)
        self._stuck()
        with box("bar"):
            if state.stage in CHANGEABLE and here.has(*BENCH_ROLES):
                self._side(say("Note"), self._note)
                self._side(say("Give up the session"), self._cancel)
            if state.stage is Stage.REVIEWED and here.has(*AMENDERS):
                self._side(say("Amend"), self._amend)
        if state.stage in WITH_RESULTS:
            self._replaced()

    def portions(self, chosen: int) -> None:
        """One more determination, or the chosen one given up."""
        state, say = self._state, self._here.words.say
        if state.stage not in CHANGEABLE or not self._here.has(*BENCH_ROLES):
            return
        with box("filters"):
            if len(state.portions) < self._method.procedure.determinations.maximum:
                self._side(f"+ {say('One more')}", self._add)
            if chosen in state.portions:
                text = say("Give up {number}", number=chosen)
                self._side(f"✕ {text}", lambda: self._abandon(chosen))

    def _main(self, text: str, click: Click) -> None:
        ui.button(text, on_click=click).props("unelevated no-caps size=lg")

    def _side(self, text: str, click: Click) -> None:
        ui.button(text, on_click=click).props("flat no-caps dense")

    def _stuck(self) -> None:
        """A loop at its end without constant mass goes on only if two people allow it."""
        procedure = self._method.procedure
        for view in self._state.loops:
            waits = [one.waits for one in self._state.positions if one.portion == view.portion]
            if view.exhausted and waits[0] is not None and self._state.stage is Stage.RUNNING:
                if self._state.tasks:
                    ui.label(remark_text(waits[0], self._here.words, procedure)).classes("refusal")
                self._refusal.offer("mass-never-constant", f"{view.step}/{view.portion}", procedure)

    def _replaced(self) -> None:
        """Certificates behind the results that were replaced since; a metrologist computes again."""
        here, say = self._here, self._here.words.say
        certificates = here.desk.certificates
        with reading(here.desk.engine) as connection:
            given = given_of(connection, certificates, self._loaded, here.desk.clock.now_ns())
        for old, new in replaced_certificates(given, certificates).items():
            text = say(
                "Certificate {old} was replaced by {new} for the time of the readings.", old=old, new=new
            )
            ui.label(f"▲ {text}").classes("caution")
            if here.has(*AMENDERS):
                self._side(say("Compute again"), self._again)

    async def _do(self, what: Callable[..., SessionState], *more: object) -> None:
        with self._refusal.watch(self._method.procedure):
            actor, number = self._here.actor(), self._state.header.id
            found = await run.io_bound(what, self._here.desk.bench, actor, number, *more)
            if found is not None:
                self._changed(found)

    async def _ask(self, question: Question, what: Callable[..., SessionState], *more: object) -> None:
        """The same after a question; its answer goes along."""
        answer = await ask(self._here, question)
        if answer is not None:
            await self._do(what, *more, *answer.texts)

    async def _signed(
        self, question: Question, roles: tuple[Role, ...], meaning: str, what: Callable[..., SessionState]
    ) -> None:
        signed = await ask_signed(self._here, question, roles, meaning)
        if signed is None:
            return
        with said(self._here):
            found = await run.io_bound(what, self._here.desk.bench, self._state.header.id, signed[1])
            if found is not None:
                self._changed(found)

    async def _compute(self) -> None:
        await self._do(finish_session)

    async def _sign(self) -> None:
        say = self._here.words.say
        question = Question(say("Sign"), say("I did this work as it is recorded here."), signed=True)
        await self._signed(question, BENCH_ROLES, PERFORMED, signing.sign_session)

    async def _review(self) -> None:
        say = self._here.words.say
        text = say("I have compared the results with the raw data.")
        question = Question(say("Review and sign"), text, signed=True)
        await self._signed(question, REVIEWERS, REVIEWED, signing.review_session)

    async def _return(self) -> None:
        say = self._here.words.say
        text = say("It goes back to the bench with your comments.")
        question = Question(say("Return with comments"), text, fields=(say("What has to be done"),))
        await self._ask(question, signing.return_session)

    async def _amend(self) -> None:
        say = self._here.words.say
        text = say("Result and report get a new version beside the present one.")
        await self._ask(Question(say("Amend"), text, fields=(say("Reason"),)), signing.amend_session)

    async def _cancel(self) -> None:
        say = self._here.words.say
        text = say("It stays in the record with all its captures.")
        question = Question(say("Give up the session"), text, fields=(say("Reason"),), grave=True)
        await self._ask(question, signing.cancel_session)

    async def _note(self) -> None:
        say = self._here.words.say
        await self._ask(Question(say("Note"), fields=(say("Text"),)), steps.note)

    async def _add(self) -> None:
        await self._do(steps.add_portion)

    async def _abandon(self, portion: int) -> None:
        say = self._here.words.say
        title = say("Give up determination {number}", number=portion)
        text = say("It stays in the record with your reason, and does not count any more.")
        question = Question(title, text, fields=(say("Reason"),), grave=True)
        await self._ask(question, steps.abandon_portion, portion)

    async def _allow(self, allowed: Allowed) -> None:
        with said(self._here):
            found = await run.io_bound(override, self._here.desk.bench, self._state.header.id, allowed)
            if found is not None:
                self._changed(found)

    async def _again(self) -> None:
        say, bench = self._here.words.say, self._here.desk.bench
        text = say("New versions of the results stand beside the old ones, and have to be signed again.")
        answer = await ask(self._here, Question(say("Compute again"), text, fields=(say("Reason"),)))
        if answer is None:
            return
        with said(self._here):
            found: Recalculated | None = await run.io_bound(
                recalculate, bench, self._here.actor(), self._state.header.id, answer.texts[0]
            )
            if found is not None:
                self._changed(found.state)
