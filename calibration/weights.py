"""Reference weights: what they weigh in the air of the room, and their comparison with other weights.

Weights of one set share their certificate and their history, so their errors add linearly; that is in the
influences, not in a formula. Masses in g, air and weights' densities in kg/m3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.buoyancy import CONVENTIONAL_AIR_DENSITY, CONVENTIONAL_DENSITY, conventional_difference
from calibration.checks import finite_number, positive_number
from calibration.errors import ValueRefusedError
from calibration.influences import Repeatability, half_width, not_negative
from calibration.uncertain import Uncertain, independent, propagate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceWeight:
    """One weight, by certificate or by class.

    By certificate: its deviation m_c - m_N and u = U/k. By class: deviation 0 and u = mpe/sqrt(3).

    Raises:
        ValueRefusedError: nominal value, u or half-width not positive or not finite (half-width may be 0).
    """

    set_number: str
    """Certificate or set; weights with the same number share their errors."""
    nominal_g: float
    deviation_g: float
    u_g: float
    drift_half_width_g: float
    """D: how far it may have drifted since its calibration; 0 states that this is negligible."""
    density_kg_m3: Uncertain | None = None
    """Needed where buoyancy is computed from the air."""

    def __post_init__(self) -> None:
        positive_number("nominal value of the weight, g", self.nominal_g)
        finite_number("deviation of the weight, g", self.deviation_g)
        positive_number("u of the weight, g", self.u_g)
        not_negative("drift of the weight, g", self.drift_half_width_g)

    @property
    def mass_g(self) -> Uncertain:
        """Conventional mass, m_N + delta m_c + delta m_D, in g."""
        value = Uncertain(self.nominal_g + self.deviation_g)
        certificate = independent(
            0.0, self.u_g, f"weights {self.set_number}", key=f"weights {self.set_number}: certificate"
        )
        drift = half_width(
            self.drift_half_width_g,
            f"drift of weights {self.set_number}",
            f"weights {self.set_number}: drift",
        )
        return value + certificate + drift


def conventional_mass_g(weights: Sequence[ReferenceWeight]) -> Uncertain:
    """Conventional mass of a load of weights, in g; errors of one set add linearly.

    Raises:
        ValueRefusedError: no weights.
    """
    if not weights:
        raise ValueRefusedError("a load without weights has no reference value")
    return sum((weight.mass_g for weight in weights), Uncertain(0.0))


def buoyancy_by_air_g(
    weights: Sequence[ReferenceWeight], air_kg_m3: Uncertain, air_at_adjustment_kg_m3: Uncertain | None = None
) -> Uncertain:
    """Buoyancy term delta m_B of a load, in g, from the measured density of the air (EURAMET cg-18 [R]).

    Args:
        weights: with their densities.
        air_kg_m3: of the room, see ``air_density.room_air``.
        air_at_adjustment_kg_m3: when the balance was last adjusted with weights of 8000 kg/m3; None where it
            was adjusted immediately before, in the same air.

    Raises:
        ValueRefusedError: a weight lighter than air, or of unknown density.
    """
    total = Uncertain(0.0)
    for weight in weights:
        if weight.density_kg_m3 is None:
            raise ValueRefusedError(
                f"weights {weight.set_number}: the density of the one of {weight.nominal_g:g} g is not given"
            )
        total += propagate(conventional_difference, [weight.mass_g, air_kg_m3, weight.density_kg_m3])
        if air_at_adjustment_kg_m3 is not None:
            change = air_kg_m3 - air_at_adjustment_kg_m3
            total += change * (-weight.mass_g.value / CONVENTIONAL_DENSITY)
    return total


def buoyancy_by_class_g(load_g: float, relative_u: float, key: str) -> Uncertain:
    """Buoyancy term delta m_B of a load, in g, where the air was not measured: 0 with a relative u.

    Args:
        load_g: nominal mass.
        relative_u: of ``buoyancy_u_adjusted_before``, ``…_not_adjusted`` or ``…_temperature_known``.
        key: the same for all loads of one calibration, since they are in the same air.

    Raises:
        ValueRefusedError: load or u not positive.
    """
    u = positive_number("load, g", load_g) * positive_number("relative u of buoyancy", relative_u)
    return independent(0.0, u, "buoyancy", key=key, distribution="rectangular")


def buoyancy_u_adjusted_before(mpe_g: float, nominal_g: float) -> float:
    """Relative u of buoyancy, balance adjusted immediately before (EURAMET cg-18 v4.0, case B1 [R]).

    Args:
        mpe_g: of the weights.
        nominal_g: of the weights.

    Raises:
        ValueRefusedError: not positive.
    """
    return _density_of_weights(mpe_g, nominal_g) / math.sqrt(3)


def buoyancy_u_not_adjusted(mpe_g: float, nominal_g: float) -> float:
    """Relative u of buoyancy, balance not adjusted before (case B2 [R]): air within 10 % of 1.2 kg/m3.

    Args:
        mpe_g: of the weights.
        nominal_g: of the weights.

    Raises:
        ValueRefusedError: not positive.
    """
    return (0.1 * _AIR_BY_WEIGHT + _density_of_weights(mpe_g, nominal_g)) / math.sqrt(3)


def buoyancy_u_temperature_known(mpe_g: float, nominal_g: float, temperature_spread_K: float) -> float:  # noqa: N803
    """Relative u of buoyancy where the room's temperature is known to stay within a spread (case B3 [R]).

    Args:
        mpe_g: of the weights.
        nominal_g: of the weights.
        temperature_spread_K: largest difference of temperatures at the place.

    Raises:
        ValueRefusedError: not positive; the spread may be 0.
    """
    spread = not_negative("temperature spread, K", temperature_spread_K)
    air = math.sqrt(1.07e-4 + 1.33e-6 * spread**2) * _AIR_BY_WEIGHT
    return air + _density_of_weights(mpe_g, nominal_g) / math.sqrt(3)


_AIR_BY_WEIGHT = CONVENTIONAL_AIR_DENSITY / CONVENTIONAL_DENSITY


def _density_of_weights(mpe_g: float, nominal_g: float) -> float:
    return positive_number("mpe of the weights, g", mpe_g) / (
        4 * positive_number("nominal value, g", nominal_g)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """A comparison of a weight with a standard on one balance; masses in mg.

    Raises:
        ValueRefusedError: a number not finite, a half-width negative.
    """

    mean_difference_mg: float
    repeatability_mg: Repeatability
    """Of one difference, pooled from earlier comparisons, in mg."""
    comparisons: int
    eccentricity_half_width_mg: float
    buoyancy_half_width_mg: float

    def __post_init__(self) -> None:
        finite_number("mean difference, mg", self.mean_difference_mg)
        not_negative("eccentricity, mg", self.eccentricity_half_width_mg)
        not_negative("buoyancy, mg", self.buoyancy_half_width_mg)


def abba_difference(standard: tuple[float, float], weight: tuple[float, float]) -> float:
    """Weight minus standard of one cycle A B B A, in the unit of the readings; a linear drift cancels.

    Args:
        standard: first and last reading, A1 and A2.
        weight: the two readings between, B1 and B2.

    Raises:
        ValueRefusedError: a reading is not finite.
    """
    a = [finite_number("reading of the standard", reading) for reading in standard]
    b = [finite_number("reading of the weight", reading) for reading in weight]
    return (sum(b) - sum(a)) / 2


def weight_by_substitution_g(standard: ReferenceWeight, comparison: Substitution) -> Uncertain:
    """Conventional mass of a weight compared with a standard, in g (EA-4/02 M:2022, S2).

    m_X = m_S + delta m_D + delta m + delta m_C + delta B. The pooled s of one difference is divided by the
    root of the number of comparisons, and keeps its own degrees of freedom.

    Args:
        standard: with certificate and drift.
        comparison: what was found on the balance.

    Raises:
        ValueRefusedError: fewer than 1 comparison.
    """
    found_mg = comparison.mean_difference_mg + comparison.repeatability_mg.of_mean(
        comparison.comparisons, "mean difference"
    )
    found_mg += half_width(comparison.eccentricity_half_width_mg, "eccentricity and magnetism")
    found_mg += half_width(comparison.buoyancy_half_width_mg, "buoyancy")
    return standard.mass_g + found_mg / 1000
