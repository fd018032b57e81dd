"""`${…}` in options (rule 13): a value of its own type alone, text or an integer within text."""

from collections.abc import Iterator
from dataclasses import dataclass

from darkroom.plan.expressions import Expression, Template
from dsl import expressions
from dsl.diagnostics import Report
from dsl.expressions import SAID, Kind, Scope
from dsl.tree import Scalar

_OPEN, _ESCAPED = "${", "$${"


@dataclass(frozen=True)
class Filling:
    """A template and the type of the value that it will have."""

    template: Template
    kind: Kind


@dataclass(frozen=True)
class _Hole:
    """An expression in a text: from its `${` to behind its `}`."""

    start: int
    end: int

    def text(self, value: str) -> str:
        """Return the expression between the braces."""
        return value[self.start + len(_OPEN) : self.end - 1]


def read(scalar: Scalar, scope: Scope, report: Report) -> Filling | str | None:
    """Return what the text in `scalar` becomes: a template, or a text if it has no `${…}`.

    `$${` writes `${`. Returns None, and reports, if an expression in it is wrong.
    """
    value = str(scalar.value)
    parts: list[str | Expression] = []
    kinds: list[Kind] = []
    wrong = False
    for part in _parts(value):
        if isinstance(part, str):
            parts.append(part)
        elif (found := _expression(part, value, scalar, scope, report)) is None:
            wrong = True
        else:
            parts.append(found[0])
            kinds.append(found[1])
    if wrong:
        return None
    if not kinds:
        return "".join(part for part in parts if isinstance(part, str))
    return Filling(Template(template=tuple(parts)), kinds[0] if len(parts) == 1 else "text")


def _parts(value: str) -> Iterator[str | _Hole]:
    """Yield the texts and holes of `value` in order."""
    text, at = "", 0
    while at < len(value):
        if value.startswith(_ESCAPED, at):
            text, at = text + _OPEN, at + len(_ESCAPED)
        elif value.startswith(_OPEN, at):
            if text:
                yield text
            hole = _Hole(at, _closing(value, at))
            yield hole
            text, at = "", hole.end
        else:
            text, at = text + value[at], at + 1
    if text:
        yield text


def _closing(value: str, start: int) -> int:
    """Return the offset behind the `}` of the hole at `start`, or the text's end if it has none."""
    quote = ""
    for at in range(start + len(_OPEN), len(value)):
        char = value[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "}":
            return at + 1
    return len(value)


def _expression(
    hole: _Hole, value: str, scalar: Scalar, scope: Scope, report: Report
) -> tuple[Expression, Kind] | None:
    if not value[: hole.end].endswith("}"):
        span = scalar.within(hole.start, hole.start + len(_OPEN))
        report.add(
            "P020",
            span,
            "`${` is never closed",
            cure="add `}` behind the expression, or write $${ for the characters themselves",
        )
        return None
    text, offset = hole.text(value), hole.start + len(_OPEN)
    found = expressions.read(text, offset, scalar, scope, report)
    if found is None:
        return None
    alone = hole.start == 0 and hole.end == len(value)
    if not alone and found[1] not in ("text", "int"):
        report.add(
            "P021",
            scalar.within(hole.start, hole.end),
            f"within a text, ${{…}} is a text or a whole number; this is {SAID[found[1]]}",
            cure="numbers with decimals have no one spelling: use a whole number or a text",
        )
        return None
    return found
