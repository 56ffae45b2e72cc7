"""What document and register say of the instrument in use: offered, and taken over by a click only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.imported import Imported, Particular, Stated
from calibration.certificates.point_rules import unit_in
from calibration.errors import CalibrationError
from calibration.units import convert_difference, unit_of
from daq.i18n.figures import symbol, with_unit
from daq.lab.equipment.records import Equipment
from daq.web.certificates.words import PARTICULARS
from daq.web.words import Words
from drivers.reading import Channel

KEYS = {
    Particular.RESOLUTION: ("in_use", "resolution"),
    Particular.REPEATABILITY: ("in_use", "repeatability"),
}
"""Fields that can be filled from the document."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of what is said, and what a click fills in."""

    text: str
    fills: Mapping[tuple[str, str], str]
    """Empty for what is only told."""


@dataclass(frozen=True, slots=True)
class InUse:
    """What is known of the instrument in use."""

    known: Equipment | None
    """As the register has it."""
    channel: Channel | None
    """On the wire."""
    native: Mapping[str, object]
    """The table [equipment] of the draft: quantity and unit of the channel."""


def suggestions(imported: Imported, in_use: InUse, words: Words) -> Iterator[Suggestion]:
    """Everything that is said besides the points."""
    known, native, channel = in_use.known, in_use.native, in_use.channel
    said = (native.get("quantity"), native.get("unit"))
    if channel is not None and said != (channel.quantity, channel.unit):
        quantity = words.quantity(channel.quantity)
        text = words.say("on the wire: {quantity} in {unit}", quantity=quantity, unit=symbol(channel.unit))
        yield Suggestion(
            text, {("equipment", "quantity"): channel.quantity, ("equipment", "unit"): channel.unit}
        )
    target = _Target(str(native.get("quantity") or ""), str(native.get("unit") or ""))
    for stated in imported.stated:
        yield Suggestion(_told(stated, words), _fills(stated, target))
    if known is not None and known.d is not None:
        text = words.say("in the register: d = {d}", d=with_unit(f"{known.d:f}", known.unit))
        value = target.taken(known.d, known.unit)
        yield Suggestion(text, {("in_use", "resolution"): value} if value else {})


def _told(stated: Stated, words: Words) -> str:
    name = stated.name.in_language(words.language.partition("_")[0])
    if name in ("", stated.particular.value):  # the document has no name of its own for it
        name = words.say(PARTICULARS[stated.particular])
    at = f" @ {stated.load}" if stated.load else ""
    count = f" (n = {stated.count})" if stated.count is not None else ""
    return f"{name}: {with_unit(f'{stated.value:f}', stated.unit)}{at}{count}"


def _fills(stated: Stated, target: "_Target") -> dict[tuple[str, str], str]:
    key = KEYS.get(stated.particular)
    value = target.taken(stated.value, stated.unit) if key is not None else ""
    if key is None or not value or stated.value <= 0:
        return {}
    fills = {key: value}
    if stated.particular is Particular.REPEATABILITY and stated.count is not None and stated.count > 1:
        fills["in_use", "repeatability_dof"] = str(stated.count - 1)
    return fills


@dataclass(frozen=True, slots=True)
class _Target:
    """Of the channel; empty as long as nobody has said it."""

    quantity: str
    unit: str

    def taken(self, value: Decimal, written: str) -> str:
        """The number in the unit of the channel; empty where it cannot be converted."""
        try:
            own = unit_in(written, self.quantity)
            return f"{convert_difference(value, own, unit_of(self.unit)).normalize():f}"
        except CalibrationError:
            return ""
