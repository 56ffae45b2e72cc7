"""What a formula is made of once it is parsed; every node knows where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from calibration.errors import ValueRefusedError


class ExpressionError(ValueRefusedError):
    """A formula that cannot be read or computed; ``position`` counts its characters from 1."""

    def __init__(self, text: str, position: int, mistake: str) -> None:
        super().__init__(f"formula {_shortened(text)!r}, position {position}: {mistake}")
        self.position = position
        self.mistake = mistake


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    position: int
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """An input, or the result of another formula."""

    position: int
    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """-x."""

    position: int
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """left + - * / ^ right; the position is the operator's."""

    position: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """function(arguments)."""

    position: int
    function: str
    arguments: tuple["Node", ...]


Node = Number | Name | Negative | Operation | Call


def nodes_in(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Negative):
            waiting.append(one.operand)
        elif isinstance(one, Operation):
            waiting += [one.right, one.left]
        elif isinstance(one, Call):
            waiting += reversed(one.arguments)
