"""Dimensions of units, for checking the formulas of methods.

Formulas of written methods are equations between numerical values, each in its stated unit (ISO 80000-1):
what can be checked is that only like is added to like, and that the result has the dimension it claims.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.units import Kind, unit_of

_BASES: dict[Kind, dict[str, int]] = {
    Kind.MASS: {"kg": 1},
    Kind.TEMPERATURE: {"K": 1},
    Kind.HUMIDITY: {"%RH": 1},
    Kind.PRESSURE: {"kg": 1, "m": -1, "s": -2},
    Kind.RESISTANCE: {"kg": 1, "m": 2, "s": -3, "A": -2},
    Kind.VOLTAGE: {"kg": 1, "m": 2, "s": -3, "A": -1},
    Kind.CURRENT: {"A": 1},
    Kind.FORCE: {"kg": 1, "m": 1, "s": -2},
    Kind.TIME: {"s": 1},
    Kind.VOLUME: {"m": 3},
    Kind.DENSITY: {"kg": 1, "m": -3},
    Kind.SPECIFIC_VOLUME: {"kg": -1, "m": 3},
    Kind.AMOUNT: {"mol": 1},
    Kind.CONCENTRATION: {"mol": 1, "m": -3},
    Kind.MOLALITY: {"mol": 1, "kg": -1},
    Kind.MOLAR_MASS: {"kg": 1, "mol": -1},
}
"""Exponents of the base units; kinds that are not here (fractions, moistures, counts) have dimension one."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """Exponents of base units, and how large the unit is in them."""

    exponents: tuple[tuple[str, Fraction], ...]
    scale: Fraction | None
    """Size of the unit in base units; None where a bare number was a factor, which may be a conversion."""

    @property
    def is_one(self) -> bool:
        """True for pure numbers, fractions, percentages and counts."""
        return not self.exponents

    @property
    def text(self) -> str:
        """``kg m^-3``; ``1`` for a pure number."""
        parts = [base if power == 1 else f"{base}^{power}" for base, power in self.exponents]
        return " ".join(parts) or "1"

    def to_power(self, power: Fraction) -> "Dimension":
        """The dimension of x^power."""
        exponents = {base: own * power for base, own in self.exponents}
        whole = self.scale is not None and power.denominator == 1
        return _dimension(exponents, self.scale**power.numerator if whole and self.scale else None)

    def times(self, other: "Dimension") -> "Dimension":
        """The dimension of a product."""
        exponents = dict(self.exponents)
        for base, power in other.exponents:
            exponents[base] = exponents.get(base, Fraction(0)) + power
        known = self.scale is not None and other.scale is not None
        return _dimension(exponents, self.scale * other.scale if known else None)  # type: ignore[operator]

    def check_like(self, other: "Dimension") -> None:
        """Refuse what cannot be added, or is not in one unit, such as g and mg.

        Raises:
            UnitMismatchError: the dimensions differ, or the units are known to differ in size.
        """
        if self.exponents != other.exponents:
            raise UnitMismatchError(f"{self.text} and {other.text} are different dimensions")
        if self.is_one or None in (self.scale, other.scale) or self.scale == other.scale:
            return
        sizes = f"{float(self.scale or 0):g} and {float(other.scale or 0):g} {self.text}"
        raise UnitMismatchError(f"units of different size meet ({sizes}); state both in one unit")


def _dimension(exponents: Mapping[str, Fraction], scale: Fraction | None) -> Dimension:
    return Dimension(tuple(sorted((base, power) for base, power in exponents.items() if power)), scale)


ONE = Dimension((), None)
"""A bare number."""


def dimension_of(symbol: str) -> Dimension:
    """The dimension of a unit by the project's spelling.

    degC and degF have dimensions of their own: their zero is not that of K, so no formula may mix them.

    Raises:
        UnknownUnitError: no such unit, or one (``tl``) that does not say how much it is.
    """
    unit = unit_of(symbol)
    if unit.factor is None:
        raise UnknownUnitError(
            f"unit {symbol!r} is not known to be one amount everywhere: no formula takes it"
        )
    if unit.kind not in _BASES:
        return ONE
    bases = {unit.symbol: 1} if unit.offset else _BASES[unit.kind]
    scale = Fraction(1) if unit.offset else unit.factor
    return _dimension({base: Fraction(power) for base, power in bases.items()}, scale)
