"""What every function asks of its numbers before it uses them; each refusal names the datum."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibration.errors import CovarianceError, ValueRefusedError

FloatArray = npt.NDArray[np.float64]

_ROUNDING = 1e-12
"""Relative size below which a pivot of a covariance is rounding and not information."""


def finite(name: str, values: npt.ArrayLike) -> FloatArray:
    """The values as a one-dimensional float64 array.

    Raises:
        ValueRefusedError: not one-dimensional, NaN or infinite; names the first one, counted from 1.
    """
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueRefusedError(f"{name}: a list of numbers is needed, found shape {array.shape}")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueRefusedError(f"{name}[{bad[0] + 1}] is {array[bad[0]]}; it must be a finite number")
    return array


def positive(name: str, values: npt.ArrayLike) -> FloatArray:
    """The values as a one-dimensional float64 array, all above 0: standard uncertainties, weights.

    Raises:
        ValueRefusedError: not finite, zero or negative; names the first one, counted from 1.
    """
    array = finite(name, values)
    bad = np.flatnonzero(array <= 0)
    if bad.size:
        raise ValueRefusedError(f"{name}[{bad[0] + 1}] is {array[bad[0]]:g}; it must be greater than 0")
    return array


def finite_number(name: str, value: float) -> float:
    """The value as a float.

    Raises:
        ValueRefusedError: NaN or infinite.
    """
    if not math.isfinite(value):
        raise ValueRefusedError(f"{name} is {value}; it must be a finite number")
    return float(value)


def positive_number(name: str, value: float) -> float:
    """The value as a float above 0.

    Raises:
        ValueRefusedError: not finite, zero or negative.
    """
    if finite_number(name, value) <= 0:
        raise ValueRefusedError(f"{name} is {value:g}; it must be greater than 0")
    return float(value)


def degrees_of_freedom(name: str, dof: float) -> float:
    """Degrees of freedom: 1 or more, or infinite.

    Raises:
        ValueRefusedError: NaN or below 1.
    """
    if not dof >= 1:
        raise ValueRefusedError(f"{name}: {dof} degrees of freedom; 1 or more are needed, or infinitely many")
    return float(dof)


def level_of_confidence(level: float) -> float:
    """A coverage probability between 0 and 1, both excluded.

    Raises:
        ValueRefusedError: outside.
    """
    if not 0 < level < 1:
        raise ValueRefusedError(f"level of confidence {level}; it must lie between 0 and 1, such as 0.9545")
    return float(level)


def same_length(**lists: FloatArray) -> None:
    """Refuse lists that do not belong together.

    Raises:
        ValueRefusedError: lengths differ.
    """
    if len({len(values) for values in lists.values()}) > 1:
        found = ", ".join(f"{len(values)} {name}" for name, values in lists.items())
        raise ValueRefusedError(f"one value of each is needed for every point, found {found}")


def covariance_root(name: str, matrix: npt.ArrayLike, labels: Sequence[str] | None = None) -> FloatArray:
    """Lower triangle L with L L^T = the covariance; a row without variance stays empty.

    Cholesky's method, column by column, so that a semi-definite matrix (a coefficient that is exactly known)
    is accepted and an impossible one is refused by name.

    Args:
        name: what the matrix is of, for the sentence.
        matrix: shape (n, n).
        labels: what its rows are; otherwise they are numbered from 1.

    Raises:
        CovarianceError: not square, not finite, not symmetric, or with a negative variance in some direction.
    """
    rest = _symmetric(name, matrix)
    size = len(rest)
    variances = rest.diagonal().copy()
    root = np.zeros_like(rest)
    for j in range(size):
        row = labels[j] if labels else f"row {j + 1}"
        pivot = rest[j, j]
        # rounding in rest[i, j] is relative to what was subtracted from it, not to what is left
        reach = np.sqrt(np.abs(variances[j] * variances))
        if pivot <= _ROUNDING * variances[j]:
            impossible = pivot < -_ROUNDING * abs(variances[j]) or np.any(
                np.abs(rest[j + 1 :, j]) > math.sqrt(_ROUNDING) * reach[j + 1 :]
            )
            if impossible or variances[j] < 0:
                raise CovarianceError(
                    f"{name} is not positive definite at {row}: its variance and covariances contradict each "
                    "other; check signs, order, and whether enough digits were given"
                )
            continue
        column = rest[j:, j] / math.sqrt(pivot)
        root[j:, j] = column
        rest[j:, j:] -= np.outer(column, column)
    return root


def _symmetric(name: str, matrix: npt.ArrayLike) -> FloatArray:
    array = np.array(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise CovarianceError(f"{name} has shape {array.shape}; as many rows as columns are needed")
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        i, j = bad[0]
        raise CovarianceError(f"{name}, row {i + 1}, column {j + 1} is {array[i, j]}; it must be finite")
    scale = np.sqrt(np.abs(np.outer(array.diagonal(), array.diagonal())))
    skew = np.argwhere(np.abs(array - array.T) > 1e-9 * scale)
    if skew.size:
        i, j = skew[0]
        raise CovarianceError(
            f"{name} is not symmetric: row {i + 1}, column {j + 1} is {array[i, j]:g}, "
            f"and row {j + 1}, column {i + 1} is {array[j, i]:g}"
        )
    return np.asarray((array + array.T) / 2)
