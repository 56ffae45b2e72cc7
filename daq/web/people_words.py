"""Roles as a laboratory calls them."""

from collections.abc import Iterable

from daq.lab.role_words import ROLES
from daq.security.people import Role
from daq.web.words import Words

__all__ = ["ROLES", "roles_text"]


def roles_text(roles: Iterable[Role], words: Words) -> str:
    """The roles in their order."""
    held = set(roles)
    return " · ".join(words.say(text) for role, text in ROLES.items() if role in held)
