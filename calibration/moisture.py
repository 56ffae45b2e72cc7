"""Moisture by loss on drying, in ovens and moisture analysers: result, uncertainty, calibration, checks.

Masses in g, moisture in percent of the wet mass (g/100 g), temperatures in degC.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calibration.checks import finite, finite_number, positive_number, same_length
from calibration.coverage import coverage_factor
from calibration.curves import PointTable
from calibration.errors import ValueRefusedError
from calibration.influences import Repeatability, half_width, not_negative, rounding
from calibration.rounding import decimal_of
from calibration.uncertain import Uncertain, covariance_matrix, independent


def loss_on_drying_percent(
    dish_and_sample_g: Uncertain, dish_and_dry_g: Uncertain, dish_g: Uncertain
) -> Uncertain:
    """Moisture X = 100 (m1 - m2)/(m1 - m3) in percent, with the correlation of the weighings (GB 5009.3).

    Weighings on one balance under one certificate share influences (``weighing.weighing_g``): a common offset
    cancels, because the sensitivities add up to 0, and so does a common error of scale.

    Args:
        dish_and_sample_g: m1.
        dish_and_dry_g: m2.
        dish_g: m3; exactly 0 where the instrument tares the dish.

    Raises:
        ValueRefusedError: no sample in the dish (m1 <= m3), or less than the dish left (m2 < m3).
    """
    m1, m2, m3 = dish_and_sample_g, dish_and_dry_g, dish_g
    if not m1.value > m3.value:
        raise ValueRefusedError(
            f"dish and sample weigh {m1.value:g} g, and the dish {m3.value:g} g: no sample"
        )
    if not m2.value >= m3.value:
        raise ValueRefusedError(f"after drying {m2.value:g} g are left, less than the dish of {m3.value:g} g")
    return (m1 - m2) / (m1 - m3) * 100


def dry_residue_percent(moisture_percent: Uncertain) -> Uncertain:
    """Dry residue %D = 100 - moisture, in percent of the wet mass."""
    return 100 - moisture_percent


def moisture_on_dry_basis_percent(moisture_percent: Uncertain) -> Uncertain:
    """Moisture in percent of the dry mass, 100 X/(100 - X).

    Raises:
        ValueRefusedError: X is 100 % or more: nothing dry is left.
    """
    if not moisture_percent.value < 100:
        raise ValueRefusedError(f"a moisture of {moisture_percent.value:g} % leaves nothing dry")
    return moisture_percent / (100 - moisture_percent) * 100


def incomplete_drying_g(limit_mg: Decimal | float) -> Uncertain:
    """What the criterion of constant mass leaves open on the dry mass: half-width of its limit, in g.

    Args:
        limit_mg: of the rule, see ``drying_rules.ConstantMassRule``.

    Raises:
        ValueRefusedError: negative or not finite.
    """
    return half_width(float(decimal_of(limit_mg)) / 1000, "constant mass")


def temperature_effect_percent(slope_percent_per_K: float, drying_degC: Uncertain) -> Uncertain:  # noqa: N803
    """What the uncertainty of the drying temperature makes of the result, estimate 0: (dX/dT) u(T).

    Args:
        slope_percent_per_K: dX/dT of the product, from dryings at different temperatures.
        drying_degC: corrected temperature of the oven or analyser.

    Raises:
        ValueRefusedError: the slope is not finite.
    """
    return (drying_degC - drying_degC.value) * finite_number("dX/dT, %/K", slope_percent_per_K)


def mean_of_portions_percent(
    portions_percent: Sequence[Uncertain], heterogeneity: Repeatability
) -> Uncertain:
    """Mean of parallel determinations, with the heterogeneity of the sample.

    What the portions share (balance, oven, criterion) does not average out; what is their own, and the
    heterogeneity s_h/sqrt(n), does.

    Args:
        portions_percent: results of the portions.
        heterogeneity: standard deviation between portions in percent, beyond what weighing explains; s = 0
            states that this is negligible.

    Raises:
        ValueRefusedError: no portions.
    """
    count = len(portions_percent)
    if not count:
        raise ValueRefusedError("a mean of no portions does not exist")
    mean = sum(portions_percent, Uncertain(0.0)) / count
    return mean + heterogeneity.of_mean(count, "heterogeneity of the sample")


def heating_corrections(
    indicated_degC: Sequence[float],  # noqa: N803
    corrections_K: Sequence[Uncertain],  # noqa: N803
    non_linearity_half_width_K: float,  # noqa: N803
) -> PointTable:
    """The calibration of a heating unit at two or more temperatures, as a table of corrections in K.

    Corrections measured with one temperature kit share its certificate, and the table keeps that.

    Args:
        indicated_degC: indicated or set temperatures, ascending, such as 100 and 160.
        corrections_K: reference minus indication at each.
        non_linearity_half_width_K: bound on the departure from straight lines between them.

    Raises:
        ValueRefusedError: fewer than 2 points, not ascending, lists of different length, negative bound.
        CovarianceError: a correction without uncertainty of its own contradicts the others.
    """
    points = finite("indicated temperature, degC", indicated_degC)
    values = finite("correction, K", [correction.value for correction in corrections_K])
    same_length(indicated=points, corrections=values)
    if len(points) < 2 or np.any(np.diff(points) <= 0):
        raise ValueRefusedError("a heating unit is calibrated at 2 ascending temperatures or more")
    bound = not_negative("non-linearity, K", non_linearity_half_width_K)
    return PointTable(
        parameters=values,
        covariance=covariance_matrix(corrections_K),
        low=float(points[0]),
        high=float(points[-1]),
        x=points,
        segment_u=np.full(len(points) - 1, bound / math.sqrt(3)),
        name="heating unit",
    )


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """A check with a reference material: n readings against its value, in percent of moisture."""

    mean: float
    s: float
    bias: float
    """Mean minus reference value."""
    u_mean: float
    En: float
    """Bias over the root of the sum of squares of both U (ISO 13528:2022, 9.7); |En| <= 1 is satisfactory."""
    within_limit: bool
    """|bias| <= the laboratory's limit, inclusive, in decimal."""

    @property
    def satisfactory(self) -> bool:
        """|En| <= 1."""
        return abs(self.En) <= 1


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """Value of a reference material with its expanded uncertainty, in percent of moisture.

    Raises:
        ValueRefusedError: not finite, U not positive, or k below 1.
    """

    value: Decimal | float
    U: float
    k: float

    def __post_init__(self) -> None:
        decimal_of(self.value)
        positive_number("U of the reference value, %", self.U)
        if positive_number("k of the reference value", self.k) < 1:
            raise ValueRefusedError(
                f"the coverage factor of the reference value is {self.k}; it is at least 1"
            )


