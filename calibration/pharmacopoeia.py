"""How pharmacopoeias ask for weighing: USP <41> and Ph. Eur. 2.1.7, general notices of the ChP.

Masses in mg; ranges of stated amounts are in the unit of the statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability
from calibration.rounding import decimal_of
from calibration.sources import Mark, Source

PRECISELY_WEIGHED = Decimal("0.001")
"""精密称定: to 1/1000 of the amount taken (ChP general notices [R])."""
WEIGHED = Decimal("0.01")
"""称定: to 1/100 (ChP general notices [R])."""
ABOUT = Decimal("0.10")
"""约: within 10 % of the stated amount (ChP general notices [R])."""
CHP_NOTICES = Source("Chinese Pharmacopoeia, general notices", Mark.REMEMBERED, "weighing")
USP_41 = Source("USP <41>, Ph. Eur. 2.1.7", Mark.VERIFIED)

_WEIGHINGS = 10
_FLOOR_IN_D = Decimal("0.41")
_FACTOR = 2000  # 2 s / m <= 0.10 %


@dataclass(frozen=True, slots=True)
class UspMinimumWeight:
    """Smallest net weight by USP <41>, in mg."""

    minimum_mg: Decimal
    floor_applied: bool
    """s was below 0.41 d, and 0.41 d stands for it."""
    source: Source = USP_41


def usp41_minimum_weight(s_mg: Decimal | float, d_mg: Decimal | float) -> UspMinimumWeight:
    """2 s/m <= 0.10 %: m_min = 2000 s, with s at least 0.41 d, so never below 820 d.

    Args:
        s_mg: repeatability of 10 weighings or more.
        d_mg: scale interval.

    Raises:
        ValueRefusedError: s negative, d not positive, or one not finite.
    """
    s, d = decimal_of(s_mg), decimal_of(d_mg)
    if s < 0 or d <= 0:
        raise ValueRefusedError(f"s = {s} mg and d = {d} mg: s must not be negative and d must be positive")
    floor = _FLOOR_IN_D * d
    return UspMinimumWeight(_FACTOR * max(s, floor), s < floor)


def usp41_minimum_weight_of(indications_mg: Sequence[float], d_mg: Decimal | float) -> UspMinimumWeight:
    """As ``usp41_minimum_weight``, from the indications of one weight.

    Raises:
        ValueRefusedError: fewer than 10 indications, or not finite.
    """
    if len(indications_mg) < _WEIGHINGS:
        raise ValueRefusedError(
            f"USP <41> asks for {_WEIGHINGS} weighings or more, found {len(indications_mg)}"
        )
    return usp41_minimum_weight(Repeatability.of(indications_mg).s, d_mg)


def usp41_accuracy(error_mg: Decimal, weight_mg: Decimal, capacity_mg: Decimal) -> bool:
    """Whether a test weight of 5 to 100 % of the capacity is shown within 0.10 %, limits inclusive.

    Args:
        error_mg: indication minus the weight's mass.
        weight_mg: test weight.
        capacity_mg: of the balance.

    Raises:
        ValueRefusedError: a number not finite.
        OutOfRangeError: the test weight lies outside 5 to 100 % of the capacity.
    """
    error, weight, capacity = decimal_of(error_mg), decimal_of(weight_mg), decimal_of(capacity_mg)
    if not Decimal("0.05") * capacity <= weight <= capacity:
        raise OutOfRangeError(f"a test weight of {weight} mg lies outside 5 to 100 % of {capacity} mg")
    return abs(error) <= PRECISELY_WEIGHED * weight


_PRINTED_RANGES = {"0.1": (Decimal("0.06"), Decimal("0.14"))}


def stated_range(stated: str) -> tuple[Decimal, Decimal]:
    """The amounts that a stated amount means by its digits: 2 g is 1.5 to 2.5 g, 2.00 g is 1.995 to 2.005 g.

    ChP general notices [R]. 0.1 g is printed there as 0.06 to 0.14 g, and not 0.05 to 0.15 g.

    Args:
        stated: the amount as written, digits only; its last place counts.

    Returns:
        Smallest and largest amount, both inclusive, in the unit of the statement.

    Raises:
        ValueRefusedError: not a positive decimal number.
    """
    amount = _written(stated)
    if stated.strip() in _PRINTED_RANGES:
        return _PRINTED_RANGES[stated.strip()]
    half = Decimal((0, (5,), int(amount.as_tuple().exponent) - 1))
    return amount - half, amount + half


def about_range(stated: str) -> tuple[Decimal, Decimal]:
    """The amounts that "about" (约) a stated amount means: within 10 %, both inclusive (ChP [R]).

    Raises:
        ValueRefusedError: not a positive decimal number.
    """
    amount = _written(stated)
    return amount * (1 - ABOUT), amount * (1 + ABOUT)


def _written(stated: str) -> Decimal:
    text = stated.strip()
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit() or Decimal(text) == 0:
        raise ValueRefusedError(
            f"{stated!r} is not an amount; write digits and a decimal point, such as 2.00"
        )
    return Decimal(text)
