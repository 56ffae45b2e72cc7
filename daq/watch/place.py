"""The site as causes see it: which instruments hang on one link, one serial server, one network."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daq.settings import InstrumentEntry, Settings
from drivers.profiles import Profile
from drivers.urls import parse_url


@dataclass(frozen=True, slots=True)
class Node:
    """Something that several instruments are heard through."""

    name: str
    """``link tcp://192.0.2.7:4001``, ``host 192.0.2.7`` or ``site``."""
    instruments: frozenset[str]


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The instruments of a site, and what each of them hangs on."""

    entries: Mapping[str, InstrumentEntry]
    kinds: Mapping[str, str]
    """Kind of each instrument: ``balance`` …"""
    nodes: tuple[Node, ...]
    """From the smallest to the largest; each is the cause of several instruments at least."""

    @property
    def longest_period_s(self) -> float:
        """Of all instruments."""
        return max(entry.period_s for entry in self.entries.values())

    def cause(self, instrument: str, lost: frozenset[str], away: frozenset[str]) -> Node | None:
        """The largest thing an instrument hangs on all of whose instruments are lost, if there is one.

        Args:
            instrument: one that is lost.
            lost: all that are.
            away: those that are not there, and say nothing of a cause.
        """
        above = [
            node
            for node in self.nodes
            if instrument in node.instruments
            and node.instruments - away <= lost
            and len(node.instruments - away) > 1
        ]
        return above[-1] if above else None


def site_map(settings: Settings, profiles: Mapping[str, Profile]) -> SiteMap:
    """What hangs on what, by the URLs of the instruments."""
    kinds = {
        entry.name: profiles[entry.profile].kind
        for entry in settings.instruments
        if entry.profile in profiles
    }
    return SiteMap({entry.name: entry for entry in settings.instruments}, kinds, _nodes(settings.instruments))


def _nodes(entries: Sequence[InstrumentEntry]) -> tuple[Node, ...]:
    groups: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        groups[f"link {entry.url}"].add(entry.name)
        host = parse_url(entry.url).host
        if host:
            groups[f"host {host}"].add(entry.name)
        groups["site"].add(entry.name)
    nodes: dict[frozenset[str], Node] = {}
    for name, instruments in groups.items():
        members = frozenset(instruments)
        if len(members) > 1:
            nodes.setdefault(members, Node(name, members))
    return tuple(sorted(nodes.values(), key=lambda node: (len(node.instruments), node.name)))
