"""What the profiles say of how channels are shown: their order, and how many digits mean anything."""

from collections.abc import Mapping
from dataclasses import dataclass

from daq.settings import Settings
from drivers.profiles import Profile
from drivers.register_map import RegisterMap

FLOAT32_DIGITS = 6
"""Decimal digits that every float32 keeps (FLT_DIG of ISO/IEC 9899, 5.2.4.2.2); what follows is its tail."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """How one channel is shown."""

    rank: int = 99
    most_digits: int | None = None
    """Significant digits of an indication that are shown; None for all that were sent."""


Plans = Mapping[tuple[str, str], ChannelPlan]
"""By instrument and channel."""


def channel_plans(settings: Settings, profiles: Mapping[str, Profile]) -> dict[tuple[str, str], ChannelPlan]:
    """The plan of every channel that a profile names."""
    found = {}
    for entry in settings.instruments:
        profile = profiles.get(entry.profile)
        if profile is None:
            continue
        floats = _floats(profile)
        for rank, channel in enumerate(profile.channels):
            most_digits = FLOAT32_DIGITS if channel.name in floats else None
            found[entry.name, channel.name] = ChannelPlan(rank, most_digits)
    return found


def _floats(profile: Profile) -> set[str]:
    if not isinstance(profile.options, RegisterMap):
        return set()
    return {channel.name for channel in profile.options.channels if channel.type == "float32"}
