"""What a JSONata expression refers to: variables, functions, `$states`, and bare names.

A reader of tokens, not a parser: that an expression parses is the business of the JSONata
libraries behind the other judges. Regular expressions are not written in machines of ours.
"""

import re
from dataclasses import dataclass
from typing import Literal

# Outside of path steps, predicates and constructors behind a path there is no context on AWS.
_TOKEN = re.compile(
    r"""\s*(?:/\*.*?\*/\s*)*(?:
      (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<name>[A-Za-z_]\w*|`[^`]*`)
    | (?P<variable>\$\$|\$\w*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)
    | (?P<sign>:=|~>|!=|<=|>=|\.\.|\*\*|\S)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"true", "false", "null", "and", "or", "in", "function"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}

Kind = Literal["variable", "function", "states", "bare"]


@dataclass(frozen=True)
class Reference:
    """A name and how it is used: "states" is a member of `$states`, "bare" reads the context."""

    kind: Kind
    name: str


def references(expression: str) -> tuple[Reference, ...]:
    """Return what `expression` refers to outside of itself, in order."""
    found = _tokens(expression)
    local = _locals(found)
    relative = [False]
    result: list[Reference] = []
    for index, (kind, text) in enumerate(found):
        before = found[index - 1] if index else ("sign", "")
        if kind == "sign":
            _nest(text, before, relative)
        elif kind == "variable" and text[1:] not in local:
            result.extend(_variable(found, index, relative=relative[-1]))
        elif kind == "name" and not relative[-1] and before[1] != "." and text not in _WORDS:
            result.append(Reference("bare", text.strip("`")))
    return tuple(result)


def _tokens(expression: str) -> list[tuple[str, str]]:
    return [
        (match.lastgroup or "", match[match.lastgroup or ""])
        for match in _TOKEN.finditer(expression.strip())
        if match.lastgroup
    ]


def _locals(found: list[tuple[str, str]]) -> set[str]:
    """Return the names that the expression binds itself, by `:=` or as parameters."""
    bound, parameters = set(), False
    for index, (kind, text) in enumerate(found):
        if text == "(" and index and found[index - 1][1] == "function":
            parameters = True
        elif text == ")":
            parameters = False
        elif kind == "variable":
            behind = found[index + 1][1] if index + 1 < len(found) else ""
            if parameters or behind == ":=":
                bound.add(text[1:])
    return bound


def _variable(found: list[tuple[str, str]], index: int, *, relative: bool) -> list[Reference]:
    text = found[index][1]
    behind = [each[1] for each in found[index + 1 : index + 3]]
    if text == "$":
        return [] if relative else [Reference("bare", text)]
    if text == "$$":
        return [Reference("bare", text)]
    if text == "$states":
        return [Reference("states", behind[1])] if behind[:1] == ["."] and behind[1:] else []
    called = behind[:1] == ["("]
    return [Reference("function" if called else "variable", text)]


def _nest(sign: str, before: tuple[str, str], relative: list[bool]) -> None:
    """Keep track of whether what follows is read from a context that a path gives."""
    behind_operand = before[0] in ("text", "variable", "number") or before[1] in (")", "]", "}")
    behind_operand |= before[0] == "name" and before[1] not in _WORDS
    if sign in _CLOSING:
        inner = before[1] == "." or (sign in "[{" and behind_operand)
        relative.append(relative[-1] or inner)
    elif sign in _CLOSING.values() and len(relative) > 1:
        relative.pop()
