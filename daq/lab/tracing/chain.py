"""The chain of certificates from an instrument up to where the unit is realised (ISO/IEC 17025:2017, 6.5).

Edges are between versions of certificates. What a document states by a hash is followed by the hash; what it
states by a number only is followed by the number, and said so.
"""

import datetime
import enum
import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Protocol

from daq.records.certificate_versions import StandardLink, Version

NS_PER_S = 1_000_000_000
DAY_NS = 86_400 * NS_PER_S


class LinkState(enum.StrEnum):
    """What is known of one step up the chain."""

    MATCHED = "matched"
    """The document below states the hash of the one above."""
    BY_NUMBER = "by-number"
    """It states its number only."""
    NATIONAL = "national"
    """The certificate is of a national institute: here the chain may end."""
    PAPER = "paper"
    """A number without a hash that these records do not have: it is followed on paper."""
    OPEN = "open"
    """A document that these records do not have, or no standard named at all."""
    EXPIRED = "expired"
    """The certificate above was not in force when it was used."""
    BROKEN = "broken"
    """The hash is not that of the certificate with this number."""
    CIRCULAR = "circular"
    """The chain leads back to itself."""

    @property
    def is_fault(self) -> bool:
        """Whether everything below stands on something that does not hold."""
        return self in (LinkState.EXPIRED, LinkState.BROKEN, LinkState.CIRCULAR)


class NodeKind(enum.StrEnum):
    """What stands in the chain."""

    INSTRUMENT = "instrument"
    """A working instrument at the time of its use."""
    CERTIFICATE = "certificate"
    """A version of a certificate, with the equipment it is of."""
    END = "end"
    """What is beyond these records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of the chain."""

    key: str
    kind: NodeKind
    equipment: str = ""
    number: str = ""
    """Of the certificate, as it is printed."""
    record: str = ""
    laboratory: str = ""
    period: tuple[int, int] | None = None
    """In force from, until (excluded), in ns; of an instrument the time of use twice. None if never."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step up: what is below stands on what is above."""

    below: str
    above: str
    state: LinkState


