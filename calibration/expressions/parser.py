"""The grammar of formulas: text in, nodes out, by recursive descent. Its rules stand in ``expression``.

Length, number of operations and depth are limited, so that reading and computing take bounded time whatever
the text is.
"""

import math
import re
from dataclasses import dataclass

from calibration.expressions.nodes import Call, ExpressionError, Name, Negative, Node, Number, Operation

MAX_LENGTH = 1000
"""Characters of a formula."""
MAX_OPERATIONS = 150
"""Operators and functions of a formula."""
MAX_DEPTH = 40
"""Parentheses, powers and signs inside each other."""

FUNCTIONS = {
    "sqrt": (1, 1),
    "exp": (1, 1),
    "ln": (1, 1),
    "mean": (1, 50),
    "min": (1, 50),
    "max": (1, 50),
    "sd": (1, 50),
}
"""Smallest and largest number of arguments by function."""

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_.]))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|[-+*/^(),])"
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_INSTEAD = {
    "**": "^", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "（": "(", "）": ")", "，": ",", "＋": "+",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse_nodes(text: str) -> Node:
    """The tree of a formula.

    Raises:
        ExpressionError: what cannot be read, with its position; or too long, too deep, too many operations.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            text, MAX_LENGTH + 1, f"has {len(text)} characters; a formula has at most {MAX_LENGTH}"
        )
    parser = _Parser(text, _tokens(text))
    node = parser.sum()
    parser.expect_end()
    return node


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = _blank_end(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.group() in _INSTEAD:
            raise ExpressionError(text, at + 1, _unreadable(text[at : at + 2]))
        tokens.append(_Token(str(match.lastgroup), match.group(), at + 1))
        at = _blank_end(text, match.end())
    tokens.append(_Token("end", "the end", len(text) + 1))
    return tokens


def _blank_end(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _unreadable(rest: str) -> str:
    found = rest if rest in _INSTEAD else rest[0]
    if found in _INSTEAD:
        return f"found {found!r}; write {_INSTEAD[found]!r}"
    if found in "0123456789.":
        return "this is not a number; write 12.5 or 1e-3, and * between a number and a name"
    return f"found {found!r}; a formula has numbers, names (letters a-z, digits, _), + - * / ^ ( ) and commas"


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._operations = 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _takes(self, *signs: str) -> _Token | None:
        return self._take() if self._token.kind == "sign" and self._token.text in signs else None

    def _error(self, token: _Token, mistake: str) -> ExpressionError:
        return ExpressionError(self._text, token.position, mistake)

    def _count(self, token: _Token) -> None:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise self._error(token, f"more than {MAX_OPERATIONS} operations; split it into several formulas")

    def sum(self) -> Node:
        node = self._product()
        while (sign := self._takes("+", "-")) is not None:
            self._count(sign)
            node = Operation(sign.position, sign.text, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while (sign := self._takes("*", "/")) is not None:
            self._count(sign)
            node = Operation(sign.position, sign.text, node, self._signed())
        return node

    def _signed(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(
                self._token, f"more than {MAX_DEPTH} levels inside each other; split it into several formulas"
            )
        sign = self._takes("-")
        if sign is not None:
            self._count(sign)
            node: Node = Negative(sign.position, self._signed())
        else:
            node = self._power()
        self._depth -= 1
        return node

    def _power(self) -> Node:
        base = self._atom()
        sign = self._takes("^")
        if sign is None:
            return base
        self._count(sign)
        return Operation(sign.position, "^", base, self._signed())

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "number":
            value = float(token.text)
            if not math.isfinite(value):
                raise self._error(token, f"{token.text} is too large to compute with")
            return Number(token.position, value)
        if token.kind == "name":
            opening = self._takes("(")
            return Name(token.position, token.text) if opening is None else self._call(token)
        if token.text == "(":
            node = self.sum()
            self._close(token)
            return node
        raise self._error(token, f"a number, a name or '(' is missing before {_shown(token)}")

    def _call(self, function: _Token) -> Node:
        if function.text not in FUNCTIONS:
            known = " ".join(FUNCTIONS)
            raise self._error(function, f"there is no function {function.text!r}; there are {known}")
        self._count(function)
        arguments = [self.sum()]
        while self._takes(",") is not None:
            arguments.append(self.sum())
        self._close(function)
        fewest, most = FUNCTIONS[function.text]
        if not fewest <= len(arguments) <= most:
            allowed = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise self._error(function, f"{function.text} has {len(arguments)} arguments; it takes {allowed}")
        return Call(function.position, function.text, tuple(arguments))

    def _close(self, opened: _Token) -> None:
        if self._takes(")") is None:
            raise self._error(
                self._token,
                f"')' or an operator is missing before {_shown(self._token)} "
                f"(opened at position {opened.position})",
            )

    def expect_end(self) -> None:
        if self._token.kind != "end":
            raise self._error(self._token, f"an operator is missing before {_shown(self._token)}")


def _shown(token: _Token) -> str:
    return token.text if token.kind == "end" else repr(token.text)
