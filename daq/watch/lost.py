"""Instruments that are lost, one alert a cause: a serial server that is gone is one, not fifty. Pure."""

from collections.abc import Mapping
from typing import Any

from daq.security.audit import Json
from daq.watch.hearing import Hearing
from daq.watch.ledger import Key, Ledger
from daq.watch.place import Node, SiteMap
from daq.watch.rule_parts import Lost
from daq.watch.rules import NS_PER_S, Change

RECOVERY_S = 120
"""From the first instrument that is back, the others have so long before each is a case of its own."""


class LostWatch:
    """Raises an alert for the largest thing all of whose instruments are lost."""

    def __init__(self, rule: Lost, site: SiteMap, state: Mapping[str, Any]) -> None:
        """Go on from ``state``, which ``as_json`` gave."""
        self._rule = rule.name
        self._names = (rule.name, *rule.folds)
        self._site = site
        self._nodes = {node.name: node for node in site.nodes}
        self._back_ns: dict[str, int] = dict(state)
        """Nodes that are lost, and when the first of their instruments came back; 0 while none did."""

    def as_json(self) -> dict[str, Json]:
        """For the records."""
        return dict(self._back_ns)

    def look(self, hearing: Hearing, ledger: Ledger, at_ns: int) -> None:
        """How things are at this moment."""
        self._back_ns = {name: ns for name, ns in self._back_ns.items() if name in self._nodes}
        lost = self._lost(hearing, ledger, at_ns)
        self._end_nodes(ledger, lost | hearing.lost | hearing.away, at_ns)
        covered = self._covered()
        for name in sorted(lost & hearing.lost):
            cause = self._site.cause(name, hearing.lost, hearing.away)
            if cause is not None and cause.name not in self._back_ns and not _covers(covered, cause):
                self._begin_node(hearing, ledger, cause, at_ns)
                covered = self._covered()
        for name in sorted(lost - frozenset().union(*covered)):
            since_ns = ledger.standing((self._rule, name)).bad_since_ns
            ledger.raise_alert((self._rule, name), at_ns, since_ns, hearing.is_lost(name).facts)

    def causes(self, ledger: Ledger) -> dict[Key, Key]:
        """Open alerts that another open one explains."""
        open_nodes = [node for node in self._site.nodes if node.name in self._back_ns]
        found: dict[Key, Key] = {}
        for node in open_nodes:  # from the smallest to the largest
            own = {(rule, name) for rule in self._names for name in node.instruments}
            found |= dict.fromkeys(own & ledger.open, (self._rule, node.name))
            for smaller in open_nodes:
                if smaller.instruments < node.instruments:
                    found[self._rule, smaller.name] = (self._rule, node.name)
        return found

    def _lost(self, hearing: Hearing, ledger: Ledger, at_ns: int) -> frozenset[str]:
        """Instruments that have been lost for the on-delay, and not yet well for the off-delay."""
        for name in self._site.entries:
            key = (self._rule, name)
            judged = hearing.is_lost(name)
            if ledger.moment(key, judged.verdict, at_ns) is Change.CLEARED:
                ledger.clear_alert(key, at_ns, judged.facts)
        return frozenset(name for name in self._site.entries if ledger.standing((self._rule, name)).active)

    def _covered(self) -> list[frozenset[str]]:
        return [self._nodes[name].instruments for name in self._back_ns]

    def _begin_node(self, hearing: Hearing, ledger: Ledger, node: Node, at_ns: int) -> None:
        self._back_ns[node.name] = 0
        troubles = [trouble for name in node.instruments if (trouble := hearing.ears[name].lost)]
        first = min(troubles, key=lambda trouble: int(str(trouble["t_ns"])))
        facts: dict[str, Json] = {**first, "instruments": sorted(node.instruments - hearing.away)}
        ledger.raise_alert((self._rule, node.name), at_ns, int(str(first["t_ns"])), facts)

    def _end_nodes(self, ledger: Ledger, lost: frozenset[str], at_ns: int) -> None:
        for name, back_ns in list(self._back_ns.items()):
            still = self._nodes[name].instruments & lost
            if still == self._nodes[name].instruments:
                self._back_ns[name] = 0
                continue
            back_ns = back_ns or at_ns
            if still and at_ns - back_ns < RECOVERY_S * NS_PER_S:
                self._back_ns[name] = back_ns
                continue
            del self._back_ns[name]
            ledger.clear_alert((self._rule, name), at_ns, {"still_lost": sorted(still)})


def _covers(covered: list[frozenset[str]], node: Node) -> bool:
    return any(node.instruments <= instruments for instruments in covered)
