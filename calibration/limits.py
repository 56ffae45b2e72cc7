"""A specification's limits and a measured result: what a decision is made from, compared in decimal."""

import math
from dataclasses import dataclass
from decimal import Decimal

from calibration.checks import degrees_of_freedom, positive_number
from calibration.errors import UnitMismatchError, ValueRefusedError
from calibration.rounding import decimal_of
from calibration.units import unit_of


@dataclass(frozen=True, slots=True)
class Limits:
    """Tolerance limits, both inclusive. Their written digits count: 14.0 is not 14 where values are rounded.

    Raises:
        ValueRefusedError: no limit, not finite, or the lower above the upper.
        UnknownUnitError: no such unit.
    """

    lower: Decimal | None
    upper: Decimal | None
    unit: str
    specification: str
    """Document and edition the limits come from."""

    def __post_init__(self) -> None:
        unit_of(self.unit)
        given = [limit for limit in (self.lower, self.upper) if limit is not None]
        if not given:
            raise ValueRefusedError(f"{self.specification}: a lower or an upper limit is needed, or both")
        for limit in given:
            if not isinstance(limit, Decimal):
                raise ValueRefusedError(
                    f"{self.specification}: limit {limit!r} must be a decimal, as written"
                )
            decimal_of(limit)
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueRefusedError(
                f"{self.specification}: the lower limit {self.lower} is above the upper limit {self.upper}"
            )

    @property
    def low(self) -> float:
        """The lower limit, or minus infinity."""
        return -math.inf if self.lower is None else float(self.lower)

    @property
    def high(self) -> float:
        """The upper limit, or infinity."""
        return math.inf if self.upper is None else float(self.upper)

    def contain(self, value: Decimal) -> bool:
        """True where the value is not beyond a limit; a value equal to a limit conforms."""
        return (self.lower is None or value >= self.lower) and (self.upper is None or value <= self.upper)

    def narrowed(self, by: Decimal) -> "Limits":
        """These limits moved inwards by ``by`` (outwards where negative), in their unit.

        Raises:
            ValueRefusedError: nothing is left between them.
        """
        lower = None if self.lower is None else self.lower + by
        upper = None if self.upper is None else self.upper - by
        if lower is not None and upper is not None and lower > upper:
            raise ValueRefusedError(
                f"{self.specification}: with guard bands of {by} {self.unit} nothing can be accepted between "
                f"{self.lower} and {self.upper}; the uncertainty is too large for this tolerance"
            )
        return Limits(lower, upper, self.unit, self.specification)


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, unrounded: value and expanded uncertainty in ``unit``, coverage factor, degrees of freedom.

    Raises:
        ValueRefusedError: value or U not finite, U not positive, k below 1, or degrees of freedom below 1.
        UnknownUnitError: no such unit.
    """

    value: Decimal | float
    U: Decimal | float
    k: float
    unit: str
    dof: float = math.inf

    def __post_init__(self) -> None:
        unit_of(self.unit)
        decimal_of(self.value)
        positive_number("U", float(self.U))
        if positive_number("k", self.k) < 1:
            raise ValueRefusedError(f"the coverage factor is {self.k}; it must be at least 1")
        degrees_of_freedom("result", self.dof)

    @property
    def u(self) -> float:
        """Standard uncertainty, in ``unit``."""
        return float(self.U) / self.k

    def check_unit(self, limits: Limits) -> None:
        """Refuse limits in another unit.

        Raises:
            UnitMismatchError: the units differ, even where they could be converted.
        """
        if self.unit != limits.unit:
            raise UnitMismatchError(
                f"the result is in {self.unit}, and the limits of {limits.specification} in {limits.unit}: "
                "state both in one unit"
            )
