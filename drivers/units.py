"""The project's spellings of units, as the drivers use them, and how instruments spell the same units.

Only spelling is dealt with here: the drivers never convert. A spelling that could mean two units (``tl`` has
four national values, which some balances tell apart as ``tlh tls tlt tlc``) is mapped only where it is the
project's own word.
"""

from collections.abc import Mapping
from types import MappingProxyType

MASS_UNITS = frozenset(("g", "mg", "kg", "ug", "ct", "lb", "oz", "ozt", "GN", "dwt", "mom", "tl", "t"))
"""Units in which a balance indicates a mass."""

_MOISTURE_UNITS = frozenset(("%M", "%M/S", "%D", "%R"))
_OTHER_UNITS = frozenset(
    ("N", "pcs", "degC", "K", "degF", "%RH", "%", "ohm", "hPa", "Pa", "kPa", "s", "min", "h", "V", "mV", "A")
)
PROJECT_UNITS = MASS_UNITS | _MOISTURE_UNITS | _OTHER_UNITS | {"mA", "1"}
"""Every unit a profile or a reading may carry."""

_ON_THE_WIRE = {
    "G": "g",
    "KG": "kg",
    "Kg": "kg",
    "MG": "mg",
    "CT": "ct",
    "LB": "lb",
    "lbs": "lb",
    "OZ": "oz",
    "gn": "GN",
    "PCS": "pcs",
    "PC": "pcs",
    "pc": "pcs",
}
_SPELLINGS: Mapping[str, str] = MappingProxyType({unit: unit for unit in PROJECT_UNITS} | _ON_THE_WIRE)


def project_unit(spelling: str) -> str:
    """The project's spelling of a unit as an instrument wrote it; empty if nobody knows it."""
    return _SPELLINGS.get(spelling, "")
