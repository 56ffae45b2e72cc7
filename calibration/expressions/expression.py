"""Arithmetic of method formulas: parsed by a small grammar, never run as a program.

::

    sum      = product {("+" | "-") product}
    product  = signed {("*" | "/") signed}
    signed   = "-" signed | power
    power    = atom ["^" signed]
    atom     = number | name | function "(" sum {"," sum} ")" | "(" sum ")"

So -2^2 is -4, 2^3^2 is 2^9 and 2^-1 is 0.5. Functions are sqrt, exp, ln, mean, min, max and sd. A formula
runs unchanged over floats, over arrays (Monte Carlo) and over ``Uncertain`` values, whose shared influences
it keeps: two weighings under one certificate cancel its error in their difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.dimension import dimension_of
from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.expressions.dimensions import DimensionOf
from calibration.expressions.nodes import Call, ExpressionError, Name, Node, nodes_in
from calibration.expressions.parser import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS, parse_nodes
from calibration.expressions.values import Computation, Series, Value

__all__ = [
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_OPERATIONS",
    "Expression",
    "ExpressionError",
    "Series",
    "Value",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that was read; from ``parse``."""

    text: str
    node: Node

    @property
    def names(self) -> tuple[str, ...]:
        """Names it needs a value for, in the order in which they first stand."""
        return tuple(dict.fromkeys(one.name for one in nodes_in(self.node) if isinstance(one, Name)))

    @property
    def functions(self) -> frozenset[str]:
        """Functions it calls."""
        return frozenset(one.function for one in nodes_in(self.node) if isinstance(one, Call))

    def evaluate(self, values: Mapping[str, Value | Series]) -> Value:
        """The value of the formula.

        Args:
            values: by name, each in the unit the formula was written for: a float, array or ``Uncertain``, or
                a list or tuple of floats or ``Uncertain`` where it stands in mean, min, max or sd. Arrays
                and ``Uncertain`` values do not meet in one computation; arrays have one shape or broadcast.

        Returns:
            A float where all values are floats, an array where one is an array, otherwise an ``Uncertain``,
            to first order (JCGM 100:2008, 5.1.2 and 5.2.2).

        Raises:
            ExpressionError: a name without value, a division by 0, a root or logarithm that does not exist, a
                result that is not finite; with the position.
        """
        with np.errstate(all="ignore"):  # what is not finite is refused by name, not warned of
            return Computation(self.text, values).of(self.node)

    def check_units(self, units: Mapping[str, str], result_unit: str) -> None:
        """Refuse a formula that adds unlike things, or whose result is not what it is said to be.

        It is a check of dimensions: a conversion factor that is missing (100 for percent, 1000 for mg) is
        seen only where g and mg meet in a sum. A worked example is the check of factors.

        Args:
            units: unit of each name.
            result_unit: unit of the result.

        Raises:
            ExpressionError: with the position.
            UnknownUnitError: no such unit; names whose.
        """
        dimensions = {}
        for name, unit in units.items():
            try:
                dimensions[name] = dimension_of(unit)
            except UnknownUnitError as error:
                raise UnknownUnitError(f"{name}: {error}") from error
        found = DimensionOf(self.text, dimensions).node(self.node)
        try:
            dimension_of(result_unit).check_like(found)
        except UnitMismatchError as error:
            raise ExpressionError(
                self.text, self.node.position, f"the result is said to be in {result_unit}: {error}"
            ) from error


def parse(text: str) -> Expression:
    """Read a formula.

    Args:
        text: at most 1000 characters, 150 operations and 40 levels.

    Raises:
        ExpressionError: what cannot be read, with its position and what to write instead.
    """
    return Expression(text, parse_nodes(text))
