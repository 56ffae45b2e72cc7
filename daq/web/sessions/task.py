"""The middle of a session's page: one instruction, the number that the instrument says, one button."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from nicegui import events, run, ui

from calibration.units import unit_of
from daq.i18n.figures import with_unit
from daq.lab.certificates.register import StoredDocument, printable
from daq.lab.methods.loading import Method
from daq.lab.methods.steps import Environment, PlainStep, Read, Weigh
from daq.lab.sessions import steps
from daq.lab.sessions.captures import Acknowledged, Press, capture
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.readings import MASS
from daq.lab.sessions.records import BENCH_ROLES
from daq.lab.sessions.room import bands_of
from daq.lab.sessions.starting import Allowed, override
from daq.lab.sessions.state import SessionState, Task, why_of
from daq.lab.sessions.steps import At, may_skip
from daq.web.forms import Question, ask, refused
from daq.web.frame import box, put
from daq.web.live.facts import ChannelNow, ChannelState
from daq.web.live.views import ChannelView, channel_view
from daq.web.pages.live import ChannelFace
from daq.web.sessions.ears import Ears, Heard, listening
from daq.web.sessions.instruments import Choosers
from daq.web.sessions.release import Refusal
from daq.web.sessions.words import (
    VERBS,
    instruction,
    place_text,
    remark_text,
    timer_text,
)
from daq.web.visit import Visit

PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
MOST_PICTURE_BYTES = 15_000_000


class TaskPanel:
    """What one portion has to do now; built again when that changes."""

    def __init__(self, here: Visit, method: Method, state: SessionState, portion: int, ears: Ears) -> None:
        """Build it for a portion, 0 for what concerns the whole session."""
        self._here = here
        self._ears = ears
        self._method = method
        self._state = state
        self._portion = portion
        self._busy = False
        self.task = state.task(portion)
        self._faces: list[ChannelFace] = []
        self._timer: ui.label | None = None
        self.changed: Callable[[SessionState], None] = lambda _state: None
        """Told when something was done."""
        with box("task"):
            self._build()

    @property
    def _at(self) -> At:
        step = self.task.place.step if self.task else ""
        return At(self._state.header.id, step, self._portion)

    def _build(self) -> None:
        words, task = self._here.words, self.task
        why = why_of(self._state, self._portion)
        if task is None:
            text = remark_text(why, words, self._method.procedure) if why else ""
            ui.label(text or words.say("Nothing is left to do here.")).classes("big")
            return
        ui.label(words.either(task.step.title_zh, task.step.title_en)).classes("big")
        ui.label(place_text(task, words)).classes("detail")
        ui.label(instruction(task.step, words)).classes("instruction")
        choosers = Choosers(
            self._here, self._method.procedure, self._state, lambda state: self.changed(state)
        )
        choosers.build(self._portion)
        if task.action == "capture":
            self._sight = box("sight")
            self._live(task, self._channels(task))
        if task.action == "stop-timer":
            self._timer = ui.label().classes("countdown")
        self._number = None
        if task.action == "enter":
            unit = next(one.unit for one in self._method.procedure.inputs if one.name == task.step.into)  # type: ignore[union-attr]
            self._number = ui.input(words.say("Value in {unit}", unit=unit)).props("outlined").classes("grow")
        self._buttons(task)
        self._refusal = Refusal(self._here, self._allow)
        if why is not None:
            ui.label(remark_text(why, words, self._method.procedure)).classes("because")
        can_listen = listening(self._method.procedure, self._state, task, 0) is not None
        self._hint = ui.label().classes("caution hint")
        if can_listen and self._here.has(*BENCH_ROLES):
            self._automatic()
        self.show()

    def _automatic(self) -> None:
        """Whether coming to rest captures is switched here; the print key always does."""
        ui.switch(
            self._here.words.say("capture by itself when the balance comes to rest"),
            value=self._ears.is_automatic,
            on_change=lambda event: self._ears.switch(is_automatic=bool(event.value)),
        )

    def _live(self, task: Task, channels: Sequence[ChannelNow]) -> None:
        """The numbers that a capture would take; built again when there are others, as after a restart."""
        self._sight.clear()
        self._faces.clear()
        with self._sight:
            self._show_channels(task, channels)

    def _show_channels(self, task: Task, channels: Sequence[ChannelNow]) -> None:
        if not channels:
            name = self._state.instrument(getattr(task.step, "role", ""), self._portion) or "—"
            sentence = self._here.words.say("{name} gives no reading now.", name=name)
            ui.label(sentence).classes("refusal")
            return
        stale = self._here.words.state(ChannelState.STALE)
        for channel in channels:
            if len(channels) > 1:
                ui.label(self._here.words.quantity(channel.channel.quantity)).classes("detail")
            with box("sheet"):
                self._faces.append(ChannelFace(self._view(channel), stale))

    def _view(self, channel: ChannelNow) -> ChannelView:
        return channel_view(channel, self._here.poller.site.now_ns, self._here.words, several=False)

    def _channels(self, task: Task) -> list[ChannelNow]:
        """The channels that a capture would take now, one for each quantity that it asks for."""
        name, _, wanted = (
            self._state.instrument(getattr(task.step, "role", ""), self._portion) or ""
        ).partition("/")
        found = self._here.poller.site.instrument(name)
        if found is None:
            return []
        channels = [one for one in found.channels if wanted in ("", one.channel.name)]
        asked = _quantities(self._method, task.step)
        fitting = [[one for one in channels if one.channel.quantity == quantity] for quantity in asked]
        return [each[0] for each in fitting if each]

    def _buttons(self, task: Task) -> None:
        say = self._here.words.say
        if not self._here.has(*BENCH_ROLES):
            return
        with box("bar"):
            if task.action == "attach":
                self._upload()
            else:
                verb = say(VERBS[task.action])
                ui.button(verb, on_click=lambda: self.act("button")).props("unelevated no-caps size=xl")
            if may_skip(task.step):
                ui.button(say("Skip"), on_click=self._skip).props("flat no-caps")

    def _upload(self) -> None:
        upload = ui.upload(
            on_upload=self._attach,
            on_rejected=self._reject,
            auto_upload=True,
            max_file_size=MOST_PICTURE_BYTES,
        )
        upload.props(f'accept="image/*" capture=environment label="{self._here.words.say("Picture")}"')

    def show(self) -> None:
        """Bring number and countdown up to date."""
        task = self.task
        if task is None:
            return
        if task.action == "capture":
            channels = self._channels(task)
            if len(channels) != len(self._faces):
                self._live(task, channels)
            for face, channel in zip(self._faces, channels, strict=True):
                face.show(self._view(channel))
        if self._timer is not None:
            timer = next((one for one in self._state.timers if one.place == task.place), None)
            if timer is not None:
                put(self._timer, timer_text(timer, self._here.words))

    def renew(self, state: SessionState) -> None:
        """The same task with the time that has passed since."""
        self._state = state
        self.show()

    async def act(self, by: str) -> None:
        """Do what the one button says; ``by`` tells a button from a key or a pedal."""
        task, bench = self.task, self._here.desk.bench
        if task is None or self._busy or task.action == "attach":
            return
        self._busy = True
        try:
            if task.action == "capture":
                await self._capture(by)
            elif task.action == "enter":
                await self._enter()
            else:
                do = {
                    "confirm": steps.confirm,
                    "start-timer": steps.start_timer,
                    "stop-timer": steps.stop_timer,
                }[task.action]
                await self._do(lambda actor: do(bench, actor, self._at))
        finally:
            self._busy = False

    async def hear(self) -> None:
        """Capture what the print key or coming to rest has pressed for."""
        task, bench = self.task, self._here.desk.bench
        if task is None or self._busy or not self._here.has(*BENCH_ROLES):
            return
        what = listening(self._method.procedure, self._state, task, bench.clock.now_ns())
        if what is None:
            return
        self._busy = True
        try:
            heard: Heard | None = await run.io_bound(self._ears.hear, what)
            if heard is not None:
                await self._take(heard)
        finally:
            self._busy = False

    async def _take(self, heard: Heard) -> None:
        """Capture what was pressed for; say what is waited for, and what was pressed in vain."""
        sentence = self._here.words.say(heard.message, **heard.facts) if heard.message else ""
        if self._hint.is_deleted:
            pass  # built again meanwhile
        elif heard.is_refusal:
            self._refusal.say(sentence)
        else:
            put(self._hint, f"… {sentence}" if sentence else "")
        if heard.press is not None:
            await self._press(heard.press)

    async def _do(self, what: Callable[[Any], SessionState]) -> None:
        with self._refusal.watch(self._method.procedure):
            actor = self._here.actor()
            state = await run.io_bound(what, actor)
            if state is not None:
                self.changed(state)

    async def _capture(self, by: str) -> None:
        await self._press(Press(at=self._at, token=secrets.token_hex(16), by=by))

    async def _press(self, press: Press) -> None:
        here = self._here
        with self._refusal.watch(self._method.procedure):
            done: Acknowledged | None = await run.io_bound(capture, here.desk.bench, here.actor(), press)
            if done is not None:
                _acknowledge(here, done, self._method)
                self.changed(done.state)

    async def _allow(self, allowed: Allowed) -> None:
        await self._do(lambda _actor: override(self._here.desk.bench, self._state.header.id, allowed))

    async def _enter(self) -> None:
        say = self._here.words.say
        text = str(self._number.value or "") if self._number is not None else ""
        answer = await ask(
            self._here, Question(say("Why is {text} entered by hand?", text=text), fields=(say("Reason"),))
        )
        if answer is not None:
            bench, reason = self._here.desk.bench, answer.texts[0]
            await self._do(lambda actor: steps.enter(bench, actor, self._at, text, reason))

    async def _skip(self) -> None:
        say = self._here.words.say
        answer = await ask(self._here, Question(say("Skip this step"), fields=(say("Reason"),)))
        if answer is not None:
            bench, reason = self._here.desk.bench, answer.texts[0]
            await self._do(lambda actor: steps.skip(bench, actor, self._at, reason))

    def _reject(self) -> None:
        text = self._here.words.say(
            "Only pictures in JPEG or PNG of at most {size} MB are taken.", size=MOST_PICTURE_BYTES // 10**6
        )
        refused(text)

    async def _attach(self, event: events.UploadEventArguments) -> None:
        desk = self._here.desk
        data = await event.file.read()
        kind = next((kind for head, kind in PICTURES.items() if data.startswith(head)), None)
        if kind is None:
            self._reject()
            return
        sha256 = await run.io_bound(desk.register.blobs.put, data)
        document = StoredDocument(str(sha256), printable(event.file.name), kind, len(data))
        await self._do(lambda actor: steps.attach(desk.bench, actor, self._at, document))


def _quantities(method: Method, step: PlainStep) -> Sequence[str]:
    """What a capture of this step takes, in the words of the journal."""
    if isinstance(step, Environment):
        return tuple(bands_of(step))
    if isinstance(step, Weigh | Read):
        into = next(one for one in method.procedure.inputs if one.name == step.into)
        return (unit_of(into.unit).kind.value,)
    return (MASS,)


def _acknowledge(here: Visit, done: Acknowledged, method: Method) -> None:
    """Repeat what was taken in large type; it is on the disk."""
    words = here.words
    texts = [capture_text(one) for one in done.captures]
    ui.notify(
        f"✓ {' · '.join(texts)}", type="positive", timeout=3_500, position="top", classes="acknowledged"
    )
    for remark in done.remarks:
        text = f"▲ {remark_text(remark, words, method.procedure)}"
        ui.notify(text, type="warning", timeout=8_000, close_button="✕")


def capture_text(one: Capture) -> str:
    """What was captured, as the instrument said it."""
    return with_unit(one.raw_text, one.unit)
