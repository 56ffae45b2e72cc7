"""Results, parallel determinations and the room of a session, as its papers show them."""

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Connection

from calibration.rounding import plain, round_to_place
from calibration.units import convert, unit_of
from daq.i18n import N_
from daq.i18n.figures import with_unit
from daq.lab.equipment.records import equipment
from daq.lab.methods.steps import Environment
from daq.lab.papers.content import Ambient, Item, ParallelRow, Parallels, Working
from daq.lab.papers.from_result import Kept, item_of, working_of
from daq.lab.reports.dossier import Dossier
from daq.lab.results.verdict import side_by_side
from daq.lab.results.words import Words, title_of, words
from daq.lab.sessions.events import Act
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.room import UNITS, bands_of

_QUANTITIES = {"temperature": N_("temperature"), "humidity": N_("relative humidity")}
_ROOM_PLACES = -1
"""Temperature and humidity of a room are shown to 0.1."""


def items_of(dossier: Dossier) -> tuple[Item, ...]:
    """The results in the order of the method."""
    return tuple(item_of(one.body) for one in _in_order(dossier))


def workings_of(dossier: Dossier) -> tuple[Working, ...]:
    """How each result was computed, and what was compared between the determinations before."""
    expressions = {one.name: one.expression for one in dossier.procedure.formulas}
    results = _in_order(dossier)
    workings = [working_of(one.body, expressions[one.body["formula"]]) for one in results]
    statistics = results[0].body["parallels"] if results else None
    if statistics is None or statistics["formula"] in {one.symbol for one in workings}:
        return tuple(workings)
    formula = next(one for one in dossier.procedure.formulas if one.name == statistics["formula"])
    of_portions = [
        Working(
            title=title_of(formula),
            symbol=formula.name,
            expression=formula.expression,
            unit=formula.unit,
            portion=portion,
            value=value,
        )
        for portion, value in zip(statistics["portions"], statistics["values"], strict=True)
    ]
    return (*of_portions, *workings)


def parallels_of(dossier: Dossier) -> tuple[Parallels, ...]:
    """What was found in each determination, side by side."""
    results = _in_order(dossier)
    if not results or len(dossier.state.portions) < 2:
        return ()
    body = results[0].body
    rows = [row for one in dossier.procedure.inputs if (row := _row(dossier, results, one.name)) is not None]
    statistics = body["parallels"]
    if statistics is None:
        return (Parallels(rows=tuple(rows), numbers=_numbers(dossier)),)
    return (_compared(dossier, rows, body),)


def ambient_of(connection: Connection, dossier: Dossier) -> tuple[Ambient, ...]:
    """The room at its own step and at every weighing: lowest and highest."""
    known = equipment(connection)
    found = []
    for step in dossier.procedure.steps:
        if not isinstance(step, Environment):
            continue
        name = (dossier.state.instrument(step.role, 0) or "").partition("/")[0]
        room = known[name].room if name in known else ""
        place = room_of(dossier, name) or Words(room, room)
        for quantity, (low, high) in bands_of(step).items():
            values = sorted(_observed(dossier, step.id, quantity))
            if values:
                found.append(
                    Ambient(
                        place=place,
                        quantity=words(_QUANTITIES[quantity]),
                        unit=UNITS[quantity].removesuffix("RH"),
                        lowest=plain(round_to_place(values[0], _ROOM_PLACES)),
                        highest=plain(round_to_place(values[-1], _ROOM_PLACES)),
                        allowed=f"{plain(low)} – {plain(high)}",
                    )
                )
    return tuple(found)


def room_of(dossier: Dossier, instrument: str) -> Words | None:
    """The room of an instrument, as the site's configuration says it."""
    entry = dossier.office.settings.instrument(instrument)
    if entry is None or not (entry.room_zh or entry.room_en):
        return None
    return Words(entry.room_zh, entry.room_en)


def _in_order(dossier: Dossier) -> list[KeptResult]:
    order = [one.formula for one in dossier.procedure.results]
    return sorted(dossier.results, key=lambda one: (order.index(one.body["formula"]), one.body["portion"]))


def _row(dossier: Dossier, results: list[KeptResult], name: str) -> ParallelRow | None:
    """An input in every determination; None for one that stands behind no result, or is one for all."""
    values: dict[int, list[str]] = {}
    seen = set()
    for one in results:
        for value in one.body["inputs"]:
            key = (value["portion"], value["capture"], value["value"])
            if value["input"] == name and value["portion"] and key not in seen:
                seen.add(key)
                values.setdefault(value["portion"], []).append(_digits(dossier, value))
    if not values:
        return None
    about = next(one for one in dossier.procedure.inputs if one.name == name)
    shown = tuple(" / ".join(values.get(portion, [])) for portion in dossier.state.portions)
    return ParallelRow(name=title_of(about), symbol=name, unit=about.unit, values=shown)


def _digits(dossier: Dossier, value: Kept) -> str:
    """A corrected reading to the last place of its indication; an entered number as it was typed."""
    number = Decimal(value["value"])
    capture = next((one for one in dossier.state.captures if one.id == value["capture"]), None)
    if capture is None or capture.unit != value["unit"]:
        return plain(number)
    return plain(round_to_place(number, int(Decimal(capture.raw_text).as_tuple().exponent)))


def _compared(dossier: Dossier, rows: list[ParallelRow], body: Kept) -> Parallels:
    found = body["parallels"]
    formula = next(one for one in dossier.procedure.formulas if one.name == found["formula"])
    difference, limit = side_by_side(Decimal(found["difference"]), Decimal(found["limit"]))
    place = min(_place(Decimal(body["reported"])) - 1, _place(difference))
    values = tuple(plain(round_to_place(Decimal(value), place)) for value in found["values"])
    of_formula = ParallelRow(name=title_of(formula), symbol=formula.name, unit=formula.unit, values=values)
    unit = found["unit"]
    allowed = f"≤ {with_unit(plain(limit), unit)}"
    if found["relative"] is not None:
        percent = plain((Decimal(found["relative"]) * 100).normalize())
        mean = plain(round_to_place(Decimal(found["mean"]), place))
        allowed = f"{allowed} ({with_unit(percent, '%')} × {with_unit(mean, unit)})"
    return Parallels(
        rows=(*rows, of_formula),
        numbers=_numbers(dossier),
        difference=with_unit(plain(difference), unit),
        allowed=allowed,
        accepted=found["met"],
    )


def _place(number: Decimal) -> int:
    """The decimal place of its last digit."""
    return int(number.as_tuple().exponent)


def _numbers(dossier: Dossier) -> tuple[int, ...]:
    portions = dossier.state.portions
    return () if portions == tuple(range(1, len(portions) + 1)) else portions


def _observed(dossier: Dossier, step: str, quantity: str) -> Iterator[Decimal]:
    """Of the step's own captures, and of what was noted with each weighing that counts."""
    unit = UNITS[quantity]
    for one in dossier.state.standing_captures:
        if one.step != step or unit_of(one.unit).kind is not unit_of(unit).kind:
            continue
        value, of = (one.raw, one.unit) if one.value is None else (one.value, one.value_unit)
        yield Decimal(repr(float(convert(value, of, unit))))
    struck = {event.number("n") for event in dossier.state.events if event.act is Act.STRUCK}
    for event in dossier.state.events:
        room = event.body.get("room")
        if event.n not in struck and isinstance(room, dict) and quantity in room:
            yield Decimal(str(room[quantity]["value"]))
