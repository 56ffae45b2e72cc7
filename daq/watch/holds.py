"""Temperatures that sessions hold now: what a rule of kind ``hold`` is judged by."""

from dataclasses import dataclass

from daq.watch.rule_file import Band


@dataclass(frozen=True, slots=True)
class HoldNow:
    """One temperature that a session holds."""

    session: str
    step: str
    """The step's ``id`` in the method."""
    source: str
    """``INSTRUMENT``, or ``INSTRUMENT/CHANNEL``."""
    band: Band
    """Lowest and highest temperature, in degC."""

    def is_of(self, path: str) -> bool:
        """Whether a channel ``INSTRUMENT/CHANNEL`` is the one, or one of those."""
        return path == self.source or path.partition("/")[0] == self.source
