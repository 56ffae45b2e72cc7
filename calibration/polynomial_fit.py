"""Polynomials through points whose x are exact (ISO/TS 28037:2010, clause 6, Annex E; ISO/TS 28038:2018).

Ordinary and weighted least squares, and u of y with a full covariance, in the Chebyshev basis by QR.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from calibration import least_squares
from calibration.checks import FloatArray, finite, same_length
from calibration.errors import FitError, ValueRefusedError
from calibration.fit import Fit, Scale
from calibration.least_squares import standard_deviation
from calibration.polynomial import Polynomial
from calibration.sentences import Sentence


def fit_polynomial(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    degree: int,
    u_y: npt.ArrayLike | None = None,
    scale: Scale | None = None,
) -> Fit:
    """A polynomial through points whose x are exact.

    Args:
        x: m abscissae; the valid range of the curve is their span.
        y: m ordinates.
        degree: degree of the polynomial, 0 or more.
        u_y: m standard uncertainties of y, or their covariance (m, m), or None for equal weights.
        scale: ``KNOWN`` (u_y are standard uncertainties) or ``ESTIMATED`` (u_y are relative weights only); by
            itself known where u_y is given, and estimated where not.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0, lists of different length.
        CovarianceError: u_y is a matrix and no positive definite covariance.
        FitError: too few points or too few different x for the degree.
    """
    abscissae, ordinates = _points(x, y, degree)
    low, high = float(abscissae.min()), float(abscissae.max())
    center, half = (low + high) / 2, (high - low) / 2
    t = _mapped(abscissae, center, half)
    design = chebyshev.chebvander(t, degree)
    return _fitted(abscissae, ordinates, u_y, scale, _Basis(design, np.eye(degree + 1), center, half))


def fit_through_origin(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    degree: int = 1,
    u_y: npt.ArrayLike | None = None,
    scale: Scale | None = None,
) -> Fit:
    """A polynomial without constant term; arguments and errors as ``fit_polynomial``, degree 1 or more.

    The model itself says that the curve is 0 at 0, so 0 belongs to the valid range.
    """
    abscissae, ordinates = _points(x, y, degree, through_origin=True)
    half = float(np.max(np.abs(abscissae)))
    t = _mapped(abscissae, 0.0, half)
    design = t[:, None] * chebyshev.chebvander(t, degree - 1)
    times_t = np.zeros((degree + 1, degree))
    for k in range(degree):  # t T_k = (T_(k+1) + T_|k-1|) / 2
        times_t[k + 1, k] += 0.5
        times_t[abs(k - 1), k] += 0.5
    return _fitted(abscissae, ordinates, u_y, scale, _Basis(design, times_t, 0.0, half))


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    design: npt.NDArray[np.floating]
    to_chebyshev: FloatArray
    center: float
    half: float


def _points(
    x: npt.ArrayLike, y: npt.ArrayLike, degree: int, *, through_origin: bool = False
) -> tuple[FloatArray, FloatArray]:
    abscissae, ordinates = finite("x", x), finite("y", y)
    same_length(x=abscissae, y=ordinates)
    if degree < (1 if through_origin else 0):
        raise ValueRefusedError(
            "degree {degree} is too low; it must be {least} or more",
            degree=degree,
            least=1 if through_origin else 0,
        )
    needed = degree if through_origin else max(degree + 1, 2)
    usable = np.unique(abscissae[abscissae != 0] if through_origin else abscissae)
    if len(usable) < needed:
        beside = Sentence(" beside 0") if through_origin else ""
        raise FitError(
            "{count} different x{beside} cannot determine a polynomial of degree {degree}; "
            "{needed} or more are needed",
            count=len(usable),
            beside=beside,
            degree=degree,
            needed=needed,
        )
    return abscissae, ordinates


def _mapped(x: FloatArray, center: float, half: float) -> npt.NDArray[np.longdouble]:
    return (x.astype(np.longdouble) - np.longdouble(center)) / np.longdouble(half)


def _fitted(
    x: FloatArray, y: FloatArray, u_y: npt.ArrayLike | None, scale: Scale | None, basis: _Basis
) -> Fit:
    chosen = scale or (Scale.ESTIMATED if u_y is None else Scale.KNOWN)
    if u_y is None and chosen is Scale.KNOWN:
        raise ValueRefusedError(Sentence("a known scale needs u of every y; none were given"))
    names = [f"coefficient {k}" for k in range(basis.design.shape[1])]
    solution = least_squares.solve(basis.design, y, u_y, names)
    factor, dof = 1.0, math.inf
    if chosen is Scale.ESTIMATED:
        factor = standard_deviation(solution.weighted_square_sum, solution.dof) ** 2
        dof = float(solution.dof)
    origin_counts = basis.to_chebyshev.shape[0] > basis.to_chebyshev.shape[1]
    curve = Polynomial(
        parameters=basis.to_chebyshev @ solution.coefficients,
        covariance=factor * basis.to_chebyshev @ solution.unscaled @ basis.to_chebyshev.T,
        low=min(float(x.min()), 0.0) if origin_counts else float(x.min()),
        high=max(float(x.max()), 0.0) if origin_counts else float(x.max()),
        dof=dof,
        center=basis.center,
        half=basis.half,
    )
    return Fit(
        curve=curve,
        scale=chosen,
        x=x,
        y=y,
        residuals=y - curve.gradient(x) @ curve.parameters,
        chi_square=solution.weighted_square_sum,
        dof=solution.dof,
    )
