"""The parts of a file of rules: what may be watched, and in which words (``docs/alerts.md``)."""

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from calibration.errors import CalibrationError
from calibration.mpe import OIML_R76, VerifiedBalance
from calibration.units import unit_of
from daq.lab.methods.parts import Part, Positive, Text, Titled, Word
from daq.schedule import ScheduleText
from daq.settings import Severity
from drivers.reading import Outcome, Quality


def _known_unit(symbol: str) -> str:
    try:
        unit_of(symbol)
    except CalibrationError as error:
        raise ValueError(str(error)) from error
    return symbol


Unit = Annotated[str, AfterValidator(_known_unit)]
WITH_VALUE = (Outcome.OK, Outcome.REQUEST, Outcome.ACKNOWLEDGED, Outcome.IDENTITY, Outcome.TEXT)
"""Frames that are nobody's fault."""


def _known_reason(reason: str) -> str:
    if reason not in FAULT_REASONS:
        raise ValueError(f"allowed are {', '.join(FAULT_REASONS)}")
    return reason


FAULT_REASONS = (
    *(outcome.value for outcome in Outcome if outcome not in WITH_VALUE),
    *(flag.words for flag in (Quality.OVER_RANGE, Quality.UNDER_RANGE, Quality.STALE, Quality.COMM_FAULT)),
)
"""Why there is no value, or none to be trusted: what a frame turned out to be, and flags of a reading."""
Reason = Annotated[str, AfterValidator(_known_reason)]
Seconds = Annotated[int, Field(ge=0, le=7 * 86_400)]
Span = Annotated[int, Field(ge=1, le=7 * 86_400)]
NotNegative = Annotated[Decimal, Field(ge=0)]


class _Rule(Titled):
    """What every rule says."""

    name: Word
    action_zh: Text
    """What a person does about it."""
    action_en: Text
    severity: Severity
    on_delay_s: Seconds = 0
    """It has to last so long before the alert is raised."""
    off_delay_s: Seconds = 60
    """It has to be well again for so long before the alert is cleared."""
    schedule: ScheduleText = ""
    """When the rule holds; by default always."""
    who: tuple[Text, ...] = ()
    """Names of ``[[notify]]``; by default everybody who takes the severity."""
    folds: tuple[Word, ...] = ()
    """Rules whose alerts about the same channel are folded under this one's, which says more."""


class ChannelRule(_Rule):
    """A rule about channels: those that match every pattern."""

    channels: Text = "*"
    """Glob over ``INSTRUMENT/CHANNEL``: ``H-*/temperature``."""
    class_: Text = Field(alias="class", default="*")
    """Glob over the kind of instrument in its profile: ``balance``, ``thermo-hygrometer`` …"""
    quantity: Text = "*"
    """Glob over the quantity: ``temperature``, ``humidity`` …"""

    def is_about(self, channel: str, kind: str, quantity: str) -> bool:
        """Whether ``INSTRUMENT/CHANNEL`` of an instrument of ``kind`` is one of its channels."""
        pairs = ((channel, self.channels), (kind, self.class_), (quantity, self.quantity))
        return all(fnmatchcase(text, pattern) for text, pattern in pairs)


class OfMethod(Part):
    """Limits as a step of a method says them."""

    method: Text
    step: Word
    """A step that holds a temperature, or one about the room."""


class Limit(ChannelRule):
    """A value beyond its limits; a value on a limit is within."""

    kind: Literal["limit"]
    low: Decimal | None = None
    high: Decimal | None = None
    of: OfMethod | None = None
    unit: Unit
    deadband: NotNegative = Decimal(0)
    """So far inside the limit is well again."""
    indication: bool = False
    """Judge what the instrument shows, not the value corrected by its certificate."""

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if (self.low is None and self.high is None) == (self.of is None):
            msg = "limits are given by low and high, or one of them, or else by of = { method, step }"
            raise ValueError(msg)
        if self.low is not None and self.high is not None and self.high - self.low <= 2 * self.deadband:
            msg = "low must be below high by more than twice the deadband"
            raise ValueError(msg)
        return self


class WindowedRule(ChannelRule):
    """A rule about the indications of the last minutes."""

    window_s: Span
    unit: Unit


class Rate(WindowedRule):
    """Means that lie further apart than ``most`` within the window: a gradient."""

    kind: Literal["rate"]
    most: Positive


class Step(WindowedRule):
    """The mean of a window that jumped away from the mean of the window before."""

    kind: Literal["step"]
    most: Positive


class Noise(WindowedRule):
    """A standard deviation within the window outside its band: too noisy, or suspiciously quiet."""

    kind: Literal["noise"]
    least: NotNegative = Decimal(0)
    most: Positive | None = None

    @model_validator(mode="after")
    def _has_band(self) -> Self:
        if not self.least and self.most is None:
            msg = "least or most is needed"
            raise ValueError(msg)
        if self.most is not None and self.most <= self.least:
            msg = "least must be below most"
            raise ValueError(msg)
        return self


class Stuck(ChannelRule):
    """Readings come, and their digits do not change."""

    kind: Literal["stuck"]
    for_s: Span


