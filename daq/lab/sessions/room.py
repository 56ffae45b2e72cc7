"""The room of a session: temperature and humidity, taken at its step and looked at with every weighing."""

from collections.abc import Iterator
from decimal import Decimal

from calibration.rounding import plain, round_to_digits
from calibration.units import convert
from daq.errors import StepRefusedError
from daq.journal import JournalReader
from daq.lab.meaning import Meant, meaning
from daq.lab.methods.steps import Environment
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.capture_values import channel_certificates
from daq.lab.sessions.objections import Objection
from daq.lab.sessions.readings import Asked, Taken, take_reading
from daq.lab.sessions.remarks import remark
from daq.security.audit import Json

UNITS = {"temperature": "degC", "humidity": "%RH"}
"""In which the method gives its bands."""
DIGITS = 4


def bands_of(step: Environment) -> dict[str, tuple[Decimal, Decimal]]:
    """The bands of a step by quantity."""
    both = {"temperature": step.temperature_degC, "humidity": step.humidity_percent}
    return {quantity: band for quantity, band in both.items() if band is not None}


def take_room(
    reader: JournalReader, bench: Bench, asked: tuple[str, str, int], quantity: str
) -> tuple[Taken, Meant]:
    """The newest reading of one quantity of the room.

    Args:
        reader: of the journal.
        bench: where.
        asked: role, instrument, and when.
        quantity: ``temperature`` or ``humidity``.

    Raises:
        StepRefusedError: the instrument says nothing about it now.
    """
    role, instrument, now_ns = asked
    taken = take_reading(reader, Asked(role, instrument, quantity, now_ns, unstable=None), bench.rules)
    certificates = channel_certificates(bench.certificates, taken.channel)
    return taken, meaning(taken.channel, [taken.row], certificates)[0]


def band_objection(step: Environment, quantity: str, found: tuple[Taken, Meant]) -> Iterator[Objection]:
    """What speaks against one quantity of the room."""
    taken, meant = found
    value = room_value(taken, meant, quantity)
    low, high = bands_of(step)[quantity]
    if not float(low) <= value <= float(high):
        unit = UNITS[quantity]
        words = remark(
            "outside-band",
            what=quantity,
            found=f"{_shown(value)} {unit}",
            low=f"{low} {unit}",
            high=f"{high} {unit}",
        )
        yield Objection(words, step.outside, words.code, f"{step.id}/0")


def look_at_room(
    reader: JournalReader, bench: Bench, step: Environment, asked: tuple[str, str, int]
) -> tuple[dict[str, Json], tuple[Objection, ...]]:
    """The room at a weighing: what it is like, with the rows of the journal, and what speaks against it."""
    facts: dict[str, Json] = {}
    objections: list[Objection] = []
    for quantity in bands_of(step):
        try:
            found = take_room(reader, bench, asked, quantity)
        except StepRefusedError:
            words = remark("room-unknown", instrument=asked[1])
            objections.append(Objection(words, step.outside, words.code, f"{step.id}/0"))
            continue
        taken, meant = found
        facts[quantity] = {"value": _shown(room_value(taken, meant, quantity)), "seq": taken.row.seq}
        objections += band_objection(step, quantity, found)
    return facts, tuple(objections)


def room_value(taken: Taken, meant: Meant, quantity: str) -> float:
    """Corrected where a certificate is in force, otherwise as indicated; in the unit of the bands."""
    if meant.value is None or meant.certificate is None:
        return convert(taken.row.raw, taken.channel.unit, UNITS[quantity])
    return convert(meant.value, meant.certificate.value_unit, UNITS[quantity])


def _shown(value: float) -> str:
    return plain(round_to_digits(value, DIGITS)) if value else "0"
