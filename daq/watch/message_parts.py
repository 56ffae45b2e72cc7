"""The parts of a file of rules that say how people are told (``docs/alerts.md``)."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from daq.lab.methods.parts import Part
from daq.schedule import ScheduleText


def _time_of_day(text: str) -> str:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII) is None:
        raise ValueError("a time of day such as 08:00 is wanted")
    return text


class Messages(Part):
    """How many messages people get, and when."""

    at_most: Annotated[int, Field(ge=2, le=100)]
    """To one target within ten minutes; the last of them tells of all that is left."""
    digest_from: Annotated[int, Field(ge=2, le=100)]
    """So many alerts at one time come as one message."""
    sign_of_life: Annotated[str, AfterValidator(_time_of_day)]
    """Local time of the daily message that all is watched."""


class SeverityRule(Part):
    """What one severity means."""

    quiet: ScheduleText = ""
    """When nobody is told; by default never."""
    escalate_after_min: Annotated[int, Field(ge=1, le=7 * 1440)] | None = None
    """Without acknowledgement for so long, the next ones are told; by default nobody."""


class Severities(Part):
    """``[severity.alarm]`` and so on."""

    info: SeverityRule = SeverityRule()
    warning: SeverityRule = SeverityRule()
    alarm: SeverityRule = SeverityRule()
