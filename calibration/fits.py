"""Every fit of calibration curves: the door to them."""

from calibration.degree import Candidate, DegreeChoice, choose_degree
from calibration.distance_fit import Points, fit_distance, fit_full_covariance
from calibration.fit import Fit, Scale
from calibration.polynomial_fit import fit_polynomial, fit_through_origin

__all__ = [
    "Candidate",
    "DegreeChoice",
    "Fit",
    "Points",
    "Scale",
    "choose_degree",
    "fit_distance",
    "fit_full_covariance",
    "fit_polynomial",
    "fit_through_origin",
]
