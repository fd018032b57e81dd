"""Expressions as JSONata: what a Choice of the state machine evaluates.

JSONata would be quiet where the language is strict: a reference without a value makes a
comparison false, whichever it is. The compiler has refused such references, so what is written
here is worth what `darkroom.plan.evaluate` says, or the hand is not the one promised.
"""

import json
import re

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

# Tightest first; comparisons and `in` bind alike there, and `not` is a function.
# Source: JSONata documentation, "Boolean operators"; the reference parser's binding powers.
_COMPARISON, _AND, _OR = 3, 2, 1
_BINDING = {"and": _AND, "or": _OR}
_SIGNS = {"==": "="}

# A name that may stand in a path as it is, unless the parser takes it for a value or an operator.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})
# `%}` would end the expression for some readers, and `${` ask CloudFormation for a substitution.
_ESCAPED = {"%": "\\u0025", "$": "\\u0024", "\x7f": "\\u007f"}


def jsonata(expression: Expression, at: str) -> str:
    """Return `expression` in JSONata, without `{% %}`; the hand is at the path `at`.

    `picture.width` is read at `at`.picture.width, the fact `look.score` at `at`.facts.look.score.
    What is absent or null there counts as missing.

    Raises ValueError for `image.…`: the hand has nothing of the image but its id.
    """
    return _written(expression, at, 0)


def _written(expression: Expression, at: str, around: int) -> str:
    """Write `expression` where an operator that binds as tightly as `around` stands beside it."""
    match expression:
        case Constant(value=value):
            return _literal(value)
        case Reference(name=name):
            return _path(name, at)
        case Exists(name=name):
            present = _present(_path(name, at))
            return f"({present})" if around > _AND else present
        case Else(name=name, fallback=fallback):
            path = _path(name, at)
            return f"(({_present(path)}) ? {path} : {_written(fallback, at, 0)})"
        case Not(operand=operand):
            return f"$not({_written(operand, at, 0)})"
        case Binary(operator=operator, left=left, right=right):
            binding = _BINDING.get(operator, _COMPARISON)
            # `and` and `or` may follow each other; comparisons may not, in any language.
            inner = binding + (binding == _COMPARISON)
            sides = (_written(left, at, inner), _written(right, at, binding + 1))
            joined = f" {_SIGNS.get(operator, operator)} ".join(sides)
            return f"({joined})" if binding < around else joined


def _present(path: str) -> str:
    return f"$exists({path}) and {path} != null"


def _path(name: str, at: str) -> str:
    first, *rest = name.split(".")
    if first == "image":
        raise ValueError(f"{name} is not in the hand")
    parts = [first, *rest] if first == "picture" else ["facts", first, *rest]
    return ".".join((at, *map(_name, parts)))


def _name(part: str) -> str:
    return part if _PLAIN.fullmatch(part) and part not in _KEYWORDS else f"`{part}`"


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return digits(value)
        case str():
            quoted = json.dumps(value, ensure_ascii=False)
            return "".join(_ESCAPED.get(character, character) for character in quoted)
        case _:
            return f"[{', '.join(map(_literal, value))}]"
