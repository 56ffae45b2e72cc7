"""Instruments in the roles of a session: what fits, what speaks against it, and choosing one."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from nicegui import run, ui
from sqlalchemy import Connection

from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import Equipment, equipment
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Instrument
from daq.lab.sessions.instruments import misfits, objections, whole_use
from daq.lab.sessions.objections import Objection
from daq.lab.sessions.starting import Allowed, Choice, choose_instrument, override
from daq.lab.sessions.state import SessionState
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.frame import box
from daq.web.sessions.release import Refusal
from daq.web.visit import Visit
from daq.web.words import Words

Changed = Callable[[SessionState], None]
MEASURED = {"oven": "temperature", "furnace": "temperature", "thermometer": "temperature"}
"""Of what kind the channel is that a method asks of an instrument which may have several."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instrument that can take a role."""

    name: str
    """With its channel or piece, where it has several: ``O-01/temperature-1``, ``W-01/100 g``."""
    title: str
    objections: tuple[Objection, ...]
    """What speaks against it now; two people may allow it nevertheless."""

    @property
    def is_refused(self) -> bool:
        """Whether the method takes it only if two people allow it."""
        return any(one.does == "block" for one in self.objections)

    @property
    def option(self) -> str:
        """As it is offered, with a mark."""
        mark = "✗" if self.is_refused else "▲" if self.objections else "✓"
        return f"{mark} {self.title}"


def candidates(desk: Desk, procedure: Procedure, demand: Instrument, words: Words) -> list[Candidate]:
    """Everything in the register that can take a role, the valid ones first."""
    with reading(desk.engine) as connection:
        found = [
            candidate
            for one in equipment(connection).values()
            if one.fits(demand.kind) and one.state is not EquipmentState.RETIRED
            for candidate in _of(desk, connection, (procedure, demand), (one, words))
        ]
    return sorted(found, key=lambda one: (one.is_refused, bool(one.objections)))


def _of(
    desk: Desk, connection: Connection, asked: tuple[Procedure, Instrument], which: tuple[Equipment, Words]
) -> Iterator[Candidate]:
    """One piece of equipment; none if its class or resolution does not do, which nobody can allow."""
    (procedure, demand), (one, words) = asked, which
    if misfits(connection, demand, one.name):
        return
    title = f"{one.name} {words.either(one.title_zh, one.title_en)}"
    parts = [(f"{one.name}/{part}", f"{title} · {shown}") for part, shown in _parts(desk, one, demand)]
    for instrument, shown in parts or [(one.name, title)]:
        use = whole_use(procedure, demand.role, instrument)
        yield Candidate(instrument, shown, objections(connection, procedure, use, desk.clock.now_ns()))


def _parts(desk: Desk, one: Equipment, demand: Instrument) -> list[tuple[str, str]]:
    """Pieces of a set of weights, or channels of an instrument that has several of the kind."""
    certificates = desk.certificates.measures().get(one.name, ())
    if certificates:
        return [(value.name, value.name) for value in certificates[-1].values]
    known = desk.poller.site.instrument(one.name)
    names = sorted(
        {
            each.channel.name
            for each in (known.channels if known else ())
            if each.channel.quantity == MEASURED.get(demand.kind)
        }
    )
    return [(name, name) for name in names] if len(names) > 1 else []


def missing(procedure: Procedure, state: SessionState, portion: int) -> list[Instrument]:
    """Roles of a determination for which nothing was chosen yet."""
    return [
        one
        for one in procedure.instruments
        if one.scope == "portion" and portion and state.instrument(one.role, portion) is None
    ]


class Choosers:
    """A question for each role of a determination that is open."""

    def __init__(self, here: Visit, procedure: Procedure, state: SessionState, changed: Changed) -> None:
        self._here = here
        self._procedure = procedure
        self._state = state
        self._changed = changed

    def build(self, portion: int) -> None:
        """Build it."""
        words = self._here.words
        for demand in missing(self._procedure, self._state, portion):
            found = candidates(self._here.desk, self._procedure, demand, words)
            with box("filters"):
                options = {one.name: one.option for one in found}
                field = ui.select(options, label=words.either(demand.title_zh, demand.title_en))
                field.props("outlined").classes("grow chooser")
                choose = self._choosing(Choice(demand.role, portion, ""), field)
                go = ui.button(words.say("Take it"), on_click=choose)
                go.props("unelevated no-caps").bind_enabled_from(field, "value", bool)
        self._refusal = Refusal(self._here, self._allow)

    def _choosing(self, choice: Choice, field: ui.select) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            chosen = Choice(choice.role, choice.portion, str(field.value))
            with self._refusal.watch(self._procedure):
                actor, number = self._here.actor(), self._state.header.id
                found = await run.io_bound(choose_instrument, self._here.desk.bench, actor, number, chosen)
                if found is not None:
                    self._changed(found)

        return go

    async def _allow(self, allowed: Allowed) -> None:
        with self._refusal.watch(self._procedure):
            found = await run.io_bound(override, self._here.desk.bench, self._state.header.id, allowed)
            if found is not None:
                self._changed(found)
