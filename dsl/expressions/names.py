"""The names that an expression uses: where it can be evaluated depends on them."""

from darkroom.plan.expressions import Binary, Constant, Else, Exists, Expression, Not, Reference


def names(expression: Expression) -> frozenset[str]:
    """Return every reference in `expression`, `exists(…)` and the left of `else` included."""
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
