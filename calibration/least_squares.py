"""Linear least squares by QR in extended precision, for every fit of this package.

Modified Gram-Schmidt on [A | y] after whitening. Extended precision (80 bits on x86-64, 128 on aarch64) keeps
the digits that NIST's noisiest sets (Wampler3, Wampler5) lose in double; where the platform has none, double
is used.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.checks import FloatArray, covariance_root, finite, positive, same_length
from calibration.errors import FitError, ValueRefusedError
from calibration.sentences import Sentence

Extended = npt.NDArray[np.longdouble]

_RANK = 1e-11
"""A column that others explain to this part of its length is not determined by the data."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Coefficients b of y = A b."""

    coefficients: FloatArray
    unscaled: FloatArray
    """Shape (p, p): R^-1 R^-T, the covariance of b if the u are known."""
    weighted_square_sum: float
    """Sum of squared whitened residuals: chi-square if the u are known."""
    dof: int


def solve(
    design: npt.ArrayLike, y: npt.ArrayLike, u_y: npt.ArrayLike | None, names: Sequence[str]
) -> Solution:
    """Least squares of any model that is linear in its coefficients.

    Args:
        design: A, shape (m, p).
        y: m observations.
        u_y: m standard uncertainties, or their covariance (m, m), or None for equal weights.
        names: what the p coefficients are called, for the sentence.

    Raises:
        ValueRefusedError: a number that is not finite, u not above 0, lists of different length.
        CovarianceError: not a positive definite covariance.
        FitError: fewer points than coefficients, or a coefficient that the points do not determine.
    """
    observed = finite("y", y).astype(np.longdouble)
    matrix = np.array(design, dtype=np.longdouble)
    count, size = matrix.shape
    if count != len(observed):
        raise ValueRefusedError(
            "one y is needed for every point, found {count} points and {size} y",
            count=count,
            size=len(observed),
        )
    if count < size:
        raise FitError(
            "{count} points cannot determine {size} coefficients ({names})",
            count=count,
            size=size,
            names=", ".join(names),
        )
    if u_y is not None:
        matrix, observed = _whitened(matrix, observed, np.asarray(u_y, dtype=np.float64))
    triangle, right, rest = _orthogonalised(matrix, observed, names)
    inverse = _inverse(triangle)
    unscaled = inverse @ inverse.T
    return Solution(
        coefficients=np.asarray(inverse @ right, dtype=np.float64),
        unscaled=np.asarray((unscaled + unscaled.T) / 2, dtype=np.float64),
        weighted_square_sum=float(rest @ rest),
        dof=count - size,
    )


def _whitened(matrix: Extended, y: Extended, u: FloatArray) -> tuple[Extended, Extended]:
    """A and y divided by u, or by the root of the covariance of y."""
    if u.ndim == 2:
        root = covariance_root("the covariance of y", u)
        if len(root) != len(y) or np.any(root.diagonal() == 0):
            raise ValueRefusedError(
                Sentence("the covariance of y needs one row for every y, each with a variance above 0")
            )
        both = np.linalg.solve(root, np.column_stack([matrix, y]).astype(np.float64)).astype(np.longdouble)
        return both[:, :-1], both[:, -1]
    weights = positive("u_y", u)
    same_length(y=np.asarray(y, dtype=np.float64), u_y=weights)
    return matrix / weights[:, None].astype(np.longdouble), y / weights.astype(np.longdouble)


def _orthogonalised(
    matrix: Extended, y: Extended, names: Sequence[str]
) -> tuple[Extended, Extended, Extended]:
    """R, Q^T y and the residuals."""
    columns, rest = matrix.copy(), y.copy()
    size = columns.shape[1]
    triangle = np.zeros((size, size), dtype=np.longdouble)
    right = np.zeros(size, dtype=np.longdouble)
    lengths = np.sqrt((columns**2).sum(axis=0))
    for j in range(size):
        length = np.sqrt((columns[:, j] ** 2).sum())
        if not length > _RANK * lengths[j]:
            raise FitError(
                "the points do not determine {name}: they do not differ enough in x, or the model has "
                "more coefficients ({size}) than different x",
                name=names[j],
                size=size,
            )
        unit = columns[:, j] / length
        triangle[j, j] = length
        triangle[j, j + 1 :] = unit @ columns[:, j + 1 :]
        columns[:, j + 1 :] -= np.outer(unit, triangle[j, j + 1 :])
        right[j] = unit @ rest
        rest = rest - unit * right[j]
    return triangle, right, rest


def _inverse(triangle: Extended) -> Extended:
    """Inverse of an upper triangle, column by column (numpy's own knows no extended precision)."""
    size = len(triangle)
    inverse = np.zeros_like(triangle)
    for i in range(size - 1, -1, -1):
        inverse[i, i] = 1 / triangle[i, i]
        inverse[i, i + 1 :] = -(triangle[i, i + 1 :] @ inverse[i + 1 :, i + 1 :]) / triangle[i, i]
    return inverse


def standard_deviation(square_sum: float, dof: int) -> float:
    """Residual standard deviation s = sqrt(sum / dof).

    Raises:
        FitError: no degrees of freedom are left to estimate it from.
    """
    if dof < 1:
        raise FitError(
            Sentence("as many coefficients as points: the scatter cannot be estimated; give u of every y")
        )
    return math.sqrt(square_sum / dof)