@dataclass(frozen=True, slots=True)
class Chain:
    """A graph for drawing: nodes in the order in which they were met, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def faults(self) -> tuple[Edge, ...]:
        """Steps that do not hold."""
        return tuple(edge for edge in self.edges if edge.state.is_fault)

    @property
    def is_sound(self) -> bool:
        """Whether no step is broken, expired or circular; an open end is not a fault, and not a proof."""
        return not self.faults

    @property
    def is_closed(self) -> bool:
        """Whether every way up ends at a national institute, or with a certificate on paper."""
        return self.is_sound and not any(edge.state is LinkState.OPEN for edge in self.edges)

    def node(self, key: str) -> Node:
        """The node of that key."""
        return next(node for node in self.nodes if node.key == key)


@dataclass(frozen=True, slots=True)
class Use:
    """An instrument or standard at the time when a certificate was relied on."""

    equipment: str
    record: str
    """Of the certificate version; empty where there was none."""
    at_ns: int


class Versions(Protocol):
    """Where versions of certificates are found."""

    def version(self, record: str) -> Version | None:
        """The version ``17.2``."""
        ...

    def of_document(self, sha256: str) -> tuple[Version, ...]:
        """Versions that were entered from the document with this hash."""
        ...

    def of_number(self, number: str) -> tuple[Version, ...]:
        """Versions of certificates with this number."""
        ...


def chain_of(versions: Versions, uses: Iterable[Use]) -> Chain:
    """Everything that one or more uses of instruments stand on.

    Args:
        versions: the records.
        uses: of one certificate, or all that a result was measured with.
    """
    climbing = _Climbing(versions)
    for use in uses:
        climbing.start(use)
    return Chain(tuple(climbing.nodes.values()), tuple(dict.fromkeys(climbing.edges)))


@dataclass(slots=True)
class _Climbing:
    versions: Versions
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def start(self, use: Use) -> None:
        root = Node(
            key=f"use {use.equipment} {use.record}",
            kind=NodeKind.INSTRUMENT,
            equipment=use.equipment,
            period=(use.at_ns, use.at_ns),
        )
        self.nodes.setdefault(root.key, root)
        version = self.versions.version(use.record) if use.record else None
        if version is None:
            self._end(
                root.key, Node(key=f"end {root.key}", kind=NodeKind.END, number=use.record), LinkState.OPEN
            )
            return
        state = LinkState.MATCHED if version.counts_at(use.at_ns) else LinkState.EXPIRED
        self._step(root.key, version, state, ())

    def _step(self, below: str, version: Version, state: LinkState, path: tuple[str, ...]) -> None:
        """One step up to a version, and from there on; ``path`` is what led here."""
        key = version.record
        if key in path:
            self.edges.append(Edge(below, key, LinkState.CIRCULAR))
            return
        self.edges.append(Edge(below, key, state))
        if key in self.nodes:
            return
        self.nodes[key] = _node(version)
        if not version.links:
            at_institute = is_national(_laboratory(version))
            self._end(key, _top(version), LinkState.NATIONAL if at_institute else LinkState.OPEN)
        for link in version.links:
            self._follow(version, link, (*path, key))

    def _follow(self, version: Version, link: StandardLink, path: tuple[str, ...]) -> None:
        above, state = resolve(self.versions, link, version)
        if above is None:
            if is_national(_laboratory(version)):
                state = LinkState.NATIONAL
            end = Node(key=f"end {link.number} {link.sha256}", kind=NodeKind.END, number=link.number)
            self._end(version.record, end, state)
            return
        if state is not LinkState.BROKEN and not was_in_force(above, version):
            state = LinkState.EXPIRED
        self._step(version.record, above, state, path)

    def _end(self, below: str, end: Node, state: LinkState) -> None:
        self.nodes.setdefault(end.key, end)
        self.edges.append(Edge(below, end.key, state))


def resolve(versions: Versions, link: StandardLink, used_by: Version) -> tuple[Version | None, LinkState]:
    """The version that a link leads to, found when it was written or since, and how well it is known.

    A hash decides: where it is stated and the certificate of that number has another one, it is broken.

    Args:
        versions: the records.
        link: of the version below.
        used_by: the version below.
    """
    known = versions.version(link.upstream) if link.upstream else None
    if link.sha256:
        if known is not None and known.document_sha256 == link.sha256:
            return known, LinkState.MATCHED
        same = _best(versions.of_document(link.sha256), used_by)
        if same is not None:
            return same, LinkState.MATCHED
        other = known or _best(versions.of_number(link.number), used_by)
        return other, LinkState.OPEN if other is None else LinkState.BROKEN
    known = known or _best(versions.of_number(link.number), used_by)
    return known, LinkState.PAPER if known is None else LinkState.BY_NUMBER


def _best(found: Iterable[Version], used_by: Version) -> Version | None:
    """Of several one that was in force when it was used; of those the one that came into force last."""
    order = ((was_in_force(one, used_by), one.begins_ns or 0, one.id, one.version, one) for one in found)
    return max(order, key=lambda each: each[:4], default=(None,))[-1]


def was_in_force(standard: Version, used_by: Version) -> bool:
    """Whether a standard's certificate counted on the day on which it was used for a calibration.

    Where that day is not known, nothing is held against the standard.
    """
    day = used_by.content.said("certificate", "calibrated_on")
    if not isinstance(day, datetime.date):
        return True
    start = int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()) * NS_PER_S
    return any(begin < start + DAY_NS and start < end for begin, end in standard.periods())


def _node(version: Version) -> Node:
    periods = version.periods()
    return Node(
        key=version.record,
        kind=NodeKind.CERTIFICATE,
        equipment=version.equipment,
        number=version.number,
        record=version.record,
        laboratory=_laboratory(version),
        period=(periods[0][0], periods[-1][1]) if periods else None,
    )


def _top(version: Version) -> Node:
    """What is above a certificate that names no standard."""
    laboratory = _laboratory(version)
    return Node(key=f"end {laboratory or version.record}", kind=NodeKind.END, laboratory=laboratory)


def _laboratory(version: Version) -> str:
    return str(version.content.said("certificate", "laboratory") or "")


@functools.cache
def _institutes() -> Mapping[str, tuple[str, ...]]:
    text = (resources.files("config") / "national_institutes.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    return {key: tuple(name.casefold() for name in found[key]) for key in ("names", "short_names")}


def is_national(laboratory: str) -> bool:
    """Whether a laboratory is an institute that realises units (config/national_institutes.toml)."""
    words = laboratory.casefold()
    known = _institutes()
    return any(name in words for name in known["names"]) or words.strip() in known["short_names"]


def below(start: str, links: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Records of all certificates that stand on one, through any number of steps; also where it is circular.

    Args:
        start: record of the certificate.
        links: pairs (record below, record above).
    """
    direct: dict[str, list[str]] = {}
    for lower, upper in links:
        direct.setdefault(upper, []).append(lower)
    seen = {start}
    waiting = [start]
    while waiting:
        for lower in direct.get(waiting.pop(), ()):
            if lower not in seen:
                seen.add(lower)
                waiting.append(lower)
                yield lower
