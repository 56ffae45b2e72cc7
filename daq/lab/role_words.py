"""Roles as a laboratory calls them, on pages and on papers."""

from daq.i18n import N_
from daq.security.people import Role

ROLES = {
    Role.TECHNICIAN: N_("technician"),
    Role.METROLOGIST: N_("metrologist"),
    Role.QUALITY_MANAGER: N_("quality manager"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.INSPECTOR: N_("inspector"),
}
