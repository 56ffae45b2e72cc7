"""What a result is computed from, all of it handed in: nothing is looked up, no clock is read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from calibration.certificates.model import Certificate
from calibration.influences import Repeatability
from calibration.mpe import VerifiedBalance
from daq.lab.methods.loading import Method
from daq.lab.sessions.evidence import Capture, Entry

if TYPE_CHECKING:
    from daq.lab.results.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardValue:
    """What the certificate of a standard says that it is worth: a weight, a reference material."""

    name: str
    """Of the equipment; the same name and certificate are the same error wherever they appear."""
    value: Decimal
    u: float
    """Standard uncertainty in ``unit``, drift since the calibration included."""
    unit: str
    certificate: str
    """Record of the certificate version, ``5.1``."""
    dof: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """What plate and register say of the instrument in a role; None where they say nothing."""

    name: str
    unit: str
    """Of ``resolution``, ``mpe`` and ``repeatability``."""
    resolution: Decimal | None = None
    verified: VerifiedBalance | None = None
    """Of a balance: its maximum permissible errors by load."""
    mpe: Decimal | None = None
    """Of another instrument: one maximum permissible error in service."""
    repeatability: Repeatability | None = None
    """Of one indication, by the last certificate or check, for indications that are taken uncorrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What was let through by two people although it was refused, with their reason."""

    subject: str
    """Name of an instrument, otherwise what else it was about, such as a step."""
    reason: str
    accounts: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A session as far as its results need it."""

    method: Method
    captures: tuple[Capture, ...]
    """All of the session, struck ones too: those do not count."""
    entries: tuple[Entry, ...] = ()
    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    """By record, ``17.2``: every one that a capture names."""
    session: str
    product_limit: str | None = None
    """``id`` of the limit of the method that the session has chosen."""
    standards: Mapping[str, Mapping[int, StandardValue]] = field(default_factory=dict)
    """By role and portion, for inputs from = "reference"; portion 0 where it is one for the whole session."""
    instruments: Mapping[str, Mapping[int, Plate]] = field(default_factory=dict)
    """By role and portion, likewise: for inputs from = "mpe" or "resolution", uncorrected indications, and
    the rounding at zero of a balance that was tared."""
    earlier: Mapping[str, "Outcome"] = field(default_factory=dict)
    """By input, for inputs from = "earlier-result", computed from their own session."""
    overrides: tuple[Override, ...] = ()
    """An instrument among their subjects is used although its certificate was not in force."""
    ended_loops: frozenset[tuple[str, int]] = frozenset()
    """Step and portion of loops that two people allowed to end without constant mass."""
    approved: bool = False
    """Whether two people have approved this version of the method."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Record of the certificate version that is tried by that which a capture names, perhaps the same one;
    whether it was in force is then not asked."""

    def under(self, instead: Mapping[str, str], certificates: Mapping[str, Certificate]) -> "Given":
        """The same session with other certificate versions: what would become of its results.

        Args:
            instead: record of the version to be tried by that of the one it takes the place of.
            certificates: by record, those to be tried.
        """
        return replace(self, instead=dict(instead), certificates=dict(self.certificates) | dict(certificates))
