"""Expressions: the small, total language of `when:` and `${…}`, as a tree and its evaluator.

The compiler parses and types expressions; here they are only evaluated. Every name is a
reference such as `picture.width`; an environment maps references to values, and a reference
that is optional and absent is simply not in it. `else` is the only way past an absence.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...]
Environment = Mapping[str, Value]


class MissingValue(Exception):
    """An optional reference was used where it has no value and no `else` stands behind it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no value here")
        self.name = name


class _Tree(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Constant(_Tree):
    """A value written in the pipeline file."""

    kind: Literal["constant"] = "constant"
    value: Value


class Reference(_Tree):
    """A name with a value in the environment, such as `image.owner_name`."""

    kind: Literal["reference"] = "reference"
    name: str


class Exists(_Tree):
    """`exists(name)`: whether the reference has a value."""

    kind: Literal["exists"] = "exists"
    name: str


class Else(_Tree):
    """`name else fallback`: the reference's value, or the fallback where it has none."""

    kind: Literal["else"] = "else"
    name: str
    fallback: "Expression"


class Not(_Tree):
    """`not operand`."""

    kind: Literal["not"] = "not"
    operand: "Expression"


class Binary(_Tree):
    """`left operator right`; `and` and `or` do not evaluate a right side they do not need."""

    kind: Literal["binary"] = "binary"
    operator: Literal["==", "!=", "<", "<=", ">", ">=", "in", "and", "or"]
    left: "Expression"
    right: "Expression"


Expression = Annotated[
    Constant | Reference | Exists | Else | Not | Binary, Field(discriminator="kind")
]


class Template(_Tree):
    """An option's text with `${…}` in it: literal parts and expressions, in order.

    A template of one expression alone keeps that expression's type; any other gives text.
    """

    template: tuple[str | Expression, ...]


def evaluate(expression: Expression, environment: Environment) -> Value:
    """Return the value of `expression`.

    Raises MissingValue for a reference without a value; the compiler refuses pipelines in
    which that could happen, so it means that the environment is not the one promised.
    """
    match expression:
        case Constant(value=value):
            return value
        case Reference(name=name):
            if name not in environment:
                raise MissingValue(name)
            return environment[name]
        case Exists(name=name):
            return name in environment
        case Else(name=name, fallback=fallback):
            return environment[name] if name in environment else evaluate(fallback, environment)
        case Not(operand=operand):
            return not evaluate(operand, environment)
        case Binary():
            return _binary(expression, environment)


def names(expression: Expression) -> frozenset[str]:
    """Return every name that the expression may read."""
    match expression:
        case Constant():
            return frozenset()
        case Reference(name=name) | Exists(name=name):
            return frozenset({name})
        case Else(name=name, fallback=fallback):
            return names(fallback) | {name}
        case Not(operand=operand):
            return names(operand)
        case Binary(left=left, right=right):
            return names(left) | names(right)


def fill(template: Template, environment: Environment) -> Value:
    """Return the option's value: typed for one expression alone, else the parts joined as text."""
    if len(template.template) == 1 and not isinstance(template.template[0], str):
        return evaluate(template.template[0], environment)
    return "".join(
        part if isinstance(part, str) else str(evaluate(part, environment))
        for part in template.template
    )


def _binary(expression: Binary, environment: Environment) -> bool:
    left = evaluate(expression.left, environment)
    if expression.operator == "and":
        return bool(left) and bool(evaluate(expression.right, environment))
    if expression.operator == "or":
        return bool(left) or bool(evaluate(expression.right, environment))
    right = evaluate(expression.right, environment)
    return _COMPARISONS[expression.operator](left, right)


# The compiler has typed both sides: order only for numbers, `in` only into a written list.
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
}
