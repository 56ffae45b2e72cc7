"""Maximum permissible errors: weighing instruments (OIML R 76, JJG 1036 style) and weights (OIML R 111)."""

import enum
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.limits import Limits
from calibration.rounding import decimal_of
from calibration.sources import Mark, Source
from calibration.units import convert


@dataclass(frozen=True, slots=True)
class _Steps:
    """Loads, in verification scale intervals e, up to which the mpe is 0.5 e, 1 e and 1.5 e; None: no end."""

    half: int
    one: int
    one_and_a_half: int | None


_R76 = {
    "I": _Steps(50_000, 200_000, None),
    "II": _Steps(5_000, 20_000, 100_000),
    "III": _Steps(500, 2_000, 10_000),
    "IIII": _Steps(50, 200, 1_000),
}


@dataclass(frozen=True, slots=True)
class BalanceRegulation:
    """How a verification regulation grades the mpe of weighing instruments."""

    source: Source
    in_service_factor: int


OIML_R76 = BalanceRegulation(Source("OIML R 76-1:2006", Mark.VERIFIED, "3.5.1 table 6, 3.5.2"), 2)
JJG_1036 = BalanceRegulation(Source("JJG 1036-2022", Mark.ON_PAPER), 2)
"""Grades in e as OIML R 76 does; e against d, and the factor in service, are to be checked on paper."""


def balance_mpe_in_e(
    accuracy_class: str,
    load_in_e: Decimal | int,
    in_service: bool = False,
    regulation: BalanceRegulation = OIML_R76,
) -> Decimal:
    """Maximum permissible error of a non-automatic weighing instrument, in verification scale intervals e.

    Args:
        accuracy_class: ``I``, ``II``, ``III`` or ``IIII``.
        load_in_e: load divided by e, exactly.
        in_service: False at verification; True in use, where the regulation's factor applies.
        regulation: whose rules.

    Raises:
        ValueRefusedError: no such class, or a load that is negative or not finite.
        OutOfRangeError: a load beyond the class.
    """
    steps = _R76.get(accuracy_class)
    if steps is None:
        raise ValueRefusedError(f"accuracy class {accuracy_class!r} is none of {' '.join(_R76)}")
    load = decimal_of(load_in_e)
    if load < 0:
        raise ValueRefusedError(f"a load of {load} e is negative")
    if steps.one_and_a_half is not None and load > steps.one_and_a_half:
        raise OutOfRangeError(f"a load of {load} e: class {accuracy_class} ends at {steps.one_and_a_half} e")
    initial = Decimal("1.5")
    if load <= steps.half:
        initial = Decimal("0.5")
    elif load <= steps.one:
        initial = Decimal(1)
    return initial * (regulation.in_service_factor if in_service else 1)


