"""Rounding in decimal (GB/T 8170-2008, ISO 80000-1 annex B) and the digits of a reported result.

Always one step from the unrounded value, half to even by absolute value; a rounded number is for people and
comparison rules, and never feeds a later calculation. A ``float`` is taken as the shortest decimal that reads
back as the same float, which is what a person sees: 0.35 is 0.35, not 0.34999….
"""

import decimal
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calibration.errors import ValueRefusedError

Number = Decimal | Fraction | int | float

_MAX_DIGITS = 1000
_EXACT = decimal.Context(prec=2 * _MAX_DIGITS, rounding=decimal.ROUND_HALF_EVEN)
_LARGEST_LOSS = Decimal("0.05")  # EA-4/02 M:2022, 6.3


def round_to_interval(value: Number, interval: Decimal) -> Decimal:
    """The multiple of ``interval`` nearest to ``value``, a tie to the even multiple.

    Intervals are 1, 0.1, 10 …, the 0.5 and 0.2 units of GB/T 8170-2008 (60.25 to 0.5 is 60.0, -930 to 20 is
    -920), or a scale interval. The result has the decimal places of ``interval``, so 7 to 0.5 is ``7.0``.

    Args:
        value: the unrounded value, in any unit.
        interval: in the unit of ``value``, positive.

    Raises:
        ValueRefusedError: value or interval is not finite, the interval is not positive, or they are more
            than 1000 digits apart.
    """
    if not (interval.is_finite() and interval > 0):
        raise ValueRefusedError(f"the rounding interval is {interval}; it must be a positive number")
    if isinstance(value, Fraction):
        return _EXACT.multiply(Decimal(round(value / Fraction(interval))), interval)
    given = decimal_of(value)
    if given and given.adjusted() - interval.adjusted() > _MAX_DIGITS:
        raise ValueRefusedError(f"{given} cannot be rounded to {interval}: more than {_MAX_DIGITS} digits")
    count, rest = _EXACT.divmod(given.copy_abs(), interval)
    double = _EXACT.add(rest, rest)
    if double > interval or (double == interval and count % 2 == 1):
        count += 1
    rounded = _EXACT.multiply(count, interval)
    return -rounded if given < 0 and rounded else rounded


def round_to_place(value: Number, place: int) -> Decimal:
    """Rounded to the decimal place 10**``place``: -2 for hundredths, 3 for thousands (2500 is 2E+3).

    Raises:
        ValueRefusedError: the value is not finite.
    """
    return round_to_interval(value, Decimal((0, (1,), place)))


def round_to_digits(value: Number, digits: int) -> Decimal:
    """Rounded to so many significant digits, counted after a carry: 0.0996 to two digits is 0.10.

    Raises:
        ValueRefusedError: the value is not finite, is zero (which has no significant digit), or digits < 1.
    """
    exact = _rational(value)
    if digits < 1 or exact == 0:
        raise ValueRefusedError(f"{value} cannot be rounded to {digits} significant digits")
    top = _adjusted(exact)
    rounded = round_to_place(value, top - digits + 1)
    if rounded.adjusted() > top:
        return round_to_place(value, top - digits + 2)
    return rounded


def round_uncertainty(expanded: Number, digits: int = 2) -> Decimal:
    """U, or u, to at most two significant digits.

    To the nearest, a tie to even; but upwards where rounding down would take away more than 5 % (EA-4/02
    M:2022, 6.3; JCGM 100:2008, 7.2.6).

    Args:
        expanded: U or u, positive, in any unit.
        digits: 1 or 2.

    Raises:
        ValueRefusedError: not finite, not positive, or digits is not 1 or 2.
    """
    exact = _rational(expanded)
    if exact <= 0:
        raise ValueRefusedError(f"the uncertainty is {expanded}; it must be positive")
    if digits not in (1, 2):
        raise ValueRefusedError(f"an uncertainty has 1 or 2 significant digits, not {digits}")
    rounded = round_to_digits(expanded, digits)
    if (exact - Fraction(rounded)) / exact <= Fraction(_LARGEST_LOSS):
        return rounded
    return round_to_digits(Fraction(rounded) + Fraction(10) ** _last_place(rounded), digits)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A value and its expanded uncertainty, rounded for people."""

    value: Decimal
    U: Decimal

    @property
    def text(self) -> str:
        """``12.484 ± 0.023``; never in powers of ten, never ``-0.00``."""
        return f"{plain(self.value)} ± {plain(self.U)}"


def align(value: Number, expanded: Number, digits: int = 2) -> Aligned:
    """The value rounded once, to the last place of its rounded U (JCGM 100:2008, 7.2.6; ILAC P14 5.3).

    Args:
        value: unrounded, in any unit.
        expanded: U in the unit of ``value``, unrounded.
        digits: significant digits of U, 1 or 2.

    Raises:
        ValueRefusedError: a number is not finite, or U is not positive.
    """
    rounded = round_uncertainty(expanded, digits)
    return Aligned(round_to_place(value, _last_place(rounded)), rounded)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How an expanded uncertainty came from the standard one; a statement says all that is known of it."""

    k: float
    level: float | None = None
    """Coverage probability, such as 0.9545."""
    dof: float | None = None
    """Effective degrees of freedom; None or infinite is not printed."""


def result_text(aligned: Aligned, unit: str, coverage: Coverage, language: str = "zh_CN") -> str:
    """The sentence of a report: ``(12.484 ± 0.023) g，k = 2.23，p = 95.45 %，νeff = 10``.

    Args:
        aligned: from ``align``.
        unit: as it is to be printed; ``""`` or ``"1"`` for a pure number.
        coverage: k, and what is known of level and degrees of freedom.
        language: ``zh_CN`` separates by full-width commas, ``en`` by commas.

    Raises:
        ValueRefusedError: k is not at least 1, or the language is not one of the two.
    """
    separators = {"zh_CN": "，", "en": ", "}
    if language not in separators:
        raise ValueRefusedError(f"language {language!r} is not known; known are {' '.join(separators)}")
    if not coverage.k >= 1:
        raise ValueRefusedError(f"the coverage factor is {coverage.k}; it must be at least 1")
    shown = aligned.text if unit in ("", "1") else f"({aligned.text}) {unit}"
    k = round_to_place(coverage.k, -2)
    parts = [shown, f"k = {plain(k if k % 1 else round_to_place(k, 0))}"]
    if coverage.level is not None:
        parts.append(f"p = {plain((decimal_of(coverage.level) * 100).normalize())} %")
    if coverage.dof is not None and coverage.dof != float("inf"):
        parts.append(f"νeff = {int(coverage.dof)}")
    return separators[language].join(parts)


def plain(value: Decimal) -> str:
    """Digits without a power of ten, and without the sign of a zero."""
    return format(value if value else value.copy_abs(), "f")


def decimal_of(value: Decimal | float) -> Decimal:
    """The finite decimal that a number shows.

    Raises:
        ValueRefusedError: NaN or infinite.
    """
    given = (
        value
        if isinstance(value, Decimal)
        else Decimal(repr(float(value)) if isinstance(value, float) else value)
    )
    if not given.is_finite():
        raise ValueRefusedError(f"{value} is not finite, so it cannot be rounded")
    return given


def _rational(value: Number) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(decimal_of(value))


def _adjusted(exact: Fraction) -> int:
    """Exponent of the first significant digit, exactly."""
    magnitude = abs(exact)
    place = len(str(magnitude.numerator)) - len(str(magnitude.denominator))
    return place if magnitude >= Fraction(10) ** place else place - 1


def _last_place(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return int(exponent)
