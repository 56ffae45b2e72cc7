"""Why there is no number, in words."""

from daq.i18n import N_
from drivers.reading import EventKind, Outcome

LOST_KINDS = (EventKind.LINK_LOST, EventKind.SILENT, EventKind.PROTOCOL_ERROR, EventKind.WRONG_SERIAL_NUMBER)
"""Events that tell that an instrument cannot be heard or understood."""
WELL_KINDS = (EventKind.LINK_UP, EventKind.ANSWERING, EventKind.IDENTIFIED)
"""Events that end a trouble without bringing a number: the number before them is old."""

REASONS = {
    EventKind.LINK_LOST: N_("line interrupted"),
    EventKind.SILENT: N_("instrument does not answer"),
    EventKind.PROTOCOL_ERROR: N_("reply not understood"),
    EventKind.WRONG_SERIAL_NUMBER: N_("wrong serial number"),
    Outcome.BUSY: N_("instrument is busy"),
    Outcome.OVERLOAD: N_("overload"),
    Outcome.UNDERLOAD: N_("underload"),
    Outcome.ADJUSTING: N_("adjustment under way"),
    Outcome.OFF: N_("switched off"),
    Outcome.SENSOR_FAULT: N_("sensor fault"),
    Outcome.UNAVAILABLE: N_("no indication"),
    Outcome.DEVICE_ERROR: N_("instrument reports an error"),
    Outcome.SYNTAX_ERROR: N_("command refused"),
    Outcome.PARAMETER_ERROR: N_("command refused"),
    Outcome.NOT_EXECUTABLE: N_("command refused"),
    Outcome.EXCEPTION: N_("exception code from the instrument"),
    Outcome.TRANSMISSION_ERROR: N_("transmission error"),
    "over-range": N_("over range"),
    "under-range": N_("under range"),
    "comm-fault": N_("communication fault"),
}
"""What stands where the number would; a code that is not here is ``no indication`` with its sentence."""
