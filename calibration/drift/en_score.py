"""En score: two results of one quantity, judged by their expanded uncertainties (ISO 13528:2022, 9.7).

En = (x - X) / sqrt(U_x^2 + U_X^2 - 2 k_x k_X cov(x, X)); |En| <= 1 is satisfactory. Both U at the same level,
usually k = 2. Results that hang on one reference share its error, and the score is larger than without it.
"""

from dataclasses import dataclass
from fractions import Fraction

from calibration.checks import positive_number
from calibration.curves import Curve
from calibration.errors import CovarianceError, UnitMismatchError, ValueRefusedError
from calibration.limits import Measured
from calibration.rounding import decimal_of
from calibration.uncertain import Uncertain


@dataclass(frozen=True, slots=True)
class EnScore:
    """The score and its verdict."""

    value: float
    satisfactory: bool
    """|En| <= 1, inclusive."""


def en_score(laboratory: Measured, reference: Measured, covariance: float = 0.0) -> EnScore:
    """The score of a result against a reference; compared with 1 exactly, as the digits are written.

    Args:
        laboratory: result with U and k.
        reference: reference value, in the same unit.
        covariance: of the two standard uncertainties, in the square of the unit: u^2 of a reference that
            both results hang on.

    Raises:
        UnitMismatchError: the results are in different units.
        CovarianceError: larger than the uncertainties allow, or the difference would have none.
        ValueRefusedError: the covariance is not finite.
    """
    if laboratory.unit != reference.unit:
        raise UnitMismatchError(
            f"the result is in {laboratory.unit}, and the reference value in {reference.unit}: "
            "state both in one unit"
        )
    shared = Fraction(decimal_of(covariance))
    if abs(shared) > Fraction(laboratory.u) * Fraction(reference.u) * (1 + Fraction(1, 10**12)):
        raise CovarianceError(
            f"a covariance of {covariance:g} is larger than the product of the standard uncertainties, "
            f"{laboratory.u:g} and {reference.u:g}"
        )
    difference = Fraction(decimal_of(laboratory.value)) - Fraction(decimal_of(reference.value))
    variance = (
        Fraction(decimal_of(laboratory.U)) ** 2
        + Fraction(decimal_of(reference.U)) ** 2
        - 2 * shared * Fraction(decimal_of(laboratory.k)) * Fraction(decimal_of(reference.k))
    )
    if variance <= 0:
        raise CovarianceError(
            "both results share all their uncertainty: their difference has none to be judged by"
        )
    return EnScore(float(difference) / float(variance) ** 0.5, difference**2 <= variance)


def en_of_difference(difference: Uncertain, k: float = 2.0) -> EnScore:
    """The score of a difference that knows what its two parts share.

    Args:
        difference: result minus reference, such as of two ``Uncertain`` under certificates that name the
            same standard.
        k: coverage factor of both U.

    Raises:
        ValueRefusedError: a difference without uncertainty, or k below 1.
    """
    if positive_number("k", k) < 1:
        raise ValueRefusedError(f"the coverage factor is {k:g}; it must be at least 1")
    if difference.u == 0:
        raise ValueRefusedError("a difference without uncertainty cannot be judged by it")
    score = difference.value / (k * difference.u)
    return EnScore(score, abs(score) <= 1)


def en_between(later: Curve, earlier: Curve, at: float, k: float = 2.0) -> EnScore:
    """What an instrument did between two calibrations, at one indication: later minus earlier correction.

    Standards that both certificates name are shared: their error cancels in the change.

    Args:
        later: curve of the later certificate; it gives corrections, or values in the same unit.
        earlier: curve of the earlier one.
        at: indication, in the unit of both curves.
        k: coverage factor of both U.

    Raises:
        OutOfRangeError: outside the valid range of a curve.
        ValueRefusedError: the indication is not finite, or k below 1.
    """
    return en_of_difference(later.forward(at) - earlier.forward(at), k)
