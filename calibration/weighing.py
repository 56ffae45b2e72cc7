"""Weighing in use: uncertainty of a reading, U_gl(m) = alpha + beta m, minimum weight.

EURAMET cg-18 v4.0 [R]. Masses in g.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from calibration.checks import finite_number, positive_number
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability, half_width, not_negative, rounding
from calibration.uncertain import Uncertain

NO_ERROR = Uncertain(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """What acts on a balance where it is used; 0 states that an effect is negligible.

    Raises:
        ValueRefusedError: a number not finite, Max or a resolution not positive, another negative.
    """

    balance: str
    """Name; two weighings of one session on one balance share its sensitivity."""
    maximum_g: float
    resolution_g: float
    """d at the load."""
    zero_resolution_g: float
    """d at zero."""
    repeatability_g: Repeatability
    eccentricity_relative_u: float
    """See ``balance.eccentricity_relative_u``."""
    temperature_coefficient_per_K: float  # noqa: N815
    """K_T, relative."""
    temperature_range_K: float  # noqa: N815
    """Full range of the room's temperature."""
    adjustment_drift_relative: float
    """Half-width of the change of the sensitivity since the adjustment, relative to the load."""
    buoyancy_relative_u: float
    """See ``weights.buoyancy_u_not_adjusted`` and its kin."""

    def __post_init__(self) -> None:
        positive_number("Max, g", self.maximum_g)
        positive_number("resolution, g", self.resolution_g)
        positive_number("resolution at zero, g", self.zero_resolution_g)
        not_negative("relative u of eccentricity", self.eccentricity_relative_u)
        not_negative("temperature coefficient, 1/K", self.temperature_coefficient_per_K)
        not_negative("temperature range, K", self.temperature_range_K)
        not_negative("relative drift of the adjustment", self.adjustment_drift_relative)
        not_negative("relative u of buoyancy", self.buoyancy_relative_u)

    @property
    def constant_variance_g2(self) -> float:
        """Part of u^2(W) that does not depend on the load: rounding twice and repeatability, in g^2."""
        rounded = (self.resolution_g**2 + self.zero_resolution_g**2) / 12
        return rounded + self.repeatability_g.s**2

    @property
    def relative_variance(self) -> float:
        """Part of u^2(W) that grows with the square of the load, divided by it."""
        return (
            self.eccentricity_relative_u**2
            + (self.temperature_coefficient_per_K * self.temperature_range_K) ** 2 / 12
            + self.adjustment_drift_relative**2 / 3
            + self.buoyancy_relative_u**2
        )

    def check_load(self, reading_g: float) -> None:
        """Refuse what the balance cannot show.

        Raises:
            ValueRefusedError: not finite.
            OutOfRangeError: negative, or above Max.
        """
        if not 0 <= finite_number("reading, g", reading_g) <= self.maximum_g:
            raise OutOfRangeError(f"{self.balance}: {reading_g:g} g lies outside 0 to {self.maximum_g:g} g")


def weighing_g(reading_g: float, use: InUse, error_g: Uncertain, session: str) -> Uncertain:
    """A corrected weighing W = R - E in g, with the uncertainty of the balance in use (cg-18, 7.4 [R]).

    Rounding, repeatability and eccentricity are new in every weighing. The sensitivity (temperature, drift of
    the adjustment, buoyancy) is common to the weighings of one session, and the error to all readings under
    one certificate: a difference of two weighings cancels what they share.

    Args:
        reading_g: net reading R.
        use: what acts on the balance.
        error_g: E at this reading from the certificate's curve.
        session: weighings with the same word share the sensitivity.

    Raises:
        OutOfRangeError: reading negative or above Max.
    """
    use.check_load(reading_g)
    result = Uncertain(reading_g) - error_g
    result += rounding(use.resolution_g, "rounding at the load")
    result += rounding(use.zero_resolution_g, "rounding at zero")
    result += use.repeatability_g.of_mean()
    result += half_width(use.eccentricity_relative_u * math.sqrt(3) * reading_g, "eccentricity")
    temperature = use.temperature_coefficient_per_K * use.temperature_range_K / 2
    for name, relative in (
        ("temperature of the balance", temperature),
        ("drift of the adjustment", use.adjustment_drift_relative),
        ("buoyancy", use.buoyancy_relative_u * math.sqrt(3)),
    ):
        result += half_width(relative * reading_g, name, f"{use.balance}, {session}: {name}")
    return result


