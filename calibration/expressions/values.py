"""Computing a formula: over floats, arrays and ``Uncertain`` values alike.

``min`` and ``max`` choose one of their arguments and keep its uncertainty; of equal ones the more uncertain.
``abs`` is not there: it has no derivative where it matters, at 0.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration import functions
from calibration.checks import FloatArray
from calibration.errors import ValueRefusedError
from calibration.expressions.nodes import Call, ExpressionError, Name, Negative, Node, Number, Operation
from calibration.uncertain import Uncertain

Value = float | FloatArray | Uncertain
Series = Sequence[Value]
"""Several values of one name, such as ten readings: what ``mean min max sd`` take."""

_ELEMENTARY = {"sqrt": functions.sqrt, "exp": functions.exp, "ln": functions.log}


@dataclass(frozen=True, slots=True)
class Computation:
    """One computation of a formula."""

    text: str
    values: Mapping[str, Value | Series]

    def of(self, node: Node) -> Value:
        """The value of a node.

        Raises:
            ExpressionError: a name without value, a value that does not exist or is not finite.
        """
        try:
            value = self._value(node)
        except ExpressionError:
            raise
        except ZeroDivisionError:
            raise ExpressionError(self.text, node.position, "division by 0") from None
        except OverflowError:
            raise ExpressionError(self.text, node.position, "the result is too large") from None
        except ValueRefusedError as error:
            raise ExpressionError(self.text, node.position, str(error)) from error
        _check_finite(self.text, node, value)
        return value

    def _value(self, node: Node) -> Value:
        match node:
            case Number():
                return node.value
            case Name():
                return self._single(node)
            case Negative():
                return -self.of(node.operand)
            case Operation():
                return _operate(node.operator, self.of(node.left), self.of(node.right))
            case Call():
                return self._call(node)

    def _single(self, node: Name) -> Value:
        value = self._named(node)
        if isinstance(value, Uncertain | np.ndarray | float):
            return value
        raise ExpressionError(
            self.text,
            node.position,
            f"{node.name} stands for {len(value)} values; take mean, min, max or sd of them",
        )

    def _named(self, node: Name) -> Value | Series:
        if node.name not in self.values:
            known = " ".join(self.values) or "none"
            raise ExpressionError(self.text, node.position, f"{node.name} has no value; known are {known}")
        value = self.values[node.name]
        if isinstance(value, Uncertain | np.ndarray):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, list | tuple):
            return value
        raise ExpressionError(
            self.text,
            node.position,
            f"{node.name} is {value!r}; a number, array or uncertain value is needed",
        )

    def _call(self, node: Call) -> Value:
        if node.function in _ELEMENTARY:
            return _elementary(node.function, self.of(node.arguments[0]))
        chosen: list[Value] = []
        for argument in node.arguments:
            named = self._named(argument) if isinstance(argument, Name) else None
            if isinstance(named, list | tuple):
                chosen += [self._member(argument, one) for one in named]
            else:
                chosen.append(self.of(argument))
        if not chosen:
            raise ExpressionError(self.text, node.position, f"{node.function} of no values does not exist")
        return _of_several(node.function, chosen)

    def _member(self, node: Node, value: object) -> Value:
        if isinstance(value, Uncertain | np.ndarray):
            number: Value = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
        else:
            raise ExpressionError(
                self.text, node.position, f"a series has {value!r} in it; numbers are needed"
            )
        _check_finite(self.text, node, number)
        return number


def _check_finite(text: str, node: Node, value: Value) -> None:
    numbers = value.value if isinstance(value, Uncertain) else value
    if not np.all(np.isfinite(numbers)):
        what = f"{node.name} is" if isinstance(node, Name) else "the result is"
        raise ExpressionError(text, node.position, f"{what} not finite")


def _operate(operator: str, left: Value, right: Value) -> Value:
    if _is_array(left) != _is_array(right) and (isinstance(left, Uncertain) or isinstance(right, Uncertain)):
        raise ValueRefusedError("an array and an uncertain value meet; use one kind for all inputs")
    x: Any = left
    y: Any = right
    if operator == "+":
        return x + y  # type: ignore[no-any-return]
    if operator == "-":
        return x - y  # type: ignore[no-any-return]
    if operator == "*":
        return x * y  # type: ignore[no-any-return]
    if operator == "/":
        if _is_array(y) and not np.all(y):
            raise ZeroDivisionError
        return x / y  # type: ignore[no-any-return]
    return _power(x, y)


def _power(base: Any, exponent: Any) -> Value:
    if isinstance(base, float) and isinstance(exponent, float) and base < 0 and not exponent.is_integer():
        raise ValueRefusedError(f"{base:g} is negative: it has no power of {exponent:g}")
    return base**exponent  # type: ignore[no-any-return]


def _elementary(name: str, x: Value) -> Value:
    if name == "sqrt" and isinstance(x, float) and x == 0:
        return 0.0
    try:
        return _ELEMENTARY[name](x)
    except ValueRefusedError:
        raise ValueRefusedError(f"{name}({_number(x):g}) has no value, or no derivative") from None


def _of_several(name: str, values: list[Value]) -> Value:
    if any(_is_array(value) for value in values):
        return _of_arrays(name, values)
    numbers: list[Any] = values
    if name == "mean":
        total = numbers[0]
        for number in numbers[1:]:
            total = total + number
        return total / len(numbers)  # type: ignore[no-any-return]
    if name == "sd":
        return _standard_deviation(numbers)
    sign = 1 if name == "max" else -1
    return max(numbers, key=lambda one: (sign * _number(one), _u(one)))  # type: ignore[no-any-return]


def _of_arrays(name: str, values: list[Value]) -> Value:
    if any(isinstance(value, Uncertain) for value in values):
        raise ValueRefusedError("an array and an uncertain value meet; use one kind for all inputs")
    rows = np.stack(np.broadcast_arrays(*values))  # type: ignore[arg-type]
    if name == "sd":
        if len(rows) < 2:
            raise ValueRefusedError("sd needs 2 values or more")
        return np.asarray(rows.std(axis=0, ddof=1))
    if name == "mean":
        return np.asarray(rows.mean(axis=0))
    return np.asarray(rows.min(axis=0) if name == "min" else rows.max(axis=0))


def _standard_deviation(values: list[Any]) -> float:
    if any(isinstance(value, Uncertain) for value in values):
        raise ValueRefusedError("sd is taken of plain readings; its uncertainty is not that of the readings")
    if len(values) < 2:
        raise ValueRefusedError(f"sd needs 2 values or more, found {len(values)}")
    return float(statistics.stdev(values))


def _number(value: Value) -> float:
    return value.value if isinstance(value, Uncertain) else float(np.min(value))


def _u(value: Value) -> float:
    return value.u if isinstance(value, Uncertain) else 0.0


def _is_array(value: Value) -> bool:
    return isinstance(value, np.ndarray)
