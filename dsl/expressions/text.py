"""Expressions as the pipeline's author writes them, with no bracket more than they need."""

from darkroom.plan.expressions import (
    Binary,
    Constant,
    Else,
    Exists,
    Expression,
    Not,
    Reference,
    Value,
)
from dsl.expressions.numbers import digits

# From loose to tight, as in the grammar: each level is written within looser ones as it is.
_OR, _AND, _NOT, _COMPARISON, _OTHERWISE = range(5)
_LEVELS = {"or": _OR, "and": _AND}


def text(expression: Expression) -> str:
    """Return `expression` in the syntax of the pipeline file; parsed, it is the same again.

    Raises ValueError for a text with both kinds of quotes, which no file can hold.
    """
    return _written(expression, _OR)


def _written(expression: Expression, around: int) -> str:
    """Write `expression` where the grammar takes what is at least as tight as `around`."""
    match expression:
        case Constant(value=value):
            return _literal(value)
        case Reference(name=name):
            return name
        case Exists(name=name):
            return f"exists({name})"
        case Else(name=name, fallback=fallback):
            return _within(around, _OTHERWISE, f"{name} else {_written(fallback, _OTHERWISE)}")
        case Not(operand=operand):
            return _within(around, _NOT, f"not {_written(operand, _NOT)}")
        case Binary(operator=operator, left=left, right=right):
            level = _LEVELS.get(operator, _COMPARISON)
            # Chains of `and` grow to the left; comparisons do not chain at all.
            first = level + (level == _COMPARISON)
            sides = f"{_written(left, first)} {operator} {_written(right, level + 1)}"
            return _within(around, level, sides)


def _within(around: int, level: int, written: str) -> str:
    return f"({written})" if level < around else written


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return digits(value)
        case str() if "'" not in value:
            return f"'{value}'"
        case str() if '"' not in value:
            return f'"{value}"'
        case str():
            raise ValueError(f"{value!r} has both kinds of quotes")
        case _:
            return f"[{', '.join(map(_literal, value))}]"