class PlateOfBalance(Part):
    """What the plate of a verified balance says."""

    accuracy_class: Literal["I", "II", "III", "IIII"]
    e: Positive
    maximum: Positive
    unit: Unit

    @property
    def at_zero(self) -> Decimal:
        """Maximum permissible error in service at zero load (OIML R 76-1:2006, 3.5.2)."""
        balance = VerifiedBalance(self.accuracy_class, self.e, self.maximum, self.unit, OIML_R76)
        limits = balance.error_limits(Decimal(0), in_service=True)
        return limits.upper or Decimal(0)


class ZeroDrift(WindowedRule):
    """The zero of an idle balance that wandered away."""

    kind: Literal["zero-drift"]
    idle_within: Positive
    """Indications nearer to zero than this mean an empty pan."""
    most: Positive | None = None
    mpe: PlateOfBalance | None = None

    @model_validator(mode="after")
    def _has_limit(self) -> Self:
        if (self.most is None) == (self.mpe is None):
            msg = "most is given, or else mpe"
            raise ValueError(msg)
        if self.mpe is not None and self.mpe.unit != self.unit:
            msg = f"mpe.unit must be {self.unit}, as unit is"
            raise ValueError(msg)
        if self.limit >= self.idle_within:
            msg = f"idle_within must be above the limit, {self.limit} {self.unit}"
            raise ValueError(msg)
        return self

    @property
    def limit(self) -> Decimal:
        """Largest permitted indication of an empty pan."""
        return self.most or (self.mpe.at_zero if self.mpe else Decimal(0))


class Disagreement(ChannelRule):
    """Two channels of one thing that lie further apart than their uncertainties and ``apart`` allow."""

    kind: Literal["disagreement"]
    against: Text
    """``INSTRUMENT/CHANNEL``."""
    apart: NotNegative = Decimal(0)
    """Difference that the two places may have."""
    unit: Unit

    @model_validator(mode="after")
    def _compares_two(self) -> Self:
        if self.channels == self.against:
            msg = "channels and against are one and the same channel"
            raise ValueError(msg)
        return self


class Hold(ChannelRule):
    """A temperature outside the band that a session's method holds it in, while it does."""

    kind: Literal["hold"]


class Fault(ChannelRule):
    """The instrument answers, and has no value or none to be trusted."""

    kind: Literal["fault"]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    """Of ``FAULT_REASONS``: ``sensor-fault``, ``over-range`` …"""


class CertificateDue(ChannelRule):
    """A certificate that ends within so many days, or has ended; or that there is none."""

    kind: Literal["certificate"]
    days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """0: it has ended. Without it: there is none at all."""


class Lost(_Rule):
    """An instrument that cannot be heard or understood; one cause is one alert."""

    kind: Literal["lost"]


class Stale(_Rule):
    """An instrument whose readings no longer come, and nothing says why."""

    kind: Literal["stale"]


class Stopped(_Rule):
    """Acquisition does not run."""

    kind: Literal["stopped"]


class ClockStep(_Rule):
    """The clock was set back."""

    kind: Literal["clock"]


class Duty(_Rule):
    """What a regular duty of the service found not to be well."""

    kind: Literal["duty"]
    duty: Literal[
        "disk",
        "journal",
        "records",
        "time-series",
        "stream",
        "refused",
        "back-up",
        "certificates",
        "sessions",
    ]


class CheckFound(_Rule):
    """What intermediate checks and their control charts say: overdue, failed, moved, drifting."""

    kind: Literal["check"]
    findings: Annotated[
        tuple[
            Literal[
                "check-due",
                "check-overdue",
                "check-never-done",
                "check-not-since-adjustment",
                "check-failed",
                "chart-alarm",
                "chart-untrusted",
                "moved",
                "drifting",
            ],
            ...,
        ],
        Field(min_length=1),
    ]
    """Codes of ``daq.lab.checks.findings``."""
    plans: Text = "*"
    """Glob over names of plans."""

    def is_about(self, code: str, plan: str) -> bool:
        """Whether a finding about a plan is one of its own."""
        return code in self.findings and fnmatchcase(plan, self.plans)


ValueRule = Limit | Rate | Step | Noise | Stuck | ZeroDrift | Disagreement | Hold
AnyRule = Annotated[
    ValueRule | Fault | CertificateDue | Lost | Stale | Stopped | ClockStep | Duty | CheckFound,
    Field(discriminator="kind"),
]
VALUE_KINDS = frozenset({"limit", "rate", "step", "noise", "stuck", "zero-drift", "disagreement", "hold"})
RULE_TYPES: dict[str, type[_Rule]] = {
    "limit": Limit,
    "rate": Rate,
    "step": Step,
    "noise": Noise,
    "stuck": Stuck,
    "zero-drift": ZeroDrift,
    "disagreement": Disagreement,
    "hold": Hold,
    "fault": Fault,
    "certificate": CertificateDue,
    "lost": Lost,
    "stale": Stale,
    "stopped": Stopped,
    "clock": ClockStep,
    "duty": Duty,
    "check": CheckFound,
}
"""Every kind of rule by its ``kind``."""
