"""What speaks against a step, and what becomes of it: stopped, accepted with a warning, or allowed by two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from daq.lab.methods.parts import Severity
from daq.lab.sessions.remarks import Remark, refuse

INSTRUMENT = "instrument"
"""Code by which two people allow an instrument; the subject is ``role/instrument``."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that speaks against a step, as severe as the method says."""

    remark: Remark
    does: Severity
    code: str
    """Under which two people can allow it."""
    subject: str
    """``role/instrument``, or ``step/portion``."""


class Overrides(Protocol):
    """Who knows what two people have allowed: the state of a session."""

    def overridden(self, code: str, subject: str) -> bool:
        """Whether they have allowed this."""
        ...


def settle(overrides: Overrides, objections: Iterable[Objection]) -> tuple[Remark, ...]:
    """What is accepted, to be kept with the step.

    Raises:
        StepRefusedError: some of it stops the step; every reason.
    """
    found = tuple(objections)
    stops = [one for one in found if one.does == "block" and not overrides.overridden(one.code, one.subject)]
    if stops:
        raise refuse((one.remark for one in stops), ((one.code, one.subject) for one in stops))
    return tuple(one.remark for one in found)
