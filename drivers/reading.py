"""What an instrument said, as immutable values.

One reply becomes one or more ``Reading``s: value, unit, time, quality and the bytes they came from travel
together. A failure is an ``Event``, never a number.
"""

import enum
from dataclasses import dataclass, field


class Quality(enum.IntFlag):
    """How far a reading may be trusted; the integer goes into the journal and the time-series database."""

    GOOD = 0
    UNSTABLE = 1
    UNKNOWN_STABILITY = 2
    OVER_RANGE = 4
    UNDER_RANGE = 8
    STALE = 16
    COMM_FAULT = 32
    SENSOR_FAULT = 64
    SIMULATED = 128
    UNVERIFIED_DIGITS = 256

    @property
    def words(self) -> str:
        """The flags in words, joined by ``+``: ``good``, ``unstable+simulated``."""
        names = [str(flag.name).lower().replace("_", "-") for flag in Quality if flag and flag in self]
        if not self & ~Quality.SIMULATED:
            names.insert(0, "good")
        return "+".join(names)

    @property
    def stable(self) -> bool | None:
        """True, False, or None where the instrument does not say."""
        if Quality.UNSTABLE in self:
            return False
        return None if Quality.UNKNOWN_STABILITY in self else True


class Outcome(enum.StrEnum):
    """What one frame turned out to be. Only ``OK`` carries readings."""

    OK = "ok"
    # understood, and not a measured value
    REQUEST = "request"
    ACKNOWLEDGED = "acknowledged"
    IDENTITY = "identity"
    TEXT = "text"
    # the instrument declines, or has no value
    BUSY = "busy"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    ADJUSTING = "adjusting"
    OFF = "off"
    SENSOR_FAULT = "sensor-fault"
    UNAVAILABLE = "unavailable"
    DEVICE_ERROR = "device-error"
    SYNTAX_ERROR = "syntax-error"
    PARAMETER_ERROR = "parameter-error"
    NOT_EXECUTABLE = "not-executable"
    EXCEPTION = "exception"
    # the bytes are not to be trusted
    TRANSMISSION_ERROR = "transmission-error"
    MALFORMED = "malformed"
    NOT_ASCII = "not-ascii"
    INCOMPLETE = "incomplete"
    BAD_CHECKSUM = "bad-checksum"
    WRONG_UNIT_ID = "wrong-unit-id"
    ECHO = "echo"
    NOISE = "noise"
    UNKNOWN_UNIT = "unknown-unit"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Channel:
    """One measured quantity of an instrument."""

    name: str
    quantity: str
    """``mass``, ``temperature``, ``humidity``, ``moisture``, ``resistance`` …: the measurement downstream."""
    unit: str
    """The unit that is expected; a reading carries the unit that was sent."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answered, as far as it says so; an empty text means that it does not."""

    model: str = ""
    serial_number: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Indication:
    """One value in one frame, before it has a time.

    ``text`` is the decimal text with every digit that was sent, the sign joined and ``.`` as decimal mark.
    """

    channel: str
    text: str
    unit: str
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame, or one channel of it, gives no value."""

    outcome: Outcome
    detail: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one frame means. Either indications, or refusals, or (several channels) some of each."""

    indications: tuple[Indication, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    outcome: Outcome = Outcome.OK
    """``OK`` if there is any indication, otherwise the first refusal's outcome, or what the frame is."""
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One indication of one instrument at one time."""

    instrument: str
    channel: str
    text: str
    """Decimal text as the instrument sent it: its digits are its resolution."""
    unit: str
    t_ns: int
    """UTC in ns, taken when the last byte of the frame had arrived."""
    quality: Quality
    frame: bytes

    @property
    def value(self) -> float:
        """The text as a float."""
        return float(self.text)


class EventKind(enum.StrEnum):
    """Why there is no reading, or what changed."""

    LINK_UP = "link-up"
    LINK_LOST = "link-lost"
    SILENT = "silent"
    ANSWERING = "answering"
    REFUSED = "refused"
    PROTOCOL_ERROR = "protocol-error"
    WRONG_SERIAL_NUMBER = "wrong-serial-number"
    IDENTIFIED = "identified"
    UNSOLICITED = "unsolicited"
    CLOCK_STEP = "clock-step"
    CHANNEL_DEFINED = "channel-defined"
    STARTED = "started"
    STOPPED = "stopped"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is not a number."""

    kind: EventKind
    instrument: str
    t_ns: int
    text: str
    channel: str = ""
    frame: bytes = field(default=b"")
