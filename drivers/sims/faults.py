"""Bad days, added around a twin and never inside it: a plan is data, and says when which fault happens."""

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Late:
    """The instrument thinks this long before it answers; what it is asked meanwhile, it answers after."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class HalfLine:
    """The first half of the reply comes, the rest never."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Every byte arrives with its highest bit set, the line end apart: wrong baud rate or parity."""


@dataclass(frozen=True, slots=True)
class Dead:
    """Silence, while the socket lives."""


@dataclass(frozen=True, slots=True)
class WrongReply:
    """The instrument answers ``request`` instead of what it was asked."""

    request: bytes


@dataclass(frozen=True, slots=True)
class Replaced:
    """These bytes instead of the reply: a frame out of a manual, or whatever a test wants to arrive."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The wire is gone: connections are closed and refused, a pty's link disappears.

    A rule by time keeps the wire away through its window; a rule by reply brings it back after
    ``back_after_s``.
    """

    back_after_s: float = 0.0


Fault = Late | HalfLine | Garbage | Dead | WrongReply | Replaced | Cut


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault, and when it happens: by count of replies, by time, by what the request looks like."""

    fault: Fault
    replies: range | None = None
    """Which replies, counted from 0 among the requests that match ``request``; None is every one."""
    start_s: float = 0.0
    length_s: float = math.inf
    every_s: float | None = None
    """The window comes again after this time, counted from its start; None is once."""
    request: str = ""
    """Pattern that the request's bytes must match from their first (as Latin-1); ``""`` is any request."""

    @property
    def by_time(self) -> bool:
        """Is the clock all that decides?"""
        return self.replies is None and not self.request

    def in_window(self, now_s: float) -> bool:
        """Is the fault on at ``now_s``?"""
        since_s = now_s - self.start_s
        if since_s < 0:
            return False
        if self.every_s is not None:
            since_s %= self.every_s
        return since_s < self.length_s

    def matches(self, request: bytes) -> bool:
        """Does the rule speak of this request?"""
        return re.match(self.request, request.decode("latin-1"), re.DOTALL) is not None


FaultPlan = tuple[Rule, ...]
"""The first rule that applies decides."""


class Faults:
    """A plan that is being carried out: it counts the replies."""

    def __init__(self, plan: FaultPlan = ()) -> None:
        self.plan = plan
        self._counts = [0] * len(plan)

    def next_fault(self, request: bytes, now_s: float) -> Fault | None:
        """What happens to the reply to ``request``."""
        found: Fault | None = None
        for index, rule in enumerate(self.plan):
            if not rule.matches(request):
                continue
            count = self._counts[index]
            self._counts[index] += 1
            if found is None and rule.in_window(now_s) and (rule.replies is None or count in rule.replies):
                found = rule.fault
        return found

    def cut_at(self, now_s: float) -> bool:
        """Does the clock alone keep the wire away?"""
        return any(
            rule.by_time and isinstance(rule.fault, Cut) and rule.in_window(now_s) for rule in self.plan
        )


def garbled(reply: bytes) -> bytes:
    """The reply with the highest bit of every byte set, its line end apart."""
    body = reply.rstrip(b"\r\n")
    return bytes(byte | 0x80 for byte in body) + reply[len(body) :]