@dataclass(frozen=True, slots=True)
class MinimumWeight:
    """Smallest net weight for a relative requirement, in g."""

    exact_g: float
    """From U(m) itself."""
    linear_g: float
    """From alpha + beta m; never smaller."""


@dataclass(frozen=True, slots=True)
class GlobalUncertainty:
    """U_gl over the whole range: k sqrt(a + b m^2) + c m, and the line above it (cg-18, 7.5 [R])."""

    variance_g2: float
    """a."""
    relative_variance: float
    """b."""
    uncorrected: float
    """c: the error that readings are not corrected for, as a fraction of the load; 0 where they are."""
    k: float
    maximum_g: float

    def U_g(self, reading_g: float) -> float:  # noqa: N802
        """Expanded uncertainty at a reading, in g.

        Raises:
            OutOfRangeError: reading negative or above Max.
        """
        if not 0 <= finite_number("reading, g", reading_g) <= self.maximum_g:
            raise OutOfRangeError(f"{reading_g:g} g lies outside 0 to {self.maximum_g:g} g")
        standard = math.sqrt(self.variance_g2 + self.relative_variance * reading_g**2)
        return self.k * standard + self.uncorrected * reading_g

    @property
    def alpha_g(self) -> float:
        """U at zero, in g."""
        return self.U_g(0.0)

    @property
    def beta(self) -> float:
        """Slope of the chord from zero to Max. U is convex, so the chord is never below it."""
        return (self.U_g(self.maximum_g) - self.alpha_g) / self.maximum_g

    def minimum_weight(self, requirement: Decimal | float, safety_factor: float) -> MinimumWeight:
        """Smallest weight with U * safety factor within a relative requirement (cg-18, Appendix G [R]).

        Args:
            requirement: relative limit, such as 0.001 for ``PRECISELY_WEIGHED`` and for USP <41>.
            safety_factor: 1 or more.

        Raises:
            ValueRefusedError: requirement not positive, or safety factor below 1.
            OutOfRangeError: no weight up to Max meets the requirement.
        """
        positive_number("relative requirement", float(requirement))
        if finite_number("safety factor", safety_factor) < 1:
            raise ValueRefusedError(f"the safety factor is {safety_factor}; it must be at least 1")
        allowed = float(requirement) / safety_factor
        q = (allowed - self.uncorrected) / self.k
        if allowed <= self.beta or q <= math.sqrt(self.relative_variance):
            raise OutOfRangeError(
                f"no weight meets {requirement} with a safety factor of {safety_factor:g}: "
                f"the relative uncertainty stays above {self.beta:g}"
            )
        exact = math.sqrt(self.variance_g2 / (q**2 - self.relative_variance))
        if exact > self.maximum_g:
            raise OutOfRangeError(f"the minimum weight {exact:g} g is above Max = {self.maximum_g:g} g")
        return MinimumWeight(exact, self.alpha_g / (allowed - self.beta))


def global_uncertainty(
    use: InUse, k: float, error_slope: Uncertain = NO_ERROR, corrected: bool = True
) -> GlobalUncertainty:
    """U_gl(m) of a balance in use whose curve of errors is E = a1 R (EURAMET cg-18 v4.0, 7.5 [R]).

    Args:
        use: what acts on the balance.
        k: coverage factor.
        error_slope: a1 with its uncertainty, from ``balance.error_through_origin``.
        corrected: readings are corrected for E; otherwise |E| is added to k u.

    Raises:
        ValueRefusedError: k below 1.
    """
    if positive_number("k", k) < 1:
        raise ValueRefusedError(f"the coverage factor is {k}; it must be at least 1")
    return GlobalUncertainty(
        variance_g2=use.constant_variance_g2,
        relative_variance=use.relative_variance + error_slope.u**2,
        uncorrected=0.0 if corrected else abs(error_slope.value),
        k=k,
        maximum_g=use.maximum_g,
    )
