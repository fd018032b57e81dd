"""Conditions that hold for every picture, or for none: found by folding what is known of all."""

from collections.abc import Mapping

from darkroom.plan.expressions import Binary, Constant, Exists, Expression, Not, Reference
from dsl.expressions.types import Scope

# Of these there is at least one: a picture has pixels, and an empty file is no image.
_COUNTS = (
    "image.bytes",
    *(f"{of}.{side}" for of in ("image", "picture") for side in ("width", "height", "frames")),
)


def always(
    expression: Expression, scope: Scope, most: Mapping[str, int] | None = None
) -> bool | None:
    """Return what the condition `expression` is whatever the picture; None if it depends on it.

    `most` is what counts are at the most, by their names; they are 1 at least.
    """
    match expression:
        case Constant(value=bool() as value):
            return value
        case Exists(name=name):
            return _there(name, scope)
        case Not(operand=operand):
            inner = always(operand, scope, most)
            return None if inner is None else not inner
        case Binary(operator="and" | "or" as operator, left=left, right=right):
            sides = always(left, scope, most), always(right, scope, most)
            return _joined(operator == "or", *sides)
        case Binary(operator=operator, left=left, right=right):
            return _compared(operator, left, right, most or {})
        case _:
            return None


def _there(name: str, scope: Scope) -> bool | None:
    """Whether a reference always has a value; None if it may be missing."""
    known = scope.known.get(name)
    return None if known is None or known.missing else True


def _joined(decisive: bool, left: bool | None, right: bool | None) -> bool | None:
    """Return what two conditions are together, of which `decisive` is enough once."""
    if decisive in (left, right):
        return decisive
    return None if None in (left, right) else not decisive


def _compared(
    operator: str, left: Expression, right: Expression, most: Mapping[str, int]
) -> bool | None:
    """Return what a comparison is for every picture."""
    match left, right:
        case _, Constant(value=()):
            return False
        case Constant(value=value), Constant(value=other):
            return _written(operator, value, other)
        case Reference(name=name), Constant(value=value) if name in _COUNTS:
            return _counted(operator, value, most.get(name))
        case Constant(value=value), Reference(name=name) if name in _COUNTS:
            return _counted(_turned(operator), value, most.get(name))
        case _:
            return None


def _written(operator: str, left: object, right: object) -> bool | None:
    """Compare two written values; whole numbers and others are compared as numbers."""
    if operator == "in":
        return left in right if isinstance(right, tuple) else None
    if operator in ("==", "!="):
        return (left == right) == (operator == "==")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
        operator
    ]


def _counted(operator: str, value: object, most: int | None) -> bool | None:
    """Return how a count from 1 to `most` compares with `value`, if all counts do so alike."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    largest = float("inf") if most is None else most
    outside = value < 1 or value > largest
    only = largest == 1 == value
    never = {"<": value <= 1, "<=": value < 1, ">": value >= largest, ">=": value > largest}
    surely = {"<": value > largest, "<=": value >= largest, ">": value < 1, ">=": value <= 1}
    never |= {"==": outside, "!=": only}
    surely |= {"==": only, "!=": outside}
    if never.get(operator):
        return False
    return True if surely.get(operator) else None


def _turned(operator: str) -> str:
    """Return the operator that says the same with its sides exchanged."""
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
