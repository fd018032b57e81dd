"""Expressions in a pipeline file: text to the plan's tree, with types and places."""

from darkroom.plan.expressions import Expression
from dsl.diagnostics import Report
from dsl.expressions.folding import always
from dsl.expressions.foreign import readings
from dsl.expressions.parser import parse
from dsl.expressions.syntax import ExpressionError, Kind
from dsl.expressions.types import SAID, TAGS, Hidden, Known, Scope, TypeMistake, Unclear, lower
from dsl.tree import Scalar

__all__ = ["SAID", "TAGS", "Hidden", "Kind", "Known", "Scope", "always", "read"]


_LONGEST = 70  # characters of an expression that a message writes out
_OF_YAML = "[]{},?#"  # inside { } these end a plain value


def read(
    text: str,
    offset: int,
    scalar: Scalar,
    scope: Scope,
    report: Report,
    *,
    condition: bool = False,
) -> tuple[Expression, Kind] | None:
    """Return the plan's form and the type of the expression `text`; None, and a report, if none.

    `offset` is where `text` begins in the value of `scalar`: a message points at the wrong name
    within the text. Nothing is reported of facts that cannot be known, since their step has a
    mistake. For a `condition`, no cure is told that is none.
    """
    try:
        return lower(parse(text), scope)
    except ExpressionError as error:
        span = scalar.within(offset + error.start, offset + error.end)
        cure = _meant(text, scalar, scope, report, condition=condition) or error.cure
        report.add("P020", span, error.title, cure=cure)
    except Unclear:
        return None
    except TypeMistake as mistake:
        span = scalar.within(offset + mistake.start, offset + mistake.end)
        cure = _meant(text, scalar, scope, report, condition=condition) or mistake.cure
        report.add(mistake.code, span, mistake.title, cure=cure, allowed=mistake.allowed)
    return None


def _meant(text: str, scalar: Scalar, scope: Scope, report: Report, *, condition: bool) -> str:
    """Return the expression that `text`, which is none of ours, most likely means; else nothing."""
    for reading in readings(text):
        try:
            expression, kind = lower(parse(reading), scope)
        except (ExpressionError, TypeMistake, Unclear):
            continue
        decides = not condition or (kind == "bool" and always(expression, scope) is None)
        if decides and len(reading) <= _LONGEST:
            return f"write {_as_written(reading, text, scalar, report)}"
    return ""


def _as_written(expression: str, text: str, scalar: Scalar, report: Report) -> str:
    """Return what to write for `text`, in quotes where a plain value could not hold it."""
    is_all = str(scalar.value).strip() == text.strip()
    is_plain = is_all and report.text(scalar.span)[:1] not in ("'", '"', "|", ">")
    trap = is_plain and any(each in expression for each in _OF_YAML)
    return f'"{expression}"' if trap and '"' not in expression else expression
