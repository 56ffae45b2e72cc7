"""Roles as a laboratory calls them."""

from collections.abc import Iterable

from daq.i18n import N_
from daq.security.people import Role
from daq.web.words import Words

ROLES = {
    Role.TECHNICIAN: N_("technician"),
    Role.METROLOGIST: N_("metrologist"),
    Role.QUALITY_MANAGER: N_("quality manager"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.INSPECTOR: N_("inspector"),
}


def roles_text(roles: Iterable[Role], words: Words) -> str:
    """The roles in their order."""
    held = set(roles)
    return " · ".join(words.say(text) for role, text in ROLES.items() if role in held)
