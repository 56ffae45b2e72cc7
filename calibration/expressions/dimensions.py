"""The dimension of a formula from the units of its inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from calibration.dimension import ONE, Dimension
from calibration.errors import UnitMismatchError
from calibration.expressions.nodes import Call, ExpressionError, Name, Negative, Node, Number, Operation


@dataclass(frozen=True, slots=True)
class DimensionOf:
    """Checks one formula; ``dimensions`` by name."""

    text: str
    dimensions: Mapping[str, Dimension]

    def node(self, node: Node) -> Dimension:
        """The dimension of a node.

        Raises:
            ExpressionError: unlike things added or compared, a power or function of what has a unit.
        """
        match node:
            case Number():
                return ONE
            case Name():
                if node.name not in self.dimensions:
                    known = " ".join(self.dimensions) or "none"
                    raise self._error(node, f"{node.name} is not known here; known are {known}")
                return self.dimensions[node.name]
            case Negative():
                return self.node(node.operand)
            case Operation():
                return self._operation(node)
            case Call():
                return self._call(node)

    def _error(self, node: Node, mistake: str) -> ExpressionError:
        return ExpressionError(self.text, node.position, mistake)

    def _operation(self, node: Operation) -> Dimension:
        left = self.node(node.left)
        if node.operator == "^":
            return self._power(node, left)
        right = self.node(node.right)
        if node.operator == "*":
            return left.times(right)
        if node.operator == "/":
            return left.times(right.to_power(Fraction(-1)))
        return self._like(node, (left, right))

    def _power(self, node: Operation, base: Dimension) -> Dimension:
        exponent = self.node(node.right)
        if not exponent.is_one:
            raise self._error(node.right, f"an exponent is a pure number; this one has {exponent.text}")
        if base.is_one:
            return ONE
        power = _literal(node.right)
        if power is None or abs(power) > 9:
            raise self._error(node.right, "what has a unit is raised to a written number of -9 to 9 only")
        return base.to_power(power)

    def _call(self, node: Call) -> Dimension:
        found = tuple(self.node(argument) for argument in node.arguments)
        if node.function in ("exp", "ln"):
            if not found[0].is_one:
                raise self._error(node, f"{node.function} is of pure numbers; this has {found[0].text}")
            return ONE
        if node.function == "sqrt":
            return found[0].to_power(Fraction(1, 2))
        return self._like(node, found)

    def _like(self, node: Node, found: tuple[Dimension, ...]) -> Dimension:
        for other in found[1:]:
            try:
                found[0].check_like(other)
            except UnitMismatchError as error:
                raise self._error(
                    node, f"{error}; give a number that has a unit a name, as a constant"
                ) from error
        return next((one for one in found if one.scale is not None), found[0])


def _literal(node: Node) -> Fraction | None:
    if isinstance(node, Negative):
        inner = _literal(node.operand)
        return None if inner is None else -inner
    return Fraction(node.value).limit_denominator(100) if isinstance(node, Number) else None
