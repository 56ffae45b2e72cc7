"""Instruments in the roles of a session: what fits, and choosing one for a determination."""

from collections.abc import Awaitable, Callable, Iterator

from nicegui import run, ui

from daq.lab.equipment import Equipment, equipment
from daq.lab.equipment_description import EquipmentState
from daq.lab.method_file import Procedure
from daq.lab.method_parts import Instrument
from daq.lab.session_state import SessionState
from daq.lab.sessions import Choice, choose_instrument
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import said
from daq.web.frame import box
from daq.web.visit import Visit
from daq.web.words import Words

Changed = Callable[[SessionState], None]


def fitting(desk: Desk, demand: Instrument, words: Words) -> dict[str, str]:
    """What can take a role, by name: of weights each piece, of several like channels each by itself."""
    with reading(desk.engine) as connection:
        known = equipment(connection).values()
    found: dict[str, str] = {}
    for one in known:
        if one.fits(demand.kind) and one.state is not EquipmentState.RETIRED:
            found |= dict(_names(desk, one, words))
    return found


def _names(desk: Desk, one: Equipment, words: Words) -> Iterator[tuple[str, str]]:
    title = words.either(one.title_zh, one.title_en)
    certificates = desk.certificates.measures().get(one.name, ())
    pieces = [value.name for value in certificates[-1].values] if certificates else _channels(desk, one.name)
    for piece in pieces:
        yield f"{one.name}/{piece}", f"{one.name} {title} · {piece}"
    if not pieces:
        yield one.name, f"{one.name} {title}"


def _channels(desk: Desk, name: str) -> list[str]:
    """Channels of one quantity where an instrument has several of them: a role takes one of them."""
    entry = desk.settings.instrument(name)
    profile = desk.profiles.get(entry.profile) if entry else None
    channels = profile.channels if profile else ()
    quantities = [one.quantity for one in channels]
    return [one.name for one in channels if quantities.count(one.quantity) > 1]


def missing(procedure: Procedure, state: SessionState, portion: int) -> list[Instrument]:
    """Roles of a determination for which nothing was chosen yet."""
    return [
        one
        for one in procedure.instruments
        if one.scope == "portion" and portion and state.instrument(one.role, portion) is None
    ]


def choosers(
    here: Visit, demands: list[Instrument], state: SessionState, portion: int, changed: Changed
) -> None:
    """A question for each role that is open."""
    words = here.words
    for demand in demands:
        options = fitting(here.desk, demand, words)
        with box("filters"):
            field = ui.select(options, label=words.either(demand.title_zh, demand.title_en))
            field.props("outlined").classes("grow chooser")
            go = ui.button(
                words.say("Take it"),
                on_click=_choosing(here, state, Choice(demand.role, portion, ""), field, changed),
            )
            go.props("unelevated no-caps").bind_enabled_from(field, "value", bool)


def _choosing(
    here: Visit, state: SessionState, choice: Choice, field: ui.select, changed: Changed
) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        chosen = Choice(choice.role, choice.portion, str(field.value))
        with said(here):
            found = await run.io_bound(
                choose_instrument, here.desk.bench, here.actor(), state.header.id, chosen
            )
            if found is not None:
                changed(found)

    return go
