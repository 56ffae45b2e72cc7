"""Lines of Sartorius moisture analysers: the SBI line with its own labels and units.

Source: Sartorius MA160 p. 67, MA150 p. 40, MA37 p. 52; the labels ``IniWgt`` and ``EndWgt`` and the units
``%D`` and ``%R`` are remembered.
"""

import re

from drivers.dialects.sbi import Sbi
from drivers.dialects.sbi_line import ValueLine
from drivers.reading import Quality
from drivers.units import MASS_UNITS

_ELAPSED = re.compile(r"[0-9]{1,2}:[0-9]{2}")
"""Label of a line printed at an interval: minutes and seconds since the start."""
_NET_IDENTS = frozenset(("", "N", "Moist"))
_CHANNEL_OF_IDENT = {"Dev": "deviation", "IniWgt": "initial-mass", "EndWgt": "final-mass"}
_CHANNEL_OF_UNIT = {"%M": "moisture", "%M/S": "moisture-rate", "%D": "dry-residue", "%R": "ratio"}


class SartoriusMoisture(Sbi):
    """MA lines over any link."""

    def is_net(self, value: ValueLine) -> bool:
        """Whether the line's label is that of the displayed value."""
        return value.ident in _NET_IDENTS or _ELAPSED.fullmatch(value.ident) is not None

    def channel_of(self, value: ValueLine, unit: str) -> str:
        """Told by the label, and for the displayed value by its unit."""
        if self.is_net(value):
            return _CHANNEL_OF_UNIT.get(unit, "mass")
        return _CHANNEL_OF_IDENT.get(value.ident, "")

    def stability_of(self, value: ValueLine, unit: str) -> Quality:
        """Only a net weight says whether it is stable; results and interval lines do not."""
        if value.ident not in {"", "N"} or (unit and unit not in MASS_UNITS):
            return Quality.UNKNOWN_STABILITY
        return super().stability_of(value, unit)
