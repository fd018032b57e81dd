"""The expression tree with its places: what the parser makes and the types are checked on."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["bool", "int", "number", "text", "list"]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "and", "or"]


@dataclass(frozen=True)
class Literally:
    """A value written in the expression."""

    start: int
    end: int
    value: bool | int | float | str


@dataclass(frozen=True)
class Listed:
    """A list written in the expression; it stands right of `in` only."""

    start: int
    end: int
    items: tuple[Literally, ...]


@dataclass(frozen=True)
class Named:
    """A reference such as `picture.width`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Existing:
    """`exists(name)`."""

    start: int
    end: int
    of: Named


@dataclass(frozen=True)
class Otherwise:
    """`name else fallback`."""

    start: int
    end: int
    of: Named
    fallback: "Parsed"


@dataclass(frozen=True)
class Negated:
    """`not operand`."""

    start: int
    end: int
    operand: "Parsed"


@dataclass(frozen=True)
class Joined:
    """`left operator right`."""

    start: int
    end: int
    operator: Operator
    left: "Parsed"
    right: "Parsed"


Parsed = Literally | Listed | Named | Existing | Otherwise | Negated | Joined


class ExpressionError(Exception):
    """The expression cannot be read: where, why, and the cure."""

    def __init__(self, start: int, end: int, title: str, cure: str) -> None:
        super().__init__(title)
        self.start = start
        self.end = end
        self.title = title
        self.cure = cure
