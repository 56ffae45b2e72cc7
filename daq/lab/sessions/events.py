"""What happens in a session, as it is kept: events that are added, never changed.

Nothing else about a session is stored: where it stands follows from its events, its captures and its method
(``state``), whatever happened to browser, machine or operator between them.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from daq.security.audit import Json


class Act(enum.StrEnum):
    """What somebody did in a session; ``body`` of the event says the rest."""

    STARTED = "started"
    """``roles``, ``portions``, ``limit``, ``draft``, ``remarks``."""
    INSTRUMENT = "instrument-chosen"
    """``role``, ``portion``, ``instrument``, ``reason``, ``remarks``."""
    PORTION_ADDED = "portion-added"
    """``portion``."""
    PORTION_ABANDONED = "portion-abandoned"
    """``portion``, ``reason``."""
    CONFIRMED = "confirmed"
    """A place."""
    CAPTURED = "captured"
    """A place, ``token``, ``by``, ``remarks``, ``room``; its readings are captures of this event."""
    TIMER_STARTED = "timer-started"
    """A place; also of a temperature that is to be held."""
    TIMER_STOPPED = "timer-stopped"
    """A place, ``remarks``; of a temperature also ``held``."""
    ENTERED = "entered"
    """A place, ``into``, ``value``, ``reason``."""
    ATTACHED = "attached"
    """A place, ``sha256``, ``media_type``."""
    SKIPPED = "skipped"
    """A place, ``reason``."""
    STRUCK = "struck"
    """``n`` of the event that does not count any more, ``reason``."""
    OVERRIDDEN = "overridden"
    """``code``, ``subject``, ``reason``, ``people``: two signatures."""
    NOTED = "noted"
    """``text``."""
    FINISHED = "finished"
    """``results``, ``remarks``."""
    RECALCULATED = "recalculated"
    """``results``, ``reason``, ``changes``."""
    SIGNED = "signed"
    """``role``, ``meaning``, ``digest``."""
    RETURNED = "returned"
    """``role``, ``comments``."""
    REVIEWED = "reviewed"
    """``role``, ``meaning``, ``digest``, ``comments``."""
    AMENDED = "amended"
    """``reason``."""
    CANCELLED = "cancelled"
    """``reason``."""


class Stage(enum.StrEnum):
    """How far a session has come."""

    RUNNING = "running"
    FINISHED = "finished"
    """Results are computed, and nobody has signed them yet."""
    SIGNED = "signed"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the method something was done."""

    step: str
    """``id`` of the step."""
    portion: int
    """Which parallel determination, counted from 1; 0 is the session as a whole."""
    turn: int = 1
    """Which repetition of a loop, or which reading of a series."""

    def as_json(self) -> dict[str, Json]:
        """As events keep it."""
        return {"step": self.step, "portion": self.portion, "turn": self.turn}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeader:
    """What a session is from its first moment on."""

    id: str
    """``S-2026-0001``."""
    method: str
    method_version: str
    sample: str | None
    """None for a check of an instrument."""
    purpose: str
    t_ns: int
    account: str


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One thing that happened, numbered from 1 within its session."""

    session: str
    n: int
    t_ns: int
    account: str
    act: Act
    body: Mapping[str, Json]

    @property
    def place(self) -> Place:
        """Where in the method it was done, for an event that has a place."""
        return Place(self.text("step"), self.number("portion"), self.number("turn"))

    def text(self, key: str) -> str:
        """A text of the body, empty where it has none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A whole number of the body."""
        return int(str(self.body[key]))

    def as_json(self) -> dict[str, Json]:
        """The whole event."""
        return {
            "session": self.session,
            "n": self.n,
            "t_ns": self.t_ns,
            "account": self.account,
            "kind": self.act.value,
            "body": self.body,
        }
