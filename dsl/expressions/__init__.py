"""Expressions in a pipeline file: text to the plan's tree, with types and places."""

from darkroom.plan.expressions import Expression
from dsl.diagnostics import Report
from dsl.expressions.folding import always
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError, Kind
from dsl.expressions.types import SAID, TAGS, Hidden, Known, Scope, TypeMistake, lower
from dsl.tree import Scalar

__all__ = ["SAID", "TAGS", "Hidden", "Kind", "Known", "Scope", "always", "read"]


def read(
    text: str, offset: int, scalar: Scalar, scope: Scope, report: Report
) -> tuple[Expression, Kind] | None:
    """Return the plan's form and the type of the expression `text`; None, and a report, if none.

    `offset` is where `text` begins in the value of `scalar`: a message points at the wrong name
    within the text.
    """
    try:
        return lower(parse(text), scope)
    except ExpressionError as error:
        span = scalar.within(offset + error.start, offset + error.end)
        report.add("P020", span, error.title, cure=error.cure)
    except TypeMistake as mistake:
        span = scalar.within(offset + mistake.start, offset + mistake.end)
        report.add(mistake.code, span, mistake.title, cure=mistake.cure, allowed=mistake.allowed)
    return None
