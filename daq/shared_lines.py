"""Instruments that share a line must agree how it is set, and spell it alike: one thread owns one link."""

from collections.abc import Mapping
from pathlib import Path

from daq.settings import InstrumentEntry, Settings
from drivers.errors import ProfileError
from drivers.profiles import Profile
from drivers.urls import LinkAddress, line_settings, parse_url


def line_conflicts(path: Path, settings: Settings, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """A sentence for each instrument that wants its line otherwise than the first one on it.

    Args:
        path: the site's file, for the sentences.
        settings: of the site; what is wrong with one instrument alone is not said here.
        profiles: by name.
    """
    first: dict[str, tuple[InstrumentEntry, str]] = {}
    mistakes = []
    for index, entry in enumerate(settings.instruments):
        try:
            address = parse_url(entry.url)
            wanted = _wanted(address, profiles[entry.profile])
        except (ProfileError, KeyError):
            continue
        wire = address.path or f"{address.host.casefold()}:{address.port}"
        other, set_so = first.setdefault(wire, (entry, wanted))
        key = f"{path}: instrument[{index + 1}] {entry.name}: shares {wire} with {other.name}"
        if wanted != set_so:
            mistakes.append(f"{key}, which wants {set_so}, but wants {wanted}; {_advice(address)}")
        elif entry.url != other.url:
            mistakes.append(f"{key}, whose url is {other.url!r}; write the same url for both")
    return tuple(mistakes)


def _wanted(address: LinkAddress, profile: Profile) -> str:
    framing = f"Modbus {address.framing.value.upper()}" if address.framing else "text"
    if not address.path:
        return framing
    line = line_settings(address, profile.line)
    return f"{framing} at {line}, handshake {line.handshake}"


def _advice(address: LinkAddress) -> str:
    if not address.path:
        return "one address speaks one framing: correct the url of one of them"
    return (
        "a line has one setting: set both instruments alike, and say so in both urls (?baudrate=…&parity=…)"
    )
