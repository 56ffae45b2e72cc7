"""Equipment as a laboratory calls it: kinds, states and what happens to it."""

from daq.i18n import N_
from daq.lab.equipment_description import EquipmentState

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
    EquipmentState.AWAY: ("→", N_("away")),
    EquipmentState.UNDER_REPAIR: ("✚", N_("under repair")),
    EquipmentState.SUSPENDED: ("■", N_("suspended")),
    EquipmentState.RETIRED: ("×", N_("retired")),
}
"""Shape and word."""
LOG_KINDS = {
    "maintenance": N_("maintenance"),
    "adjustment": N_("adjustment"),
    "repair": N_("repair"),
    "damage": N_("damage"),
    "note": N_("note"),
}