@dataclass(frozen=True, slots=True)
class VerifiedBalance:
    """What the plate of a verified balance says; masses in ``unit``."""

    accuracy_class: str
    e: Decimal
    """Verification scale interval."""
    maximum: Decimal
    unit: str
    regulation: BalanceRegulation

    def __post_init__(self) -> None:
        for name, value in (("e", self.e), ("Max", self.maximum)):
            if decimal_of(value) <= 0:
                raise ValueRefusedError(f"{name} of the balance is {value} {self.unit}; it must be positive")

    def error_limits(self, load: Decimal, in_service: bool = False) -> Limits:
        """Limits of the error of indication at a load, for ``conformity.decide``.

        Args:
            load: in ``unit``, up to Max.
            in_service: as for ``balance_mpe_in_e``.

        Raises:
            ValueRefusedError: a bad class or load.
            OutOfRangeError: a load above Max, or beyond the class.
        """
        if decimal_of(load) > self.maximum:
            raise OutOfRangeError(f"a load of {load} {self.unit} is above Max = {self.maximum} {self.unit}")
        in_e = Fraction(load) / Fraction(self.e)
        # only whether a step is passed matters, so the next whole e above decides as the exact ratio does
        whole = -(-in_e.numerator // in_e.denominator)
        mpe = balance_mpe_in_e(self.accuracy_class, whole, in_service, self.regulation) * self.e
        return Limits(-mpe, mpe, self.unit, self.regulation.source.text)


class WeightClass(enum.StrEnum):
    """Accuracy classes of weights."""

    E1 = "E1"
    E2 = "E2"
    F1 = "F1"
    F2 = "F2"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"


R111 = Source("OIML R 111-1:2004", Mark.REMEMBERED, "table 1")
"""Rows 1 mg to 100 g agree with a maker's public table [V]; from 200 g (but 1 kg E2, F1, F2) they are [R]."""

_R111_ROWS = """
50kg   25    80    250   800  2500 8000 25000
20kg   10    30    100   300  1000 3000 10000
10kg   5     16    50    160  500  1600 5000
5kg    2.5   8.0   25    80   250  800  2500
2kg    1.0   3.0   10    30   100  300  1000
1kg    0.5   1.6   5.0   16   50   160  500
500g   0.25  0.8   2.5   8.0  25   80   250
200g   0.10  0.3   1.0   3.0  10   30   100
100g   0.05  0.16  0.5   1.6  5.0  16   50
50g    0.03  0.10  0.3   1.0  3.0  10   30
20g    0.025 0.08  0.25  0.8  2.5  8.0  25
10g    0.020 0.06  0.20  0.6  2.0  6.0  20
5g     0.016 0.05  0.16  0.5  1.6  5.0  16
2g     0.012 0.04  0.12  0.4  1.2  4.0  12
1g     0.010 0.03  0.10  0.3  1.0  3.0  10
500mg  0.008 0.025 0.08  0.25 0.8  2.5  -
200mg  0.006 0.020 0.06  0.20 0.6  2.0  -
100mg  0.005 0.016 0.05  0.16 0.5  1.6  -
50mg   0.004 0.012 0.04  0.12 0.4  -    -
20mg   0.003 0.010 0.03  0.10 0.3  -    -
10mg   0.003 0.008 0.025 0.08 0.25 -    -
5mg    0.003 0.006 0.020 0.06 0.20 -    -
2mg    0.003 0.006 0.020 0.06 0.20 -    -
1mg    0.003 0.006 0.020 0.06 0.20 -    -
"""


def _r111() -> dict[Decimal, dict[WeightClass, Decimal]]:
    table = {}
    for row in _R111_ROWS.split("\n")[1:-1]:
        nominal, *limits = row.split()
        number = nominal.rstrip("kmg")
        milligrams = convert(Decimal(number), nominal[len(number) :], "mg")
        pairs = zip(WeightClass, limits, strict=True)
        table[milligrams] = {weight_class: Decimal(limit) for weight_class, limit in pairs if limit != "-"}
    return table


_R111 = _r111()


def weight_mpe_mg(nominal: Decimal, unit: str, weight_class: WeightClass) -> Decimal:
    """Maximum permissible error of a weight, in mg (OIML R 111-1:2004, table 1).

    Args:
        nominal: nominal value, one of 1, 2, 5 times a power of ten from 1 mg to 50 kg.
        unit: its unit of mass.
        weight_class: accuracy class.

    Raises:
        OutOfRangeError: no such nominal value in this class; nothing is interpolated.
        UnitMismatchError: not a unit of mass.
    """
    row = _R111.get(convert(decimal_of(nominal), unit, "mg"), {})
    if weight_class not in row:
        raise OutOfRangeError(f"OIML R 111 has no weight of {nominal} {unit} in class {weight_class}")
    return row[weight_class]


class WeightVerdict(enum.StrEnum):
    """What is stated about a weight."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    NO_VERDICT = "uncertainty too large, no verdict"


@dataclass(frozen=True, slots=True)
class WeightAcceptance:
    """A weight judged by its class, with the figures behind the verdict in mg."""

    verdict: WeightVerdict
    mpe_mg: Decimal
    largest_U_mg: Fraction  # noqa: N815
    """mpe/3."""
    acceptance_mg: Decimal | None
    """mpe - U; None where U is too large."""
    source: Source


def accept_weight(
    nominal: Decimal,
    unit: str,
    weight_class: WeightClass,
    error_mg: Decimal | float,
    U_mg: Decimal | float,  # noqa: N803
) -> WeightAcceptance:
    """Acceptance of a weight: U <= mpe/3, then |m_c - m_N| <= mpe - U, both inclusive, in decimal.

    OIML R 111-1:2004, 5.2 and 5.3.1 [R].

    Args:
        nominal: nominal value m_N.
        unit: its unit of mass.
        weight_class: accuracy class.
        error_mg: conventional mass minus nominal value, m_c - m_N.
        U_mg: expanded uncertainty of the conventional mass, k = 2.

    Raises:
        OutOfRangeError: no such weight in the class.
        ValueRefusedError: the error is not finite, or U is not positive.
    """
    mpe = weight_mpe_mg(nominal, unit, weight_class)
    error, expanded = decimal_of(error_mg), decimal_of(U_mg)
    if expanded <= 0:
        raise ValueRefusedError(f"U of the weight is {expanded} mg; it must be positive")
    largest = Fraction(mpe) / 3
    source = Source("OIML R 111-1:2004", Mark.REMEMBERED, "5.2, 5.3.1")
    if Fraction(expanded) > largest:
        return WeightAcceptance(WeightVerdict.NO_VERDICT, mpe, largest, None, source)
    conforms = abs(error) <= mpe - expanded
    verdict = WeightVerdict.CONFORMS if conforms else WeightVerdict.DOES_NOT_CONFORM
    return WeightAcceptance(verdict, mpe, largest, mpe - expanded, source)