def check_with_reference_material(
    readings_percent: Sequence[Decimal | float],
    reference: ReferenceValue,
    resolution_percent: float,
    limit_percent: Decimal | float,
) -> ReferenceCheck:
    """Check of a moisture analyser, such as with disodium tartrate dihydrate, 15.66 %.

    U of the mean is k u with the k of the reference value, as En asks for both at one level.

    Args:
        readings_percent: 2 or more.
        reference: certified or theoretical value.
        resolution_percent: d of the instrument.
        limit_percent: largest bias that the laboratory allows.

    Raises:
        ValueRefusedError: fewer than 2 readings, a number not finite, resolution or limit not positive.
    """
    readings = [decimal_of(reading) for reading in readings_percent]
    spread = Repeatability.of([float(reading) for reading in readings])
    limit = decimal_of(limit_percent)
    if limit <= 0:
        raise ValueRefusedError(f"the limit of the bias is {limit} %; it must be positive")
    mean = sum(readings, Decimal(0)) / len(readings)
    bias = mean - decimal_of(reference.value)
    u_mean = (spread.of_mean(len(readings)) + rounding(resolution_percent, "rounding")).u
    expanded = math.hypot(reference.U, reference.k * u_mean)
    return ReferenceCheck(
        mean=float(mean),
        s=spread.s,
        bias=float(bias),
        u_mean=u_mean,
        En=float(bias) / expanded,
        within_limit=abs(bias) <= limit,
    )


@dataclass(frozen=True, slots=True)
class MethodComparison:
    """A fast method against the reference method on the same samples, in percent of moisture."""

    bias: Uncertain
    """Mean difference, fast minus reference."""
    s_difference: float
    t: float
    """Bias over its u."""
    significant: bool
    """|t| is above the two-sided t quantile."""
    within_limit: bool
    """|bias| plus its U is within the limit: equivalence is shown, and not only not refuted."""


def compare_with_reference_method(
    fast_percent: Sequence[float],
    reference_percent: Sequence[float],
    limit_percent: float,
    level: float = 0.95,
) -> MethodComparison:
    """Paired comparison of a moisture analyser with the oven (paired t, and a limit for the bias).

    Args:
        fast_percent: result of the analyser for each sample.
        reference_percent: result of the reference method for the same samples.
        limit_percent: bias that the laboratory allows.
        level: of the t quantile.

    Raises:
        ValueRefusedError: fewer than 2 pairs, lists of different length, not finite, limit not positive, or
            all differences alike, which says nothing about their spread.
    """
    fast, reference = finite("fast method, %", fast_percent), finite("reference method, %", reference_percent)
    same_length(fast=fast, reference=reference)
    positive_number("limit of the bias, %", limit_percent)
    differences = fast - reference
    spread = Repeatability.of([float(one) for one in differences])
    if spread.s == 0:
        raise ValueRefusedError(
            f"all differences are {differences[0]:g} %: they show no spread to test against"
        )
    u = spread.s / math.sqrt(len(differences))
    bias = independent(float(differences.mean()), u, "difference of the methods", dof=spread.dof)
    k = coverage_factor(level, spread.dof)
    return MethodComparison(
        bias=bias,
        s_difference=spread.s,
        t=bias.value / u,
        significant=abs(bias.value) > k * u,
        within_limit=abs(bias.value) + k * u <= limit_percent,
    )


_ATOMIC_MASS = {"H": 1.008, "C": 12.011, "O": 15.999, "Na": 22.98976928}
"""g/mol, IUPAC 2021 (H, C, O abridged)."""
_WATER = {"H": 2, "O": 1}
_TARTRATE = {"C": 4, "H": 4, "Na": 2, "O": 6}

TARTRATE_MOLAR_MASS = sum(
    number * _ATOMIC_MASS[element] for part in (_TARTRATE, _WATER, _WATER) for element, number in part.items()
)
"""Disodium tartrate dihydrate, C4H4Na2O6 . 2 H2O, g/mol."""
TARTRATE_WATER_PERCENT = (
    100 * 2 * sum(number * _ATOMIC_MASS[element] for element, number in _WATER.items()) / TARTRATE_MOLAR_MASS
)
"""15.66 %: its water of crystallisation; oven and halogen analyser need about 150 degC to release it [R]."""
