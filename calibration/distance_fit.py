"""Fits with uncertainty on both axes (ISO/TS 28037:2010, clauses 7 to 10; ISO/TS 28038:2018).

The true abscissae are unknowns too. Every step linearises the curve at their present estimates, solves for
the coefficients by QR with the covariance that the residuals then have, and moves the abscissae along; a step
that does not lower the objective is halved. The end is where no unknown moves any more, so where the gradient
is 0: an objective that has only become flat is not the minimum.

The covariance of the coefficients is the lower block of (J^T U^-1 J)^-1 at the adjusted points (York 2004,
ISO/TS 28037), not the second-derivative form (Krystek and Anton), which differs by some per cent.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from calibration import least_squares
from calibration.checks import FloatArray, covariance_root, finite, positive, same_length
from calibration.errors import CovarianceError, FitError
from calibration.fit import Fit, Scale
from calibration.least_squares import standard_deviation
from calibration.polynomial import Polynomial
from calibration.polynomial_fit import fit_polynomial

_STEPS = 500
_HALVINGS = 30
_STILL = 1e-10
"""An unknown that moves by less than this part of its standard uncertainty has arrived."""
_ROUNDING = 1e-14


class _Covariance(Protocol):
    """What the steps need to know about the errors dx of x and dy of y."""

    u_x: FloatArray
    u_y: FloatArray

    def of_residuals(self, slope: FloatArray) -> FloatArray:
        """Of dy - slope dx: standard uncertainties (m,), or covariance (m, m)."""
        ...

    def error_of_x(self, slope: FloatArray, residuals: FloatArray) -> FloatArray:
        """The dx that go with residuals dy - slope dx."""
        ...

    def square(self, error_x: FloatArray, error_y: FloatArray) -> float:
        """The objective: e^T U^-1 e."""
        ...


class _Pairs:
    """x_i and y_i may be correlated with each other, and with nothing else."""

    def __init__(self, u_x: FloatArray, u_y: FloatArray, covariance: FloatArray) -> None:
        self.u_x, self.u_y, self._xy = u_x, u_y, covariance
        self._determinant = (u_x * u_y) ** 2 - covariance**2

    def of_residuals(self, slope: FloatArray) -> FloatArray:
        return np.asarray(np.sqrt(self._variance(slope)))

    def _variance(self, slope: FloatArray) -> FloatArray:
        return self.u_y**2 + slope**2 * self.u_x**2 - 2 * slope * self._xy

    def error_of_x(self, slope: FloatArray, residuals: FloatArray) -> FloatArray:
        return (self._xy - slope * self.u_x**2) * residuals / self._variance(slope)

    def square(self, error_x: FloatArray, error_y: FloatArray) -> float:
        mixed = 2 * self._xy * error_x * error_y
        return float(
            np.sum(((self.u_y * error_x) ** 2 + (self.u_x * error_y) ** 2 - mixed) / self._determinant)
        )


class _Full:
    """Every x and y may be correlated with every other."""

    def __init__(self, covariance: FloatArray, root: FloatArray) -> None:
        size = len(covariance) // 2
        self._x, self._y = covariance[:size, :size], covariance[size:, size:]
        self._xy = covariance[:size, size:]
        self._root = root
        self.u_x, self.u_y = np.sqrt(self._x.diagonal()), np.sqrt(self._y.diagonal())

    def of_residuals(self, slope: FloatArray) -> FloatArray:
        mixed = slope[:, None] * self._xy
        return self._y + slope[:, None] * self._x * slope - mixed - mixed.T

    def error_of_x(self, slope: FloatArray, residuals: FloatArray) -> FloatArray:
        weighted = np.linalg.solve(self.of_residuals(slope), residuals)
        return np.asarray((self._xy - self._x * slope) @ weighted)

    def square(self, error_x: FloatArray, error_y: FloatArray) -> float:
        whitened = np.linalg.solve(self._root, np.concatenate([error_x, error_y]))
        return float(whitened @ whitened)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """m points with standard uncertainties on both axes."""

    x: npt.ArrayLike
    y: npt.ArrayLike
    u_x: npt.ArrayLike
    u_y: npt.ArrayLike
    covariance_xy: npt.ArrayLike | None = None
    """m covariances of x_i with y_i, in the product of their units; None for none."""


def fit_distance(points: Points, degree: int = 1, scale: Scale = Scale.KNOWN) -> Fit:
    """Generalised distance regression: u of every x and y, and their covariance pair by pair.

    Args:
        points: what was measured.
        degree: degree of the polynomial.
        scale: ``ESTIMATED`` if the u are relative weights only.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0 (an exact x belongs to
            ``fit_polynomial``), lists of different length.
        CovarianceError: a covariance that is larger than its u allow.
        FitError: too few points or different x, or an iteration that does not end.
    """
    abscissae, ordinates = finite("x", points.x), finite("y", points.y)
    uncertain_x, uncertain_y = positive("u_x", points.u_x), positive("u_y", points.u_y)
    pairs = np.zeros_like(abscissae)
    if points.covariance_xy is not None:
        pairs = finite("covariance_xy", points.covariance_xy)
    same_length(x=abscissae, y=ordinates, u_x=uncertain_x, u_y=uncertain_y, covariance_xy=pairs)
    for i in np.flatnonzero(np.abs(pairs) >= uncertain_x * uncertain_y * (1 - 1e-12)):
        raise CovarianceError(
            f"covariance_xy[{i + 1}] is {pairs[i]:g}; it must be smaller than u_x u_y = "
            f"{uncertain_x[i] * uncertain_y[i]:g}"
        )
    return _fitted(abscissae, ordinates, _Pairs(uncertain_x, uncertain_y, pairs), degree, scale)


def fit_full_covariance(
    x: npt.ArrayLike, y: npt.ArrayLike, covariance: npt.ArrayLike, degree: int = 1, scale: Scale = Scale.KNOWN
) -> Fit:
    """Generalised Gauss-Markov regression: any covariance between all x and y.

    Args:
        x: m abscissae.
        y: m ordinates.
        covariance: shape (2m, 2m), of x1 … xm, y1 … ym in this order.
        degree: degree of the polynomial.
        scale: ``ESTIMATED`` if the covariance is known but for a factor.

    Raises:
        ValueRefusedError: a number that is not finite, lists of different length.
        CovarianceError: not symmetric, or not positive definite; names the first x or y where it fails.
        FitError: too few points or different x, or an iteration that does not end.
    """
    abscissae, ordinates = finite("x", x), finite("y", y)
    same_length(x=abscissae, y=ordinates)
    size = len(abscissae)
    labels = [f"{axis}[{i}]" for axis in "xy" for i in range(1, size + 1)]
    given = np.asarray(covariance, dtype=np.float64)
    if given.shape != (2 * size, 2 * size):
        raise CovarianceError(f"the covariance has shape {given.shape}; {size} points need {(2 * size,) * 2}")
    root = covariance_root("the covariance of x and y", given, labels)
    for i in np.flatnonzero(root.diagonal() == 0):
        raise CovarianceError(
            f"the covariance of x and y is not positive definite at {labels[i]}: no variance of its own"
        )
    return _fitted(abscissae, ordinates, _Full(root @ root.T, root), degree, scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Estimate:
    """Coefficients and adjusted abscissae, the latter mapped to t as well."""

    coefficients: FloatArray
    x: FloatArray


class _Problem:
    """Points, covariance and basis of one fit."""

    def __init__(self, x: FloatArray, y: FloatArray, covariance: _Covariance, degree: int) -> None:
        self.x, self.y, self.covariance = x, y, covariance
        self.center, self.half = (x.min() + x.max()) / 2, (x.max() - x.min()) / 2
        self.names = [f"coefficient {k}" for k in range(degree + 1)]

    def design(self, x: FloatArray) -> FloatArray:
        t = (x - self.center) / self.half
        return np.asarray(chebyshev.chebvander(t, len(self.names) - 1), dtype=np.float64)

    def slope(self, at: _Estimate) -> FloatArray:
        t = (at.x - self.center) / self.half
        return np.asarray(chebyshev.chebval(t, chebyshev.chebder(at.coefficients)) / self.half)

    def objective(self, at: _Estimate) -> float:
        return self.covariance.square(self.x - at.x, self.y - self.design(at.x) @ at.coefficients)

    def step(self, at: _Estimate) -> tuple[_Estimate, FloatArray]:
        """How far to go in every unknown, and the unscaled covariance of the coefficients."""
        design, slope = self.design(at.x), self.slope(at)
        apart = self.y - design @ at.coefficients - slope * (self.x - at.x)
        solution = least_squares.solve(design, apart, self.covariance.of_residuals(slope), self.names)
        residuals = apart - design @ solution.coefficients
        towards = self.x - self.covariance.error_of_x(slope, residuals)
        return _Estimate(solution.coefficients, towards - at.x), solution.unscaled

    def still(self, step: _Estimate, at: _Estimate, unscaled: FloatArray) -> bool:
        limits = (
            _STILL * np.sqrt(unscaled.diagonal()) + _ROUNDING * np.max(np.abs(at.coefficients)),
            _STILL * self.covariance.u_x + _ROUNDING * np.max(np.abs(self.x)),
        )
        moves = (np.abs(step.coefficients), np.abs(step.x))
        return all(bool(np.all(move <= limit)) for move, limit in zip(moves, limits, strict=True))

    def minimum(self, start: _Estimate) -> tuple[_Estimate, FloatArray]:
        """Damped Gauss-Newton; returns the minimum and the unscaled covariance there."""
        at, objective = start, self.objective(start)
        for _ in range(_STEPS):
            step, unscaled = self.step(at)
            if self.still(step, at, unscaled):
                return at, unscaled
            for halving in range(_HALVINGS):
                part = 0.5**halving
                trial = _Estimate(at.coefficients + part * step.coefficients, at.x + part * step.x)
                found = self.objective(trial)
                if found <= objective * (1 + _ROUNDING):
                    break
            else:
                break
            at, objective = trial, found
        raise FitError(
            "the fit does not come to an end: the points do not lie along one curve within their "
            "uncertainties, or the uncertainties of x are larger than the differences between the x"
        )


def _fitted(x: FloatArray, y: FloatArray, covariance: _Covariance, degree: int, scale: Scale) -> Fit:
    start = fit_polynomial(x, y, degree, covariance.u_y)
    problem = _Problem(x, y, covariance, degree)
    found, unscaled = problem.minimum(_Estimate(start.curve.parameters, x.copy()))
    chi_square, dof = problem.objective(found), len(x) - degree - 1
    factor = standard_deviation(chi_square, dof) ** 2 if scale is Scale.ESTIMATED else 1.0
    curve = Polynomial(
        parameters=found.coefficients,
        covariance=factor * unscaled,
        low=float(x.min()),
        high=float(x.max()),
        dof=float(dof) if scale is Scale.ESTIMATED else math.inf,
        center=float(problem.center),
        half=float(problem.half),
    )
    residuals = y - problem.design(x) @ found.coefficients
    return Fit(curve=curve, scale=scale, x=x, y=y, residuals=residuals, chi_square=chi_square, dof=dof)
