"""How far a session has come, as a laboratory says it."""

from daq.i18n import N_
from daq.lab.sessions.events import Stage

STAGES = {
    Stage.RUNNING: ("◐", N_("running")),
    Stage.FINISHED: ("◕", N_("computed, waits for the signature")),
    Stage.SIGNED: ("◑", N_("signed, waits for the review")),
    Stage.REVIEWED: ("●", N_("reviewed")),
    Stage.CANCELLED: ("×", N_("cancelled")),
}
"""Shape and word."""
