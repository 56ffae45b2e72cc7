"""Equipment as a laboratory calls it: kinds, states and what happens to it."""

from collections.abc import Iterator

from daq.i18n import N_
from daq.lab.equipment.description import Description, EquipmentState
from daq.web.words import Words

KINDS = {
    "balance": N_("balance"),
    "moisture-analyser": N_("moisture analyser"),
    "thermometer": N_("thermometer"),
    "thermo-hygrometer": N_("thermo-hygrometer"),
    "oven": N_("drying oven"),
    "furnace": N_("muffle furnace"),
    "weight": N_("weight"),
    "burette": N_("burette"),
    "standard-weight": N_("standard weight"),
    "standard-thermometer": N_("standard thermometer"),
    "standard-hygrometer": N_("standard hygrometer"),
    "standard-other": N_("other standard"),
}
STATES = {
    EquipmentState.IN_USE: ("●", N_("in use")),
    EquipmentState.AWAY: ("↗", N_("away")),
    EquipmentState.UNDER_REPAIR: ("✚", N_("under repair")),
    EquipmentState.SUSPENDED: ("■", N_("suspended")),
    EquipmentState.RETIRED: ("×", N_("retired")),
}
"""Shape and word."""
FIELDS = {
    "title_zh": N_("Name in Chinese"),
    "title_en": N_("Name in English"),
    "kind": N_("Kind"),
    "maker": N_("Maker"),
    "model": N_("Model"),
    "serial_number": N_("Serial number"),
    "firmware": N_("Firmware"),
    "room": N_("Room"),
    "state": N_("State"),
    "accessories": N_("Accessories"),
    "needs_certificate": N_("Measures only with a certificate in force"),
    "unit": N_("Unit of d, e and Max"),
    "d": N_("Resolution d"),
    "e": N_("Verification interval e"),
    "maximum": N_("Max"),
    "accuracy_class": N_("Accuracy class"),
    "note": N_("Remark"),
}
"""What is written about a piece of equipment, by its keys."""
LOG_KINDS = {
    "maintenance": N_("maintenance"),
    "adjustment": N_("adjustment"),
    "repair": N_("repair"),
    "damage": N_("damage"),
    "note": N_("note"),
}


def changes(old: Description, new: Description, words: Words) -> Iterator[str]:
    """What is different, as a person reads it: ``State: ● in use → ■ suspended``."""
    before, after = old.as_json(), new.as_json()
    for key, label in FIELDS.items():
        if before[key] != after[key]:
            pair = (_told(key, each, words) for each in (before[key], after[key]))
            yield f"{words.say(label)}: {' → '.join(pair)}"


def _told(key: str, value: object, words: Words) -> str:
    if key == "state":
        mark, text = STATES[EquipmentState(str(value))]
        return f"{mark} {words.say(text)}"
    if key == "kind":
        return words.say(KINDS.get(str(value), str(value)))
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return str(value) if value not in (None, "") else "—"
