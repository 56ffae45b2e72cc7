"""What was done to an instrument; apart, so that a document is read without loading the mathematics."""

import enum


class Kind(enum.StrEnum):
    """What was done to the instrument."""

    CALIBRATION = "calibration"
    VERIFICATION = "verification"
