"""What a session has in hand: captured readings and entered numbers, each as it was when it was taken."""

from dataclasses import dataclass
from decimal import Decimal

from drivers.reading import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A reading taken into a session; committed before anybody sees it, and never deleted."""

    id: int
    session: str
    step: str
    """``id`` of the method's step, or of the repeated step inside of a loop."""
    portion: int
    """Which parallel determination, counted from 1; 0 belongs to the session as a whole."""
    into: str
    """Input of the method; empty where a step only looks, such as at the room."""
    turn: int
    """Which of several of this step and portion, counted from 1: of a loop, or of a series."""
    instrument: str
    channel: str
    channel_id: int
    """Of the journal."""
    seq: int
    """Row of the journal."""
    t_ns: int
    raw: float
    raw_text: str
    unit: str
    quality: Quality
    frame: bytes
    """The bytes that the instrument sent."""
    value: float | None
    """Corrected, as of the moment of capture; None without a certificate in force."""
    u: float | None
    value_unit: str
    certificate: str
    """Record of the certificate version behind ``value`` (``17.2``); empty where there was none."""
    struck: str = ""
    """Why it does not count any more; empty while it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A number that a person entered because no instrument can say it."""

    session: str
    step: str
    portion: int
    into: str
    value: Decimal
    """With the digits that were typed, in the unit of the input."""
    account: str
    t_ns: int
    reason: str
    struck: str = ""
