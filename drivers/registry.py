"""The dialects, by the name that profiles use: an explicit table, no discovery."""

from collections.abc import Callable

from drivers.dialects.base import Dialect
from drivers.dialects.mt_sics import MtSics
from drivers.dialects.registers import Registers
from drivers.dialects.sartorius_moisture import SartoriusMoisture
from drivers.dialects.sbi import Sbi
from drivers.profiles import Profile
from drivers.urls import Framing

DIALECTS: dict[str, Callable[[Profile, int, Framing | None], Dialect]] = {
    "mt-sics": lambda profile, _unit_id, _framing: MtSics(profile.text),
    "sartorius-sbi": lambda profile, _unit_id, _framing: Sbi(profile.text),
    "sartorius-moisture": lambda profile, _unit_id, _framing: SartoriusMoisture(profile.text),
    "modbus": lambda profile, unit_id, framing: Registers(profile.registers, unit_id, framing),
}


def make_dialect(profile: Profile, unit_id: int | None = None, framing: Framing | None = None) -> Dialect:
    """The dialect of a profile.

    Args:
        profile: what kind of instrument it is.
        unit_id: the Modbus unit, by default the one the profile says it leaves the works with.
        framing: how Modbus messages are wrapped on this link; None to decode frames of either framing.
    """
    return DIALECTS[profile.dialect](profile, profile.unit_id if unit_id is None else unit_id, framing)
