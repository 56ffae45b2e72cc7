"""Signatures of people, and the rule of two."""

from dataclasses import dataclass

from daq.errors import TwoPersonError
from daq.i18n import N_
from daq.security.audit import Actor
from daq.security.people import Role, account_of


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody typed the own password again to say this; only ``Accounts.sign`` makes one."""

    person: str
    """Account."""
    role: Role
    """In which of the person's roles."""
    meaning: str
    """``entered``, ``checked`` …"""
    t_ns: int
    """UTC."""
    origin: str
    """Where the password was typed."""

    @property
    def actor(self) -> Actor:
        """Who signed, for the audit trail."""
        return Actor(self.person, self.origin)


def demand_two_people(entered_by: str, checked_by: str) -> None:
    """Whoever entered something cannot check it.

    Raises:
        TwoPersonError: both accounts are the same.
    """
    if account_of(entered_by) == account_of(checked_by):
        raise TwoPersonError(
            N_("{entered_by} entered this; another person must check it."), entered_by=entered_by
        )
