"""Calibration of a balance: error of indication with its uncertainty, curve of errors (EURAMET cg-18 [R]).

Masses in g. Results are ``Uncertain``: loads made of the same weights, in the same air, share those errors,
and the fitted curve gets the covariance that follows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.checks import finite_number, positive_number
from calibration.fits import Fit, fit_polynomial, fit_through_origin
from calibration.influences import Repeatability, half_width, not_negative, rounding
from calibration.uncertain import Uncertain, covariance_matrix


def eccentricity_relative_u(largest_difference_g: float, load_g: float) -> float:
    """Relative u of eccentric loading: |Delta I_ecc|max / (2 L_ecc sqrt(3)) (EURAMET cg-18 [R]).

    Args:
        largest_difference_g: largest difference to the indication in the middle.
        load_g: load of the test.

    Raises:
        ValueRefusedError: difference negative, load not positive.
    """
    difference = not_negative("eccentricity, g", largest_difference_g)
    return difference / (2 * positive_number("load of the eccentricity test, g", load_g) * math.sqrt(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """One load on the balance.

    Raises:
        ValueRefusedError: a number not finite, a resolution not positive, another negative.
    """

    indication_g: float
    zero_indication_g: float
    resolution_g: float
    """d at the load."""
    zero_resolution_g: float
    """d at zero."""
    repeatability_g: Repeatability
    eccentricity_relative_u: float
    convection_half_width_g: float
    """Of the load's effect while it has another temperature than the balance; 0 where it is acclimatised."""

    def __post_init__(self) -> None:
        finite_number("indication, g", self.indication_g)
        finite_number("indication at zero, g", self.zero_indication_g)
        positive_number("resolution, g", self.resolution_g)
        positive_number("resolution at zero, g", self.zero_resolution_g)
        not_negative("relative u of eccentricity", self.eccentricity_relative_u)
        not_negative("convection, g", self.convection_half_width_g)

    @property
    def net_g(self) -> Uncertain:
        """Net indication I = I_L - I_0 with rounding at both, repeatability and eccentricity, in g."""
        net = Uncertain(self.indication_g - self.zero_indication_g)
        net += rounding(self.resolution_g, "rounding at the load")
        net += rounding(self.zero_resolution_g, "rounding at zero")
        net += self.repeatability_g.of_mean()
        return net + half_width(self.eccentricity_relative_u * math.sqrt(3) * abs(net.value), "eccentricity")


def error_of_indication_g(test: LoadTest, conventional_g: Uncertain, buoyancy_g: Uncertain) -> Uncertain:
    """E = I - m_ref in g, with m_ref = m_N + delta m_c + delta m_D + delta m_B + delta m_conv (cg-18 [R]).

    Args:
        test: what the balance showed.
        conventional_g: of the weights, see ``weights.conventional_mass_g``.
        buoyancy_g: delta m_B, see ``weights.buoyancy_by_air_g`` and ``weights.buoyancy_by_class_g``.
    """
    convection = half_width(test.convection_half_width_g, "convection")
    return test.net_g - (conventional_g + buoyancy_g + convection)


def error_through_origin(loads_g: Sequence[float], errors_g: Sequence[Uncertain]) -> Fit:
    """E_appr(R) = a1 R, with the full covariance of the errors (EURAMET cg-18 v4.0, Appendix C2.2 [R]).

    Args:
        loads_g: n different loads.
        errors_g: error of indication at each.

    Raises:
        ValueRefusedError, CovarianceError, FitError: as ``fits.fit_through_origin``.
    """
    return fit_through_origin(loads_g, [error.value for error in errors_g], 1, covariance_matrix(errors_g))


def error_polynomial(loads_g: Sequence[float], errors_g: Sequence[Uncertain], degree: int) -> Fit:
    """E_appr(R) = a0 + a1 R + …, with the full covariance of the errors; as ``error_through_origin``."""
    return fit_polynomial(loads_g, [error.value for error in errors_g], degree, covariance_matrix(errors_g))
